/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where files come from: marks (RAMPART_MARKS) in an extended attribute that only rampartd may write. They are set when a file is opened
 * for writing, by what the program that opens it does to files (enum rampart_role), and stay with it whatever it is renamed to.
 */
#ifndef RAMPART_PROVENANCE_H
#define RAMPART_PROVENANCE_H

#include <linux/jump_label.h>
#include <linux/types.h>

struct dentry;
struct file;
struct linux_binprm;
struct path;

DECLARE_STATIC_KEY_FALSE(rampart_provenance_followed);

/* rampart_provenance_follow() - whether any class of the policy has a role. Context: may sleep. */
void rampart_provenance_follow(bool follow);

/* rampart_provenance() - the marks of a file, and RAMPART_TRAIT_REMOVABLE. Context: may sleep. */
u32 rampart_provenance(const struct path *path);

/* rampart_provenance_aged() - whether it was not changed, nor its attributes, for that many seconds. Context: may sleep. */
bool rampart_provenance_aged(const struct path *path, s64 seconds);

/*
 * rampart_provenance_open() - @file is about to be opened: marks it, or remembers its marks, or judges it as the script of an
 * interpreter. 0, -EPERM, or what keeps it from being marked. Context: of file_open, may sleep.
 */
int rampart_provenance_open(struct file *file);

/*
 * rampart_provenance_exec() - what is executed, or interprets what is, with its arguments: what it is told to run. Adds to *@traits of
 * that exec. 0, -EPERM or -ENOMEM. Context: of bprm_check, may sleep.
 */
int rampart_provenance_exec(struct linux_binprm *bprm, u32 *traits);

/*
 * rampart_provenance_write() - somebody is about to write @value into the attribute. 1: the file has marks that he would change; else, or
 * if he copies what has some, it is no matter for the rule about that: 0, or where marks are kept -EOPNOTSUPP, as of a file system that
 * has no such attribute, so that what copies attributes goes on without. Context: may sleep, the inode is locked.
 */
int rampart_provenance_write(struct dentry *dentry, const void *value, size_t size);

/*
 * rampart_provenance_changes() - marks are about to change, or may have changed unseen: what was found of any file is to be found anew.
 * Context: any; for a change that is about to be made, the inode is locked until it is made.
 */
void rampart_provenance_changes(void);

/* rampart_provenance_marking() - whether it is for a mark that current changes an attribute. Context: any but interrupts. */
bool rampart_provenance_marking(void);

/* rampart_provenance_truncate() - somebody cuts it off by its name. Context: may sleep, the inode is locked. */
void rampart_provenance_truncate(struct dentry *dentry);

static inline int rampart_follow_open(struct file *file)
{
	return static_branch_unlikely(&rampart_provenance_followed) ? rampart_provenance_open(file) : 0;
}

static inline int rampart_follow_exec(struct linux_binprm *bprm, u32 *traits)
{
	return static_branch_unlikely(&rampart_provenance_followed) ? rampart_provenance_exec(bprm, traits) : 0;
}

static inline void rampart_follow_truncate(struct dentry *dentry)
{
	if (static_branch_unlikely(&rampart_provenance_followed))
		rampart_provenance_truncate(dentry);
}

#endif
