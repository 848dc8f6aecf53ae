/* SPDX-License-Identifier: MIT */
/* Does one harmless, real operation of each kind that Rampart hooks, so that the kernel can see that its hooks work. */
#ifndef RAMPART_PROBE_H
#define RAMPART_PROBE_H

#include "daemon.h"

#define PROBE_ARGUMENT "--probe"	/* rampartd --probe ends at once: what the probe runs */
#define PROBE_SECONDS 20		/* then the probing process is killed */

int probe_init(struct daemon *daemon, struct probe **probe);
void probe_exit(struct probe *probe);

/* probe_start() - forks the probing process. One at a time: while one runs, another is begun when it ends. */
void probe_start(struct probe *probe);

/*
 * probe_wait() - until the running process has ended, at most @milliseconds: then what status says of the hooks is
 * settled.
 */
void probe_wait(struct probe *probe, int milliseconds);

/* probe_all() - the operations themselves, in a directory of their own below @parent. How many did not come to pass. */
unsigned int probe_all(const char *parent);

#endif
