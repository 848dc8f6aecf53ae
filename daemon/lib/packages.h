/* SPDX-License-Identifier: MIT */
/* What Debian's package manager knows of programs, asked of dpkg-query. */
#ifndef RAMPART_PACKAGES_H
#define RAMPART_PACKAGES_H

#include <stddef.h>

/*
 * packages_programs() - the programs and scripts of the package @name that is installed below @root ("/" is this machine), as paths
 * without @root and without symlinks, in *@paths for packages_free(); interpreters are left out.
 *
 * Returns their number, -ENOENT if no such package is installed there, -ENOPKG without dpkg-query, or another negative errno.
 */
int packages_programs(const char *root, const char *name, char ***paths);

/*
 * packages_all_programs() - the same of all installed packages that the pattern @name is about, in which "*" and "?" stand for any text and
 * any character; with interpreters. -ENOENT: there is no such package.
 */
int packages_all_programs(const char *root, const char *name, char ***paths);
void packages_free(char **paths, int n);

/* packages_of() - the name of the package that @path came with on this machine, for free(); NULL if none is known. */
char *packages_of(const char *path);

#endif
