// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/seqlock.h>
#include <linux/slab.h>

#include "label.h"
#include "rampart.h"

#define CHUNK 32	/* ancestors on the stack at once */

struct rampart_cached *rampart_cache;
atomic_t rampart_tree_epoch = ATOMIC_INIT(0);
atomic_t rampart_tree_moving = ATOMIC_INIT(0);

struct mark {
	struct hlist_node node;
	struct rcu_head rcu;
	struct exe_id id;
	u64 generation;		/* of the policy; a mark of another generation does not count */
	struct rampart_label label;
};

static DEFINE_HASHTABLE(marks, 10);	/* readers: RCU; writers: marks_lock */
static DEFINE_SPINLOCK(marks_lock);
static unsigned int n_marks;
#define MARKS_MAX 65536

static u32 id_hash(const struct exe_id *id)
{
	return hash_64(id->ino ^ ((u64)id->dev << 40) ^ id->generation, 32);
}

u32 rampart_program_hash(const struct exe_id *id)
{
	return id_hash(id);
}

static bool cache_get(const struct rampart_view *view, const struct inode *inode, struct states *states)
{
	const struct rampart_cached *entry = rampart_cache_slot(inode);
	u32 seq;

	if (!rampart_cache_begin(view, inode, entry, &seq))
		return false;
	*states = entry->states;
	return rampart_cache_end(entry, seq);
}

static void cache_put(const struct rampart_view *view, const struct inode *inode, u32 tree, const struct states *states)
{
	struct rampart_cached *entry = rampart_cache_slot(inode);
	u32 seq = READ_ONCE(entry->seq);

	if ((seq & 1) || cmpxchg(&entry->seq, seq, seq + 1) != seq)
		return;
	smp_wmb();
	WRITE_ONCE(entry->inode, inode);
	WRITE_ONCE(entry->epoch, view->epoch);
	WRITE_ONCE(entry->tree, tree);
	WRITE_ONCE(entry->ino, inode->i_ino);
	WRITE_ONCE(entry->generation, inode->i_generation);
	WRITE_ONCE(entry->dev, inode->i_sb->s_dev);
	entry->states = *states;
	smp_store_release(&entry->seq, seq + 2);
}

void rampart_label_moving(void)
{
	rampart_plain_changing();
	atomic_inc(&rampart_tree_moving);
	atomic_inc(&rampart_tree_epoch);
}

void rampart_label_moved(void)
{
	atomic_inc(&rampart_tree_epoch);
	smp_mb__before_atomic();
	atomic_dec(&rampart_tree_moving);
	rampart_plain_changed();
}

struct anchor *rampart_anchor_slot(const struct rampart_view *view, const struct exe_id *id)
{
	u32 i = id_hash(id) & view->anchor_mask;

	while (view->anchors[i].id.ino && !exe_id_equal(&view->anchors[i].id, id))
		i = (i + 1) & view->anchor_mask;
	return &view->anchors[i];
}

/* The next of the programs with this @id; the same file may be several programs of the policy. NULL: no more. */
static const struct program_id *next_program(const struct rampart_view *view, const struct exe_id *id, u32 *slot)
{
	for (;;) {
		const struct program_id *program = &view->programs[(*slot)++ & view->program_mask];

		if (!program->id.ino)
			return NULL;
		if (exe_id_equal(&program->id, id))
			return program;
	}
}

/* Whether @program is what @image ran, and may be trusted. */
static bool is_trusted(const struct program_id *program, const struct image *image, bool passed_on)
{
	const struct rampart_trust *trust = program->trust;

	if (!program->safe || image->tainted || (passed_on && !trust->children))
		return false;
	return !trust->pinned || (image->hashed && !memcmp(image->sha256, trust->sha256, sizeof(trust->sha256)));
}

u64 rampart_program_classes(const struct rampart_view *view, const struct image *image, bool passed_on)
{
	u32 slot = rampart_program_hash(&image->id);
	const struct program_id *program;
	u64 classes = 0;

	if (image->tainted || !image->id.ino)
		return 0;
	while ((program = next_program(view, &image->id, &slot)))
		if (is_trusted(program, image, passed_on))
			classes |= program->trust->classes;
	return classes;
}

u32 rampart_program_exclusion(const struct rampart_view *view, const struct image *image, bool passed_on, u32 *slot)
{
	const struct program_id *program;

	if (!image->id.ino)
		return RAMPART_EXCLUSION_NONE;
	while ((program = next_program(view, &image->id, slot)))
		if (program->trust->exclusion != RAMPART_EXCLUSION_NONE && is_trusted(program, image, passed_on))
			return program->trust->exclusion;
	return RAMPART_EXCLUSION_NONE;
}

struct class_pair rampart_program_members(const struct rampart_view *view, const struct exe_id *id)
{
	u32 slot = rampart_program_hash(id);
	const struct program_id *program;
	struct class_pair classes = {};

	if (!id->ino)
		return classes;
	while ((program = next_program(view, id, &slot))) {
		classes.all |= program->trust->members;
		if (program->safe)
			classes.trusted |= program->trust->members;
	}
	return classes;
}

static u64 classes_at(const struct rampart_view *view, const char *path)
{
	u32 state = rampart_ruleset_walk(view->rules, RAMPART_STATE_ROOT, path);

	return rampart_ruleset_label(view->rules, state).classes & RAMPART_CLASS_MASK;
}

struct class_pair rampart_find_image_classes(const struct rampart_view *view, struct image *image)
{
	struct class_pair classes = rampart_program_members(view, &image->id);

	classes.all |= classes_at(view, image->text);
	if (image->script)
		classes.all |= classes_at(view, image->text + image->script);
	if (image->tainted)
		classes.trusted = 0;
	rampart_kept_set(view, &image->classes, &classes);
	return classes;
}

bool rampart_program_pinned(const struct rampart_view *view, const struct exe_id *id)
{
	u32 slot = rampart_program_hash(id);
	const struct program_id *program;

	while ((program = next_program(view, id, &slot)))
		if (program->trust->pinned)
			return true;
	return false;
}

static void add_state(struct states *states, u32 state)
{
	unsigned int i;

	if (state == RAMPART_STATE_DEAD)
		return;
	for (i = 0; i < RAMPART_STATES; i++) {
		if (states->s[i] == state)
			return;
		if (!states->s[i]) {
			states->s[i] = state;
			return;
		}
	}
}

static void add_anchor(const struct rampart_view *view, const struct inode *inode, struct states *states)
{
	struct exe_id id = exe_id_of(inode);
	const struct anchor *anchor = rampart_anchor_slot(view, &id);
	unsigned int i;

	if (anchor->id.ino)
		for (i = 0; i < RAMPART_STATES; i++)
			add_state(states, anchor->states.s[i]);
}

/*
 * The bytes of a name that may change under us. A name that is read while it changes is wrong, not dangerous: names end in
 * NUL within their memory, and that memory lives until RCU. The caller's rename_lock sequence then asks for another round.
 */
static u32 read_name(const struct dentry *dentry, const char **name)
{
	u32 len = READ_ONCE(dentry->d_name.len);

	*name = (const char *)smp_load_acquire(&dentry->d_name.name);
	return strnlen(*name, min_t(u32, len, NAME_MAX));
}

/* Most have none: what is in a place is in it whatever its name. */
static bool ask_name(const struct rampart_view *view, const struct states *states)
{
	unsigned int i;

	for (i = 0; i < RAMPART_STATES && states->s[i]; i++)
		if (rampart_ruleset_asks_name(view->rules, states->s[i]))
			return true;
	return false;
}

static void step(const struct rampart_view *view, const struct dentry *dentry, struct states *states)
{
	const char *name = NULL;
	struct states next = {};
	unsigned int i;
	u32 len = 0;

	if (ask_name(view, states))
		len = read_name(dentry, &name);
	for (i = 0; i < RAMPART_STATES && states->s[i]; i++)
		add_state(&next, rampart_ruleset_step(view->rules, states->s[i], name, len));
	*states = next;
}

/* Counts the ancestors-or-self of @dentry below the first one whose states are known, and gives those. */
static u32 find_base(const struct rampart_view *view, struct dentry *dentry, u32 tree, bool use_cache,
		     struct states *states)
{
	u32 depth = 0;

	for (;;) {
		struct dentry *parent = READ_ONCE(dentry->d_parent);
		const struct inode *inode = d_inode_rcu(dentry);

		if (use_cache && inode && S_ISDIR(inode->i_mode) && cache_get(view, inode, states))
			return depth;
		if (parent == dentry) {
			*states = (struct states){};
			if (inode)
				add_anchor(view, inode, states);
			/* Not one that hangs in no tree yet. */
			if (use_cache && inode && dentry == dentry->d_sb->s_root && S_ISDIR(inode->i_mode))
				cache_put(view, inode, tree, states);
			return depth;
		}
		dentry = parent;
		depth++;
	}
}

/* From the states of its parent to those of @dentry. Says whether it put them into the cache. */
static bool descend_one(const struct rampart_view *view, const struct dentry *dentry, u32 tree, bool use_cache,
			struct states *states)
{
	const struct inode *inode = d_inode_rcu(dentry);
	bool directory = inode && S_ISDIR(inode->i_mode);

	step(view, dentry, states);
	if (inode && (directory || rampart_may_be_anchor(view, inode)))
		add_anchor(view, inode, states);
	if (!use_cache || !directory)
		return false;
	cache_put(view, inode, tree, states);
	return true;
}

/*
 * Steps down from the base. Ancestors are reached from below only, so they are collected CHUNK at a time: linear for all
 * but very deep trees, and without allocation for those. Says whether it put anything into the cache.
 */
static noinline bool descend(const struct rampart_view *view, struct dentry *dentry, u32 depth, u32 tree,
			     bool use_cache, struct states *states)
{
	struct dentry *chain[CHUNK];
	bool put = false;

	while (depth) {
		u32 take = min_t(u32, depth, CHUNK), i;
		struct dentry *d = dentry;

		for (i = 0; i < depth - take; i++)
			d = READ_ONCE(d->d_parent);
		for (i = take; i--; d = READ_ONCE(d->d_parent))
			chain[i] = d;
		for (i = 0; i < take; i++)
			put |= descend_one(view, chain[i], tree, use_cache, states);
		depth -= take;
	}
	return put;
}

static void find_states(const struct rampart_view *view, struct dentry *dentry, bool use_cache, struct states *states)
{
	int seq = 0;

	for (;;) {
		u32 tree = atomic_read(&rampart_tree_epoch);
		bool cached, put;
		u32 depth;

		read_seqbegin_or_lock(&rename_lock, &seq);
		cached = use_cache && !atomic_read(&rampart_tree_moving);
		depth = find_base(view, dentry, tree, cached, states);
		/* The common depth goes without clearing room for a deep one. */
		put = depth == 1 ? descend_one(view, dentry, tree, cached, states) :
				   descend(view, dentry, depth, tree, cached, states);
		if (!need_seqretry(&rename_lock, seq))
			break;
		/* What was put during this round is of names in motion, and cannot be told from the rest. */
		if (put) {
			atomic_inc(&rampart_tree_epoch);
			rampart_plain_again();
		}
		seq = 1;
	}
	done_seqretry(&rename_lock, seq);
}

static void label_of(const struct rampart_view *view, const struct states *states, struct rampart_label *label)
{
	unsigned int i;

	*label = (struct rampart_label){ .place = RAMPART_PLACE_NONE };
	for (i = 0; i < RAMPART_STATES && states->s[i]; i++) {
		const struct rampart_label l = rampart_ruleset_label(view->rules, states->s[i]);

		label->classes |= l.classes;
		label->below |= l.below;
		label->secrets |= l.secrets;
		label->secrets_below |= l.secrets_below;
		if (label->place == RAMPART_PLACE_NONE)
			label->place = l.place;
	}
}

static void add_marks(const struct rampart_view *view, const struct inode *inode, struct rampart_label *label)
{
	struct exe_id id = exe_id_of(inode);
	struct mark *mark;

	hash_for_each_possible_rcu(marks, mark, node, id_hash(&id)) {
		if (mark->generation != view->generation || !exe_id_equal(&mark->id, &id))
			continue;
		label->classes |= mark->label.classes;
		label->secrets |= mark->label.secrets;
		if (label->place == RAMPART_PLACE_NONE)
			label->place = mark->label.place;
	}
}

/* A dentry that was opened by handle and hangs in no tree: another name of the same file, if one is known. */
static struct dentry *connected_alias(struct inode *inode)
{
	struct dentry *alias, *found = NULL;

	spin_lock(&inode->i_lock);
	hlist_for_each_entry(alias, &inode->i_dentry, d_u.d_alias) {
		if (!IS_ROOT(alias)) {
			found = alias;
			break;
		}
	}
	spin_unlock(&inode->i_lock);
	return found;	/* stays until RCU */
}

/* Nothing is known of where it hangs: it may be anything that its file system holds. */
static void label_unknown(const struct rampart_view *view, const struct inode *inode, struct rampart_label *label)
{
	u32 i;

	for (i = 0; i <= view->anchor_mask; i++) {
		struct rampart_label l;

		if (!view->anchors[i].id.ino || view->anchors[i].id.dev != inode->i_sb->s_dev)
			continue;
		label_of(view, &view->anchors[i].states, &l);
		label->classes |= l.classes | l.below;
		label->secrets |= l.secrets | l.secrets_below;
	}
}

bool rampart_label_is_own(const struct rampart_view *view, const struct inode *inode)
{
	struct exe_id id = exe_id_of(inode);

	return (inode->i_nlink > 1 && READ_ONCE(n_marks)) || rampart_anchor_slot(view, &id)->id.ino;
}

static bool means_any(const struct rampart_view *view, const struct states *states, u64 classes, u64 below)
{
	unsigned int i;

	for (i = 0; i < RAMPART_STATES && states->s[i]; i++)
		if (rampart_ruleset_means(view->rules, states->s[i], classes, below))
			return true;
	return false;
}

bool rampart_label_outside_by_states(const struct rampart_view *view, const struct dentry *dentry, const struct inode *folder, u64 classes,
				     u64 below)
{
	unsigned int seq = read_seqbegin(&rename_lock);
	struct states states;

	if (!cache_get(view, folder, &states))
		return false;
	if (d_inode_rcu(dentry) != folder) {
		if (d_inode_rcu(READ_ONCE(dentry->d_parent)) != folder)
			return false;
		/* What lies in a place is in it: no need to look what it is called. */
		if (means_any(view, &states, classes, 0))
			return false;
		step(view, dentry, &states);
	}
	return !means_any(view, &states, classes, below) && !read_seqretry(&rename_lock, seq);
}

void rampart_label(const struct rampart_view *view, struct dentry *dentry, struct rampart_label *label)
{
	struct inode *inode = d_inode_rcu(dentry);
	struct states states;

	if (unlikely(IS_ROOT(dentry)) && inode && !S_ISDIR(inode->i_mode)) {
		*label = (struct rampart_label){ .place = RAMPART_PLACE_NONE };
		if (!(dentry->d_flags & DCACHE_DISCONNECTED))
			return;	/* pipes, sockets, memfds */
		dentry = connected_alias(inode);
		if (!dentry) {
			label_unknown(view, inode, label);
			return;
		}
	}
	find_states(view, dentry, true, &states);
	label_of(view, &states, label);
	if (inode && inode->i_nlink > 1 && !S_ISDIR(inode->i_mode) && READ_ONCE(n_marks))
		add_marks(view, inode, label);
}

/* noinline: few get here. */
static noinline bool has_role(struct dentry *dentry, enum rampart_role role)
{
	const struct rampart_view *view;
	struct rampart_label label;
	bool has;

	rcu_read_lock();
	view = rampart_view();
	rampart_label(view, dentry, &label);
	has = label.classes & view->roles[role];
	rcu_read_unlock();
	return has;
}

bool rampart_label_has_role(struct dentry *dentry, enum rampart_role role)
{
	const struct rampart_view *view;
	bool outside;

	rcu_read_lock_sched();
	view = rampart_view();
	outside = !view->roles[role] || rampart_label_outside(view, dentry, view->roles[role], 0, 0);
	rcu_read_unlock_sched();
	return !outside && has_role(dentry, role);
}

bool rampart_label_has_state(const struct rampart_view *view, struct dentry *dentry, u32 state)
{
	struct states states;
	unsigned int i;

	find_states(view, dentry, false, &states);
	for (i = 0; i < RAMPART_STATES; i++)
		if (states.s[i] == state)
			return true;
	return false;
}

#define CUT "..."	/* what a path begins with whose head did not fit */

/* Writes @len bytes before @*at; what does not fit is cut at its head. */
static bool prepend(char *buf, u32 *at, const char *text, u32 len)
{
	u32 take = min(len, *at);

	*at -= take;
	memcpy(buf + *at, text + len - take, take);
	return take == len;
}

static u32 write_path(const struct rampart_view *view, struct dentry *dentry, char *buf, u32 size, bool *cut)
{
	u32 at = size - 1;
	bool fits = true;

	buf[at] = 0;
	while (fits) {
		const struct inode *inode = d_inode_rcu(dentry);
		const char *name;
		u32 len;

		if (inode) {
			struct exe_id id = exe_id_of(inode);
			const struct anchor *anchor = rampart_anchor_slot(view, &id);

			if (anchor->id.ino && anchor->prefix) {
				fits = prepend(buf, &at, anchor->prefix, strlen(anchor->prefix));
				break;
			}
		}
		if (IS_ROOT(dentry))
			break;
		len = read_name(dentry, &name);
		fits = prepend(buf, &at, name, len) && prepend(buf, &at, "/", 1);
		dentry = READ_ONCE(dentry->d_parent);
	}
	*cut = !fits;
	if (buf[at] == 0)
		prepend(buf, &at, "/", 1);
	memmove(buf, buf + at, size - at);
	if (*cut)
		memcpy(buf, CUT, min_t(u32, size - 1 - at, strlen(CUT)));
	return size - 1 - at;
}

u32 rampart_label_path(const struct rampart_view *view, struct dentry *dentry, char *buf, u32 size, bool *cut)
{
	int seq = 0;
	u32 len;

	if (size < 2) {
		*cut = true;
		return 0;
	}
	for (;;) {
		read_seqbegin_or_lock(&rename_lock, &seq);
		len = write_path(view, dentry, buf, size, cut);
		if (!need_seqretry(&rename_lock, seq))
			break;
		seq = 1;
	}
	done_seqretry(&rename_lock, seq);
	return len;
}

static void purge_marks(u64 generation)
{
	struct hlist_node *tmp;
	struct mark *mark;
	int bucket;

	lockdep_assert_held(&marks_lock);
	hash_for_each_safe(marks, bucket, tmp, mark, node) {
		if (mark->generation == generation)
			continue;
		hash_del_rcu(&mark->node);
		kfree_rcu(mark, rcu);
		n_marks--;
	}
}

/* A file may have links in several places, each with a label of its own. */
static bool says_all(const struct mark *mark, const struct mark *other)
{
	return exe_id_equal(&mark->id, &other->id) && mark->generation == other->generation &&
	       !(other->label.classes & ~mark->label.classes) && !(other->label.secrets & ~mark->label.secrets);
}

int rampart_mark_add(const struct rampart_view *view, const struct inode *inode, const struct rampart_label *label)
{
	struct mark *mark, *old;

	if (!label->classes || S_ISDIR(inode->i_mode))
		return -ENOENT;
	mark = kmalloc(sizeof(*mark), GFP_KERNEL);
	if (!mark)
		return -ENOMEM;
	*mark = (struct mark){ .id = exe_id_of(inode), .generation = view->generation, .label = *label };
	spin_lock(&marks_lock);
	if (n_marks == MARKS_MAX)
		purge_marks(view->generation);
	hash_for_each_possible(marks, old, node, id_hash(&mark->id))
		if (says_all(old, mark))
			goto known;
	if (n_marks == MARKS_MAX)
		goto full;
	hash_add_rcu(marks, &mark->node, id_hash(&mark->id));
	n_marks++;
	spin_unlock(&marks_lock);
	return 0;
full:
	spin_unlock(&marks_lock);
	kfree(mark);
	return -ENOSPC;
known:
	spin_unlock(&marks_lock);
	kfree(mark);
	return 0;
}

int rampart_label_init(void)
{
	rampart_cache = kvcalloc(1 << RAMPART_CACHE_BITS, sizeof(*rampart_cache), GFP_KERNEL);
	if (rampart_cache && !rampart_plain_init())
		return 0;
	kvfree(rampart_cache);
	return -ENOMEM;
}

void rampart_label_exit(void)
{
	spin_lock(&marks_lock);
	purge_marks(U64_MAX);
	spin_unlock(&marks_lock);
	rcu_barrier();
	rampart_plain_exit();
	kvfree(rampart_cache);
}
