// SPDX-License-Identifier: GPL-2.0-only
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/stringhash.h>
#include <linux/uidgid.h>

#include "digest.h"
#include "enforce.h"
#include "event.h"
#include "grant.h"
#include "medium.h"
#include "provenance.h"
#include "ransom.h"
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

/* All programs that led to this one and are remembered, and what is left of those that are not. */
static noinline struct class_pair find_lineage(const struct rampart_view *view, struct subject *subject)
{
	struct class_pair lineage = rampart_image_classes(view, subject->image), classes;
	bool trusted = !subject->image->tainted;
	u32 i;

	lineage.all |= subject->lineage;
	if (trusted)
		lineage.trusted |= subject->trusted_lineage;
	for (i = 0; i < subject->n_ancestors; i++) {
		classes = rampart_image_classes(view, subject->ancestors[i].image);
		lineage.all |= classes.all;
		trusted &= i < subject->n_seen && !subject->ancestors[i].image->tainted;
		if (trusted)
			lineage.trusted |= classes.trusted;
	}
	rampart_kept_set(view, &subject->kept, &lineage);
	return lineage;
}

static struct class_pair lineage_of(const struct rampart_view *view, struct subject *subject)
{
	struct class_pair lineage;

	return likely(rampart_kept_get(view, &subject->kept, &lineage)) ? lineage : find_lineage(view, subject);
}

static void ask_classes(const struct rampart_view *view, struct subject *subject, struct rampart_request *request)
{
	struct class_pair exe = rampart_image_classes(view, subject->image), lineage = lineage_of(view, subject);

	request->exe = exe.all;
	request->trusted_exe = exe.trusted;
	request->lineage = lineage.all;
	request->trusted_lineage = lineage.trusted;
}

u64 rampart_trusted_lineage(const struct rampart_view *view, struct subject *subject)
{
	return lineage_of(view, subject).trusted;
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

/* Whether @subject is exempt from what @by is not. */
static bool is_more_exempt(const struct rampart_view *view, struct subject *subject, struct subject *by)
{
	u64 by_trusted = by ? rampart_trusted_lineage(view, by) : 0;

	if (rampart_trusted_lineage(view, subject) & ~by_trusted & view->exempting)
		return true;
	return rampart_program_excluded(view, subject->image) && !(by && exe_id_equal(&subject->image->id, &by->image->id));
}

static void label_task(const struct rampart_view *view, struct subject *subject, struct rampart_label *label)
{
	if (!subject || !view->info.asr_rules)
		return;
	label->classes |= rampart_image_classes(view, subject->image).all;
	if (is_more_exempt(view, subject, subject_of(current)))
		label->classes |= RAMPART_OBJ_EXEMPT_TASK;
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
		label->classes |= rampart_program_members(view, &target->id).all;
		if (target->disk)
			label->classes |= RAMPART_OBJ_DISK;
	} else if (target->task) {
		label_task(view, subject_of(target->task), label);
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

/* What an event, and a grant, calls the object of a rule of the policy's own: not only by its folder. */
static u32 object_number(const struct rampart_target *target)
{
	const struct subject *subject;
	const struct inode *inode;
	struct exe_id id = {};
	u32 hash = 0;

	if (!target)
		return RAMPART_PLACE_NONE;
	if (target->task) {
		subject = subject_of(target->task);
		if (subject)
			id = subject->image->id;
	} else if (target->dentry) {
		inode = d_inode_rcu(target->dentry);
		if (!inode) {
			inode = d_inode_rcu(READ_ONCE(target->dentry->d_parent));
			hash = READ_ONCE(target->dentry->d_name.hash);
		}
		if (inode)
			id = exe_id_of(inode);
	}
	/* Never RAMPART_PLACE_NONE. */
	return (rampart_program_hash(&id) ^ hash) & ~1u;
}

static u32 place_of(const struct rampart_rule *rule, enum rampart_op op, const struct rampart_target *target,
		    const struct rampart_label *label)
{
	return rule->asr ? object_number(target) : rampart_rule_place(rule, op, label);
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
	const struct rampart_excluded *excluded;	/* NULL: not by an exclusion */
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
	rampart_event_by_current(event);
	event->subject_classes = request->subject;
	event->lineage = request->lineage;
	event->exe_classes = request->exe;
	event->trusted_lineage = request->trusted_lineage;
	event->trusted_exe = request->trusted_exe;
	event->traits = request->traits;
	if (r->excluded)
		strscpy(event->exclusion, r->excluded->name, sizeof(event->exclusion));
	event->op_flags = r->flags;
	event->hook = r->hook;
	event->op = request->op;
	event->outcome = r->verdict->outcome;
	event->mode = rule->mode;
	strscpy(event->rule, rule->name, sizeof(event->rule));
	report_object(&event->object, r->target, &request->object,
		      place_of(rule, request->op, r->target, &request->object), r->verdict->first);
	report_object(&event->object2, r->target2, &request->object2,
		      place_of(rule, request->op, r->target2, &request->object2), r->verdict->second);
	report_paths(event, r->view, r->target, r->target2);
	rampart_event_commit(event);
}

static bool is_granted(const struct rampart_view *view, const struct rampart_rule *rule, u32 place)
{
	const struct subject *subject = subject_of(current);
	struct exe_id exe = subject && !subject->image->tainted ? subject->image->id : (struct exe_id){};
	u32 uid = from_kuid(&init_user_ns, current_uid());

	return rampart_grant_find(rule->name, &exe, place, uid, view->generation);
}

/* A user's grant turns a warning into a bypass. What is about two places takes a grant for each. */
static void ask_grant(const struct report *r, struct rampart_verdict *verdict)
{
	const struct rampart_request *request = r->request;
	const struct rampart_rule *rule = verdict->rule;

	if (verdict->first && !is_granted(r->view, rule, place_of(rule, request->op, r->target, &request->object)))
		return;
	if (verdict->second && !is_granted(r->view, rule, place_of(rule, request->op, r->target2, &request->object2)))
		return;
	verdict->outcome = RAMPART_BYPASSED;
}

/* What is looked at to find an exclusion. */
struct search {
	const struct report *r;
	const struct rampart_excluded *exclusions;
	char *path;	/* of PATH_MAX bytes, NULL: none of those that are about places can be told to hold */
};

static bool lies_in(const struct search *search, const struct rampart_excluded *excluded, const struct rampart_target *target)
{
	const struct rampart_view *view = search->r->view;
	const struct subject *subject;
	bool cut = false;

	if (!excluded->object.len)
		return true;
	if (!search->path || !target)
		return false;
	if (target->task) {
		subject = subject_of(target->task);
		return subject && rampart_ruleset_excludes(view->rules, excluded, subject->image->text);
	}
	if (!target->dentry)
		return false;
	rampart_label_path(view, target->dentry, search->path, PATH_MAX, &cut);
	return !cut && rampart_ruleset_excludes(view->rules, excluded, search->path);
}

static bool holds(const struct search *search, u32 i)
{
	const struct rampart_excluded *excluded = &search->exclusions[i];
	const struct rampart_verdict *verdict = search->r->verdict;

	if (excluded->rule && strcmp(excluded->rule, verdict->rule->name))
		return false;
	if (excluded->until && excluded->until <= ktime_get_real_seconds())
		return false;
	return (!verdict->first || lies_in(search, excluded, search->r->target)) &&
	       (!verdict->second || lies_in(search, excluded, search->r->target2));
}

static const struct rampart_excluded *excluded_by_program(const struct search *search, const struct image *image, bool passed_on)
{
	u32 slot = rampart_program_hash(&image->id), i;

	while ((i = rampart_program_exclusion(search->r->view, image, passed_on, &slot)) != RAMPART_EXCLUSION_NONE)
		if (holds(search, i))
			return &search->exclusions[i];
	return NULL;
}

static const struct rampart_excluded *excluded_by_subject(const struct search *search)
{
	const struct subject *subject = subject_of(current);
	const struct rampart_excluded *excluded;
	u32 i;

	if (!subject || subject->image->tainted)
		return NULL;
	excluded = excluded_by_program(search, subject->image, false);
	for (i = 0; !excluded && i < subject->n_seen && !subject->ancestors[i].image->tainted; i++)
		excluded = excluded_by_program(search, subject->ancestors[i].image, true);
	return excluded;
}

static const struct rampart_excluded *excluded_for_anybody(const struct search *search)
{
	const u32 *anybody;
	u32 i, n;

	anybody = rampart_ruleset_anybody(search->r->view->rules, &n);
	for (i = 0; i < n; i++)
		if (holds(search, anybody[i]))
			return &search->exclusions[anybody[i]];
	return NULL;
}

/* Only what a rule of the policy's own would report or refuse gets here. */
static noinline const struct rampart_excluded *find_exclusion(const struct report *r)
{
	struct search search = { .r = r };
	const struct rampart_excluded *excluded;
	u32 n;

	search.exclusions = rampart_ruleset_exclusions(r->view->rules, &n);
	if (!n)
		return NULL;
	search.path = kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN);
	excluded = excluded_by_subject(&search) ?: excluded_for_anybody(&search);
	kfree(search.path);
	return excluded;
}

/*
 * Most operations end here: no rule asks about @op, or all that it is about is known at once to be in no place. A section of RCU's sched
 * flavour costs three instructions where rcu_read_lock() costs 17.
 */
static __always_inline bool is_outside(enum rampart_op op, const struct dentry *dentry, const struct dentry *dentry2, u32 traits,
				       unsigned long stamp)
{
	/* The process's own are not known yet. */
	const u32 possible = traits | RAMPART_WIDE | BIT(RAMPART_TRAIT_NO_TERMINAL) | rampart_ransom_possible();
	const struct rampart_view *view;
	u64 objects, below;
	bool outside;

	rcu_read_lock_sched();
	view = rampart_view();
	objects = view->objects[op];
	below = op == RAMPART_OP_RENAME ? objects : 0;
	outside = !(view->ops & BIT_ULL(op)) ||
		  (!(view->wide[op] & possible) && rampart_label_outside(view, dentry, objects, below, stamp) &&
		   (!dentry2 || rampart_label_outside(view, dentry2, objects, below, 0)));
	rcu_read_unlock_sched();
	return outside;
}

/* Of the process, what a rule asks for. */
static u32 subject_traits(const struct rampart_view *view)
{
	u32 traits = 0;

	if (view->traits & BIT(RAMPART_TRAIT_NO_TERMINAL) && !READ_ONCE(current->signal->tty))
		traits |= BIT(RAMPART_TRAIT_NO_TERMINAL);
	if (view->traits & rampart_ransom_possible() && rampart_ransom_image(view, subject_of(current)))
		traits |= BIT(RAMPART_TRAIT_RANSOM);
	return traits;
}

/*
 * What is in no place that a rule is about is of no interest, unless one asks for what is not about any. What lies below matters where that
 * moves.
 */
static bool is_of_interest(const struct rampart_view *view, const struct rampart_request *request)
{
	u64 classes = request->object.classes | request->object2.classes;

	if (request->op == RAMPART_OP_RENAME)
		classes |= request->object.below | request->object2.below;
	return (classes & view->objects[request->op]) || (view->wide[request->op] & (request->traits | RAMPART_WIDE));
}

/* A group whose path is longer is in none that a rule asks for. Caller holds rcu_read_lock(). */
static noinline u32 origins_of_current(const struct rampart_view *view)
{
	char cgroup[512];
	int len = cgroup_path(task_dfl_cgroup(current), cgroup, sizeof(cgroup));

	return rampart_ruleset_origins(view->rules, from_kuid(&init_user_ns, current_euid()),
				       len > 0 && len < (int)sizeof(cgroup) ? cgroup : NULL);
}

static void ask_subject(const struct rampart_view *view, struct rampart_request *request)
{
	struct subject *subject;

	request->subject = subject_classes(view, current);
	if (!view->info.asr_rules)
		return;
	if (view->sessions)
		request->sessions = BIT(audit_loginuid_set(current) ? RAMPART_SESSION_LOGIN : RAMPART_SESSION_NONE);
	if (view->origins)
		request->origins = origins_of_current(view);
	subject = subject_of(current);
	if (subject)
		ask_classes(view, subject, request);
}

/* noinline: its locals are not set up for what is outside. */
static noinline int enforce(enum rampart_hook hook, enum rampart_op op, const struct rampart_target *target,
			    const struct rampart_target *target2, u32 flags, bool by_current)
{
	struct rampart_request request = { .op = op, .traits = target ? target->traits : 0 };
	struct rampart_verdict verdict;
	struct report r = { .hook = hook, .request = &request, .verdict = &verdict, .target = target, .target2 = target2,
			    .flags = flags };
	int err = 0;

	rcu_read_lock();
	r.view = rampart_view();
	if (!(r.view->ops & BIT_ULL(op)))
		goto out;
	label_target(r.view, target, &request.object);
	label_target(r.view, target2, &request.object2);
	if (by_current)
		request.traits |= subject_traits(r.view);
	if (likely(!is_of_interest(r.view, &request)))
		goto out;
	if (by_current)
		ask_subject(r.view, &request);
	rampart_decide(r.view->rules, &request, &verdict);
	if (!verdict.rule)
		goto out;
	if (verdict.rule->asr && verdict.outcome != RAMPART_ALLOWED && by_current)
		r.excluded = find_exclusion(&r);
	if (r.excluded)
		verdict.outcome = RAMPART_ALLOWED;
	if (verdict.outcome == RAMPART_WARNED)
		ask_grant(&r, &verdict);
	rampart_count(verdict.outcome);
	if (verdict.outcome != RAMPART_ALLOWED || r.excluded)
		report(&r);
	if (rampart_outcome_denies(verdict.outcome))
		err = -EPERM;
	if (unlikely(verdict.outcome == RAMPART_BLOCKED && verdict.rule->when & BIT(RAMPART_TRAIT_RANSOM)))
		rampart_ransom_stop(r.view);
out:
	rcu_read_unlock();
	return err;
}

/* What policies say of media is asked first: it is about the medium, whoever is allowed to change the file. */
static __always_inline int judge_medium(enum rampart_hook hook, enum rampart_op op, struct dentry *dentry)
{
	return static_branch_unlikely(&rampart_media_judged) ? rampart_medium_file(hook, op, dentry) : 0;
}

int rampart_enforce(enum rampart_hook hook, enum rampart_op op, const struct rampart_target *target,
		    const struct rampart_target *target2, u32 flags)
{
	int err = target && target->dentry ? judge_medium(hook, op, target->dentry) : 0;

	if (!err && target2 && target2->dentry)
		err = judge_medium(hook, op, target2->dentry);
	if (err)
		return err;
	if (target && target->dentry && !target->disk &&
	    is_outside(op, target->dentry, target2 ? target2->dentry : NULL, target->traits, 0))
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
	unsigned long stamp = READ_ONCE(rampart_plain_stamps[op]);
	int err;

	/* The view is at least as new. */
	smp_rmb();
	if (static_branch_unlikely(&rampart_media_judged)) {
		err = rampart_medium_file(hook, op, dentry);
		if (err)
			return err;
		if (!rampart_medium_is_fixed(dentry))
			stamp = 0;
	}
	return likely(is_outside(op, dentry, NULL, 0, stamp)) ? 0 : enforce_dentry(hook, op, dentry, flags);
}

int rampart_enforce_traits(enum rampart_hook hook, enum rampart_op op, struct dentry *dentry, u32 traits, u32 flags)
{
	return rampart_enforce(hook, op, &(struct rampart_target){ .dentry = dentry, .traits = traits }, NULL, flags);
}

/* Whether any rule is about @op when current does it, and which traits are then worth finding out. Only for what none but ASR asks. */
static bool is_asked(enum rampart_op op, u32 *traits, bool *hashed, u32 *aged_days)
{
	const struct rampart_view *view;
	struct subject *subject;
	bool asked;

	rcu_read_lock();
	view = rampart_view();
	asked = view->subjects[op] == ~0ULL;
	if (view->subjects[op] && !asked) {
		subject = subject_of(current);
		asked = subject && lineage_of(view, subject).all & view->subjects[op];
	}
	*traits = view->traits;
	*aged_days = view->aged_days;
	*hashed = view->hashed & BIT_ULL(op);
	rcu_read_unlock();
	return asked;
}

static u32 file_traits(const struct file *file, u32 asked, u32 aged_days)
{
	const struct inode *inode = file_inode(file);
	const struct dentry *dentry = file->f_path.dentry;
	u32 traits = 0;

	if (!inode->i_nlink)
		traits |= BIT(IS_ROOT(dentry) && inode->i_sb->s_magic == TMPFS_MAGIC ? RAMPART_TRAIT_MEMFD :
										      RAMPART_TRAIT_DELETED);
	if (asked & BIT(RAMPART_TRAIT_USER_MADE) && !rampart_only_root_changes(&file->f_path))
		traits |= BIT(RAMPART_TRAIT_USER_MADE);
	if (asked & BIT(RAMPART_TRAIT_AGED) && aged_days && rampart_provenance_aged(&file->f_path, aged_days * 86400LL))
		traits |= BIT(RAMPART_TRAIT_AGED);
	if (asked & (RAMPART_MARKS | BIT(RAMPART_TRAIT_REMOVABLE)))
		traits |= rampart_provenance(&file->f_path) & asked;
	return traits;
}

int rampart_enforce_code(enum rampart_hook hook, enum rampart_op op, struct file *file, u32 traits, u32 flags)
{
	struct rampart_target target = { .traits = traits };
	u32 asked, aged_days;
	bool hashed;
	int err;

	if (file && static_branch_unlikely(&rampart_media_judged)) {
		err = rampart_medium_file(hook, op, file->f_path.dentry);
		if (err)
			return err;
	}
	if (!is_asked(op, &asked, &hashed, &aged_days))
		return 0;
	rampart_sleep_begin();
	if (file) {
		target.dentry = file->f_path.dentry;
		target.id = exe_id_at(&file->f_path);
		target.traits |= file_traits(file, asked, aged_days);
		if (unlikely(hashed))
			target.traits |= rampart_digest_traits(file, op != RAMPART_OP_EXEC || traits & BIT(RAMPART_TRAIT_SCRIPT),
							       hook != HOOK_file_mprotect);
	}
	err = enforce(hook, op, &target, NULL, flags, true);
	rampart_sleep_end();
	return err;
}
