// SPDX-License-Identifier: MIT
/*
 * usage: move FROM TO WHILE
 *        move FILE WHILE
 * Renames FROM to TO and back, or writes to FILE, for as long as the file WHILE exists. Prints how often that worked, was refused with
 * EPERM, and failed otherwise.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int move(const char *names[2])
{
	const char *from = names[0];

	if (rename(from, names[1]))
		return -1;
	names[0] = names[1];
	names[1] = from;
	return 0;
}

static int write_to(const char *name)
{
	int fd = open(name, O_WRONLY | O_TRUNC), bad;

	if (fd < 0)
		return -1;
	bad = write(fd, "x", 1) != 1;
	close(fd);
	return -bad;
}

int main(int argc, char **argv)
{
	const char *names[] = { argv[1], argv[2] };
	long worked = 0, refused = 0, failed = 0;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: move FROM TO WHILE | move FILE WHILE\n");
		return 2;
	}
	/* Whoever loads the policies shares its processor. */
	if (nice(19) < 0)
		return 1;
	while (!access(argv[argc - 1], F_OK)) {
		for (int i = 0; i < 100; i++) {
			if (!(argc == 4 ? move(names) : write_to(argv[1])))
				worked++;
			else if (errno == EPERM)
				refused++;
			else
				failed++;
		}
	}
	printf("%ld %ld %ld\n", worked, refused, failed);
	return 0;
}
