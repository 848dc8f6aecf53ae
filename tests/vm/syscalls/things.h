/* SPDX-License-Identifier: MIT */
/* What is in the folder before each case, and what the folder holds after it. All of it is root's work. */
#ifndef THINGS_H
#define THINGS_H

#include <stdint.h>

/* Makes all, in the working directory, which is empty. Exits on failure. */
void things_make(void);

/* A digest of all that is there: names, kinds, modes, owners, links, sizes, contents, extended attributes; no times. */
uint64_t things_digest(void);

/* Makes again what differs from how it was made, and removes what was not there. */
void things_restore(void);

/* Empties the working directory. */
void things_remove(void);

#endif
