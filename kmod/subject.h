/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Subjects: which program a task runs and where it came from, in a table of our own keyed by task. Set at exec, inherited
 * at fork, kept true by task_alloc and task_free; no check ever looks at comm or at the parent's pid.
 */
#ifndef RAMPART_SUBJECT_H
#define RAMPART_SUBJECT_H

#include <linux/kref.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "image.h"

struct task_struct;
struct linux_binprm;

#define RAMPART_LINEAGE_MAX 8

struct ancestor {
	u32 pid;
	struct image *image;	/* a reference */
};

/* What one exec created. Immutable once published in the table, but for what is said to be not. */
struct subject {
	struct kref ref;
	struct rcu_head rcu;
	u32 pid;			/* tgid at exec */
	u32 n_ancestors;
	u32 n_seen;			/* of them: those that we saw start what led to this one; the rest is what /proc would tell */
	struct image *image;		/* a reference; NULL only until it is published */
	u64 script;			/* of an interpreter: rampart_name_hash() of what it was told to run, 0: it was not */
	struct exe_id script_id;	/* of the file of that name then, all zero: there was none */
	atomic_t marks;			/* of what copies files: those of all that it has read. Grows, any context */
	/* Classes of all programs that led to this one, however many: as the policies of their times had them. */
	u64 lineage, trusted_lineage;
	struct kept_classes kept;	/* with its own and those of its ancestors: see kmod/enforce.c. Any context */
	struct ancestor ancestors[RAMPART_LINEAGE_MAX];	/* nearest first */
};

int subject_init(void);
void subject_exit(void);
/* Enters the tasks that were there before us. Context: may sleep. */
int subject_populate(void);
/* Forgets all tasks. No hook may be attached. Context: any. */
void subject_forget(void);

/* Handlers of task_alloc, task_free, bprm_creds_for_exec, bprm_committed_creds. */
int subject_fork(struct task_struct *child);
void subject_task_free(struct task_struct *task);
/* Between the two, the image of the exec is that of *@image. */
int subject_exec_prepare(const struct linux_binprm *bprm, const struct image **image);
/* subject_exec_script() - what the exec under way is told to run. After each of its interpreters; the last one counts. */
void subject_exec_script(u64 script, const struct exe_id *id);
void subject_exec_commit(const struct linux_binprm *bprm);

/* A reference to @task's subject or NULL. Context: any. */
struct subject *subject_get(struct task_struct *task);
/* Context: any (frees after RCU). NULL is fine. */
void subject_put(struct subject *subject);

/* The same without a reference. Caller holds rcu_read_lock(); if it is for current, _sched() will do, and it stays until the next exec. */
struct subject *subject_of(struct task_struct *task);

#endif
