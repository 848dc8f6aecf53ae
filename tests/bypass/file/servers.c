// SPDX-License-Identifier: MIT
/* File systems whose content a program serves, and servers in the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

static const struct gap gap_server = {
	"a folder on a network file system",
	"what its server, or another client, changes is not seen here",
};

static int mount_fuse(const char *point)
{
	int fd = open("/dev/fuse", O_RDWR);
	char options[128];

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	return fd < 0 || mount("fuse", point, "fuse", 0, options) ? -1 : fd;
}

static int fuse_over(void)
{
	if (mount_fuse(folder) < 0)
		return -1;
	umount2(folder, MNT_DETACH);
	_exit(DONE);
}

#define FUSE_PASSTHROUGH_FLAG (1ULL << 37)	/* since 6.9: files that are those of another file system */
#define FUSE_OPEN_PASSTHROUGH (1 << 7)
struct backing_map {
	int32_t fd;
	uint32_t flags;
	uint64_t padding;
};
#define FUSE_BACKING_OPEN _IOW(229, 1, struct backing_map)

static void answer(int fd, uint64_t unique, int err, const void *data, size_t len)
{
	struct fuse_out_header header = { .len = sizeof(header) + len, .error = err, .unique = unique };
	struct iovec parts[2] = { { &header, sizeof(header) }, { (void *)data, len } };

	if (writev(fd, parts, 2) < 0)
		_exit(1);
}

/* A file system of one file, whose content is the victim's: the kernel itself opens that for who opens the other. */
static void serve_victim(int fd)
{
	static char request[1 << 20];
	const struct fuse_in_header *in = (void *)request;
	struct fuse_attr root = { .ino = 1, .mode = S_IFDIR | 0755, .nlink = 2 };
	struct fuse_attr file = { .ino = 2, .mode = S_IFREG | 0666, .nlink = 1, .size = 8 };
	struct backing_map map = { .fd = open(victim, O_RDONLY) };

	while (read(fd, request, sizeof(request)) > 0) {
		struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = 41, .max_write = 4096,
					      .flags = FUSE_INIT_EXT | FUSE_BIG_WRITES };
		struct fuse_attr_out attr = { .attr = in->nodeid == 1 ? root : file };
		struct fuse_entry_out entry = { .nodeid = 2, .attr = file };
		struct fuse_open_out opened = { .open_flags = FUSE_OPEN_PASSTHROUGH };
		int id;

		switch (in->opcode) {
		case FUSE_INIT:
			/* flags2 and max_stack_depth, which older headers do not have, are in what they call unused. */
			((uint32_t *)&init)[7 + 1] = FUSE_PASSTHROUGH_FLAG >> 32;
			((uint32_t *)&init)[7 + 2] = 1;
			answer(fd, in->unique, 0, &init, sizeof(init));
			break;
		case FUSE_LOOKUP:
			answer(fd, in->unique, 0, &entry, sizeof(entry));
			break;
		case FUSE_GETATTR:
			answer(fd, in->unique, 0, &attr, sizeof(attr));
			break;
		case FUSE_OPEN:
			id = ioctl(fd, FUSE_BACKING_OPEN, &map);
			if (id < 0)
				_exit(MISSING);
			opened.padding = id;
			answer(fd, in->unique, 0, &opened, sizeof(opened));
			break;
		default:
			if (in->opcode != FUSE_FORGET && in->opcode != FUSE_BATCH_FORGET)
				answer(fd, in->unique, -ENOSYS, NULL, 0);
		}
	}
	_exit(0);
}

static int fuse_passthrough(void)
{
	const char *point = work_folder("fuse");
	int fd = mount_fuse(point), err, saved, status;
	char name[1024];
	pid_t pid;

	if (fd < 0)
		return -1;
	pid = fork();
	if (!pid)
		serve_victim(fd);
	close(fd);
	if (pid < 0) {
		umount2(point, MNT_DETACH);
		return -1;
	}
	snprintf(name, sizeof(name), "%s/f", point);
	err = scribble(open(name, O_WRONLY));
	saved = errno;
	umount2(point, MNT_DETACH);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == MISSING)
		missing();
	errno = saved;
	return err;
}

/* A cache of the kernel's is made in the folder. */
static int cachefiles(void)
{
	char command[600];
	int fd = open("/dev/cachefiles", O_RDWR), n;

	n = snprintf(command, sizeof(command), "dir %s", folder);
	if (fd < 0 || write(fd, command, n) != n || write(fd, "tag bypass", 10) != 10 || write(fd, "bind", 4) != 4)
		return -1;
	_exit(DONE);
}

/* The suite has exported /srv over NFS and mounted that here. */
static int nfsd(void)
{
	char where[600];

	snprintf(where, sizeof(where), "/mnt/nfs%s", folder + strlen("/srv"));
	return scribble_in(where);
}

static int nfs_server(void)
{
	char where[600];

	snprintf(where, sizeof(where), "/srv/exported%s", strrchr(folder, '/'));
	return scribble_in(where);
}

const struct attack servers[] = {
	{ "F43a", "fuse_over", fuse_over, NEEDS_ROOT, .needs = "fuse", .reported = "folder" },
	{ "F43b", "fuse_passthrough", fuse_passthrough, NEEDS_ROOT, .needs = "fuse" },
	{ "F44", "nfs_server", nfs_server, .place = "nfs", .gap = &gap_server },
	{ "F46a", "nfsd", nfsd, .place = "served" },
	{ "F46b", "cachefiles", cachefiles, NEEDS_ROOT, .needs = "/dev/cachefiles", .reported = "folder" },
	{}
};
