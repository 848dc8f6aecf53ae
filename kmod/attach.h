/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks: direct ftrace calls at the entry of security_* functions. */
#ifndef RAMPART_ATTACH_H
#define RAMPART_ATTACH_H

#include <linux/types.h>

#include "hooks.h"

struct rampart_hook_status {
	const char *name;	/* "security_file_open" */
	bool needed, attached, proven;
	int error;
	u64 calls;
};

int rampart_attach_init(void);	/* attaches and seals; a hook that cannot be had is reported, not fatal */
void rampart_attach_exit(void);	/* detaches all, waits for every handler */

/* Attaches every hook that serves an operation of @ops (BIT(RAMPART_OP_*)), detaches the others. */
void rampart_attach_need(u64 ops);

/* rampart_attached() - for the self-test, which runs while hooks are being attached. */
bool rampart_attached(enum rampart_hook hook);

unsigned int rampart_hook_count(void);
void rampart_hook_status(unsigned int i, struct rampart_hook_status *status);

/*
 * A signed disarm: detaches, and drops the reference that keeps the module loaded. Enforcement comes back by itself at
 * @until (seconds since 1970). Context: may sleep.
 */
int rampart_disarm(s64 until);
s64 rampart_disarmed_until(void);

#endif
