// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <env.h>

#include "floor.h"

static const u8 unknown[RAMPART_DIGEST_SIZE];

enum rampart_reason rampart_floor_decode(struct pb_view message, struct rampart_floor *floor)
{
	struct pb_reader reader = pb_reader(message);
	bool has_digest = false;
	struct pb_field field;
	int ret;

	*floor = (struct rampart_floor){};
	while ((ret = pb_next(&reader, &field)) > 0) {
		if (field.number == 1 && field.type == PB_VARINT) {
			floor->version = field.value;
		} else if (field.number == 2 && field.type == PB_BYTES) {
			if (field.bytes.len != sizeof(floor->digest))
				return RAMPART_REASON_BAD_VALUE;
			memcpy(floor->digest, field.bytes.data, sizeof(floor->digest));
			has_digest = true;
		} else if (field.number == 3 && field.type == PB_VARINT) {
			floor->time = field.value;
		} else {
			return RAMPART_REASON_UNKNOWN_FIELD;
		}
	}
	if (ret < 0)
		return ret == -EPROTO ? RAMPART_REASON_UNKNOWN_FIELD : RAMPART_REASON_ENCODING;
	return has_digest || !floor->version ? RAMPART_REASON_OK : RAMPART_REASON_MISSING_FIELD;
}

static bool is_known(const struct rampart_floor *floor)
{
	return memcmp(floor->digest, unknown, sizeof(unknown));
}

void rampart_floor_raise(struct rampart_floor *floor, const struct rampart_floor *to)
{
	if (to->version > floor->version || (to->version == floor->version && !is_known(floor))) {
		floor->version = to->version;
		memcpy(floor->digest, to->digest, sizeof(floor->digest));
	}
	if (to->time > floor->time)
		floor->time = to->time;
}

enum rampart_reason rampart_floor_check(const struct rampart_floor *floor, u64 version,
					const u8 digest[RAMPART_DIGEST_SIZE])
{
	if (version < floor->version)
		return RAMPART_REASON_ROLLED_BACK;
	if (version == floor->version && is_known(floor) && memcmp(digest, floor->digest, sizeof(floor->digest)))
		return RAMPART_REASON_SAME_VERSION;
	return RAMPART_REASON_OK;
}
