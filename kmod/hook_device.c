// SPDX-License-Identifier: GPL-2.0-only
/* Handlers about devices: process context or a worker's, may sleep. */
#include <linux/blkdev.h>
#include <linux/device_cgroup.h>
#include <linux/kdev_t.h>

#include "device.h"
#include "enforce.h"
#include "medium.h"
#include "rampart.h"

/*
 * The driver core asks here whether the pins that a device needs are there, before each probe, whatever has led to it; @dev is locked, and
 * its driver is already said to be this one. An error ends the attempt: as a positive number, which is how the driver core tells the error
 * of one probe from one for which it would not look at the other devices of the bus either.
 */
int hook_pinctrl_bind_pins(struct device *dev)
{
	int err = 0;

	rampart_hook_seen(pinctrl_bind_pins);
	if (static_branch_unlikely(&rampart_devices_judged)) {
		rampart_sleep_begin();
		err = -rampart_device_bind(dev);
		rampart_sleep_end();
	}
	return err;
}

/* Of each open of a device node, and of each disk that is opened without one, as by mount(2), swapon(2) and the device mapper. */
int hook_devcgroup_check_permission(short type, u32 major, u32 minor, short access)
{
	int err = 0;

	rampart_hook_seen(devcgroup_check_permission);
	if (static_branch_unlikely(&rampart_devices_judged) && !(access & DEVCG_ACC_MKNOD)) {
		rampart_sleep_begin();
		err = rampart_device_open(MKDEV(major, minor), type == DEVCG_DEV_BLOCK, access & DEVCG_ACC_READ, access & DEVCG_ACC_WRITE);
		rampart_sleep_end();
	}
	return err;
}

/* What is mounted read-only becomes writable. The file system's s_umount is held. */
int hook_reconfigure_super(struct fs_context *fc)
{
	int err = 0;

	rampart_hook_seen(reconfigure_super);
	if (static_branch_unlikely(&rampart_media_judged)) {
		rampart_sleep_begin();
		err = rampart_medium_remount(fc);
		rampart_sleep_end();
	}
	return err;
}

/* The device mapper and md tell what their devices are made of. Of what the self-test asks, nothing comes to pass. */
int hook_bd_link_disk_holder(struct block_device *lower, struct gendisk *upper)
{
	int err;

	rampart_hook_seen(bd_link_disk_holder);
	if (!lower)
		return -EINVAL;
	rampart_sleep_begin();
	err = rampart_medium_stack(MKDEV(upper->major, upper->first_minor), lower);
	rampart_sleep_end();
	return err;
}

int hook_bd_unlink_disk_holder(struct block_device *lower, struct gendisk *upper)
{
	rampart_hook_seen(bd_unlink_disk_holder);
	if (!lower)
		return -EINVAL;
	rampart_sleep_begin();
	rampart_medium_unstack(MKDEV(upper->major, upper->first_minor), lower);
	rampart_sleep_end();
	return 0;
}
