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

struct task_struct;
struct linux_binprm;
struct inode;
struct path;

#define RAMPART_LINEAGE_MAX 8

/* A file by identity, not by name. All zero: no file. */
struct exe_id {
	u64 ino;
	u32 dev;	/* s_dev */
	u32 generation;	/* i_generation */
};

/* The path of a program at the time of its exec. Shared by all descendants. Immutable. */
struct exe_name {
	struct kref ref;
	u32 len;
	char path[];	/* NUL-terminated */
};

struct ancestor {
	u32 pid;
	struct exe_name *name;	/* a reference, never NULL */
};

/* What one exec created. Immutable once published in the table. */
struct subject {
	struct kref ref;
	struct rcu_head rcu;
	struct exe_id exe;
	u32 pid;			/* tgid at exec */
	bool tainted;			/* was traced across its exec: trusted for nothing */
	u32 n_ancestors;
	struct exe_name *name;		/* a reference, may be NULL */
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
int subject_exec_prepare(void);
void subject_exec_commit(const struct linux_binprm *bprm);

/* A reference to @task's subject or NULL. Context: any. */
struct subject *subject_get(struct task_struct *task);
/* Context: any (frees after RCU). NULL is fine. */
void subject_put(struct subject *subject);

/* The program of @task; all zero for a kernel thread or a tainted subject. Context: any. */
struct exe_id subject_exe(struct task_struct *task);

static inline bool exe_id_equal(const struct exe_id *a, const struct exe_id *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->generation == b->generation;
}

struct exe_id exe_id_of(const struct inode *inode);

/*
 * The same of a program. On btrfs an inode's number is that of one subvolume, and a snapshot has them all again, with their
 * generations: there @dev is the subvolume's. All zero, which is trusted for nothing, if that is not to be had. Context: may sleep.
 */
struct exe_id exe_id_at(const struct path *path);

#endif
