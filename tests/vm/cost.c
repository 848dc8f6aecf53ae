// SPDX-License-Identifier: MIT
/*
 * cost FOLDER [WATCHED]: what operations on a file in FOLDER take, one line each: nanoseconds, which are instructions in a
 * guest that counts (scripts/vm run --icount). Of many rounds the middle one, so that a timer's interrupt in some does not
 * show. Meanwhile an inotify watch is on WATCHED: one on anything makes operations on the whole file system dearer, and
 * systemd always has one, on /etc/localtime.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 51

static const char *self;
static char block[512];
static int fd;

static void done(int status)
{
	if (status < 0)
		err(1, "an operation");
}

static void open_read(void)
{
	int f = open("file", O_RDONLY);

	done(f);
	close(f);
}

static void open_write(void)
{
	int f = open("file", O_WRONLY);

	done(f);
	close(f);
}

static void read_block(void) { done(pread(fd, block, sizeof(block), 0)); }
static void write_block(void) { done(pwrite(fd, block, sizeof(block), 0)); }

static void stat_file(void)
{
	struct stat st;

	done(stat("file", &st));
}

static void rename_twice(void)
{
	done(rename("file", "elif"));
	done(rename("elif", "file"));
}

static void fork_exec(void)
{
	pid_t pid = fork();
	int status;

	done(pid);
	if (!pid) {
		execl(self, self, (char *)NULL);
		_exit(1);
	}
	done(waitpid(pid, &status, 0));
	if (status)
		errx(1, "the program that does nothing failed");
}

/* A round takes less than a timer's period. */
static const struct {
	const char *name;
	void (*run)(void);
	int times;
	int each;	/* operations of one run */
} operations[] = {
	{ "open+close, read-only", open_read, 200, 1 },
	{ "open+close, for writing", open_write, 200, 1 },
	{ "read, 512 bytes", read_block, 500, 1 },
	{ "write, 512 bytes", write_block, 200, 1 },
	{ "stat", stat_file, 500, 1 },
	{ "rename", rename_twice, 30, 2 },
	{ "fork+exec+exit+wait", fork_exec, 1, 1 },
};

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static void measure(size_t op)
{
	long long rounds[ROUNDS];

	for (int i = -1; i < ROUNDS; i++) {
		long long start;

		/* What the last round left for later (RCU) is done, and not counted. */
		usleep(50000);
		start = now();
		for (int j = 0; j < operations[op].times; j++)
			operations[op].run();
		/* The first one only warms up. */
		if (i >= 0)
			rounds[i] = now() - start;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), compare);
	printf("%s\t%lld\n", operations[op].name, rounds[ROUNDS / 2] / (operations[op].times * operations[op].each));
}

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc < 2)
		return 0;	/* the program that fork_exec() starts */
	if (argc > 2)
		done(inotify_add_watch(inotify_init1(IN_CLOEXEC), argv[2], IN_ATTRIB | IN_MOVE_SELF));
	done(chdir(argv[1]));
	fd = open("file", O_RDWR | O_CREAT, 0600);
	done(fd);
	write_block();
	for (size_t op = 0; op < sizeof(operations) / sizeof(operations[0]); op++)
		measure(op);
	return 0;
}
