/* SPDX-License-Identifier: MIT */
/* What pb_next() makes of bytes. Needs only <env.h> and pb.h, so that a test in the kernel can include it. */
#ifndef RAMPART_PB_CASES_H
#define RAMPART_PB_CASES_H

#include <env.h>

#include "pb.h"

struct pb_case {
	const char *name;
	const char *bytes;
	u32 len;
	int end;		/* what pb_next() returns after the last field: 0 or an error */
	unsigned int n;		/* fields before that */
	struct pb_field last;	/* the last of them */
	const char *text;	/* its bytes */
};

#define BYTES(literal) .bytes = (literal), .len = sizeof(literal) - 1
#define FIELD(no, kind, number_value) .n = 1, .last = { .number = (no), .type = (kind), .value = (number_value) }
#define TEXT(no, literal)                                                                                  \
	.n = 1, .last = { .number = (no), .type = PB_BYTES, .bytes.len = sizeof(literal) - 1 }, .text = (literal)
#define FF9 "\xff\xff\xff\xff\xff\xff\xff\xff\xff"
#define Z8 "\x80\x80\x80\x80\x80\x80\x80\x80"

static const struct pb_case pb_cases[] = {
	{ "nothing", BYTES("") },
	{ "varint", BYTES("\x08\x01"), FIELD(1, PB_VARINT, 1) },
	{ "varint 0", BYTES("\x08\x00"), FIELD(1, PB_VARINT, 0) },
	{ "varint of two bytes", BYTES("\x08\xac\x02"), FIELD(1, PB_VARINT, 300) },
	{ "varint padded to ten bytes", BYTES("\x08\x81" Z8 "\x00"), FIELD(1, PB_VARINT, 1) },
	{ "varint at its greatest", BYTES("\x08" FF9 "\x01"), FIELD(1, PB_VARINT, ~0ULL) },
	{ "varint of 65 bits", BYTES("\x08" FF9 "\x02"), .end = -EBADMSG },
	{ "varint of 11 bytes", BYTES("\x08\x80\x80" Z8 "\x00"), .end = -EBADMSG },
	{ "varint without an end", BYTES("\x08\x80"), .end = -EBADMSG },
	{ "tag alone", BYTES("\x08"), .end = -EBADMSG },
	{ "tag without an end", BYTES("\x88"), .end = -EBADMSG },
	{ "tag padded to five bytes", BYTES("\x88\x80\x80\x80\x00\x07"), FIELD(1, PB_VARINT, 7) },
	{ "tag padded to six bytes", BYTES("\x88\x80\x80\x80\x80\x00\x07"), .end = -EBADMSG },
	{ "field 0", BYTES("\x00\x01"), .end = -EBADMSG },
	{ "the greatest field", BYTES("\xf8\xff\xff\xff\x0f\x01"), FIELD((1u << 29) - 1, PB_VARINT, 1) },
	{ "one field more", BYTES("\xf8\xff\xff\xff\x1f\x01"), .end = -EBADMSG },
	{ "fixed64", BYTES("\x11\x01\x02\x03\x04\x05\x06\x07\x88"), FIELD(2, PB_FIXED64, 0x8807060504030201ULL) },
	{ "fixed64 cut", BYTES("\x11\x01\x02\x03\x04\x05\x06\x07"), .end = -EBADMSG },
	{ "fixed32", BYTES("\x1d\x01\x02\x03\x84"), FIELD(3, PB_FIXED32, 0x84030201u) },
	{ "fixed32 cut", BYTES("\x1d\x01\x02\x03"), .end = -EBADMSG },
	{ "bytes", BYTES("\x22\x03" "abc"), TEXT(4, "abc") },
	{ "no bytes", BYTES("\x22\x00"), TEXT(4, "") },
	{ "bytes with a padded length", BYTES("\x22\x83\x80\x80\x80\x00" "abc"), TEXT(4, "abc") },
	{ "bytes with a length of six bytes", BYTES("\x22\x83\x80\x80\x80\x80\x00" "abc"), .end = -EBADMSG },
	{ "bytes cut", BYTES("\x22\x04" "abc"), .end = -EBADMSG },
	{ "bytes of 4 GiB", BYTES("\x22\xff\xff\xff\xff\x0f" "abc"), .end = -EBADMSG },
	{ "bytes of 32 GiB", BYTES("\x22\xff\xff\xff\xff\x7f" "abc"), .end = -EBADMSG },
	{ "group begins", BYTES("\x0b\x0c"), .end = -EPROTO },
	{ "group ends", BYTES("\x0c"), .end = -EPROTO },
	{ "wire type 6", BYTES("\x0e\x00"), .end = -EBADMSG },
	{ "wire type 7", BYTES("\x0f\x00"), .end = -EBADMSG },
	{ "good, then bad", BYTES("\x08\x05\x0f"), .end = -EBADMSG, FIELD(1, PB_VARINT, 5) },
};

#undef BYTES
#undef FIELD
#undef TEXT
#undef FF9
#undef Z8

#endif
