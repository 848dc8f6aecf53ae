// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "decide.h"

static bool concerns(const struct rampart_rule *rule, enum rampart_op op, const struct rampart_label *object)
{
	if (object->classes & rule->not_objects)
		return false;
	if (object->classes & rule->objects)
		return true;
	return op == RAMPART_OP_RENAME && (object->below & rule->objects);
}

/* What a rule of the policy's own says of the program and of the operation. */
static bool applies(const struct rampart_rule *rule, const struct rampart_request *request)
{
	if (rule->subject && !(rule->subject & request->lineage))
		return false;
	if (rule->exe && !(rule->exe & request->exe))
		return false;
	if ((rule->not_subject & request->trusted_lineage) || (rule->not_exe & request->trusted_exe))
		return false;
	if (rule->sessions && !(rule->sessions & request->sessions))
		return false;
	if ((rule->users && !(rule->users & request->origins)) || (rule->cgroups && !(rule->cgroups & request->origins)) ||
	    (rule->not_origins & request->origins))
		return false;
	return (rule->when & request->traits) == rule->when && !(rule->not_traits & request->traits);
}

/* Whether it is about the first end whatever that is. */
static bool concerns_all(const struct rampart_rule *rule, const struct rampart_request *request)
{
	if (request->object.classes & rule->not_objects)
		return false;
	return (rule->traits & request->traits) || (!rule->traits && !rule->objects);
}

/* The places that it is about. */
static u32 secrets_of(enum rampart_op op, const struct rampart_label *object)
{
	return object->secrets | (op == RAMPART_OP_RENAME ? object->secrets_below : 0);
}

u32 rampart_rule_place(const struct rampart_rule *rule, enum rampart_op op, const struct rampart_label *object)
{
	return rule->secrets ? secrets_of(op, object) ?: RAMPART_PLACE_NONE : object->place;
}

static bool is_exempt(const struct rampart_rule *rule, const struct rampart_request *request)
{
	u32 secrets;

	if (!rule->secrets)
		return request->subject & rule->exempt;
	secrets = secrets_of(request->op, &request->object) | secrets_of(request->op, &request->object2);
	return !(secrets & ~(u32)(request->subject >> RAMPART_SUBJ_SECRETS_SHIFT));
}

static enum rampart_outcome outcome_of(enum rampart_mode mode)
{
	switch (mode) {
	case RAMPART_MODE_AUDIT:
		return RAMPART_AUDITED;
	case RAMPART_MODE_WARN:
		return RAMPART_WARNED;
	case RAMPART_MODE_BLOCK:
		return RAMPART_BLOCKED;
	default:
		return RAMPART_ALLOWED;
	}
}

/* How strict an outcome is. BYPASSED never comes out of a rule. */
static int strictness(enum rampart_outcome outcome)
{
	static const u8 order[RAMPART_OUTCOME_NUM] = {
		[RAMPART_ALLOWED] = 0, [RAMPART_BYPASSED] = 0, [RAMPART_AUDITED] = 1,
		[RAMPART_WARNED] = 2,  [RAMPART_BLOCKED] = 3,
	};

	return order[outcome];
}

void rampart_decide(const struct rampart_ruleset *ruleset, const struct rampart_request *request,
		    struct rampart_verdict *verdict)
{
	const struct rampart_rule *const *rules;
	u32 i, n;

	*verdict = (struct rampart_verdict){ .outcome = RAMPART_ALLOWED };
	rules = rampart_ruleset_rules(ruleset, request->op, &n);
	for (i = 0; i < n; i++) {
		const struct rampart_rule *rule = rules[i];
		enum rampart_outcome outcome;
		bool first, second;

		if (rule->asr && !applies(rule, request))
			continue;
		first = concerns(rule, request->op, &request->object);
		second = concerns(rule, request->op, &request->object2);
		if (rule->asr && !first)
			first = concerns_all(rule, request);
		if (!first && !second)
			continue;
		outcome = is_exempt(rule, request) ? RAMPART_ALLOWED : outcome_of(rule->mode);
		if (verdict->rule && strictness(outcome) <= strictness(verdict->outcome))
			continue;
		verdict->outcome = outcome;
		verdict->rule = rule;
		verdict->first = first;
		verdict->second = second;
	}
}
