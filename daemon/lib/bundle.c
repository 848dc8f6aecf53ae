// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "bundle.h"
#include "policy.pb-c.h"

/* OpenSSL's 128-bit level: RSA from 3072 bits, curves from 256, SHA-256 and up, for the whole chain. */
#define SECURITY_LEVEL 3

/* A signed message while it is being verified. */
struct message {
	struct rampart_cms form;
	CMS_ContentInfo *cms;
	X509 *signer;			/* of @cms */
	STACK_OF(X509) *chain;		/* from the signer to the trusted certificate, once it is known */
	enum rampart_reason time;	/* what is wrong with the validity of the chain above the signer */
	struct bundle_info *info;
};

static enum rampart_reason __attribute__((format(printf, 3, 4)))
refuse(struct message *m, enum rampart_reason reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(m->info->detail, sizeof(m->info->detail), format, args);
	va_end(args);
	return reason;
}

/* A certificate as the kernel will read it. */
struct reading {
	u8 *der;
	struct rampart_x509 cert;
};

/* False when it cannot be read so. Free with reading_close() in any case. */
static bool reading_open(struct reading *r, const X509 *cert)
{
	struct pb_view view;
	int len;

	r->der = NULL;
	len = i2d_X509(cert, &r->der);
	view = (struct pb_view){ .data = r->der, .len = len > 0 ? len : 0 };
	return rampart_x509_take(&view, &r->cert) && !view.len;
}

static void reading_close(struct reading *r)
{
	OPENSSL_free(r->der);
}

/* What `revoked` lists. All of a certificate would not do: its signature may have another spelling. */
static bool digest_tbs(const struct rampart_x509 *cert, u8 digest[32])
{
	return EVP_Digest(cert->tbs.data, cert->tbs.len, digest, NULL, EVP_sha256(), NULL);
}

/* RFC 2253, in which control characters and all that is not ASCII are escaped. */
static void subject_text(const X509 *cert, char *buf, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = -1;

	if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(cert), 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(bio, buf, size - 1);
	buf[n > 0 ? n : 0] = '\0';
	BIO_free(bio);
}

/* --- trust --- */

static STACK_OF(X509) *read_certificates(const char *path, char error[200])
{
	BIO *bio = BIO_new_file(path, "r");
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509 *cert;

	if (!bio || !certs) {
		snprintf(error, 200, "%s: cannot be read", path);
		goto fail;
	}
	while ((cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		sk_X509_push(certs, cert);
	/* The end of a PEM file is "no start line"; anything else is a damaged certificate. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE || !sk_X509_num(certs)) {
		snprintf(error, 200, "%s: holds no certificate, or a damaged one; PEM is expected", path);
		goto fail;
	}
	ERR_clear_error();
	BIO_free(bio);
	return certs;
fail:
	ERR_clear_error();
	BIO_free(bio);
	sk_X509_pop_free(certs, X509_free);
	return NULL;
}

static bool store_init(X509_STORE *store, STACK_OF(X509) *certs)
{
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);

	/* As in the kernel's keyring, every certificate of the file is an anchor, whether or not it signed itself. */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	for (int i = 0; i < sk_X509_num(certs); i++)
		if (!X509_STORE_add_cert(store, sk_X509_value(certs, i)))
			return false;
	return X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
}

X509_STORE *rampart_trust_load(const char *path, char error[200])
{
	STACK_OF(X509) *certs = read_certificates(path, error);
	X509_STORE *store;

	if (!certs)
		return NULL;
	store = X509_STORE_new();
	if (store && !store_init(store, certs)) {
		X509_STORE_free(store);
		store = NULL;
	}
	if (!store)
		snprintf(error, 200, "%s: cannot be used", path);
	sk_X509_pop_free(certs, X509_free);
	return store;
}

/* --- verifying --- */

/* Whether OpenSSL read the same message as the walk did, whose views are used from here on. */
static bool same_reading(const struct message *m)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(m->cms);
	u8 *der = NULL;
	int len = i2d_X509(m->signer, &der);
	bool same = content && *content && len >= 0;

	same = same && (u32)ASN1_STRING_length(*content) == m->form.content.len &&
	       !memcmp(ASN1_STRING_get0_data(*content), m->form.content.data, m->form.content.len) &&
	       (u32)len == m->form.signer.der.len && !memcmp(der, m->form.signer.der.data, len);
	OPENSSL_free(der);
	return same;
}

static enum rampart_reason check_form(struct message *m, const u8 *blob, size_t len)
{
	struct pb_view view = { .data = blob, .len = len };
	const unsigned char *pos = blob;
	enum rampart_reason reason;

	if (len > RAMPART_CMS_MAX)
		return RAMPART_REASON_TOO_LARGE;
	reason = rampart_cms_parse(view, &m->form);
	if (reason != RAMPART_REASON_OK)
		return reason;
	m->info->content = m->form.content;
	m->info->signer_until = m->form.signer.not_after;
	m->cms = d2i_CMS_ContentInfo(NULL, &pos, len);
	return m->cms && pos == blob + len ? RAMPART_REASON_OK : RAMPART_REASON_MALFORMED;
}

static enum rampart_reason check_signature(struct message *m)
{
	const unsigned int flags = CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY;
	bool good = CMS_verify(m->cms, NULL, NULL, NULL, NULL, flags) == 1;
	STACK_OF(X509) *signers = CMS_get0_signers(m->cms);

	if (signers && sk_X509_num(signers) == 1)
		m->signer = sk_X509_value(signers, 0);
	sk_X509_free(signers);
	if (!m->signer)
		return RAMPART_REASON_NO_CERTIFICATE;
	subject_text(m->signer, m->info->signer, sizeof(m->info->signer));
	if (!digest_tbs(&m->form.signer, m->info->signer_digest))
		return RAMPART_REASON_NO_MEMORY;
	if (!good)
		return refuse(m, RAMPART_REASON_BAD_SIGNATURE, "signer: %s", m->info->signer);
	return same_reading(m) ? RAMPART_REASON_OK : RAMPART_REASON_MALFORMED;
}

/* Validity is judged after trust, so that an untrusted signer is called that. The signer's own is in m->form. */
static int defer_time(int ok, X509_STORE_CTX *ctx)
{
	struct message *m = X509_STORE_CTX_get_app_data(ctx);
	int err = X509_STORE_CTX_get_error(ctx);

	if (ok || (err != X509_V_ERR_CERT_HAS_EXPIRED && err != X509_V_ERR_CERT_NOT_YET_VALID))
		return ok;
	if (X509_STORE_CTX_get_error_depth(ctx) > 0)
		m->time = err == X509_V_ERR_CERT_HAS_EXPIRED ? RAMPART_REASON_SIGNER_EXPIRED :
							       RAMPART_REASON_SIGNER_NOT_YET;
	return 1;
}

static enum rampart_reason chain_reason(struct message *m, X509_STORE_CTX *ctx)
{
	int err = X509_STORE_CTX_get_error(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	enum rampart_reason reason = RAMPART_REASON_WRONG_KEY;

	if (err == X509_V_ERR_EE_KEY_TOO_SMALL || err == X509_V_ERR_CA_KEY_TOO_SMALL)
		reason = RAMPART_REASON_WEAK_KEY;
	else if (err == X509_V_ERR_CA_MD_TOO_WEAK)
		reason = RAMPART_REASON_WEAK_HASH;
	return refuse(m, reason, "%s (%d above the signer %s)", X509_verify_cert_error_string(err), depth,
		      m->info->signer);
}

static enum rampart_reason verify_chain(struct message *m, X509_STORE_CTX *ctx, s64 now)
{
	X509_STORE_CTX_set_time(ctx, 0, now);
	X509_STORE_CTX_set_app_data(ctx, m);
	X509_STORE_CTX_set_verify_cb(ctx, defer_time);
	if (X509_verify_cert(ctx) != 1)
		return chain_reason(m, ctx);
	m->chain = X509_STORE_CTX_get1_chain(ctx);
	return m->chain ? RAMPART_REASON_OK : RAMPART_REASON_NO_MEMORY;
}

static enum rampart_reason check_chain(struct message *m, X509_STORE *trust, s64 now)
{
	STACK_OF(X509) *others = CMS_get1_certs(m->cms);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum rampart_reason reason = RAMPART_REASON_NO_MEMORY;

	if (ctx && X509_STORE_CTX_init(ctx, trust, m->signer, others))
		reason = verify_chain(m, ctx, now);
	X509_STORE_CTX_free(ctx);
	sk_X509_pop_free(others, X509_free);
	return reason;
}

static enum rampart_reason check_link(struct message *m, const struct rampart_x509 *cert,
				      const struct rampart_x509 *issuer, u32 depth)
{
	if (!rampart_x509_may_issue(issuer, cert, depth))
		return refuse(m, RAMPART_REASON_WRONG_KEY, "%u above the signer %s: not a CA, or one that the "
			      "authorityKeyIdentifier of the certificate below does not name", depth + 1,
			      m->info->signer);
	return issuer->key;
}

/* OpenSSL is content with less than the kernel wants of who issues. */
static enum rampart_reason check_issuers(struct message *m)
{
	enum rampart_reason reason = RAMPART_REASON_OK;

	for (int i = 1; reason == RAMPART_REASON_OK && i < sk_X509_num(m->chain); i++) {
		struct reading cert, issuer;

		reason = RAMPART_REASON_MALFORMED;
		if (reading_open(&cert, sk_X509_value(m->chain, i - 1)) &
		    reading_open(&issuer, sk_X509_value(m->chain, i)))
			reason = check_link(m, &cert.cert, &issuer.cert, i - 1);
		reading_close(&issuer);
		reading_close(&cert);
	}
	return reason;
}

static enum rampart_reason check_signer(struct message *m, s64 now)
{
	if (!m->form.signer.code_signing)
		return refuse(m, RAMPART_REASON_WRONG_EKU, "signer: %s", m->info->signer);
	if (now > m->form.signer.not_after)
		return refuse(m, RAMPART_REASON_SIGNER_EXPIRED, "signer: %s", m->info->signer);
	if (now < m->form.signer.not_before)
		return refuse(m, RAMPART_REASON_SIGNER_NOT_YET, "signer: %s", m->info->signer);
	if (m->time != RAMPART_REASON_OK)
		return refuse(m, m->time, "a certificate above the signer %s", m->info->signer);
	return RAMPART_REASON_OK;
}

static enum rampart_reason check_envelope(struct message *m, const u8 *blob, size_t len, X509_STORE *trust, s64 now)
{
	enum rampart_reason reason;

	reason = check_form(m, blob, len);
	if (reason == RAMPART_REASON_OK)
		reason = check_signature(m);
	if (reason == RAMPART_REASON_OK)
		reason = check_chain(m, trust, now);
	if (reason == RAMPART_REASON_OK)
		reason = check_issuers(m);
	if (reason == RAMPART_REASON_OK)
		reason = check_signer(m, now);
	if (reason == RAMPART_REASON_OK &&
	    !EVP_Digest(m->form.content.data, m->form.content.len, m->info->digest, NULL, EVP_sha256(), NULL))
		reason = RAMPART_REASON_NO_MEMORY;
	ERR_clear_error();
	return reason;
}

bool rampart_revoked(const struct rampart_views *revoked, const u8 digest[32])
{
	for (u32 i = 0; i < revoked->n; i++)
		if (revoked->v[i].len == 32 && !memcmp(revoked->v[i].data, digest, 32))
			return true;
	return false;
}

static bool is_revoked(const struct rampart_views *revoked, const X509 *cert)
{
	struct reading r;
	u8 digest[32];
	/* One that cannot be read is not let through for that. */
	bool found = !reading_open(&r, cert) || !digest_tbs(&r.cert, digest) || rampart_revoked(revoked, digest);

	reading_close(&r);
	return found;
}

/* A revoked signer could else sign on through a certificate that it issued itself. */
static enum rampart_reason check_revoked(struct message *m, const struct rampart_views *revoked)
{
	char subject[120];

	for (int i = 0; i < sk_X509_num(m->chain); i++) {
		if (!is_revoked(revoked, sk_X509_value(m->chain, i)))
			continue;
		subject_text(sk_X509_value(m->chain, i), subject, sizeof(subject));
		return refuse(m, RAMPART_REASON_REVOKED, "certificate: %s", subject);
	}
	return RAMPART_REASON_OK;
}

static enum rampart_reason check_validity(s64 from, s64 until, s64 now)
{
	if (now >= until)
		return RAMPART_REASON_EXPIRED;
	return now < from ? RAMPART_REASON_NOT_YET : RAMPART_REASON_OK;
}

static enum rampart_reason check_policy(struct message *m, s64 now)
{
	struct rampart_policy *policy = &m->info->policy;
	enum rampart_reason reason = rampart_policy_decode(m->info->content, policy);

	if (reason != RAMPART_REASON_OK) {
		memset(policy, 0, sizeof(*policy));
		return reason;
	}
	reason = check_revoked(m, &policy->revoked);
	if (reason == RAMPART_REASON_OK)
		reason = check_validity(policy->valid_from, policy->valid_until, now);
	if (reason != RAMPART_REASON_OK)
		bundle_info_free(m->info);
	return reason;
}

static enum rampart_reason check_token(struct message *m, const struct rampart_views *revoked, s64 now)
{
	struct rampart_disarm *token = &m->info->token;
	enum rampart_reason reason = rampart_disarm_decode(m->info->content, token);

	if (reason == RAMPART_REASON_OK && revoked)
		reason = check_revoked(m, revoked);
	if (reason == RAMPART_REASON_OK)
		reason = check_validity(token->valid_from, token->valid_until, now);
	if (reason != RAMPART_REASON_OK)
		memset(token, 0, sizeof(*token));
	return reason;
}

static void message_init(struct message *m, struct bundle_info *info)
{
	memset(info, 0, sizeof(*info));
	*m = (struct message){ .time = RAMPART_REASON_OK, .info = info };
}

static void message_exit(struct message *m)
{
	sk_X509_pop_free(m->chain, X509_free);
	CMS_ContentInfo_free(m->cms);
}

enum rampart_reason rampart_bundle_verify(const u8 *blob, size_t len, X509_STORE *trust, s64 now,
					  struct bundle_info *info)
{
	enum rampart_reason reason;
	struct message m;

	message_init(&m, info);
	reason = check_envelope(&m, blob, len, trust, now);
	if (reason == RAMPART_REASON_OK)
		reason = check_policy(&m, now);
	message_exit(&m);
	return reason;
}

enum rampart_reason rampart_token_verify(const u8 *blob, size_t len, X509_STORE *trust, s64 now,
					 const struct rampart_views *revoked, struct bundle_info *info)
{
	enum rampart_reason reason;
	struct message m;

	message_init(&m, info);
	reason = check_envelope(&m, blob, len, trust, now);
	if (reason == RAMPART_REASON_OK)
		reason = check_token(&m, revoked, now);
	message_exit(&m);
	return reason;
}

void bundle_info_free(struct bundle_info *info)
{
	rampart_policy_free(&info->policy);
	memset(&info->policy, 0, sizeof(info->policy));
}

/* --- signing --- */

static EVP_PKEY *read_key(const char *path, char error[200])
{
	BIO *bio = BIO_new_file(path, "r");
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (!key)
		snprintf(error, 200, "%s: no private key could be read; PEM is expected", path);
	ERR_clear_error();
	return key;
}

/* The message in DER, or NULL. @certs: the signer's first. */
static CMS_ContentInfo *make_message(BIO *content, EVP_PKEY *key, STACK_OF(X509) *certs, char error[200])
{
	const unsigned int flags = CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR;
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, content, flags | CMS_PARTIAL);
	bool good = cms && CMS_add1_signer(cms, sk_X509_value(certs, 0), key, EVP_sha256(), flags);

	for (int i = 1; good && i < sk_X509_num(certs); i++)
		good = CMS_add1_cert(cms, sk_X509_value(certs, i));
	if (good && CMS_final(cms, content, NULL, flags))
		return cms;
	snprintf(error, 200, "cannot sign: %s", ERR_reason_error_string(ERR_peek_last_error()) ?: "unknown error");
	ERR_clear_error();
	CMS_ContentInfo_free(cms);
	return NULL;
}

/* In memory of malloc(). */
static int encode_message(const CMS_ContentInfo *cms, u8 **der, size_t *der_len)
{
	int len = i2d_CMS_ContentInfo(cms, NULL);
	unsigned char *pos;

	*der = len > 0 ? malloc(len) : NULL;
	if (!*der)
		return -ENOMEM;
	pos = *der;
	*der_len = i2d_CMS_ContentInfo(cms, &pos);
	return 0;
}

/* What every host would refuse is not handed out. */
static int check_made(const u8 *der, size_t len, char error[200])
{
	struct pb_view view = { .data = der, .len = len };
	struct rampart_cms form;
	enum rampart_reason reason = RAMPART_REASON_TOO_LARGE;

	if (len <= RAMPART_CMS_MAX)
		reason = rampart_cms_parse(view, &form);
	if (reason == RAMPART_REASON_OK && !form.signer.code_signing)
		reason = RAMPART_REASON_WRONG_EKU;
	if (reason == RAMPART_REASON_OK)
		return 0;
	snprintf(error, 200, "would be refused: %s", rampart_reason_text(reason));
	return -EINVAL;
}

static int sign(const u8 *content, size_t len, EVP_PKEY *key, STACK_OF(X509) *certs, u8 **der, size_t *der_len,
		char error[200])
{
	BIO *bio = BIO_new_mem_buf(content, len);
	CMS_ContentInfo *cms = bio ? make_message(bio, key, certs, error) : NULL;
	int err = -EINVAL;

	if (cms) {
		err = encode_message(cms, der, der_len);
		if (!err)
			err = check_made(*der, *der_len, error);
		else
			snprintf(error, 200, "out of memory");
	}
	if (err) {
		free(*der);
		*der = NULL;
	}
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	return err ? -EINVAL : 0;
}

int rampart_bundle_sign(const u8 *content, size_t len, const char *key_path, const char *cert_path, u8 **der,
			size_t *der_len, char error[200])
{
	STACK_OF(X509) *certs = read_certificates(cert_path, error);
	EVP_PKEY *key = certs ? read_key(key_path, error) : NULL;
	int err = -EINVAL;

	*der = NULL;
	if (len > RAMPART_CMS_MAX)
		snprintf(error, 200, "%s", rampart_reason_text(RAMPART_REASON_TOO_LARGE));
	else if (key && X509_check_private_key(sk_X509_value(certs, 0), key) != 1)
		snprintf(error, 200, "%s: not the key of the certificate in %s", key_path, cert_path);
	else if (key)
		err = sign(content, len, key, certs, der, der_len, error);
	ERR_clear_error();
	EVP_PKEY_free(key);
	sk_X509_pop_free(certs, X509_free);
	return err;
}

int rampart_disarm_make(const u8 challenge[16], s64 from, u32 seconds, u8 **pb, size_t *pb_len)
{
	Rampart__DisarmToken token = RAMPART__DISARM_TOKEN__INIT;

	if (!seconds || seconds > RAMPART_DISARM_SECONDS_MAX || from <= 0)
		return -EINVAL;
	token.challenge.data = (u8 *)challenge;
	token.challenge.len = 16;
	token.valid_from = from;
	token.valid_until = from + seconds;
	*pb_len = rampart__disarm_token__get_packed_size(&token);
	*pb = malloc(*pb_len);
	if (!*pb)
		return -ENOMEM;
	rampart__disarm_token__pack(&token, *pb);
	return 0;
}
