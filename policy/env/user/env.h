/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The environment of the core, user side. The kernel side has the same include guard and the same names. */
#ifndef RAMPART_ENV_H
#define RAMPART_ENV_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#ifndef U32_MAX
#define U32_MAX UINT32_MAX
#endif
#define BIT_ULL(n) (1ULL << (n))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define fallthrough __attribute__((__fallthrough__))
#define WARN_ON_ONCE(x)                                                                                    \
	({                                                                                                 \
		bool __warn = (x);                                                                         \
		if (__warn)                                                                                \
			fprintf(stderr, "%s:%d: impossible state: %s\n", __FILE__, __LINE__, #x);          \
		__warn;                                                                                    \
	})

/* Zeroed array or NULL. */
static inline void *env_calloc(size_t n, size_t size)
{
	return calloc(n, size);
}

static inline void env_free(void *p)
{
	free(p);
}

static inline void env_relax(void)
{
}

static inline void env_sort(void *base, size_t n, size_t size, int (*cmp)(const void *a, const void *b))
{
	qsort(base, n, size, cmp);
}

#endif
