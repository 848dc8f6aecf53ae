// SPDX-License-Identifier: MIT
/* What is in files: read, written, moved from one to another. */
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "case.h"

/* What the compiler would warn of. */
static volatile int bad_count = -1;

static void write_read(void)
{
	char text[20] = "";
	int fd = see_open("file", O_RDWR, 0);

	see_write(fd, "CONTENT");
	see(read(fd, text, 4));
	see(lseek(fd, 0, SEEK_CUR));
	see(pwrite(fd, "end", 3, 100));
	see(pread(fd, text, 10, 95));
	see_bytes(text, 10);
	see(pread(fd, text, 10, 200));
	see(pread(fd, text, 1, -1));
	see_fstat(fd);
}

static void append(void)
{
	int fd = see_open("file", O_WRONLY | O_APPEND, 0), other = see_open("file", O_WRONLY | O_APPEND, 0);

	see_write(fd, "one\n");
	see_write(other, "two\n");
	see(pwrite(fd, "three\n", 6, 0));
	see(fcntl(fd, F_SETFL, 0));
	see(pwrite(fd, "FOUR", 4, 0));
	see(fcntl(other, F_GETFL) & O_APPEND);
}

static void vectors(void)
{
	char a[4], b[30];
	struct iovec out[] = { { "first ", 6 }, { NULL, 0 }, { "second\n", 7 } }, in[] = { { a, sizeof(a) }, { b, sizeof(b) } };
	int fd = see_open("empty", O_RDWR, 0);

	see(writev(fd, out, 3));
	see(preadv(fd, in, 2, 1));
	see(preadv2(fd, in, 2, -1, 0));
	see(pwritev2(fd, out, 3, 0, RWF_APPEND));
	see(pwritev2(fd, out, 3, 50, RWF_DSYNC));
	see(preadv2(fd, in, 1, 0, RWF_HIPRI));
	see(preadv2(fd, in, 1, 0, 1 << 20));
	see(writev(fd, out, bad_count));
	see(writev(fd, out, 0));
	see_fstat(fd);
}

static void bad_descriptors(void)
{
	char byte;
	int read_only = see_open("file", O_RDONLY, 0), write_only = see_open("file", O_WRONLY, 0);
	int dir = see_open("dir", O_RDONLY, 0), path = see_open("file", O_PATH, 0);

	see(write(read_only, "x", 1));
	see(read(write_only, &byte, 1));
	see(read(dir, &byte, 1));
	see(write(dir, "x", 1));
	see(write(path, "x", 1));
	see(read(path, &byte, 1));
	see(ftruncate(path, 0));
	see(ftruncate(read_only, 0));
	see(ftruncate(dir, 0));
	see(fsync(path));
	see(fchmod(path, 0600));
	see(write(99, "x", 1));
	see(write(write_only, bad_pointer, 10));
	see(read(read_only, bad_pointer, 10));
	see(write(write_only, bad_pointer, 0));
}

static void seek(void)
{
	int fd = see_open("file", O_RDONLY, 0), pipes[2];

	see(lseek(fd, 5, SEEK_SET));
	see(lseek(fd, -10, SEEK_CUR));
	see(lseek(fd, -10, SEEK_END));
	see(lseek(fd, 1000, SEEK_END));
	see(lseek(fd, 0, 99));
	see(lseek(fd, 1L << 62, SEEK_SET));
	see(pipe(pipes));
	see(lseek(pipes[0], 0, SEEK_SET));
}

static int inherited;

static void write_in_child(void) { see_write(inherited, "EF"); }

static void shared_offset(void)
{
	int fd = see_open("file", O_RDWR, 0), copy = dup(fd);

	inherited = fd;
	see_write(fd, "AB");
	see_write(copy, "CD");
	see_child(write_in_child);
	see(fcntl(copy, F_DUPFD_CLOEXEC, 50));
	see(lseek(50, -1, SEEK_END));
}

static void truncates(void)
{
	int fd = see_open("file", O_RDWR, 0);

	see(ftruncate(fd, 4));
	see_content("file");
	see(ftruncate(fd, 9000));
	see_fstat(fd);
	see(lseek(fd, 0, SEEK_END));
	see(ftruncate(fd, -1));
	see(ftruncate(fd, 1L << 62));
	see(truncate("file", 4));
	see_content("file");
	see(ftruncate(fd, 0));
	see_write(fd, "past the end");
	see_fstat(fd);
}

static void size_limit(void)
{
	struct rlimit limit = { 1000, 1000 };
	int fd = see_open("empty", O_WRONLY, 0);

	signal(SIGXFSZ, SIG_IGN);
	see(setrlimit(RLIMIT_FSIZE, &limit));
	see(pwrite(fd, "0123456789", 10, 995));
	see(pwrite(fd, "0123456789", 10, 1000));
	see(ftruncate(fd, 1001));
	see(fallocate(fd, 0, 0, 2000));
	signal(SIGXFSZ, SIG_DFL);
	see(ftruncate(fd, 1001));
}

static void open_limit(void)
{
	struct rlimit limit = { 5, 5 };

	see(setrlimit(RLIMIT_NOFILE, &limit));
	for (int i = 0; i < 6; i++)
		see_open("new", O_CREAT | O_WRONLY, 0600);
}

static void direct(void)
{
	static char block[8192] __attribute__((aligned(4096)));
	int fd = see_open("file", O_RDWR | O_DIRECT, 0);

	memset(block, 'D', sizeof(block));
	see(pwrite(fd, block, 4096, 0));
	see(pwrite(fd, block, 4096, 8192));
	see(pwrite(fd, block, 100, 0));
	see(pwrite(fd, block + 1, 4096, 0));
	see(pread(fd, block, 8192, 0));
	see_fstat(fd);
}

static void syncs(void)
{
	int fd = see_open("file", O_RDWR | O_DSYNC, 0), dir = see_open("dir", O_RDONLY, 0), pipes[2];

	see_write(fd, "synced");
	see(fsync(fd));
	see(fdatasync(fd));
	see(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
	see(syncfs(fd));
	see(fsync(dir));
	see(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	see(readahead(fd, 0, 4096));
	see(pipe(pipes));
	see(fsync(pipes[0]));
}

/* --- from file to file --- */
static void copy_range(void)
{
	int from = make_file("big", 40000), to = see_open("empty", O_RDWR, 0);
	int read_only = see_open("file", O_RDONLY, 0), appending = see_open("file", O_RDWR | O_APPEND, 0);
	int dir = see_open("dir", O_RDONLY, 0);
	off_t in = 0, out = 100;

	see(copy_file_range(from, &in, to, &out, 30000, 0));
	see(in);
	see(out);
	see(copy_file_range(from, &in, to, &out, 30000, 0));
	in = out = 0;
	see(copy_file_range(from, &in, from, &out, 100, 0));
	see(copy_file_range(from, NULL, read_only, NULL, 100, 0));
	see(copy_file_range(from, NULL, appending, NULL, 100, 0));
	see(copy_file_range(from, NULL, dir, NULL, 100, 0));
	see(copy_file_range(dir, NULL, to, NULL, 100, 0));
	see(copy_file_range(from, NULL, to, NULL, 100, 1));
	in = 50000;
	see(copy_file_range(from, &in, to, NULL, 100, 0));
}

static void copy_from_other_device(void)
{
	int from = memfd_create("other", 0), to = see_open("empty", O_RDWR, 0);
	off_t in = 0;

	see_write(from, "elsewhere");
	see(copy_file_range(from, &in, to, NULL, 9, 0));
	see(ioctl(to, FICLONE, from));
	see(sendfile(to, from, &in, 9));
	see_content("empty");
}

static void send(void)
{
	int from = make_file("big", 20000), to = see_open("empty", O_RDWR, 0), pipes[2];
	off_t in = 4000;
	char text[10];

	see(sendfile(to, from, &in, 6000));
	see(in);
	see(pipe(pipes));
	see(sendfile(pipes[1], from, &in, 10));
	see(read(pipes[0], text, sizeof(text)));
	see_bytes(text, sizeof(text));
	see(sendfile(from, pipes[0], NULL, 10));
	see(fcntl(to, F_SETFL, O_APPEND));
	see(sendfile(to, from, &in, 10));
	in = 30000;
	see(sendfile(to, from, &in, 10));
}

static void splices(void)
{
	int from = make_file("big", 30000), to = see_open("empty", O_RDWR, 0), pipes[2], others[2];
	loff_t in = 100, out = 5;

	see(pipe(pipes) | pipe(others));
	see(splice(from, &in, pipes[1], NULL, 10000, 0));
	see(tee(pipes[0], others[1], 5000, 0));
	see(splice(pipes[0], NULL, to, &out, 10000, SPLICE_F_MOVE));
	see(splice(others[0], NULL, to, NULL, 5000, 0));
	see(splice(from, NULL, to, NULL, 10, 0));
	see(vmsplice(pipes[1], &(struct iovec){ "mapped", 6 }, 1, 0));
	see(splice(pipes[0], NULL, to, &out, 6, 0));
	see(splice(pipes[0], &in, to, &out, 6, 0));
	see(fcntl(to, F_SETFL, O_APPEND));
	see(vmsplice(pipes[1], &(struct iovec){ "mapped", 6 }, 1, 0));
	see(splice(pipes[0], NULL, to, &out, 6, 0));
	see_fstat(to);
}

static void clones(void)
{
	int from = see_open("file", O_RDONLY, 0), to = see_open("empty", O_RDWR, 0);
	struct file_clone_range range = { .src_fd = from, .src_length = 4 };
	union {
		struct file_dedupe_range range;
		char room[sizeof(struct file_dedupe_range) + sizeof(struct file_dedupe_range_info)];
	} u = { .range = { .src_length = 4, .dest_count = 1 } };

	u.range.info[0].dest_fd = to;
	see(ioctl(to, FICLONE, from));
	see(ioctl(to, FICLONERANGE, &range));
	see(ioctl(from, FIDEDUPERANGE, &u));
	see(u.range.info[0].status);
	see(ioctl(from, FICLONE, to));
}

static void ioctls(void)
{
	int fd = see_open("file", O_RDONLY, 0), number = 0;

	see(ioctl(fd, FIGETBSZ, &number));
	see(number);
	see(ioctl(fd, FIONREAD, &number));
	see(number);
	see(ioctl(fd, FS_IOC_GETVERSION, &number) < 0 ? -1 : 0);
	see(ioctl(fd, TCGETS, &number));
	see(ioctl(fd, 0xabcd, &number));
	see(ioctl(fd, FIONBIO, &(int){ 1 }));
	see(fcntl(fd, F_GETFL));
	see(ioctl(fd, FIOCLEX));
	see(fcntl(fd, F_GETFD));
}

static void set_id_cleared(void)
{
	int fd;

	see_stat("suid");
	fd = see_open("suid", O_WRONLY, 0);
	see_write(fd, "x");
	see_fstat(fd);
	see(chmod("suid", 06755));
	see(ftruncate(fd, 1));
	see_fstat(fd);
	see(chmod("suid", 06755));
	see(chown("suid", -1, user));
	see_fstat(fd);
	see(chmod("suid", 06755));
	close(see_open("suid", O_WRONLY | O_TRUNC, 0));
	see_fstat(fd);
}

static void memory_file(void)
{
	int fd = memfd_create("memory", MFD_ALLOW_SEALING);

	see_write(fd, "in memory");
	see(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	see_write(fd, "x");
	see(ftruncate(fd, 2));
	see_fstat(fd);
}

const struct sequence data[] = {
	{ "write-read", write_read },
	{ "append", append },
	{ "vectors", vectors },
	{ "bad-descriptors", bad_descriptors },
	{ "seek", seek },
	{ "shared-offset", shared_offset },
	{ "truncates", truncates },
	{ "size-limit", size_limit },
	{ "open-limit", open_limit },
	{ "direct", direct },
	{ "syncs", syncs },
	{ "copy-range", copy_range },
	{ "copy-from-other-device", copy_from_other_device },
	{ "send", send },
	{ "splices", splices },
	{ "clones", clones },
	{ "ioctls", ioctls },
	{ "set-id-cleared", set_id_cleared },
	{ "memory-file", memory_file },
	{}
};
