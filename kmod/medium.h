/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Media: disks that can be taken out, and what is stacked on them. What a medium is gets remembered when it is opened or mounted, so that
 * handlers that may not sleep know it too.
 */
#ifndef RAMPART_MEDIUM_H
#define RAMPART_MEDIUM_H

#include <linux/jump_label.h>
#include <linux/types.h>

#include <names.h>

#include "hooks.h"

struct block_device;
struct dentry;
struct file;
struct fs_context;

DECLARE_STATIC_KEY_FALSE(rampart_media_judged);

/* rampart_media_judge() - whether the policy says anything of what is done with files on media. Context: may sleep. */
void rampart_media_judge(bool judge);

/* rampart_medium_open() - current is about to open the disk of @devt. 0, -EPERM or -EROFS. Context: may sleep. */
int rampart_medium_open(dev_t devt, bool reads, bool writes);

/* rampart_medium_file() - current is about to do @op to a file. 0 or -EPERM. Context: any in which @dentry is stable. */
int rampart_medium_file(enum rampart_hook hook, enum rampart_op op, struct dentry *dentry);

/* rampart_medium_is_fixed() - true only if what the file is on is known and no policy is about it. Context: any. */
bool rampart_medium_is_fixed(const struct dentry *dentry);

/* rampart_medium_see() - what the file is on gets known. 0 or -ENOMEM. Context: may sleep. */
int rampart_medium_see(struct dentry *dentry);

/* rampart_medium_remount() - what was mounted read-only becomes writable. 0 or -EROFS. Context: may sleep. */
int rampart_medium_remount(struct fs_context *fc);

/* rampart_medium_stack() - @upper is about to be made of @lower. 0, -ENOMEM or -ENOSPC. Context: may sleep. */
int rampart_medium_stack(dev_t upper, struct block_device *lower);

/* rampart_medium_unstack() - it is so no more. Context: any but interrupts. */
void rampart_medium_unstack(dev_t upper, struct block_device *lower);

/* rampart_medium_loop() - the loop device @upper is about to be made of @backing, and of nothing else. As rampart_medium_stack(). */
int rampart_medium_loop(dev_t upper, struct file *backing);

void rampart_medium_exit(void);

#endif
