/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RAMPART_HOOK_CGROUP_H
#define RAMPART_HOOK_CGROUP_H

#include <linux/fs.h>
#include <linux/magic.h>

#include "hooks.h"

/* The same of what is known to be in a cgroup2 file system. */
int rampart_enforce_cgroup_write(enum rampart_hook hook, const struct inode *inode);

/*
 * rampart_enforce_cgroup_file() - @inode is about to be opened for writing: freezing or killing the daemon's control group
 * is a signal to the daemon. Returns 0 or -EPERM. Context: any.
 */
static inline int rampart_enforce_cgroup_file(enum rampart_hook hook, const struct inode *inode)
{
	return likely(inode->i_sb->s_magic != CGROUP2_SUPER_MAGIC) ? 0 : rampart_enforce_cgroup_write(hook, inode);
}

#endif
