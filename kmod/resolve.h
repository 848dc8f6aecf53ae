/* SPDX-License-Identifier: GPL-2.0-only */
/* From paths to identities: fills the anchors and the programs of a view that is being built. */
#ifndef RAMPART_RESOLVE_H
#define RAMPART_RESOLVE_H

#include "label.h"

/* What user space has told of a home directory (RAMPART_HINT_HOME, _FOLDER). Kept for the life of the module. */
struct home {
	struct list_head list;
	const char *path;
	const char *folder, *below;	/* NULL: the home itself */
};

/* rampart_home_state() - what it is under @rules. Context: any. */
u32 rampart_home_state(const struct rampart_ruleset *rules, const struct home *home);

/*
 * rampart_home_path() - looks it up; below the home neither through a symlink nor into another file system, since the user makes
 * these. 0 or a negative errno; path_put() it. Context: may sleep.
 */
int rampart_home_path(const struct home *home, struct path *path);

/*
 * rampart_resolve() - anchors from the mounts of process 1, from the literal part of every pattern and from @homes; programs
 * afresh, or as @old has them when @old is given. Runs in a worker of the kernel, whose root is the root of process 1, so
 * that no namespace or chroot of a caller bends a path. Returns 0 or -ENOMEM. Context: may sleep; callers serialise.
 */
int rampart_resolve(struct rampart_view *view, const struct rampart_view *old, const struct list_head *homes);
void rampart_resolve_free(struct rampart_view *view);
void rampart_resolve_exit(void);

#endif
