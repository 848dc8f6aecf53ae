// SPDX-License-Identifier: MIT
/* The tests of the core as a module: the same sources as in user space, each with a suite of its own. */
#include <linux/module.h>
#include <linux/timekeeping.h>

#include <harness.h>

static u64 seed;
module_param(seed, ullong, 0444);
MODULE_PARM_DESC(seed, "Seed of the random tests; 0: the time");

u64 rampart_test_seed(void)
{
	return seed ?: ktime_get_real_ns();
}

MODULE_DESCRIPTION("Tests of Rampart's core");
MODULE_LICENSE("Dual MIT/GPL");
