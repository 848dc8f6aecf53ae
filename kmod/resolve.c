// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>

#include "rampart.h"
#include "resolve.h"

#define MOUNTINFO_MIN (64u << 10)
#define MOUNTINFO_MAX (4u << 20)
#define MOUNTS_MAX 16384
#define AUTOMOUNTS_MAX 256

/* A proc of our own that nobody can mount over. Made by the first that resolves; callers serialise. */
static struct vfsmount *proc;

static int mount_proc(void)
{
	struct file_system_type *type;
	struct vfsmount *mnt;

	if (proc)
		return 0;
	type = get_fs_type("proc");
	if (!type)
		return -ENODEV;
	mnt = kern_mount(type);
	module_put(type->owner);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	proc = mnt;
	return 0;
}

/* Says whether it was all: @size was enough. */
static bool read_all(struct file *file, char *text, size_t size)
{
	loff_t pos = 0;
	size_t len = 0;
	ssize_t n;

	while (len < size - 1) {
		n = kernel_read(file, text + len, size - 1 - len, &pos);
		if (n <= 0)
			return true;
		len += n;
	}
	return false;
}

/* The mounts of process 1 as the kernel itself lists them. */
static char *read_mountinfo(void)
{
	size_t size = MOUNTINFO_MIN;
	struct file *file;
	char *text;

	if (mount_proc())
		return NULL;
	file = file_open_root_mnt(proc, "1/mountinfo", O_RDONLY, 0);
	if (IS_ERR(file))
		return NULL;
	text = kvzalloc(size, GFP_KERNEL);
	while (text && !read_all(file, text, size) && size < MOUNTINFO_MAX) {
		kvfree(text);
		size *= 2;
		text = kvzalloc(size, GFP_KERNEL);
	}
	filp_close(file, NULL);
	return text;
}

/* Field 5 of a line, with \ooo undone in place. NULL when the line has no such field. */
static char *mount_point(char *line)
{
	char *field = NULL, *in, *out;
	int i;

	for (i = 0; i < 5; i++)
		field = strsep(&line, " ");
	if (!field || *field != '/')
		return NULL;
	for (in = out = field; *in; in++) {
		if (in[0] == '\\' && in[1] && in[2] && in[3]) {
			*out++ = ((in[1] - '0') << 6) | ((in[2] - '0') << 3) | (in[3] - '0');
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	*out = 0;
	return field;
}

static u32 state_of_path(const struct rampart_ruleset *rules, const char *path)
{
	return rampart_ruleset_walk(rules, RAMPART_STATE_ROOT, path);
}

u32 rampart_home_state(const struct rampart_ruleset *rules, const struct home *home)
{
	return rampart_ruleset_walk(rules, RAMPART_STATE_HOME, home->folder ?: "");
}

int rampart_home_path(const struct home *home, struct path *path)
{
	struct path root;
	int err = kern_path(home->path, LOOKUP_FOLLOW, home->below ? &root : path);

	if (err || !home->below)
		return err;
	err = vfs_path_lookup(root.dentry, root.mnt, home->below, LOOKUP_NO_SYMLINKS | LOOKUP_NO_XDEV, path);
	if (!err && path->dentry == root.dentry) {
		path_put(path);
		err = -EINVAL;
	}
	path_put(&root);
	return err;
}

struct resolver {
	struct rampart_view *view;
	/* Where something is only mounted once somebody looks below: not we, whom that mount itself would wait for. */
	const char *automounts[AUTOMOUNTS_MAX];
	u32 n_automounts;
	u32 n_anchors, max_anchors;
	u32 prefix_len, max_prefix;
};

static void add_anchor(struct resolver *r, const struct path *path, u32 state, const char *prefix)
{
	const struct inode *inode = d_backing_inode(path->dentry);
	struct exe_id id = exe_id_of(inode);
	struct anchor *anchor;
	u32 len = strlen(prefix) + 1, i;

	if (!id.ino)
		return;
	anchor = rampart_anchor_slot(r->view, &id);
	if (!anchor->id.ino) {
		if (r->n_anchors == r->max_anchors || len > r->max_prefix - r->prefix_len) {
			r->view->crowded = true;
			return;
		}
		anchor->id = id;
		anchor->prefix = r->view->prefixes + r->prefix_len;
		/* "/" is written by the walk itself. */
		if (strcmp(prefix, "/"))
			memcpy(r->view->prefixes + r->prefix_len, prefix, len);
		r->prefix_len += len;
		r->n_anchors++;
		if (!S_ISDIR(inode->i_mode))
			__set_bit(id.ino % RAMPART_FILE_ANCHORS, r->view->file_anchors);
	}
	for (i = 0; state && i < RAMPART_STATES; i++) {
		if (anchor->states.s[i] == state)
			return;
		if (!anchor->states.s[i]) {
			anchor->states.s[i] = state;
			return;
		}
	}
	if (state)
		r->view->crowded = true;
}

/* @point is an automount, or by a later line one no more. */
static void note_automount(struct resolver *r, const char *point, bool automount)
{
	u32 i = 0;

	while (i < r->n_automounts && strcmp(r->automounts[i], point))
		i++;
	if (automount && i == r->n_automounts && i < AUTOMOUNTS_MAX)
		r->automounts[r->n_automounts++] = point;
	else if (!automount && i < r->n_automounts)
		r->automounts[i] = r->automounts[--r->n_automounts];
}

/* How much of @path can be looked up without waiting for an automount. */
static size_t reach(const struct resolver *r, const char *path)
{
	size_t reach = strlen(path), len;
	u32 i;

	for (i = 0; i < r->n_automounts; i++) {
		len = strlen(r->automounts[i]);
		if (len < reach && path[len] == '/' && !strncmp(path, r->automounts[i], len))
			reach = len;
	}
	return reach;
}

static bool is_in_reach(const struct resolver *r, const char *path)
{
	return !path[reach(r, path)];
}

static void add_mounts(struct resolver *r, char *text)
{
	char *line, *point;
	struct path path;
	bool automount;
	u32 state;

	while ((line = strsep(&text, "\n"))) {
		automount = strstr(line, " - autofs ");
		point = mount_point(line);
		if (!point)
			continue;
		note_automount(r, point, automount);
		if (!is_in_reach(r, point) || kern_path(point, 0, &path))
			continue;
		state = state_of_path(r->view->rules, point);
		/* A part of a file system that is mounted once more, where nothing is protected, tells nothing new. */
		if (state || IS_ROOT(path.dentry))
			add_anchor(r, &path, state, point);
		path_put(&path);
	}
}

/* A name that its file system, or the folder it is in, takes in other spellings too: a walk may find it in any of them. */
static bool has_spellings(struct dentry *dentry)
{
	bool has = false;

	rcu_read_lock();
	for (; !has && !IS_ROOT(dentry); dentry = READ_ONCE(dentry->d_parent))
		has = dentry->d_flags & DCACHE_OP_COMPARE;
	rcu_read_unlock();
	return has;
}

/* An anchor only where the walk alone would not find the state: behind a symlink, or by a name in another spelling. */
static void add_place(struct resolver *r, const struct path *path, u32 state, const char *name)
{
	bool known;

	rcu_read_lock();
	known = rampart_label_has_state(r->view, path->dentry, state);
	rcu_read_unlock();
	if (!known || has_spellings(path->dentry))
		add_anchor(r, path, state, name);
}

/* A program that is in classes, and in nothing else, is known by its file: see add_program(). Many names may lead to one (busybox). */
static bool is_member(const struct rampart_ruleset *rules, u32 state, const struct inode *inode)
{
	const struct rampart_label label = rampart_ruleset_label(rules, state);

	return S_ISREG(inode->i_mode) && (inode->i_mode & 0111) && !label.below &&
	       !(label.classes & ~(RAMPART_CLASS_MASK | RAMPART_OBJ_PROGRAM));
}

/* The longest beginning of a literal that exists. */
static void add_literal(struct resolver *r, const struct pb_view *literal, char *buf)
{
	struct path path;
	char *slash;
	u32 state;

	memcpy(buf, literal->data, literal->len + 1);
	buf[reach(r, buf)] = 0;
	while (kern_path(buf, LOOKUP_FOLLOW, &path)) {
		slash = strrchr(buf, '/');
		if (!slash || slash == buf)
			return;
		*slash = 0;
	}
	state = state_of_path(r->view->rules, buf);
	if (!is_member(r->view->rules, state, d_backing_inode(path.dentry)))
		add_place(r, &path, state, buf);
	path_put(&path);
}

static void add_home(struct resolver *r, const struct home *home, char *buf)
{
	u32 state = rampart_home_state(r->view->rules, home);
	struct path path;

	if (!state || !is_in_reach(r, home->path) || rampart_home_path(home, &path))
		return;
	snprintf(buf, PATH_MAX, "%s%s%s", home->path, home->below ? "/" : "", home->below ?: "");
	add_place(r, &path, state, buf);
	path_put(&path);
}

static void add_program(const struct resolver *r, u32 index, const struct rampart_trust *trust)
{
	struct rampart_view *view = r->view;
	struct path path;
	struct inode *inode;
	bool safe;
	u32 slot;

	if (!is_in_reach(r, (const char *)trust->path.data) || kern_path((const char *)trust->path.data, LOOKUP_FOLLOW, &path))
		return;
	inode = d_backing_inode(path.dentry);
	/* Whoever may write the file would be trusted too, unless it then is not what the policy names. To be in a class is no trust. */
	safe = trust->pinned || rampart_only_root_writes(inode);
	if (S_ISREG(inode->i_mode) && (safe || trust->members)) {
		struct program_id entry = { .id = exe_id_at(&path), .trust = trust, .safe = safe };

		for (slot = rampart_program_hash(&entry.id) & view->program_mask; view->programs[slot].id.ino;)
			slot = (slot + 1) & view->program_mask;
		view->programs[slot] = entry;
		view->resolved[index] = 1;
	}
	path_put(&path);
}

static void add_programs(const struct resolver *r, const struct rampart_view *old)
{
	struct rampart_view *view = r->view;
	const struct rampart_trust *trusts;
	u32 i, n;

	trusts = rampart_ruleset_trusts(view->rules, &n);
	if (old) {
		memcpy(view->programs, old->programs, (view->program_mask + 1) * sizeof(*view->programs));
		memcpy(view->resolved, old->resolved, n);
		return;
	}
	for (i = 0; i < n; i++)
		add_program(r, i, &trusts[i]);
}

static u32 count_lines(const char *text)
{
	u32 n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static u32 anchor_slots(u32 anchors)
{
	return roundup_pow_of_two(2 * anchors + 2);
}

static int alloc_tables(struct resolver *r, const char *mounts, const struct list_head *homes)
{
	struct rampart_view *view = r->view;
	const struct pb_view *literals;
	const struct home *home;
	u32 programs, i, n;

	literals = rampart_ruleset_literals(view->rules, &n);
	rampart_ruleset_trusts(view->rules, &programs);
	r->max_anchors = min_t(u32, count_lines(mounts), MOUNTS_MAX) + n;
	r->max_prefix = strlen(mounts) + 1;
	for (i = 0; i < n; i++)
		r->max_prefix += literals[i].len + 1;
	list_for_each_entry(home, homes, list) {
		r->max_anchors++;
		r->max_prefix += strlen(home->path) + 1 + (home->below ? strlen(home->below) + 1 : 0);
	}
	view->anchor_mask = anchor_slots(r->max_anchors) - 1;
	view->program_mask = roundup_pow_of_two(2 * programs + 2) - 1;
	view->anchors = kvcalloc(view->anchor_mask + 1, sizeof(*view->anchors), GFP_KERNEL);
	view->programs = kvcalloc(view->program_mask + 1, sizeof(*view->programs), GFP_KERNEL);
	view->resolved = kvcalloc(programs + 1, 1, GFP_KERNEL);
	view->prefixes = kvzalloc(r->max_prefix, GFP_KERNEL);
	return view->anchors && view->programs && view->resolved && view->prefixes ? 0 : -ENOMEM;
}

/* There was room for each literal to be behind a symlink, and hardly any is. Without memory for less it stays as it is. */
static void shrink_anchors(struct resolver *r)
{
	struct rampart_view *view = r->view, old = *view;
	u32 i;

	view->anchor_mask = anchor_slots(r->n_anchors) - 1;
	view->anchors = kvcalloc(view->anchor_mask + 1, sizeof(*view->anchors), GFP_KERNEL);
	view->prefixes = kvmalloc(r->prefix_len + 1, GFP_KERNEL);
	if (!view->anchors || !view->prefixes) {
		swap(*view, old);
	} else {
		memcpy(view->prefixes, old.prefixes, r->prefix_len);
		for (i = 0; i <= old.anchor_mask; i++) {
			struct anchor anchor = old.anchors[i];

			if (!anchor.id.ino)
				continue;
			anchor.prefix = view->prefixes + (anchor.prefix - old.prefixes);
			*rampart_anchor_slot(view, &anchor.id) = anchor;
		}
	}
	kvfree(old.anchors);
	kvfree(old.prefixes);
}

int rampart_resolve(struct rampart_view *view, const struct rampart_view *old, const struct list_head *homes)
{
	struct resolver *r = kzalloc(sizeof(*r), GFP_KERNEL);
	char *mounts = read_mountinfo(), *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	const struct pb_view *literals;
	const struct home *home;
	int err = -ENOMEM;
	u32 i, n;

	might_sleep();
	if (!r || !mounts || !buf)
		goto out;
	r->view = view;
	if (alloc_tables(r, mounts, homes))
		goto out;
	add_mounts(r, mounts);
	literals = rampart_ruleset_literals(view->rules, &n);
	for (i = 0; i < n; i++)
		add_literal(r, &literals[i], buf);
	list_for_each_entry(home, homes, list)
		add_home(r, home, buf);
	shrink_anchors(r);
	add_programs(r, old);
	err = 0;
out:
	kvfree(mounts);
	kfree(buf);
	kfree(r);
	return err;
}

void rampart_resolve_free(struct rampart_view *view)
{
	kvfree(view->anchors);
	kvfree(view->programs);
	kvfree(view->resolved);
	kvfree(view->prefixes);
}

void rampart_resolve_exit(void)
{
	if (proc)
		kern_unmount(proc);
	proc = NULL;
}
