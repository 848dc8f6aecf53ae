// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include "disk.h"
#include "rampart.h"

/* As blkdev_get_no_open(), which is not exported. Until put_device() its disk stays in memory. */
static struct block_device *disk_get(dev_t dev)
{
	struct inode *inode = ilookup(blockdev_superblock, dev);
	struct block_device *bdev = inode ? I_BDEV(inode) : NULL;

	if (bdev && !kobject_get_unless_zero(&bdev->bd_device.kobj))
		bdev = NULL;
	iput(inode);
	return bdev;
}

static int is_file(const void *holder, struct file *file, unsigned int fd)
{
	return file == holder;
}

/* Whoever claims a device for himself is its holder; a program that opens one with O_EXCL is so as the open file. */
static bool is_held(const struct block_device *bdev)
{
	const void *holder = READ_ONCE(bdev->bd_holder);

	return holder && !(current->files && iterate_fd(current->files, 0, is_file, holder));
}

/* A disk is also held by whoever holds one of its parts, but then by nobody else. */
static bool parts_held(struct gendisk *disk)
{
	struct block_device *part;
	unsigned long index;
	bool held = false;

	rcu_read_lock();
	xa_for_each_start(&disk->part_tbl, index, part, 1)
		held |= !!READ_ONCE(part->bd_holder);
	rcu_read_unlock();
	return held;
}

bool rampart_disk_in_use(dev_t dev)
{
	struct block_device *bdev = disk_get(dev), *whole;
	bool used;

	might_sleep();
	if (!bdev)
		return false;
	whole = bdev_whole(bdev);
	used = is_held(bdev) || (bdev != whole && is_held(whole) && !parts_held(whole->bd_disk));
	put_device(&bdev->bd_device);
	return used;
}
