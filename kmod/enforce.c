// SPDX-License-Identifier: GPL-2.0-only
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uidgid.h>

#include "enforce.h"
#include "event.h"
#include "grant.h"
#include "rampart.h"
#include "subject.h"

/* What somebody could trace on the way here passes nothing on. */
static noinline u64 inherited_classes(const struct rampart_view *view, const struct subject *subject)
{
	u64 classes = 0;
	u32 i;

	for (i = 0; i < subject->n_seen && !subject->ancestors[i].image->tainted; i++)
		classes |= rampart_program_classes(view, subject->ancestors[i].image, true);
	return classes;
}

static u64 subject_classes(const struct rampart_view *view, struct task_struct *task)
{
	const struct subject *subject = subject_of(task);
	u64 classes;

	if (!subject)
		return 0;
	classes = rampart_program_classes(view, subject->image, false);
	if (unlikely(view->children) && !subject->image->tainted)
		classes |= inherited_classes(view, subject);
	return classes;
}

u64 rampart_subject_classes(struct task_struct *task)
{
	u64 classes;

	rcu_read_lock();
	classes = subject_classes(rampart_view(), task);
	rcu_read_unlock();
	return classes;
}

static void label_target(const struct rampart_view *view, const struct rampart_target *target,
			 struct rampart_label *label)
{
	u64 classes;

	*label = (struct rampart_label){ .place = RAMPART_PLACE_NONE };
	if (!target)
		return;
	if (target->dentry) {
		rampart_label(view, target->dentry, label);
		if (target->disk)
			label->classes |= RAMPART_OBJ_DISK;
	} else if (target->task) {
		classes = subject_classes(view, target->task);
		if (classes & RAMPART_SUBJ_DAEMON)
			label->classes |= RAMPART_OBJ_DAEMON_TASK;
		if (classes & RAMPART_SUBJ_ALLOWED)
			label->classes |= RAMPART_OBJ_TRUSTED_TASK;
		label->secrets = classes >> RAMPART_SUBJ_SECRETS_SHIFT;
		if (label->secrets)
			label->classes |= RAMPART_OBJ_READER_TASK;
	}
}

static void report_object(struct rampart_event_object *object, const struct rampart_target *target,
			  const struct rampart_label *label, u32 place, bool concerned)
{
	const struct inode *inode;

	object->place = RAMPART_PLACE_NONE;
	if (!target)
		return;
	object->classes = label->classes;
	object->place = place;
	if (!label->classes && label->below)
		object->flags |= RAMPART_OBJECT_ANCESTOR;
	if (concerned)
		object->flags |= RAMPART_OBJECT_CONCERNED;
	if (target->task)
		object->tgid = task_tgid_nr(target->task);
	if (!target->dentry)
		return;
	inode = d_inode_rcu(target->dentry);
	if (inode) {
		object->dev = inode->i_sb->s_dev;
		object->ino = inode->i_ino;
	}
}

static void report_paths(struct rampart_event *event, const struct rampart_view *view,
			 const struct rampart_target *target, const struct rampart_target *target2)
{
	u32 room = RAMPART_EVENT_PATHS, used = 0;
	bool cut = false;

	if (target && target->dentry) {
		event->path_len = rampart_label_path(view, target->dentry, event->paths, target2 ? room / 2 : room,
						     &cut);
		used = event->path_len + 1;
		if (cut)
			event->object.flags |= RAMPART_OBJECT_CUT;
	}
	if (target2 && target2->dentry) {
		event->path2_len = rampart_label_path(view, target2->dentry, event->paths + used, room - used, &cut);
		if (cut)
			event->object2.flags |= RAMPART_OBJECT_CUT;
	}
}

struct report {
	const struct rampart_view *view;
	enum rampart_hook hook;
	const struct rampart_request *request;
	const struct rampart_verdict *verdict;
	const struct rampart_target *target, *target2;
	u32 flags;
};

static void report(const struct report *r)
{
	struct rampart_event *event = rampart_event_reserve(r->verdict->outcome);
	const struct rampart_rule *rule = r->verdict->rule;
	const struct rampart_request *request = r->request;

	if (!event)
		return;
	event->generation = r->view->generation;
	event->subject = subject_get(current);
	if (event->subject)
		event->exe = event->subject->image->id;
	event->subject_classes = request->subject;
	event->pid = task_pid_nr(current);
	event->tgid = task_tgid_nr(current);
	event->uid = from_kuid(&init_user_ns, current_uid());
	event->loginuid = from_kuid(&init_user_ns, audit_get_loginuid(current));
	event->op_flags = r->flags;
	event->hook = r->hook;
	event->op = request->op;
	event->outcome = r->verdict->outcome;
	event->mode = rule->mode;
	strscpy(event->rule, rule->name, sizeof(event->rule));
	memcpy(event->comm, current->comm, sizeof(event->comm));
	event->comm[sizeof(event->comm) - 1] = 0;
	report_object(&event->object, r->target, &request->object,
		      rampart_rule_place(rule, request->op, &request->object), r->verdict->first);
	report_object(&event->object2, r->target2, &request->object2,
		      rampart_rule_place(rule, request->op, &request->object2), r->verdict->second);
	report_paths(event, r->view, r->target, r->target2);
	rampart_event_commit(event);
}

static bool is_granted(const struct rampart_view *view, const struct rampart_rule *rule, enum rampart_op op,
		       const struct rampart_label *object)
{
	const struct subject *subject = subject_of(current);
	struct exe_id exe = subject && !subject->image->tainted ? subject->image->id : (struct exe_id){};
	u32 uid = from_kuid(&init_user_ns, current_uid());

	return rampart_grant_find(rule->name, &exe, rampart_rule_place(rule, op, object), uid, view->generation);
}

/* A user's grant turns a warning into a bypass. What is about two places takes a grant for each. */
static void ask_grant(const struct rampart_view *view, const struct rampart_request *request,
		      struct rampart_verdict *verdict)
{
	const struct rampart_rule *rule = verdict->rule;

	if (verdict->first && !is_granted(view, rule, request->op, &request->object))
		return;
	if (verdict->second && !is_granted(view, rule, request->op, &request->object2))
		return;
	verdict->outcome = RAMPART_BYPASSED;
}

/* Most operations end here: no rule asks about @op, or all that it is about is known at once to be in no place. */
static bool is_outside(enum rampart_op op, const struct dentry *dentry, const struct dentry *dentry2)
{
	const struct rampart_view *view;
	bool outside;

	rcu_read_lock();
	view = rampart_view();
	outside = !(view->ops & BIT_ULL(op)) ||
		  (rampart_label_outside(view, dentry) && (!dentry2 || rampart_label_outside(view, dentry2)));
	rcu_read_unlock();
	return outside;
}

/* noinline: its locals are not set up for what is outside. */
static noinline int enforce(enum rampart_hook hook, enum rampart_op op, const struct rampart_target *target,
			    const struct rampart_target *target2, u32 flags, bool by_current)
{
	struct rampart_request request = { .op = op };
	const struct rampart_view *view;
	struct rampart_verdict verdict;
	int err = 0;

	rcu_read_lock();
	view = rampart_view();
	if (!(view->ops & BIT_ULL(op)))
		goto out;
	label_target(view, target, &request.object);
	label_target(view, target2, &request.object2);
	if (likely(!(request.object.classes | request.object.below | request.object2.classes |
		     request.object2.below)))
		goto out;
	request.subject = by_current ? subject_classes(view, current) : 0;
	rampart_decide(view->rules, &request, &verdict);
	if (!verdict.rule)
		goto out;
	if (verdict.outcome == RAMPART_WARNED)
		ask_grant(view, &request, &verdict);
	rampart_count(verdict.outcome);
	if (verdict.outcome != RAMPART_ALLOWED)
		report(&(struct report){ .view = view, .hook = hook, .request = &request, .verdict = &verdict,
					 .target = target, .target2 = target2, .flags = flags });
	if (rampart_outcome_denies(verdict.outcome))
		err = -EPERM;
out:
	rcu_read_unlock();
	return err;
}

int rampart_enforce(enum rampart_hook hook, enum rampart_op op, const struct rampart_target *target,
		    const struct rampart_target *target2, u32 flags)
{
	if (target && target->dentry && !target->disk && is_outside(op, target->dentry, target2 ? target2->dentry : NULL))
		return 0;
	return enforce(hook, op, target, target2, flags, true);
}

int rampart_enforce_remote(enum rampart_hook hook, enum rampart_op op, struct task_struct *task, u32 flags)
{
	return enforce(hook, op, &(struct rampart_target){ .task = task }, NULL, flags, false);
}

int rampart_enforce_task(enum rampart_hook hook, enum rampart_op op, struct task_struct *task, u32 flags)
{
	if (same_thread_group(task, current))
		return 0;
	return rampart_enforce(hook, op, &(struct rampart_target){ .task = task }, NULL, flags);
}

static noinline int enforce_dentry(enum rampart_hook hook, enum rampart_op op, struct dentry *dentry, u32 flags)
{
	return enforce(hook, op, &(struct rampart_target){ .dentry = dentry }, NULL, flags, true);
}

int rampart_enforce_dentry(enum rampart_hook hook, enum rampart_op op, struct dentry *dentry, u32 flags)
{
	return likely(is_outside(op, dentry, NULL)) ? 0 : enforce_dentry(hook, op, dentry, flags);
}
