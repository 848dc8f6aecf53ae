// SPDX-License-Identifier: GPL-2.0-only
/* Handlers about tasks, programs and the module itself. Where each runs is said at each. */
#include <linux/binfmts.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/elf.h>
#include <linux/fcntl.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include "attach.h"
#include "enforce.h"
#include "provenance.h"
#include "ransom.h"
#include "rampart.h"
#include "subject.h"

/* delete_module(2) of i386: include/uapi has no name for it on x86-64. */
#define NR_IA32_DELETE_MODULE 129

/* Any context. rmmod -f would take the module away under its own reference. */
int hook_capable(const struct cred *cred, struct user_namespace *ns, int cap, unsigned int opts)
{
	struct pt_regs *regs;
	int nr;

	rampart_hook_seen(capable);
	if (likely(cap != CAP_SYS_MODULE) || !RAMPART_SEALED || (current->flags & PF_KTHREAD))
		return 0;
	regs = task_pt_regs(current);
	nr = syscall_get_nr(current, regs);
	if (in_ia32_syscall() ? nr != NR_IA32_DELETE_MODULE : nr != __NR_delete_module)
		return 0;
	if (!((in_ia32_syscall() ? regs->cx : regs->si) & O_TRUNC))
		return 0;
	pr_notice_ratelimited("forced unloading of modules is refused while Rampart is armed (pid %d)\n", current->pid);
	return -EPERM;
}

/* Process context of the parent, may sleep. */
int hook_task_alloc(struct task_struct *task, unsigned long clone_flags)
{
	int err;

	rampart_hook_seen(task_alloc);
	rampart_sleep_begin();
	err = subject_fork(task);
	rampart_sleep_end();
	return err;
}

/* Any context, RCU callbacks among them. */
int hook_task_free(struct task_struct *task)
{
	rampart_hook_seen(task_free);
	subject_task_free(task);
	return 0;
}

/* A trusted program must not bring somebody else's code along: LD_PRELOAD and its like are ignored, as for set-id programs. */
static bool must_be_secure(const struct image *image)
{
	const struct rampart_view *view;
	bool secure;

	rcu_read_lock();
	view = rampart_view();
	secure = rampart_info_strictest(&view->info) >= RAMPART_MODE_WARN &&
		 (rampart_program_classes(view, image, false) ||
		  (rampart_program_members(view, &image->id).trusted & view->exempting) || rampart_program_excluded(view, image));
	rcu_read_unlock();
	return secure;
}

/* A script cannot tell its interpreter to ignore the environment (PYTHONPATH, BASH_ENV), so a trusted one has none. */
static void make_secure(struct linux_binprm *bprm)
{
	char begin[4] = "";
	loff_t pos = 0;

	bprm->secureexec = 1;
	if (kernel_read(bprm->file, begin, sizeof(begin), &pos) != sizeof(begin) || memcmp(begin, ELFMAG, SELFMAG))
		bprm->envc = 0;
}

/* Process context, may sleep; cred_guard_mutex is held. */
int hook_bprm_creds_for_exec(struct linux_binprm *bprm)
{
	const struct image *image;
	int err;

	rampart_hook_seen(bprm_creds_for_exec);
	rampart_sleep_begin();
	err = subject_exec_prepare(bprm, &image);
	if (!err && must_be_secure(image))
		make_secure(bprm);
	rampart_sleep_end();
	return err;
}

/* Process context, may sleep; cred_guard_mutex is held. Once for the file that is executed, and for each interpreter that it takes. */
int hook_bprm_check(struct linux_binprm *bprm)
{
	u32 traits = bprm->buf[0] == '#' && bprm->buf[1] == '!' ? BIT(RAMPART_TRAIT_SCRIPT) : 0;
	int err;

	rampart_hook_seen(bprm_check);
	err = rampart_follow_exec(bprm, &traits);
	return err ?: rampart_enforce_code(HOOK_bprm_check, RAMPART_OP_EXEC, bprm->file, traits, 0);
}

/* Process context, may sleep, past the point of no return: cannot fail. */
int hook_bprm_committed_creds(const struct linux_binprm *bprm)
{
	rampart_hook_seen(bprm_committed_creds);
	rampart_sleep_begin();
	subject_exec_commit(bprm);
	rampart_watch_exec();
	rampart_sleep_end();
	return 0;
}

static bool is_harmless(int sig)
{
	return sig == SIGCONT || sig == SIGCHLD;
}

/* Process context under RCU or tasklist_lock. Signal 0 only asks; the kernel's own pass. */
int hook_task_kill(struct task_struct *task, struct kernel_siginfo *info, int sig, const struct cred *cred)
{
	rampart_hook_seen(task_kill);
	if (!sig || is_harmless(sig) || (info > SEND_SIG_PRIV && info->si_code > 0))
		return 0;
	return rampart_enforce_task(HOOK_task_kill, RAMPART_OP_SIGNAL, task, sig);
}

/* Process context, under task_lock. Reading what /proc shows is not tracing. */
int hook_ptrace_access_check(struct task_struct *child, unsigned int mode)
{
	rampart_hook_seen(ptrace_access_check);
	if (!(mode & PTRACE_MODE_ATTACH))
		return 0;
	return rampart_enforce_task(HOOK_ptrace_access_check, RAMPART_OP_PTRACE, child, mode);
}

/* Process context under RCU. */
int hook_task_setscheduler(struct task_struct *task)
{
	rampart_hook_seen(task_setscheduler);
	return rampart_enforce_task(HOOK_task_setscheduler, RAMPART_OP_SCHED, task, 0);
}

/*
 * Any context, interrupts among them. Whoever made @task the owner of a file chose the signal; current only happens to make
 * that file ready, and may be the daemon itself.
 */
int hook_file_send_sigiotask(struct task_struct *task, struct fown_struct *owner, int sig)
{
	rampart_hook_seen(file_send_sigiotask);
	if (is_harmless(sig))
		return 0;
	return rampart_enforce_remote(HOOK_file_send_sigiotask, RAMPART_OP_SIGNAL, task, sig ?: SIGIO);
}

/* Process context, under task_lock. A limit can kill: RLIMIT_CPU, RLIMIT_FSIZE. */
int hook_task_setrlimit(struct task_struct *task, unsigned int resource, struct rlimit *limit)
{
	rampart_hook_seen(task_setrlimit);
	return rampart_enforce_task(HOOK_task_setrlimit, RAMPART_OP_SCHED, task, resource);
}
