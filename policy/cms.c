// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The envelope of a signed bundle: CMS SignedData (RFC 5652), in strict DER. Every function that returns bool returns
 * false for a malformed message. There is no recursion; what is looked at more than once are the few certificates.
 */
#include <env.h>

#include "cms.h"
#include "der.h"

#define ATTRIBUTES_MAX 32
#define DETACHED_HEADERS 64	/* bytes; what is around @before and @after is less */

/* RFC 5652 */
static const u8 oid_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 }; /* 1.2.840.113549.1.7.1 */
static const u8 oid_signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 }; /* 1.2.840.113549.1.7.2 */
/* RFC 8017 */
static const u8 oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 }; /* 1.2.840.113549.1.1.1 */

/* SHA-256, SHA-384, SHA-512 are 2.16.840.1.101.3.4.2.{1,2,3}; ECDSA with each is 1.2.840.10045.4.3.{2,3,4}. */
static const u8 oid_sha2_arc[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02 };
static const u8 oid_ecdsa_sha2_arc[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03 };

enum hash { HASH_WEAK, HASH_SHA256, HASH_SHA384, HASH_SHA512 };

/* What a SignerInfo says: who signed, and how. */
struct signer {
	struct pb_view issuer;
	struct pb_view serial;
	enum hash hash;
	enum rampart_key_type signature;
};

/* --- certificates --- */

typedef bool (*fits_fn)(const struct rampart_x509 *cert, const void *ctx);

/* Finds the one that @fits; at most one may. @found->der.data is NULL when none does. */
static enum rampart_reason find_only(struct pb_view list, fits_fn fits, const void *ctx, struct rampart_x509 *found)
{
	struct rampart_x509 cert;

	*found = (struct rampart_x509){};
	while (list.len) {
		if (!rampart_x509_take(&list, &cert))
			return RAMPART_REASON_MALFORMED;
		if (!fits(&cert, ctx))
			continue;
		/* The verifier would use the first, and nothing says that it would be the one that was looked at here. */
		if (found->der.data)
			return RAMPART_REASON_MALFORMED;
		*found = cert;
	}
	return RAMPART_REASON_OK;
}

static bool is_signer(const struct rampart_x509 *cert, const void *ctx)
{
	const struct signer *signer = ctx;

	return der_equal(cert->serial, signer->serial) && der_equal(cert->issuer, signer->issuer);
}

/* As the kernel's verifier finds it. */
static bool has_issuer_key(const struct rampart_x509 *cert, const void *ctx)
{
	const struct rampart_x509 *issued = ctx;

	return cert->key_id.data && der_equal(cert->key_id, issued->authority);
}

static enum rampart_reason check_certificate(const struct rampart_x509 *cert)
{
	if (cert->key)
		return cert->key;
	if (!rampart_x509_is_root(cert) && cert->signature)
		return cert->signature;
	return cert->unknown_critical ? RAMPART_REASON_WRONG_KEY : RAMPART_REASON_OK;
}

static enum rampart_reason find_chain(struct pb_view list, struct rampart_cms *cms)
{
	struct rampart_x509 cert = cms->signer, issuer;

	for (;;) {
		enum rampart_reason reason = check_certificate(&cert);

		if (reason)
			return reason;
		cms->chain[cms->chain_len++] = cert.der;
		if (rampart_x509_is_root(&cert))
			return RAMPART_REASON_OK;
		reason = find_only(list, has_issuer_key, &cert, &issuer);
		if (reason || !issuer.der.data)
			return reason;
		/* One that goes round in a circle has no end, and so no issuer that could be trusted. */
		if (cms->chain_len == RAMPART_CMS_CERTS_MAX ||
		    !rampart_x509_may_issue(&issuer, &cert, cms->chain_len - 1))
			return RAMPART_REASON_WRONG_KEY;
		cert = issuer;
	}
}

static enum rampart_reason parse_certificates(struct pb_view list, const struct signer *signer, struct rampart_cms *cms)
{
	struct pb_view rest = list, value;
	enum rampart_reason reason;

	for (unsigned int n = 0; rest.len; n++) {
		if (n == RAMPART_CMS_CERTS_MAX)
			return RAMPART_REASON_TOO_LARGE;
		if (!der_take(&rest, DER_SEQUENCE, &value))
			return RAMPART_REASON_MALFORMED;
	}
	reason = find_only(list, is_signer, signer, &cms->signer);
	if (reason)
		return reason;
	if (!cms->signer.der.data)
		return RAMPART_REASON_NO_CERTIFICATE;
	reason = find_chain(list, cms);
	if (reason)
		return reason;
	return cms->signer.key_type == signer->signature ? RAMPART_REASON_OK : RAMPART_REASON_ALGORITHM;
}

/* --- SignedData --- */

static enum hash find_hash(struct pb_view oid, const u8 *arc, u32 arc_len, u8 sha256)
{
	u8 last;

	if (oid.len != arc_len + 1 || memcmp(oid.data, arc, arc_len))
		return HASH_WEAK;
	last = oid.data[arc_len];
	return last >= sha256 && last <= sha256 + 2 ? HASH_SHA256 + (last - sha256) : HASH_WEAK;
}

static enum rampart_reason take_hash(struct pb_view *in, enum hash *hash)
{
	struct pb_view oid, parameters;

	if (!der_take_algorithm(in, &oid, &parameters))
		return RAMPART_REASON_MALFORMED;
	*hash = find_hash(oid, oid_sha2_arc, sizeof(oid_sha2_arc), 1);
	if (*hash == HASH_WEAK)
		return RAMPART_REASON_WEAK_HASH;
	return der_is_absent_or_null(parameters) ? RAMPART_REASON_OK : RAMPART_REASON_MALFORMED;
}

/*
 * digestAlgorithms: a bit in @hashes for each. Two signers may have two, and then the complaint is to be about the
 * signers.
 */
static enum rampart_reason parse_hashes(struct pb_view set, unsigned int *hashes)
{
	*hashes = 0;
	while (set.len) {
		enum hash hash;
		enum rampart_reason reason = take_hash(&set, &hash);

		if (reason)
			return reason;
		if (*hashes & 1u << hash)
			return RAMPART_REASON_MALFORMED;
		*hashes |= 1u << hash;
	}
	return RAMPART_REASON_OK;
}

/* encapContentInfo */
static bool parse_content(struct pb_view in, struct pb_view *content)
{
	struct pb_view type, tagged;

	return der_take(&in, DER_OID, &type) && IS_OID(type, oid_data) &&
	       der_take_only(in, DER_CONTEXT_CONSTRUCTED(0), &tagged) && der_take_only(tagged, DER_OCTET_STRING, content);
}

static bool take_attribute(struct pb_view *in, struct pb_view *type)
{
	struct pb_view attribute, values;

	return der_take(in, DER_SEQUENCE, &attribute) && der_take(&attribute, DER_OID, type) &&
	       der_take_only(attribute, DER_SET, &values) && values.len;
}

/* The signature covers them, the verifier reads them. Here only: well formed, and none twice. */
static bool parse_attributes(struct pb_view all)
{
	struct pb_view types[ATTRIBUTES_MAX];
	unsigned int n = 0;

	while (all.len) {
		if (n == ATTRIBUTES_MAX || !take_attribute(&all, &types[n]))
			return false;
		for (unsigned int i = 0; i < n; i++)
			if (der_equal(types[i], types[n]))
				return false;
		n++;
	}
	return n > 0;
}

/* By issuer and serial number. The kernel's verifier does not find who is named by a key identifier below a CA. */
static enum rampart_reason take_signer_id(struct pb_view *in, struct signer *signer)
{
	struct pb_view id;
	u8 version;

	if (!der_take_version(in, &version))
		return RAMPART_REASON_MALFORMED;
	if (version == 3 && der_next_is(*in, DER_CONTEXT(0)))
		return RAMPART_REASON_KEY_ID;
	if (version != 1 || !der_take(in, DER_SEQUENCE, &id) || !der_take(&id, DER_SEQUENCE, &signer->issuer) ||
	    !der_take_integer(&id, &signer->serial) || id.len)
		return RAMPART_REASON_MALFORMED;
	return RAMPART_REASON_OK;
}

static enum rampart_reason take_signature(struct pb_view *in, struct signer *signer)
{
	struct pb_view oid, parameters, signature;

	if (!der_take_algorithm(in, &oid, &parameters))
		return RAMPART_REASON_MALFORMED;
	if (IS_OID(oid, oid_rsa) && der_is_absent_or_null(parameters))
		signer->signature = RAMPART_KEY_RSA;
	else if (find_hash(oid, oid_ecdsa_sha2_arc, sizeof(oid_ecdsa_sha2_arc), 2) == signer->hash && !parameters.len)
		signer->signature = RAMPART_KEY_ECDSA;
	else
		return RAMPART_REASON_ALGORITHM;
	return der_take(in, DER_OCTET_STRING, &signature) && signature.len ? RAMPART_REASON_OK : RAMPART_REASON_MALFORMED;
}

static enum rampart_reason parse_signer(struct pb_view in, struct signer *signer)
{
	struct pb_view attributes;
	enum rampart_reason reason;

	reason = take_signer_id(&in, signer);
	if (!reason)
		reason = take_hash(&in, &signer->hash);
	if (reason)
		return reason;
	if (der_next_is(in, DER_CONTEXT_CONSTRUCTED(0)) &&
	    (!der_take(&in, DER_CONTEXT_CONSTRUCTED(0), &attributes) || !parse_attributes(attributes)))
		return RAMPART_REASON_MALFORMED;
	reason = take_signature(&in, signer);
	if (reason)
		return reason;
	if (der_next_is(in, DER_CONTEXT_CONSTRUCTED(1)))
		return RAMPART_REASON_UNSIGNED_ATTRS;
	return in.len ? RAMPART_REASON_MALFORMED : RAMPART_REASON_OK;
}

static enum rampart_reason parse_signers(struct pb_view set, struct signer *signer)
{
	struct pb_view first;

	if (!set.len)
		return RAMPART_REASON_SIGNERS;
	if (!der_take(&set, DER_SEQUENCE, &first))
		return RAMPART_REASON_MALFORMED;
	return set.len ? RAMPART_REASON_SIGNERS : parse_signer(first, signer);
}

static enum rampart_reason parse_signed_data(struct pb_view in, struct rampart_cms *cms)
{
	struct pb_view set, content, certificates = {}, signers;
	struct signer signer = {};
	enum rampart_reason reason;
	unsigned int hashes;
	u8 version;

	cms->before.data = in.data;
	if (!der_take_version(&in, &version) || !der_take(&in, DER_SET, &set))
		return RAMPART_REASON_MALFORMED;
	cms->before.len = in.data - cms->before.data;
	reason = parse_hashes(set, &hashes);
	if (reason)
		return reason;
	if (!der_take(&in, DER_SEQUENCE, &content) || !parse_content(content, &cms->content))
		return RAMPART_REASON_MALFORMED;
	cms->after = in;
	if (cms->before.len + cms->after.len > RAMPART_CMS_DETACHED_MAX - DETACHED_HEADERS)
		return RAMPART_REASON_TOO_LARGE;
	if (der_next_is(in, DER_CONTEXT_CONSTRUCTED(0)) && !der_take(&in, DER_CONTEXT_CONSTRUCTED(0), &certificates))
		return RAMPART_REASON_MALFORMED;
	/* No revocation lists, which would come between the two. */
	if (!der_take_only(in, DER_SET, &signers))
		return RAMPART_REASON_MALFORMED;
	reason = parse_signers(signers, &signer);
	if (reason)
		return reason;
	/* RFC 5652 5.1: with such content, certificates and signer the version is 1. */
	if (version != 1 || hashes != 1u << signer.hash)
		return RAMPART_REASON_MALFORMED;
	return parse_certificates(certificates, &signer, cms);
}

/* The outermost element. It alone tells a message that was cut off, or that something follows, from any other damage. */
static enum rampart_reason take_message(struct pb_view blob, struct pb_view *info)
{
	enum rampart_reason reason;
	u32 header, length;

	if (blob.len > RAMPART_CMS_MAX)
		return RAMPART_REASON_TOO_LARGE;
	if (blob.len && blob.data[0] != DER_SEQUENCE)
		return RAMPART_REASON_MALFORMED;
	reason = der_read_header(blob, &header, &length);
	if (reason)
		return reason;
	if (length > blob.len - header)
		return RAMPART_REASON_TRUNCATED;
	*info = (struct pb_view){ .data = blob.data + header, .len = length };
	return length < blob.len - header ? RAMPART_REASON_TRAILING : RAMPART_REASON_OK;
}

static enum rampart_reason parse(struct pb_view blob, struct rampart_cms *cms)
{
	struct pb_view info, type, tagged, signed_data;
	enum rampart_reason reason = take_message(blob, &info);

	if (reason)
		return reason;
	if (!der_take(&info, DER_OID, &type) || !IS_OID(type, oid_signed_data) ||
	    !der_take_only(info, DER_CONTEXT_CONSTRUCTED(0), &tagged) || !der_take_only(tagged, DER_SEQUENCE, &signed_data))
		return RAMPART_REASON_MALFORMED;
	return parse_signed_data(signed_data, cms);
}

enum rampart_reason rampart_cms_parse(struct pb_view blob, struct rampart_cms *cms)
{
	enum rampart_reason reason;

	*cms = (struct rampart_cms){};
	reason = parse(blob, cms);
	if (reason)
		*cms = (struct rampart_cms){};
	return reason;
}

/* --- without content --- */

static u8 *put_bytes(u8 *to, const void *data, u32 len)
{
	memcpy(to, data, len);
	return to + len;
}

static u32 header_size(u32 len)
{
	return len < 0x80 ? 2 : len < 0x100 ? 3 : 4;
}

/* For at most 65535 bytes of content. */
static u8 *put_header(u8 *to, u8 tag, u32 len)
{
	u32 size = header_size(len);

	*to++ = tag;
	if (size > 2)
		*to++ = 0x80 + size - 2;
	if (size > 3)
		*to++ = len >> 8;
	*to++ = len;
	return to;
}

u32 rampart_cms_detach(const struct rampart_cms *cms, u8 *buf)
{
	const u32 type_len = header_size(sizeof(oid_data)) + sizeof(oid_data);
	const u32 data_len = cms->before.len + header_size(type_len) + type_len + cms->after.len;
	const u32 tagged_len = header_size(data_len) + data_len;
	u8 *to = buf;

	to = put_header(to, DER_SEQUENCE, header_size(sizeof(oid_signed_data)) + sizeof(oid_signed_data) +
					  header_size(tagged_len) + tagged_len);
	to = put_header(to, DER_OID, sizeof(oid_signed_data));
	to = put_bytes(to, oid_signed_data, sizeof(oid_signed_data));
	to = put_header(to, DER_CONTEXT_CONSTRUCTED(0), tagged_len);
	to = put_header(to, DER_SEQUENCE, data_len);
	to = put_bytes(to, cms->before.data, cms->before.len);
	to = put_header(to, DER_SEQUENCE, type_len);
	to = put_header(to, DER_OID, sizeof(oid_data));
	to = put_bytes(to, oid_data, sizeof(oid_data));
	to = put_bytes(to, cms->after.data, cms->after.len);
	return to - buf;
}
