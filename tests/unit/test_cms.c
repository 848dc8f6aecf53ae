// SPDX-License-Identifier: MIT
#include <harness.h>

#include "cms_edit.h"

static void expect(const char *name, struct pb_view blob, enum rampart_reason expected, struct rampart_cms *cms)
{
	static const struct rampart_cms zero;
	enum rampart_reason reason;

	memset(cms, 0xee, sizeof(*cms));
	reason = rampart_cms_parse(blob, cms);
	if (reason != expected)
		fail_msg("%s: %s instead of %s", name, rampart_reason_name(reason), rampart_reason_name(expected));
	if (reason)
		assert_memory_equal(cms, &zero, sizeof(zero));
}

static void made_by_openssl(test_state *state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cms_cases); i++) {
		const struct cms_case *c = &cms_cases[i];
		struct rampart_cms cms;

		expect(c->name, cms_messages[i], c->reason, &cms);
		if (c->reason)
			continue;
		if (!is_text(cms.content, CMS_CONTENT) || cms.signer.key_type != c->key_type || cms.signer.key_bits != c->key_bits ||
		    cms.signer.code_signing != c->code_signing)
			fail_msg("%s: content of %u bytes, key type %d, %u bits, code signing %d", c->name,
				 cms.content.len, cms.signer.key_type, cms.signer.key_bits, cms.signer.code_signing);
	}
}

static void damaged_on_purpose(test_state *state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(edit_cases); i++) {
		const struct edit_case *c = &edit_cases[i];
		struct pb_view blob = edited(message_of(c->base), &c->edit, -1);
		struct rampart_cms cms;

		if (!blob.data)
			fail_msg("%s: the message has no element %s", c->name, c->edit.path);
		expect(c->name, blob, c->reason, &cms);
		env_free((void *)blob.data);
	}
}

static void length_as_a_whole(test_state *state)
{
	static const struct {
		const char *name, *bytes;
		u32 len;
		enum rampart_reason reason;
	} cases[] = {
		{ "nothing", "", 0, RAMPART_REASON_TRUNCATED },
		{ "a tag", "\x30", 1, RAMPART_REASON_TRUNCATED },
		{ "text", "rampart: 1", 10, RAMPART_REASON_MALFORMED },
		{ "indefinite", "\x30\x80\x00\x00", 4, RAMPART_REASON_MALFORMED },
		{ "length in five bytes", "\x30\x85\x01\x00\x00\x00\x00", 7, RAMPART_REASON_MALFORMED },
		{ "4 GiB", "\x30\x84\xff\xff\xff\xff", 6, RAMPART_REASON_TRUNCATED },
		{ "length cut", "\x30\x84\xff\xff\xff", 5, RAMPART_REASON_TRUNCATED },
		{ "a sequence", "\x30\x00", 2, RAMPART_REASON_MALFORMED },
	};
	struct pb_view base = message_of("attrs");
	struct rampart_cms cms;
	u8 *longer = env_calloc(1, base.len + 1);

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		expect(cases[i].name, (struct pb_view){ (const u8 *)cases[i].bytes, cases[i].len }, cases[i].reason,
		       &cms);

	memcpy(longer, base.data, base.len);
	longer[base.len] = 0;
	expect("a byte more", (struct pb_view){ longer, base.len + 1 }, RAMPART_REASON_TRAILING, &cms);
	expect("too large", (struct pb_view){ longer, RAMPART_CMS_MAX + 1 }, RAMPART_REASON_TOO_LARGE, &cms);
	env_free(longer);
}

/* @n certificates that are nobody's beside the signer's. */
static enum rampart_reason with_certificates(unsigned int n)
{
	struct rampart_cms other, cms;
	struct edit edit = { .path = P_CERT, .op = EDIT_AFTER };
	enum rampart_reason reason;
	struct pb_view blob;
	char *many;

	expect("p256", message_of("p256"), RAMPART_REASON_OK, &other);
	edit.len = n * other.signer.der.len;
	edit.bytes = many = env_calloc(1, edit.len);
	for (unsigned int i = 0; i < n; i++)
		memcpy(many + i * other.signer.der.len, other.signer.der.data, other.signer.der.len);
	blob = edited(message_of("attrs"), &edit, -1);
	reason = rampart_cms_parse(blob, &cms);
	env_free((void *)blob.data);
	env_free(many);
	return reason;
}

static enum rampart_reason with_attributes(unsigned int n)
{
	char many[64 * 9];
	struct edit edit = { P_ATTRS, EDIT_CONTENT, many, n * 9 };
	struct rampart_cms cms;
	enum rampart_reason reason;
	struct pb_view blob;

	for (unsigned int i = 0; i < n; i++) {
		memcpy(many + i * 9, "\x30\x07\x06\x01\x00\x31\x02\x05\x00", 9);
		many[i * 9 + 4] = i;
	}
	blob = edited(message_of("attrs"), &edit, -1);
	reason = rampart_cms_parse(blob, &cms);
	env_free((void *)blob.data);
	return reason;
}

static void up_to_its_limits(test_state *state)
{
	assert_int_equal(with_certificates(7), RAMPART_REASON_OK);
	assert_int_equal(with_certificates(8), RAMPART_REASON_TOO_LARGE);
	assert_int_equal(with_attributes(32), RAMPART_REASON_OK);
	assert_int_equal(with_attributes(33), RAMPART_REASON_MALFORMED);
}

static void times(test_state *state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(time_cases); i++) {
		const struct time_case *c = &time_cases[i];
		struct rampart_cms cms;
		enum rampart_reason expected = c->good ? RAMPART_REASON_OK : RAMPART_REASON_MALFORMED;

		if (parse_time(P_NOT_BEFORE, c->tag, c->text, &cms) != expected ||
		    (c->good && cms.signer.not_before != c->seconds))
			fail_msg("%02x %s: %lld as notBefore", c->tag, c->text, (long long)cms.signer.not_before);
		if (parse_time(P_NOT_AFTER, c->tag, c->text, &cms) != expected ||
		    (c->good && cms.signer.not_after != c->seconds))
			fail_msg("%02x %s: %lld as notAfter", c->tag, c->text, (long long)cms.signer.not_after);
	}
}

static void every_prefix_is_truncated(test_state *state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(torture_bases); i++) {
		struct pb_view base = message_of(torture_bases[i]);
		struct rampart_cms cms;

		for (u32 len = 0; len < base.len; len++) {
			u8 *copy = env_calloc(1, len ?: 1);	/* of the exact size, for sanitizers */

			memcpy(copy, base.data, len);
			expect(torture_bases[i], (struct pb_view){ copy, len }, RAMPART_REASON_TRUNCATED, &cms);
			env_free(copy);
		}
	}
}

SUITE(cms,
	TEST(made_by_openssl),
	TEST(damaged_on_purpose),
	TEST(length_as_a_whole),
	TEST(up_to_its_limits),
	TEST(times),
	TEST(every_prefix_is_truncated));
