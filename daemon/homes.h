/* SPDX-License-Identifier: MIT */
/* Tells the kernel the home directories of local accounts, so that "~" covers those outside the usual places. */
#ifndef RAMPART_HOMES_H
#define RAMPART_HOMES_H

#include "daemon.h"

/* homes_init() - watches the password file. 0 or a negative errno. */
int homes_init(struct daemon *daemon, const char *passwd, struct homes **homes);
void homes_exit(struct homes *homes);

/* homes_hint() - reads the accounts and tells the kernel, where it is there. */
void homes_hint(struct homes *homes);

/* homes_path() - the @i-th directory found, or NULL. Valid until the next hint. */
const char *homes_path(const struct homes *homes, unsigned int i);

#endif
