/* SPDX-License-Identifier: GPL-2.0-only */
/* From paths to identities: fills the anchors and the programs of a view that is being built. */
#ifndef RAMPART_RESOLVE_H
#define RAMPART_RESOLVE_H

#include "label.h"

/* A home directory that user space named (RAMPART_HINT_HOME). Kept for the life of the module. */
struct home {
	struct list_head list;
	char *path;
};

/*
 * rampart_resolve() - anchors from the mounts of process 1, from the literal part of every pattern and from @homes; programs
 * afresh, or as @old has them when @old is given. Runs in a worker of the kernel, whose root is the root of process 1, so
 * that no namespace or chroot of a caller bends a path. Returns 0 or -ENOMEM. Context: may sleep.
 */
int rampart_resolve(struct rampart_view *view, const struct rampart_view *old, const struct list_head *homes);
void rampart_resolve_free(struct rampart_view *view);

#endif
