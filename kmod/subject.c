// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rhashtable.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "label.h"
#include "rampart.h"
#include "subject.h"

struct entry {
	struct rhash_head node;
	struct rcu_head rcu;
	struct task_struct *task;	/* key, not referenced: task_free removes the entry */
	struct subject __rcu *subject;	/* NULL: not known yet. Replaced by the task itself only */
	struct subject *pending;	/* the task itself: made before an exec, published when it succeeds */
};

/* In the way of most operations that are judged. Nobody chooses where tasks lie, so that their addresses need no better hash. */
static u32 hash_task(const void *key, u32 len, u32 seed)
{
	return hash_64(*(const u64 *)key ^ seed, 32);
}

static int compare_task(struct rhashtable_compare_arg *arg, const void *obj)
{
	return *(struct task_struct *const *)arg->key != ((const struct entry *)obj)->task;
}

static const struct rhashtable_params params = {
	.key_len = sizeof(struct task_struct *),
	.key_offset = offsetof(struct entry, task),
	.head_offset = offsetof(struct entry, node),
	.hashfn = hash_task,
	.obj_cmpfn = compare_task,
	.automatic_shrinking = true,
};

static struct rhashtable table;
static struct kmem_cache *entries;

/* Whose subject was looked up last on a processor: most of what is judged there is done by the one that did what came before. */
struct recent {
	const struct task_struct *task;		/* NULL: nobody's. Interrupts read it too, so that it is set last and taken back first */
	u64 changes;				/* as many as there were: */
	struct subject *subject;		/* not referenced */
};

static DEFINE_PER_CPU(struct recent, recent);
/* Grows whenever a task gets another subject or goes. Whose it is sees that before it does anything with the new one. */
static atomic64_t changes = ATOMIC64_INIT(0);

static void subject_release(struct kref *ref)
{
	struct subject *subject = container_of(ref, struct subject, ref);
	u32 i;

	for (i = 0; i < subject->n_ancestors; i++)
		image_put(subject->ancestors[i].image);
	image_put(subject->image);
	kfree_rcu(subject, rcu);
}

void subject_put(struct subject *subject)
{
	if (subject)
		kref_put(&subject->ref, subject_release);
}

static void entry_free(struct rcu_head *rcu)
{
	struct entry *entry = container_of(rcu, struct entry, rcu);

	subject_put(rcu_dereference_protected(entry->subject, true));
	subject_put(entry->pending);
	kmem_cache_free(entries, entry);
}

static struct entry *find(struct task_struct *task)
{
	return rhashtable_lookup_fast(&table, &task, params);
}

/* Only task_free removes it. */
static struct entry *find_own(void)
{
	struct entry *entry;

	rcu_read_lock();
	entry = find(current);
	rcu_read_unlock();
	return entry;
}

static struct entry *entry_new(struct task_struct *task, struct subject *subject)
{
	struct entry *entry = kmem_cache_zalloc(entries, GFP_KERNEL);

	if (!entry)
		return NULL;
	entry->task = task;
	RCU_INIT_POINTER(entry->subject, subject);
	return entry;
}

/*
 * Takes the reference to @subject. What stands in the entry of a task that is @fresh was left by another one, which ended unseen
 * in the same memory. Any other task that came by itself keeps what it has; if it has nothing yet, an exec while the module
 * attaches has made its entry, and @subject fills that. The caller is @task or holds a reference to it, so the entry stays.
 */
static int enter(struct task_struct *task, struct subject *subject, bool fresh)
{
	struct entry *entry = entry_new(task, subject), *old;
	int err = 0;

	if (!entry) {
		subject_put(subject);
		return -ENOMEM;
	}
	atomic64_inc(&changes);
	rcu_read_lock();
	old = rhashtable_lookup_get_insert_fast(&table, &entry->node, params);
	if (IS_ERR(old))
		err = PTR_ERR(old);
	else if (old && fresh)
		RCU_INIT_POINTER(entry->subject, unrcu_pointer(xchg(&old->subject, RCU_INITIALIZER(subject))));
	else if (old && !unrcu_pointer(cmpxchg(&old->subject, NULL, RCU_INITIALIZER(subject))))
		RCU_INIT_POINTER(entry->subject, NULL);
	rcu_read_unlock();
	if (old)
		entry_free(&entry->rcu);
	return err;
}

struct subject *subject_get(struct task_struct *task)
{
	struct subject *subject;

	rcu_read_lock();
	subject = subject_of(task);
	if (subject && !kref_get_unless_zero(&subject->ref))
		subject = NULL;
	rcu_read_unlock();
	return subject;
}

/* noinline: few get here. */
static noinline struct subject *find_current(struct recent *last, u64 now)
{
	struct subject *subject;
	const struct entry *entry;

	rcu_read_lock();
	entry = find(current);
	subject = entry ? rcu_dereference(entry->subject) : NULL;
	rcu_read_unlock();
	if (!subject)
		return NULL;
	WRITE_ONCE(last->task, NULL);
	barrier();
	last->changes = now;
	last->subject = subject;
	barrier();
	WRITE_ONCE(last->task, current);
	return subject;
}

static struct subject *subject_of_current(void)
{
	struct recent *last = get_cpu_ptr(&recent);
	u64 now = atomic64_read(&changes);
	struct subject *subject;

	if (likely(READ_ONCE(last->task) == current && last->changes == now))
		subject = last->subject;
	else
		subject = find_current(last, now);
	put_cpu_ptr(&recent);
	return subject;
}

struct subject *subject_of(struct task_struct *task)
{
	const struct entry *entry;

	if (likely(task == current))
		return subject_of_current();
	entry = find(task);
	return entry ? rcu_dereference(entry->subject) : NULL;
}

/* What somebody could trace exempts nobody. */
static void inherit_classes(const struct rampart_view *view, struct subject *subject, const struct subject *parent)
{
	struct class_pair classes = rampart_image_classes(view, parent->image);

	subject->lineage = parent->lineage | classes.all;
	if (!parent->image->tainted)
		subject->trusted_lineage = parent->trusted_lineage | classes.trusted;
}

static struct subject *create(const struct subject *parent)
{
	struct subject *subject = kzalloc(sizeof(*subject), GFP_KERNEL);
	u32 i;

	if (!subject)
		return NULL;
	kref_init(&subject->ref);
	if (!parent)
		return subject;
	subject->ancestors[0] = (struct ancestor){ .pid = parent->pid, .image = parent->image };
	subject->n_ancestors = min_t(u32, parent->n_ancestors + 1, RAMPART_LINEAGE_MAX);
	subject->n_seen = min_t(u32, parent->n_seen + 1, RAMPART_LINEAGE_MAX);
	for (i = 1; i < subject->n_ancestors; i++)
		subject->ancestors[i] = parent->ancestors[i - 1];
	for (i = 0; i < subject->n_ancestors; i++)
		image_get(subject->ancestors[i].image);
	rcu_read_lock();
	inherit_classes(rampart_view(), subject, parent);
	rcu_read_unlock();
	return subject;
}

void subject_task_free(struct task_struct *task)
{
	struct entry *entry;

	rcu_read_lock();
	entry = find(task);
	if (entry && !rhashtable_remove_fast(&table, &entry->node, params)) {
		atomic64_inc(&changes);
		call_rcu(&entry->rcu, entry_free);
	}
	rcu_read_unlock();
}

/* Everything that can fail, while the exec still can. */
int subject_exec_prepare(const struct linux_binprm *bprm, const struct image **image)
{
	struct subject *old = subject_get(current), *subject = create(old);
	struct entry *entry;
	int err = 0;

	subject_put(old);
	if (!subject)
		return -ENOMEM;
	subject->image = image_prepare(bprm);
	if (!subject->image) {
		subject_put(subject);
		return -ENOMEM;
	}
	entry = find_own();
	if (!entry) {
		err = enter(current, NULL, false);
		entry = find_own();
	}
	if (!entry) {
		subject_put(subject);
		return err ?: -ENOMEM;
	}
	/* Only the task itself gets here, and it cannot be freed meanwhile. */
	subject_put(entry->pending);
	entry->pending = subject;
	*image = subject->image;
	return 0;
}

void subject_exec_script(u64 script, const struct exe_id *id)
{
	struct entry *entry = find_own();

	if (!entry || !entry->pending)
		return;
	entry->pending->script = script;
	entry->pending->script_id = *id;
}

/* Of current's own. xchg() against the filling in of an empty entry, which others may do. */
static void replace(struct entry *entry, struct subject *subject)
{
	struct subject *old = unrcu_pointer(xchg(&entry->subject, RCU_INITIALIZER(subject)));

	atomic64_inc(&changes);
	subject_put(old);
}

void subject_exec_commit(const struct linux_binprm *bprm)
{
	struct entry *entry = find_own();
	const struct image *image;
	struct subject *subject;

	/* The exec began before its first hook was attached; without memory it ends as a program that is not known. */
	if (unlikely(!entry || !entry->pending)) {
		if (subject_exec_prepare(bprm, &image)) {
			if (entry)
				replace(entry, NULL);
			return;
		}
		entry = find_own();
	}
	subject = entry->pending;
	entry->pending = NULL;
	subject->pid = task_tgid_nr(current);
	image_commit(subject->image, bprm);
	replace(entry, subject);
}

static struct file *exe_file(struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	struct file *file;

	if (!mm)
		return NULL;
	rcu_read_lock();
	file = compat_get_file_rcu(&mm->exe_file);
	rcu_read_unlock();
	mmput(mm);
	return file;
}

static int populate_one(struct task_struct *task)
{
	struct subject *parent, *subject;
	struct task_struct *real_parent;
	struct file *file = exe_file(task);

	if (!file)
		return 0;
	rcu_read_lock();
	real_parent = rcu_dereference(task->real_parent);
	parent = subject_get(real_parent);
	rcu_read_unlock();
	subject = create(parent);
	subject_put(parent);
	if (subject)
		subject->image = image_of(file);
	fput(file);
	if (!subject || !subject->image) {
		subject_put(subject);
		return -ENOMEM;
	}
	subject->pid = task_tgid_nr(task);
	/* Its parent may be one that took it over as an orphan. */
	subject->n_seen = 0;
	subject->trusted_lineage = 0;
	return enter(task, subject, false);
}

int subject_fork(struct task_struct *child)
{
	struct subject *subject = subject_get(current);
	int err;

	/* The walk below has not come to the parent yet. */
	if (unlikely(!subject && current->mm)) {
		err = populate_one(current);
		if (err)
			return err;
		subject = subject_get(current);
	}
	/* Kernel threads beget kernel threads: they have no program. */
	return subject ? enter(child, subject, true) : 0;
}

/* task_alloc is attached by now, so whoever is forked during the walk enters by itself. Low pids first: parents first. */
int subject_populate(void)
{
	struct pid *pid;
	int nr, err = 0;

	for (nr = 1; !err && nr < PID_MAX_LIMIT; nr++) {
		struct task_struct *task;

		rcu_read_lock();
		pid = find_ge_pid(nr, &init_pid_ns);
		task = pid ? get_pid_task(pid, PIDTYPE_PID) : NULL;
		if (pid)
			nr = pid_nr(pid);
		rcu_read_unlock();
		if (!pid)
			break;
		if (!task)
			continue;
		err = populate_one(task);
		put_task_struct(task);
		cond_resched();
	}
	return err;
}

void subject_forget(void)
{
	struct rhashtable_iter iter;
	struct entry *entry;

	rhashtable_walk_enter(&table, &iter);
	rhashtable_walk_start(&iter);
	while ((entry = rhashtable_walk_next(&iter))) {
		/* The table was resized: from the beginning again. */
		if (IS_ERR(entry))
			continue;
		if (!rhashtable_remove_fast(&table, &entry->node, params))
			call_rcu(&entry->rcu, entry_free);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	atomic64_inc(&changes);
}

static void destroy_entry(void *ptr, void *arg)
{
	struct entry *entry = ptr;

	entry_free(&entry->rcu);
}

int subject_init(void)
{
	int err;

	entries = KMEM_CACHE(entry, 0);
	if (!entries)
		return -ENOMEM;
	err = rhashtable_init(&table, &params);
	if (err)
		kmem_cache_destroy(entries);
	return err;
}

void subject_exit(void)
{
	rcu_barrier();
	rhashtable_free_and_destroy(&table, destroy_entry, NULL);
	rcu_barrier();
	kmem_cache_destroy(entries);
}
