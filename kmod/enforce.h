/* SPDX-License-Identifier: GPL-2.0-only */
/* From a request to a verdict, an event and an errno; and what the handlers share. */
#ifndef RAMPART_ENFORCE_H
#define RAMPART_ENFORCE_H

#include <linux/percpu.h>
#include <env.h>
#include <decide.h>

#include "hooks.h"
#include "label.h"

DECLARE_PER_CPU(u64[HOOK_NUM], rampart_hook_calls);
DECLARE_PER_CPU(long, rampart_sleepers);

/* Every handler begins with this: status shows it, and the self-test looks for it. */
#define rampart_hook_seen(name) this_cpu_inc(rampart_hook_calls[HOOK_##name])

/* Around the part of a handler that may sleep: detaching waits for it. */
static inline void rampart_sleep_begin(void)
{
	this_cpu_inc(rampart_sleepers);
}

static inline void rampart_sleep_end(void)
{
	this_cpu_dec(rampart_sleepers);
}

/* One end of an operation as a handler sees it. */
struct rampart_target {
	struct dentry *dentry;		/* NULL: none, or a task */
	struct task_struct *task;
	struct exe_id id;		/* of a program; all zero: it is not asked which */
	u32 traits;			/* of the operation, bit set of enum rampart_trait; only those of the first end count */
	bool disk;			/* the dentry is of a block device that is in use */
};

/*
 * rampart_enforce() - labels both ends, decides, counts, reports.
 * @flags: raw flags for the event (rename flags, signal, ioctl command, resource).
 * Returns 0 or -EPERM. Context: any in which the dentries are stable; does not sleep.
 */
int rampart_enforce(enum rampart_hook hook, enum rampart_op op, const struct rampart_target *target,
		    const struct rampart_target *target2, u32 flags);

/* The same for a process; what it does to itself passes. */
int rampart_enforce_task(enum rampart_hook hook, enum rampart_op op, struct task_struct *task, u32 flags);

/* The same where current is not the one that does it, and its rights do not count. */
int rampart_enforce_remote(enum rampart_hook hook, enum rampart_op op, struct task_struct *task, u32 flags);

/* The same for one dentry. */
int rampart_enforce_dentry(enum rampart_hook hook, enum rampart_op op, struct dentry *dentry, u32 flags);

/* The same where rules of the policy's own may ask for @traits. */
int rampart_enforce_traits(enum rampart_hook hook, enum rampart_op op, struct dentry *dentry, u32 traits, u32 flags);

/* The same of a file as code, which they know by what it is: exec, load, module, kexec. @file may be NULL. Context: may sleep. */
int rampart_enforce_code(enum rampart_hook hook, enum rampart_op op, struct file *file, u32 traits, u32 flags);

/* The policy's classes that led to @subject and that nobody but root can change. Caller holds rcu_read_lock(). */
u64 rampart_trusted_lineage(const struct rampart_view *view, struct subject *subject);

/* Subject classes (enum rampart_subject_class) of @task under the policy in force. Context: any. */
u64 rampart_subject_classes(struct task_struct *task);

#endif
