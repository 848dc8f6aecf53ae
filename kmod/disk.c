// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/mmc/card.h>
#include <linux/mmc/host.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include "disk.h"
#include "image.h"
#include "rampart.h"

/* As blkdev_get_no_open(), which is not exported. */
struct block_device *rampart_disk_get(dev_t dev)
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
	struct block_device *bdev = rampart_disk_get(dev), *whole;
	bool used;

	might_sleep();
	if (!bdev)
		return false;
	whole = bdev_whole(bdev);
	used = is_held(bdev) || (bdev != whole && is_held(whole) && !parts_held(whole->bd_disk));
	put_device(&bdev->bd_device);
	return used;
}

/* A system that runs from such a medium is not meant. */
static const struct gendisk *root_disk(void)
{
	struct path root = rampart_root_of_init();
	const struct gendisk *disk = NULL;

	if (root.dentry)
		disk = root.dentry->d_sb->s_bdev ? root.dentry->d_sb->s_bdev->bd_disk : NULL;
	path_put(&root);
	return disk;
}

bool rampart_card_is_removable(const struct mmc_card *card)
{
	return card->type == MMC_TYPE_SD && !(card->host->caps & MMC_CAP_NONREMOVABLE);
}

struct device *rampart_disk_carrier(struct gendisk *disk)
{
	struct device *dev = disk_to_dev(disk)->parent;

	while (dev && (!dev->bus || !strcmp(dev->bus->name, "scsi")))
		dev = dev->parent;
	return dev;
}

static bool is_plugged_in(struct gendisk *disk)
{
	struct device *dev = rampart_disk_carrier(disk);

	if (!dev)
		return false;
	return !strcmp(dev->bus->name, "usb") ||
	       (!strcmp(dev->bus->name, "mmc") && rampart_card_is_removable(container_of(dev, struct mmc_card, dev)));
}

/* Disks on USB, and memory cards, say that they are fixed. */
bool rampart_disk_is_removable(struct gendisk *disk)
{
	return disk && (disk->flags & GENHD_FL_REMOVABLE || is_plugged_in(disk)) && disk != root_disk();
}
