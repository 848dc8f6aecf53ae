/* SPDX-License-Identifier: MIT */
/* The messages of cms_cases.h, as cms_messages.c has made them, and changes to them. */
#ifndef RAMPART_CMS_EDIT_H
#define RAMPART_CMS_EDIT_H

#include <harness.h>

#include <cms_messages.h>

#include "cms_cases.h"

static inline struct pb_view message_of(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cms_cases); i++)
		if (!strcmp(cms_cases[i].name, name))
			return cms_messages[i];
	fail_msg("there is no case %s", name);
	return (struct pb_view){};
}

static inline bool is_text(struct pb_view v, const char *text)
{
	return v.len == strlen(text) && !memcmp(v.data, text, v.len);
}

static inline bool same(struct pb_view a, struct pb_view b)
{
	return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

struct out {
	u8 *data;
	u32 len;
};

struct walk {
	const struct edit *edit;
	int index;	/* of the element that the edit is for, in the order of their tags; -1: by path */
	int count;
	bool done;
};

static inline void put(struct out *out, const void *data, u32 len)
{
	if (len)
		memcpy(out->data + out->len, data, len);
	out->len += len;
}

static inline void put_element(struct out *out, u8 tag, struct pb_view content, bool padded)
{
	u8 header[6] = { tag, content.len };
	u32 n = padded ? 4 : content.len > 0xffff ? 3 : content.len > 0xff ? 2 : content.len > 0x7f ? 1 : 0;

	for (u32 i = 0; i < n; i++)
		header[2 + i] = content.len >> 8 * (n - 1 - i);
	if (n)
		header[1] = 0x80 | n;
	put(out, header, 2 + n);
	put(out, content.data, content.len);
}

static inline void put_edited(struct out *out, u8 tag, struct pb_view content, const struct edit *edit)
{
	struct pb_view bytes = { (const u8 *)edit->bytes, edit->len };
	const u8 indefinite[] = { tag, 0x80 };

	switch (edit->op) {
	case EDIT_REMOVE:
		break;
	case EDIT_TWICE:
		put_element(out, tag, content, false);
		put_element(out, tag, content, false);
		break;
	case EDIT_PADDED:
		put_element(out, tag, content, true);
		break;
	case EDIT_INDEFINITE:
		put(out, indefinite, 2);
		put(out, content.data, content.len);
		put(out, "\0\0", 2);
		break;
	case EDIT_SEGMENT:
		put_element(out, tag ^ 0x20, content, false);
		break;
	case EDIT_RAW:
		put(out, bytes.data, bytes.len);
		break;
	case EDIT_AFTER:
		put_element(out, tag, content, false);
		put(out, bytes.data, bytes.len);
		break;
	case EDIT_CONTENT:
		put_element(out, tag, bytes, false);
		break;
	case EDIT_TAG:
		put_element(out, bytes.data[0], content, false);
		break;
	}
}

/* Writes @in, which is good DER, with the edit done and all lengths around it mended. */
static inline void rewrite(struct walk *walk, struct pb_view in, const char *path, struct out *out)
{
	for (unsigned int i = 0; in.len; i++) {
		u32 n = in.data[1] < 0x80 ? 0 : in.data[1] & 0x7f, len = n ? 0 : in.data[1];
		struct pb_view content;
		struct out inner = {};
		u8 tag = in.data[0];
		char own[64];
		bool here;

		for (u32 j = 0; j < n; j++)
			len = len << 8 | in.data[2 + j];
		content = (struct pb_view){ in.data + 2 + n, len };
		in = (struct pb_view){ content.data + len, in.len - 2 - n - len };

		snprintf(own, sizeof(own), "%s%s%u", path, *path ? "." : "", i);
		here = walk->index < 0 ? !strcmp(own, walk->edit->path) : walk->count == walk->index;
		walk->count++;
		if (tag & 0x20) {
			inner.data = env_calloc(1, 3 * len + walk->edit->len + 64);
			rewrite(walk, content, own, &inner);
			content = (struct pb_view){ inner.data, inner.len };
		}
		if (here)
			put_edited(out, tag, content, walk->edit);
		else
			put_element(out, tag, content, false);
		walk->done |= here;
		env_free(inner.data);
	}
}

/* Returns a view with data of its own, of the exact size; data is NULL when there is no such element. */
static inline struct pb_view edited(struct pb_view base, const struct edit *edit, int index)
{
	struct walk walk = { .edit = edit, .index = index };
	struct out out = { .data = env_calloc(1, 3 * base.len + edit->len + 64) };
	u8 *exact = NULL;

	rewrite(&walk, base, "", &out);
	if (walk.done) {
		exact = env_calloc(1, out.len ?: 1);
		memcpy(exact, out.data, out.len);
	}
	env_free(out.data);
	return (struct pb_view){ exact, out.len };
}

/* The message of the signer "late" with a time of another form. */
static inline enum rampart_reason parse_time(const char *path, u8 tag, const char *text, struct rampart_cms *cms)
{
	char element[64];
	struct edit edit = { path, EDIT_RAW, element, strlen(text) + 2 };
	struct pb_view blob;
	enum rampart_reason reason;

	snprintf(element, sizeof(element), "%c%c%s", tag, (int)strlen(text), text);
	if (!*text)
		element[1] = 0;
	blob = edited(message_of("late"), &edit, -1);
	reason = rampart_cms_parse(blob, cms);
	env_free((void *)blob.data);
	return reason;
}

static const char *const torture_bases[] = {
	"attrs", "noattr", "p256", "p256-noattr", "p384", "certfile",
};

#endif
