// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The envelope of a signed bundle: CMS SignedData (RFC 5652) with X.509 certificates (RFC 5280), in strict DER.
 *
 * A struct pb_view serves as cursor: take() cuts an element off its front. Every function that returns bool returns
 * false for a malformed message. There is no recursion; each byte is looked at a fixed number of times.
 */
#include <env.h>

#include "cms.h"

#define CERTIFICATES_MAX 32
#define ATTRIBUTES_MAX 32
#define RSA_BITS_MIN 3072

#define TAG_BOOLEAN 0x01
#define TAG_INTEGER 0x02
#define TAG_BIT_STRING 0x03
#define TAG_OCTET_STRING 0x04
#define TAG_NULL 0x05
#define TAG_OID 0x06
#define TAG_UTC_TIME 0x17
#define TAG_GENERALIZED_TIME 0x18
#define TAG_SEQUENCE 0x30
#define TAG_SET 0x31
#define TAG_CONTEXT(n) (0x80 | (n))			/* [n] IMPLICIT, primitive */
#define TAG_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))		/* [n] EXPLICIT, or IMPLICIT of a SET or SEQUENCE */

/* RFC 5652 */
static const u8 oid_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 }; /* 1.2.840.113549.1.7.1 */
static const u8 oid_signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 }; /* 1.2.840.113549.1.7.2 */
/* RFC 8017 */
static const u8 oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 }; /* 1.2.840.113549.1.1.1 */
/* RFC 5480 */
static const u8 oid_ec_key[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 }; /* 1.2.840.10045.2.1 */
static const u8 oid_p256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 }; /* 1.2.840.10045.3.1.7 */
static const u8 oid_p384[] = { 0x2b, 0x81, 0x04, 0x00, 0x22 }; /* 1.3.132.0.34 */
/* RFC 5280 */
static const u8 oid_subject_key_id[] = { 0x55, 0x1d, 0x0e }; /* 2.5.29.14 */
static const u8 oid_ext_key_usage[] = { 0x55, 0x1d, 0x25 }; /* 2.5.29.37 */
static const u8 oid_code_signing[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03 }; /* 1.3.6.1.5.5.7.3.3 */

/* SHA-256, SHA-384, SHA-512 are 2.16.840.1.101.3.4.2.{1,2,3}; ECDSA with each is 1.2.840.10045.4.3.{2,3,4}. */
static const u8 oid_sha2_arc[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02 };
static const u8 oid_ecdsa_sha2_arc[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03 };

enum hash { HASH_WEAK, HASH_SHA256, HASH_SHA384, HASH_SHA512 };

/* What a SignerInfo says: who signed (issuer and serial, or key_id), and how. */
struct signer {
	u8 version;
	struct pb_view issuer;
	struct pb_view serial;
	struct pb_view key_id;
	enum hash hash;
	enum rampart_key_type signature;
};

struct certificate {
	struct pb_view tbs;		/* TBSCertificate, with its tag */
	struct pb_view algorithm;	/* of the issuer's signature, as that signature covers it */
	struct pb_view serial;
	struct pb_view issuer;
	struct pb_view validity;
	struct pb_view public_key;	/* SubjectPublicKeyInfo */
	struct pb_view key_id;		/* subjectKeyIdentifier, data is NULL without */
	struct pb_view key_usage;	/* extKeyUsage, data is NULL without */
};

/* --- DER --- */

static bool equal(struct pb_view a, struct pb_view b)
{
	return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

#define IS_OID(view, oid) equal(view, (struct pb_view){ .data = (oid), .len = sizeof(oid) })

/* Tag and length. TRUNCATED when @in ends within them. */
static enum rampart_reason read_header(struct pb_view in, u32 *header, u32 *length)
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

static bool next_is(struct pb_view in, u8 tag)
{
	return in.len && in.data[0] == tag;
}

/* Cuts the element at the front of @in off, which must have @tag. @value gets its content, @whole all of it. */
static bool take_whole(struct pb_view *in, u8 tag, struct pb_view *value, struct pb_view *whole)
{
	u32 header, length;

	if (!next_is(*in, tag) || read_header(*in, &header, &length) || length > in->len - header)
		return false;
	*value = (struct pb_view){ .data = in->data + header, .len = length };
	*whole = (struct pb_view){ .data = in->data, .len = header + length };
	in->data += whole->len;
	in->len -= whole->len;
	return true;
}

static bool take(struct pb_view *in, u8 tag, struct pb_view *value)
{
	struct pb_view whole;

	return take_whole(in, tag, value, &whole);
}

/* Takes the element, which must be all there is. */
static bool take_only(struct pb_view in, u8 tag, struct pb_view *value)
{
	return take(&in, tag, value) && !in.len;
}

static bool skip(struct pb_view *in, u8 tag)
{
	struct pb_view value;

	return take(in, tag, &value);
}

static bool skip_optional(struct pb_view *in, u8 tag)
{
	return !next_is(*in, tag) || skip(in, tag);
}

static bool take_integer(struct pb_view *in, struct pb_view *value)
{
	if (!take(in, TAG_INTEGER, value) || !value->len)
		return false;
	/* Nine equal bits at the front are one byte too many. */
	return value->len == 1 || !((value->data[0] == 0x00 && value->data[1] < 0x80) ||
				    (value->data[0] == 0xff && value->data[1] >= 0x80));
}

static bool take_version(struct pb_view *in, u8 *version)
{
	struct pb_view value;

	if (!take_integer(in, &value) || value.len != 1)
		return false;
	*version = value.data[0];
	return true;
}

/* A BIT STRING of whole bytes. */
static bool take_bits(struct pb_view *in, struct pb_view *value)
{
	if (!take(in, TAG_BIT_STRING, value) || !value->len || value->data[0])
		return false;
	value->data++;
	value->len--;
	return true;
}

static bool take_algorithm(struct pb_view *in, struct pb_view *oid, struct pb_view *parameters)
{
	return take(in, TAG_SEQUENCE, parameters) && take(parameters, TAG_OID, oid);
}

static bool is_absent_or_null(struct pb_view parameters)
{
	struct pb_view null;

	return !parameters.len || (take_only(parameters, TAG_NULL, &null) && !null.len);
}

/* --- time --- */

static bool read_digits(const u8 *text, unsigned int n, unsigned int *value)
{
	*value = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	return true;
}

static bool is_leap(unsigned int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since the first of January of the year 1, Gregorian; false when there is no such day. */
static bool count_days(unsigned int year, unsigned int month, unsigned int day, s64 *days)
{
	static const u8 lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned int before = year - 1;

	if (year < 1 || month < 1 || month > 12 || day < 1)
		return false;
	if (day > lengths[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u))
		return false;
	*days = 365 * (s64)before + before / 4 - before / 100 + before / 400 + day - 1;
	for (unsigned int m = 1; m < month; m++)
		*days += lengths[m - 1];
	if (month > 2 && is_leap(year))
		(*days)++;
	return true;
}

/* Exactly MMDDHHMMSSZ behind the year: RFC 5280 4.1.2.5 has no other form. */
static bool read_moment(unsigned int year, const u8 *text, s64 *seconds)
{
	enum { DAYS_TO_1970 = 719162 };
	unsigned int month, day, hour, minute, second;
	s64 days;

	if (!read_digits(text, 2, &month) || !read_digits(text + 2, 2, &day) || !read_digits(text + 4, 2, &hour) ||
	    !read_digits(text + 6, 2, &minute) || !read_digits(text + 8, 2, &second) || text[10] != 'Z')
		return false;
	if (hour > 23 || minute > 59 || second > 59 || !count_days(year, month, day, &days))
		return false;
	*seconds = ((days - DAYS_TO_1970) * 24 + hour) * 3600 + minute * 60 + second;
	return true;
}

static bool take_time(struct pb_view *in, s64 *seconds)
{
	struct pb_view text;
	unsigned int year;

	if (next_is(*in, TAG_UTC_TIME)) {
		if (!take(in, TAG_UTC_TIME, &text) || text.len != 13 || !read_digits(text.data, 2, &year))
			return false;
		return read_moment(year + (year < 50 ? 2000 : 1900), text.data + 2, seconds);
	}
	if (!take(in, TAG_GENERALIZED_TIME, &text) || text.len != 15 || !read_digits(text.data, 4, &year))
		return false;
	return read_moment(year, text.data + 4, seconds);
}

/* --- certificates --- */

/* @seen: the value of this extension if it was there before; none may come twice (RFC 5280 4.2). */
static bool note_extension(struct pb_view *seen, struct pb_view value)
{
	if (seen->data)
		return false;
	*seen = value;
	return true;
}

static bool parse_extension(struct pb_view in, struct certificate *cert)
{
	struct pb_view oid, value, critical, inner;

	if (!take(&in, TAG_OID, &oid))
		return false;
	if (next_is(in, TAG_BOOLEAN) &&
	    (!take(&in, TAG_BOOLEAN, &critical) || critical.len != 1 || critical.data[0] != 0xff))
		return false;
	if (!take_only(in, TAG_OCTET_STRING, &value))
		return false;
	if (IS_OID(oid, oid_subject_key_id))
		return take_only(value, TAG_OCTET_STRING, &inner) && note_extension(&cert->key_id, inner);
	if (IS_OID(oid, oid_ext_key_usage))
		return take_only(value, TAG_SEQUENCE, &inner) && note_extension(&cert->key_usage, inner);
	return true;
}

static bool parse_extensions(struct pb_view tagged, struct certificate *cert)
{
	struct pb_view list, extension;

	if (!take_only(tagged, TAG_SEQUENCE, &list))
		return false;
	while (list.len)
		if (!take(&list, TAG_SEQUENCE, &extension) || !parse_extension(extension, cert))
			return false;
	return true;
}

/* TBSCertificate */
static bool parse_tbs(struct pb_view in, struct certificate *cert)
{
	struct pb_view extensions;

	if (!skip_optional(&in, TAG_CONTEXT_CONSTRUCTED(0)) ||	/* version */
	    !take_integer(&in, &cert->serial) ||
	    !take(&in, TAG_SEQUENCE, &cert->algorithm) ||
	    !take(&in, TAG_SEQUENCE, &cert->issuer) ||
	    !take(&in, TAG_SEQUENCE, &cert->validity) ||
	    !skip(&in, TAG_SEQUENCE) ||				/* subject */
	    !take(&in, TAG_SEQUENCE, &cert->public_key) ||
	    !skip_optional(&in, TAG_CONTEXT(1)) ||		/* unique identifiers */
	    !skip_optional(&in, TAG_CONTEXT(2)))
		return false;
	if (!in.len)
		return true;
	return take_only(in, TAG_CONTEXT_CONSTRUCTED(3), &extensions) && parse_extensions(extensions, cert);
}

static bool parse_certificate(struct pb_view in, struct certificate *cert)
{
	struct pb_view tbs, algorithm, signature;

	*cert = (struct certificate){};
	if (!take_whole(&in, TAG_SEQUENCE, &tbs, &cert->tbs) || !take(&in, TAG_SEQUENCE, &algorithm) ||
	    !take_bits(&in, &signature) || in.len)
		return false;
	/* Beside the signature, nothing in a certificate is left that could be spelt in another way. */
	return parse_tbs(tbs, cert) && equal(algorithm, cert->algorithm);
}

static bool parse_key_usage(struct pb_view usage, bool *code_signing)
{
	struct pb_view oid;

	*code_signing = false;
	while (usage.len) {
		if (!take(&usage, TAG_OID, &oid))
			return false;
		if (IS_OID(oid, oid_code_signing))
			*code_signing = true;
	}
	return true;
}

static enum rampart_reason parse_rsa_key(struct pb_view bits, struct rampart_cms *cms)
{
	struct pb_view key, modulus, exponent;

	if (!take_only(bits, TAG_SEQUENCE, &key) || !take_integer(&key, &modulus) || !take_integer(&key, &exponent) ||
	    key.len || modulus.data[0] >= 0x80)
		return RAMPART_REASON_MALFORMED;
	if (!modulus.data[0]) {
		modulus.data++;
		modulus.len--;
	}
	if (!modulus.len)
		return RAMPART_REASON_MALFORMED;
	cms->key_type = RAMPART_KEY_RSA;
	cms->key_bits = modulus.len * 8;
	for (u8 top = modulus.data[0]; top < 0x80; top <<= 1)
		cms->key_bits--;
	return cms->key_bits < RSA_BITS_MIN ? RAMPART_REASON_WEAK_KEY : RAMPART_REASON_OK;
}

static enum rampart_reason parse_ec_key(struct pb_view parameters, struct rampart_cms *cms)
{
	struct pb_view curve;

	if (!take_only(parameters, TAG_OID, &curve))
		return RAMPART_REASON_ALGORITHM;	/* a curve given by its parameters */
	cms->key_type = RAMPART_KEY_ECDSA;
	if (IS_OID(curve, oid_p256))
		cms->key_bits = 256;
	else if (IS_OID(curve, oid_p384))
		cms->key_bits = 384;
	else
		return RAMPART_REASON_ALGORITHM;
	return RAMPART_REASON_OK;
}

static enum rampart_reason parse_key(struct pb_view in, struct rampart_cms *cms)
{
	struct pb_view oid, parameters, bits;

	if (!take_algorithm(&in, &oid, &parameters) || !take_bits(&in, &bits) || in.len)
		return RAMPART_REASON_MALFORMED;
	if (IS_OID(oid, oid_ec_key))
		return parse_ec_key(parameters, cms);
	if (IS_OID(oid, oid_rsa) && is_absent_or_null(parameters))
		return parse_rsa_key(bits, cms);
	return RAMPART_REASON_ALGORITHM;
}

static bool is_of(const struct certificate *cert, const struct signer *signer)
{
	if (signer->key_id.data)
		return cert->key_id.data && equal(cert->key_id, signer->key_id);
	return equal(cert->serial, signer->serial) && equal(cert->issuer, signer->issuer);
}

/* One only: the verifier would use the first, and nothing says that it would be the one that was looked at here. */
static enum rampart_reason find_certificate(struct pb_view list, const struct signer *signer,
					    struct certificate *found, struct pb_view *der)
{
	unsigned int n = 0;

	*der = (struct pb_view){};
	while (list.len) {
		struct pb_view value, whole;
		struct certificate cert;

		if (++n > CERTIFICATES_MAX)
			return RAMPART_REASON_TOO_LARGE;
		if (!take_whole(&list, TAG_SEQUENCE, &value, &whole) || !parse_certificate(value, &cert))
			return RAMPART_REASON_MALFORMED;
		if (!is_of(&cert, signer))
			continue;
		if (der->data)
			return RAMPART_REASON_MALFORMED;
		*der = whole;
		*found = cert;
	}
	return der->data ? RAMPART_REASON_OK : RAMPART_REASON_NO_CERTIFICATE;
}

static enum rampart_reason parse_certificates(struct pb_view list, const struct signer *signer, struct rampart_cms *cms)
{
	struct certificate cert;
	enum rampart_reason reason = find_certificate(list, signer, &cert, &cms->signer);

	if (reason)
		return reason;
	cms->signer_tbs = cert.tbs;
	if (!take_time(&cert.validity, &cms->not_before) || !take_time(&cert.validity, &cms->not_after) ||
	    cert.validity.len || !parse_key_usage(cert.key_usage, &cms->code_signing))
		return RAMPART_REASON_MALFORMED;
	reason = parse_key(cert.public_key, cms);
	if (reason)
		return reason;
	return cms->key_type == signer->signature ? RAMPART_REASON_OK : RAMPART_REASON_ALGORITHM;
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

	if (!take_algorithm(in, &oid, &parameters))
		return RAMPART_REASON_MALFORMED;
	*hash = find_hash(oid, oid_sha2_arc, sizeof(oid_sha2_arc), 1);
	if (*hash == HASH_WEAK)
		return RAMPART_REASON_WEAK_HASH;
	return is_absent_or_null(parameters) ? RAMPART_REASON_OK : RAMPART_REASON_MALFORMED;
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

	return take(&in, TAG_OID, &type) && IS_OID(type, oid_data) &&
	       take_only(in, TAG_CONTEXT_CONSTRUCTED(0), &tagged) && take_only(tagged, TAG_OCTET_STRING, content);
}

static bool take_attribute(struct pb_view *in, struct pb_view *type)
{
	struct pb_view attribute, values;

	return take(in, TAG_SEQUENCE, &attribute) && take(&attribute, TAG_OID, type) &&
	       take_only(attribute, TAG_SET, &values) && values.len;
}

/* The signature covers them, the verifier reads them. Here only: well formed, and none twice. */
static bool parse_attributes(const struct pb_view all)
{
	struct pb_view rest = all, type, earlier;
	unsigned int n = 0;

	while (rest.len) {
		struct pb_view before = all;

		if (n == ATTRIBUTES_MAX || !take_attribute(&rest, &type))
			return false;
		for (unsigned int i = 0; i < n; i++)
			if (!take_attribute(&before, &earlier) || equal(earlier, type))
				return false;
		n++;
	}
	return n > 0;
}

static bool parse_signer_id(struct pb_view *in, struct signer *signer)
{
	struct pb_view id;

	if (!take_version(in, &signer->version))
		return false;
	if (signer->version == 3)
		return take(in, TAG_CONTEXT(0), &signer->key_id) && signer->key_id.len;
	return signer->version == 1 && take(in, TAG_SEQUENCE, &id) && take(&id, TAG_SEQUENCE, &signer->issuer) &&
	       take_integer(&id, &signer->serial) && !id.len;
}

static enum rampart_reason take_signature(struct pb_view *in, struct signer *signer)
{
	struct pb_view oid, parameters, signature;

	if (!take_algorithm(in, &oid, &parameters))
		return RAMPART_REASON_MALFORMED;
	if (IS_OID(oid, oid_rsa) && is_absent_or_null(parameters))
		signer->signature = RAMPART_KEY_RSA;
	else if (find_hash(oid, oid_ecdsa_sha2_arc, sizeof(oid_ecdsa_sha2_arc), 2) == signer->hash && !parameters.len)
		signer->signature = RAMPART_KEY_ECDSA;
	else
		return RAMPART_REASON_ALGORITHM;
	return take(in, TAG_OCTET_STRING, &signature) && signature.len ? RAMPART_REASON_OK : RAMPART_REASON_MALFORMED;
}

static enum rampart_reason parse_signer(struct pb_view in, struct signer *signer)
{
	struct pb_view attributes;
	enum rampart_reason reason;

	if (!parse_signer_id(&in, signer))
		return RAMPART_REASON_MALFORMED;
	reason = take_hash(&in, &signer->hash);
	if (reason)
		return reason;
	if (next_is(in, TAG_CONTEXT_CONSTRUCTED(0)) &&
	    (!take(&in, TAG_CONTEXT_CONSTRUCTED(0), &attributes) || !parse_attributes(attributes)))
		return RAMPART_REASON_MALFORMED;
	reason = take_signature(&in, signer);
	if (reason)
		return reason;
	if (next_is(in, TAG_CONTEXT_CONSTRUCTED(1)))
		return RAMPART_REASON_UNSIGNED_ATTRS;
	return in.len ? RAMPART_REASON_MALFORMED : RAMPART_REASON_OK;
}

static enum rampart_reason parse_signers(struct pb_view set, struct signer *signer)
{
	struct pb_view first;

	if (!set.len)
		return RAMPART_REASON_SIGNERS;
	if (!take(&set, TAG_SEQUENCE, &first))
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

	if (!take_version(&in, &version) || !take(&in, TAG_SET, &set))
		return RAMPART_REASON_MALFORMED;
	reason = parse_hashes(set, &hashes);
	if (reason)
		return reason;
	if (!take(&in, TAG_SEQUENCE, &content) || !parse_content(content, &cms->content))
		return RAMPART_REASON_MALFORMED;
	if (next_is(in, TAG_CONTEXT_CONSTRUCTED(0)) && !take(&in, TAG_CONTEXT_CONSTRUCTED(0), &certificates))
		return RAMPART_REASON_MALFORMED;
	/* No revocation lists, which would come between the two. */
	if (!take_only(in, TAG_SET, &signers))
		return RAMPART_REASON_MALFORMED;
	reason = parse_signers(signers, &signer);
	if (reason)
		return reason;
	/* RFC 5652 5.1: with such content and certificates the version is that of the signer. */
	if (version != signer.version || hashes != 1u << signer.hash)
		return RAMPART_REASON_MALFORMED;
	return parse_certificates(certificates, &signer, cms);
}

/* The outermost element alone tells a message that was cut off, or that something follows, from any other damage. */
static enum rampart_reason check_length(struct pb_view blob)
{
	enum rampart_reason reason;
	u32 header, length;

	if (blob.len > RAMPART_CMS_MAX)
		return RAMPART_REASON_TOO_LARGE;
	if (blob.len && blob.data[0] != TAG_SEQUENCE)
		return RAMPART_REASON_MALFORMED;
	reason = read_header(blob, &header, &length);
	if (reason)
		return reason;
	if (length > blob.len - header)
		return RAMPART_REASON_TRUNCATED;
	return length < blob.len - header ? RAMPART_REASON_TRAILING : RAMPART_REASON_OK;
}

static enum rampart_reason parse(struct pb_view blob, struct rampart_cms *cms)
{
	struct pb_view info, type, tagged, signed_data;
	enum rampart_reason reason = check_length(blob);

	if (reason)
		return reason;
	if (!take_only(blob, TAG_SEQUENCE, &info) || !take(&info, TAG_OID, &type) || !IS_OID(type, oid_signed_data) ||
	    !take_only(info, TAG_CONTEXT_CONSTRUCTED(0), &tagged) || !take_only(tagged, TAG_SEQUENCE, &signed_data))
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
