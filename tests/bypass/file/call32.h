/* SPDX-License-Identifier: MIT */
/* System calls by the 32-bit entry, int $0x80, whose addresses must fit 32 bits. */
#ifndef CALL32_H
#define CALL32_H

#include <errno.h>

#define CALL32_NEEDS "/proc/sys/abi/vsyscall32"	/* there when the kernel was built with that entry */

enum { CALL32_OPEN = 5, CALL32_IOCTL = 54 };

static inline long call32(long nr, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

#endif
