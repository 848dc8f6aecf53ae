/* SPDX-License-Identifier: MIT */
/*
 * Looks through the protected places for files with several links: the kernel knows a file below a place by its path,
 * so it has to be told of those that have another one elsewhere. A bit at a time, so that nothing else waits.
 */
#ifndef RAMPART_LINKS_H
#define RAMPART_LINKS_H

#include <decode.h>

#include "daemon.h"

#define LINKS_STEPS 1000		/* directory entries looked at in one go */
#define LINKS_PAUSE_USEC 20000		/* between two goes */
#define LINKS_DEPTH 256			/* directories below each other; deeper ones are counted and said */

/* What is told of each file found. */
typedef void (*links_fn)(const char *path, void *data);

int links_init(struct daemon *daemon, struct links **links);
void links_exit(struct links *links);

/*
 * links_start() - begins anew with the places of @policy, which is copied. Symbolic links and mounts below are not
 * followed.
 */
void links_start(struct links *links, const struct rampart_policy *policy);

/* links_step() - looks at one more entry. False when all is done. */
bool links_step(struct links *links);

/* links_on_found() - for tests: calls @fn instead of the kernel. */
void links_on_found(struct links *links, links_fn fn, void *data);

#endif
