// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The protobuf wire format. Tags and lengths are 32 bits wide and so take at most five bytes, values at most ten; a
 * longer one, though some decoders take it, is refused. Padded ones (0x80 0x00) are legal: pb_end() makes them.
 */
#include <env.h>

#include "pb.h"

#define VARINT_BYTES_32 5
#define VARINT_BYTES_64 10
#define NESTED_LENGTH_BYTES 3
#define NESTED_LENGTH_MAX ((1u << (7 * NESTED_LENGTH_BYTES)) - 1)

static int read_varint(struct pb_reader *reader, unsigned int max_bytes, u64 *value)
{
	u64 v = 0;

	for (unsigned int i = 0; i < max_bytes; i++) {
		if (reader->pos == reader->end)
			return -EBADMSG;
		u8 byte = *reader->pos++;

		/* Of the tenth byte only one bit is left. */
		if (i == VARINT_BYTES_64 - 1 && byte > 1)
			return -EBADMSG;
		v |= (u64)(byte & 0x7f) << (7 * i);
		if (!(byte & 0x80)) {
			*value = v;
			return 0;
		}
	}
	return -EBADMSG;
}

static int read_u32(struct pb_reader *reader, u32 *value)
{
	u64 v;

	if (read_varint(reader, VARINT_BYTES_32, &v) || v > U32_MAX)
		return -EBADMSG;
	*value = v;
	return 0;
}

static int read_fixed(struct pb_reader *reader, unsigned int bytes, u64 *value)
{
	u64 v = 0;

	if ((size_t)(reader->end - reader->pos) < bytes)
		return -EBADMSG;
	for (unsigned int i = 0; i < bytes; i++)
		v |= (u64)reader->pos[i] << (8 * i);
	reader->pos += bytes;
	*value = v;
	return 0;
}

static int read_bytes(struct pb_reader *reader, struct pb_view *bytes)
{
	u32 len;

	if (read_u32(reader, &len) || len > (size_t)(reader->end - reader->pos))
		return -EBADMSG;
	*bytes = (struct pb_view){ .data = reader->pos, .len = len };
	reader->pos += len;
	return 0;
}

int pb_next(struct pb_reader *reader, struct pb_field *field)
{
	u32 tag;
	int err;

	if (reader->pos == reader->end)
		return 0;
	/* A tag of 32 bits leaves 29 for the number, which is protobuf's own limit. */
	if (read_u32(reader, &tag) || !(tag >> 3))
		return -EBADMSG;

	*field = (struct pb_field){ .number = tag >> 3, .type = tag & 7 };
	switch (tag & 7) {
	case PB_VARINT:
		err = read_varint(reader, VARINT_BYTES_64, &field->value);
		break;
	case PB_FIXED64:
		err = read_fixed(reader, 8, &field->value);
		break;
	case PB_BYTES:
		err = read_bytes(reader, &field->bytes);
		break;
	case PB_FIXED32:
		err = read_fixed(reader, 4, &field->value);
		break;
	case 3:	/* start and end of a group: never in proto3 */
	case 4:
		return -EPROTO;
	default:
		return -EBADMSG;
	}
	return err ? err : 1;
}

static void put_raw(struct pb_writer *w, const void *data, u32 len)
{
	if (w->overflow || len > w->cap - w->len) {
		w->overflow = true;
		return;
	}
	memcpy(w->buf + w->len, data, len);
	w->len += len;
}

static void put_plain_varint(struct pb_writer *w, u64 value)
{
	u8 buf[VARINT_BYTES_64];
	u32 n = 0;

	do {
		buf[n] = value & 0x7f;
		value >>= 7;
		if (value)
			buf[n] |= 0x80;
		n++;
	} while (value);
	put_raw(w, buf, n);
}

static void put_tag(struct pb_writer *w, u32 number, enum pb_type type)
{
	put_plain_varint(w, (u64)number << 3 | type);
}

void pb_put_varint_always(struct pb_writer *w, u32 number, u64 value)
{
	put_tag(w, number, PB_VARINT);
	put_plain_varint(w, value);
}

void pb_put_varint(struct pb_writer *w, u32 number, u64 value)
{
	if (value)
		pb_put_varint_always(w, number, value);
}

void pb_put_bytes(struct pb_writer *w, u32 number, const void *data, u32 len)
{
	if (!len)
		return;
	put_tag(w, number, PB_BYTES);
	put_plain_varint(w, len);
	put_raw(w, data, len);
}

void pb_put_string(struct pb_writer *w, u32 number, const char *text)
{
	pb_put_bytes(w, number, text, strlen(text));
}

u32 pb_begin(struct pb_writer *w, u32 number)
{
	static const u8 placeholder[NESTED_LENGTH_BYTES];

	put_tag(w, number, PB_BYTES);
	put_raw(w, placeholder, sizeof(placeholder));
	return w->len;
}

void pb_end(struct pb_writer *w, u32 mark)
{
	u32 len = w->len - mark;

	if (w->overflow)
		return;
	if (len > NESTED_LENGTH_MAX) {
		w->overflow = true;
		return;
	}
	w->buf[mark - 3] = (len & 0x7f) | 0x80;
	w->buf[mark - 2] = (len >> 7 & 0x7f) | 0x80;
	w->buf[mark - 1] = len >> 14;
}
