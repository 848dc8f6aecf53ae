/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy in force: one pointer, one generation. Published views are immutable; readers use RCU only. */
#ifndef RAMPART_STORE_H
#define RAMPART_STORE_H

#include <env.h>
#include <decide.h>

#include "subject.h"

/* Facts about the policy in force that status shows. Immutable. */
struct rampart_policy_info {
	char name[RAMPART_NAME_MAX + 1];	/* "" when there is none */
	u64 version;
	s64 valid_until;
	u8 digest[32];			/* SHA-256 of the signed content */
	u8 folders_mode, disks_mode, secrets_mode, self_mode;	/* enum rampart_mode */
	u8 asr_mode;			/* the strictest of its rules */
	u8 asr_rules;			/* names of rules that are not off */
	u8 devices_mode;		/* the strictest of the default, if that denies, and of the rules */
	u32 device_rules;		/* that are not off */
};

/* The strictest mode of any pillar. */
static inline u8 rampart_info_strictest(const struct rampart_policy_info *info)
{
	u8 pillars = max(max(info->folders_mode, info->disks_mode), max(info->secrets_mode, info->self_mode));

	return max3(pillars, info->asr_mode, info->devices_mode);
}

int rampart_store_init(void);
void rampart_store_exit(void);

/*
 * rampart_store_publish() - puts a new ruleset in force: resolves its places and programs, attaches the hooks it needs,
 * swaps the one pointer, detaches what is needed no more. Takes @ruleset when it returns 0, else the old stays untouched.
 * Returns 0 and the new generation, or -ENOMEM. Context: may sleep; serialises itself.
 */
int rampart_store_publish(struct rampart_ruleset *ruleset, const struct rampart_policy_info *info, u64 *generation);

/* Whether places that overlap at one file or directory are more than can be told apart, so that some are not enforced. Context: any. */
bool rampart_store_crowded(void);

/* A copy of the facts and the generation in force. */
u64 rampart_store_info(struct rampart_policy_info *info);

/*
 * A hint from user space (enum rampart_hint); only ever adds protection. @folder and @below: RAMPART_HINT_FOLDER, else NULL.
 * 0, -EINVAL, -ENOENT or what the path lookup returned.
 */
int rampart_store_hint(u32 kind, const char *path, const char *folder, const char *below);

/*
 * rampart_store_refresh() - finds the anchors and the programs afresh; no label that was found before counts any more. 0 or -ENOMEM,
 * and then all stays as it was. Context: may sleep.
 */
int rampart_store_refresh(void);

/*
 * rampart_store_refresh_later() - finds the anchors (and the programs) afresh before the current task returns to user space: what
 * it is about to do changes the mounts, or replaces a trusted program, or moves a labelled directory (@moving).
 * Context: process; GFP_ATOMIC allocation.
 */
void rampart_store_refresh_later(bool programs, bool moving);

/* Calls @fn for each trusted program whose file could not be trusted, with its path. Context: may sleep. */
void rampart_store_unresolved(void (*fn)(const char *path, void *ctx), void *ctx);

#endif
