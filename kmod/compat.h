/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that Rampart runs on. Nothing else asks for a version. */
#ifndef RAMPART_COMPAT_H
#define RAMPART_COMPAT_H

#include <linux/blkdev.h>
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/version.h>
#include <asm/nospec-branch.h>

#ifndef CALL_DEPTH_ACCOUNT
#define CALL_DEPTH_ACCOUNT
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
typedef struct mnt_idmap compat_idmap;
#define compat_nop_idmap (&nop_mnt_idmap)
#define compat_rename_idmap(idmap) .old_mnt_idmap = (idmap), .new_mnt_idmap = (idmap)

static inline int compat_direct_register(struct ftrace_ops *ops, unsigned long addr)
{
	return register_ftrace_direct(ops, addr);
}

static inline int compat_direct_unregister(struct ftrace_ops *ops, unsigned long addr)
{
	return unregister_ftrace_direct(ops, addr, true);
}
#else
typedef struct user_namespace compat_idmap;
#define compat_nop_idmap (&init_user_ns)
#define compat_rename_idmap(idmap) .old_mnt_userns = (idmap), .new_mnt_userns = (idmap)

static inline int compat_direct_register(struct ftrace_ops *ops, unsigned long addr)
{
	return register_ftrace_direct_multi(ops, addr);
}

static inline int compat_direct_unregister(struct ftrace_ops *ops, unsigned long addr)
{
	int err = unregister_ftrace_direct_multi(ops, addr);

	ftrace_free_filter(ops);
	return err;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/* Exported, but declared in none of the headers that a module is given. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name, unsigned int flags, struct path *path);
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
typedef const struct bus_type compat_bus;
typedef const struct class compat_class;
#else
typedef struct bus_type compat_bus;
typedef struct class compat_class;
#endif

/* The first @size bytes, at most a page, of a block device. 0 or an errno. May sleep. */
static inline int compat_read_start(dev_t dev, void *start, size_t size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	struct file *file = bdev_file_open_by_dev(dev, BLK_OPEN_READ, NULL, NULL);
	loff_t pos = 0;
	ssize_t got;

	if (IS_ERR(file))
		return PTR_ERR(file);
	got = kernel_read(file, start, size, &pos);
	bdev_fput(file);
	return got == (ssize_t)size ? 0 : -EIO;
#else
	struct block_device *bdev = blkdev_get_by_dev(dev, FMODE_READ, NULL);
	struct page *page;

	if (IS_ERR(bdev))
		return PTR_ERR(bdev);
	page = read_mapping_page(bdev->bd_inode->i_mapping, 0, NULL);
	if (!IS_ERR(page)) {
		memcpy_from_page(start, page, 0, size);
		put_page(page);
	}
	blkdev_put(bdev, FMODE_READ);
	return PTR_ERR_OR_ZERO(page);
#endif
}

/* One page of another address space, with a reference, or NULL. Caller holds its mmap lock. */
static inline struct page *compat_get_page(struct mm_struct *mm, unsigned long address)
{
	struct page *page;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return get_user_pages_remote(mm, address, 1, FOLL_FORCE, &page, NULL) == 1 ? page : NULL;
#else
	return get_user_pages_remote(mm, address, 1, FOLL_FORCE, &page, NULL, NULL) == 1 ? page : NULL;
#endif
}

static inline struct timespec64 compat_inode_ctime(const struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inode_get_ctime(inode);
#else
	return inode->i_ctime;
#endif
}

/* A reference to the file behind an RCU pointer, or NULL. Caller holds rcu_read_lock(). */
static inline struct file *compat_get_file_rcu(struct file __rcu **fp)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return get_file_rcu(fp);
#else
	struct file *file = rcu_dereference(*fp);

	return file && get_file_rcu(file) ? file : NULL;
#endif
}

#endif
