// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>

#include <event.pb-c.h>

#include "names_cases.h"

static void same_name(const ProtobufCEnumDescriptor *d, const char *prefix, unsigned int number, const char *constant)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(d, (int)number);
	char expected[64];

	assert_non_null(value);
	snprintf(expected, sizeof(expected), "%s%s", prefix, constant);
	assert_string_equal(value->name, expected);
}

/* The generated enum has the same numbers, under the same names, and no more of them. */
static void numbers_equal_proto(void **state)
{
#define X(name, text)                                                                                      \
	static_assert((int)RAMPART_MODE_##name == (int)RAMPART__MODE__##name, #name);                      \
	same_name(&rampart__mode__descriptor, "", RAMPART_MODE_##name, #name);
	RAMPART_MODES(X)
#undef X
#define X(name, text)                                                                                      \
	static_assert((int)RAMPART_##name == (int)RAMPART__OUTCOME__##name, #name);                        \
	same_name(&rampart__outcome__descriptor, "", RAMPART_##name, #name);
	RAMPART_OUTCOMES(X)
#undef X
#define X(name, text)                                                                                      \
	static_assert((int)RAMPART_OP_##name == (int)RAMPART__OPERATION__OP_##name, #name);                \
	same_name(&rampart__operation__descriptor, "OP_", RAMPART_OP_##name, #name);
	RAMPART_OPS(X)
#undef X
	assert_int_equal(rampart__mode__descriptor.n_values, RAMPART_MODE_NUM);
	assert_int_equal(rampart__outcome__descriptor.n_values, RAMPART_OUTCOME_NUM);
	assert_int_equal(rampart__operation__descriptor.n_values, RAMPART_OP_NUM);
}

/* The words are the names of the enum in lower case. */
static void words_equal_proto(void **state)
{
	for (unsigned int i = 0; i < RAMPART_MODE_NUM; i++)
		assert_int_equal(strcasecmp(rampart_mode_name(i), rampart__mode__descriptor.values[i].name), 0);
	for (unsigned int i = 0; i < RAMPART_OUTCOME_NUM; i++)
		assert_int_equal(strcasecmp(rampart_outcome_name(i), rampart__outcome__descriptor.values[i].name), 0);
	for (unsigned int i = 0; i < RAMPART_OP_NUM; i++)
		assert_int_equal(strcasecmp(rampart_op_name(i), rampart__operation__descriptor.values[i].name + 3), 0);
}

static void names(const char *const *words, unsigned int n, unsigned int num, const char *(*name)(unsigned int))
{
	assert_int_equal(n, num);
	for (unsigned int i = 0; i < n; i++)
		assert_string_equal(name(i), words[i]);
	assert_string_equal(name(n), "?");
	assert_string_equal(name(~0u), "?");
}

static void numbers_have_words(void **state)
{
	names(mode_words, ARRAY_SIZE(mode_words), RAMPART_MODE_NUM, rampart_mode_name);
	names(outcome_words, ARRAY_SIZE(outcome_words), RAMPART_OUTCOME_NUM, rampart_outcome_name);
	names(op_words, ARRAY_SIZE(op_words), RAMPART_OP_NUM, rampart_op_name);
}

/* The identifier in lower case, the errno as listed, and words that no other reason has. */
static void reasons_are_complete(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_equal_proto),
		cmocka_unit_test(words_equal_proto),
		cmocka_unit_test(numbers_have_words),
		cmocka_unit_test(reasons_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
