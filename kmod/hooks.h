/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one table of what Rampart sees: H(LSM hook, arguments, operations that need it), and F(kernel function, ...) where
 * the kernel has no LSM hook.
 *
 * security_<hook> is attached; hook_<hook> is called with its arguments and returns 0 or a negative errno that the caller
 * of security_<hook> then gets. Most important first: this is the order of attachment. task_free before task_alloc, lest a task
 * that ends between the two leaves its program to whichever task gets its memory.
 */
#ifndef RAMPART_HOOKS_H
#define RAMPART_HOOKS_H

#include <linux/kernel_read_file.h>
#include <linux/security.h>
#include <linux/types.h>
#include "compat.h"

#define OP(name) (1ULL << RAMPART_OP_##name)
#define ALWAYS (~0ULL)
/* No operation that a rule could be about: whether it matters that a file is closed. */
#define RAMPART_NEED_CLOSE (1ULL << 63)
/* Nor what media are, that devices are made of. */
#define RAMPART_NEED_MEDIA (1ULL << 62)

#define RAMPART_HOOKS(H, F)                                                 \
	H(capable, 4, ALWAYS)                                               \
	H(task_free, 1, ALWAYS)                                             \
	H(task_alloc, 2, ALWAYS)                                            \
	H(bprm_creds_for_exec, 1, ALWAYS)                                   \
	H(bprm_committed_creds, 1, ALWAYS)                                  \
	H(bprm_check, 1, OP(EXEC) | OP(INTERPRET))                          \
	H(file_open, 1, OP(READ) | OP(WRITE) | OP(SIGNAL) | OP(INTERPRET) | OP(SETXATTR)) \
	H(inode_rename, 5, OP(RENAME))                                      \
	H(inode_unlink, 2, OP(DELETE) | OP(LINK))                           \
	H(inode_setattr, 3, OP(SETATTR))                                    \
	H(inode_create, 3, OP(CREATE))                                      \
	H(inode_link, 3, OP(LINK))                                          \
	H(inode_symlink, 3, OP(CREATE))                                     \
	H(inode_mkdir, 3, OP(CREATE))                                       \
	H(inode_rmdir, 2, OP(DELETE))                                       \
	H(inode_mknod, 4, OP(CREATE))                                       \
	H(mmap_file, 3, OP(WRITE) | OP(LOAD))                               \
	H(file_mprotect, 3, OP(LOAD))                                       \
	H(file_ioctl, 3, OP(READ) | OP(WRITE))                              \
	RAMPART_HOOKS_COMPAT(H)                                             \
	H(inode_setxattr, 6, OP(SETXATTR))                                  \
	H(inode_removexattr, 3, OP(SETXATTR))                               \
	RAMPART_HOOKS_ACL(H)                                                \
	H(inode_free, 1, OP(WRITE) | OP(READ))                              \
	H(sb_mount, 5, OP(MOUNT))                                           \
	H(sb_umount, 2, OP(MOUNT))                                          \
	H(move_mount, 2, OP(MOUNT))                                         \
	H(kernel_read_file, 3, OP(MODULE) | OP(KEXEC))                      \
	H(kernel_load_data, 2, OP(MODULE) | OP(KEXEC))                      \
	H(unix_stream_connect, 3, OP(CONNECT))                              \
	H(task_kill, 4, OP(SIGNAL))                                         \
	H(file_send_sigiotask, 3, OP(SIGNAL))                               \
	H(ptrace_access_check, 2, OP(PTRACE))                               \
	H(task_setscheduler, 1, OP(SCHED))                                  \
	H(task_setrlimit, 3, OP(SCHED))                                     \
	F(cgroup_attach_task, 3, OP(SCHED))                                 \
	F(locks_remove_file, 1, RAMPART_NEED_CLOSE)                         \
	F(pinctrl_bind_pins, 1, OP(ATTACH))                                 \
	F(devcgroup_check_permission, 4, OP(ATTACH))                        \
	F(reconfigure_super, 1, RAMPART_NEED_MEDIA)                         \
	F(bd_link_disk_holder, 2, RAMPART_NEED_MEDIA)                       \
	F(bd_unlink_disk_holder, 2, RAMPART_NEED_MEDIA)

/* What no program can reach could not be proven either. */
#ifdef CONFIG_COMPAT
#define RAMPART_HOOKS_COMPAT(H) H(file_ioctl_compat, 3, OP(READ) | OP(WRITE))
#else
#define RAMPART_HOOKS_COMPAT(H)
#endif

/* 6.1 sends ACLs through setxattr. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define RAMPART_HOOKS_ACL(H) H(inode_set_acl, 4, OP(SETXATTR)) H(inode_remove_acl, 3, OP(SETXATTR))
#else
#define RAMPART_HOOKS_ACL(H)
#endif

enum rampart_hook {
#define H(name, nargs, ops) HOOK_##name,
	RAMPART_HOOKS(H, H)
#undef H
	HOOK_NUM
};

struct file;
struct inode;
struct dentry;
struct path;
struct vfsmount;
struct iattr;
struct posix_acl;
struct vm_area_struct;
struct task_struct;
struct fown_struct;
struct rlimit;
struct cgroup;
struct linux_binprm;
struct kernel_siginfo;
struct cred;
struct user_namespace;
struct sock;
struct device;
struct fs_context;
struct block_device;
struct gendisk;

int hook_pinctrl_bind_pins(struct device *dev);
int hook_devcgroup_check_permission(short type, u32 major, u32 minor, short access);
int hook_reconfigure_super(struct fs_context *fc);
int hook_bd_link_disk_holder(struct block_device *lower, struct gendisk *upper);
int hook_bd_unlink_disk_holder(struct block_device *lower, struct gendisk *upper);
int hook_capable(const struct cred *cred, struct user_namespace *ns, int cap, unsigned int opts);
int hook_task_alloc(struct task_struct *task, unsigned long clone_flags);
int hook_task_free(struct task_struct *task);
int hook_bprm_creds_for_exec(struct linux_binprm *bprm);
int hook_bprm_committed_creds(const struct linux_binprm *bprm);
int hook_bprm_check(struct linux_binprm *bprm);
int hook_file_open(struct file *file);
int hook_inode_rename(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
		      struct dentry *new_dentry, unsigned int flags);
int hook_inode_free(struct inode *inode);
int hook_inode_unlink(struct inode *dir, struct dentry *dentry);
int hook_inode_setattr(compat_idmap *idmap, struct dentry *dentry, struct iattr *attr);
int hook_inode_create(struct inode *dir, struct dentry *dentry, umode_t mode);
int hook_inode_link(struct dentry *old_dentry, struct inode *dir, struct dentry *new_dentry);
int hook_inode_symlink(struct inode *dir, struct dentry *dentry, const char *target);
int hook_inode_mkdir(struct inode *dir, struct dentry *dentry, umode_t mode);
int hook_inode_rmdir(struct inode *dir, struct dentry *dentry);
int hook_inode_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev);
int hook_mmap_file(struct file *file, unsigned long prot, unsigned long flags);
int hook_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot);
int hook_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
int hook_file_ioctl_compat(struct file *file, unsigned int cmd, unsigned long arg);
int hook_inode_setxattr(compat_idmap *idmap, struct dentry *dentry, const char *name, const void *value,
			size_t size, int flags);
int hook_inode_removexattr(compat_idmap *idmap, struct dentry *dentry, const char *name);
int hook_inode_set_acl(compat_idmap *idmap, struct dentry *dentry, const char *name, struct posix_acl *acl);
int hook_inode_remove_acl(compat_idmap *idmap, struct dentry *dentry, const char *name);
int hook_sb_mount(const char *dev_name, const struct path *path, const char *type, unsigned long flags, void *data);
int hook_sb_umount(struct vfsmount *mnt, int flags);
int hook_move_mount(const struct path *from, const struct path *to);
int hook_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents);
int hook_kernel_load_data(enum kernel_load_data_id id, bool contents);
int hook_unix_stream_connect(struct sock *sock, struct sock *other, struct sock *newsk);
int hook_task_kill(struct task_struct *task, struct kernel_siginfo *info, int sig, const struct cred *cred);
int hook_file_send_sigiotask(struct task_struct *task, struct fown_struct *owner, int sig);
int hook_ptrace_access_check(struct task_struct *child, unsigned int mode);
int hook_task_setscheduler(struct task_struct *task);
int hook_task_setrlimit(struct task_struct *task, unsigned int resource, struct rlimit *limit);
int hook_locks_remove_file(struct file *file);
int hook_cgroup_attach_task(struct cgroup *group, struct task_struct *leader, bool threadgroup);

#endif
