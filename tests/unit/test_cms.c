// SPDX-License-Identifier: MIT
#include <harness.h>

#include "cms_edit.h"
#include "der.h"

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

/* With @n bytes where the certificates are. */
static enum rampart_reason with_bytes(unsigned int n)
{
	char *bytes = env_calloc(1, n);
	const struct edit edit = { P_CERTS, EDIT_CONTENT, bytes, n };
	struct pb_view blob = edited(message_of("attrs"), &edit, -1);
	struct rampart_cms cms;
	enum rampart_reason reason = rampart_cms_parse(blob, &cms);

	env_free((void *)blob.data);
	env_free(bytes);
	return reason;
}

static void up_to_its_limits(test_state *state)
{
	assert_int_equal(with_certificates(7), RAMPART_REASON_OK);
	assert_int_equal(with_certificates(8), RAMPART_REASON_TOO_LARGE);
	assert_int_equal(with_bytes(60000), RAMPART_REASON_MALFORMED);
	assert_int_equal(with_bytes(66000), RAMPART_REASON_TOO_LARGE);
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

/* What the extension says in the place of the signer's third. */
static void extensions(test_state *state)
{
	static const struct {
		const char *name, *bytes;
		u32 len;
		bool ca, cert_sign;
		u32 path_max;
	} cases[] = {
#define CASE(name, bytes, ...) { name, bytes, sizeof(bytes) - 1, __VA_ARGS__ }
		CASE("nothing", "", false, true, 0),
		CASE("keyCertSign", KEY_USAGE("\x03\x02\x02\x04"), false, true, 0),
		CASE("digitalSignature", KEY_USAGE("\x03\x02\x07\x80"), false, false, 0),
		CASE("no usage", "\x30\x0a\x06\x03\x55\x1d\x0f\x04\x03\x03\x01\x00", false, false, 0),
		CASE("no CA", CONSTRAINTS("\x09", "\x02") "\x30\x00", false, true, U32_MAX),
		CASE("CA", CONSTRAINTS("\x0c", "\x05") "\x30\x03\x01\x01\xff", true, true, U32_MAX),
		CASE("CA, path 0", CONSTRAINTS("\x0f", "\x08") "\x30\x06\x01\x01\xff\x02\x01\x00", true, true, 0),
		CASE("CA, path 127", CONSTRAINTS("\x0f", "\x08") "\x30\x06\x01\x01\xff\x02\x01\x7f", true, true, 127),
		CASE("CA, path 128", CONSTRAINTS("\x10", "\x09") "\x30\x07\x01\x01\xff\x02\x02\x00\x80", true, true, U32_MAX),
#undef CASE
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct edit edit = { P_EXTENSIONS ".2", EDIT_RAW, cases[i].bytes, cases[i].len };
		struct pb_view blob = edited(message_of("attrs"), &edit, -1);
		struct rampart_cms cms;

		expect(cases[i].name, blob, RAMPART_REASON_OK, &cms);
		if (cms.signer.ca != cases[i].ca || cms.signer.cert_sign != cases[i].cert_sign ||
		    cms.signer.path_max != cases[i].path_max)
			fail_msg("%s: CA %d, may sign certificates %d, path %u", cases[i].name, cms.signer.ca,
				 cms.signer.cert_sign, cms.signer.path_max);
		env_free((void *)blob.data);
	}
}

/* Each condition on who issues, on its own. */
static void issuers(test_state *state)
{
	const struct pb_view a = { (const u8 *)"a", 1 }, b = { (const u8 *)"b", 1 };
	const struct rampart_x509 cert = { .authority = a, .issuer = b };
	const struct rampart_x509 ca = { .key_id = a, .subject = b, .ca = true, .cert_sign = true, .path_max = 1 };
	struct rampart_x509 other = cert, no_ca = ca, no_signer = ca, critical = ca, nameless = ca, another = ca, renamed = ca;

	assert_true(rampart_x509_may_issue(&ca, &cert, 0));
	assert_true(rampart_x509_may_issue(&ca, &cert, 1));
	assert_false(rampart_x509_may_issue(&ca, &cert, 2));
	other.authority = (struct pb_view){};
	assert_false(rampart_x509_may_issue(&ca, &other, 0));
	nameless.key_id = (struct pb_view){};
	assert_false(rampart_x509_may_issue(&nameless, &cert, 0));
	another.key_id = b;
	assert_false(rampart_x509_may_issue(&another, &cert, 0));
	renamed.subject = a;
	assert_false(rampart_x509_may_issue(&renamed, &cert, 0));
	no_ca.ca = false;
	assert_false(rampart_x509_may_issue(&no_ca, &cert, 0));
	no_signer.cert_sign = false;
	assert_false(rampart_x509_may_issue(&no_signer, &cert, 0));
	critical.unknown_critical = true;
	assert_false(rampart_x509_may_issue(&critical, &cert, 0));
}

static void no_certificate(test_state *state)
{
	struct rampart_x509 cert;
	struct pb_view in = { (const u8 *)"\x31\x00", 2 };

	assert_false(rampart_x509_take(&in, &cert));
	in.len = 0;
	assert_false(rampart_x509_take(&in, &cert));
}

/* The headers around what is long in each way that a length is written. */
static void without_content(test_state *state)
{
	static const u32 lengths[] = { 0, 1, 60, 90, 100, 127, 128, 200, 220, 255, 256, 300, 60000 };
	u8 *bytes = env_calloc(1, 60000), *buf = env_calloc(1, RAMPART_CMS_DETACHED_MAX);

	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct rampart_cms cms = { .before = { bytes, lengths[i] }, .after = { bytes, 0 } };
		struct pb_view all = { buf, rampart_cms_detach(&cms, buf) }, value;

		assert_true(der_take_only(all, DER_SEQUENCE, &all) && der_take(&all, DER_OID, &value));
		assert_true(der_take_only(all, DER_CONTEXT_CONSTRUCTED(0), &all) && der_take_only(all, DER_SEQUENCE, &all));
		assert_true(all.len > lengths[i]);
		all.data += lengths[i];
		all.len -= lengths[i];
		assert_true(der_take_only(all, DER_SEQUENCE, &value));
	}
	env_free(buf);
	env_free(bytes);
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
	TEST(extensions),
	TEST(issuers),
	TEST(no_certificate),
	TEST(without_content),
	TEST(every_prefix_is_truncated));
