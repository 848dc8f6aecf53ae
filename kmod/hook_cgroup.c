// SPDX-License-Identifier: GPL-2.0-only
/* Control groups: what is done to a group is done to the daemon in it, by ways that no LSM hook sees. */
#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/sched/signal.h>

#include "enforce.h"
#include "hook_cgroup.h"
#include "rampart.h"

/* The signal that writing to a group's file is like, or 0. */
static int signal_of(const struct kernfs_node *file)
{
	if (!strcmp(file->name, "cgroup.freeze"))
		return SIGSTOP;
	return strcmp(file->name, "cgroup.kill") ? 0 : SIGKILL;
}

/* A process of the daemon's in @group or below it. Caller holds rcu_read_lock(). */
static struct task_struct *daemon_in(const struct kernfs_node *group)
{
	struct cgroup *cgroup = rcu_dereference(*(struct cgroup __rcu __force **)&group->priv);
	struct task_struct *task;

	if (!cgroup)
		return NULL;
	for_each_process(task)
		if (cgroup_is_descendant(task_dfl_cgroup(task), cgroup) &&
		    (rampart_subject_classes(task) & RAMPART_SUBJ_DAEMON))
			return task;
	return NULL;
}

int rampart_enforce_cgroup_write(enum rampart_hook hook, const struct inode *inode)
{
	const struct kernfs_node *file = inode->i_private;
	int sig = signal_of(file), err = 0;
	struct task_struct *task;

	if (!sig)
		return 0;
	rcu_read_lock();
	task = daemon_in(file->parent);
	if (task)
		err = rampart_enforce(hook, RAMPART_OP_SIGNAL, &(struct rampart_target){ .task = task }, NULL, sig);
	rcu_read_unlock();
	return err;
}

/* Process context, may sleep; cgroup_mutex is held. Into a frozen group, or one with hardly any memory, of any version. */
int hook_cgroup_attach_task(struct cgroup *group, struct task_struct *leader, bool threadgroup)
{
	rampart_hook_seen(cgroup_attach_task);
	return rampart_enforce_task(HOOK_cgroup_attach_task, RAMPART_OP_SCHED, leader, 0);
}
