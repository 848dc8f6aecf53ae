// SPDX-License-Identifier: MIT
/*
 * Ways to change a protected file through the program that may: by its memory, its descriptors, its libraries. Runs inside a
 * guest, as anybody:
 *
 *	inject list
 *	inject run NAME EDITOR FILE LIBRARY
 *
 * EDITOR is tests/vm/editor.c, LIBRARY tests/bypass/preload.c. Prints "changed" when FILE then holds the attacker's text, else
 * "unchanged ERRNO".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define HONEST "honest text of the user"
#define EVIL "ENCRYPTED by the attack"	/* of the same length */

static const char *editor, *file, *library;

struct child {
	pid_t pid;
	int in, out;
};

/* Starts the editor; @traced: under PTRACE_TRACEME. Returns once it waits, or has stopped at its exec. */
static int start(struct child *child, bool traced)
{
	int in[2], out[2];
	char line[16];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return -1;
	child->pid = fork();
	if (!child->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		if (traced)
			ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl(editor, editor, file, HONEST, "--wait", NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	child->in = in[1];
	child->out = out[0];
	return traced || read(child->out, line, sizeof(line)) > 0 ? 0 : -1;
}

static void finish(struct child *child)
{
	close(child->in);
	waitpid(child->pid, NULL, 0);
	close(child->out);
}

typedef ssize_t (*access_fn)(pid_t pid, int mem, void *buf, size_t len, unsigned long at, bool write);

/* Replaces HONEST by EVIL wherever the process's stack holds it. */
static int rewrite(pid_t pid, access_fn access)
{
	static char stack[1 << 20];
	char name[64], line[512];
	unsigned long from = 0, to = 0;
	int mem, found = 0, err = 0;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/mem", pid);
	mem = open(name, O_RDWR);
	snprintf(name, sizeof(name), "/proc/%d/maps", pid);
	maps = fopen(name, "r");
	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[stack]"))
			sscanf(line, "%lx-%lx", &from, &to);
	if (maps)
		fclose(maps);
	/* What cannot be read of /proc is known all the same: the attacker need not look, only try. */
	if (!to || to - from > sizeof(stack) || access(pid, mem, stack, to - from, from, false) < 0) {
		err = errno;
	} else {
		for (char *p = stack; (p = memmem(p, stack + (to - from) - p, HONEST, sizeof(HONEST))); p++)
			if (access(pid, mem, EVIL, sizeof(EVIL), from + (p - stack), true) > 0)
				found++;
		err = errno;
	}
	if (mem >= 0)
		close(mem);
	errno = err;
	return found ? 0 : -1;
}

static ssize_t by_mem(pid_t pid, int mem, void *buf, size_t len, unsigned long at, bool write)
{
	return write ? pwrite(mem, buf, len, at) : pread(mem, buf, len, at);
}

static ssize_t by_vm(pid_t pid, int mem, void *buf, size_t len, unsigned long at, bool write)
{
	struct iovec local = { buf, len }, remote = { (void *)at, len };

	return write ? process_vm_writev(pid, &local, 1, &remote, 1, 0) : process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

static ssize_t by_ptrace(pid_t pid, int mem, void *buf, size_t len, unsigned long at, bool write)
{
	size_t i;

	for (i = 0; i + sizeof(long) <= len; i += sizeof(long)) {
		long word;

		errno = 0;
		if (write) {
			memcpy(&word, (char *)buf + i, sizeof(word));
			if (ptrace(PTRACE_POKEDATA, pid, at + i, word))
				return -1;
		} else {
			word = ptrace(PTRACE_PEEKDATA, pid, at + i, 0);
			if (errno)
				return -1;
			memcpy((char *)buf + i, &word, sizeof(word));
		}
	}
	return i;
}

static int with(access_fn access)
{
	struct child child;
	int result, err;

	if (start(&child, false))
		return -1;
	result = rewrite(child.pid, access);
	err = errno;
	finish(&child);
	errno = err;
	return result;
}

static int proc_mem(void) { return with(by_mem); }
static int process_vm(void) { return with(by_vm); }

static int attached(int request)
{
	struct child child;
	int result, err;

	if (start(&child, false))
		return -1;
	result = ptrace(request, child.pid, 0, 0);
	if (!result) {
		if (request == (int)PTRACE_SEIZE)
			ptrace(PTRACE_INTERRUPT, child.pid, 0, 0);
		waitpid(child.pid, NULL, __WALL);
		result = rewrite(child.pid, by_ptrace);
	}
	err = errno;
	ptrace(PTRACE_DETACH, child.pid, 0, 0);
	finish(&child);
	errno = err;
	return result;
}

static int ptrace_attach(void) { return attached(PTRACE_ATTACH); }
static int ptrace_seize(void) { return attached(PTRACE_SEIZE); }

/* Traced from before its exec, which no hook of ptrace sees. */
static int traced_exec(void)
{
	struct child child;
	int result, err;

	if (start(&child, true) || waitpid(child.pid, NULL, 0) != child.pid)
		return -1;
	result = rewrite(child.pid, by_ptrace);
	err = errno;
	ptrace(PTRACE_DETACH, child.pid, 0, 0);
	finish(&child);
	errno = err;
	return result;
}

/* The descriptor that the editor writes its new file by. */
static int pidfd_steal(void)
{
	struct child child;
	int result = -1, err, pidfd, fd, n;

	if (start(&child, false))
		return -1;
	pidfd = syscall(SYS_pidfd_open, child.pid, 0);
	for (n = 3; n < 10; n++) {
		fd = syscall(SYS_pidfd_getfd, pidfd, n, 0);
		if (fd >= 0 && pwrite(fd, EVIL, sizeof(EVIL) - 1, 64) > 0)
			result = 0;
		err = errno;
		if (fd >= 0)
			close(fd);
		if (fd < 0 && err == EPERM)
			break;
	}
	finish(&child);
	errno = err;
	return result;
}

/* The editor saves another file beside the one that the library writes. */
static int run_with(const char *variable)
{
	pid_t pid = fork();
	char other[4096];
	int status;

	if (!pid) {
		setenv(variable, library, 1);
		setenv("PRELOAD_FILE", file, 1);
		snprintf(other, sizeof(other), "%s.other", file);
		execl(editor, editor, other, HONEST, NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && !status ? 0 : -1;
}

static int ld_preload(void) { return run_with("LD_PRELOAD"); }
static int ld_audit(void) { return run_with("LD_AUDIT"); }

/* The loader is given the program as data: it is the loader that runs. */
static int loader(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execl("/lib64/ld-linux-x86-64.so.2", "ld.so", editor, file, EVIL, NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && !status ? 0 : -1;
}

/* argv[0] and the process's name are the attacker's to choose. */
static int false_name(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execl("/bin/dash", editor, "-c", "echo '" EVIL "' > \"$0\"", file, NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && !status ? 0 : -1;
}

static const struct {
	const char *name;
	int (*fn)(void);
} attacks[] = {
	{ "proc_mem", proc_mem },	    { "process_vm", process_vm },   { "ptrace_attach", ptrace_attach },
	{ "ptrace_seize", ptrace_seize },   { "traced_exec", traced_exec }, { "pidfd_steal", pidfd_steal },
	{ "ld_preload", ld_preload },	    { "ld_audit", ld_audit },	    { "loader", loader },
	{ "false_name", false_name },
};

static bool changed(void)
{
	char text[4096];
	int fd = open(file, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	return n > 0 && memmem(text, n, "ENCRYPTED", 9);
}

int main(int argc, char **argv)
{
	size_t i;
	int err;

	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		if (argc == 2 && !strcmp(argv[1], "list")) {
			puts(attacks[i].name);
		} else if (argc == 6 && !strcmp(argv[1], "run") && !strcmp(argv[2], attacks[i].name)) {
			editor = argv[3];
			file = argv[4];
			library = argv[5];
			signal(SIGPIPE, SIG_IGN);
			errno = 0;
			err = attacks[i].fn() ? errno : 0;
			if (changed())
				puts("changed");
			else
				printf("unchanged %s\n", strerror(err));
			return 0;
		}
	}
	if (argc == 2 && !strcmp(argv[1], "list"))
		return 0;
	fprintf(stderr, "usage: inject list | inject run NAME EDITOR FILE LIBRARY\n");
	return 2;
}
