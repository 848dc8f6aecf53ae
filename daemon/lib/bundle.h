/* SPDX-License-Identifier: MIT */
/* Signed messages: a policy bundle or a disarm token, CMS SignedData over protobuf. Made here, and verified here. */
#ifndef RAMPART_BUNDLE_H
#define RAMPART_BUNDLE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cms.h>
#include <decode.h>

#define RAMPART_TRUST_FILE "/etc/rampart/trust.pem"

/* What is known about a signed message. All views point into the blob that was verified, which must outlive this. */
struct bundle_info {
	struct rampart_policy policy;	/* of a bundle that was accepted; all zero otherwise */
	struct rampart_disarm token;	/* of a token that was accepted */
	struct pb_view content;		/* what was signed */
	u8 digest[32];			/* SHA-256 of @content */
	u8 signer_digest[32];		/* SHA-256 of the signer's TBSCertificate, what `revoked` lists */
	char signer[160];		/* its subject, printable */
	s64 signer_until;		/* last moment of its validity */
	char detail[200];		/* more about a refusal, such as which certificate; may be empty */
};

/*
 * rampart_trust_load() - opens a PEM file of trusted certificates; the system's own are never used.
 * Returns NULL and fills @error when the file is unreadable, holds no certificate or anything that is not one.
 * Free with X509_STORE_free().
 */
X509_STORE *rampart_trust_load(const char *path, char error[200]);

/*
 * rampart_bundle_verify() - whether @blob is a policy bundle that counts at @now (seconds since 1970) under @trust.
 *
 * In this order, the first that fails is the reason: the form (rampart_cms_parse(), as in the kernel), the signature
 * (BAD_SIGNATURE), the chain to @trust (WRONG_KEY; WEAK_KEY and WEAK_HASH of its members), code signing (WRONG_EKU),
 * the validity of the chain (SIGNER_EXPIRED, SIGNER_NOT_YET), the content (rampart_policy_decode()), its own `revoked`
 * (REVOKED, any certificate of the chain), its validity (EXPIRED, NOT_YET). Version floor and target are the caller's.
 * @info is filled as far as it came; call bundle_info_free() whatever the result.
 */
enum rampart_reason rampart_bundle_verify(const u8 *blob, size_t len, X509_STORE *trust, s64 now,
					  struct bundle_info *info);

/*
 * rampart_token_verify() - the same for a disarm token. @revoked, may be NULL: the list of the policy in force.
 * Whether the challenge is this host's is for the caller (the kernel) to say.
 */
enum rampart_reason rampart_token_verify(const u8 *blob, size_t len, X509_STORE *trust, s64 now,
					 const struct rampart_views *revoked, struct bundle_info *info);

void bundle_info_free(struct bundle_info *info);

/* rampart_revoked() - whether @digest, such as info.signer_digest, is on the list. */
bool rampart_revoked(const struct rampart_views *revoked, const u8 digest[32]);

/*
 * rampart_bundle_sign() - signs @content, with SHA-256, and puts the signer's certificate and its intermediates inside.
 *
 * No signed attributes: with an RSA key the same content gives the same bytes. @key_path is a PEM private key;
 * @cert_path a PEM certificate, optionally followed by intermediate ones.
 * Returns 0 with *@der for the caller to free(), or -EINVAL with @error filled, also when rampart_cms_parse() would
 * refuse the result (a weak key) or the certificate is not for code signing.
 */
int rampart_bundle_sign(const u8 *content, size_t len, const char *key_path, const char *cert_path, u8 **der,
			size_t *der_len, char error[200]);

/*
 * rampart_disarm_make() - packs a DisarmToken for the host that shows @challenge, valid from @from for @seconds.
 * Returns 0 with *@pb for the caller to free(), or -EINVAL for a time outside 1..RAMPART_DISARM_SECONDS_MAX, -ENOMEM.
 */
int rampart_disarm_make(const u8 challenge[16], s64 from, u32 seconds, u8 **pb, size_t *pb_len);

#endif
