// SPDX-License-Identifier: MIT
/* Descriptors and mappings that the policy did not see being made, or that an allowed program has made. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"
#include "hold.h"
#include "ring.h"

const struct gap gap_old = {
	"a descriptor or a mapping for writing that was made before the policy came",
	"what is written through it is not seen, nor is what a loop device on it writes; mapping, cutting and ioctls on it are. `rampartctl holders` lists who has one",
};

static const struct gap gap_lent = {
	"what an allowed program hands to others",
	"a descriptor that it opened for writing, or a ring whose thread works in its name, writes for whoever has it",
};

static int old_write(void) { return scribble(old_descriptor()); }
static int old_truncate(void) { return ftruncate(old_descriptor(), 0); }
static int old_fallocate(void) { return fallocate(old_descriptor(), FALLOC_FL_ZERO_RANGE, 0, 8); }
static int old_mapping(void) { return hold_write_mapping(); }

static int old_sendfile(void)
{
	int in = open(evil_file("source"), O_RDONLY);

	return sendfile(old_descriptor(), in, NULL, 9) == 9 ? 0 : -1;
}

static int old_mmap(void)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, old_descriptor(), 0);

	if (p == MAP_FAILED)
		return -1;
	memcpy(p, EVIL, 9);
	return 0;
}

/* Mapped for reading only, and then made writable. */
static int old_mprotect(void)
{
	char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, old_descriptor(), 0);

	if (p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_WRITE))
		return -1;
	memcpy(p, EVIL, 9);
	return 0;
}

static int old_clone(void) { return ioctl(old_descriptor(), FICLONE, open(evil_file("source"), O_RDONLY)); }

/* Like struct move_extent of the kernel's fs/ext4/ext4.h. */
struct move_extent {
	uint32_t reserved, donor_fd;
	uint64_t orig_start, donor_start, len, moved_len;
};
#define EXT4_IOC_MOVE_EXT _IOWR('f', 15, struct move_extent)

/* Gives the victim the blocks of a file of the attacker's; that one keeps its content. */
static int give_extent(int donor)
{
	struct move_extent move = { .donor_fd = donor, .len = 1 };
	int fd = open(evil_file("source"), O_RDWR);

	if (donor < 0 || fsync(fd) || ioctl(fd, EXT4_IOC_MOVE_EXT, &move) || fsync(fd))
		return -1;
	return posix_fadvise(donor, 0, 0, POSIX_FADV_DONTNEED);
}

static int donor(void) { return give_extent(open(victim, O_RDWR)); }
static int old_donor(void) { return give_extent(old_descriptor()); }

static int ring_write(void)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_WRITE, .fd = old_descriptor(), .addr = (uintptr_t)EVIL, .len = 9 };
	struct ring ring;

	return ring_open(&ring, 0) || ring_submit(&ring, &sqe) != 9 ? -1 : 0;
}

static int ring_truncate(void)
{
	struct io_uring_sqe sqe = { .opcode = RING_FTRUNCATE, .fd = old_descriptor() };
	struct ring ring;

	return ring_open(&ring, 0) ? -1 : ring_submit_known(&ring, &sqe);
}

/* What the editor sends over the socket that is its descriptor 3. */
static int lent(const char *how)
{
	int sockets[2], fd;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(sockets[1], 3);
		execl("/usr/local/bin/editor", "editor", victim, how, "--lend", NULL);
		_exit(127);
	}
	close(sockets[1]);
	fd = receive_descriptor(sockets[0]);
	waitpid(pid, NULL, 0);
	return fd;
}

static int lent_descriptor(void) { return scribble(lent("")); }

const struct attack descriptors[] = {
	{ "F21a", "old_write", old_write, OLD, .gap = &gap_old },
	{ "F21b", "old_mapping", old_mapping, OLD, .gap = &gap_old },
	{ "F22b", "old_mmap", old_mmap, OLD },
	{ "F23", "old_mprotect", old_mprotect, OLD },
	{ "F24k", "ring_write", ring_write, OLD, .gap = &gap_old },
	{ "F24l", "ring_truncate", ring_truncate, OLD },
	{ "F26d", "old_sendfile", old_sendfile, OLD, .gap = &gap_old },
	{ "F27b", "old_clone", old_clone, OLD, .place = "btrfs" },
	{ "F29c", "old_truncate", old_truncate, OLD },
	{ "F30b", "old_fallocate", old_fallocate, OLD, .gap = &gap_old },
	{ "F33f", "donor", donor },
	{ "F33g", "old_donor", old_donor, OLD, .gap = &gap_old },
	{ "F36a", "lent_descriptor", lent_descriptor, .gap = &gap_lent },
	{}
};
