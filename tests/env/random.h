/* SPDX-License-Identifier: MIT */
/* Random numbers that a printed seed brings back. */
#ifndef RAMPART_TEST_RANDOM_H
#define RAMPART_TEST_RANDOM_H

#include <env.h>

static u64 random_state;

/* splitmix64's constants: a counter, stirred. */
static inline u64 random_u64(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline u32 random_below(u32 n)
{
	return random_u64() % n;
}

#endif
