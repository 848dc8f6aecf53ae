/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a signed file to the policy in force; and the signed way out. All here serialise themselves. The two that get do
 * not wait for a load; the others may sleep.
 */
#ifndef RAMPART_LOAD_H
#define RAMPART_LOAD_H

#include <env.h>
#include <floor.h>
#include <reason.h>

#include "verify.h"

#define RAMPART_CHALLENGE_SIZE 16

void rampart_load_init(void);	/* makes the first challenge */
void rampart_load_exit(void);

/*
 * rampart_load_fd() - puts the bundle that @fd of the caller reads in force. On any reason but OK the policy in force
 * stays untouched. The same bundle again is OK and no new generation.
 */
enum rampart_reason rampart_load_fd(int fd, u64 *generation);

/* rampart_disarm_fd() - the same for a disarm token. */
enum rampart_reason rampart_disarm_fd(int fd);

/* rampart_floor_set() - raises what load accepts to @to; it never falls. */
void rampart_floor_set(const struct rampart_floor *to);
void rampart_floor_get(struct rampart_floor *floor);

void rampart_challenge_get(u8 challenge[RAMPART_CHALLENGE_SIZE]);

#endif
