/* SPDX-License-Identifier: MIT */
/* What is plugged into USB, as sysfs tells it. @sysfs is where that is: "/sys". */
#ifndef RAMPART_USB_H
#define RAMPART_USB_H

#include <stdbool.h>
#include <stddef.h>

#include <device.h>

#define USB_NAME 64	/* bytes of a name in sysfs */

/* One function of a device; its facts point into itself. */
struct usb_function {
	char name[USB_NAME];	/* 1-1.2:1.0 */
	char whole[USB_NAME];	/* of the device: 1-1.2 */
	char driver[USB_NAME];	/* empty: none */
	char vendor[16], product[16], serial[256], title[256], interface[16];
	bool authorized;	/* the device: false after usb_authorize() */
	struct rampart_device device;
};

/* usb_functions() - all of them, of *@n, sorted, in memory of malloc(). NULL: out of it. */
struct usb_function *usb_functions(const char *sysfs, size_t *n);

/* usb_is() - whether @function is what @name names: itself, or its device. */
bool usb_is(const struct usb_function *function, const char *name);

/* usb_find() - @name in sysfs (1-1.2, 1-1.2:1.0), or that of the function that has the disk @name (sda, /dev/sda1). False: there is none. */
bool usb_find(const char *sysfs, const char *name, char found[USB_NAME]);

/* usb_of_path() - the last device or function of USB in a path of sysfs. False: there is none. */
bool usb_of_path(const char *path, char found[USB_NAME]);

/* usb_whole() - the device of a function. */
void usb_whole(const char *name, char whole[USB_NAME]);

/* usb_is_authorized(), usb_authorize() - whether, and that, drivers may take the device @whole. 0 or a negative errno. */
bool usb_is_authorized(const char *sysfs, const char *whole);
int usb_authorize(const char *sysfs, const char *whole, bool authorized);

/* usb_has_keyboard() - whether a keyboard is part of @whole, or of what hangs on it; @elsewhere: whether one is not. */
bool usb_has_keyboard(const char *sysfs, const char *whole, bool elsewhere);

/*
 * usb_has_root() - whether the root file system is on a disk of @whole, or of what hangs on it. @mounts: /proc/self/mountinfo. Where that is
 * on no disk, any file system that is mounted counts.
 */
bool usb_has_root(const char *sysfs, const char *mounts, const char *whole);

#endif
