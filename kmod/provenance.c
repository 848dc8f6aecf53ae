// SPDX-License-Identifier: GPL-2.0-only
#include <linux/binfmts.h>
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/xattr.h>

#include <arguments.h>
#include <marks.h>

#include "disk.h"
#include "enforce.h"
#include "label.h"
#include "provenance.h"
#include "rampart.h"
#include "subject.h"

DEFINE_STATIC_KEY_FALSE(rampart_provenance_followed);

void rampart_provenance_follow(bool follow)
{
	if (follow)
		static_branch_enable(&rampart_provenance_followed);
	else
		static_branch_disable(&rampart_provenance_followed);
}

/* --- the attribute --- */

/*
 * Files that were found to have no marks, since most have none and it takes long to look. One word says which file that was, and after how
 * many changes of marks; so that it is read and written at once, and means nothing any more after the next one.
 */
static u64 unmarked[1024];
static atomic64_t marks_changes = ATOMIC64_INIT(0);

void rampart_provenance_changes(void)
{
	/* Fully ordered: before the change itself. */
	atomic64_inc_return(&marks_changes);
}

static u64 unmarked_word(const struct inode *inode, u64 changes)
{
	const u64 words[] = { (unsigned long)inode, inode->i_ino, inode->i_generation, inode->i_sb->s_dev, changes };
	u64 word = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		word = (word ^ words[i]) * GOLDEN_RATIO_64;
		word ^= word >> 32;
	}
	return word;
}

/* Where a hook sees all changes: no other machine makes any, and no file system lies below. */
static bool sees_changes(const struct super_block *sb)
{
	return sb->s_magic == EXT4_SUPER_MAGIC || sb->s_magic == XFS_SUPER_MAGIC || sb->s_magic == BTRFS_SUPER_MAGIC;
}

/* noinline: its locals are not set up for most. */
static noinline u32 read_xattr(struct dentry *dentry)
{
	u8 value[RAMPART_MARKS_SIZE];

	return rampart_marks_get(value, __vfs_getxattr(dentry, d_inode(dentry), RAMPART_MARKS_XATTR, value, sizeof(value))) &
	       RAMPART_MARKS;
}

static u32 read_marks(struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	u64 word = unmarked_word(inode, atomic64_read_acquire(&marks_changes));
	u64 *slot = &unmarked[word % ARRAY_SIZE(unmarked)];
	bool keep;
	u32 marks;

	if (READ_ONCE(*slot) == word)
		return 0;
	/* Who changes them has it locked, and has told before. */
	keep = !inode_is_locked(inode) && sees_changes(inode->i_sb);
	smp_rmb();
	marks = read_xattr(dentry);
	if (!marks && keep)
		WRITE_ONCE(*slot, word);
	return marks;
}

/* On an overlay the attribute goes on to the file below by a call of its own, which the hooks see too. */
struct marking {
	struct list_head node;
	const struct task_struct *task;
};

static DEFINE_SPINLOCK(marking_lock);
static LIST_HEAD(marking_now);	/* marking_lock */

static void marking_begin(struct marking *marking)
{
	marking->task = current;
	spin_lock(&marking_lock);
	list_add(&marking->node, &marking_now);
	spin_unlock(&marking_lock);
}

static void marking_end(struct marking *marking)
{
	spin_lock(&marking_lock);
	list_del(&marking->node);
	spin_unlock(&marking_lock);
}

bool rampart_provenance_marking(void)
{
	const struct marking *marking;
	bool found = false;

	spin_lock(&marking_lock);
	list_for_each_entry(marking, &marking_now, node)
		found |= marking->task == current;
	spin_unlock(&marking_lock);
	return found;
}

int rampart_provenance_write(struct dentry *dentry, const void *value, size_t size)
{
	u32 wanted = size == RAMPART_MARKS_SIZE ? rampart_marks_get(value, size) : 0, marks;
	const struct subject *subject;
	bool kept, copies;

	rampart_sleep_begin();
	marks = read_marks(dentry);
	rampart_sleep_end();
	if (marks && marks == wanted)
		return 0;
	rcu_read_lock();
	kept = rampart_view()->keeps_marks;
	subject = subject_of(current);
	/* It may itself have given the file its marks, by opening it. */
	copies = subject && atomic_read(&subject->marks);
	rcu_read_unlock();
	if (marks && !(kept && copies))
		return 1;
	return kept ? -EOPNOTSUPP : 0;
}

/* Caller has locked the inode and may write to its file system. */
static int change_marks(struct dentry *dentry, u32 add, u32 drop)
{
	u32 old = read_marks(dentry), marks = (old | add) & ~drop;
	u8 value[RAMPART_MARKS_SIZE];
	struct marking marking;
	int err;

	if (marks == old)
		return 0;
	rampart_marks_put(value, marks);
	rampart_provenance_changes();
	marking_begin(&marking);
	err = __vfs_setxattr(compat_nop_idmap, dentry, d_inode(dentry), RAMPART_MARKS_XATTR, value, sizeof(value), 0);
	marking_end(&marking);
	return err;
}

/* @writes: the caller is within mnt_want_write() of this file system, where to wait for it again could be to wait for ever. */
static int mark(struct file *file, u32 add, u32 drop, bool writes)
{
	struct dentry *dentry = file->f_path.dentry;
	struct inode *inode = d_inode(dentry);
	u32 old = read_marks(dentry);
	int err;

	if (((old | add) & ~drop) == old)
		return 0;
	if (!writes)
		sb_start_write(inode->i_sb);
	inode_lock(inode);
	err = change_marks(dentry, add, drop);
	inode_unlock(inode);
	if (!writes)
		sb_end_write(inode->i_sb);
	/* What has no such attributes is told apart by what it is (removable media), or not at all. */
	return err == -EOPNOTSUPP ? 0 : err;
}

/* --- removable media --- */

static struct gendisk *disk_of(const struct super_block *sb)
{
	return sb->s_bdev ? sb->s_bdev->bd_disk : NULL;
}

/*
 * Good of a file is said only where nobody but the kernel, and root, says what is in its inode. As for set-user-ID, what is mounted with
 * nosuid is not: so desktops mount what their users bring along, images in files and encrypted disks too.
 */
static bool is_trusted(const struct path *path)
{
	const struct super_block *sb = d_real_inode(path->dentry)->i_sb;

	return !(path->mnt->mnt_flags & MNT_NOSUID) && sb->s_user_ns == &init_user_ns &&
	       !(sb->s_iflags & SB_I_UNTRUSTED_MOUNTER) && !rampart_disk_is_removable(disk_of(sb));
}

/*
 * By the time at which the inode was changed, which none but the clock sets. In memory a page that is mapped to be written may change
 * long after it; on a disk only until the page is written back. Network file systems take the time from others.
 */
bool rampart_provenance_aged(const struct path *path, s64 seconds)
{
	const struct inode *inode = d_real_inode(path->dentry);

	might_sleep();
	return S_ISREG(inode->i_mode) && inode->i_sb->s_type->fs_flags & FS_REQUIRES_DEV && is_trusted(path) &&
	       !inode_is_open_for_write(inode) && compat_inode_ctime(inode).tv_sec + seconds <= ktime_get_real_seconds();
}

u32 rampart_provenance(const struct path *path)
{
	struct dentry *dentry = path->dentry;
	const struct super_block *sb;
	u32 marks;

	might_sleep();
	if (!d_is_reg(dentry))
		return 0;
	sb = d_real_inode(dentry)->i_sb;
	marks = read_marks(dentry);
	if (rampart_disk_is_removable(disk_of(sb)))
		return (marks & ~BIT(RAMPART_TRAIT_PACKAGED)) | BIT(RAMPART_TRAIT_REMOVABLE);
	if (marks & BIT(RAMPART_TRAIT_PACKAGED) && !(is_trusted(path) && rampart_only_root_changes(path)))
		marks &= ~BIT(RAMPART_TRAIT_PACKAGED);
	return marks;
}

/* --- who opens it --- */

/* What current's program does to files. */
struct doer {
	struct subject *subject;	/* without a reference */
	u32 adds;			/* marks of what it writes */
	u32 asked;			/* traits */
	bool copies, interprets, strict;
};

static u32 marks_made(const struct rampart_view *view, struct subject *subject, u64 exe)
{
	u32 marks = 0;

	if (exe & view->roles[RAMPART_ROLE_DOWNLOADS])
		marks |= BIT(RAMPART_TRAIT_DOWNLOADED);
	if (exe & view->roles[RAMPART_ROLE_MAILS])
		marks |= BIT(RAMPART_TRAIT_MAILED);
	if (view->roles[RAMPART_ROLE_PACKAGES] && uid_eq(current_fsuid(), GLOBAL_ROOT_UID) &&
	    (rampart_trusted_lineage(view, subject) & view->roles[RAMPART_ROLE_PACKAGES]))
		marks |= BIT(RAMPART_TRAIT_PACKAGED);
	return marks;
}

/* False: it is not known. */
static bool find_doer(struct doer *doer, bool writes)
{
	const struct rampart_view *view;
	u64 exe;

	rcu_read_lock_sched();
	doer->subject = subject_of(current);
	if (likely(doer->subject)) {
		view = rampart_view();
		exe = rampart_image_classes(view, doer->subject->image).all;
		doer->copies = exe & view->roles[RAMPART_ROLE_COPIES];
		doer->interprets = exe & view->roles[RAMPART_ROLE_INTERPRETS];
		doer->adds = writes ? marks_made(view, doer->subject, exe) : 0;
		doer->asked = view->traits;
		doer->strict = view->info.asr_mode >= RAMPART_MODE_WARN;
	}
	rcu_read_unlock_sched();
	return doer->subject;
}

static bool is_tool(const struct file *file)
{
	return file_inode(file)->i_mode & 0111 && rampart_label_has_role(file->f_path.dentry, RAMPART_ROLE_TOOLS);
}

/* What @file passes on to its copies. */
static u32 marks_copied(const struct file *file)
{
	u32 marks = rampart_provenance(&file->f_path);

	if (marks & BIT(RAMPART_TRAIT_REMOVABLE))
		marks |= BIT(RAMPART_TRAIT_COPIED);
	if (is_tool(file))
		marks |= BIT(RAMPART_TRAIT_TOOL);
	return marks & RAMPART_MARKS & ~BIT(RAMPART_TRAIT_PACKAGED);
}

/* Descriptor @fd of current, with a reference, if it is of that kind and open that way; else NULL. */
static struct file *descriptor(unsigned int fd, umode_t kind, fmode_t mode)
{
	struct file *file = fget(fd);

	if (file && (file_inode(file)->i_mode & S_IFMT) == kind && (file->f_mode & mode))
		return file;
	if (file)
		fput(file);
	return NULL;
}

/* A shell has opened that before it executed the program: no file system is waited for. */
static int mark_output(u32 marks)
{
	struct file *file = marks ? descriptor(1, S_IFREG, FMODE_WRITE) : NULL;
	int err = 0;

	if (file) {
		err = mark(file, marks, 0, false);
		fput(file);
	}
	return err;
}

static int learn(struct doer *doer, const struct file *file)
{
	u32 marks = marks_copied(file) & doer->asked;

	if (!(marks & ~atomic_read(&doer->subject->marks)))
		return 0;
	atomic_or(marks, &doer->subject->marks);
	return mark_output(marks);
}

/* Where the kernel is between mnt_want_write() and the opening. */
static bool is_within_write(const struct file *file)
{
	return (file->f_flags & O_TRUNC && !(file->f_mode & FMODE_CREATED)) || (file->f_flags & __O_TMPFILE);
}

static int mark_written(const struct doer *doer, struct file *file)
{
	u32 add = doer->adds, drop = 0;

	if (doer->copies)
		add |= atomic_read(&doer->subject->marks);
	add &= doer->asked;
	/* Nothing but what only root can write to is believed to be of a package. */
	if (doer->asked & BIT(RAMPART_TRAIT_PACKAGED) && !(add & BIT(RAMPART_TRAIT_PACKAGED)) &&
	    uid_eq(file_inode(file)->i_uid, GLOBAL_ROOT_UID))
		drop = BIT(RAMPART_TRAIT_PACKAGED);
	return add || drop ? mark(file, add, drop, is_within_write(file)) : 0;
}

static bool is_script(const struct doer *doer, const struct file *file)
{
	struct dentry *dentry = file->f_path.dentry;
	const struct qstr *name = &dentry->d_name;
	struct exe_id id;
	bool script;

	spin_lock(&dentry->d_lock);
	script = rampart_is_script_name(name->name, name->len) ||
		 (doer->subject->script && rampart_name_hash(name->name, name->len) == doer->subject->script);
	spin_unlock(&dentry->d_lock);
	if (script || !doer->subject->script_id.ino)
		return script;
	id = exe_id_at(&file->f_path);
	return exe_id_equal(&id, &doer->subject->script_id);
}

static int follow(struct doer *doer, struct file *file, bool writes)
{
	int err = 0;

	if (!writes && doer->interprets && !(file->f_flags & __FMODE_EXEC) && is_script(doer, file)) {
		err = rampart_enforce_code(HOOK_file_open, RAMPART_OP_INTERPRET, file, 0, file->f_flags);
		if (err)
			return err;
	}
	if (doer->copies && file->f_mode & FMODE_READ)
		err = learn(doer, file);
	if (!err && writes)
		err = mark_written(doer, file);
	/* To audit never changes a result. */
	return doer->strict ? err : 0;
}

static noinline int follow_open(struct file *file, bool writes)
{
	struct doer doer;
	int err = 0;

	rampart_sleep_begin();
	if (find_doer(&doer, writes))
		err = follow(&doer, file, writes);
	rampart_sleep_end();
	return err;
}

/* Whether it matters what current's program reads: most do not copy it, nor run it. */
static bool reads_matter(void)
{
	const struct rampart_view *view;
	const struct subject *subject;
	bool matter;

	rcu_read_lock_sched();
	view = rampart_view();
	subject = subject_of(current);
	matter = subject && rampart_image_classes(view, subject->image).all &
				    (view->roles[RAMPART_ROLE_COPIES] | view->roles[RAMPART_ROLE_INTERPRETS]);
	rcu_read_unlock_sched();
	return matter;
}

int rampart_provenance_open(struct file *file)
{
	bool writes = (file->f_mode & FMODE_WRITE) || (file->f_flags & O_TRUNC);

	if (!S_ISREG(file_inode(file)->i_mode) || (current->flags & PF_KTHREAD))
		return 0;
	return likely(!writes && !reads_matter()) ? 0 : follow_open(file, writes);
}

void rampart_provenance_truncate(struct dentry *dentry)
{
	struct doer doer;

	rampart_sleep_begin();
	if (d_is_reg(dentry) && uid_eq(d_inode(dentry)->i_uid, GLOBAL_ROOT_UID) && find_doer(&doer, true) &&
	    (doer.asked & ~doer.adds & BIT(RAMPART_TRAIT_PACKAGED)))
		change_marks(dentry, 0, BIT(RAMPART_TRAIT_PACKAGED));
	rampart_sleep_end();
}

/* --- pipes: who writes into one, and who runs what comes out, are executed in any order --- */

struct pipe_id {
	u64 ino;	/* of pipefs, and of named ones; 0: none */
	dev_t dev;
};

struct pipe {
	struct pipe_id id, to;	/* what comes out goes into the other one */
	u32 marks;		/* of what comes out */
	bool runs;		/* an interpreter reads it to run it */
};

#define PIPES_BETWEEN 8	/* that are followed from one to the next */

static DEFINE_SPINLOCK(pipes_lock);
static struct pipe pipes[64];	/* pipes_lock; the oldest goes first */
static unsigned int next_pipe;	/* pipes_lock */

static struct pipe_id pipe_id(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return (struct pipe_id){ .ino = inode->i_ino, .dev = inode->i_sb->s_dev };
}

/* NULL: it is not known. */
static struct pipe *find_pipe(const struct pipe_id *id)
{
	unsigned int i;

	lockdep_assert_held(&pipes_lock);
	for (i = 0; id->ino && i < ARRAY_SIZE(pipes); i++)
		if (pipes[i].id.ino == id->ino && pipes[i].id.dev == id->dev)
			return &pipes[i];
	return NULL;
}

/* What is told of it, on top of what is known. @to: NULL, or what it goes into. Returns what is known, also of where it ends up. */
static struct pipe note_pipe(const struct file *file, const struct file *to, u32 marks, bool runs)
{
	const struct pipe_id id = pipe_id(file);
	struct pipe *pipe, now;
	unsigned int i;

	spin_lock(&pipes_lock);
	pipe = find_pipe(&id);
	if (!pipe) {
		pipe = &pipes[next_pipe++ % ARRAY_SIZE(pipes)];
		*pipe = (struct pipe){ .id = id };
	}
	pipe->marks |= marks;
	pipe->runs |= runs;
	if (to)
		pipe->to = pipe_id(to);
	now = *pipe;
	for (i = 0; i < PIPES_BETWEEN && (pipe = find_pipe(&pipe->to)); i++) {
		pipe->marks |= now.marks;
		now.runs |= pipe->runs;
	}
	spin_unlock(&pipes_lock);
	return now;
}

static int judge_pipe(struct file *file, const struct pipe *pipe)
{
	if (!pipe->runs || !pipe->marks)
		return 0;
	return rampart_enforce_code(HOOK_bprm_check, RAMPART_OP_INTERPRET, file, pipe->marks, 0);
}

/* --- what is executed --- */

struct code {
	u64 classes;		/* of the file that is executed, or that interprets it */
	u64 roles[RAMPART_ROLE_NUM];
	u32 asked;
};

static void find_code(const struct file *file, struct code *code)
{
	struct exe_id id = exe_id_at(&file->f_path);
	const struct rampart_view *view;
	struct rampart_label label;

	rcu_read_lock();
	view = rampart_view();
	rampart_label(view, file->f_path.dentry, &label);
	code->classes = label.classes | rampart_program_members(view, &id).all;
	memcpy(code->roles, view->roles, sizeof(code->roles));
	code->asked = view->traits;
	rcu_read_unlock();
}

/* The arguments lie at the end of the new program's stack, from bprm->p on. */
static int read_arguments(struct linux_binprm *bprm, struct rampart_arguments *args)
{
	unsigned long at = bprm->p;

	while (args->n < args->max) {
		u32 len = PAGE_SIZE - offset_in_page(at);
		struct page *page;
		void *from;

		mmap_read_lock(bprm->mm);
		page = compat_get_page(bprm->mm, at);
		mmap_read_unlock(bprm->mm);
		if (!page)
			return fatal_signal_pending(current) ? -EINTR : -ENOMEM;
		from = kmap_local_page(page);
		rampart_arguments_feed(args, from + offset_in_page(at), len);
		kunmap_local(from);
		put_page(page);
		at += len;
		cond_resched();
	}
	return 0;
}

/* It reads what to run from its standard input. */
static int judge_input(void)
{
	struct file *file = descriptor(0, S_IFREG, FMODE_READ);
	struct pipe pipe;
	int err = 0;

	if (file) {
		err = rampart_enforce_code(HOOK_bprm_check, RAMPART_OP_INTERPRET, file, 0, 0);
		fput(file);
		return err;
	}
	file = descriptor(0, S_IFIFO, FMODE_READ);
	if (file) {
		pipe = note_pipe(file, NULL, 0, true);
		err = judge_pipe(file, &pipe);
		fput(file);
	}
	return err;
}

/* By its name it is known as well: whoever is told of a symbolic link could be told of another one by the time he opens it. */
static struct exe_id find_script(const char *name)
{
	struct exe_id id = {};
	struct path path;

	if (kern_path(name, LOOKUP_FOLLOW, &path))
		return id;
	id = exe_id_at(&path);
	path_put(&path);
	return id;
}

static int follow_interpreter(struct linux_binprm *bprm, bool plain, u32 *traits)
{
	struct rampart_arguments args = { .max = bprm->argc, .path_size = PATH_MAX };
	struct exe_id id = {};
	int err;

	args.path = kmalloc(PATH_MAX, GFP_KERNEL);
	err = args.path ? read_arguments(bprm, &args) : -ENOMEM;
	if (!err && args.path_len)
		id = find_script(args.path);
	kfree(args.path);
	if (err)
		return err;
	if (args.encoded)
		*traits |= BIT(RAMPART_TRAIT_ENCODED);
	if (plain && args.simple)
		*traits |= BIT(RAMPART_TRAIT_SIMPLE_COMMAND);
	subject_exec_script(args.script, &id);
	return args.script && !args.standard_input ? 0 : judge_input();
}

static int follow_output(u32 marks)
{
	struct file *file = descriptor(1, S_IFIFO, FMODE_WRITE);
	struct pipe pipe;
	int err;

	if (!file)
		return mark_output(marks);
	pipe = note_pipe(file, NULL, marks, false);
	err = judge_pipe(file, &pipe);
	fput(file);
	return err;
}

/* Between two pipes, what is known of one is known of the other. */
static int follow_between(void)
{
	struct file *in = descriptor(0, S_IFIFO, FMODE_READ), *out = in ? descriptor(1, S_IFIFO, FMODE_WRITE) : NULL;
	struct pipe pipe;
	int err;

	if (!in)
		return 0;
	if (out)
		note_pipe(out, NULL, 0, false);
	pipe = note_pipe(in, out, 0, false);
	err = judge_pipe(in, &pipe) ?: mark_output(pipe.marks);
	if (out)
		fput(out);
	fput(in);
	return err;
}

static int follow_code(struct linux_binprm *bprm, const struct code *code, u32 *traits)
{
	int err = 0;

	subject_exec_script(0, &(struct exe_id){});
	if (code->classes & code->roles[RAMPART_ROLE_INTERPRETS])
		err = follow_interpreter(bprm, code->classes & code->roles[RAMPART_ROLE_PLAIN_SHELLS], traits);
	if (!err && code->classes & code->roles[RAMPART_ROLE_DOWNLOADS])
		err = follow_output(BIT(RAMPART_TRAIT_DOWNLOADED) & code->asked);
	if (!err && code->classes & code->roles[RAMPART_ROLE_COPIES])
		err = follow_between();
	return err;
}

int rampart_provenance_exec(struct linux_binprm *bprm, u32 *traits)
{
	struct code code;
	int err;

	rampart_sleep_begin();
	find_code(bprm->file, &code);
	err = follow_code(bprm, &code, traits);
	rampart_sleep_end();
	return err;
}
