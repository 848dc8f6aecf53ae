// SPDX-License-Identifier: MIT
/* names.h against what protoc makes of proto/event.proto and proto/policy.proto. */
#include <harness.h>

#include <event.pb-c.h>
#include <policy.pb-c.h>

#include "names.h"

static void same_name(const ProtobufCEnumDescriptor *d, const char *prefix, unsigned int number, const char *constant)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(d, (int)number);
	char expected[64];

	assert_non_null(value);
	snprintf(expected, sizeof(expected), "%s%s", prefix, constant);
	assert_string_equal(value->name, expected);
}

/* The generated enum has the same numbers, under the same names, and no more of them. */
static void numbers_equal_proto(test_state *state)
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
#define X(name, text)                                                                                      \
	static_assert((int)RAMPART_TRAIT_##name == (int)RAMPART__TRAIT__TRAIT_##name, #name);              \
	same_name(&rampart__trait__descriptor, "TRAIT_", RAMPART_TRAIT_##name, #name);
	RAMPART_TRAITS(X)
#undef X
#define X(name, text)                                                                                      \
	static_assert((int)RAMPART_SESSION_##name == (int)RAMPART__SESSION__SESSION_##name, #name);        \
	same_name(&rampart__session__descriptor, "SESSION_", RAMPART_SESSION_##name, #name);
	RAMPART_SESSIONS(X)
#undef X
	assert_int_equal(rampart__session__descriptor.n_values, RAMPART_SESSION_NUM);
	assert_int_equal(rampart__trait__descriptor.n_values, RAMPART_TRAIT_NUM);
	assert_int_equal(rampart__mode__descriptor.n_values, RAMPART_MODE_NUM);
	assert_int_equal(rampart__outcome__descriptor.n_values, RAMPART_OUTCOME_NUM);
	assert_int_equal(rampart__operation__descriptor.n_values, RAMPART_OP_NUM);
}

/* The words are the names of the enum in lower case. */
static void words_equal_proto(test_state *state)
{
	for (unsigned int i = 0; i < RAMPART_MODE_NUM; i++)
		assert_int_equal(strcasecmp(rampart_mode_name(i), rampart__mode__descriptor.values[i].name), 0);
	for (unsigned int i = 0; i < RAMPART_OUTCOME_NUM; i++)
		assert_int_equal(strcasecmp(rampart_outcome_name(i), rampart__outcome__descriptor.values[i].name), 0);
	for (unsigned int i = 0; i < RAMPART_OP_NUM; i++)
		assert_int_equal(strcasecmp(rampart_op_name(i), rampart__operation__descriptor.values[i].name + 3), 0);
	for (unsigned int i = 0; i < RAMPART_TRAIT_NUM; i++)
		assert_int_equal(strcasecmp(rampart_trait_name(i), rampart__trait__descriptor.values[i].name + 6), 0);
	for (unsigned int i = 0; i < RAMPART_SESSION_NUM; i++)
		assert_int_equal(strcasecmp(rampart_session_name(i), rampart__session__descriptor.values[i].name + 8), 0);
}

SUITE(names_proto,
	TEST(numbers_equal_proto),
	TEST(words_equal_proto));
