// SPDX-License-Identifier: GPL-2.0-only
/* Handlers about open files. Where they run: process context, may sleep, no lock of ours; they do not sleep. */
#include <linux/fs.h>
#include <linux/mman.h>
#include <uapi/linux/fiemap.h>
#include <uapi/linux/fs.h>
#include <uapi/linux/fsverity.h>

#include "enforce.h"
#include "hook_cgroup.h"
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

int hook_file_open(struct file *file)
{
	int err;

	rampart_hook_seen(file_open);
	if (likely(!(file->f_mode & FMODE_WRITE) && !(file->f_flags & O_TRUNC)))
		return 0;
	err = rampart_enforce_cgroup_file(HOOK_file_open, file_inode(file));
	if (err)
		return err;
	return rampart_enforce_dentry(HOOK_file_open, RAMPART_OP_WRITE, real_dentry(file), file->f_flags);
}

/* A descriptor that was opened before the policy came must not become a writable mapping. */
int hook_mmap_file(struct file *file, unsigned long prot, unsigned long flags)
{
	rampart_hook_seen(mmap_file);
	if (likely(!file || !(file->f_mode & FMODE_WRITE) || (flags & MAP_TYPE) == MAP_PRIVATE))
		return 0;
	return rampart_enforce_dentry(HOOK_mmap_file, RAMPART_OP_WRITE, real_dentry(file), flags);
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

int hook_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	rampart_hook_seen(file_ioctl);
	if (likely(!ioctl_writes(cmd)))
		return 0;
	return rampart_enforce_dentry(HOOK_file_ioctl, RAMPART_OP_WRITE, real_dentry(file), cmd);
}

#ifdef CONFIG_COMPAT
int hook_file_ioctl_compat(struct file *file, unsigned int cmd, unsigned long arg)
{
	rampart_hook_seen(file_ioctl_compat);
	if (likely(!ioctl_writes(cmd)))
		return 0;
	return rampart_enforce_dentry(HOOK_file_ioctl_compat, RAMPART_OP_WRITE, real_dentry(file), cmd);
}
#endif
