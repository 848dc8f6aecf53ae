/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Images: what one exec ran. A program is known by its file; a script that the kernel gave to the interpreter in its #! line is known
 * by the script's, if nobody but root can have that interpreter read another one.
 */
#ifndef RAMPART_IMAGE_H
#define RAMPART_IMAGE_H

#include <linux/kref.h>
#include <linux/path.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <env.h>
#include <ransom.h>

struct file;
struct inode;
struct linux_binprm;

/* A file by identity, not by name. All zero: no file. */
struct exe_id {
	u64 ino;
	u32 dev;	/* s_dev */
	u32 generation;	/* i_generation */
};

/* Two sets of the policy's classes (struct class_pair), and in the bits that classes have not, of which policy they are. */
struct kept_classes {
	u64 all, trusted;
};

#define IMAGE_PATH_MAX 1024
#define IMAGE_SIZE 2048

/* Shared by all tasks that descend from that exec. Immutable once it is published, but for what is said to be not. */
struct image {
	struct kref ref;
	struct rcu_head rcu;
	struct exe_id id;	/* of the script, else of the program */
	bool tainted;		/* was traced across its exec: trusted for nothing */
	bool fixed;		/* the file was executed by its own path, which only root can change */
	bool hashed;		/* a policy asked for the content of the file with that id: */
	u8 sha256[32];
	struct kept_classes classes;	/* see rampart_image_classes(). Any context */
	struct rampart_ransom ransom;	/* of all that came of it; under the lock of kmod/ransom.c */
	bool ransoms;		/* it was enough. Any context */
	u16 path_len;		/* of the program, at the time of the exec, at text[0] */
	u16 script;		/* where in text the path of the script is, 0: it is none */
	u16 script_len;
	char text[];		/* each NUL-terminated */
};

/* image_prepare() - of the file that @bprm begins with, while the exec can still fail; NULL: no memory. Context: may sleep. */
struct image *image_prepare(const struct linux_binprm *bprm);

/* image_commit() - what has come of it. Context: may sleep, past the point of no return. */
void image_commit(struct image *image, const struct linux_binprm *bprm);

/* image_of() - of a program that runs already; NULL: no memory. Context: may sleep. */
struct image *image_of(const struct file *file);

static inline struct image *image_get(struct image *image)
{
	kref_get(&image->ref);
	return image;
}

/* Context: any (frees after RCU). NULL is fine. */
void image_put(struct image *image);

static inline bool exe_id_equal(const struct exe_id *a, const struct exe_id *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->generation == b->generation;
}

struct exe_id exe_id_of(const struct inode *inode);

/* Whether file permissions let nobody but root change the file at @path, or any directory above it. Context: may sleep. */
bool rampart_only_root_changes(const struct path *path);

/*
 * The same of a program. On btrfs an inode's number is that of one subvolume, and a snapshot has them all again, with their
 * generations: there @dev is the subvolume's. All zero, which is trusted for nothing, if that is not to be had. Context: may sleep.
 */
struct exe_id exe_id_at(const struct path *path);

/* rampart_root_of_init() - the root of process 1, with a reference; it may have none any more. Context: any but interrupts. */
struct path rampart_root_of_init(void);

/* Whether file permissions let nobody but root write to it. */
bool rampart_only_root_writes(const struct inode *inode);

#endif
