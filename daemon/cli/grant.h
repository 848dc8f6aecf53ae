/* SPDX-License-Identifier: MIT */
/* Grants, by the number of an event. */
#ifndef RAMPART_GRANT_H
#define RAMPART_GRANT_H

#include "cli.h"

/* grant_options() - takes --hours; *@hours is the default without it. The arguments are from optind on. @command is for messages. */
int grant_options(const struct cli *cli, const char *command, unsigned long *hours, int argc, char **argv);

/* grant_event() - asks the daemon for it. CLI_OK only when it was granted. */
int grant_event(const struct cli *cli, uint64_t id, unsigned long hours);

#endif
