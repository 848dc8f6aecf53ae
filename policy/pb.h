/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Protobuf wire format, bounded and without allocation: a reader of fields and a writer into a fixed buffer.
 * What the reader accepts, protobuf-c accepts with the same values. protobuf-c alone accepts field number 0, varints
 * that overflow 64 bits (it drops the high bits) and tags that overflow 32.
 */
#ifndef RAMPART_PB_H
#define RAMPART_PB_H

#include <env.h>

enum pb_type { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

/* A run of bytes inside a message; not NUL-terminated, never owned. */
struct pb_view {
	const u8 *data;
	u32 len;
};

struct pb_reader {
	const u8 *pos;
	const u8 *end;
};

struct pb_field {
	u32 number;		/* at least 1 */
	enum pb_type type;
	u64 value;		/* VARINT, FIXED32, FIXED64 */
	struct pb_view bytes;	/* BYTES */
};

static inline struct pb_reader pb_reader(struct pb_view v)
{
	return (struct pb_reader){ .pos = v.data, .end = v.data + v.len };
}

/*
 * pb_next() - reads one field into @field. Returns 1, 0 at the end, -EBADMSG when the bytes are not protobuf, or
 * -EPROTO at a group. After an error the reader must not be used again.
 */
int pb_next(struct pb_reader *reader, struct pb_field *field);

/* Writes into [buf, buf + cap). Once something did not fit, @overflow stays set and nothing more is written. */
struct pb_writer {
	u8 *buf;
	u32 len;
	u32 cap;
	bool overflow;
};

/* As proto3: a zero or empty value is not written, except by the _always and nested forms. */
void pb_put_varint(struct pb_writer *w, u32 number, u64 value);
void pb_put_varint_always(struct pb_writer *w, u32 number, u64 value);
void pb_put_bytes(struct pb_writer *w, u32 number, const void *data, u32 len);
void pb_put_string(struct pb_writer *w, u32 number, const char *text);

/*
 * pb_begin() / pb_end() - a nested message of at most 2,097,151 bytes: the length is written as three bytes (a legal,
 * padded varint), so nothing has to move. @mark is what pb_begin() returned.
 */
u32 pb_begin(struct pb_writer *w, u32 number);
void pb_end(struct pb_writer *w, u32 mark);

#endif
