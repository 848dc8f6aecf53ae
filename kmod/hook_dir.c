// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers about names and attributes. They run under the i_rwsem of the directories (or of the inode), in process context or
 * in a kernel thread (nfsd); they do not sleep. The inode_* hooks and not the path_* ones: these see every caller,
 * overlayfs and io_uring among them.
 */
#include <linux/dcache.h>
#include <linux/fs.h>

#include <marks.h>

#include "enforce.h"
#include "provenance.h"
#include "ransom.h"
#include "rampart.h"

static struct rampart_label label_now(struct dentry *dentry)
{
	struct rampart_label label = { .place = RAMPART_PLACE_NONE };
	const struct rampart_view *view;

	rcu_read_lock();
	view = rampart_view();
	if (!rampart_label_outside(view, dentry, ~0ULL, ~0ULL, 0))
		rampart_label(view, dentry, &label);
	rcu_read_unlock();
	return label;
}

/* An operation that may replace a trusted program's file: once it is done, find the programs again. */
static void after_change(struct dentry *dentry)
{
	if (label_now(dentry).classes & (RAMPART_OBJ_TRUSTED | RAMPART_OBJ_PROGRAM))
		rampart_store_refresh_later(true, false);
}

static u32 executable(umode_t mode)
{
	return mode & 0111 ? BIT(RAMPART_TRAIT_EXECUTABLE) : 0;
}

static bool labelled(struct dentry *dentry)
{
	struct rampart_label label = label_now(dentry);

	return label.classes | label.below;
}

int hook_inode_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
		      struct dentry *new_dentry, unsigned int flags)
{
	struct rampart_target from = { .dentry = old_dentry }, to = { .dentry = new_dentry };
	int err;

	rampart_hook_seen(inode_rename);
	rampart_watch_change(old_dentry);
	rampart_watch_change(new_dentry);
	err = rampart_enforce(HOOK_inode_rename, RAMPART_OP_RENAME, &from, &to, flags);
	if (err)
		return err;
	if ((d_is_dir(old_dentry) || ((flags & RENAME_EXCHANGE) && d_is_dir(new_dentry))) &&
	    (labelled(old_dentry) || labelled(new_dentry)))
		rampart_store_refresh_later(false, true);
	rampart_watch_rename(old_dentry, new_dentry, flags);
	after_change(new_dentry);
	return 0;
}

/* Any context but interrupts, does not sleep. */
int hook_inode_free(struct inode *inode)
{
	rampart_hook_seen(inode_free);
	rampart_plain_forget(inode);
	return 0;
}

int hook_inode_unlink(struct inode *dir, struct dentry *dentry)
{
	int err;

	rampart_hook_seen(inode_unlink);
	rampart_watch_change(dentry);
	err = rampart_enforce_dentry(HOOK_inode_unlink, RAMPART_OP_DELETE, dentry, 0);
	/* A secret that has another name would be left under that one alone, which may be anywhere. */
	if (!err && d_inode(dentry)->i_nlink > 1 && (label_now(dentry).classes & RAMPART_OBJ_SECRET))
		err = rampart_enforce_dentry(HOOK_inode_unlink, RAMPART_OP_LINK, dentry, 0);
	if (!err)
		rampart_watch_destroy(dentry);
	return err;
}

int hook_inode_rmdir(struct inode *dir, struct dentry *dentry)
{
	rampart_hook_seen(inode_rmdir);
	return rampart_enforce_dentry(HOOK_inode_rmdir, RAMPART_OP_DELETE, dentry, 0);
}

int hook_inode_create(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	int err;

	rampart_hook_seen(inode_create);
	err = rampart_enforce_traits(HOOK_inode_create, RAMPART_OP_CREATE, dentry, executable(mode), mode);
	if (err)
		return err;
	rampart_watch_create(dentry);
	after_change(dentry);
	return 0;
}

int hook_inode_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	rampart_hook_seen(inode_symlink);
	return rampart_enforce_dentry(HOOK_inode_symlink, RAMPART_OP_CREATE, dentry, 0);
}

/* An empty directory that is the place itself harms nobody: users and useradd make ~/Documents. */
int hook_inode_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode)
{
	struct rampart_label parent;

	rampart_hook_seen(inode_mkdir);
	parent = label_now(dentry->d_parent);
	if (!(parent.classes & RAMPART_OBJ_FOLDER) && (parent.below & RAMPART_OBJ_FOLDER))
		return 0;
	return rampart_enforce_dentry(HOOK_inode_mkdir, RAMPART_OP_CREATE, dentry, mode);
}

int hook_inode_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
{
	rampart_hook_seen(inode_mknod);
	return rampart_enforce_traits(HOOK_inode_mknod, RAMPART_OP_CREATE, dentry, S_ISREG(mode) ? executable(mode) : 0, mode);
}

int hook_inode_link(struct dentry *old_dentry, struct inode *dir, struct dentry *new_dentry)
{
	struct rampart_target from = { .dentry = old_dentry }, to = { .dentry = new_dentry };
	int err;

	rampart_hook_seen(inode_link);
	/* That of O_TMPFILE gets its first name. */
	if (!d_inode(old_dentry)->i_nlink)
		from.traits = executable(d_inode(old_dentry)->i_mode);
	err = rampart_enforce(HOOK_inode_link, RAMPART_OP_LINK, &from, &to, 0);
	if (!err)
		after_change(new_dentry);
	return err;
}

/*
 * truncate, ftruncate, O_TRUNC, chmod, chown, utimes: all come here. Times that a write sets by itself do not. What the kernel
 * does to a file because of an open that file_open judges (O_TRUNC, clearing of set-id bits) is judged once more: same verdict.
 */
int hook_inode_setattr(compat_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	const struct inode *inode = d_inode(dentry);
	u32 traits = 0;
	int err;

	rampart_hook_seen(inode_setattr);
	if ((attr->ia_valid & ATTR_MODE) && S_ISREG(inode->i_mode) && !(inode->i_mode & 0111))
		traits = executable(attr->ia_mode);
	err = rampart_enforce_traits(HOOK_inode_setattr, RAMPART_OP_SETATTR, dentry, traits, attr->ia_valid);
	if (err || !(attr->ia_valid & ATTR_SIZE))
		return err;
	if (!(attr->ia_valid & ATTR_FILE))
		rampart_follow_truncate(dentry);
	/* A file that is opened to be cut off is looked at when it is closed. */
	if (!attr->ia_size && !(attr->ia_valid & ATTR_OPEN))
		rampart_watch_destroy(dentry);
	return err;
}

static int enforce_setxattr(enum rampart_hook hook, struct dentry *dentry, u32 traits, u32 flags)
{
	return rampart_enforce_traits(hook, RAMPART_OP_SETXATTR, dentry, traits, flags);
}

/* A mark changes nothing of a file that another rule could be about. */
static bool may_mark(void)
{
	return rampart_provenance_marking() || rampart_subject_classes(current) & RAMPART_SUBJ_DAEMON;
}

static bool is_mark(const char *name)
{
	return !strcmp(name, RAMPART_MARKS_XATTR);
}

int hook_inode_setxattr(compat_idmap *idmap, struct dentry *dentry, const char *name, const void *value,
			size_t size, int flags)
{
	int err;

	rampart_hook_seen(inode_setxattr);
	if (!is_mark(name))
		return enforce_setxattr(HOOK_inode_setxattr, dentry, 0, flags);
	rampart_provenance_changes();
	if (may_mark())
		return 0;
	err = rampart_provenance_write(dentry, value, size);
	return err < 0 ? err : enforce_setxattr(HOOK_inode_setxattr, dentry, err ? BIT(RAMPART_TRAIT_PROVENANCE) : 0, flags);
}

int hook_inode_removexattr(compat_idmap *idmap, struct dentry *dentry, const char *name)
{
	rampart_hook_seen(inode_removexattr);
	if (!is_mark(name))
		return enforce_setxattr(HOOK_inode_removexattr, dentry, 0, 0);
	return may_mark() ? 0 : enforce_setxattr(HOOK_inode_removexattr, dentry, BIT(RAMPART_TRAIT_PROVENANCE), 0);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
int hook_inode_set_acl(compat_idmap *idmap, struct dentry *dentry, const char *name, struct posix_acl *acl)
{
	rampart_hook_seen(inode_set_acl);
	return rampart_enforce_dentry(HOOK_inode_set_acl, RAMPART_OP_SETXATTR, dentry, 0);
}

int hook_inode_remove_acl(compat_idmap *idmap, struct dentry *dentry, const char *name)
{
	rampart_hook_seen(inode_remove_acl);
	return rampart_enforce_dentry(HOOK_inode_remove_acl, RAMPART_OP_SETXATTR, dentry, 0);
}
#endif
