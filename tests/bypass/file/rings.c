// SPDX-License-Identifier: MIT
/* io_uring: each of its operations that changes files, its threads, and rings of others. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"
#include "ring.h"

#define ADDRESS(p) ((uintptr_t)(p))

int ring_submit_known(struct ring *ring, const struct io_uring_sqe *sqe)
{
	int result = ring_submit(ring, sqe);

	return result < 0 && errno == EINVAL ? missing() : result < 0 ? -1 : 0;
}

static const struct io_uring_sqe *opening(void)
{
	static struct io_uring_sqe sqe;

	sqe = (struct io_uring_sqe){ .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = ADDRESS(victim),
				     .open_flags = O_WRONLY, .flags = IOSQE_ASYNC };
	return &sqe;
}

static int open_by(unsigned int setup_flags)
{
	struct ring ring;

	return ring_open(&ring, setup_flags) ? -1 : scribble(ring_submit(&ring, opening()));
}

static int io_uring_open(void) { return open_by(0); }
static int io_uring_polled(void) { return open_by(IORING_SETUP_SQPOLL); }

/* In the process itself, not by a worker. */
static int io_uring_inline(void)
{
	struct io_uring_sqe sqe = *opening();
	struct ring ring;

	sqe.flags = 0;
	return ring_open(&ring, 0) ? -1 : scribble(ring_submit(&ring, &sqe));
}

static int io_uring_openat2(void)
{
	struct open_how how = { .flags = O_WRONLY };
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = ADDRESS(victim),
				    .len = sizeof(how), .addr2 = ADDRESS(&how) };
	struct ring ring;

	return ring_open(&ring, 0) ? -1 : scribble(ring_submit(&ring, &sqe));
}

static int submit(const struct io_uring_sqe *sqe)
{
	struct ring ring;

	return ring_open(&ring, 0) ? -1 : ring_submit_known(&ring, sqe);
}

static int io_uring_unlink(void)
{
	return submit(&(struct io_uring_sqe){ .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = ADDRESS(victim) });
}

/* @opcode with @from and @to, both from the working directory. */
static int io_uring_two(int opcode, const char *from, const char *to)
{
	return submit(&(struct io_uring_sqe){ .opcode = opcode, .fd = AT_FDCWD, .addr = ADDRESS(from), .len = AT_FDCWD,
					      .addr2 = ADDRESS(to) });
}

static int io_uring_rename(void) { return io_uring_two(IORING_OP_RENAMEAT, evil_file("new"), victim); }
static int io_uring_link(void) { return io_uring_two(IORING_OP_LINKAT, evil_file("new"), extra); }

static int io_uring_symlink(void)
{
	return submit(&(struct io_uring_sqe){ .opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD, .addr = ADDRESS("/etc/passwd"),
					      .addr2 = ADDRESS(extra) });
}

static int io_uring_mkdir(void)
{
	return submit(&(struct io_uring_sqe){ .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = ADDRESS(extra), .len = 0755 });
}

static int io_uring_setxattr(void)
{
	return submit(&(struct io_uring_sqe){ .opcode = IORING_OP_SETXATTR, .addr = ADDRESS("user.rampart"),
					      .addr2 = ADDRESS("x"), .addr3 = ADDRESS(victim), .len = 1 });
}

/* A ring that another process has made. The kernel lets none through a socket any more, but to a child. */
static int io_uring_passed(void)
{
	struct io_uring_params params = {};
	int fd = syscall(SYS_io_uring_setup, 4, &params), status;
	struct ring ring;
	pid_t pid = fork();

	if (!pid)
		_exit(ring_map(&ring, fd, &params) || scribble(ring_submit(&ring, opening())) ? errno : 0);
	waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	return status ? -1 : 0;
}

/* With the rights of a registered personality. */
static int io_uring_personality(void)
{
	struct io_uring_sqe sqe = *opening();
	struct ring ring;

	if (ring_open(&ring, 0))
		return -1;
	sqe.personality = syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PERSONALITY, NULL, 0);
	return scribble(ring_submit(&ring, &sqe));
}

const struct attack rings[] = {
	{ "F24a", "io_uring", io_uring_open },
	{ "F24b", "io_uring_inline", io_uring_inline },
	{ "F24c", "io_uring_polled", io_uring_polled },
	{ "F24d", "io_uring_openat2", io_uring_openat2 },
	{ "F24e", "io_uring_unlink", io_uring_unlink },
	{ "F24f", "io_uring_rename", io_uring_rename },
	{ "F24g", "io_uring_link", io_uring_link },
	{ "F24h", "io_uring_symlink", io_uring_symlink },
	{ "F24i", "io_uring_mkdir", io_uring_mkdir },
	{ "F24j", "io_uring_setxattr", io_uring_setxattr },
	{ "F25a", "io_uring_passed", io_uring_passed },
	{ "F25b", "io_uring_personality", io_uring_personality },
	{}
};
