/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plain folders: those of which it is known, in one word, that no rule is about what is in them, nor a policy about the medium that they are
 * on. Most files that are opened lie in such a one, and finding that out is most of what an open costs.
 *
 * A word is the address of the folder's inode with a stamp, which changes whenever what is known of folders may no longer be true: with each
 * view, with each move of a labelled folder, and when a device is made of another. The address is forgotten when the inode ends.
 */
#ifndef RAMPART_PLAIN_H
#define RAMPART_PLAIN_H

#include <linux/bitmap.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/rcupdate.h>

#include <names.h>

#define RAMPART_PLAIN_BITS 15		/* 256 KiB */
#define RAMPART_FILE_ANCHORS 4096

struct rampart_view;

extern unsigned long *rampart_plain_words;
/* By operation; 0: of none is anything known, since no address with it is a word. */
extern unsigned long rampart_plain_stamps[RAMPART_OP_NUM];
/* By inode number: files that may have labels of their own. */
extern unsigned long rampart_plain_files[BITS_TO_LONGS(RAMPART_FILE_ANCHORS)];

static __always_inline unsigned long *rampart_plain_slot(const struct inode *folder)
{
	u64 hash = (u64)(unsigned long)folder * GOLDEN_RATIO_64;

	return &rampart_plain_words[(u32)(hash ^ hash >> 32) % (1U << RAMPART_PLAIN_BITS)];
}

/* rampart_plain() - true only if no rule is about doing @op to the file @dentry, whoever does it. Context: any. */
static __always_inline bool rampart_plain(enum rampart_op op, const struct dentry *dentry)
{
	const struct inode *inode = d_inode(dentry), *folder;
	unsigned long stamp = READ_ONCE(rampart_plain_stamps[op]);
	bool plain;

	/* What is asked for next is at least as new as the stamp. */
	smp_rmb();
	if (!S_ISREG(inode->i_mode) || inode->i_nlink > 1 || test_bit(inode->i_ino % RAMPART_FILE_ANCHORS, rampart_plain_files))
		return false;
	rcu_read_lock_sched();
	folder = d_inode_rcu(READ_ONCE(dentry->d_parent));
	plain = READ_ONCE(*rampart_plain_slot(folder)) == ((unsigned long)folder ^ stamp);
	rcu_read_unlock_sched();
	return plain;
}

int rampart_plain_init(void);
void rampart_plain_exit(void);

/*
 * rampart_plain_put() - @folder is plain; @stamp was that of an operation before the view was asked for that tells so, and is not 0. Caller
 * holds rcu_read_lock(), or _sched().
 */
void rampart_plain_put(const struct inode *folder, unsigned long stamp);

/* rampart_plain_forget() - @inode ends. Context: any. */
void rampart_plain_forget(const struct inode *inode);

/* rampart_plain_changing(), _changed() - between them nothing is known, and after them nothing of what was. They nest. Context: any. */
void rampart_plain_changing(void);
void rampart_plain_changed(void);

/* rampart_plain_again() - as both of these. */
void rampart_plain_again(void);

/* rampart_plain_of() - @view is in force: between changing and changed. Context: may sleep. */
void rampart_plain_of(const struct rampart_view *view);

/* rampart_plain_sees() - whether it is seen that inodes end. Context: may sleep. */
void rampart_plain_sees(bool sees);

#endif
