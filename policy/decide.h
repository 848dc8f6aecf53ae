/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The one decision function. */
#ifndef RAMPART_DECIDE_H
#define RAMPART_DECIDE_H

#include "ruleset.h"

/* The whole input of a decision. */
struct rampart_request {
	enum rampart_op op;
	u64 subject;			/* enum rampart_subject_class, with the secrets that it may read */
	/* The policy's classes: of the program, and with those of all that led to it; trusted is what nobody but root can change. */
	u64 exe, lineage, trusted_exe, trusted_lineage;
	u32 traits;			/* bit set of enum rampart_trait */
	u32 sessions;			/* bit of enum rampart_session; 0: not known, and no rule that asks for one holds */
	u32 origins;			/* rampart_ruleset_origins(); 0: not known, and no rule that asks for one holds */
	struct rampart_label object;
	struct rampart_label object2;	/* the other end of rename and link, else zero */
};

struct rampart_verdict {
	enum rampart_outcome outcome;
	const struct rampart_rule *rule;	/* NULL: no rule is about this */
	bool first, second;			/* the ends that the rule is about */
};

/*
 * rampart_decide() - first the exemptions of each rule, then the strictest rule that matches.
 *
 * A rename is also about what lies below either end: to move an ancestor moves the protected place.
 * A rule of the policy's own that names no object is about the first end. Exclusions are the caller's to look for.
 * WARNED means "deny unless granted": the caller turns it into BYPASSED when a grant covers it.
 * Context: any; no allocation, no sleeping.
 */
void rampart_decide(const struct rampart_ruleset *ruleset, const struct rampart_request *request,
		    struct rampart_verdict *verdict);

/*
 * rampart_rule_place() - what grants and events call the place of @object: RAMPART_PLACE_NONE, or its index in folders.protect,
 * or of a rule about secrets a bit for each of secrets.places. Not for rules of the policy's own.
 */
u32 rampart_rule_place(const struct rampart_rule *rule, enum rampart_op op, const struct rampart_label *object);

/* rampart_outcome_denies() - whether the operation fails (with -EPERM). */
static inline bool rampart_outcome_denies(enum rampart_outcome outcome)
{
	return outcome == RAMPART_WARNED || outcome == RAMPART_BLOCKED;
}

#endif
