/* SPDX-License-Identifier: GPL-2.0-only */
/* SHA-256 of files that become code, and which of the policy's digests they are. */
#ifndef RAMPART_KMOD_DIGEST_H
#define RAMPART_KMOD_DIGEST_H

#include <linux/types.h>

struct file;

/*
 * rampart_file_hash() - false: it has no digest, since it cannot be read, or what is read once may be another thing the next time (FUSE),
 * or a fatal signal came. Nobody may write to it meanwhile, or the digest is of what it was. Context: may sleep.
 */
bool rampart_file_hash(struct file *file, u8 digest[32]);

/*
 * rampart_digest_traits() - DENIED_DIGEST and TRUSTED_DIGEST, as bits, of @file; @reread: it may be read again, or written to, after that
 * (a script, a library), and then is only to trust where nobody but root can change it; @may_read: else it must be known already, which
 * needs no lock of the file system's. 0 for what has no digest, or is larger than 256 MiB. Context: may sleep.
 */
u32 rampart_digest_traits(struct file *file, bool reread, bool may_read);

int rampart_digest_init(void);
void rampart_digest_exit(void);

#endif
