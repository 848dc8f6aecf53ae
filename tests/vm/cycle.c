// SPDX-License-Identifier: MIT
/*
 * usage: cycle FILE UDC DEVICE TIMES
 * Plugs a gadget in and out so many times: UDC is written to FILE until DEVICE is there, and nothing until it is not. Prints how often that
 * worked; 20 seconds are too long for either.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static int wait_for(const char *device, bool there)
{
	int i;

	for (i = 0; i < 4000; i++) {
		if (!access(device, F_OK) == there)
			return 0;
		usleep(5000);
	}
	return -1;
}

int main(int argc, char **argv)
{
	long times, done;

	if (argc != 5) {
		fprintf(stderr, "usage: cycle FILE UDC DEVICE TIMES\n");
		return 2;
	}
	times = strtol(argv[4], NULL, 10);
	for (done = 0; done < times; done++)
		if (put(argv[1], argv[2]) || wait_for(argv[3], true) || put(argv[1], "\n") || wait_for(argv[3], false))
			break;
	printf("%ld\n", done);
	return done != times;
}
