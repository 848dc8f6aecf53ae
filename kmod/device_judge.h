/* SPDX-License-Identifier: GPL-2.0-only */
/* From a device and what is done with it to a verdict, an event and an errno. */
#ifndef RAMPART_DEVICE_JUDGE_H
#define RAMPART_DEVICE_JUDGE_H

#include "device_facts.h"
#include "enforce.h"

/* What the policy says, for after the policy may have gone. */
struct rampart_decision {
	struct rampart_device_verdict verdict;
	char rule[RAMPART_ID_MAX + 1];
	u64 generation;
	bool judged;	/* else the policy says nothing */
};

/*
 * rampart_device_decide() - what the policy in force says of it, when current does it now; @states: what is true of it beside @facts.
 * Context: any.
 */
void rampart_device_decide(const struct rampart_facts *facts, u32 states, enum rampart_device_access access,
			   struct rampart_decision *decision);

/* rampart_devices_ask_states() - whether the policy in force asks for any of that bit set. Caller holds rcu_read_lock(). */
bool rampart_devices_ask_states(u32 states);

static inline bool rampart_decision_denies(const struct rampart_decision *decision)
{
	return decision->judged && rampart_outcome_denies(decision->verdict.outcome);
}

/* What is done, and to what. */
struct rampart_device_use {
	enum rampart_hook hook;
	enum rampart_op op;
	const char *path;	/* of the device in sysfs; NULL: not known */
	struct dentry *dentry;	/* the file on it, NULL: it is about the device */
};

/* rampart_device_conclude() - counts and reports. 0 or -EPERM. Context: any in which the dentry is stable; does not sleep. */
int rampart_device_conclude(const struct rampart_facts *facts, const struct rampart_decision *decision, const struct rampart_device_use *use);

#endif
