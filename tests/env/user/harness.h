/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the core are written in, user side: cmocka. The kernel side has the same include guard and the same
 * names, so that one source is a test in both.
 */
#ifndef RAMPART_HARNESS_H
#define RAMPART_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <env.h>
#include <time.h>

#include "../random.h"

typedef void *test_state;

#define note(format, ...)                                                                                  \
	do {                                                                                               \
		printf("# " format "\n", ##__VA_ARGS__);                                                   \
		fflush(stdout);                                                                            \
	} while (0)

/* RAMPART_SEED=NUMBER build/tests/unit/test_... brings a run back. */
static inline void random_seed(void)
{
	const char *given = getenv("RAMPART_SEED");
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	random_state = given ? strtoull(given, NULL, 0) : (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
	note("RAMPART_SEED=%llu", (unsigned long long)random_state);
}

#define TEST(function) cmocka_unit_test(function)

/* The tests of a file, at its end. */
#define SUITE(name, ...)                                                                                   \
	int main(void)                                                                                     \
	{                                                                                                  \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };                                         \
                                                                                                           \
		random_seed();                                                                             \
		return cmocka_run_group_tests(tests, NULL, NULL);                              \
	}

#endif
