/* SPDX-License-Identifier: MIT */
/*
 * Gives the files that packages had installed before Rampart came the mark that they would have now (PACKAGED): those that are as
 * dpkg has recorded them. Of what was changed since, and by whom, nothing is known.
 */
#ifndef RAMPART_BASELINE_H
#define RAMPART_BASELINE_H

#include <stdbool.h>

#define BASELINE_DPKG "var/lib/dpkg"	/* below the root */
#define BASELINE_CHUNK (1 << 20)	/* bytes that are read in one go */

struct baseline;

struct baseline_counts {
	unsigned int marked;	/* they have it now */
	unsigned int known;	/* they had it */
	unsigned int changed;	/* they are not as they were installed, or cannot be read */
	unsigned int failed;	/* their file system keeps no such attribute, or is read-only */
};

/* baseline_mark() - adds PACKAGED to the marks of the file @fd. 0 or a negative errno. */
int baseline_mark(int fd);

/*
 * baseline_open() - begins with the system below @root ("/"); @mark is called for each file that is to have the mark. 0 with *@baseline for
 * baseline_close(), -ENOENT where there is no dpkg, -ENOTSUP without MD5 (by which dpkg knows files), or another negative errno.
 */
int baseline_open(const char *root, int (*mark)(int fd), struct baseline **baseline);

/* baseline_step() - goes on for a file, or BASELINE_CHUNK of one. False: all is done. */
bool baseline_step(struct baseline *baseline);
const struct baseline_counts *baseline_counts(const struct baseline *baseline);
void baseline_close(struct baseline *baseline);

#endif
