// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* X.509 certificates (RFC 5280) in strict DER. No recursion; each byte is looked at a fixed number of times. */
#include <env.h>

#include "der.h"
#include "x509.h"

#define RSA_BITS_MIN 3072

/* RFC 8017: rsaEncryption is 1.2.840.113549.1.1.1, and with SHA-256, SHA-384, SHA-512 it is {11,12,13} there. */
static const u8 oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
static const u8 oid_rsa_arc[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01 };
/* RFC 5480; ECDSA with SHA-256, SHA-384, SHA-512 is 1.2.840.10045.4.3.{2,3,4} (RFC 5758). */
static const u8 oid_ec_key[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 }; /* 1.2.840.10045.2.1 */
static const u8 oid_p256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 }; /* 1.2.840.10045.3.1.7 */
static const u8 oid_p384[] = { 0x2b, 0x81, 0x04, 0x00, 0x22 }; /* 1.3.132.0.34 */
static const u8 oid_ecdsa_sha1[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01 }; /* 1.2.840.10045.4.1 */
static const u8 oid_ecdsa_sha2_arc[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03 };
/* RFC 5280 */
static const u8 oid_subject_key_id[] = { 0x55, 0x1d, 0x0e }; /* 2.5.29.14 */
static const u8 oid_key_usage[] = { 0x55, 0x1d, 0x0f }; /* 2.5.29.15 */
static const u8 oid_basic_constraints[] = { 0x55, 0x1d, 0x13 }; /* 2.5.29.19 */
static const u8 oid_authority_key_id[] = { 0x55, 0x1d, 0x23 }; /* 2.5.29.35 */
static const u8 oid_ext_key_usage[] = { 0x55, 0x1d, 0x25 }; /* 2.5.29.37 */
static const u8 oid_code_signing[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03 }; /* 1.3.6.1.5.5.7.3.3 */

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

	if (der_next_is(*in, DER_UTC_TIME)) {
		if (!der_take(in, DER_UTC_TIME, &text) || text.len != 13 || !read_digits(text.data, 2, &year))
			return false;
		return read_moment(year + (year < 50 ? 2000 : 1900), text.data + 2, seconds);
	}
	if (!der_take(in, DER_GENERALIZED_TIME, &text) || text.len != 15 || !read_digits(text.data, 4, &year))
		return false;
	return read_moment(year, text.data + 4, seconds);
}

static bool parse_validity(struct pb_view in, struct rampart_x509 *cert)
{
	return take_time(&in, &cert->not_before) && take_time(&in, &cert->not_after) && !in.len;
}

/* --- extensions --- */

enum { SEEN_KEY_ID = 1, SEEN_AUTHORITY = 2, SEEN_PURPOSES = 4, SEEN_KEY_USAGE = 8, SEEN_CONSTRAINTS = 16 };

static bool take_true(struct pb_view *in)
{
	struct pb_view value;

	return der_take(in, DER_BOOLEAN, &value) && value.len == 1 && value.data[0] == 0xff;
}

/* An extension may come once (RFC 5280 4.2). @seen: those that did. */
static bool note_extension(u32 *seen, u32 extension)
{
	if (*seen & extension)
		return false;
	*seen |= extension;
	return true;
}

static bool parse_key_purposes(struct pb_view usage, bool *code_signing)
{
	struct pb_view oid;

	*code_signing = false;
	while (usage.len) {
		if (!der_take(&usage, DER_OID, &oid))
			return false;
		if (IS_OID(oid, oid_code_signing))
			*code_signing = true;
	}
	return true;
}

/* KeyUsage, a BIT STRING of named bits. keyCertSign is the sixth, which is in the first byte. */
static bool parse_key_usage(struct pb_view bits, bool *cert_sign)
{
	*cert_sign = bits.len > 1 && bits.data[1] & 0x04;
	return bits.len && bits.data[0] < 8;
}

/* BasicConstraints: FALSE is the default, which DER leaves out, and a length of path goes with TRUE only. */
static bool parse_constraints(struct pb_view in, struct rampart_x509 *cert)
{
	struct pb_view path_len;

	cert->path_max = U32_MAX;
	if (!in.len)
		return true;
	if (!take_true(&in))
		return false;
	cert->ca = true;
	if (!in.len)
		return true;
	if (!der_take_integer(&in, &path_len) || in.len || path_len.data[0] >= 0x80)
		return false;
	cert->path_max = path_len.len > 1 ? U32_MAX : path_len.data[0];
	return true;
}

/* AuthorityKeyIdentifier: of it the identifier of the issuer's key, without which the kernel would go by other ways. */
static bool parse_authority(struct pb_view in, struct rampart_x509 *cert)
{
	return der_take(&in, DER_CONTEXT(0), &cert->authority) && cert->authority.len;
}

static bool parse_extension(struct pb_view in, struct rampart_x509 *cert, u32 *seen)
{
	struct pb_view oid, value, inner;
	bool critical;

	if (!der_take(&in, DER_OID, &oid))
		return false;
	critical = der_next_is(in, DER_BOOLEAN);
	if (critical && !take_true(&in))
		return false;
	if (!der_take_only(in, DER_OCTET_STRING, &value))
		return false;
	if (IS_OID(oid, oid_subject_key_id))
		return note_extension(seen, SEEN_KEY_ID) && der_take_only(value, DER_OCTET_STRING, &cert->key_id) &&
		       cert->key_id.len;
	if (IS_OID(oid, oid_authority_key_id))
		return note_extension(seen, SEEN_AUTHORITY) && der_take_only(value, DER_SEQUENCE, &inner) &&
		       parse_authority(inner, cert);
	if (IS_OID(oid, oid_ext_key_usage))
		return note_extension(seen, SEEN_PURPOSES) && der_take_only(value, DER_SEQUENCE, &inner) &&
		       parse_key_purposes(inner, &cert->code_signing);
	if (IS_OID(oid, oid_key_usage))
		return note_extension(seen, SEEN_KEY_USAGE) && der_take_only(value, DER_BIT_STRING, &inner) &&
		       parse_key_usage(inner, &cert->cert_sign);
	if (IS_OID(oid, oid_basic_constraints))
		return note_extension(seen, SEEN_CONSTRAINTS) && der_take_only(value, DER_SEQUENCE, &inner) &&
		       parse_constraints(inner, cert);
	cert->unknown_critical |= critical;
	return true;
}

static bool parse_extensions(struct pb_view tagged, struct rampart_x509 *cert)
{
	struct pb_view list, extension;
	u32 seen = 0;

	if (!der_take_only(tagged, DER_SEQUENCE, &list))
		return false;
	while (list.len)
		if (!der_take(&list, DER_SEQUENCE, &extension) || !parse_extension(extension, cert, &seen))
			return false;
	if (!(seen & SEEN_KEY_USAGE))
		cert->cert_sign = true;
	return true;
}

/* --- keys --- */

static enum rampart_reason parse_rsa_key(struct pb_view bits, struct rampart_x509 *cert)
{
	struct pb_view key, modulus, exponent;

	if (!der_take_only(bits, DER_SEQUENCE, &key) || !der_take_integer(&key, &modulus) ||
	    !der_take_integer(&key, &exponent) || key.len || modulus.data[0] >= 0x80)
		return RAMPART_REASON_MALFORMED;
	if (!modulus.data[0]) {
		modulus.data++;
		modulus.len--;
	}
	if (!modulus.len)
		return RAMPART_REASON_MALFORMED;
	cert->key_type = RAMPART_KEY_RSA;
	cert->key_bits = modulus.len * 8;
	for (u8 top = modulus.data[0]; top < 0x80; top <<= 1)
		cert->key_bits--;
	return cert->key_bits < RSA_BITS_MIN ? RAMPART_REASON_WEAK_KEY : RAMPART_REASON_OK;
}

static enum rampart_reason parse_ec_key(struct pb_view parameters, struct rampart_x509 *cert)
{
	struct pb_view curve;

	if (!der_take_only(parameters, DER_OID, &curve))
		return RAMPART_REASON_ALGORITHM;	/* a curve given by its parameters */
	cert->key_type = RAMPART_KEY_ECDSA;
	if (IS_OID(curve, oid_p256))
		cert->key_bits = 256;
	else if (IS_OID(curve, oid_p384))
		cert->key_bits = 384;
	else
		return RAMPART_REASON_ALGORITHM;
	return RAMPART_REASON_OK;
}

static enum rampart_reason parse_key(struct pb_view in, struct rampart_x509 *cert)
{
	struct pb_view oid, parameters, bits;

	if (!der_take_algorithm(&in, &oid, &parameters) || !der_take_bits(&in, &bits) || in.len)
		return RAMPART_REASON_MALFORMED;
	if (IS_OID(oid, oid_ec_key))
		return parse_ec_key(parameters, cert);
	if (IS_OID(oid, oid_rsa) && der_is_absent_or_null(parameters))
		return parse_rsa_key(bits, cert);
	return RAMPART_REASON_ALGORITHM;
}

/* --- the whole --- */

/* What the issuer has signed with. */
static enum rampart_reason signature_strength(struct pb_view algorithm)
{
	struct pb_view oid;
	u8 last;

	if (!der_take(&algorithm, DER_OID, &oid) || !oid.len)
		return RAMPART_REASON_MALFORMED;
	last = oid.data[oid.len - 1];
	oid.len--;
	if (IS_OID(oid, oid_rsa_arc) && der_is_absent_or_null(algorithm) && last > 1 && last != 10)
		return last >= 11 && last <= 13 ? RAMPART_REASON_OK : RAMPART_REASON_WEAK_HASH;
	if (IS_OID(oid, oid_ecdsa_sha2_arc) && !algorithm.len)
		return last >= 2 && last <= 4 ? RAMPART_REASON_OK : RAMPART_REASON_WEAK_HASH;
	oid.len++;
	return IS_OID(oid, oid_ecdsa_sha1) ? RAMPART_REASON_WEAK_HASH : RAMPART_REASON_ALGORITHM;
}

/* TBSCertificate */
static bool parse_tbs(struct pb_view in, struct rampart_x509 *cert, struct pb_view *algorithm)
{
	struct pb_view extensions, validity, key;

	if (!der_skip_optional(&in, DER_CONTEXT_CONSTRUCTED(0)) ||	/* version */
	    !der_take_integer(&in, &cert->serial) ||
	    !der_take(&in, DER_SEQUENCE, algorithm) ||
	    !der_take(&in, DER_SEQUENCE, &cert->issuer) ||
	    !der_take(&in, DER_SEQUENCE, &validity) || !parse_validity(validity, cert) ||
	    !der_take(&in, DER_SEQUENCE, &cert->subject) ||
	    !der_take(&in, DER_SEQUENCE, &key) ||
	    !der_skip_optional(&in, DER_CONTEXT(1)) ||			/* unique identifiers */
	    !der_skip_optional(&in, DER_CONTEXT(2)))
		return false;
	cert->key = parse_key(key, cert);
	cert->signature = signature_strength(*algorithm);
	if (cert->key == RAMPART_REASON_MALFORMED || cert->signature == RAMPART_REASON_MALFORMED)
		return false;
	if (!in.len)
		return true;
	return der_take_only(in, DER_CONTEXT_CONSTRUCTED(3), &extensions) && parse_extensions(extensions, cert);
}

bool rampart_x509_take(struct pb_view *in, struct rampart_x509 *cert)
{
	struct pb_view whole, tbs, algorithm, covered, signature;

	*cert = (struct rampart_x509){};
	if (!der_take_whole(in, DER_SEQUENCE, &whole, &cert->der) ||
	    !der_take_whole(&whole, DER_SEQUENCE, &tbs, &cert->tbs) ||
	    !der_take(&whole, DER_SEQUENCE, &algorithm) || !der_take_bits(&whole, &signature) || whole.len)
		return false;
	/* Beside the signature, nothing in a certificate is left that could be spelt in another way. */
	return parse_tbs(tbs, cert, &covered) && der_equal(algorithm, covered);
}

bool rampart_x509_may_issue(const struct rampart_x509 *issuer, const struct rampart_x509 *cert, u32 depth)
{
	return cert->authority.data && issuer->key_id.data && der_equal(cert->authority, issuer->key_id) &&
	       der_equal(cert->issuer, issuer->subject) && issuer->ca && issuer->cert_sign &&
	       !issuer->unknown_critical && depth <= issuer->path_max;
}

bool rampart_x509_is_root(const struct rampart_x509 *cert)
{
	return !cert->authority.data || (cert->key_id.data && der_equal(cert->authority, cert->key_id));
}
