/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A strict walk over the CMS envelope of a signed bundle, before any verifier sees it.
 *
 * The kernel's PKCS#7 verifier proves who signed; it accepts expired signers, trailing bytes, SHA-1 and attributes that
 * nobody signed. This walk refuses those, and finds the signer's certificate and the content. It is not a verifier.
 */
#ifndef RAMPART_CMS_H
#define RAMPART_CMS_H

#include "x509.h"

#define RAMPART_CMS_MAX (64u << 20)	/* bytes of a whole message */
#define RAMPART_CMS_CERTS_MAX 8		/* certificates in it */
#define RAMPART_CMS_DETACHED_MAX 65535	/* bytes of it without its content: all that the kernel's ASN.1 decoder takes */

struct rampart_cms {
	struct pb_view content;		/* what was signed, inside the message */
	struct rampart_x509 signer;	/* whose certificate is inside the message */
	/* Certificates in the message, each issued by the next: the signer's first, and below a trusted one the last. */
	struct pb_view chain[RAMPART_CMS_CERTS_MAX];
	u32 chain_len;
	/* What is around encapContentInfo: version and digestAlgorithms; certificates and signerInfos. */
	struct pb_view before, after;
};

/*
 * rampart_cms_parse() - checks the form of the message in @blob and fills @cms with views into it.
 *
 * Accepts: one ContentInfo/SignedData in DER with definite lengths and nothing behind it; content type id-data,
 * attached; exactly one SignerInfo, digest SHA-256/384/512 (in digestAlgorithms and SignerInfo alike), signature RSA
 * PKCS#1 v1.5 (as rsaEncryption, the only form that the kernel knows) or ECDSA with the same digest, no
 * unsignedAttrs, no revocation lists; signed attributes may be there, none twice; at most RAMPART_CMS_CERTS_MAX
 * certificates, and exactly one of them the one that SignerInfo names, by issuer and serial number. From that one the
 * chain goes on while the message holds the issuer: each must be allowed to issue the one before (a CA, of that name
 * and key identifier, with as many below it as it allows), have a key that is strong enough, be signed with a digest
 * that is, and hold no critical extension that is not looked at here. Does not look at the clock: the caller compares
 * not_before and not_after of each, and decides about code_signing.
 *
 * What it finds is only as good as the verifier's word for the chain: SignerInfo's name of the signer and the
 * certificates themselves are not covered by the signature. Where a certificate of the keyring can take the place of
 * one of the chain, the caller must see that the bytes are those of that certificate, or else anyone could put a copy
 * with other dates in its place. What is above the chain is for the caller to find.
 *
 * Returns RAMPART_REASON_OK or the first reason found: TOO_LARGE, TRUNCATED, TRAILING, MALFORMED, WEAK_HASH, WEAK_KEY,
 * ALGORITHM, SIGNERS, KEY_ID, UNSIGNED_ATTRS, NO_CERTIFICATE, WRONG_KEY (the chain). @cms is all zero unless the reason
 * is OK.
 * Context: any; neither allocates nor sleeps; bounded by the length of @blob.
 */
enum rampart_reason rampart_cms_parse(struct pb_view blob, struct rampart_cms *cms);

/*
 * rampart_cms_detach() - writes the message without its content to @buf of RAMPART_CMS_DETACHED_MAX bytes, and returns
 * its length. What was signed does not change: it is the same signature, as one of content that is elsewhere.
 */
u32 rampart_cms_detach(const struct rampart_cms *cms, u8 *buf);

#endif
