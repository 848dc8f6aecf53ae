// SPDX-License-Identifier: MIT
#include <harness.h>

#include "names_cases.h"

static void names(const char *const *words, unsigned int n, unsigned int num, const char *(*name)(unsigned int))
{
	assert_int_equal(n, num);
	for (unsigned int i = 0; i < n; i++)
		assert_string_equal(name(i), words[i]);
	assert_string_equal(name(n), "?");
	assert_string_equal(name(~0u), "?");
}

static void numbers_have_words(test_state *state)
{
	names(mode_words, ARRAY_SIZE(mode_words), RAMPART_MODE_NUM, rampart_mode_name);
	names(outcome_words, ARRAY_SIZE(outcome_words), RAMPART_OUTCOME_NUM, rampart_outcome_name);
	names(op_words, ARRAY_SIZE(op_words), RAMPART_OP_NUM, rampart_op_name);
	names(trait_words, ARRAY_SIZE(trait_words), RAMPART_TRAIT_NUM, rampart_trait_name);
	names(session_words, ARRAY_SIZE(session_words), RAMPART_SESSION_NUM, rampart_session_name);
	names(role_words, ARRAY_SIZE(role_words), RAMPART_ROLE_NUM, rampart_role_name);
}

/* The identifier in lower case, the errno as listed, and words that no other reason has. */
static void reasons_are_complete(test_state *state)
{
	assert_int_equal(ARRAY_SIZE(reason_cases), __RAMPART_REASON_LAST);
	for (unsigned int i = 0; i < ARRAY_SIZE(reason_cases); i++) {
		enum rampart_reason reason = reason_cases[i].reason;
		const char *name = rampart_reason_name(reason);

		assert_int_equal(reason, i);
		assert_int_equal(strlen(name), strlen(reason_cases[i].upper));
		for (unsigned int j = 0; name[j]; j++)
			assert_int_equal(name[j], tolower((unsigned char)reason_cases[i].upper[j]));
		assert_int_equal(rampart_reason_errno(reason), reason_cases[i].err);
		assert_true((rampart_reason_errno(reason) == 0) == (reason == RAMPART_REASON_OK));
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(rampart_reason_text(j), rampart_reason_text(i));
	}
	assert_string_equal(rampart_reason_name(__RAMPART_REASON_LAST), "unknown");
	assert_string_equal(rampart_reason_text((enum rampart_reason)-1), "unknown reason");
	assert_int_equal(rampart_reason_errno(__RAMPART_REASON_LAST), EINVAL);
}

SUITE(names,
	TEST(numbers_have_words),
	TEST(reasons_are_complete));
