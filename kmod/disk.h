/* SPDX-License-Identifier: GPL-2.0-only */
/* Block devices: which of them must not be written to past what holds them. */
#ifndef RAMPART_DISK_H
#define RAMPART_DISK_H

#include <linux/types.h>

/*
 * rampart_disk_in_use() - whether a file system, the device mapper, md, swap or another program holds this block device, the
 * disk that it is a part of, or a part of the disk that it is. What only the current process itself has opened with O_EXCL is
 * not in use: so does what makes file systems. Context: may sleep.
 */
bool rampart_disk_in_use(dev_t dev);

#endif
