/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A cursor over strict DER: a struct pb_view, of which der_take() cuts an element off the front. Every function that
 * returns bool returns false for what is malformed.
 */
#ifndef RAMPART_DER_H
#define RAMPART_DER_H

#include "pb.h"
#include "reason.h"

#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_NULL 0x05
#define DER_OID 0x06
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT(n) (0x80 | (n))			/* [n] IMPLICIT, primitive */
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))		/* [n] EXPLICIT, or IMPLICIT of a SET or SEQUENCE */

static inline bool der_equal(struct pb_view a, struct pb_view b)
{
	return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

#define IS_OID(view, oid) der_equal(view, (struct pb_view){ .data = (oid), .len = sizeof(oid) })

/* Tag and length. TRUNCATED when @in ends within them. */
static inline enum rampart_reason der_read_header(struct pb_view in, u32 *header, u32 *length)
{
	u32 n, value = 0;

	if (in.len < 2)
		return RAMPART_REASON_TRUNCATED;
	*header = 2;
	*length = in.data[1];
	if (in.data[1] < 0x80)
		return RAMPART_REASON_OK;

	n = in.data[1] & 0x7f;
	if (n < 1 || n > 4)	/* 0 is BER's indefinite length */
		return RAMPART_REASON_MALFORMED;
	if (in.len < 2 + n)
		return RAMPART_REASON_TRUNCATED;
	for (u32 i = 0; i < n; i++)
		value = value << 8 | in.data[2 + i];
	if (value < 0x80 || !in.data[2])	/* DER has one encoding of each length */
		return RAMPART_REASON_MALFORMED;
	*header = 2 + n;
	*length = value;
	return RAMPART_REASON_OK;
}

static inline bool der_next_is(struct pb_view in, u8 tag)
{
	return in.len && in.data[0] == tag;
}

/* Cuts the element at the front of @in off, which must have @tag. @value gets its content, @whole all of it. */
static inline bool der_take_whole(struct pb_view *in, u8 tag, struct pb_view *value, struct pb_view *whole)
{
	u32 header, length;

	if (!der_next_is(*in, tag) || der_read_header(*in, &header, &length) || length > in->len - header)
		return false;
	*value = (struct pb_view){ .data = in->data + header, .len = length };
	*whole = (struct pb_view){ .data = in->data, .len = header + length };
	in->data += whole->len;
	in->len -= whole->len;
	return true;
}

static inline bool der_take(struct pb_view *in, u8 tag, struct pb_view *value)
{
	struct pb_view whole;

	return der_take_whole(in, tag, value, &whole);
}

/* Takes the element, which must be all there is. */
static inline bool der_take_only(struct pb_view in, u8 tag, struct pb_view *value)
{
	return der_take(&in, tag, value) && !in.len;
}

static inline bool der_skip(struct pb_view *in, u8 tag)
{
	struct pb_view value;

	return der_take(in, tag, &value);
}

static inline bool der_skip_optional(struct pb_view *in, u8 tag)
{
	return !der_next_is(*in, tag) || der_skip(in, tag);
}

static inline bool der_take_integer(struct pb_view *in, struct pb_view *value)
{
	if (!der_take(in, DER_INTEGER, value) || !value->len)
		return false;
	/* Nine equal bits at the front are one byte too many. */
	return value->len == 1 || !((value->data[0] == 0x00 && value->data[1] < 0x80) ||
				    (value->data[0] == 0xff && value->data[1] >= 0x80));
}

static inline bool der_take_version(struct pb_view *in, u8 *version)
{
	struct pb_view value;

	if (!der_take_integer(in, &value) || value.len != 1)
		return false;
	*version = value.data[0];
	return true;
}

/* A BIT STRING of whole bytes. */
static inline bool der_take_bits(struct pb_view *in, struct pb_view *value)
{
	if (!der_take(in, DER_BIT_STRING, value) || !value->len || value->data[0])
		return false;
	value->data++;
	value->len--;
	return true;
}

static inline bool der_take_algorithm(struct pb_view *in, struct pb_view *oid, struct pb_view *parameters)
{
	return der_take(in, DER_SEQUENCE, parameters) && der_take(parameters, DER_OID, oid);
}

static inline bool der_is_absent_or_null(struct pb_view parameters)
{
	struct pb_view null;

	return !parameters.len || (der_take_only(parameters, DER_NULL, &null) && !null.len);
}

#endif
