// SPDX-License-Identifier: MIT
/* rampart_disarm_decode() against protobuf-c; and no message is both a token and a policy. */
#include "../unit/decode_compare.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pb_view message = { data, size };
	enum rampart_reason token = compare_token(message), policy = compare_policy(message);

	REQUIRE(token || policy);
	return 0;
}
