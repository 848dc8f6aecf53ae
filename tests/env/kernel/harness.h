/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the core are written in, kernel side: KUnit. The user side has the same include guard and the same
 * names, so that one source is a test in both.
 */
#ifndef RAMPART_HARNESS_H
#define RAMPART_HARNESS_H

#include <env.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/ctype.h>

#include "../random.h"

typedef struct kunit test_state;

/* As cmocka's: each ends the test, and helpers need not be given it. */
#define assert_true(condition) KUNIT_ASSERT_TRUE(kunit_get_current_test(), condition)
#define assert_false(condition) KUNIT_ASSERT_FALSE(kunit_get_current_test(), condition)
#define assert_null(pointer) KUNIT_ASSERT_NULL(kunit_get_current_test(), pointer)
#define assert_non_null(pointer) KUNIT_ASSERT_NOT_NULL(kunit_get_current_test(), pointer)
#define assert_int_equal(a, b) KUNIT_ASSERT_EQ(kunit_get_current_test(), (s64)(a), (s64)(b))
#define assert_string_equal(a, b) KUNIT_ASSERT_STREQ(kunit_get_current_test(), a, b)
#define assert_string_not_equal(a, b) KUNIT_ASSERT_STRNEQ(kunit_get_current_test(), a, b)
#define assert_memory_equal(a, b, size) KUNIT_ASSERT_MEMEQ(kunit_get_current_test(), a, b, size)
#define fail_msg(format, ...) KUNIT_FAIL_AND_ABORT(kunit_get_current_test(), format, ##__VA_ARGS__)
#define note(format, ...) kunit_info(kunit_get_current_test(), format, ##__VA_ARGS__)

/* What the module was inserted with, or the clock's. */
u64 rampart_test_seed(void);

/* insmod rampart-kunit.ko seed=NUMBER brings a run back. */
static int __maybe_unused random_seed(struct kunit_suite *suite)
{
	random_state = rampart_test_seed();
	kunit_info(suite, "RAMPART_SEED=%llu", random_state);
	return 0;
}

#define TEST(function) KUNIT_CASE(function)

/* The tests of a file, at its end. */
#define SUITE(suite_name, ...)                                                                             \
	static struct kunit_case suite_name##_tests[] = { __VA_ARGS__, {} };                               \
	static struct kunit_suite suite_name##_suite = {                                                   \
		.name = "rampart_" #suite_name, .suite_init = random_seed, .test_cases = suite_name##_tests,          \
	};                                                                                                 \
	kunit_test_suite(suite_name##_suite)

#endif
