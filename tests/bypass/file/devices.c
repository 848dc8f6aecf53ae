// SPDX-License-Identifier: MIT
/* Below the file system: its device, what that is made of, and devices made of the file. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attack.h"
#include "hold.h"

static const struct gap gap_below = {
	"what a folder's device is made of",
	"the image of a loop device, and the tables of the device mapper, change what is in the folder; the policy can name the image",
};

/* Where the victim is on its device, or -1. */
static off_t place_of(void)
{
	union {
		struct fiemap map;
		char room[sizeof(struct fiemap) + sizeof(struct fiemap_extent)];
	} u = { .map = { .fm_length = ~0ULL, .fm_flags = FIEMAP_FLAG_SYNC, .fm_extent_count = 1 } };
	int fd = open(victim, O_RDONLY), err = ioctl(fd, FS_IOC_FIEMAP, &u.map);

	close(fd);
	return err || u.map.fm_mapped_extents != 1 ? -1 : (off_t)u.map.fm_extents[0].fe_physical;
}

/* The device that the victim's file system is on, by its name. */
static const char *device(void)
{
	static char name[300];
	char line[256] = "", path[64];
	struct stat st;
	FILE *f;

	if (stat(victim, &st))
		return NULL;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/uevent", major(st.st_dev), minor(st.st_dev));
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "DEVNAME=%255s", name + snprintf(name, sizeof(name), "/dev/")) == 1)
			break;
	if (f)
		fclose(f);
	return name;
}

/* The kernel writes what it has of the device, and forgets what it has read of it and of the victim. */
static void forget(void)
{
	int fd = open(device(), O_RDONLY);

	ioctl(fd, BLKFLSBUF);
	close(fd);
	fd = open(victim, O_RDONLY);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
}

/* Puts EVIL at @at of @path. */
static int write_below(const char *path, off_t at)
{
	int fd = at < 0 || !path ? -1 : open(path, O_WRONLY), err, saved;

	err = fd < 0 || pwrite(fd, EVIL, 8, at) != 8 || fsync(fd) ? -1 : 0;
	saved = errno;
	if (fd >= 0)
		close(fd);
	forget();
	errno = saved;
	return err;
}

static int raw_device(void)
{
	off_t at = place_of();

	return write_below(device(), at);
}

/* The same device by another node. */
static int raw_node(void)
{
	off_t at = place_of();
	struct stat st;

	if (stat(device(), &st) || mknod(in_work("node"), S_IFBLK | 0600, st.st_rdev))
		return -1;
	return write_below(in_work("node"), at);
}

static int raw_debugfs(void)
{
	off_t at = place_of();
	int err = shell("debugfs -w -R 'zap_block -p 0x45 %lld' %s >/dev/null 2>&1", (long long)at / 4096, device());

	forget();
	return err;
}

/* A loop device with @fd below it, as a descriptor; its name in @name. */
static int loop_on(int fd, char *name, size_t size)
{
	int control = open("/dev/loop-control", O_RDWR), number, loop;

	number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	snprintf(name, size, "/dev/loop%d", number);
	loop = number < 0 ? -1 : open(name, O_RDWR);
	if (loop < 0 || ioctl(loop, LOOP_SET_FD, fd))
		return -1;
	return loop;
}

/* Writes to the whole sectors of a loop device, and takes it down. */
static int write_loop(int fd, off_t at)
{
	static char sector[512] __attribute__((aligned(512))) = EVIL;
	char name[32];
	int loop = fd < 0 ? -1 : loop_on(fd, name, sizeof(name)), err;

	if (loop < 0)
		return -1;
	err = pwrite(loop, sector, sizeof(sector), at) != sizeof(sector) || fsync(loop) ? -1 : 0;
	ioctl(loop, LOOP_CLR_FD, 0);
	close(loop);
	return err;
}

/* Of a sector at least, so that a loop device is not empty. */
static int make_sectors(void)
{
	return truncate(victim, 4096 + 8);
}

static int loop_over_file(void) { return write_loop(open(victim, O_RDWR), 0); }
static int loop_over_old(void) { return write_loop(old_descriptor(), 0); }

static int loop_over_device(void)
{
	off_t at = place_of();
	int err = write_loop(open(device(), O_RDWR), at);

	forget();
	return err;
}

/* The file that the folder's loop device is made of. */
static int loop_image(void)
{
	off_t at = place_of();

	return write_below("/var/tmp/ext4.img", at);
}

/* The folder is on a device of the device mapper, which is put on another device, a copy with one change. */
static int put_on(const char *image)
{
	return shell("l=$(losetup -f --show %s) && echo 0 $(blockdev --getsz $l) linear $l 0 | dmsetup load bypass && "
		     "dmsetup resume bypass", image);
}

static int mapper_table(void)
{
	char text[8] = "";
	off_t at = place_of();

	if (shell("dmsetup suspend bypass && cp /var/tmp/dm.img /var/tmp/dm2.img && "
		  "printf " EVIL " | dd of=/var/tmp/dm2.img bs=1 seek=%lld conv=notrunc 2>/dev/null", (long long)at) ||
	    put_on("/var/tmp/dm2.img"))
		return -1;
	forget();
	pread(open(victim, O_RDONLY), text, sizeof(text), 0);
	/* Its file system takes this for damage in the long run. */
	if (shell("dmsetup suspend bypass") || put_on("/var/tmp/dm.img"))
		return -1;
	forget();
	return memcmp(text, EVIL, sizeof(text)) ? -1 : (_exit(DONE), 0);
}

const struct attack devices[] = {
	{ "F39a", "raw_device", raw_device, NEEDS_ROOT, .rule = "disks", .reported = "any" },
	{ "F39b", "raw_node", raw_node, NEEDS_ROOT, .rule = "disks", .reported = "any" },
	{ "F39c", "loop_over_device", loop_over_device, NEEDS_ROOT, .place = "ext4", .rule = "disks", .reported = "any" },
	{ "F40a", "loop_over_file", loop_over_file, NEEDS_ROOT, .needs = "/dev/loop-control", .prepare = make_sectors },
	{ "F40b", "loop_over_old", loop_over_old, NEEDS_ROOT | OLD, .needs = "/dev/loop-control", .gap = &gap_old,
	  .prepare = make_sectors },
	{ "F40c", "loop_image", loop_image, NEEDS_ROOT, .place = "ext4", .gap = &gap_below },
	{ "F42a", "debugfs", raw_debugfs, NEEDS_ROOT, .place = "ext4", .rule = "disks", .reported = "any" },
	{ "F42b", "mapper_table", mapper_table, NEEDS_ROOT, .place = "dm", .gap = &gap_below },
	{}
};

const struct attack elsewhere[] = {
	{ "F25c", "io_uring of an allowed program", .elsewhere = "as F36a: README, what an allowed program hands to others" },
	{ "F27c", "FIDEDUPERANGE", .elsewhere = "changes no content: it only shares blocks that are equal" },
	{ "F37a", "pidfd_getfd", .elsewhere = "tests/vm/inject.sh, pidfd_steal" },
	{ "F37b", "seccomp ADDFD", .elsewhere = "an allowed program that hands a descriptor on: F36a" },
	{ "F38", "binder", .elsewhere = "hands descriptors on: F36a" },
	{ "F45d", "quota", .elsewhere = "the kernel takes only a file that is a quota file already" },
	{ "F46c", "ksmbd", .elsewhere = "writes as a kernel thread does: F46a" },
	{ "F51", "rollback of the policy's file", .elsewhere = "tests/unit/test_floor.c, tests/vm/daemon.sh: the version floor" },
	{ "F52", "fanotify", .elsewhere = "reads only, and can delay rampartd but no verdict" },
	{ "F53", "leases", .elsewhere = "can delay rampartd but no verdict: tests/vm/kill.sh, events.sh" },
	{ "F54", "memory of an allowed program", .elsewhere = "tests/vm/inject.sh, proc_mem and process_vm" },
	{}
};
