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
static const char *const device_text_names[] = { RAMPART_DEVICE_TEXTS(X) };
static const char *const device_family_names[] = { RAMPART_DEVICE_FAMILIES(X) };
static const char *const device_state_names[] = { RAMPART_DEVICE_STATES(X) };
static const char *const device_access_names[] = { RAMPART_DEVICE_ACCESSES(X) };
static const char *const device_decision_names[] = { RAMPART_DEVICE_DECISIONS(X) };
#undef X

static_assert(ARRAY_SIZE(mode_names) == RAMPART_MODE_NUM, "one name each");
static_assert(ARRAY_SIZE(outcome_names) == RAMPART_OUTCOME_NUM, "one name each");
static_assert(ARRAY_SIZE(op_names) == RAMPART_OP_NUM, "one name each");
static_assert(ARRAY_SIZE(trait_names) == RAMPART_TRAIT_NUM, "one name each");
static_assert(ARRAY_SIZE(session_names) == RAMPART_SESSION_NUM, "one name each");
static_assert(ARRAY_SIZE(role_names) == RAMPART_ROLE_NUM, "one name each");
static_assert(ARRAY_SIZE(device_text_names) == RAMPART_DEVICE_TEXT_NUM, "one name each");
static_assert(ARRAY_SIZE(device_family_names) == RAMPART_FAMILY_NUM, "one name each");
static_assert(ARRAY_SIZE(device_state_names) == RAMPART_STATE_NUM, "one name each");
static_assert(ARRAY_SIZE(device_access_names) == RAMPART_ACCESS_NUM, "one name each");
static_assert(ARRAY_SIZE(device_decision_names) == RAMPART_DECISION_NUM, "one name each");

#define NAME(names, which) ((which) < ARRAY_SIZE(names) ? (names)[which] : "?")

const char *rampart_mode_name(unsigned int mode)
{
	return NAME(mode_names, mode);
}

const char *rampart_outcome_name(unsigned int outcome)
{
	return NAME(outcome_names, outcome);
}

const char *rampart_op_name(unsigned int op)
{
	return NAME(op_names, op);
}

const char *rampart_trait_name(unsigned int trait)
{
	return NAME(trait_names, trait);
}

const char *rampart_session_name(unsigned int session)
{
	return NAME(session_names, session);
}

const char *rampart_role_name(unsigned int role)
{
	return NAME(role_names, role);
}

const char *rampart_device_text_name(unsigned int text)
{
	return NAME(device_text_names, text);
}

const char *rampart_device_family_name(unsigned int family)
{
	return NAME(device_family_names, family);
}

const char *rampart_device_state_name(unsigned int state)
{
	return NAME(device_state_names, state);
}

const char *rampart_device_access_name(unsigned int access)
{
	return NAME(device_access_names, access);
}

const char *rampart_device_decision_name(unsigned int decision)
{
	return NAME(device_decision_names, decision);
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
