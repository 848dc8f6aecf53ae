/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RAMPART_HOOK_CGROUP_H
#define RAMPART_HOOK_CGROUP_H

#include "hooks.h"

struct inode;

/*
 * rampart_enforce_cgroup_file() - @inode is about to be opened for writing: freezing or killing the daemon's control group
 * is a signal to the daemon. Returns 0 or -EPERM. Context: any.
 */
int rampart_enforce_cgroup_file(enum rampart_hook hook, const struct inode *inode);

#endif
