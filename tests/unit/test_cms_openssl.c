// SPDX-License-Identifier: MIT
/*
 * The judge of signatures is OpenSSL: what it and rampart_cms_parse() both accept of a damaged message must still be the
 * content that was signed, by the same signer.
 */
#include <harness.h>

#include <openssl/cms.h>
#include <openssl/x509v3.h>

#include "cms_edit.h"

#define RANDOM_TIMES 10000

static X509_STORE *trusted;

static struct pb_view certificate_of(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cms_certificates); i++)
		if (!strcmp(cms_certificates[i].name, name))
			return cms_certificates[i].der;
	fail_msg("there is no certificate %s", name);
	return (struct pb_view){};
}

static X509 *x509_of(struct pb_view der)
{
	X509 *cert = d2i_X509(NULL, &der.data, der.len);

	assert_non_null(cert);
	return cert;
}

static void trust(const char *name)
{
	X509 *cert = x509_of(certificate_of(name));

	assert_true(X509_STORE_add_cert(trusted, cert));
	X509_free(cert);
}

/* The messages may be older than their signers live. */
static int set_up(void **state)
{
	trusted = X509_STORE_new();
	X509_STORE_set_purpose(trusted, X509_PURPOSE_ANY);
	X509_STORE_set_flags(trusted, X509_V_FLAG_NO_CHECK_TIME);
	trust("root");
	trust("p256");
	trust("p384");
	return 0;
}

static int tear_down(void **state)
{
	X509_STORE_free(trusted);
	return 0;
}

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

/* Of each base: the message, and what it says when it is whole. */
static struct pb_view torture_base(unsigned int i, struct rampart_cms *original)
{
	struct pb_view base = message_of(torture_bases[i]);

	assert_int_equal(rampart_cms_parse(base, original), RAMPART_REASON_OK);
	assert_true(both_accept(base, original));
	return base;
}

/* The certificate that was found is the signer's, to the byte, and its dates are those that OpenSSL reads. */
static void finds_the_signer(test_state *state)
{
	static const char *const bases[] = { "attrs", "certfile", "p384", "late" };
	static const char *const signers[] = { "policy", "policy", "p384", "late" };

	for (unsigned int i = 0; i < ARRAY_SIZE(bases); i++) {
		struct pb_view der = certificate_of(signers[i]);
		X509 *cert = x509_of(der);
		struct rampart_cms cms;
		struct tm tm = {};

		assert_int_equal(rampart_cms_parse(message_of(bases[i]), &cms), RAMPART_REASON_OK);
		assert_true(same(cms.signer.der, der));
		assert_true(ASN1_TIME_to_tm(X509_get0_notBefore(cert), &tm));
		assert_true(cms.signer.not_before == timegm(&tm));
		assert_true(ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm));
		assert_true(cms.signer.not_after == timegm(&tm));
		X509_free(cert);
	}
}

/* The same signature, of content that is elsewhere; and of no other. */
static void detached(test_state *state)
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
static void random_times_as_timegm(test_state *state)
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

static void no_bit_changes_what_is_accepted(test_state *state)
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
		note("%s: of %u flipped bits, %u make no difference", torture_bases[i], base.len * 8, both);
		/* Certificates that are only carried along are nobody's business. */
		if (strcmp(torture_bases[i], "certfile"))
			assert_int_equal(both, 0);
		free(copy);
	}
}

static void no_element_changes_what_is_accepted(test_state *state)
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
				env_free((void *)blob.data);
			}
		}
		note("%s: of %u changed elements, %u make no difference", torture_bases[i], all, both);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_the_signer),
		TEST(detached),
		TEST(random_times_as_timegm),
		TEST(no_bit_changes_what_is_accepted),
		TEST(no_element_changes_what_is_accepted),
	};

	random_seed();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
