// SPDX-License-Identifier: MIT
/*
 * Every reason for which a bundle can be refused, with keys made for the occasion.
 *
 *	root ---- signer (P-256), signer_384 (P-384), signer_rsa (RSA-3072)
 *	   \----- middle ---- deep (P-256)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "bundle.h"
#include "compile.h"
#include "../twin.h"

#define NOW INT64_C(1795478400)	/* 2026-11-24 */
#define DAY INT64_C(86400)
#define HEAD "rampart: 1\nname: test\nversion: 1\n"
#define VALID "valid: {from: 2026-11-01, until: 2027-11-01}\n"

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

/* How a certificate differs from a signer's usual one. */
struct spec {
	const struct identity *issuer;	/* NULL: itself */
	const char *name;
	const char *usage;		/* extendedKeyUsage; NULL: code signing, "": none */
	bool ca;
	const char *constraints;	/* of a CA; NULL: no limit */
	bool no_authority;
	const char *critical;		/* a subject name, critical; NULL: none */
	const char *key_usage;		/* NULL: none */
	s64 from, until;		/* days from NOW; 0: -1 and 365 */
	const EVP_MD *md;
};

static struct identity root, other_root, middle, signer, signer_384, signer_rsa, deep;
static X509_STORE *trust;
static char folder[] = "/tmp/rampart-test-XXXXXX";
static u8 *policy;
static size_t policy_len;

/* --- making keys, certificates and messages --- */

static EVP_PKEY *make_ec(const char *curve)
{
	EVP_PKEY *key = EVP_EC_gen(curve);

	assert_non_null(key);
	return key;
}

static EVP_PKEY *make_rsa(size_t bits)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);

	assert_non_null(key);
	return key;
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	assert_true(X509_add_ext(cert, extension, -1));
	X509_EXTENSION_free(extension);
}

static struct identity make(EVP_PKEY *key, struct spec spec)
{
	static long serial = 1;
	struct identity id = { .key = key, .cert = X509_new() };
	X509 *issuer = spec.issuer ? spec.issuer->cert : id.cert;
	X509_NAME *name = X509_get_subject_name(id.cert);

	X509_set_version(id.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(id.cert), serial++);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const u8 *)spec.name, -1, -1, 0);
	X509_set_issuer_name(id.cert, X509_get_subject_name(issuer));
	ASN1_TIME_set(X509_getm_notBefore(id.cert), NOW + (spec.from ?: -1) * DAY);
	ASN1_TIME_set(X509_getm_notAfter(id.cert), NOW + (spec.until ?: 365) * DAY);
	X509_set_pubkey(id.cert, key);
	add_extension(id.cert, issuer, NID_subject_key_identifier, "hash");
	if (spec.issuer && !spec.no_authority)
		add_extension(id.cert, issuer, NID_authority_key_identifier, "keyid:always");
	add_extension(id.cert, issuer, NID_basic_constraints,
		      spec.ca ? spec.constraints ?: "critical,CA:TRUE" : "critical,CA:FALSE");
	if (spec.critical)
		add_extension(id.cert, issuer, NID_subject_alt_name, spec.critical);
	if (spec.key_usage)
		add_extension(id.cert, issuer, NID_key_usage, spec.key_usage);
	if (!spec.ca && (!spec.usage || *spec.usage))
		add_extension(id.cert, issuer, NID_ext_key_usage, spec.usage ?: "codeSigning");
	assert_true(X509_sign(id.cert, spec.issuer ? spec.issuer->key : key, spec.md ?: EVP_sha256()));
	return id;
}

static void drop(struct identity *id)
{
	X509_free(id->cert);
	EVP_PKEY_free(id->key);
}

/* A message of @content by each of @ids; @flags of CMS_add1_signer(). */
static CMS_ContentInfo *make_cms(const void *content, size_t len, const struct identity *const *ids, unsigned int n,
				 const EVP_MD *md, unsigned int flags)
{
	BIO *bio = BIO_new_mem_buf(content, len);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, bio, CMS_BINARY | CMS_PARTIAL);

	assert_non_null(cms);
	for (unsigned int i = 0; i < n; i++)
		assert_non_null(CMS_add1_signer(cms, ids[i]->cert, ids[i]->key, md,
						flags | CMS_BINARY | CMS_NOSMIMECAP));
	assert_true(CMS_final(cms, bio, NULL, CMS_BINARY));
	BIO_free(bio);
	return cms;
}

/* Takes the reference of @cms. */
static size_t encode(CMS_ContentInfo *cms, u8 **der)
{
	int len;

	*der = NULL;
	len = i2d_CMS_ContentInfo(cms, der);
	assert_true(len > 0);
	CMS_ContentInfo_free(cms);
	return len;
}

static size_t sign_by(const struct identity *id, const void *content, size_t len, u8 **der)
{
	return encode(make_cms(content, len, &id, 1, EVP_sha256(), CMS_NOATTR), der);
}

static void compile_text(const char *yaml, u8 **pb, size_t *len)
{
	struct compile_errors errors;

	if (rampart_compile("test.yaml", yaml, strlen(yaml), NULL, &errors, pb, len)) {
		compile_errors_print(&errors, "", stderr);
		fail();
	}
}

static X509_STORE *store_of(const struct identity *id)
{
	X509_STORE *store;
	char path[64], error[200];
	FILE *out;

	snprintf(path, sizeof(path), "%s/trust.pem", folder);
	out = fopen(path, "w");
	assert_true(PEM_write_X509(out, id->cert));
	fclose(out);
	store = rampart_trust_load(path, error);
	assert_non_null(store);
	unlink(path);
	return store;
}

/* --- asking --- */

static void assert_reason(const u8 *der, size_t len, X509_STORE *store, enum rampart_reason expected)
{
	struct bundle_info info;
	enum rampart_reason reason = rampart_bundle_verify(der, len, store, NOW, &info);

	if (reason != expected)
		fail_msg("%s instead of %s: %s", rampart_reason_name(reason), rampart_reason_name(expected),
			 info.detail);
	assert_int_equal(ERR_peek_error(), 0);
	bundle_info_free(&info);
}

/* As above, and frees @der. */
static void assert_message(CMS_ContentInfo *cms, enum rampart_reason expected)
{
	u8 *der;
	size_t len = encode(cms, &der);

	assert_reason(der, len, trust, expected);
	OPENSSL_free(der);
}

static void assert_signed_by(const struct identity *id, enum rampart_reason expected)
{
	assert_message(make_cms(policy, policy_len, &id, 1, EVP_sha256(), CMS_NOATTR), expected);
}

static void assert_content(const void *content, size_t len, enum rampart_reason expected)
{
	const struct identity *id = &signer;

	assert_message(make_cms(content, len, &id, 1, EVP_sha256(), CMS_NOATTR), expected);
}

static void assert_yaml(const char *yaml, enum rampart_reason expected)
{
	u8 *pb;
	size_t len;

	compile_text(yaml, &pb, &len);
	assert_content(pb, len, expected);
	free(pb);
}

/* With a certificate of its own under @spec, of a P-256 key. */
static void assert_spec(struct spec spec, enum rampart_reason expected)
{
	struct identity id;

	spec.name = "special";
	id = make(make_ec("P-256"), spec);
	assert_signed_by(&id, expected);
	drop(&id);
}

/* --- tests --- */

static void test_accepted(void **state)
{
	const struct identity *const ids[] = { &signer, &signer_384, &signer_rsa };
	const EVP_MD *const mds[] = { EVP_sha256(), EVP_sha384(), EVP_sha512() };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(mds); j++) {
			assert_message(make_cms(policy, policy_len, &ids[i], 1, mds[j], CMS_NOATTR), RAMPART_REASON_OK);
			assert_message(make_cms(policy, policy_len, &ids[i], 1, mds[j], 0), RAMPART_REASON_OK);
			/* The kernel would not find whose key that is. */
			assert_message(make_cms(policy, policy_len, &ids[i], 1, mds[j], CMS_USE_KEYID),
				       RAMPART_REASON_KEY_ID);
		}
	}
}

/* What `revoked` lists. */
static void digest_tbs(X509 *cert, u8 digest[32])
{
	u8 *der = NULL;
	int len = i2d_re_X509_tbs(cert, &der);

	assert_true(len > 0 && EVP_Digest(der, len, digest, NULL, EVP_sha256(), NULL));
	OPENSSL_free(der);
}

static void test_info(void **state)
{
	struct bundle_info info;
	u8 *der, digest[32];
	size_t len = sign_by(&signer, policy, policy_len, &der);

	assert_int_equal(rampart_bundle_verify(der, len, trust, NOW, &info), RAMPART_REASON_OK);
	assert_int_equal(info.policy.version, 1);
	assert_memory_equal(info.policy.name.data, "test", 4);
	assert_int_equal(info.content.len, policy_len);
	assert_string_equal(info.signer, "CN=signer");
	assert_int_equal(info.signer_until, NOW + 365 * DAY);
	EVP_Digest(policy, policy_len, digest, NULL, EVP_sha256(), NULL);
	assert_memory_equal(info.digest, digest, 32);
	digest_tbs(signer.cert, digest);
	assert_memory_equal(info.signer_digest, digest, 32);
	bundle_info_free(&info);
	OPENSSL_free(der);
}

static void test_intermediate(void **state)
{
	const struct identity *id = &deep;
	CMS_ContentInfo *cms = make_cms(policy, policy_len, &id, 1, EVP_sha256(), CMS_NOATTR);

	CMS_add1_cert(cms, middle.cert);
	assert_message(cms, RAMPART_REASON_OK);
	assert_signed_by(&deep, RAMPART_REASON_WRONG_KEY);
}

/* As in the kernel's keyring, a certificate of the trust file counts although it did not sign itself. */
static void test_anchors(void **state)
{
	const struct identity *const anchors[] = { &signer, &middle };
	const struct identity *const signers[] = { &signer, &deep };

	for (size_t i = 0; i < ARRAY_SIZE(anchors); i++) {
		X509_STORE *store = store_of(anchors[i]);
		u8 *der;
		size_t len = sign_by(signers[i], policy, policy_len, &der);

		assert_reason(der, len, store, RAMPART_REASON_OK);
		OPENSSL_free(der);
		len = sign_by(&signer_384, policy, policy_len, &der);
		assert_reason(der, len, store, RAMPART_REASON_WRONG_KEY);
		OPENSSL_free(der);
		X509_STORE_free(store);
	}
}

static void test_size(void **state)
{
	size_t len = RAMPART_CMS_MAX + 1;
	u8 *blob = calloc(1, len);

	blob[0] = 0x30;
	assert_reason(blob, len, trust, RAMPART_REASON_TOO_LARGE);
	free(blob);
}

static void test_truncated(void **state)
{
	u8 *der;
	size_t len = sign_by(&signer, policy, policy_len, &der);

	for (size_t cut = 0; cut < len; cut++)
		assert_reason(der, cut, trust, RAMPART_REASON_TRUNCATED);
	OPENSSL_free(der);
}

static void test_trailing(void **state)
{
	u8 *der, *longer;
	size_t len = sign_by(&signer, policy, policy_len, &der);

	longer = calloc(1, len + 1);
	memcpy(longer, der, len);
	assert_reason(longer, len + 1, trust, RAMPART_REASON_TRAILING);
	free(longer);
	OPENSSL_free(der);
}

static void test_malformed(void **state)
{
	static const u8 text[] = "rampart: 1\n", empty[] = { 0x30, 0x00 }, indefinite[] = { 0x30, 0x80, 0x00, 0x00 };

	assert_reason(text, sizeof(text), trust, RAMPART_REASON_MALFORMED);
	assert_reason(empty, sizeof(empty), trust, RAMPART_REASON_MALFORMED);
	assert_reason(indefinite, sizeof(indefinite), trust, RAMPART_REASON_MALFORMED);
	assert_reason(policy, policy_len, trust, RAMPART_REASON_MALFORMED);
}

/* The same message in BER, whose outer element has no length but an end: OpenSSL alone would take it. */
static void test_indefinite(void **state)
{
	u8 *der;
	size_t len = sign_by(&signer, policy, policy_len, &der);

	assert_int_equal(der[1], 0x82);
	der[1] = 0x80;
	memmove(der + 2, der + 4, len - 4);
	memset(der + len - 2, 0, 2);
	assert_reason(der, len, trust, RAMPART_REASON_MALFORMED);
	OPENSSL_free(der);
}

/* Whole but for the signature, which is that of another message by the same signer. */
static void test_mixed(void **state)
{
	u8 *other = malloc(policy_len), *der, *der2;
	const size_t signature = 384;	/* at the end */
	size_t len = sign_by(&signer_rsa, policy, policy_len, &der);

	memcpy(other, policy, policy_len);
	*(u8 *)memmem(other, policy_len, "test", 4) = 'T';
	assert_int_equal(sign_by(&signer_rsa, other, policy_len, &der2), len);
	assert_reason(der2, len, trust, RAMPART_REASON_OK);
	memcpy(der2 + len - signature, der + len - signature, signature);
	assert_reason(der2, len, trust, RAMPART_REASON_BAD_SIGNATURE);
	OPENSSL_free(der2);
	OPENSSL_free(der);
	free(other);
}

static void test_detached(void **state)
{
	BIO *bio = BIO_new_mem_buf(policy, policy_len);

	assert_message(CMS_sign(signer.cert, signer.key, NULL, bio, CMS_BINARY | CMS_DETACHED),
		       RAMPART_REASON_MALFORMED);
	BIO_free(bio);
}

static void test_weak_hash(void **state)
{
	const struct identity *id = &signer_rsa;

	assert_message(make_cms(policy, policy_len, &id, 1, EVP_sha1(), CMS_NOATTR), RAMPART_REASON_WEAK_HASH);
	assert_message(make_cms(policy, policy_len, &id, 1, EVP_sha224(), 0), RAMPART_REASON_WEAK_HASH);
	assert_message(make_cms(policy, policy_len, &id, 1, EVP_md5(), 0), RAMPART_REASON_WEAK_HASH);
}

static void test_weak_key(void **state)
{
	for (size_t bits = 1024; bits <= 2048; bits += 1024) {
		struct identity id = make(make_rsa(bits), (struct spec){ .issuer = &root, .name = "weak" });

		assert_signed_by(&id, RAMPART_REASON_WEAK_KEY);
		drop(&id);
	}
}

/* A chain is as strong as its weakest member. */
static void test_weak_chain(void **state)
{
	struct identity weak_root = make(make_rsa(2048), (struct spec){ .name = "weak root", .ca = true });
	struct identity id = make(make_ec("P-256"), (struct spec){ .issuer = &weak_root, .name = "strong" });
	struct identity by_sha1 = make(make_ec("P-256"),
				       (struct spec){ .issuer = &root, .name = "x", .md = EVP_sha1() });
	X509_STORE *store = store_of(&weak_root);
	u8 *der;
	size_t len = sign_by(&id, policy, policy_len, &der);

	assert_reason(der, len, store, RAMPART_REASON_WEAK_KEY);
	assert_signed_by(&by_sha1, RAMPART_REASON_WEAK_HASH);
	OPENSSL_free(der);
	X509_STORE_free(store);
	drop(&by_sha1);
	drop(&id);
	drop(&weak_root);
}

static void test_algorithm(void **state)
{
	const char *const curves[] = { "P-224", "P-521" };
	const struct identity *id = &signer_rsa;
	CMS_ContentInfo *cms;
	CMS_SignerInfo *si;
	BIO *bio = BIO_new_mem_buf(policy, policy_len);

	for (size_t i = 0; i < ARRAY_SIZE(curves); i++) {
		struct identity other = make(make_ec(curves[i]), (struct spec){ .issuer = &root, .name = "curve" });

		assert_signed_by(&other, RAMPART_REASON_ALGORITHM);
		drop(&other);
	}
	cms = CMS_sign(NULL, NULL, NULL, bio, CMS_BINARY | CMS_PARTIAL);
	si = CMS_add1_signer(cms, id->cert, id->key, EVP_sha256(), CMS_BINARY | CMS_KEY_PARAM | CMS_NOSMIMECAP);
	EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(si), RSA_PKCS1_PSS_PADDING);
	assert_true(CMS_final(cms, bio, NULL, CMS_BINARY));
	assert_message(cms, RAMPART_REASON_ALGORITHM);
	BIO_free(bio);
}

static void test_signers(void **state)
{
	const struct identity *const both[] = { &signer, &signer_rsa };
	/* SignedData of "x" with no digestAlgorithms, certificates or signerInfos */
	static const u8 nobody[] = {
		0x30, 0x28, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0,
		0x1b, 0x30, 0x19, 0x02, 0x01, 0x01, 0x31, 0x00, 0x30, 0x10, 0x06, 0x09, 0x2a, 0x86,
		0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01, 0xa0, 0x03, 0x04, 0x01, 0x78, 0x31, 0x00,
	};

	assert_message(make_cms(policy, policy_len, both, 2, EVP_sha256(), CMS_NOATTR), RAMPART_REASON_SIGNERS);
	assert_message(make_cms(policy, policy_len, both, 2, EVP_sha256(), 0), RAMPART_REASON_SIGNERS);
	assert_reason(nobody, sizeof(nobody), trust, RAMPART_REASON_SIGNERS);
}

static void test_unsigned_attrs(void **state)
{
	const struct identity *id = &signer;
	CMS_ContentInfo *cms = make_cms(policy, policy_len, &id, 1, EVP_sha256(), 0);
	CMS_SignerInfo *si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);

	assert_true(CMS_unsigned_add1_attr_by_NID(si, NID_pkcs9_unstructuredName, V_ASN1_UTF8STRING, "x", 1));
	assert_message(cms, RAMPART_REASON_UNSIGNED_ATTRS);
}

static void test_no_certificate(void **state)
{
	const struct identity *id = &signer;
	CMS_ContentInfo *cms = make_cms(policy, policy_len, &id, 1, EVP_sha256(), CMS_NOATTR | CMS_NOCERTS);

	assert_message(cms, RAMPART_REASON_NO_CERTIFICATE);
	cms = make_cms(policy, policy_len, &id, 1, EVP_sha256(), CMS_NOATTR | CMS_NOCERTS);
	CMS_add1_cert(cms, root.cert);
	assert_message(cms, RAMPART_REASON_NO_CERTIFICATE);
}

static void test_wrong_key(void **state)
{
	struct identity impostor = make(make_ec("P-256"), (struct spec){ .name = "root", .ca = true });
	const struct identity *id = &deep;
	CMS_ContentInfo *cms;

	assert_spec((struct spec){ .issuer = &other_root }, RAMPART_REASON_WRONG_KEY);
	assert_spec((struct spec){ .issuer = NULL }, RAMPART_REASON_WRONG_KEY);		/* self-signed */
	assert_spec((struct spec){ .issuer = &impostor }, RAMPART_REASON_WRONG_KEY);	/* the name is not the key */
	/* Wrong comes before anything else that is wrong with it. */
	assert_spec((struct spec){ .issuer = &other_root, .usage = "emailProtection", .from = -9, .until = -2 },
		    RAMPART_REASON_WRONG_KEY);
	/* An intermediate certificate that is no intermediate of this signer. */
	cms = make_cms(policy, policy_len, &id, 1, EVP_sha256(), CMS_NOATTR);
	CMS_add1_cert(cms, other_root.cert);
	assert_message(cms, RAMPART_REASON_WRONG_KEY);
	drop(&impostor);
}

/* A signer must not make signers. */
static void test_leaf_as_issuer(void **state)
{
	struct identity child = make(make_ec("P-256"), (struct spec){ .issuer = &signer, .name = "child" });
	const struct identity *id = &child;
	CMS_ContentInfo *cms = make_cms(policy, policy_len, &id, 1, EVP_sha256(), CMS_NOATTR);

	CMS_add1_cert(cms, signer.cert);
	assert_message(cms, RAMPART_REASON_WRONG_KEY);
	drop(&child);
}

/* root ---- outer ---- inner ---- leaf, all but the root in the message */
static void assert_chain(struct spec outer_spec, struct spec inner_spec, struct spec leaf_spec,
			 enum rampart_reason expected)
{
	struct identity outer, inner, leaf;
	const struct identity *id = &leaf;
	CMS_ContentInfo *cms;

	outer_spec.issuer = &root;
	outer = make(make_ec("P-256"), outer_spec);
	inner_spec.issuer = &outer;
	inner = make(make_ec("P-256"), inner_spec);
	leaf_spec.issuer = &inner;
	leaf = make(make_ec("P-256"), leaf_spec);
	cms = make_cms(policy, policy_len, &id, 1, EVP_sha256(), CMS_NOATTR);
	CMS_add1_cert(cms, outer.cert);
	CMS_add1_cert(cms, inner.cert);
	assert_message(cms, expected);
	drop(&leaf);
	drop(&inner);
	drop(&outer);
}

static void test_chain(void **state)
{
	const struct spec outer = { .name = "outer", .ca = true }, inner = { .name = "inner", .ca = true };
	const struct spec leaf = { .name = "leaf" };
	struct spec one = outer, none = outer, no_ca = inner, by_sha1 = inner, nameless = leaf, signs = inner, no_signer = inner;

	assert_chain(outer, inner, leaf, RAMPART_REASON_OK);
	one.constraints = "critical,CA:TRUE,pathlen:1";
	assert_chain(one, inner, leaf, RAMPART_REASON_OK);
	none.constraints = "critical,CA:TRUE,pathlen:0";
	assert_chain(none, inner, leaf, RAMPART_REASON_WRONG_KEY);
	no_ca.ca = false;
	assert_chain(outer, no_ca, leaf, RAMPART_REASON_WRONG_KEY);
	signs.key_usage = "critical,keyCertSign";
	assert_chain(outer, signs, leaf, RAMPART_REASON_OK);
	no_signer.key_usage = "critical,digitalSignature";
	assert_chain(outer, no_signer, leaf, RAMPART_REASON_WRONG_KEY);
	by_sha1.md = EVP_sha1();
	assert_chain(outer, by_sha1, leaf, RAMPART_REASON_WEAK_HASH);
	nameless.no_authority = true;
	assert_chain(outer, inner, nameless, RAMPART_REASON_WRONG_KEY);
}

/* What the kernel would refuse, although OpenSSL would not. */
static void test_certificate_form(void **state)
{
	assert_spec((struct spec){ .issuer = &root, .no_authority = true }, RAMPART_REASON_WRONG_KEY);
	assert_spec((struct spec){ .issuer = &root, .critical = "DNS:host" }, RAMPART_REASON_OK);
	assert_spec((struct spec){ .issuer = &root, .critical = "critical,DNS:host" }, RAMPART_REASON_WRONG_KEY);
}

static void test_bad_signature(void **state)
{
	for (unsigned int flags = 0; flags <= CMS_NOATTR; flags += CMS_NOATTR) {
		const struct identity *id = &signer;
		u8 *der, *name;
		size_t len = encode(make_cms(policy, policy_len, &id, 1, EVP_sha256(), flags), &der);

		name = memmem(der, len, "test", 4);
		assert_non_null(name);
		name[0] = 'T';
		assert_reason(der, len, trust, RAMPART_REASON_BAD_SIGNATURE);
		name[0] = 't';
		assert_reason(der, len, trust, RAMPART_REASON_OK);
		der[len - 1] ^= 1;	/* the signature's last byte */
		assert_reason(der, len, trust, RAMPART_REASON_BAD_SIGNATURE);
		OPENSSL_free(der);
	}
}

static void test_wrong_eku(void **state)
{
	assert_spec((struct spec){ .issuer = &root, .usage = "emailProtection" }, RAMPART_REASON_WRONG_EKU);
	assert_spec((struct spec){ .issuer = &root, .usage = "anyExtendedKeyUsage" }, RAMPART_REASON_WRONG_EKU);
	assert_spec((struct spec){ .issuer = &root, .usage = "" }, RAMPART_REASON_WRONG_EKU);
	assert_spec((struct spec){ .issuer = &root, .usage = "clientAuth,codeSigning" }, RAMPART_REASON_OK);
}

static void test_signer_validity(void **state)
{
	assert_spec((struct spec){ .issuer = &root, .from = -9, .until = -2 }, RAMPART_REASON_SIGNER_EXPIRED);
	assert_spec((struct spec){ .issuer = &root, .from = 2, .until = 9 }, RAMPART_REASON_SIGNER_NOT_YET);
}

/* The last moment of the signer still counts, as it does in the kernel. */
static void test_signer_last_moment(void **state)
{
	struct identity id = make(make_ec("P-256"), (struct spec){ .issuer = &root, .name = "short", .until = 1 });
	struct bundle_info info;
	u8 *der;
	size_t len = sign_by(&id, policy, policy_len, &der);

	assert_int_equal(rampart_bundle_verify(der, len, trust, NOW + DAY, &info), RAMPART_REASON_OK);
	bundle_info_free(&info);
	assert_int_equal(rampart_bundle_verify(der, len, trust, NOW + DAY + 1, &info), RAMPART_REASON_SIGNER_EXPIRED);
	OPENSSL_free(der);
	drop(&id);
}

static void assert_under(struct spec above, enum rampart_reason expected)
{
	struct identity ca = make(make_ec("P-256"), above);
	struct identity leaf = make(make_ec("P-256"), (struct spec){ .issuer = &ca, .name = "leaf" });
	const struct identity *id = &leaf;
	CMS_ContentInfo *cms = make_cms(policy, policy_len, &id, 1, EVP_sha256(), CMS_NOATTR);

	CMS_add1_cert(cms, ca.cert);
	assert_message(cms, expected);
	drop(&leaf);
	drop(&ca);
}

static void test_chain_validity(void **state)
{
	assert_under((struct spec){ .issuer = &root, .name = "ca", .ca = true, .from = -9, .until = -2 },
		     RAMPART_REASON_SIGNER_EXPIRED);
	assert_under((struct spec){ .issuer = &root, .name = "ca", .ca = true, .from = 2, .until = 9 },
		     RAMPART_REASON_SIGNER_NOT_YET);
}

static void revoking(const struct identity *id, char yaml[512])
{
	u8 digest[32];
	char *at = yaml;

	digest_tbs(id->cert, digest);
	at += sprintf(at, HEAD VALID "revoked: [0000000000000000000000000000000000000000000000000000000000000000, ");
	for (unsigned int i = 0; i < 32; i++)
		at += sprintf(at, "%02x", digest[i]);
	strcpy(at, "]\n");
}

static void test_revoked(void **state)
{
	const struct identity *id = &deep;
	CMS_ContentInfo *cms;
	char yaml[512];
	u8 *pb;
	size_t len;

	revoking(&signer, yaml);
	assert_yaml(yaml, RAMPART_REASON_REVOKED);
	revoking(&signer_384, yaml);
	assert_yaml(yaml, RAMPART_REASON_OK);
	/* A certificate between the signer and the root. */
	revoking(&middle, yaml);
	compile_text(yaml, &pb, &len);
	cms = make_cms(pb, len, &id, 1, EVP_sha256(), CMS_NOATTR);
	CMS_add1_cert(cms, middle.cert);
	assert_message(cms, RAMPART_REASON_REVOKED);
	free(pb);
}

/* Anyone can turn an ECDSA signature into another good one: another certificate, which must not count either. */
static void test_revoked_twin(void **state)
{
	struct identity twin = { .key = signer.key, .cert = make_twin(signer.cert, root.key) };
	const struct identity *id = &twin;
	u8 *der, *other, *pb;
	char yaml[512];
	size_t len;

	assert_non_null(twin.cert);
	len = i2d_X509(signer.cert, (der = NULL, &der));
	assert_true((size_t)i2d_X509(twin.cert, (other = NULL, &other)) != len || memcmp(der, other, len));
	assert_signed_by(&twin, RAMPART_REASON_OK);
	revoking(&signer, yaml);
	compile_text(yaml, &pb, &len);
	assert_message(make_cms(pb, len, &id, 1, EVP_sha256(), CMS_NOATTR), RAMPART_REASON_REVOKED);
	free(pb);
	OPENSSL_free(other);
	OPENSSL_free(der);
	X509_free(twin.cert);
}

static void test_content(void **state)
{
	static const u8 broken[] = { 0x08 }, group[] = { 0x0b }, no_name[] = { 0x08, 1 };
	u8 unknown[1024], twice[1024], *tags;

	assert_content(broken, sizeof(broken), RAMPART_REASON_ENCODING);
	assert_content("text", 4, RAMPART_REASON_UNKNOWN_FIELD);
	assert_content(group, sizeof(group), RAMPART_REASON_UNKNOWN_FIELD);
	assert_content(no_name, sizeof(no_name), RAMPART_REASON_MISSING_FIELD);
	assert_content("", 0, RAMPART_REASON_MISSING_FIELD);
	/* A field that a later version may have. */
	memcpy(unknown, policy, policy_len);
	memcpy(unknown + policy_len, "\x58\x01", 2);
	assert_content(unknown, policy_len + 2, RAMPART_REASON_UNKNOWN_FIELD);
	memcpy(twice, policy, policy_len);
	memcpy(twice + policy_len, "\x18\x02", 2);
	assert_content(twice, policy_len + 2, RAMPART_REASON_BAD_VALUE);
	/* 65 tags in a target: 0x32, the length, and 0x0a 1 'a' each */
	tags = calloc(1, policy_len + 3 + 65 * 3);
	memcpy(tags, policy, policy_len);
	memcpy(tags + policy_len, "\x32\xc3\x01", 3);
	for (unsigned int i = 0; i < 65; i++)
		memcpy(tags + policy_len + 3 + 3 * i, "\x0a\x01" "a", 3);
	assert_content(tags, policy_len + 3 + 65 * 3, RAMPART_REASON_OVER_CAP);
	free(tags);
}

static void test_policy_validity(void **state)
{
	assert_yaml(HEAD "valid: {from: 2025-01-01, until: 2026-11-24}\n", RAMPART_REASON_EXPIRED);
	assert_yaml(HEAD "valid: {from: 2025-01-01, until: 2026-11-24T00:00:01Z}\n", RAMPART_REASON_OK);
	assert_yaml(HEAD "valid: {from: 2026-11-24, until: 2027-01-01}\n", RAMPART_REASON_OK);
	assert_yaml(HEAD "valid: {from: 2026-11-24T00:00:01Z, until: 2027-01-01}\n", RAMPART_REASON_NOT_YET);
}

/* --- torture --- */

#define TORTURE_SIZE 16384

/* A policy of @places folders, and one whose name takes @last bytes, signed by signer_rsa: its size does not vary. */
static size_t sign_places(unsigned int places, int last, u8 **der)
{
	char *yaml = NULL;
	size_t size, len;
	u8 *pb;
	FILE *out = open_memstream(&yaml, &size);

	fputs(HEAD VALID "folders:\n  mode: block\n  protect:\n", out);
	for (unsigned int i = 0; i < places; i++)
		fprintf(out, "    - /srv/torture/%05u\n", i);
	fprintf(out, "    - /%0*u\n", last, 0);
	fclose(out);
	compile_text(yaml, &pb, &len);
	free(yaml);
	len = sign_by(&signer_rsa, pb, len, der);
	free(pb);
	return len;
}

/* Of exactly TORTURE_SIZE: a place takes 20 bytes, the last one makes up for the rest. */
static u8 *torture_bundle(void)
{
	u8 *der;
	size_t len = sign_places(100, 1, &der);
	unsigned int more = (TORTURE_SIZE - len) / 20;

	OPENSSL_free(der);
	len = sign_places(100 + more, 1, &der);
	OPENSSL_free(der);
	len = sign_places(100 + more, 1 + (int)(TORTURE_SIZE - len), &der);
	assert_int_equal(len, TORTURE_SIZE);
	assert_reason(der, len, trust, RAMPART_REASON_OK);
	return der;
}

static unsigned int verdicts[__RAMPART_REASON_LAST];

static void try_variant(const u8 *der, size_t len)
{
	struct bundle_info info;
	enum rampart_reason reason = rampart_bundle_verify(der, len, trust, NOW, &info);

	verdicts[reason]++;
	bundle_info_free(&info);
}

/* None may have been accepted: not one bit is left that could be changed without being seen. */
static void end_torture(const char *what)
{
	printf("# %s:", what);
	for (unsigned int i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (verdicts[i])
			printf(" %s %u", rampart_reason_name(i), verdicts[i]);
	printf("\n");
	assert_int_equal(verdicts[RAMPART_REASON_OK], 0);
	memset(verdicts, 0, sizeof(verdicts));
}

static void test_every_prefix(void **state)
{
	u8 *der = torture_bundle();

	for (size_t len = 0; len < TORTURE_SIZE; len++)
		try_variant(der, len);
	end_torture("every prefix");
	OPENSSL_free(der);
}

/*
 * With RAMPART_TORTURE in the environment (`make torture`) each of them. Else, of the content, which is one string to
 * whoever verifies, one bit of each byte.
 */
static void test_every_bit(void **state)
{
	u8 *der = torture_bundle();
	const u8 *content;
	struct rampart_cms cms;

	rampart_cms_parse((struct pb_view){ .data = der, .len = TORTURE_SIZE }, &cms);
	content = cms.content.data;
	for (u8 *byte = der; byte < der + TORTURE_SIZE; byte++) {
		bool sample = byte >= content && byte < content + cms.content.len && !getenv("RAMPART_TORTURE");

		for (unsigned int bit = 0; bit < 8; bit++) {
			if (sample && bit != (byte - der) % 8)
				continue;
			*byte ^= 1u << bit;
			try_variant(der, TORTURE_SIZE);
			*byte ^= 1u << bit;
		}
	}
	end_torture("every bit");
	OPENSSL_free(der);
}

/* --- tokens --- */

static const u8 challenge[16] = "0123456789abcdef";

static enum rampart_reason ask_token(s64 from, u32 seconds, const struct rampart_views *revoked)
{
	struct bundle_info info;
	enum rampart_reason reason;
	u8 *pb, *der;
	size_t len;

	assert_int_equal(rampart_disarm_make(challenge, from, seconds, &pb, &len), 0);
	len = sign_by(&signer, pb, len, &der);
	reason = rampart_token_verify(der, len, trust, NOW, revoked, &info);
	if (reason == RAMPART_REASON_OK) {
		assert_memory_equal(info.token.challenge, challenge, 16);
		assert_int_equal(info.token.valid_until, from + seconds);
	}
	/* Never to be taken for a policy. */
	assert_reason(der, len, trust, RAMPART_REASON_UNKNOWN_FIELD);
	OPENSSL_free(der);
	free(pb);
	return reason;
}

static void test_token(void **state)
{
	struct pb_view view;
	struct rampart_views revoked = { .v = &view, .n = 1 };
	struct bundle_info info;
	u8 digest[32], *der;
	size_t len = sign_by(&signer, policy, policy_len, &der);

	digest_tbs(signer.cert, digest);
	view = (struct pb_view){ .data = digest, .len = 32 };
	assert_int_equal(ask_token(NOW, 1, NULL), RAMPART_REASON_OK);
	assert_int_equal(ask_token(NOW, 86400, NULL), RAMPART_REASON_OK);
	assert_int_equal(ask_token(NOW + 1, 100, NULL), RAMPART_REASON_NOT_YET);
	assert_int_equal(ask_token(NOW - 100, 100, NULL), RAMPART_REASON_EXPIRED);
	assert_int_equal(ask_token(NOW, 100, &revoked), RAMPART_REASON_REVOKED);
	digest[0] ^= 1;
	assert_int_equal(ask_token(NOW, 100, &revoked), RAMPART_REASON_OK);
	assert_int_equal(rampart_token_verify(der, len, trust, NOW, NULL, &info), RAMPART_REASON_UNKNOWN_FIELD);
	assert_int_equal(rampart_token_verify(der, len - 1, trust, NOW, NULL, &info), RAMPART_REASON_TRUNCATED);
	OPENSSL_free(der);
}

static void test_token_limits(void **state)
{
	u8 *pb;
	size_t len;

	assert_int_equal(rampart_disarm_make(challenge, NOW, 0, &pb, &len), -EINVAL);
	assert_int_equal(rampart_disarm_make(challenge, NOW, 86401, &pb, &len), -EINVAL);
	assert_int_equal(rampart_disarm_make(challenge, 0, 1, &pb, &len), -EINVAL);
}

/* --- signing with files --- */

static const char *path_of(const char *name)
{
	static char paths[4][64];
	static unsigned int i;
	char *path = paths[i++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void write_identity(const struct identity *id, const X509 *also)
{
	FILE *key = fopen(path_of("key.pem"), "w"), *cert = fopen(path_of("cert.pem"), "w");

	assert_true(PEM_write_PrivateKey(key, id->key, NULL, NULL, 0, NULL, NULL));
	assert_true(PEM_write_X509(cert, id->cert));
	if (also)
		assert_true(PEM_write_X509(cert, also));
	fclose(key);
	fclose(cert);
}

static void test_sign(void **state)
{
	const struct identity *const ids[] = { &signer, &signer_384, &signer_rsa, &deep };
	char error[200];
	u8 *der, *again;
	size_t len, again_len;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		write_identity(ids[i], ids[i] == &deep ? middle.cert : NULL);
		assert_int_equal(rampart_bundle_sign(policy, policy_len, path_of("key.pem"), path_of("cert.pem"), &der,
						     &len, error), 0);
		assert_int_equal(rampart_bundle_sign(policy, policy_len, path_of("key.pem"), path_of("cert.pem"),
						     &again, &again_len, error), 0);
		assert_reason(der, len, trust, RAMPART_REASON_OK);
		if (ids[i] == &signer_rsa) {
			assert_int_equal(len, again_len);
			assert_memory_equal(der, again, len);
		}
		free(der);
		free(again);
	}
}

static void assert_no_signature(const char *key, const char *cert, const char *expected)
{
	char error[200];
	size_t len;
	u8 *der;

	assert_int_equal(rampart_bundle_sign(policy, policy_len, path_of(key), path_of(cert), &der, &len, error),
			 -EINVAL);
	assert_null(der);
	assert_non_null(strstr(error, expected));
}

static void test_no_sign(void **state)
{
	struct identity weak = make(make_rsa(2048), (struct spec){ .issuer = &root, .name = "weak" });
	struct identity mail = make(make_ec("P-256"), (struct spec){ .issuer = &root, .name = "mail",
								     .usage = "emailProtection" });
	struct identity mixed = { .key = signer.key, .cert = deep.cert };

	write_identity(&weak, NULL);
	assert_no_signature("key.pem", "cert.pem", rampart_reason_text(RAMPART_REASON_WEAK_KEY));
	write_identity(&mail, NULL);
	assert_no_signature("key.pem", "cert.pem", rampart_reason_text(RAMPART_REASON_WRONG_EKU));
	write_identity(&mixed, NULL);
	assert_no_signature("key.pem", "cert.pem", "not the key of the certificate");
	assert_no_signature("none.pem", "cert.pem", "no private key could be read");
	assert_no_signature("key.pem", "none.pem", "cannot be read");
	assert_no_signature("key.pem", "key.pem", "holds no certificate");
	drop(&mail);
	drop(&weak);
}

static void test_trust_file(void **state)
{
	char error[200];
	FILE *out;

	assert_null(rampart_trust_load(path_of("none.pem"), error));
	assert_non_null(strstr(error, "cannot be read"));
	write_identity(&root, NULL);
	assert_null(rampart_trust_load(path_of("key.pem"), error));
	out = fopen(path_of("cert.pem"), "a");
	fputs("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", out);
	fclose(out);
	assert_null(rampart_trust_load(path_of("cert.pem"), error));
	assert_non_null(strstr(error, "damaged"));
}

/* --- set-up --- */

static int set_up(void **state)
{
	assert_non_null(mkdtemp(folder));
	root = make(make_ec("P-256"), (struct spec){ .name = "root", .ca = true });
	other_root = make(make_ec("P-256"), (struct spec){ .name = "other root", .ca = true });
	middle = make(make_ec("P-256"), (struct spec){ .issuer = &root, .name = "middle", .ca = true });
	signer = make(make_ec("P-256"), (struct spec){ .issuer = &root, .name = "signer" });
	signer_384 = make(make_ec("P-384"), (struct spec){ .issuer = &root, .name = "signer 384" });
	signer_rsa = make(make_rsa(3072), (struct spec){ .issuer = &root, .name = "signer rsa" });
	deep = make(make_ec("P-256"), (struct spec){ .issuer = &middle, .name = "deep" });
	trust = store_of(&root);
	compile_text(HEAD VALID "folders: {mode: block, protect: [/srv]}\n", &policy, &policy_len);
	return 0;
}

static int tear_down(void **state)
{
	struct identity *const all[] = { &root, &other_root, &middle, &signer, &signer_384, &signer_rsa, &deep };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		drop(all[i]);
	X509_STORE_free(trust);
	free(policy);
	unlink(path_of("key.pem"));
	unlink(path_of("cert.pem"));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),	cmocka_unit_test(test_info),
		cmocka_unit_test(test_intermediate),	cmocka_unit_test(test_anchors),
		cmocka_unit_test(test_size),		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_trailing),	cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_detached),	cmocka_unit_test(test_weak_hash),
		cmocka_unit_test(test_weak_key),	cmocka_unit_test(test_weak_chain),
		cmocka_unit_test(test_algorithm),	cmocka_unit_test(test_signers),
		cmocka_unit_test(test_unsigned_attrs),	cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_wrong_key),	cmocka_unit_test(test_leaf_as_issuer),
		cmocka_unit_test(test_bad_signature),	cmocka_unit_test(test_wrong_eku),
		cmocka_unit_test(test_signer_validity), cmocka_unit_test(test_signer_last_moment),
		cmocka_unit_test(test_chain_validity),	cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_content),		cmocka_unit_test(test_policy_validity),
		cmocka_unit_test(test_token),		cmocka_unit_test(test_token_limits),
		cmocka_unit_test(test_sign),		cmocka_unit_test(test_no_sign),
		cmocka_unit_test(test_trust_file),	cmocka_unit_test(test_revoked_twin),
		cmocka_unit_test(test_chain),		cmocka_unit_test(test_certificate_form),
		cmocka_unit_test(test_indefinite),	cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_every_prefix),	cmocka_unit_test(test_every_bit),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
