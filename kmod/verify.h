/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may sign: the certificates that this module was built to trust, and nobody else. */
#ifndef RAMPART_VERIFY_H
#define RAMPART_VERIFY_H

#include <env.h>
#include <pb.h>
#include <reason.h>

#define RAMPART_DIGEST_SIZE 32
#define RAMPART_TRUST_MAX 16

/* Made by scripts/build-kmod from TRUST.pem: DER certificates, at most RAMPART_TRUST_MAX. */
extern const struct pb_view rampart_trust_certs[];
extern const unsigned int rampart_trust_count;

/* rampart_verify_init() - fills the keyring. -ENOKEY when no certificate could be used. Context: may sleep. */
int rampart_verify_init(void);
void rampart_verify_exit(void);

/*
 * rampart_verify() - proves that a trusted signer whose certificate is for code signing and valid at @now signed @blob.
 * @content: what was signed, a view into @blob.
 * @signer_digest: SHA-256 of the signer's certificate, for the list of revoked ones: the caller looks there.
 * Context: may sleep.
 */
enum rampart_reason rampart_verify(struct pb_view blob, s64 now, struct pb_view *content,
				   u8 signer_digest[RAMPART_DIGEST_SIZE]);

#endif
