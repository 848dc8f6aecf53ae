// SPDX-License-Identifier: MIT
/* Other processes' memory: cred_guard of those with secrets in it, office_inject by documents. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

static char page[64];	/* at the same address in all of them */

struct target {
	pid_t pid;
	int in;		/* it ends when this is closed */
};

/* The program at @path, which keeps a secret. */
static int hold(struct target *target, const char *path)
{
	int in[2], out[2];
	char line[8] = "";

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return -1;
	target->pid = fork();
	if (!target->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		start(path, "hold", NULL);
		_exit(errno);
	}
	close(in[0]);
	close(out[1]);
	target->in = in[1];
	if (read(out[0], line, 5) != 5)
		return -1;
	return 0;
}

static int end(struct target *target, int err)
{
	int saved = errno;

	kill(target->pid, SIGKILL);
	waitpid(target->pid, NULL, __WALL);
	errno = saved;
	return err;
}

static int attached(const char *path)
{
	struct target target;
	int status;

	if (hold(&target, path))
		return -1;
	if (ptrace(PTRACE_ATTACH, target.pid, 0, 0))
		return end(&target, -1);
	waitpid(target.pid, &status, 0);
	errno = 0;
	ptrace(PTRACE_PEEKDATA, target.pid, page, 0);
	return end(&target, errno ? -1 : 0);
}

static int attached_far_away(const char *path) { return far_away(attached, path); }

static int seized(const char *path)
{
	struct target target;

	return hold(&target, path) ?: end(&target, ptrace(PTRACE_SEIZE, target.pid, 0, 0) ? -1 : 0);
}

static int copied(const char *path)
{
	struct iovec here = { page, sizeof(page) }, there = { page, sizeof(page) };
	struct target target;

	return hold(&target, path) ?: end(&target, process_vm_readv(target.pid, &here, 1, &there, 1, 0) < 0 ? -1 : 0);
}

static int written(const char *path)
{
	struct iovec here = { page, sizeof(page) }, there = { page, sizeof(page) };
	struct target target;

	return hold(&target, path) ?: end(&target, process_vm_writev(target.pid, &here, 1, &there, 1, 0) < 0 ? -1 : 0);
}

static int by_file(const char *path, int flags)
{
	struct target target;
	char name[64];
	int fd;

	if (hold(&target, path))
		return -1;
	snprintf(name, sizeof(name), "/proc/%d/mem", target.pid);
	fd = open(name, flags);
	if (fd < 0)
		return end(&target, -1);
	return end(&target, (flags == O_RDONLY ? pread(fd, page, 8, (off_t)(unsigned long)page) :
						 pwrite(fd, page, 8, (off_t)(unsigned long)page)) != 8 ? -1 : 0);
}

static int by_memory_read(const char *path) { return by_file(path, O_RDONLY); }
static int by_memory_written(const char *path) { return by_file(path, O_RDWR); }

static int by_thread_of_it(const char *path)
{
	struct target target;
	char name[64];
	int fd;

	if (hold(&target, path))
		return -1;
	snprintf(name, sizeof(name), "/proc/%d/task/%d/mem", target.pid, target.pid);
	fd = open(name, O_RDONLY);
	return end(&target, fd < 0 ? -1 : 0);
}

static int descriptor(const char *path)
{
	struct target target;
	int pidfd;

	if (hold(&target, path))
		return -1;
	pidfd = syscall(SYS_pidfd_open, target.pid, 0);
	return end(&target, syscall(SYS_pidfd_getfd, pidfd, 0, 0) < 0 ? -1 : 0);
}

/* A debugger starts it anew and traces it from the beginning. */
static int traced_from_start(const char *path)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(errno);
		start(path, "say", NULL);
		_exit(errno);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return 0;
	}
	errno = WEXITSTATUS(status);
	return -1;
}

const struct attack traces[] = {
	{ "cred_guard", "agent_attached", PLAIN, attached, AGENT },
	{ "cred_guard", "agent_attached_by_root", PLAIN, attached, AGENT, ROOT },
	{ "cred_guard", "agent_attached_far_away", PLAIN, attached_far_away, AGENT, ROOT },
	{ "cred_guard", "agent_seized", PLAIN, seized, AGENT },
	{ "cred_guard", "agent_copied", PLAIN, copied, AGENT },
	{ "cred_guard", "agent_written", PLAIN, written, AGENT },
	{ "cred_guard", "agent_memory", PLAIN, by_memory_read, AGENT },
	{ "cred_guard", "agent_thread_memory", PLAIN, by_thread_of_it, AGENT },
	{ "cred_guard", "agent_descriptor", PLAIN, descriptor, AGENT },
	{ "cred_guard", "agent_by_itself", AGENT, attached, AGENT },
	{ "cred_guard", "password_program_attached", PLAIN, attached, PASSWORDS, ROOT },
	{ "cred_guard", "browser_copied", PLAIN, copied, BROWSER },
	{ "office_inject", "attached", OFFICE, attached, PLAIN },
	{ "office_inject", "attached_by_viewer", VIEWER, attached, PLAIN },
	{ "office_inject", "attached_far_away", OFFICE, attached_far_away, PLAIN, ROOT },
	{ "office_inject", "seized", OFFICE, seized, PLAIN },
	{ "office_inject", "copied", OFFICE, copied, PLAIN },
	{ "office_inject", "written", OFFICE, written, PLAIN },
	{ "office_inject", "memory", OFFICE, by_memory_written, PLAIN },
	{ "office_inject", "descriptor", OFFICE, descriptor, PLAIN },
	{ "office_inject", "traced_from_start", OFFICE, traced_from_start, PLAIN, GAP },
	{ 0 }
};
