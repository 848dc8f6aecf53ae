/* SPDX-License-Identifier: MIT */
#ifndef RAMPART_LINT_DEVICES_H
#define RAMPART_LINT_DEVICES_H

#include "tree.h"

/* lint_devices() - warnings about the section devices of a policy that compiles; @section may be NULL. */
void lint_devices(struct compile_errors *warnings, const struct node *section);

#endif
