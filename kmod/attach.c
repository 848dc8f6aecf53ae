// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attachment: one trampoline per hook, called directly from the entry of security_<hook>, or of a function without one.
 *
 * A trampoline saves the argument registers and calls the handler. 0 goes on into the function's body, so the LSMs run as
 * always; anything else drops the return address into that body and returns the error to its caller.
 *
 * Leaving is safe because a handler either never sleeps, and then synchronize_rcu_tasks() waits for it, or holds @sleepers
 * while it may sleep (rampart_sleep_begin()), and then the wait for @sleepers comes first.
 */
#include <linux/ftrace.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/objtool.h>
#include <linux/percpu.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>
#include <asm/ibt.h>
#include <asm/unwind_hints.h>

#include <names.h>

#include "attach.h"
#include "device.h"
#include "enforce.h"
#include "hooks.h"
#include "plain.h"
#include "provenance.h"
#include "rampart.h"
#include "selftest.h"
#include "store.h"
#include "subject.h"

#define SAVE_1 "pushq %rdi\n"
#define SAVE_2 SAVE_1 "pushq %rsi\n"
#define SAVE_3 SAVE_2 "pushq %rdx\n"
#define SAVE_4 SAVE_3 "pushq %rcx\n"
#define SAVE_5 SAVE_4 "pushq %r8\n"
#define SAVE_6 SAVE_5 "pushq %r9\n"
#define RESTORE_1 "popq %rdi\n"
#define RESTORE_2 "popq %rsi\n" RESTORE_1
#define RESTORE_3 "popq %rdx\n" RESTORE_2
#define RESTORE_4 "popq %rcx\n" RESTORE_3
#define RESTORE_5 "popq %r8\n" RESTORE_4
#define RESTORE_6 "popq %r9\n" RESTORE_5

#define H(name, nargs, ops)                                                  \
	extern void tramp_##name(void);                                      \
	asm(".pushsection .text, \"ax\", @progbits\n"                        \
	    ".type tramp_" #name ", @function\n"                             \
	    ".globl tramp_" #name "\n"                                       \
	    "tramp_" #name ":\n"                                             \
	    ASM_ENDBR                                                        \
	    "pushq %rbp\n"                                                   \
	    "movq %rsp, %rbp\n"                                              \
	    CALL_DEPTH_ACCOUNT                                               \
	    SAVE_##nargs                                                     \
	    "call hook_" #name "\n"                                          \
	    RESTORE_##nargs                                                  \
	    "popq %rbp\n"                                                    \
	    "testl %eax, %eax\n"                                             \
	    "jnz 1f\n"                                                       \
	    ASM_RET                                                          \
	    "1: addq $8, %rsp\n"                                             \
	    UNWIND_HINT_FUNC                                                 \
	    "\n"                                                             \
	    ASM_RET                                                          \
	    ".size tramp_" #name ", .-tramp_" #name "\n"                     \
	    ".popsection\n");
RAMPART_HOOKS(H, H)
#undef H

struct hook {
	const char *name;
	unsigned long tramp;
	unsigned long addr;	/* 0: this kernel has no such function */
	u64 need;
	struct ftrace_ops ops;
	bool needed;
	bool attached;
	int error;
};

/* Protected by attach_lock. */
static struct hook hooks[HOOK_NUM] = {
#define F(id, nargs, mask) [HOOK_##id] = { .name = #id, .tramp = (unsigned long)tramp_##id, .need = (mask) },
#define H(id, nargs, mask) [HOOK_##id] = { .name = "security_" #id, .tramp = (unsigned long)tramp_##id, .need = (mask) },
	RAMPART_HOOKS(H, F)
#undef H
#undef F
};

static DEFINE_MUTEX(attach_lock);
static u64 needed_ops;		/* attach_lock */
static s64 disarmed_until;	/* attach_lock for writing */
static bool holds_module;	/* attach_lock */

#define RETRY (5 * HZ)		/* for a hook that another tracer holds */
static void retry(struct work_struct *work);
static DECLARE_DELAYED_WORK(retry_work, retry);

DEFINE_PER_CPU(u64[HOOK_NUM], rampart_hook_calls);
DEFINE_PER_CPU(long, rampart_sleepers);

static u64 calls(unsigned int i)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(rampart_hook_calls[i], cpu);
	return sum;
}

static void reset_calls(unsigned int i)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(rampart_hook_calls[i], cpu) = 0;
}

static long sleepers(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(rampart_sleepers, cpu);
	return sum;
}

/* Waits until no task is inside a handler or a trampoline. Every hook in question has been detached before. */
static void quiesce(void)
{
	might_sleep();
	synchronize_rcu_tasks();
	while (sleepers())
		msleep(10);
	synchronize_rcu_tasks();
}

static void attach(unsigned int i)
{
	struct hook *hook = &hooks[i];
	int before = hook->error;

	lockdep_assert_held(&attach_lock);
	reset_calls(i);
	hook->ops = (struct ftrace_ops){};
	hook->error = hook->addr ? ftrace_set_filter_ip(&hook->ops, hook->addr, 0, 1) : -ENOENT;
	if (!hook->error)
		hook->error = compat_direct_register(&hook->ops, hook->tramp);
	if (hook->error) {
		ftrace_free_filter(&hook->ops);
		if (hook->error != before)
			pr_err("%s cannot be attached (%d): what it sees is NOT enforced\n", hook->name, hook->error);
		mod_delayed_work(system_wq, &retry_work, RETRY);
		return;
	}
	if (before)
		pr_notice("%s is attached now\n", hook->name);
	hook->attached = true;
	if (i == HOOK_inode_free)
		rampart_plain_sees(true);
	/* kernel.ftrace_enabled=0 then fails with EBUSY. */
	if (RAMPART_SEALED)
		hook->ops.flags |= FTRACE_OPS_FL_PERMANENT;
}

static void detach(unsigned int i)
{
	struct hook *hook = &hooks[i];
	int err;

	lockdep_assert_held(&attach_lock);
	if (i == HOOK_inode_free)
		rampart_plain_sees(false);
	hook->ops.flags &= ~FTRACE_OPS_FL_PERMANENT;
	err = compat_direct_unregister(&hook->ops, hook->tramp);
	WARN_ON_ONCE(err);
	hook->attached = false;
}

static void attach_needed(void)
{
	unsigned int i;
	bool attached = false, detached = false;

	lockdep_assert_held(&attach_lock);
	for (i = 0; i < HOOK_NUM; i++) {
		hooks[i].needed = hooks[i].need & needed_ops;
		if (!hooks[i].needed || hooks[i].attached)
			continue;
		attach(i);
		attached |= hooks[i].attached;
	}
	for (i = 0; i < HOOK_NUM; i++) {
		if (hooks[i].needed || !hooks[i].attached)
			continue;
		detach(i);
		detached = true;
	}
	if (detached)
		quiesce();
	/* Of those that were there before, nothing went unseen, and what the self-test shows has been shown. */
	if (attached) {
		rampart_provenance_changes();
		rampart_selftest_run();
	}
}

static void retry(struct work_struct *work)
{
	mutex_lock(&attach_lock);
	if (!disarmed_until)
		attach_needed();
	mutex_unlock(&attach_lock);
}

static void detach_all(void)
{
	unsigned int i;

	lockdep_assert_held(&attach_lock);
	for (i = HOOK_NUM; i--;)
		if (hooks[i].attached)
			detach(i);
	quiesce();
}

/* While armed the module holds itself: rmmod fails with EBUSY, and hook_capable() refuses rmmod -f. */
static void hold_module(bool hold)
{
	lockdep_assert_held(&attach_lock);
	if (!RAMPART_SEALED || hold == holds_module)
		return;
	if (hold)
		__module_get(THIS_MODULE);
	else
		module_put(THIS_MODULE);
	holds_module = hold;
}

/* Nobody has seen what was executed, what has ended, and what was moved and mounted meanwhile. */
static void rearm(struct work_struct *work)
{
	int err;

	mutex_lock(&attach_lock);
	if (!disarmed_until) {
		mutex_unlock(&attach_lock);
		return;
	}
	subject_forget();
	hold_module(true);
	WRITE_ONCE(disarmed_until, 0);
	attach_needed();
	err = subject_populate();
	mutex_unlock(&attach_lock);
	if (!err)
		err = rampart_store_refresh();
	rampart_devices_again();
	if (err)
		pr_err("armed again, but out of memory: trusted programs may not be known, nor what was moved meanwhile\n");
	else
		pr_notice("armed again\n");
}

static DECLARE_DELAYED_WORK(rearm_work, rearm);

int rampart_disarm(s64 until)
{
	s64 seconds = until - ktime_get_real_seconds();

	might_sleep();
	if (seconds <= 0)
		return -ETIME;
	mutex_lock(&attach_lock);
	WRITE_ONCE(disarmed_until, until);
	detach_all();
	hold_module(false);
	mod_delayed_work(system_wq, &rearm_work, seconds * HZ);
	mutex_unlock(&attach_lock);
	pr_warn("disarmed by a signed token for %lld s\n", seconds);
	return 0;
}

s64 rampart_disarmed_until(void)
{
	return READ_ONCE(disarmed_until);
}

void rampart_attach_need(u64 ops)
{
	might_sleep();
	mutex_lock(&attach_lock);
	needed_ops = ops;
	if (!disarmed_until)
		attach_needed();
	mutex_unlock(&attach_lock);
}

bool rampart_attached(enum rampart_hook hook)
{
	lockdep_assert_held(&attach_lock);
	return hooks[hook].attached;
}

unsigned int rampart_hook_count(void)
{
	return HOOK_NUM;
}

void rampart_hook_status(unsigned int i, struct rampart_hook_status *status)
{
	mutex_lock(&attach_lock);
	status->name = hooks[i].name;
	status->needed = hooks[i].needed;
	status->attached = hooks[i].attached;
	status->error = hooks[i].error;
	status->calls = calls(i);
	status->proven = hooks[i].attached && status->calls;
	mutex_unlock(&attach_lock);
}

/*
 * Where the hooks are. A kprobe that is registered and never armed is what asks the kernel's symbols by name; ftrace_set_filter()
 * would compare the name of each of its functions, a hundred times slower than all else that attaching takes.
 */
static void __init find_hooks(void)
{
	static struct kprobe probes[HOOK_NUM] __initdata;
	static struct kprobe *found[HOOK_NUM] __initdata;
	unsigned int i, num = 0;

	for (i = 0; i < HOOK_NUM; i++) {
		probes[i].symbol_name = hooks[i].name;
		probes[i].flags = KPROBE_FLAG_DISABLED;
		if (register_kprobe(&probes[i]))
			continue;
		hooks[i].addr = (unsigned long)probes[i].addr;
		found[num++] = &probes[i];
	}
	unregister_kprobes(found, num);
}

int __init rampart_attach_init(void)
{
	find_hooks();
	mutex_lock(&attach_lock);
	hold_module(true);
	needed_ops = ALWAYS;
	attach_needed();
	mutex_unlock(&attach_lock);
	return 0;
}

void rampart_attach_exit(void)
{
	cancel_delayed_work_sync(&rearm_work);
	cancel_delayed_work_sync(&retry_work);
	mutex_lock(&attach_lock);
	disarmed_until = 0;
	detach_all();
	mutex_unlock(&attach_lock);
}
