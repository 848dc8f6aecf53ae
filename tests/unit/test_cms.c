// SPDX-License-Identifier: MIT
/*
 * The messages are made when the test begins, in a folder that is removed again. The judge of signatures is OpenSSL:
 * what it and rampart_cms_parse() both accept of a damaged message must still be the content that was signed, by the
 * same signer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cms_cases.h"
#include "random.h"

#define CONTENT "what was signed\n"
#define RANDOM_TIMES 10000

static char folder[] = "/tmp/rampart-cms-XXXXXX";
static struct pb_view messages[ARRAY_SIZE(cms_cases)];
static X509_STORE *trusted;

/* --- files --- */

static struct pb_view read_whole(const char *name)
{
	struct pb_view v = {};
	FILE *f = fopen(name, "rb");
	struct stat st;
	u8 *data;

	if (!f)
		return v;
	if (fstat(fileno(f), &st) == 0 && st.st_size > 0 && (data = malloc(st.st_size))) {
		v = (struct pb_view){ data, fread(data, 1, st.st_size, f) };
		assert(v.len == (u32)st.st_size);
	}
	fclose(f);
	return v;
}

static int run(const char *script)
{
	return system(script);
}

static int make_message(unsigned int i)
{
	char command[512], file[32];

	snprintf(file, sizeof(file), "message%u", i);
	snprintf(command, sizeof(command), CMS_SIGN "%3$s 2>>log", "content", file, cms_cases[i].arguments);
	if (run(command))
		fprintf(stderr, "%s: cannot be made: %s\n", cms_cases[i].name, command);
	messages[i] = read_whole(file);
	return messages[i].data ? 0 : -1;
}

static int trust(const char *name)
{
	FILE *f = fopen(name, "r");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	int good = cert && X509_STORE_add_cert(trusted, cert);

	X509_free(cert);
	if (f)
		fclose(f);
	return good ? 0 : -1;
}

static int set_up(void **state)
{
	FILE *f;

	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	f = fopen("content", "w");
	if (!f || fputs(CONTENT, f) < 0 || fclose(f))
		return -1;
	if (run(CMS_SIGNERS_SCRIPT)) {
		run("cat log >&2");
		return -1;
	}
	trusted = X509_STORE_new();
	X509_STORE_set_purpose(trusted, X509_PURPOSE_ANY);
	if (trust("root.crt") || trust("p256.crt") || trust("p384.crt"))
		return -1;
	for (unsigned int i = 0; i < ARRAY_SIZE(cms_cases); i++)
		if (make_message(i))
			return -1;
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	for (unsigned int i = 0; i < ARRAY_SIZE(cms_cases); i++)
		free((void *)messages[i].data);
	X509_STORE_free(trusted);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") || run(command) ? -1 : 0;
}

static struct pb_view message_of(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cms_cases); i++)
		if (!strcmp(cms_cases[i].name, name))
			return messages[i];
	fail_msg("there is no case %s", name);
	return (struct pb_view){};
}

static bool is_text(struct pb_view v, const char *text)
{
	return v.len == strlen(text) && !memcmp(v.data, text, v.len);
}

static bool same(struct pb_view a, struct pb_view b)
{
	return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

/* --- changes --- */

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

static void put(struct out *out, const void *data, u32 len)
{
	if (len)
		memcpy(out->data + out->len, data, len);
	out->len += len;
}

static void put_element(struct out *out, u8 tag, struct pb_view content, bool padded)
{
	u8 header[6] = { tag, content.len };
	u32 n = padded || content.len > 0xffff ? 4 : content.len > 0xff ? 2 : content.len > 0x7f ? 1 : 0;

	for (u32 i = 0; i < n; i++)
		header[2 + i] = content.len >> 8 * (n - 1 - i);
	if (n)
		header[1] = 0x80 | n;
	put(out, header, 2 + n);
	put(out, content.data, content.len);
}

static void put_edited(struct out *out, u8 tag, struct pb_view content, const struct edit *edit)
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
static void rewrite(struct walk *walk, struct pb_view in, const char *path, struct out *out)
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

		snprintf(own, sizeof(own), *path ? "%2$s.%1$u" : "%1$u", i, path);
		here = walk->index < 0 ? !strcmp(own, walk->edit->path) : walk->count == walk->index;
		walk->count++;
		if (tag & 0x20) {
			inner.data = malloc(3 * len + walk->edit->len + 64);
			rewrite(walk, content, own, &inner);
			content = (struct pb_view){ inner.data, inner.len };
		}
		if (here)
			put_edited(out, tag, content, walk->edit);
		else
			put_element(out, tag, content, false);
		walk->done |= here;
		free(inner.data);
	}
}

/* Returns a view with data of its own, of the exact size; data is NULL when there is no such element. */
static struct pb_view edited(struct pb_view base, const struct edit *edit, int index)
{
	struct walk walk = { .edit = edit, .index = index };
	struct out out = { .data = malloc(3 * base.len + edit->len + 64) };

	rewrite(&walk, base, "", &out);
	if (!walk.done) {
		free(out.data);
		return (struct pb_view){};
	}
	return (struct pb_view){ realloc(out.data, out.len ? out.len : 1), out.len };
}

/* --- the judge --- */

/* Whether OpenSSL accepts @blob, signed by who is trusted; @content gets what was signed. */
static bool judge(struct pb_view blob, BIO **content)
{
	const u8 *p = blob.data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, blob.len);
	bool good;

	*content = BIO_new(BIO_s_mem());
	good = cms && CMS_verify(cms, NULL, trusted, NULL, *content, CMS_BINARY) == 1;
	CMS_ContentInfo_free(cms);
	return good;
}

/* Of a damaged message: returns whether both accept it, and sees that nothing has changed then. */
static bool both_accept(struct pb_view blob, const struct rampart_cms *original)
{
	struct rampart_cms cms;
	BIO *content;
	char *data;
	long len;
	bool good;

	if (rampart_cms_parse(blob, &cms))
		return false;
	good = judge(blob, &content);
	if (good) {
		len = BIO_get_mem_data(content, &data);
		assert_true(same(cms.content, (struct pb_view){ (u8 *)data, len }));
		assert_true(same(cms.content, original->content));
		assert_true(same(cms.signer.der, original->signer.der));
		assert_true(cms.signer.not_before == original->signer.not_before && cms.signer.not_after == original->signer.not_after);
		assert_int_equal(cms.signer.code_signing, original->signer.code_signing);
	}
	BIO_free(content);
	return good;
}

static const char *const torture_bases[] = {
	"attrs", "noattr", "p256", "p256-noattr", "p384", "certfile",
};

/* Of each base: the message, and what it says when it is whole. */
static struct pb_view torture_base(unsigned int i, struct rampart_cms *original)
{
	struct pb_view base = message_of(torture_bases[i]);

	assert_int_equal(rampart_cms_parse(base, original), RAMPART_REASON_OK);
	assert_true(both_accept(base, original));
	return base;
}

/* --- tests --- */

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

static void made_by_openssl(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cms_cases); i++) {
		const struct cms_case *c = &cms_cases[i];
		struct rampart_cms cms;

		expect(c->name, messages[i], c->reason, &cms);
		if (c->reason)
			continue;
		if (!is_text(cms.content, CONTENT) || cms.signer.key_type != c->key_type || cms.signer.key_bits != c->key_bits ||
		    cms.signer.code_signing != c->code_signing)
			fail_msg("%s: content of %u bytes, key type %d, %u bits, code signing %d", c->name,
				 cms.content.len, cms.signer.key_type, cms.signer.key_bits, cms.signer.code_signing);
	}
}

/* The certificate that was found is the signer's, to the byte, and its dates are those that OpenSSL reads. */
static void finds_the_signer(void **state)
{
	static const char *const bases[] = { "attrs", "certfile", "p384", "late" };
	static const char *const files[] = { "policy.crt", "policy.crt", "p384.crt", "late.crt" };

	for (unsigned int i = 0; i < ARRAY_SIZE(bases); i++) {
		FILE *f = fopen(files[i], "r");
		X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
		struct rampart_cms cms;
		struct tm tm = {};
		u8 *der = NULL;
		int len = i2d_X509(cert, &der);

		expect(bases[i], message_of(bases[i]), RAMPART_REASON_OK, &cms);
		assert_true(len > 0 && same(cms.signer.der, (struct pb_view){ der, len }));
		assert_true(ASN1_TIME_to_tm(X509_get0_notBefore(cert), &tm));
		assert_true(cms.signer.not_before == timegm(&tm));
		assert_true(ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm));
		assert_true(cms.signer.not_after == timegm(&tm));
		OPENSSL_free(der);
		X509_free(cert);
		fclose(f);
	}
}

static void damaged_on_purpose(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(edit_cases); i++) {
		const struct edit_case *c = &edit_cases[i];
		struct pb_view blob = edited(message_of(c->base), &c->edit, -1);
		struct rampart_cms cms;

		if (!blob.data)
			fail_msg("%s: the message has no element %s", c->name, c->edit.path);
		expect(c->name, blob, c->reason, &cms);
		free((void *)blob.data);
	}
}

static void length_as_a_whole(void **state)
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
	u8 *longer = malloc(base.len + 1);

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		expect(cases[i].name, (struct pb_view){ (const u8 *)cases[i].bytes, cases[i].len }, cases[i].reason,
		       &cms);

	memcpy(longer, base.data, base.len);
	longer[base.len] = 0;
	expect("a byte more", (struct pb_view){ longer, base.len + 1 }, RAMPART_REASON_TRAILING, &cms);
	expect("too large", (struct pb_view){ longer, RAMPART_CMS_MAX + 1 }, RAMPART_REASON_TOO_LARGE, &cms);
	free(longer);
}

/* @n certificates that are nobody's beside the signer's. */
static enum rampart_reason with_certificates(unsigned int n)
{
	FILE *f = fopen("p256.crt", "r");
	X509 *cert = PEM_read_X509(f, NULL, NULL, NULL);
	u8 *der = NULL;
	u32 len = i2d_X509(cert, &der);
	char *many = malloc(n * len);
	struct edit edit = { P_CERT, EDIT_AFTER, many, n * len };
	struct rampart_cms cms;
	enum rampart_reason reason;
	struct pb_view blob;

	for (unsigned int i = 0; i < n; i++)
		memcpy(many + i * len, der, len);
	blob = edited(message_of("attrs"), &edit, -1);
	reason = rampart_cms_parse(blob, &cms);
	free((void *)blob.data);
	free(many);
	OPENSSL_free(der);
	X509_free(cert);
	fclose(f);
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
	free((void *)blob.data);
	return reason;
}

static void up_to_its_limits(void **state)
{
	assert_int_equal(with_certificates(7), RAMPART_REASON_OK);
	assert_int_equal(with_certificates(8), RAMPART_REASON_TOO_LARGE);
	assert_int_equal(with_attributes(32), RAMPART_REASON_OK);
	assert_int_equal(with_attributes(33), RAMPART_REASON_MALFORMED);
}

/* The same signature, of content that is elsewhere; and of no other. */
static void detached(void **state)
{
	const struct rampart_cms none = {};
	u8 *buf = malloc(RAMPART_CMS_DETACHED_MAX);

	for (unsigned int i = 0; i < ARRAY_SIZE(torture_bases); i++) {
		struct rampart_cms cms;
		CMS_ContentInfo *theirs;
		const u8 *p = buf;
		BIO *right, *wrong = BIO_new_mem_buf("other", 5);
		u32 len;

		torture_base(i, &cms);
		len = rampart_cms_detach(&cms, buf);
		theirs = d2i_CMS_ContentInfo(NULL, &p, len);
		assert_true(theirs && p == buf + len);
		right = BIO_new_mem_buf(cms.content.data, cms.content.len);
		assert_int_equal(CMS_verify(theirs, NULL, trusted, right, NULL, CMS_BINARY | CMS_DETACHED), 1);
		assert_int_equal(CMS_verify(theirs, NULL, trusted, wrong, NULL, CMS_BINARY | CMS_DETACHED), 0);
		CMS_ContentInfo_free(theirs);
		BIO_free(right);
		BIO_free(wrong);
	}
	assert_in_range(rampart_cms_detach(&none, buf), 1, 64);
	free(buf);
}

/* --- time --- */

static enum rampart_reason parse_time(const char *path, u8 tag, const char *text, struct rampart_cms *cms)
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
	free((void *)blob.data);
	return reason;
}

static void times(void **state)
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

static void check_as_timegm(s64 seconds)
{
	time_t t = seconds;
	struct rampart_cms cms;
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	if (tm.tm_year >= 50 && tm.tm_year < 150) {
		strftime(text, sizeof(text), "%y%m%d%H%M%SZ", &tm);
		assert_int_equal(parse_time(P_NOT_BEFORE, 0x17, text, &cms), RAMPART_REASON_OK);
		assert_true(cms.signer.not_before == timegm(&tm));
	}
	snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
	assert_int_equal(parse_time(P_NOT_AFTER, 0x18, text, &cms), RAMPART_REASON_OK);
	assert_true(cms.signer.not_after == timegm(&tm));
}

/* Half of them in the hundred years of UTCTime, all from 1950 to 9999. */
static void random_times_as_timegm(void **state)
{
	static const struct tm first = { .tm_year = 50, .tm_mday = 1 }, fifty = { .tm_year = 150, .tm_mday = 1 },
			       end = { .tm_year = 8100, .tm_mday = 1 };
	struct tm tm = first;
	s64 from = timegm(&tm), middle, until;

	tm = fifty;
	middle = timegm(&tm);
	tm = end;
	until = timegm(&tm);
	for (unsigned int i = 0; i < RANDOM_TIMES; i++)
		check_as_timegm(from + (s64)(random_u64() % (u64)((i % 2 ? middle : until) - from)));
	check_as_timegm(from);
	check_as_timegm(middle - 1);
	check_as_timegm(middle);
	check_as_timegm(until - 1);
}

/* --- torture --- */

static void every_prefix_is_truncated(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(torture_bases); i++) {
		struct rampart_cms cms;
		struct pb_view base = torture_base(i, &cms);

		for (u32 len = 0; len < base.len; len++) {
			u8 *copy = malloc(len ? len : 1);	/* of the exact size, for sanitizers */

			memcpy(copy, base.data, len);
			expect(torture_bases[i], (struct pb_view){ copy, len }, RAMPART_REASON_TRUNCATED, &cms);
			free(copy);
		}
	}
}

static void no_bit_changes_what_is_accepted(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(torture_bases); i++) {
		struct rampart_cms original;
		struct pb_view base = torture_base(i, &original);
		u8 *copy = malloc(base.len);
		unsigned int both = 0;

		memcpy(copy, base.data, base.len);
		for (u32 bit = 0; bit < base.len * 8; bit++) {
			copy[bit / 8] ^= 1u << bit % 8;
			both += both_accept((struct pb_view){ copy, base.len }, &original);
			copy[bit / 8] ^= 1u << bit % 8;
		}
		printf("# %s: of %u flipped bits, %u make no difference\n", torture_bases[i], base.len * 8, both);
		/* Certificates that are only carried along are nobody's business. */
		if (strcmp(torture_bases[i], "certfile"))
			assert_int_equal(both, 0);
		free(copy);
	}
}

static void no_element_changes_what_is_accepted(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(torture_bases); i++) {
		struct rampart_cms original;
		struct pb_view base = torture_base(i, &original), blob = base;
		unsigned int all = 0, both = 0;

		for (enum edit_op op = 0; op < EDIT_GENERAL; op++) {
			struct edit edit = { .op = op };

			for (int index = 0; (blob = edited(base, &edit, index)).data; index++) {
				both += both_accept(blob, &original);
				all++;
				free((void *)blob.data);
			}
		}
		printf("# %s: of %u changed elements, %u make no difference\n", torture_bases[i], all, both);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_by_openssl),
		cmocka_unit_test(finds_the_signer),
		cmocka_unit_test(damaged_on_purpose),
		cmocka_unit_test(length_as_a_whole),
		cmocka_unit_test(up_to_its_limits),
		cmocka_unit_test(detached),
		cmocka_unit_test(times),
		cmocka_unit_test(random_times_as_timegm),
		cmocka_unit_test(every_prefix_is_truncated),
		cmocka_unit_test(no_bit_changes_what_is_accepted),
		cmocka_unit_test(no_element_changes_what_is_accepted),
	};

	random_init();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
