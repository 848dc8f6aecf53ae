// SPDX-License-Identifier: MIT
/*
 * The allowed program of the tests: saves a text as editors do, by writing a new file and renaming it over the old. With
 * --wait it opens the new file and waits for the end of its input before it writes: time to attack it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	char temp[4096];
	int wait = argc == 4 && !strcmp(argv[3], "--wait");
	FILE *f;

	if ((argc != 3 && !wait) || snprintf(temp, sizeof(temp), "%s.tmp", argv[1]) >= (int)sizeof(temp)) {
		fprintf(stderr, "usage: editor FILE TEXT [--wait]\n");
		return 2;
	}
	f = fopen(temp, "w");
	if (wait) {
		puts("ready");
		fflush(stdout);
		while (getchar() != EOF)
			;
	}
	if (!f || fprintf(f, "%s\n", argv[2]) < 0 || fclose(f) || rename(temp, argv[1])) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
