// SPDX-License-Identifier: GPL-2.0-only
/* Handlers about open files. Where they run: process context, may sleep, no lock of ours. Of block devices they do sleep. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include <linux/uaccess.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>
#include <uapi/linux/cdrom.h>
#include <uapi/linux/fiemap.h>
#include <uapi/linux/fs.h>
#include <uapi/linux/fsverity.h>
#include <uapi/linux/hdreg.h>
#include <uapi/linux/loop.h>
#include <uapi/linux/nvme_ioctl.h>

#include "disk.h"
#include "enforce.h"
#include "hook_cgroup.h"
#include "hook_file.h"
#include "medium.h"
#include "plain.h"
#include "provenance.h"
#include "ransom.h"
#include "rampart.h"

/* The dentry whose inode is really written: below an overlay, that of the backing file. */
static struct dentry *real_dentry(struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return file->f_path.dentry;
#else
	return file_dentry(file);
#endif
}

static noinline int write_device(enum rampart_hook hook, struct file *file, u32 flags)
{
	struct rampart_target target = { .dentry = real_dentry(file) };

	rampart_sleep_begin();
	target.disk = rampart_disk_in_use(file_inode(file)->i_rdev);
	rampart_sleep_end();
	return rampart_enforce(hook, RAMPART_OP_WRITE, &target, NULL, flags);
}

static int enforce_write(enum rampart_hook hook, struct file *file, u32 flags)
{
	if (unlikely(S_ISBLK(file_inode(file)->i_mode)))
		return write_device(hook, file, flags);
	return rampart_enforce_dentry(hook, RAMPART_OP_WRITE, real_dentry(file), flags);
}

/* Most policies do not ask who reads: then opening for reading, which is what happens most, costs nothing more. */
static DEFINE_STATIC_KEY_FALSE(reads_judged);

void rampart_file_judge_reads(bool judge)
{
	if (judge)
		static_branch_enable(&reads_judged);
	else
		static_branch_disable(&reads_judged);
}

/* To list a directory is not to read what is in it. */
static int enforce_read(struct file *file)
{
	if (!(file->f_mode & FMODE_READ) || S_ISDIR(file_inode(file)->i_mode))
		return 0;
	return rampart_enforce_dentry(HOOK_file_open, RAMPART_OP_READ, real_dentry(file), file->f_flags);
}

/* What is in a plain folder is neither a device nor a control group's. */
static int enforce_open_write(struct file *file)
{
	if (likely(rampart_plain(RAMPART_OP_WRITE, real_dentry(file))))
		return 0;
	return rampart_enforce_cgroup_file(HOOK_file_open, file_inode(file)) ?: enforce_write(HOOK_file_open, file, file->f_flags);
}

/* What is in a plain folder is on no medium that is judged. */
static noinline int see_medium(struct file *file)
{
	int err;

	if (rampart_plain(RAMPART_OP_READ, real_dentry(file)))
		return 0;
	rampart_sleep_begin();
	err = rampart_medium_see(file->f_path.dentry);
	rampart_sleep_end();
	return err;
}

/* A program that is executed is opened for reading, too. */
int hook_file_open(struct file *file)
{
	int err;

	rampart_hook_seen(file_open);
	if (static_branch_unlikely(&rampart_media_judged)) {
		err = see_medium(file);
		if (err)
			return err;
	}
	if (static_branch_unlikely(&reads_judged) && !rampart_plain(RAMPART_OP_READ, real_dentry(file))) {
		err = enforce_read(file);
		if (err)
			return err;
	}
	if (likely(!(file->f_mode & FMODE_WRITE) && !(file->f_flags & O_TRUNC)))
		return rampart_follow_open(file);
	rampart_watch_change(file->f_path.dentry);
	err = enforce_open_write(file) ?: rampart_follow_open(file);
	if (!err)
		rampart_watch_open(file);
	return err;
}

/* Whenever the last reference to an open file goes: process context or a worker's, may sleep. */
int hook_locks_remove_file(struct file *file)
{
	rampart_hook_seen(locks_remove_file);
	rampart_watch_close(file);
	return 0;
}

/* Some processes may execute whatever they can read. */
static bool becomes_code(unsigned long prot)
{
	return prot & PROT_EXEC || (prot & PROT_READ && unlikely(current->personality & READ_IMPLIES_EXEC));
}

/*
 * A descriptor that was opened before the policy came must not become a writable mapping. A file that becomes code does so here,
 * whoever loads it.
 */
int hook_mmap_file(struct file *file, unsigned long prot, unsigned long flags)
{
	int err;

	rampart_hook_seen(mmap_file);
	if (file && becomes_code(prot)) {
		err = rampart_enforce_code(HOOK_mmap_file, RAMPART_OP_LOAD, file, 0, flags);
		if (err)
			return err;
	}
	if (likely(!file || !(file->f_mode & FMODE_WRITE) || (flags & MAP_TYPE) == MAP_PRIVATE))
		return 0;
	return enforce_write(HOOK_mmap_file, file, flags);
}

/*
 * What was mapped as data becomes code. The lock of the mappings is held, under which no file may be read: file systems take it when they
 * already hold the locks that reading takes.
 */
int hook_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot)
{
	struct file *file = vma->vm_file;

	rampart_hook_seen(file_mprotect);
	/* Shared memory without a name is a file for the kernel only. */
	if (likely(!(prot & PROT_EXEC) || !file || vma->vm_flags & VM_EXEC || IS_PRIVATE(file_inode(file))))
		return 0;
	return rampart_enforce_code(HOOK_file_mprotect, RAMPART_OP_LOAD, file, 0, prot);
}

/* Commands that change the file although the descriptor may be open for reading only. */
static bool ioctl_writes(unsigned int cmd)
{
	switch (cmd) {
	case FS_IOC_SETFLAGS:
	case FS_IOC32_SETFLAGS:
	case FS_IOC_FSSETXATTR:
	case FS_IOC_SETVERSION:
	case FS_IOC32_SETVERSION:
	case FS_IOC_ENABLE_VERITY:
	case FICLONE:
	case FICLONERANGE:
	case FIDEDUPERANGE:
		return true;
	default:
		/* Every private command of a file system ('f', 'X', btrfs 0x94): EXT4_IOC_MOVE_EXT, XFS_IOC_SWAPEXT, ... */
		return (_IOC_TYPE(cmd) == 'f' && cmd != FS_IOC_GETFLAGS && cmd != FS_IOC32_GETFLAGS &&
			cmd != FS_IOC_FIEMAP) ||
		       _IOC_TYPE(cmd) == 0x94 || (_IOC_TYPE(cmd) == 'X' && cmd != FS_IOC_FSGETXATTR);
	}
}

/*
 * Commands to the device itself, which need no descriptor that is open for writing. What they do is in the caller's memory, which
 * he can change after any check, so that those that only read count too.
 */
static bool ioctl_commands_disk(unsigned int cmd)
{
	switch (cmd) {
	case SG_IO:
	case SCSI_IOCTL_SEND_COMMAND:
	case CDROM_SEND_PACKET:
	case HDIO_DRIVE_CMD:
	case HDIO_DRIVE_TASK:
	case HDIO_DRIVE_TASKFILE:
		return true;
	default:
		return _IOC_TYPE(cmd) == 'N' && _IOC_NR(cmd) >= _IOC_NR(NVME_IOCTL_ADMIN_CMD);
	}
}

/*
 * A loop device reads its file by any descriptor, also by one that is open for writing only; and what is on the medium of its file is on that
 * medium.
 */
static int follow_loop(enum rampart_hook hook, const struct inode *loop, unsigned int cmd, unsigned long arg)
{
	struct file *file;
	u32 fd = arg;
	int err = 0;

	if (cmd != LOOP_SET_FD && cmd != LOOP_CHANGE_FD && cmd != LOOP_CONFIGURE)
		return 0;
	rampart_sleep_begin();
	file = cmd == LOOP_CONFIGURE && get_user(fd, &((struct loop_config __user *)arg)->fd) ? NULL : fget(fd);
	if (file && static_branch_unlikely(&reads_judged) && !(file->f_mode & FMODE_READ))
		err = rampart_enforce_dentry(hook, RAMPART_OP_READ, real_dentry(file), cmd);
	if (file && !err && static_branch_unlikely(&rampart_media_judged))
		err = rampart_medium_loop(loop->i_rdev, file);
	if (file)
		fput(file);
	rampart_sleep_end();
	return err;
}

/* As if it were opened for writing now. */
static int command_medium(const struct file *file)
{
	int err = 0;

	if (static_branch_unlikely(&rampart_media_judged)) {
		rampart_sleep_begin();
		err = rampart_medium_open(file_inode(file)->i_rdev, false, true);
		rampart_sleep_end();
	}
	return err;
}

static int device_ioctl(enum rampart_hook hook, struct file *file, unsigned int cmd, unsigned long arg)
{
	if (ioctl_commands_disk(cmd))
		return command_medium(file) ?: write_device(hook, file, cmd);
	if (static_branch_unlikely(&reads_judged) || static_branch_unlikely(&rampart_media_judged))
		return follow_loop(hook, file_inode(file), cmd, arg);
	return 0;
}

/* Some of what changes a file gives its content to another one: EXT4_IOC_SWAP_BOOT. */
static noinline int change_by_ioctl(enum rampart_hook hook, struct file *file, unsigned int cmd)
{
	struct dentry *dentry = real_dentry(file);
	int err = 0;

	if (static_branch_unlikely(&reads_judged))
		err = rampart_enforce_dentry(hook, RAMPART_OP_READ, dentry, cmd);
	return err ?: rampart_enforce_dentry(hook, RAMPART_OP_WRITE, dentry, cmd);
}

static int enforce_ioctl(enum rampart_hook hook, struct file *file, unsigned int cmd, unsigned long arg)
{
	if (unlikely(S_ISBLK(file_inode(file)->i_mode)))
		return device_ioctl(hook, file, cmd, arg);
	return likely(!ioctl_writes(cmd)) ? 0 : change_by_ioctl(hook, file, cmd);
}

int hook_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	rampart_hook_seen(file_ioctl);
	return enforce_ioctl(HOOK_file_ioctl, file, cmd, arg);
}

#ifdef CONFIG_COMPAT
int hook_file_ioctl_compat(struct file *file, unsigned int cmd, unsigned long arg)
{
	rampart_hook_seen(file_ioctl_compat);
	return enforce_ioctl(HOOK_file_ioctl_compat, file, cmd, arg);
}
#endif
