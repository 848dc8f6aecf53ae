/* SPDX-License-Identifier: GPL-2.0-only */
/* Block devices: which of them must not be written to past what holds them. */
#ifndef RAMPART_DISK_H
#define RAMPART_DISK_H

#include <linux/types.h>

struct block_device;
struct device;
struct gendisk;
struct mmc_card;

/*
 * rampart_disk_in_use() - whether a file system, the device mapper, md, swap or another program holds this block device, the
 * disk that it is a part of, or a part of the disk that it is. What only the current process itself has opened with O_EXCL is
 * not in use: so does what makes file systems. Context: may sleep.
 */
bool rampart_disk_in_use(dev_t dev);

/* rampart_disk_get() - NULL: there is none. Until put_device() of its bd_device its disk stays in memory. Context: may sleep. */
struct block_device *rampart_disk_get(dev_t dev);

/* rampart_disk_is_removable() - whether a medium, or the disk itself, can be taken out, and the system does not run from it. Context: any. */
bool rampart_disk_is_removable(struct gendisk *disk);

/* rampart_disk_carrier() - what the disk is a part of, in memory as long as the disk is; NULL: nothing that is on a bus. Context: any. */
struct device *rampart_disk_carrier(struct gendisk *disk);

/* rampart_card_is_removable() - that a memory card is one. Context: any. */
bool rampart_card_is_removable(const struct mmc_card *card);

#endif
