// SPDX-License-Identifier: MIT
/*
 * What operations take, in nanoseconds, which are instructions in a guest that counts (scripts/vm run --icount). A line each:
 * what, the middle of many rounds, half of what the middle half of them spans; so that a timer's interrupt does not show.
 *
 *   bench warm FOLDER [landlock]	the same thing many times over, in a file of FOLDER; under ten rules of Landlock
 *   bench cold FOLDER MOVED	after MOVED, a protected directory, has moved: nothing that Rampart has cached counts
 *   bench siblings FOLDER WHICH	some of it in FOLDER, which is said to be WHICH
 *   bench each FOLDER COUNT WHICH	a file in each of COUNT folders, which is said to be WHICH
 *   bench hold FILE SECONDS	the longest that a real-time process is held up, in an open+close and before it
 *   bench tasks COUNT fork|exec COMMAND	runs COMMAND while COUNT processes more are there
 *   bench try FILE		whether it may be opened for writing
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 31
#define DEEP "2/3/4/5/6/7/8"

static const char *self;
static char block[512];
static int fd, listener;
static struct sockaddr_in address;
static pid_t child;

static void done(int status)
{
	if (status < 0)
		err(1, "an operation");
}

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

/* Of @n rounds, each of @each operations. */
static void tell(const char *name, long long *rounds, size_t n, int each)
{
	qsort(rounds, n, sizeof(rounds[0]), compare);
	printf("%s\t%lld\t%lld\n", name, rounds[n / 2] / each, (rounds[n * 3 / 4] - rounds[n / 4]) / 2 / each);
}

/* --- operations --- */

static void open_close(const char *name, int flags)
{
	int f = open(name, flags, 0600);

	done(f);
	close(f);
}

static void open_read(void) { open_close("file", O_RDONLY); }
static void open_write(void) { open_close("file", O_WRONLY); }
static void open_beside(void) { open_close("../file", O_WRONLY); }
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

static void create_unlink(void)
{
	open_close("new", O_WRONLY | O_CREAT | O_EXCL);
	done(unlink("new"));
}

/* Reset at its end, so that nothing waits for the port to be free. */
static void connect_close(void)
{
	const struct linger reset = { .l_onoff = 1 };
	int out = socket(AF_INET, SOCK_STREAM, 0), in;

	done(out);
	done(connect(out, (struct sockaddr *)&address, sizeof(address)));
	in = accept(listener, NULL, NULL);
	done(in);
	done(setsockopt(out, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
	close(out);
	close(in);
}

/* The child ignores it: the signal is judged, and gone. */
static void signal_child(void) { done(kill(child, SIGUSR1)); }

static void start(const char *program)
{
	pid_t pid = fork();
	int status;

	done(pid);
	if (!pid) {
		if (program)
			execl(program, program, (char *)NULL);
		_exit(!!program);
	}
	done(waitpid(pid, &status, 0));
	if (status)
		errx(1, "the program that does nothing failed");
}

static void fork_wait(void) { start(NULL); }
static void exec_true(void) { start("/usr/bin/true"); }
static void exec_self(void) { start(self); }

/* A round takes less than a timer's period. */
static const struct {
	const char *name;
	void (*run)(void);
	int times;
	int each;	/* operations of one run */
} operations[] = {
	{ "open+close, read-only", open_read, 200, 1 },
	{ "open+close, for writing", open_write, 200, 1 },
	{ "the same in the parent of a protected folder", open_beside, 200, 1 },
	{ "read, 512 bytes", read_block, 500, 1 },
	{ "write, 512 bytes", write_block, 200, 1 },
	{ "stat", stat_file, 500, 1 },
	{ "rename", rename_twice, 30, 2 },
	{ "create+unlink", create_unlink, 20, 1 },
	{ "connect+accept+close, TCP", connect_close, 10, 1 },
	{ "signal", signal_child, 200, 1 },
	{ "fork+exit+wait", fork_wait, 1, 1 },
	{ "the same with exec of true", exec_true, 1, 1 },
	{ "the same with exec of itself, static", exec_self, 1, 1 },
};

static void measure(size_t op, const char *name)
{
	long long rounds[ROUNDS];

	for (int i = -1; i < ROUNDS; i++) {
		long long begin;

		/* What the last round left for later (RCU) is done, and not counted. */
		usleep(50000);
		begin = now();
		for (int j = 0; j < operations[op].times; j++)
			operations[op].run();
		/* The first one only warms up. */
		if (i >= 0)
			rounds[i] = now() - begin;
	}
	tell(name, rounds, ROUNDS, operations[op].times * operations[op].each);
}

/* --- Landlock --- */

static void confine(const char *folder)
{
	const char *allowed[] = { "/usr", "/etc", "/var", "/tmp", "/dev", "/proc", "/home", "/root", "/run", folder };
	struct landlock_ruleset_attr attr = { .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1 };
	int ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	done(ruleset);
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		struct landlock_path_beneath_attr rule = { attr.handled_access_fs, open(allowed[i], O_PATH | O_CLOEXEC) };

		done(rule.parent_fd);
		done(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
		close(rule.parent_fd);
	}
	done(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	done(syscall(SYS_landlock_restrict_self, ruleset, 0));
	if (open("../file", O_WRONLY) >= 0 || errno != EACCES)
		errx(1, "Landlock does not act");
}

/* --- what to measure --- */

static void enter(const char *folder)
{
	done(chdir(folder));
	fd = open("file", O_RDWR | O_CREAT, 0600);
	done(fd);
}

static void warm(const char *folder, int confined)
{
	socklen_t len = sizeof(address);
	int hold[2];

	enter(folder);
	if (confined)
		confine(".");
	write_block();
	listener = socket(AF_INET, SOCK_STREAM, 0);
	address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	done(bind(listener, (struct sockaddr *)&address, len));
	done(listen(listener, 1));
	done(getsockname(listener, (struct sockaddr *)&address, &len));
	signal(SIGUSR1, SIG_IGN);
	done(pipe2(hold, O_CLOEXEC));
	child = fork();
	done(child);
	if (!child) {
		close(hold[1]);
		_exit(read(hold[0], block, 1) != 0);
	}
	for (size_t op = 0; op < sizeof(operations) / sizeof(operations[0]); op++)
		if (operations[op].run != open_beside || !confined)
			measure(op, operations[op].name);
}

static void siblings(const char *folder, const char *which)
{
	char name[256];

	enter(folder);
	for (size_t op = 0; op < sizeof(operations) / sizeof(operations[0]); op++) {
		if (operations[op].run != open_write && operations[op].run != rename_twice &&
		    operations[op].run != create_unlink)
			continue;
		snprintf(name, sizeof(name), "%s, %s", operations[op].name, which);
		measure(op, name);
	}
}

static long long clock_cost(void)
{
	long long least = 1000000;

	for (int i = 0; i < 100; i++) {
		long long begin = now(), cost = now() - begin;

		if (cost < least)
			least = cost;
	}
	return least;
}

static long long once(const char *name)
{
	static long long cost;
	long long begin;

	if (!cost)
		cost = clock_cost();
	begin = now();
	open_close(name, O_WRONLY);
	return now() - begin - cost;
}

static void cold(const char *folder, const char *moved)
{
	static const char *const names[] = { "file", DEEP "/file" };
	static const char *const texts[] = { "nothing cached, 3 folders deep", "nothing cached, 10 folders deep" };
	char other[4096];

	enter(folder);
	snprintf(other, sizeof(other), "%s.moved", moved);
	for (int n = 0; n < 2; n++) {
		long long rounds[ROUNDS];

		for (int i = -1; i < ROUNDS; i++) {
			long long took;

			done(rename(moved, other));
			done(rename(other, moved));
			usleep(50000);
			took = once(names[n]);
			if (i >= 0)
				rounds[i] = took;
		}
		tell(texts[n], rounds, ROUNDS, 1);
	}
}

static void each(const char *folder, int count, const char *which)
{
	long long *rounds = calloc(count, sizeof(*rounds)), begin, pass[5];
	char name[64], text[256];

	done(chdir(folder));
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%d/file", i);
		rounds[i] = once(name);
	}
	snprintf(text, sizeof(text), "first in each of %d folders%s", count, which);
	tell(text, rounds, count, 1);
	for (int p = 0; p < 5; p++) {
		begin = now();
		for (int i = 0; i < count; i++) {
			snprintf(name, sizeof(name), "%d/file", i);
			open_close(name, O_WRONLY);
		}
		pass[p] = now() - begin;
	}
	snprintf(text, sizeof(text), "again in each of %d folders%s", count, which);
	tell(text, pass, 5, count);
}

/* A real-time process waits for no other that could run, only for what holds it off. */
static void hold_off(const char *name, int seconds)
{
	struct sched_param param = { .sched_priority = 50 };
	long long next, end, longest = 0, latest = 0, times = 0;

	done(sched_setscheduler(0, SCHED_FIFO, &param));
	once(name);
	next = now();
	end = next + seconds * 1000000000LL;
	while (next < end) {
		struct timespec until;
		long long late, took;

		next += 1000000;
		until = (struct timespec){ next / 1000000000, next % 1000000000 };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		late = now() - next;
		took = once(name);
		longest = took > longest ? took : longest;
		latest = late > latest ? late : latest;
		times++;
		if (late > 0)
			next += late;
	}
	printf("%lld\t%lld\t%lld\n", longest, latest, times);
}

static void tasks(int count, int do_exec, const char *command)
{
	int hold[2], ready[2], status;

	done(pipe2(hold, O_CLOEXEC));
	done(pipe2(ready, O_CLOEXEC));
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		done(pid);
		if (!pid) {
			dup2(hold[0], 0);
			dup2(ready[1], 1);
			close(hold[1]);
			if (do_exec)
				execl(self, self, "wait", (char *)NULL);
			_exit(write(1, "r", 1) != 1 || read(0, block, 1) != 0);
		}
		done(read(ready[0], block, 1));
	}
	fflush(stdout);
	status = system(command);
	close(hold[1]);
	while (wait(NULL) > 0)
		;
	exit(status != 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	self = argv[0];
	if (argc < 2)
		return 0;	/* what exec_self() starts */
	if (!strcmp(what, "wait"))	/* what tasks() starts */
		return write(1, "r", 1) != 1 || read(0, block, 1) != 0;
	if (!strcmp(what, "try") && argc == 3)
		return open(argv[2], O_WRONLY) < 0;
	if (!strcmp(what, "warm") && argc >= 3)
		warm(argv[2], argc > 3);
	else if (!strcmp(what, "cold") && argc == 4)
		cold(argv[2], argv[3]);
	else if (!strcmp(what, "siblings") && argc == 4)
		siblings(argv[2], argv[3]);
	else if (!strcmp(what, "each") && argc == 5)
		each(argv[2], atoi(argv[3]), argv[4]);
	else if (!strcmp(what, "hold") && argc == 4)
		hold_off(argv[2], atoi(argv[3]));
	else if (!strcmp(what, "tasks") && argc == 5)
		tasks(atoi(argv[2]), !strcmp(argv[3], "exec"), argv[4]);
	else
		errx(2, "wrong arguments");
	return 0;
}
