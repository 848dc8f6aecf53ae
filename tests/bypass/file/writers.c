// SPDX-License-Identifier: MIT
/* What the kernel itself writes when it is told to: accounting, core dumps, swap. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

/* A record of each process that ends. */
static int account(void)
{
	pid_t pid;

	if (acct(victim))
		return -1;
	pid = fork();
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return acct(NULL);
}

#define CORE_PATTERN "/proc/sys/kernel/core_pattern"

static int crash(const char *pattern)
{
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	struct stat st;
	pid_t pid;

	if (put(CORE_PATTERN, pattern) || setrlimit(RLIMIT_CORE, &limit))
		return -1;
	pid = fork();
	if (!pid)
		abort();
	waitpid(pid, NULL, 0);
	return put(CORE_PATTERN, "core") ?: lstat(extra, &st);
}

static int dump_core(void) { return crash(extra); }

/* By a program that the kernel starts. */
static int core_helper(void)
{
	char pattern[1200];

	snprintf(pattern, sizeof(pattern), "|/bin/busybox touch %s", extra);
	return crash(pattern);
}

/* Like union swap_header of the kernel's linux/swap.h. */
#define SWAP_PAGES 16

static int make_swap(void)
{
	static char pages[SWAP_PAGES * 4096 + 8] = ORIGINAL;
	uint32_t info[2] = { 1, SWAP_PAGES - 1 };
	int fd = open(victim, O_WRONLY);
	ssize_t n;

	memcpy(pages + 1024, info, sizeof(info));
	memcpy(pages + 4096 - 10, "SWAPSPACE2", 10);
	n = write(fd, pages, sizeof(pages));
	return n != sizeof(pages) || fchmod(fd, 0644) || fsync(fd) || close(fd);
}

/* Whatever the kernel puts there from then on. */
static int swap_to(void)
{
	if (swapon(victim, 0))
		return -1;
	swapoff(victim);
	_exit(DONE);
}

const struct attack writers[] = {
	{ "F41", "swapon", swap_to, NEEDS_ROOT, .prepare = make_swap },
	{ "F45a", "acct", account, NEEDS_ROOT },
	{ "F45b", "core", dump_core, NEEDS_ROOT },
	{ "F45c", "core_helper", core_helper, NEEDS_ROOT },
	{}
};
