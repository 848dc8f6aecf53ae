/* SPDX-License-Identifier: MIT */
/*
 * Who could already write to a protected file when a policy came: processes with a writable descriptor or a writable shared
 * mapping of one. What they write by these is not seen by the kernel's hooks.
 */
#ifndef RAMPART_HOLDERS_H
#define RAMPART_HOLDERS_H

#include <stdbool.h>
#include <sys/types.h>

#include <decode.h>

struct holder {
	pid_t pid;
	uid_t uid;
	const char *exe;	/* empty: not known */
	const char *path;	/* of the file, as /proc has it */
	bool mapping;
};

struct holders;

typedef void (*holders_fn)(void *data, const struct holder *holder);

/*
 * holders_open() - begins a look at all processes for what @policy protects, in the homes of @passwd too; programs that it
 * allows are left out. @policy may be freed afterwards. 0 or a negative errno. Free with holders_close(); NULL is fine.
 */
int holders_open(struct holders **holders, const struct rampart_policy *policy, const char *passwd);
void holders_close(struct holders *holders);

/*
 * holders_step() - looks at one more process and calls @fn for each protected file that it can write. False when all have
 * been looked at. A process that may not be looked at, or ends meanwhile, has none.
 */
bool holders_step(struct holders *holders, holders_fn fn, void *data);

#endif
