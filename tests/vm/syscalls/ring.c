// SPDX-License-Identifier: MIT
/* The same by io_uring, also by its threads. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../bypass/file/ring.h"
#include "case.h"

#define ADDRESS(p) ((uintptr_t)(p))

static struct ring shared;
static unsigned int request_flags;

static long submit(struct io_uring_sqe sqe)
{
	sqe.flags |= request_flags;
	return ring_submit(&shared, &sqe);
}

static int open_by_ring(const char *path, int flags)
{
	return see_ok(submit((struct io_uring_sqe){ .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = ADDRESS(path),
						    .len = 0640, .open_flags = flags }));
}

static void on_descriptor(int opcode, int fd, const void *buffer, unsigned int length, off_t offset)
{
	see(submit((struct io_uring_sqe){ .opcode = opcode, .fd = fd, .addr = ADDRESS(buffer), .len = length, .off = offset }));
}

static void on_paths(int opcode, const char *from, const char *to, unsigned int flags)
{
	see(submit((struct io_uring_sqe){ .opcode = opcode, .fd = AT_FDCWD, .addr = ADDRESS(from), .addr2 = ADDRESS(to),
					  .len = AT_FDCWD, .rename_flags = flags }));
}

static void on_path(int opcode, const char *path, mode_t mode, unsigned int flags)
{
	see(submit((struct io_uring_sqe){ .opcode = opcode, .fd = AT_FDCWD, .addr = ADDRESS(path), .len = mode,
					  .unlink_flags = flags }));
}

static void use_files(void)
{
	char text[20];
	int fd = open_by_ring("new", O_CREAT | O_RDWR);

	on_descriptor(IORING_OP_WRITE, fd, "by ring", 7, 0);
	on_descriptor(IORING_OP_READ, fd, text, sizeof(text), 2);
	on_descriptor(IORING_OP_FSYNC, fd, NULL, 0, 0);
	see(submit((struct io_uring_sqe){ .opcode = IORING_OP_FALLOCATE, .fd = fd, .addr = 5000, .off = 100 }));
	see_fstat(fd);
	on_descriptor(IORING_OP_CLOSE, fd, NULL, 0, 0);
	open_by_ring("dir", O_WRONLY);
	open_by_ring("loop", O_RDONLY);
	open_by_ring("secret", O_WRONLY);
	open_by_ring("file", O_CREAT | O_EXCL | O_WRONLY);
	open_by_ring("file", O_WRONLY | O_TRUNC);
	on_descriptor(IORING_OP_WRITE, open_by_ring("readonly", O_RDONLY), "x", 1, 0);
}

static void use_names(void)
{
	on_paths(IORING_OP_RENAMEAT, "file", "renamed", 0);
	on_paths(IORING_OP_RENAMEAT, "renamed", "empty", RENAME_NOREPLACE);
	on_paths(IORING_OP_RENAMEAT, "renamed", "dir", RENAME_EXCHANGE);
	on_paths(IORING_OP_LINKAT, "readonly", "linked", 0);
	on_paths(IORING_OP_SYMLINKAT, "linked", "symlink", 0);
	on_path(IORING_OP_MKDIRAT, "made", 0750, 0);
	on_path(IORING_OP_MKDIRAT, "made", 0750, 0);
	on_path(IORING_OP_UNLINKAT, "made", 0, 0);
	on_path(IORING_OP_UNLINKAT, "made", 0, AT_REMOVEDIR);
	on_path(IORING_OP_UNLINKAT, "sealed/file", 0, 0);
	see_stat("renamed");
}

static void by_ring(unsigned int setup, unsigned int flags, void (*use)(void))
{
	request_flags = flags;
	if (!see(ring_open(&shared, setup)))
		use();
}

static void files(void) { by_ring(0, 0, use_files); }
static void files_by_worker(void) { by_ring(0, IOSQE_ASYNC, use_files); }
static void files_by_poller(void) { by_ring(IORING_SETUP_SQPOLL, 0, use_files); }
static void names_at_once(void) { by_ring(0, 0, use_names); }
static void names_by_worker(void) { by_ring(0, IOSQE_ASYNC, use_names); }

const struct sequence ring[] = {
	{ "files", files },
	{ "files-by-worker", files_by_worker },
	{ "files-by-poller", files_by_poller },
	{ "names", names_at_once },
	{ "names-by-worker", names_by_worker },
	{}
};
