// SPDX-License-Identifier: MIT
/* Space in files: made, freed, moved, found. */
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <unistd.h>

#include "case.h"

#define BLOCK 4096

static void allocate(int mode, off_t offset, off_t length)
{
	int fd = make_file("big", 5 * BLOCK);

	see(fallocate(fd, mode, offset, length));
	see_fstat(fd);
	see(lseek(fd, 0, SEEK_HOLE));
}

static void plain(void) { allocate(0, 4 * BLOCK, 4 * BLOCK); }
static void keep_size(void) { allocate(FALLOC_FL_KEEP_SIZE, 4 * BLOCK, 4 * BLOCK); }
static void punch(void) { allocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, BLOCK, 2 * BLOCK); }
static void punch_unaligned(void) { allocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, BLOCK); }
static void punch_only(void) { allocate(FALLOC_FL_PUNCH_HOLE, BLOCK, BLOCK); }
static void zero(void) { allocate(FALLOC_FL_ZERO_RANGE, 100, 2 * BLOCK); }
static void zero_longer(void) { allocate(FALLOC_FL_ZERO_RANGE, 4 * BLOCK, 4 * BLOCK); }
static void collapse(void) { allocate(FALLOC_FL_COLLAPSE_RANGE, BLOCK, BLOCK); }
static void collapse_unaligned(void) { allocate(FALLOC_FL_COLLAPSE_RANGE, 1, BLOCK); }
static void collapse_end(void) { allocate(FALLOC_FL_COLLAPSE_RANGE, 4 * BLOCK, BLOCK); }
static void insert(void) { allocate(FALLOC_FL_INSERT_RANGE, BLOCK, 2 * BLOCK); }
static void insert_past_end(void) { allocate(FALLOC_FL_INSERT_RANGE, 8 * BLOCK, BLOCK); }
static void bad_mode(void) { allocate(1 << 20, 0, BLOCK); }
static void no_length(void) { allocate(0, 0, 0); }
static void negative(void) { allocate(0, -1, BLOCK); }
static void too_big(void) { allocate(0, 1L << 60, BLOCK); }

static void wrong_descriptors(void)
{
	int pipes[2];

	see(fallocate(see_open("file", O_RDONLY, 0), 0, 0, BLOCK));
	see(fallocate(see_open("dir", O_RDONLY, 0), 0, 0, BLOCK));
	see(fallocate(see_open("file", O_PATH, 0), 0, 0, BLOCK));
	see(fallocate(see_open("file", O_RDWR | O_APPEND, 0), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, BLOCK));
	see(pipe(pipes));
	see(fallocate(pipes[1], 0, 0, BLOCK));
}

static void posix(void)
{
	int fd = see_open("file", O_RDWR, 0);

	see(posix_fallocate(fd, 10, 100));
	see_fstat(fd);
	see(posix_fallocate(fd, 0, 0));
}

/* Data, a hole, data, a hole. */
static void holes(void)
{
	int fd = see_open("new", O_CREAT | O_RDWR, 0644);

	see(pwrite(fd, "start", 5, 0));
	see(pwrite(fd, "middle", 6, 16 * BLOCK));
	see(ftruncate(fd, 32 * BLOCK));
	see(fsync(fd));
	see(lseek(fd, 0, SEEK_DATA));
	see(lseek(fd, 0, SEEK_HOLE));
	see(lseek(fd, BLOCK, SEEK_DATA));
	see(lseek(fd, 16 * BLOCK, SEEK_HOLE));
	see(lseek(fd, 20 * BLOCK, SEEK_DATA));
	see(lseek(fd, 32 * BLOCK, SEEK_HOLE));
	see(lseek(fd, -1, SEEK_DATA));
	see_fstat(fd);
}

const struct sequence ranges[] = {
	{ "plain", plain },
	{ "keep-size", keep_size },
	{ "punch", punch },
	{ "punch-unaligned", punch_unaligned },
	{ "punch-only", punch_only },
	{ "zero", zero },
	{ "zero-longer", zero_longer },
	{ "collapse", collapse },
	{ "collapse-unaligned", collapse_unaligned },
	{ "collapse-end", collapse_end },
	{ "insert", insert },
	{ "insert-past-end", insert_past_end },
	{ "bad-mode", bad_mode },
	{ "no-length", no_length },
	{ "negative", negative },
	{ "too-big", too_big },
	{ "wrong-descriptors", wrong_descriptors },
	{ "posix", posix },
	{ "holes", holes },
	{}
};
