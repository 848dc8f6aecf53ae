/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Object labels: what a dentry is under the policy in force, found by identity.
 *
 * Anchors are inodes at which the automaton starts: the root of every mount of the initial mount namespace, and the places
 * that symlinks in a pattern lead to. A label is found by walking the dentry's ancestors inside its own file system up to
 * the anchors and stepping down again by name. So it is the same through every mount, namespace, chroot and descriptor.
 * Directories are cached with the states they have; a stale entry is only a miss.
 */
#ifndef RAMPART_LABEL_H
#define RAMPART_LABEL_H

#include <env.h>
#include <decide.h>
#include <linux/bitmap.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "plain.h"
#include "store.h"
#include "subject.h"

struct ruleset_ref;

/* States that hold at once: one automaton state for each anchor above. 0: none. */
#define RAMPART_STATES 4

struct states {
	u32 s[RAMPART_STATES];
};

/* Where the automaton starts. Free slot: ino 0. */
struct anchor {
	struct exe_id id;
	struct states states;
	const char *prefix;	/* path of the anchor in the initial namespace, NUL-terminated; NULL: none */
};

struct program_id {
	struct exe_id id;	/* free slot: ino 0 */
	const struct rampart_trust *trust;	/* of the ruleset */
	bool safe;		/* to trust; what is not is in classes all the same */
};

/* Sets of the policy's classes. */
struct class_pair {
	u64 all;
	u64 trusted;	/* by these it can be exempt: nobody but root can make another program of it */
};

/* Everything one decision reads. Immutable once published; freed after RCU. */
struct rampart_view {
	struct rcu_work free;
	struct ruleset_ref *ref;
	const struct rampart_ruleset *rules;
	struct rampart_policy_info info;
	u64 generation;
	u64 ops;		/* rampart_ruleset_ops() */
	bool children;		/* rampart_ruleset_children() */
	u32 wide[RAMPART_OP_NUM];	/* rampart_ruleset_wide() */
	u64 objects[RAMPART_OP_NUM];	/* rampart_ruleset_objects() */
	u64 subjects[RAMPART_OP_NUM];	/* rampart_ruleset_subjects() */
	u32 traits;		/* rampart_ruleset_traits() */
	u64 hashed;		/* rampart_ruleset_hashed() */
	u32 sessions;		/* rampart_ruleset_sessions() */
	bool origins;		/* rampart_ruleset_asks_origins() */
	bool keeps_marks;	/* rampart_ruleset_keeps_marks() */
	u32 aged_days;		/* rampart_ruleset_aged_days() */
	u64 exempting;		/* rampart_ruleset_exempting() */
	u64 roles[RAMPART_ROLE_NUM];	/* rampart_ruleset_role() */
	u32 epoch;		/* unique to this view */
	u64 tag;		/* in the bits that classes have not: of that generation, and of the 1,023rd after it */
	DECLARE_BITMAP(file_anchors, RAMPART_FILE_ANCHORS);	/* by inode number: anchors that are no directories */
	bool crowded;		/* an anchor lost a state: more than RAMPART_STATES overlap, or the mounts became more meanwhile */
	u32 anchor_mask;
	struct anchor *anchors;
	u32 program_mask;
	struct program_id *programs;
	u8 *resolved;		/* by program of the ruleset: its file was found and is safe to trust */
	char *prefixes;		/* memory behind the prefixes */
};

int rampart_label_init(void);
void rampart_label_exit(void);

/* The label of @dentry, which may be negative. Caller holds rcu_read_lock(). */
void rampart_label(const struct rampart_view *view, struct dentry *dentry, struct rampart_label *label);

/* rampart_label_has_role() - whether @dentry is in a class of the policy that has that role. Context: any but interrupts. */
bool rampart_label_has_role(struct dentry *dentry, enum rampart_role role);

/* Whether @dentry already has @state, without the cache: for a view that is being built. Caller holds rcu_read_lock(). */
bool rampart_label_has_state(const struct rampart_view *view, struct dentry *dentry, u32 state);

/*
 * The path of @dentry as the initial namespace names it, NUL-terminated, into buf[0..size). Returns its length; a path that
 * does not fit keeps its end after "..." and sets *@cut. Caller holds rcu_read_lock().
 */
u32 rampart_label_path(const struct rampart_view *view, struct dentry *dentry, char *buf, u32 size, bool *cut);

/* A directory that has a label, or is an ancestor of one, is about to move: nothing is cached until moved() follows. */
void rampart_label_moving(void);
void rampart_label_moved(void);

/* Files with several links, one of them in a place: they keep its label whichever link is used. */
int rampart_mark_add(const struct rampart_view *view, const struct inode *inode, const struct rampart_label *label);

struct anchor *rampart_anchor_slot(const struct rampart_view *view, const struct exe_id *id);
u32 rampart_program_hash(const struct exe_id *id);
/* The classes of a program; those that it passes on to what it starts, if that is asked for. Caller holds rcu_read_lock(). */
u64 rampart_program_classes(const struct rampart_view *view, const struct image *image, bool passed_on);
/* The policy's classes that a file is in by its identity. Caller holds rcu_read_lock(). */
struct class_pair rampart_program_members(const struct rampart_view *view, const struct exe_id *id);
/* What rampart_image_classes() gives, found anew. Caller holds rcu_read_lock(), or _sched(). */
struct class_pair rampart_find_image_classes(const struct rampart_view *view, struct image *image);
/* The next exclusion that names the program, RAMPART_EXCLUSION_NONE: no more. *@slot: rampart_program_hash() at first. */
u32 rampart_program_exclusion(const struct rampart_view *view, const struct image *image, bool passed_on, u32 *slot);
/* Whether any does. Caller holds rcu_read_lock(). */
static inline bool rampart_program_excluded(const struct rampart_view *view, const struct image *image)
{
	u32 slot = rampart_program_hash(&image->id);

	return rampart_program_exclusion(view, image, false, &slot) != RAMPART_EXCLUSION_NONE;
}
/* Whether its content counts. Caller holds rcu_read_lock(). */
bool rampart_program_pinned(const struct rampart_view *view, const struct exe_id *id);

extern struct rampart_view __rcu *rampart_active;

/* The view in force. Caller holds rcu_read_lock(), or _sched(). Never NULL between rampart_store_init() and exit. */
static inline const struct rampart_view *rampart_view(void)
{
	return rcu_dereference_check(rampart_active, rcu_read_lock_sched_held());
}

/* --- What is kept with a program, here for the same reason as what follows. --- */

/* Whether what is kept is of the policy in force. */
static __always_inline bool rampart_kept_get(const struct rampart_view *view, const struct kept_classes *kept, struct class_pair *classes)
{
	classes->all = READ_ONCE(kept->all) ^ view->tag;
	classes->trusted = READ_ONCE(kept->trusted) ^ view->tag;
	return !((classes->all | classes->trusted) & ~RAMPART_CLASS_MASK);
}

static inline void rampart_kept_set(const struct rampart_view *view, struct kept_classes *kept, const struct class_pair *classes)
{
	WRITE_ONCE(kept->all, classes->all | view->tag);
	WRITE_ONCE(kept->trusted, classes->trusted | view->tag);
}

/*
 * The policy's classes that a program is in, by its identity or by where it was when it was executed; kept in the image until another
 * policy comes. Caller holds rcu_read_lock(), or _sched().
 */
static __always_inline struct class_pair rampart_image_classes(const struct rampart_view *view, struct image *image)
{
	struct class_pair classes;

	return likely(rampart_kept_get(view, &image->classes, &classes)) ? classes : rampart_find_image_classes(view, image);
}

/* --- The cache, here since most operations end with one look at it and a call would be a good part of what that costs. --- */

#define RAMPART_CACHE_BITS 15	/* 32,768 directories in 2 MiB */

/* One directory. @seq is odd while written; everything else is read between two equal even values of it. */
struct rampart_cached {
	u32 seq;
	u32 epoch;		/* of the view whose states these are */
	u32 tree;		/* rampart_tree_epoch when they were found */
	u32 dev;
	const struct inode *inode;
	u64 ino;
	u32 generation;
	struct states states;
} ____cacheline_aligned;

extern struct rampart_cached *rampart_cache;
/* Grows when a labelled directory has moved; entries of another value are misses. */
extern atomic_t rampart_tree_epoch;
/* Labelled directories between the hook and the move itself: meanwhile nobody may rely on the cache. */
extern atomic_t rampart_tree_moving;

/*
 * Inodes lie at regular distances, which one multiplication may map onto few slots: of 1,000 directories whose inodes are 680 or
 * 800 bytes apart, seven in ten would share theirs.
 */
static __always_inline struct rampart_cached *rampart_cache_slot(const struct inode *inode)
{
	u64 hash = (u64)(unsigned long)inode * GOLDEN_RATIO_64;

	return &rampart_cache[hash_64(hash ^ (hash >> 32), RAMPART_CACHE_BITS)];
}

/* Between these two @entry may be read. */
static __always_inline bool rampart_cache_begin(const struct rampart_view *view, const struct inode *inode,
						const struct rampart_cached *entry, u32 *seq)
{
	*seq = smp_load_acquire(&entry->seq);
	return !(*seq & 1) && READ_ONCE(entry->inode) == inode && READ_ONCE(entry->epoch) == view->epoch &&
	       READ_ONCE(entry->tree) == (u32)atomic_read(&rampart_tree_epoch) && READ_ONCE(entry->ino) == inode->i_ino &&
	       READ_ONCE(entry->generation) == inode->i_generation && READ_ONCE(entry->dev) == inode->i_sb->s_dev;
}

static __always_inline bool rampart_cache_end(const struct rampart_cached *entry, u32 seq)
{
	smp_rmb();
	return READ_ONCE(entry->seq) == seq && !atomic_read(&rampart_tree_moving);
}

/* False of most files that are no anchor. */
static __always_inline bool rampart_may_be_anchor(const struct rampart_view *view, const struct inode *inode)
{
	return test_bit(inode->i_ino % RAMPART_FILE_ANCHORS, view->file_anchors);
}

/* Whether the file has a label of its own, as an anchor or by another link. Caller as below. */
bool rampart_label_is_own(const struct rampart_view *view, const struct inode *inode);

/* The same as below where @folder, the parent of @dentry or itself, has states. */
bool rampart_label_outside_by_states(const struct rampart_view *view, const struct dentry *dentry, const struct inode *folder, u64 classes,
				     u64 below);

/*
 * rampart_label_outside() - true only if @dentry is in none of @classes, and nothing below it in any of @below; false when that is not known at once.
 * What most operations are about is outside of every place, and is known to be so by what is cached of its directory: one without states
 * has none below it either, up to the next anchor, which is a directory itself; what is not a directory has what its parent has. No name
 * is read, so that a rename meanwhile is one that came before or after. @stamp: as rampart_plain_put() has it, or 0. Caller holds
 * rcu_read_lock(), or _sched().
 */
static __always_inline bool rampart_label_outside(const struct rampart_view *view, const struct dentry *dentry, u64 classes, u64 below,
						  unsigned long stamp)
{
	const struct inode *inode = d_inode_rcu(dentry);
	const struct rampart_cached *entry;
	bool outside;
	u32 seq;

	if (!inode || !S_ISDIR(inode->i_mode)) {
		if (inode && unlikely(rampart_may_be_anchor(view, inode) || inode->i_nlink > 1) && rampart_label_is_own(view, inode))
			return false;
		inode = d_inode_rcu(READ_ONCE(dentry->d_parent));
		if (!inode)
			return false;
	}
	entry = rampart_cache_slot(inode);
	if (!rampart_cache_begin(view, inode, entry, &seq))
		return false;
	outside = !READ_ONCE(entry->states.s[0]);
	if (!rampart_cache_end(entry, seq))
		return false;
	if (unlikely(!outside))
		return rampart_label_outside_by_states(view, dentry, inode, classes, below);
	if (stamp)
		rampart_plain_put(inode, stamp);
	return true;
}

#endif
