/* SPDX-License-Identifier: MIT */
/* An assertion for programs that a fuzzer runs: they end where it does not hold, even with stderr taken away. */
#ifndef RAMPART_TEST_REQUIRE_H
#define RAMPART_TEST_REQUIRE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define REQUIRE(condition)                                                                                 \
	do {                                                                                               \
		if (!(condition)) {                                                                        \
			dprintf(STDERR_FILENO, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);     \
			abort();                                                                           \
		}                                                                                          \
	} while (0)

#endif
