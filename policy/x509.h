/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a certificate says (RFC 5280, strict DER), and whether one may have issued another. Verifies no signature. */
#ifndef RAMPART_X509_H
#define RAMPART_X509_H

#include "pb.h"
#include "reason.h"

enum rampart_key_type { RAMPART_KEY_RSA, RAMPART_KEY_ECDSA };

struct rampart_x509 {
	struct pb_view der;		/* all of it */
	struct pb_view tbs;		/* what its issuer has signed: TBSCertificate, with its tag */
	struct pb_view serial;
	struct pb_view issuer;
	struct pb_view subject;
	struct pb_view key_id;		/* subjectKeyIdentifier; data is NULL without */
	struct pb_view authority;	/* keyIdentifier of authorityKeyIdentifier; data is NULL without */
	s64 not_before;			/* seconds since 1970, first moment */
	s64 not_after;			/* last moment */
	u32 path_max;			/* pathLenConstraint, U32_MAX without */
	u32 key_bits;
	enum rampart_key_type key_type;
	enum rampart_reason key;	/* OK, or what is wrong with the key: WEAK_KEY, ALGORITHM */
	enum rampart_reason signature;	/* OK, or what is wrong with how it was issued: WEAK_HASH, ALGORITHM */
	bool ca;			/* basicConstraints */
	bool cert_sign;			/* keyUsage holds keyCertSign, or there is none */
	bool code_signing;		/* extendedKeyUsage holds id-kp-codeSigning */
	bool unknown_critical;		/* another extension is critical */
};

/*
 * rampart_x509_take() - cuts a certificate off the front of @in, and fills @cert with views into it.
 *
 * All of @cert->der is bound by the issuer's signature but for the spelling of that signature itself. RSA has one,
 * ECDSA has two at least, (r, s) and (r, n - s), which anyone can turn into each other: what tells certificates apart
 * has to go by @cert->tbs.
 *
 * Returns false for what is malformed. Context: any.
 */
bool rampart_x509_take(struct pb_view *in, struct rampart_x509 *cert);

/*
 * rampart_x509_may_issue() - whether @issuer is a CA under no other condition that is critical, is who @cert says it
 * is issued by (by name and by key identifier), and may have @depth more CAs between itself and who signs.
 */
bool rampart_x509_may_issue(const struct rampart_x509 *issuer, const struct rampart_x509 *cert, u32 depth);

/* rampart_x509_is_root() - whether @cert names no other key as its issuer's. */
bool rampart_x509_is_root(const struct rampart_x509 *cert);

#endif
