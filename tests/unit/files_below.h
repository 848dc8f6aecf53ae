/* SPDX-License-Identifier: MIT */
/* Files of a root that a test makes for itself. */
#ifndef RAMPART_FILES_BELOW_H
#define RAMPART_FILES_BELOW_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* create_below() - @path in @root, to be written to, with the folders that lead there. */
static FILE *create_below(const char *root, const char *path, mode_t mode)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = full + strlen(root); (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		assert_true(!mkdir(full, 0755) || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(chmod(full, mode), 0);
	return file;
}

static void put_below(const char *root, const char *path, const char *content, mode_t mode)
{
	FILE *file = create_below(root, path, mode);

	assert_int_equal(fputs(content, file) < 0 || fclose(file), 0);
}

#endif
