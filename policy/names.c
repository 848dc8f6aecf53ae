// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The words for the numbers of modes, outcomes, operations and traits. */
#include <env.h>

#include "names.h"

#define X(name, text) text,
static const char *const mode_names[] = { RAMPART_MODES(X) };
static const char *const outcome_names[] = { RAMPART_OUTCOMES(X) };
static const char *const op_names[] = { RAMPART_OPS(X) };
static const char *const trait_names[] = { RAMPART_TRAITS(X) };
static const char *const session_names[] = { RAMPART_SESSIONS(X) };
static const char *const role_names[] = { RAMPART_ROLES(X) };
#undef X

static_assert(ARRAY_SIZE(mode_names) == RAMPART_MODE_NUM, "one name each");
static_assert(ARRAY_SIZE(outcome_names) == RAMPART_OUTCOME_NUM, "one name each");
static_assert(ARRAY_SIZE(op_names) == RAMPART_OP_NUM, "one name each");
static_assert(ARRAY_SIZE(trait_names) == RAMPART_TRAIT_NUM, "one name each");
static_assert(ARRAY_SIZE(session_names) == RAMPART_SESSION_NUM, "one name each");
static_assert(ARRAY_SIZE(role_names) == RAMPART_ROLE_NUM, "one name each");

const char *rampart_mode_name(unsigned int mode)
{
	return mode < ARRAY_SIZE(mode_names) ? mode_names[mode] : "?";
}

const char *rampart_outcome_name(unsigned int outcome)
{
	return outcome < ARRAY_SIZE(outcome_names) ? outcome_names[outcome] : "?";
}

const char *rampart_op_name(unsigned int op)
{
	return op < ARRAY_SIZE(op_names) ? op_names[op] : "?";
}

const char *rampart_trait_name(unsigned int trait)
{
	return trait < ARRAY_SIZE(trait_names) ? trait_names[trait] : "?";
}

const char *rampart_session_name(unsigned int session)
{
	return session < ARRAY_SIZE(session_names) ? session_names[session] : "?";
}

const char *rampart_role_name(unsigned int role)
{
	return role < ARRAY_SIZE(role_names) ? role_names[role] : "?";
}

bool rampart_is_own_rule(const char *name, u32 len)
{
#define X(text) text,
	static const char *const own[] = { RAMPART_OWN_RULES(X) };
#undef X
	u32 i;

	for (i = 0; i < ARRAY_SIZE(own); i++)
		if (strlen(own[i]) == len && !memcmp(own[i], name, len))
			return true;
	return false;
}
