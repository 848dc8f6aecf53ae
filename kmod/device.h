/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices: which may have a driver, decided when a driver is about to take one, whoever asks for it: plugging it in, sysfs, a driver that is
 * loaded later.
 */
#ifndef RAMPART_KMOD_DEVICE_H
#define RAMPART_KMOD_DEVICE_H

#include <linux/jump_label.h>
#include <linux/types.h>

struct device;

DECLARE_STATIC_KEY_FALSE(rampart_devices_judged);

/*
 * rampart_devices_changed() - another policy is in force, in which devices are judged or not: devices that were refused meet their drivers
 * again, and those that it refuses lose them unless they are in use. Later, in a worker. Context: may sleep.
 */
void rampart_devices_changed(bool judged);

/* rampart_devices_again() - the same policy, but devices may be judged otherwise than they were. Context: any. */
void rampart_devices_again(void);

/* rampart_device_bind() - a driver is about to take @dev, which is locked. 0 or -EPERM. Context: may sleep. */
int rampart_device_bind(struct device *dev);

/* rampart_device_open() - current is about to open the device node of @devt. 0 or -EPERM. Context: may sleep. */
int rampart_device_open(dev_t devt, bool block, bool reads, bool writes);

void rampart_device_exit(void);

#endif
