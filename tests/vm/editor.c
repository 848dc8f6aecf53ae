// SPDX-License-Identifier: MIT
/* The allowed program of the tests: saves a text as editors do, by writing a new file and renaming it over the old. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	char temp[4096];
	FILE *f;

	if (argc != 3 || snprintf(temp, sizeof(temp), "%s.tmp", argv[1]) >= (int)sizeof(temp)) {
		fprintf(stderr, "usage: editor FILE TEXT\n");
		return 2;
	}
	f = fopen(temp, "w");
	if (!f || fprintf(f, "%s\n", argv[2]) < 0 || fclose(f) || rename(temp, argv[1])) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
