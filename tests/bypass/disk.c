// SPDX-License-Identifier: MIT
/*
 * Ways to change a file past its file system, by the block device that carries it. Runs inside a guest:
 *
 *	disk prepare FOLDER NAME...			makes FOLDER/NAME ("original") for each
 *	disk run FOLDER DEVICE BASE NAME...		tries each on DEVICE, BASE bytes into which the file system begins;
 *							prints "NAME changed" or "NAME unchanged ERRNO"
 *	disk part DEVICE NUMBER START LENGTH		makes a part of DEVICE, in bytes
 *
 * The victim of an attack is FOLDER/NAME. Whether it was changed is read from the disk, past all caches.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 4096
#define NODE "/var/tmp/disk-node"

static const char *device;
static long long where;		/* of the victim's first byte on the device */
static char page[BLOCK] __attribute__((aligned(BLOCK)));

static int scribble(int fd)
{
	return fd < 0 || pwrite(fd, page, BLOCK, where) != BLOCK || fsync(fd) ? -1 : 0;
}

static int by_write(void) { return scribble(open(device, O_WRONLY)); }
static int by_direct(void) { return scribble(open(device, O_RDWR | O_DIRECT)); }

static int by_mapping(void)
{
	int fd = open(device, O_RDWR);
	char *map = fd < 0 ? MAP_FAILED : mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, where);

	if (map == MAP_FAILED)
		return -1;
	memcpy(map, page, BLOCK);
	return msync(map, BLOCK, MS_SYNC) ?: fsync(fd);
}

static int by_node(void)
{
	struct stat st;

	unlink(NODE);
	if (stat(device, &st) || mknod(NODE, S_IFBLK | 0600, st.st_rdev))
		return -1;
	return scribble(open(NODE, O_WRONLY));
}

static int reopen(int flags)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", open(device, flags));
	return scribble(open(name, O_WRONLY));
}

static int by_reopening(void) { return reopen(O_RDONLY); }
static int by_path_only(void) { return reopen(O_PATH); }

static int by_zeroing(void)
{
	uint64_t range[2] = { where, BLOCK };
	int fd = open(device, O_RDWR);

	return fd < 0 ? -1 : ioctl(fd, BLKZEROOUT, range);
}

static int change_part(int op, const char *disk, int number, long long start, long long length)
{
	struct blkpg_partition part = { .pno = number, .start = start, .length = length };
	struct blkpg_ioctl_arg arg = { .op = op, .datalen = sizeof(part), .data = &part };
	int fd = open(disk, O_RDONLY), err = fd < 0 ? -1 : ioctl(fd, BLKPG, &arg);

	if (fd >= 0)
		close(fd);
	return err;
}

/* A part of a disk that is held as a whole leads to the same blocks. */
static int by_new_part(void)
{
	const char *format = isdigit((unsigned char)device[strlen(device) - 1]) ? "%sp7" : "%s7";
	char name[64];
	int fd, err, saved;

	if (change_part(BLKPG_ADD_PARTITION, device, 7, 0, where + BLOCK))
		return -1;
	snprintf(name, sizeof(name), format, device);
	fd = open(name, O_WRONLY);
	err = scribble(fd);
	saved = errno;
	if (fd >= 0)
		close(fd);
	change_part(BLKPG_DEL_PARTITION, device, 7, 0, 0);
	errno = saved;
	return err;
}

/* A SCSI command, for which a descriptor that is open for reading is enough. */
static int by_command(void)
{
	long long sector = where / 512;
	unsigned char write_10[10] = { 0x2a, 0, sector >> 24, sector >> 16, sector >> 8, sector, 0, 0, BLOCK / 512, 0 };
	struct sg_io_hdr header = {
		.interface_id = 'S', .dxfer_direction = SG_DXFER_TO_DEV, .cmdp = write_10, .cmd_len = sizeof(write_10),
		.dxferp = page, .dxfer_len = BLOCK, .timeout = 10000,
	};
	int fd = open(device, O_RDONLY);

	if (fd < 0 || ioctl(fd, SG_IO, &header))
		return -1;
	return header.status ? -1 : 0;
}

static const struct attack {
	const char *name;
	int (*try)(void);
} attacks[] = {
	{ "write", by_write },	     { "direct", by_direct },	    { "mapping", by_mapping }, { "node", by_node },
	{ "reopening", by_reopening }, { "path_only", by_path_only }, { "zeroing", by_zeroing }, { "new_part", by_new_part },
	{ "command", by_command },
};

static const struct attack *find_attack(const char *name)
{
	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (!strcmp(attacks[i].name, name))
			return &attacks[i];
	fprintf(stderr, "disk: no attack %s\n", name);
	exit(2);
}

static int prepare(const char *victim)
{
	int fd = open(victim, O_CREAT | O_WRONLY, 0644);

	memset(page, 'o', BLOCK);
	return fd < 0 || write(fd, page, BLOCK) != BLOCK || fsync(fd) || close(fd);
}

/* The byte on the file system's device at which the file begins, or -1. */
static long long find(const char *victim)
{
	union {
		struct fiemap map;
		char room[sizeof(struct fiemap) + sizeof(struct fiemap_extent)];
	} u = { .map = { .fm_length = BLOCK, .fm_flags = FIEMAP_FLAG_SYNC, .fm_extent_count = 1 } };
	int fd = open(victim, O_RDONLY), err = fd < 0 ? -1 : ioctl(fd, FS_IOC_FIEMAP, &u.map);

	if (fd >= 0)
		close(fd);
	return err || !u.map.fm_mapped_extents ? -1 : (long long)u.map.fm_extents[0].fe_physical;
}

static int is_changed(const char *victim)
{
	int fd = open(victim, O_RDONLY | O_DIRECT), changed;

	changed = fd < 0 || read(fd, page, BLOCK) != BLOCK || page[0] != 'o';
	if (fd >= 0)
		close(fd);
	return changed;
}

static int run(const char *folder, long long base, const char *name)
{
	const struct attack *attack = find_attack(name);
	char victim[512];
	int status;
	pid_t pid;

	snprintf(victim, sizeof(victim), "%s/%s", folder, name);
	where = find(victim);
	if (where < 0) {
		perror(victim);
		return 1;
	}
	where += base;
	memset(page, 'E', BLOCK);
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(attack->try() ? errno : 0);
	waitpid(pid, &status, 0);
	if (is_changed(victim))
		printf("%s changed\n", name);
	else
		printf("%s unchanged %s\n", name, strerrorname_np(WEXITSTATUS(status)) ?: "0");
	return 0;
}

int main(int argc, char **argv)
{
	char victim[512];
	int err = 0;

	if (argc > 3 && !strcmp(argv[1], "prepare")) {
		for (int i = 3; i < argc && !err; i++) {
			snprintf(victim, sizeof(victim), "%s/%s", argv[2], argv[i]);
			err = prepare(victim);
		}
		return err;
	}
	if (argc > 5 && !strcmp(argv[1], "run")) {
		device = argv[3];
		for (int i = 5; i < argc && !err; i++)
			err = run(argv[2], atoll(argv[4]), argv[i]);
		return err;
	}
	if (argc == 6 && !strcmp(argv[1], "part"))
		return change_part(BLKPG_ADD_PARTITION, argv[2], atoi(argv[3]), atoll(argv[4]), atoll(argv[5])) != 0;
	fprintf(stderr, "usage: disk prepare FOLDER NAME... | run FOLDER DEVICE BASE NAME... | part DEVICE NUMBER START LENGTH\n");
	return 2;
}
