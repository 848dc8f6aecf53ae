// SPDX-License-Identifier: GPL-2.0-only
#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/namei.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/stat.h>

#include "digest.h"
#include "image.h"
#include "label.h"
#include "rampart.h"
#include "ransom.h"

struct exe_id exe_id_of(const struct inode *inode)
{
	return (struct exe_id){ .ino = inode->i_ino, .dev = inode->i_sb->s_dev, .generation = inode->i_generation };
}

struct exe_id exe_id_at(const struct path *path)
{
	struct exe_id id = exe_id_of(d_backing_inode(path->dentry));
	struct kstat stat;

	might_sleep();
	if (likely(path->dentry->d_sb->s_magic != BTRFS_SUPER_MAGIC))
		return id;
	if (vfs_getattr_nosec(path, &stat, 0, AT_STATX_DONT_SYNC))
		return (struct exe_id){};
	id.dev = stat.dev;
	return id;
}

bool rampart_only_root_writes(const struct inode *inode)
{
	return uid_eq(inode->i_uid, GLOBAL_ROOT_UID) && !(inode->i_mode & 0022);
}

static struct image *image_new(void)
{
	struct image *image = kmalloc(IMAGE_SIZE, GFP_KERNEL);

	if (image) {
		*image = (struct image){};
		image->text[0] = 0;
		kref_init(&image->ref);
	}
	return image;
}

static void image_release(struct kref *ref)
{
	struct image *image = container_of(ref, struct image, ref);

	rampart_ransom_forget(image);
	kfree_rcu(image, rcu);
}

void image_put(struct image *image)
{
	if (image)
		kref_put(&image->ref, image_release);
}

static bool is_pinned(const struct exe_id *id)
{
	bool pinned;

	rcu_read_lock();
	pinned = rampart_program_pinned(rampart_view(), id);
	rcu_read_unlock();
	return pinned;
}

struct path rampart_root_of_init(void)
{
	struct task_struct *init = init_pid_ns.child_reaper;
	struct path root = {};

	task_lock(init);
	if (init->fs)
		get_fs_root(init->fs, &root);
	task_unlock(init);
	return root;
}

/* Whether current and process 1 mean the same by an absolute path. */
static bool has_root_of_init(void)
{
	struct path ours, theirs = rampart_root_of_init();
	bool same;

	get_fs_root(current->fs, &ours);
	same = path_equal(&ours, &theirs);
	path_put(&ours);
	path_put(&theirs);
	return same;
}

/* Through all mounts. */
bool rampart_only_root_changes(const struct path *path)
{
	struct path at = *path;
	struct dentry *parent;
	bool only = true;

	path_get(&at);
	while (only) {
		only = rampart_only_root_writes(d_backing_inode(at.dentry));
		if (at.dentry == at.mnt->mnt_root) {
			if (!follow_up(&at))
				break;
			continue;
		}
		parent = dget_parent(at.dentry);
		/* One that hangs in no tree has no more above it. */
		only &= parent != at.dentry;
		dput(at.dentry);
		at.dentry = parent;
	}
	path_put(&at);
	return only;
}

/* Whether it had to be cut. */
static bool set_path(struct image *image, const struct file *file)
{
	bool cut;

	rcu_read_lock();
	image->path_len = rampart_label_path(rampart_view(), file->f_path.dentry, image->text, IMAGE_PATH_MAX, &cut);
	rcu_read_unlock();
	return cut;
}

struct image *image_prepare(const struct linux_binprm *bprm)
{
	struct image *image = image_new();
	bool cut;

	if (!image)
		return NULL;
	image->id = exe_id_at(&bprm->file->f_path);
	cut = set_path(image, bprm->file);
	image->fixed = !cut && !strcmp(image->text, bprm->filename) && has_root_of_init() &&
		       rampart_only_root_changes(&bprm->file->f_path);
	if (unlikely(is_pinned(&image->id)))
		image->hashed = rampart_file_hash(bprm->file, image->sha256);
	return image;
}

/* What the image was prepared with is the script: its path, or the end of that, goes behind that of the program. */
static void set_script(struct image *image, const struct file *program)
{
	u32 len = min_t(u32, image->path_len, IMAGE_SIZE - sizeof(*image) - IMAGE_PATH_MAX - 1);

	image->script = IMAGE_PATH_MAX;
	image->script_len = len;
	memcpy(image->text + image->script, image->text + image->path_len - len, len + 1);
	set_path(image, program);
}

/*
 * An interpreter opens the script by the name that it is given. That is the script which was executed only if that was by its own
 * path, which has no symlinks, and which only root can change; and if nobody else can change the root that current has.
 */
void image_commit(struct image *image, const struct linux_binprm *bprm)
{
	struct exe_id id = exe_id_at(&bprm->file->f_path);

	image->tainted = bprm->unsafe & LSM_UNSAFE_PTRACE;
	if (exe_id_equal(&id, &image->id))
		return;
	if (image->fixed && !(bprm->unsafe & LSM_UNSAFE_SHARE)) {
		set_script(image, bprm->file);
		return;
	}
	set_path(image, bprm->file);
	image->id = id;
	image->hashed = false;
}

struct image *image_of(const struct file *file)
{
	struct image *image = image_new();

	if (image) {
		image->id = exe_id_at(&file->f_path);
		set_path(image, file);
	}
	return image;
}
