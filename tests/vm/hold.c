// SPDX-License-Identifier: MIT
/*
 * usage: hold descriptor|mapping|reading FILE
 * Says "held" once it has FILE open for writing, mapped shared for writing with no descriptor left, or open for reading; keeps it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc == 3 ? open(argv[2], strcmp(argv[1], "reading") ? O_RDWR : O_RDONLY) : -1;

	if (fd < 0)
		return 1;
	if (!strcmp(argv[1], "mapping")) {
		if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
			return 1;
		close(fd);
	}
	puts("held");
	fflush(stdout);
	pause();
	return 0;
}
