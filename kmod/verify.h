/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may sign: the certificates that this module was built to trust, and nobody else. */
#ifndef RAMPART_VERIFY_H
#define RAMPART_VERIFY_H

#include <cms.h>
#include <floor.h>

#define RAMPART_TRUST_MAX 16

/* Made by scripts/build-kmod from TRUST.pem: DER certificates, at most RAMPART_TRUST_MAX. */
extern const struct pb_view rampart_trust_certs[];
extern const unsigned int rampart_trust_count;

/* rampart_verify_init() - fills the keyring. -ENOKEY when no certificate could be used. Context: may sleep. */
int rampart_verify_init(void);
void rampart_verify_exit(void);

/* Who has signed, from the signer itself to the trusted certificate: what the list of revoked ones is compared with. */
struct rampart_signers {
	u8 digest[RAMPART_CMS_CERTS_MAX + 1][RAMPART_DIGEST_SIZE];	/* SHA-256 of each TBSCertificate */
	u32 n;
};

/*
 * rampart_verify() - proves that a trusted signer whose certificate is for code signing signed @blob, and that it and all
 * above it are valid at @now. @content: what was signed, a view into @blob. @signers: for the caller to see that none of
 * them is revoked. Both count only when the reason is OK.
 * Context: may sleep.
 */
enum rampart_reason rampart_verify(struct pb_view blob, s64 now, struct pb_view *content,
				   struct rampart_signers *signers);

#endif
