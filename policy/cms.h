/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A strict walk over the CMS envelope of a signed bundle, before any verifier sees it.
 *
 * The kernel's PKCS#7 verifier proves who signed; it accepts expired signers, trailing bytes, SHA-1 and attributes that
 * nobody signed. This walk refuses those, and finds the signer's certificate and the content. It is not a verifier.
 */
#ifndef RAMPART_CMS_H
#define RAMPART_CMS_H

#include "pb.h"
#include "reason.h"

#define RAMPART_CMS_MAX (64u << 20)	/* bytes of a whole message */

enum rampart_key_type { RAMPART_KEY_RSA, RAMPART_KEY_ECDSA };

struct rampart_cms {
	struct pb_view content;		/* what was signed, inside the message */
	struct pb_view signer;		/* the signer's certificate, DER, inside the message */
	struct pb_view signer_tbs;	/* of that, what its issuer has signed: TBSCertificate, with its tag */
	s64 not_before;			/* of that certificate, seconds since 1970, first moment */
	s64 not_after;			/* last moment */
	bool code_signing;		/* extendedKeyUsage holds id-kp-codeSigning */
	enum rampart_key_type key_type;
	u32 key_bits;
};

/*
 * rampart_cms_parse() - checks the form of the message in @blob and fills @cms with views into it.
 *
 * Accepts: one ContentInfo/SignedData in DER with definite lengths and nothing behind it; content type id-data,
 * attached; exactly one SignerInfo, digest SHA-256/384/512 (in digestAlgorithms and SignerInfo alike), signature RSA
 * PKCS#1 v1.5 (as rsaEncryption, the only form that the kernel knows) or ECDSA with the same digest, no
 * unsignedAttrs, no revocation lists; signed attributes may be there, none twice; at most 32 certificates, and
 * exactly one of them the one that SignerInfo names (by issuer and serial, or by subject key identifier). Does not
 * look at the clock: the caller compares not_before and not_after, and decides about code_signing.
 *
 * What it finds is only as good as the verifier's word for @signer: SignerInfo's name of the signer and the
 * certificates themselves are not covered by the signature. Where a certificate of the keyring can be the signer
 * without an issuer in between, the caller must see that the bytes of @signer are those of that certificate, or else
 * anyone could put a copy with other dates in its place.
 *
 * All of @signer is bound by the issuer's signature but for the spelling of that signature itself. RSA has one, ECDSA
 * has two at least, (r, s) and (r, n - s): a list of certificates issued with ECDSA has to go by @signer_tbs.
 *
 * Returns RAMPART_REASON_OK or the first reason found: TOO_LARGE, TRUNCATED, TRAILING, MALFORMED, WEAK_HASH, WEAK_KEY,
 * ALGORITHM, SIGNERS, UNSIGNED_ATTRS, NO_CERTIFICATE. @cms is all zero unless the reason is OK.
 * Context: any; neither allocates nor sleeps; bounded by the length of @blob.
 */
enum rampart_reason rampart_cms_parse(struct pb_view blob, struct rampart_cms *cms);

#endif
