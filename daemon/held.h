/* SPDX-License-Identifier: MIT */
/* Tells the journal who could already write to protected files when a policy came; see holders.h. */
#ifndef RAMPART_HELD_H
#define RAMPART_HELD_H

#include <decode.h>

#include "daemon.h"

int held_init(struct daemon *daemon, struct held **held);
void held_exit(struct held *held);

/* held_start() - begins anew for @policy, which may be freed afterwards. While the daemon has nothing else to do. */
void held_start(struct held *held, const struct rampart_policy *policy);

#endif
