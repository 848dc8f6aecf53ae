/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The attribute of a file in which its marks are (RAMPART_MARKS, ruleset.h): one byte for the version, four for the set. */
#ifndef RAMPART_MARKS_H
#define RAMPART_MARKS_H

#include <env.h>

#define RAMPART_MARKS_XATTR "security.rampart"
#define RAMPART_MARKS_SIZE 5
#define RAMPART_MARKS_VERSION 1

static inline void rampart_marks_put(u8 value[RAMPART_MARKS_SIZE], u32 marks)
{
	u32 i;

	value[0] = RAMPART_MARKS_VERSION;
	for (i = 0; i < 4; i++)
		value[1 + i] = marks >> (8 * i);
}

/* rampart_marks_get() - the set in a value of @len bytes; empty for what is none, and for a negative @len. */
static inline u32 rampart_marks_get(const u8 value[RAMPART_MARKS_SIZE], long len)
{
	u32 marks = 0, i;

	if (len != RAMPART_MARKS_SIZE || value[0] != RAMPART_MARKS_VERSION)
		return 0;
	for (i = 0; i < 4; i++)
		marks |= (u32)value[1 + i] << (8 * i);
	return marks;
}

#endif
