// SPDX-License-Identifier: MIT
/*
 * usage: move FROM TO WHILE
 * Renames FROM to TO and back for as long as the file WHILE exists. Prints how often a rename worked, was refused with EPERM, and
 * failed otherwise.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long worked = 0, refused = 0, failed = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: move FROM TO WHILE\n");
		return 2;
	}
	while (!access(argv[3], F_OK)) {
		for (int i = 0; i < 100; i++) {
			const char *from = argv[1];

			if (!rename(from, argv[2])) {
				worked++;
				argv[1] = argv[2];
				argv[2] = (char *)from;
			} else if (errno == EPERM) {
				refused++;
			} else {
				failed++;
			}
		}
	}
	printf("%ld %ld %ld\n", worked, refused, failed);
	return 0;
}
