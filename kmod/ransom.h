/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ransomware, by what comes of what processes do to files: the signs (policy/ransom.h) are counted for what each exec ran, and for all
 * that led to it, up to what launches programs that have nothing to do with each other.
 */
#ifndef RAMPART_KMOD_RANSOM_H
#define RAMPART_KMOD_RANSOM_H

#include <linux/atomic.h>
#include <linux/jump_label.h>
#include <names.h>

struct dentry;
struct file;
struct image;
struct rampart_view;
struct subject;

DECLARE_STATIC_KEY_FALSE(rampart_ransom_followed);
extern atomic_t rampart_ransom_found;

/* rampart_ransom_follow() - whether any rule asks. Context: may sleep. */
void rampart_ransom_follow(bool follow);
int rampart_ransom_init(void);
/* No hook is attached any more. */
void rampart_ransom_exit(void);

/* rampart_ransom_image() - the image nearest to @subject for which the signs are enough, or NULL. Caller holds rcu_read_lock(). */
const struct image *rampart_ransom_image(const struct rampart_view *view, const struct subject *subject);

/* rampart_ransom_stop() - stops (SIGSTOP) all processes that came of what current belongs to by that. Caller holds rcu_read_lock(). */
void rampart_ransom_stop(const struct rampart_view *view);

/* rampart_ransom_forget() - @image ends. Context: any. */
void rampart_ransom_forget(const struct image *image);

/* A bit of the trait as long as it can be true of anybody. */
static inline u32 rampart_ransom_possible(void)
{
	return atomic_read(&rampart_ransom_found) ? 1U << RAMPART_TRAIT_RANSOM : 0;
}

/* The handlers' calls, below. Before a decision: */
void rampart_ransom_change(struct dentry *dentry);
/* After what was let through; that of open and close may sleep. */
void rampart_ransom_open(struct file *file);
void rampart_ransom_close(struct file *file);
void rampart_ransom_destroy(struct dentry *dentry);
void rampart_ransom_rename(struct dentry *from, struct dentry *to, unsigned int flags);
void rampart_ransom_create(const struct dentry *dentry);
void rampart_ransom_exec(void);

#define RAMPART_WATCH(name, args, ...)                                       \
	static inline void rampart_watch_##name args                         \
	{                                                                    \
		if (static_branch_unlikely(&rampart_ransom_followed))        \
			rampart_ransom_##name(__VA_ARGS__);                  \
	}

RAMPART_WATCH(change, (struct dentry *dentry), dentry)
RAMPART_WATCH(open, (struct file *file), file)
RAMPART_WATCH(close, (struct file *file), file)
RAMPART_WATCH(destroy, (struct dentry *dentry), dentry)
RAMPART_WATCH(rename, (struct dentry *from, struct dentry *to, unsigned int flags), from, to, flags)
RAMPART_WATCH(create, (const struct dentry *dentry), dentry)
RAMPART_WATCH(exec, (void))
#undef RAMPART_WATCH

#endif
