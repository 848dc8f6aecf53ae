// SPDX-License-Identifier: MIT
/*
 * usage: flood FILE WORKERS TIMES
 * Opens FILE for writing, TIMES times in each of so many processes, as fast as it goes. Prints how many were refused with
 * EPERM, how many were opened, and how many ended otherwise.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED, OPENED, OTHERWISE, NUM };

static void work(const char *path, long times, long *counts)
{
	long mine[NUM] = {};

	while (times--) {
		int fd = open(path, O_WRONLY | O_APPEND);

		if (fd >= 0) {
			mine[OPENED]++;
			close(fd);
		} else {
			mine[errno == EPERM ? REFUSED : OTHERWISE]++;
		}
	}
	for (int i = 0; i < NUM; i++)
		__atomic_add_fetch(&counts[i], mine[i], __ATOMIC_SEQ_CST);
	_exit(0);
}

int main(int argc, char **argv)
{
	long *counts = mmap(NULL, NUM * sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (argc != 4 || counts == MAP_FAILED) {
		fprintf(stderr, "usage: flood FILE WORKERS TIMES\n");
		return 2;
	}
	for (int n = atoi(argv[2]); n > 0; n--) {
		pid_t pid = fork();

		if (!pid)
			work(argv[1], atol(argv[3]), counts);
		if (pid < 0) {
			perror("fork");
			return 2;
		}
	}
	while (wait(NULL) > 0)
		;
	printf("%ld %ld %ld\n", counts[REFUSED], counts[OPENED], counts[OTHERWISE]);
	return 0;
}
