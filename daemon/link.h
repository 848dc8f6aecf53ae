/* SPDX-License-Identifier: MIT */
/* The connection to the kernel module, which may be absent, come and go. */
#ifndef RAMPART_LINK_H
#define RAMPART_LINK_H

#include "daemon.h"

#define LINK_RETRY_USEC (2 * 1000000ULL)	/* while the module is absent, or somebody else reads its events */
#define LINK_CHECK_USEC (10 * 1000000ULL)	/* whether it is still there, and we still its reader */

/* link_init() - tries to connect at once. An absent module is no error. 0 or a negative errno. */
int link_init(struct daemon *daemon, struct link **link);
void link_exit(struct link *link);

#endif
