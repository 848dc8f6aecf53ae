// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <rampart_netlink.h>

#include "attach.h"
#include "device.h"
#include "enforce.h"
#include "hook_file.h"
#include "medium.h"
#include "provenance.h"
#include "ransom.h"
#include "rampart.h"
#include "resolve.h"
#include "store.h"

/* One ruleset serves several views when only the mounts have changed. */
struct ruleset_ref {
	struct kref ref;
	struct rampart_ruleset *rules;
};

struct rampart_view __rcu *rampart_active;	/* readers: RCU; writers: store_lock */
static DEFINE_MUTEX(store_lock);
static LIST_HEAD(homes);			/* store_lock */
static u64 generation;				/* store_lock */
static u32 epoch;				/* store_lock */
static unsigned int n_homes;			/* store_lock */
static struct workqueue_struct *wq;

#define WANTED_JIFFIES (3 * HZ)
#define HOMES_MAX 65536
#define HOME_FOLDERS_MAX 32

static void ruleset_release(struct kref *ref)
{
	struct ruleset_ref *r = container_of(ref, struct ruleset_ref, ref);

	rampart_ruleset_free(r->rules);
	kfree(r);
}

static void view_free(struct rampart_view *view)
{
	rampart_resolve_free(view);
	kref_put(&view->ref->ref, ruleset_release);
	kfree(view);
}

static void free_later(struct work_struct *work)
{
	view_free(container_of(to_rcu_work(work), struct rampart_view, free));
}

/* A new view of @ref, not yet published. @old gives the programs, or NULL to resolve them too. */
static struct rampart_view *view_new(struct ruleset_ref *ref, const struct rampart_policy_info *info,
				     const struct rampart_view *old)
{
	struct rampart_view *view = kzalloc(sizeof(*view), GFP_KERNEL);
	unsigned int op;

	lockdep_assert_held(&store_lock);
	if (!view)
		return NULL;
	kref_get(&ref->ref);
	view->ref = ref;
	view->rules = ref->rules;
	view->ops = rampart_ruleset_ops(ref->rules);
	view->children = rampart_ruleset_children(ref->rules);
	for (op = 0; op < RAMPART_OP_NUM; op++) {
		view->wide[op] = rampart_ruleset_wide(ref->rules, op);
		view->objects[op] = rampart_ruleset_objects(ref->rules, op);
		view->subjects[op] = rampart_ruleset_subjects(ref->rules, op);
	}
	view->traits = rampart_ruleset_traits(ref->rules);
	view->hashed = rampart_ruleset_hashed(ref->rules);
	view->sessions = rampart_ruleset_sessions(ref->rules);
	view->origins = rampart_ruleset_asks_origins(ref->rules);
	view->keeps_marks = rampart_ruleset_keeps_marks(ref->rules);
	view->aged_days = rampart_ruleset_aged_days(ref->rules);
	view->exempting = rampart_ruleset_exempting(ref->rules);
	for (op = 0; op < RAMPART_ROLE_NUM; op++)
		view->roles[op] = rampart_ruleset_role(ref->rules, op);
	view->info = *info;
	view->generation = generation;
	view->tag = generation % ~RAMPART_CLASS_MASK + 1;
	view->epoch = ++epoch;
	if (rampart_resolve(view, old, &homes)) {
		view_free(view);
		return NULL;
	}
	return view;
}

static void swap_view(struct rampart_view *view)
{
	struct rampart_view *old;

	rampart_plain_changing();
	old = rcu_replace_pointer(rampart_active, view, lockdep_is_held(&store_lock));
	rampart_plain_of(view);
	rampart_plain_changed();
	if (!old)
		return;
	INIT_RCU_WORK(&old->free, free_later);
	queue_rcu_work(wq, &old->free);
}

/* What a caller wants done in the worker, whose root is that of process 1. */
struct job {
	struct work_struct work;
	struct ruleset_ref *ref;		/* NULL: the ruleset in force */
	const struct rampart_policy_info *info;
	bool programs;
	int err;
};

static void run_job(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);
	struct rampart_view *old, *view;

	mutex_lock(&store_lock);
	old = rcu_dereference_protected(rampart_active, lockdep_is_held(&store_lock));
	if (job->ref) {
		generation++;
		view = view_new(job->ref, job->info, NULL);
		if (!view)
			generation--;
	} else {
		view = view_new(old->ref, &old->info, job->programs ? NULL : old);
	}
	job->err = view ? 0 : -ENOMEM;
	if (view)
		swap_view(view);
	mutex_unlock(&store_lock);
}

static int run(struct job *job)
{
	might_sleep();
	INIT_WORK_ONSTACK(&job->work, run_job);
	queue_work(wq, &job->work);
	flush_work(&job->work);
	destroy_work_on_stack(&job->work);
	return job->err;
}

static bool has_roles(const struct rampart_ruleset *ruleset)
{
	u64 classes = 0;
	unsigned int role;

	for (role = 0; role < RAMPART_ROLE_NUM; role++)
		classes |= rampart_ruleset_role(ruleset, role);
	return classes;
}

/* The hooks that what is done with devices takes, told as attach.h has it. */
static u64 device_needs(u32 accesses)
{
	u64 needs = accesses ? BIT_ULL(RAMPART_OP_ATTACH) : 0;

	if (accesses & ~BIT(RAMPART_ACCESS_ATTACH))
		needs |= RAMPART_NEED_MEDIA;
	if (accesses & BIT(RAMPART_ACCESS_EXECUTE))
		needs |= BIT_ULL(RAMPART_OP_EXEC) | BIT_ULL(RAMPART_OP_LOAD) | BIT_ULL(RAMPART_OP_INTERPRET) |
			 BIT_ULL(RAMPART_OP_MODULE) | BIT_ULL(RAMPART_OP_KEXEC);
	if (accesses & (BIT(RAMPART_ACCESS_WRITE) | BIT(RAMPART_ACCESS_FILE_WRITE)))
		needs |= BIT_ULL(RAMPART_OP_WRITE) | BIT_ULL(RAMPART_OP_CREATE) | BIT_ULL(RAMPART_OP_DELETE) |
			 BIT_ULL(RAMPART_OP_RENAME) | BIT_ULL(RAMPART_OP_LINK) | BIT_ULL(RAMPART_OP_SETATTR) |
			 BIT_ULL(RAMPART_OP_SETXATTR);
	if (accesses & BIT(RAMPART_ACCESS_FILE_READ))
		needs |= BIT_ULL(RAMPART_OP_READ);
	return needs;
}

/* The policy without a name is the one before any policy: it has no rules, and it is generation 0. */
int rampart_store_publish(struct rampart_ruleset *ruleset, const struct rampart_policy_info *info, u64 *new_generation)
{
	struct job job = { .info = info };
	u64 ops = rampart_ruleset_ops(ruleset);
	bool watches = rampart_ruleset_traits(ruleset) & BIT(RAMPART_TRAIT_RANSOM);
	u32 accesses = rampart_devices_accesses(rampart_ruleset_devices(ruleset));

	job.ref = kzalloc(sizeof(*job.ref), GFP_KERNEL);
	if (!job.ref)
		return -ENOMEM;
	kref_init(&job.ref->ref);
	job.ref->rules = ruleset;
	if (run(&job)) {
		kfree(job.ref);
		return -ENOMEM;
	}
	kref_put(&job.ref->ref, ruleset_release);
	*new_generation = rampart_store_info(NULL);
	rampart_file_judge_reads(ops & BIT_ULL(RAMPART_OP_READ) || accesses & BIT(RAMPART_ACCESS_FILE_READ));
	rampart_provenance_follow(has_roles(ruleset));
	rampart_ransom_follow(watches);
	rampart_media_judge(accesses & ~BIT(RAMPART_ACCESS_ATTACH));
	rampart_attach_need(ops | (watches ? RAMPART_NEED_CLOSE : 0) | device_needs(accesses));
	rampart_devices_changed(accesses);
	return 0;
}

u64 rampart_store_info(struct rampart_policy_info *info)
{
	const struct rampart_view *view;
	u64 gen;

	rcu_read_lock();
	view = rampart_view();
	if (info)
		*info = view->info;
	gen = view->generation;
	rcu_read_unlock();
	return gen;
}

bool rampart_store_crowded(void)
{
	bool crowded;

	rcu_read_lock();
	crowded = rampart_view()->crowded;
	rcu_read_unlock();
	return crowded;
}

int rampart_store_refresh(void)
{
	return run(&(struct job){ .programs = true });
}

/* Several tasks that want what has changed to be found share one look at it. */
static DEFINE_SPINLOCK(wanted_lock);
static u64 wanted, found;	/* wanted_lock; how often it has been asked for, and up to which of these it is known */
static bool programs_wanted;	/* wanted_lock */
static DECLARE_WAIT_QUEUE_HEAD(found_queue);

static void find_wanted(struct work_struct *work)
{
	struct job job;
	u64 upto;

	spin_lock(&wanted_lock);
	upto = wanted;
	job = (struct job){ .programs = programs_wanted };
	programs_wanted = false;
	spin_unlock(&wanted_lock);
	run_job(&job.work);
	if (job.err)
		pr_err("out of memory: a mount or a new program is not known yet\n");
	spin_lock(&wanted_lock);
	found = upto;
	spin_unlock(&wanted_lock);
	wake_up_all(&found_queue);
}

static DECLARE_WORK(wanted_work, find_wanted);

static bool is_found(u64 number)
{
	bool is;

	spin_lock(&wanted_lock);
	is = found >= number;
	spin_unlock(&wanted_lock);
	return is;
}

/*
 * Not for ever: to look may wait for a mount (a symlink that leads to an automount), and current may be the one that makes it.
 */
static void want(bool programs)
{
	u64 number;

	might_sleep();
	spin_lock(&wanted_lock);
	number = ++wanted;
	programs_wanted |= programs;
	spin_unlock(&wanted_lock);
	queue_work(wq, &wanted_work);
	if (!wait_event_timeout(found_queue, is_found(number), WANTED_JIFFIES))
		pr_notice_ratelimited("it takes long to find what has been mounted, or which programs are new\n");
}

struct refresh {
	struct callback_head head;
	bool programs;
	bool moving;
};

static void refresh_now(struct callback_head *head)
{
	struct refresh *refresh = container_of(head, struct refresh, head);

	if (refresh->moving)
		rampart_label_moved();
	else
		want(refresh->programs);
	kfree(refresh);
	rampart_sleep_end();
}

/* A kernel thread never returns to user space; its rare moves of labelled directories are waited out. */
static void moved_later(struct work_struct *work)
{
	rampart_label_moved();
	kfree(to_delayed_work(work));
	rampart_sleep_end();
}

static void moving_by_kthread(void)
{
	struct delayed_work *work = kmalloc(sizeof(*work), GFP_ATOMIC);

	if (!work)
		return;	/* the cache stays off: slow, never wrong */
	INIT_DELAYED_WORK(work, moved_later);
	rampart_sleep_begin();
	queue_delayed_work(wq, work, 5 * HZ);
}

void rampart_store_refresh_later(bool programs, bool moving)
{
	struct refresh *refresh;

	if (moving)
		rampart_label_moving();
	if (current->flags & PF_KTHREAD) {
		if (moving)
			moving_by_kthread();
		return;
	}
	refresh = kmalloc(sizeof(*refresh), GFP_ATOMIC);
	if (!refresh)
		return;
	refresh->programs = programs;
	refresh->moving = moving;
	init_task_work(&refresh->head, refresh_now);
	rampart_sleep_begin();
	if (task_work_add(current, &refresh->head, TWA_RESUME)) {
		kfree(refresh);
		if (moving)
			rampart_label_moved();
		rampart_sleep_end();
	}
}

static void home_free(struct home *home)
{
	if (!home)
		return;
	kfree(home->path);
	kfree(home->folder);
	kfree(home->below);
	kfree(home);
}

static struct home *home_new(const struct home *told)
{
	struct home *home = kzalloc(sizeof(*home), GFP_KERNEL);

	if (!home)
		return NULL;
	home->path = kstrdup(told->path, GFP_KERNEL);
	home->folder = kstrdup(told->folder, GFP_KERNEL);
	home->below = kstrdup(told->below, GFP_KERNEL);
	if (home->path && !home->folder == !told->folder && !home->below == !told->below)
		return home;
	home_free(home);
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* What a user may tell of his folders is bounded. */
static bool is_to_remember(const struct home *home)
{
	const struct home *old;
	unsigned int folders = 0;

	lockdep_assert_held(&store_lock);
	list_for_each_entry(old, &homes, list) {
		if (strcmp(old->path, home->path))
			continue;
		if (same_text(old->folder, home->folder) && same_text(old->below, home->below))
			return false;
		folders += old->folder != NULL;
	}
	return n_homes < HOMES_MAX && (!home->folder || folders < HOME_FOLDERS_MAX);
}

static int remember_home(const struct home *told)
{
	struct home *home = home_new(told);

	if (!home)
		return -ENOMEM;
	mutex_lock(&store_lock);
	if (is_to_remember(home)) {
		list_add_tail(&home->list, &homes);
		n_homes++;
		home = NULL;
	}
	mutex_unlock(&store_lock);
	home_free(home);
	return 0;
}

/* A path that is known may lead to another directory by now: an account was removed and made again. */
static int add_home(const struct home *home)
{
	const struct rampart_view *view;
	struct path path;
	bool known;
	u32 state;
	int err = remember_home(home);

	if (!err)
		err = rampart_home_path(home, &path);
	if (err)
		return err;
	rcu_read_lock();
	view = rampart_view();
	state = rampart_home_state(view->rules, home);
	known = !state || rampart_label_has_state(view, path.dentry, state);
	rcu_read_unlock();
	path_put(&path);
	return known ? 0 : run(&(struct job){});
}

static int add_links(const char *name)
{
	struct rampart_label label;
	struct path path;
	int err = kern_path(name, 0, &path);

	if (err)
		return err;
	rcu_read_lock();
	rampart_label(rampart_view(), path.dentry, &label);
	rcu_read_unlock();
	mutex_lock(&store_lock);
	err = rampart_mark_add(rcu_dereference_protected(rampart_active, lockdep_is_held(&store_lock)),
			       d_backing_inode(path.dentry), &label);
	mutex_unlock(&store_lock);
	path_put(&path);
	return err;
}

int rampart_store_hint(u32 kind, const char *path, const char *folder, const char *below)
{
	might_sleep();
	if (*path != '/')
		return -EINVAL;
	switch (kind) {
	case RAMPART_HINT_HOME:
		return add_home(&(struct home){ .path = path });
	case RAMPART_HINT_LINKS:
		return add_links(path);
	case RAMPART_HINT_FOLDER:
		if (!folder || !below || strchr(folder, '/'))
			return -EINVAL;
		return add_home(&(struct home){ .path = path, .folder = folder, .below = below });
	default:
		return -EINVAL;
	}
}

void rampart_store_unresolved(void (*fn)(const char *path, void *ctx), void *ctx)
{
	const struct rampart_trust *trusts;
	const struct rampart_view *view;
	u32 i, n;

	mutex_lock(&store_lock);
	view = rcu_dereference_protected(rampart_active, lockdep_is_held(&store_lock));
	trusts = rampart_ruleset_trusts(view->rules, &n);
	for (i = 0; i < n; i++)
		/* Of what classes and exclusions name, most is not there. */
		if (!view->resolved[i] && trusts[i].classes)
			fn((const char *)trusts[i].path.data, ctx);
	mutex_unlock(&store_lock);
}

int rampart_store_init(void)
{
	static const struct rampart_policy_info none;
	struct job job = { .info = &none };
	enum rampart_reason why;

	wq = alloc_workqueue("rampart_store", WQ_UNBOUND, 0);
	if (!wq)
		return -ENOMEM;
	job.ref = kzalloc(sizeof(*job.ref), GFP_KERNEL);
	if (!job.ref)
		goto err_wq;
	kref_init(&job.ref->ref);
	job.ref->rules = rampart_ruleset_build(NULL, &why);
	if (!job.ref->rules)
		goto err_ref;
	generation = (u64)-1;	/* the first one is 0 */
	if (run(&job))
		goto err_rules;
	kref_put(&job.ref->ref, ruleset_release);
	return 0;

err_rules:
	rampart_ruleset_free(job.ref->rules);
err_ref:
	kfree(job.ref);
err_wq:
	destroy_workqueue(wq);
	rampart_resolve_exit();
	return -ENOMEM;
}

void rampart_store_exit(void)
{
	struct home *home, *tmp;

	rcu_barrier();	/* what is to be freed is queued */
	destroy_workqueue(wq);
	rampart_resolve_exit();
	view_free(rcu_dereference_protected(rampart_active, true));
	list_for_each_entry_safe(home, tmp, &homes, list)
		home_free(home);
}
