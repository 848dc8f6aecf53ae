/* SPDX-License-Identifier: MIT */
/*
 * Ways to come by a descriptor of a file other than by its name. Who includes this says before how it is to be opened, USE_FLAGS,
 * and what for: int use(int fd), which closes it and takes a negative one for a failure.
 */
#ifndef RAMPART_BYPASS_WAYS_H
#define RAMPART_BYPASS_WAYS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORK "/var/tmp/bypass"	/* on the file system of the folder */

static const char *dir;		/* the protected folder */
static char victim[512];	/* DIR/NAME */

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err = fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* By a handle, when no name of it is in the kernel's memory. */
static int by_handle(void)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, root = open("/", O_RDONLY);

	if (name_to_handle_at(AT_FDCWD, victim, &u.handle, &mount_id, 0) || put("/proc/sys/vm/drop_caches", "2"))
		return -1;
	return use(open_by_handle_at(root, &u.handle, USE_FLAGS));
}

static int hard_link_out(void)
{
	char out[600];

	snprintf(out, sizeof(out), "%s/../hard-link", dir);
	unlink(out);
	if (link(victim, out))
		return -1;
	return use(open(out, USE_FLAGS));
}

static int symlink_elsewhere(void)
{
	return symlink(victim, WORK "/symlink") ?: use(open(WORK "/symlink", USE_FLAGS));
}

static int reopen(int flags)
{
	char name[64];
	int fd = open(victim, flags);

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return use(open(name, USE_FLAGS));
}

static int opath_reopen(void) { return reopen(O_PATH); }

static int proc_root(void)
{
	char name[600];

	snprintf(name, sizeof(name), "/proc/self/root%s", victim);
	return use(open(name, USE_FLAGS));
}

static int dirfd_relative(void)
{
	int fd = open(dir, O_PATH | O_DIRECTORY);

	return use(openat(fd, strrchr(victim, '/') + 1, USE_FLAGS));
}

static int in_dir(const char *where)
{
	char name[600];

	snprintf(name, sizeof(name), "%s/%s", where, strrchr(victim, '/') + 1);
	return use(open(name, USE_FLAGS));
}

static int bind_mount(void)
{
	int err;

	mkdir(WORK "/bind", 0755);
	if (mount(dir, WORK "/bind", NULL, MS_BIND, NULL))
		return -1;
	err = in_dir(WORK "/bind");
	umount2(WORK "/bind", MNT_DETACH);
	return err;
}

static int mount_namespace(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	return bind_mount();
}

static int user_namespace(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return -1;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return bind_mount();
}

static int detached_mount(void)
{
	int fd = syscall(SYS_open_tree, AT_FDCWD, dir, OPEN_TREE_CLONE);

	return fd < 0 ? -1 : use(openat(fd, strrchr(victim, '/') + 1, USE_FLAGS));
}

static int chroot_inside(void)
{
	char name[600];

	if (chroot(dir) || chdir("/"))
		return -1;
	snprintf(name, sizeof(name), "/%s", strrchr(victim, '/') + 1);
	return use(open(name, USE_FLAGS));
}

static int ancestor_rename(void)
{
	char parent[512], moved[600], name[1200];
	char *slash;
	int err;

	snprintf(parent, sizeof(parent), "%s", dir);
	slash = strrchr(parent, '/');
	*slash = 0;
	snprintf(moved, sizeof(moved), "%s.moved", parent);
	if (rename(parent, moved))
		return -1;
	snprintf(name, sizeof(name), "%s%s", moved, victim + strlen(parent));
	err = use(open(name, USE_FLAGS));
	rename(moved, parent);
	return err;
}

static int folder_rename(void)
{
	char moved[600], name[1200];
	int err;

	snprintf(moved, sizeof(moved), "%s.moved", dir);
	if (rename(dir, moved))
		return -1;
	snprintf(name, sizeof(name), "%s/%s", moved, strrchr(victim, '/') + 1);
	err = use(open(name, USE_FLAGS));
	rename(moved, dir);
	return err;
}

/* One open and one write, submitted to the ring with raw system calls. */
static int ring_call(int ring, struct io_uring_sqe *sqes, unsigned int *tail, unsigned int *array, unsigned int mask,
		     const struct io_uring_sqe *sqe, unsigned int *cq_head, unsigned int *cq_tail,
		     const struct io_uring_cqe *cqes, unsigned int cq_mask)
{
	unsigned int at = *tail & mask;
	int res;

	sqes[at] = *sqe;
	array[at] = at;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0) != 1)
		return -errno;
	if (__atomic_load_n(cq_tail, __ATOMIC_ACQUIRE) == *cq_head)
		return -EIO;
	res = cqes[*cq_head & cq_mask].res;
	__atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
	return res;
}

static int uring(unsigned int setup_flags)
{
	struct io_uring_params p = { .flags = setup_flags };
	int ring = syscall(SYS_io_uring_setup, 4, &p), fd;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)victim,
				    .open_flags = USE_FLAGS, .flags = IOSQE_ASYNC };

	if (ring < 0)
		return -1;
	sq = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	cq = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
	sqes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || sqes == MAP_FAILED)
		return -1;
	fd = ring_call(ring, sqes, (void *)(sq + p.sq_off.tail), (void *)(sq + p.sq_off.array),
		       *(unsigned int *)(sq + p.sq_off.ring_mask), &sqe, (void *)(cq + p.cq_off.head),
		       (void *)(cq + p.cq_off.tail), (void *)(cq + p.cq_off.cqes),
		       *(unsigned int *)(cq + p.cq_off.ring_mask));
	if (fd < 0) {
		errno = -fd;
		return -1;
	}
	return use(fd);
}

static int io_uring_open(void) { return uring(0); }
static int io_uring_polled(void) { return uring(IORING_SETUP_SQPOLL); }

#endif
