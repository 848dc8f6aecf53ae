// SPDX-License-Identifier: MIT
/*
 * usage: faults STEP CHECK COMMAND...
 * Runs COMMAND again and again, each time with the next of the memory allocations failing that are made for it below
 * the module (the kernel's fail-nth, whose stack filter has been set before), or with the next STEPth, until it makes fewer. After
 * each time the shell command CHECK, in whose environment STATUS is how COMMAND ended, has to succeed.
 *
 * Prints the number of allocations. The status is 1 if a check failed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SITES_MAX 100000

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* What of the cache can go goes, so that inodes are seen for the first time; only if asked for, since that is slow. */
static void drop_caches(void)
{
	int fd;

	if (!getenv("DROP_CACHES"))
		return;
	fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	if (fd < 0 || write(fd, "2", 1) != 1)
		die("drop_caches");
	close(fd);
}

static pid_t start(char **command, unsigned int n)
{
	pid_t pid = fork();
	char text[16];
	int fd;

	if (pid)
		return pid;
	/* Its own opening and the hooks of exec count. */
	fd = open("/proc/thread-self/fail-nth", O_WRONLY | O_CLOEXEC);
	snprintf(text, sizeof(text), "%u", n);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("fail-nth");
	execvp(command[0], command);
	_exit(127);
}

/* How many more allocations it would have taken; *status becomes the process's. */
static unsigned int finish(pid_t pid, int *status)
{
	char path[64], text[16] = "";
	siginfo_t info;
	int fd;

	if (waitid(P_PID, pid, &info, WEXITED | WSTOPPED | WNOWAIT))
		die("waitid");
	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die(path);
	close(fd);
	/* A rule has stopped it, if it has not ended. */
	kill(pid, SIGKILL);
	waitpid(pid, status, 0);
	return strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	unsigned int n, left = 0, step = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	int bad = 0, status;
	char text[16];

	if (argc < 4 || !step) {
		fprintf(stderr, "usage: faults STEP CHECK COMMAND...\n");
		return 2;
	}
	for (n = 1; !left && n < SITES_MAX; n += step) {
		drop_caches();
		left = finish(start(argv + 3, n), &status);
		snprintf(text, sizeof(text), "%d", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		setenv("STATUS", text, 1);
		if (system(argv[2])) {
			printf("with allocation %u failing the check failed, and the command ended with %s\n", n, getenv("STATUS"));
			bad = 1;
		}
	}
	printf("%u\n", n - step - left);
	return bad;
}
