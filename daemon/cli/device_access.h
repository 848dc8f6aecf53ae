/* SPDX-License-Identifier: MIT */
#ifndef RAMPART_DEVICE_ACCESS_H
#define RAMPART_DEVICE_ACCESS_H

#include "cli.h"

#define SYSFS "/sys"

/* rampartctl device allow, device block; argv[0] is that word. */
int device_allow(const struct cli *cli, int argc, char **argv);
int device_block(const struct cli *cli, int argc, char **argv);

/* device_missing() - says that @name is no device on USB, and how to find one. CLI_ERROR. */
int device_missing(const struct cli *cli, const char *name);

#endif
