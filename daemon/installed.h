/* SPDX-License-Identifier: MIT */
/*
 * Marks what packages had installed before the first policy that asks for it; see baseline.h. Only once: otherwise whoever can write to
 * dpkg's records could have a file marked by starting rampartd again.
 */
#ifndef RAMPART_INSTALLED_H
#define RAMPART_INSTALLED_H

#include <decode.h>

#include "daemon.h"

int installed_init(struct daemon *daemon, struct installed **installed);
void installed_exit(struct installed *installed);

/* installed_start() - if @policy asks for the mark, and it was not done before. While the daemon has nothing else to do. */
void installed_start(struct installed *installed, const struct rampart_policy *policy);

#endif
