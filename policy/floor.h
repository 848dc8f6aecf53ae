/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a host has seen: nothing older is accepted. */
#ifndef RAMPART_FLOOR_H
#define RAMPART_FLOOR_H

#include "pb.h"
#include "reason.h"

#define RAMPART_DIGEST_SIZE 32

struct rampart_floor {
	u64 version;
	u8 digest[RAMPART_DIGEST_SIZE];	/* of the content that has @version; all zero when not known */
	s64 time;			/* seconds since 1970 */
};

/*
 * rampart_floor_decode() - a Floor message (event.proto). A version needs its digest.
 *
 * Returns OK, and on any other reason leaves @floor with no meaning. Context: any.
 */
enum rampart_reason rampart_floor_decode(struct pb_view message, struct rampart_floor *floor);

/* rampart_floor_raise() - to what @to has more of. Version and digest go together, and a digest not known is learnt. */
void rampart_floor_raise(struct rampart_floor *floor, const struct rampart_floor *to);

/* rampart_floor_check() - OK, ROLLED_BACK, or SAME_VERSION for another content of a known version. */
enum rampart_reason rampart_floor_check(const struct rampart_floor *floor, u64 version,
					const u8 digest[RAMPART_DIGEST_SIZE]);

#endif
