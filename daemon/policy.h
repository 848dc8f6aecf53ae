/* SPDX-License-Identifier: MIT */
/* From a bundle that somebody hands in to the one that the kernel has in force. */
#ifndef RAMPART_DAEMON_POLICY_H
#define RAMPART_DAEMON_POLICY_H

#include "daemon.h"

struct policy_result {
	uint32_t reason;	/* enum rampart_reason */
	int error;		/* positive errno; 0: accepted */
	uint64_t generation;	/* when it was loaded */
	char message[512];	/* more about it; may be empty */
};

/*
 * policy_apply() - verifies, checks the floor and the target, hands the bundle to the kernel, and records it once the
 * kernel has taken it. Whatever fails before, the kernel keeps what it had and so does the disk; a record that fails is an
 * error too, of a policy that is in force. @dry_run: stops before the kernel.
 */
void policy_apply(struct daemon *daemon, const uint8_t *blob, size_t len, bool dry_run, struct policy_result *result);

/* policy_restore() - after the kernel appeared: gives it the floor and, when it holds none, the stored bundle. */
void policy_restore(struct daemon *daemon);

/* policy_disarm() - verifies a disarm token and hands it to the kernel. */
void policy_disarm(struct daemon *daemon, const uint8_t *blob, size_t len, struct policy_result *result);

/*
 * policy_in_force() - the stored bundle, when it is what the kernel has in force. 0 with *@data to free(), -ENOENT
 * when no policy is in force, -ESTALE when one is that rampartd did not load, or another negative errno.
 */
int policy_in_force(struct daemon *daemon, uint8_t **data, size_t *len);

/*
 * policy_save() - records what is in force and could not be recorded before, and lets the floor's time, here and in the
 * kernel, follow the clock.
 */
void policy_save(struct daemon *daemon);

#endif
