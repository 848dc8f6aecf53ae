/* SPDX-License-Identifier: MIT */
/* Random numbers that a printed seed brings back: RAMPART_SEED=NUMBER build/tests/unit/test_... */
#ifndef RAMPART_TEST_RANDOM_H
#define RAMPART_TEST_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t random_state;

static inline void random_init(void)
{
	const char *given = getenv("RAMPART_SEED");
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	random_state = given ? strtoull(given, NULL, 0) : (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	printf("# RAMPART_SEED=%llu\n", (unsigned long long)random_state);
	fflush(stdout);
}

/* splitmix64's constants: a counter, stirred. */
static inline uint64_t random_u64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint32_t random_below(uint32_t n)
{
	return random_u64() % n;
}

#endif
