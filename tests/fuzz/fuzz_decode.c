// SPDX-License-Identifier: MIT
/* rampart_policy_decode() against protobuf-c: any difference ends the program. */
#include "../unit/decode_compare.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	compare_policy((struct pb_view){ data, size });
	return 0;
}
