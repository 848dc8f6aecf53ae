/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The environment of the core, kernel side. The user side has the same include guard and the same names. */
#ifndef RAMPART_ENV_H
#define RAMPART_ENV_H

#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/types.h>

/* Zeroed array or NULL; may sleep. */
static inline void *env_calloc(size_t n, size_t size)
{
	return kvcalloc(n, size, GFP_KERNEL);
}

static inline void env_free(void *p)
{
	kvfree(p);
}

/* Where a loop may be long. */
static inline void env_relax(void)
{
	cond_resched();
}

static inline void env_sort(void *base, size_t n, size_t size, int (*cmp)(const void *a, const void *b))
{
	sort(base, n, size, cmp, NULL);
}

#endif
