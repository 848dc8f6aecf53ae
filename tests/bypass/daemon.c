// SPDX-License-Identifier: MIT
/*
 * usage: daemon ATTACK PID
 * One attack on a process, the daemon, without a word to systemd. Status 0: it came to pass; 1: it was refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- signals: each would kill --- */

static bool is_dead(pid_t pid)
{
	char path[64], line[256];
	FILE *file;
	bool dead;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	dead = !file || !fgets(line, sizeof(line), file) || strstr(line, ") Z ");
	if (file)
		fclose(file);
	return dead;
}

/* Two seconds later. */
static bool lives(pid_t pid)
{
	int i;

	for (i = 0; i < 20 && !is_dead(pid); i++)
		usleep(100000);
	return i == 20;
}

static bool with_tkill(pid_t pid)
{
	return !syscall(SYS_tgkill, pid, pid, SIGKILL);
}

static bool with_sigqueue(pid_t pid)
{
	siginfo_t info = { .si_code = SI_QUEUE };

	info.si_pid = getpid();
	return !syscall(SYS_rt_sigqueueinfo, pid, SIGKILL, &info);
}

static bool with_pidfd(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	return fd >= 0 && !syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

static bool with_group(pid_t pid)
{
	return !kill(-getpgid(pid), SIGKILL);
}

/* The owner of a file gets a signal of our choice when the file becomes ready. */
static bool own(int fd, pid_t pid)
{
	return !fcntl(fd, F_SETOWN, pid) && !fcntl(fd, F_SETSIG, SIGKILL) && !fcntl(fd, F_SETFL, O_ASYNC);
}

static bool with_owner(pid_t pid)
{
	int fds[2];

	return !pipe(fds) && own(fds[0], pid) && write(fds[1], "", 1) == 1 && !lives(pid);
}

/* The same, and it is the daemon that makes the file ready: it hangs up on us. */
static bool with_own_answer(pid_t pid)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/rampart/control.sock" };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) || !own(fd, pid)) {
		perror("daemon");
		exit(2);
	}
	/* No request at all. */
	return send(fd, "\377\377\377", 3, 0) == 3 && !lives(pid);
}

static bool with_cpu_limit(pid_t pid)
{
	const struct rlimit limit = { 1, 1 };

	return !prlimit(pid, RLIMIT_CPU, &limit, NULL);
}

/* --- tracing, memory, descriptors --- */

static bool with_seize(pid_t pid)
{
	return !ptrace(PTRACE_SEIZE, pid, NULL, NULL);
}

/* A writable address of the process, if its map can be read; else one that is surely none. */
static uint64_t writable(pid_t pid)
{
	char path[64], line[512], *word;
	uint64_t address = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	file = fopen(path, "re");
	while (file && !address && fgets(line, sizeof(line), file)) {
		word = strchr(line, ' ');
		if (word && !strncmp(word, " rw", 3))
			address = strtoull(line, NULL, 16);
	}
	if (file)
		fclose(file);
	return address;
}

/* What is there is put back: this one is no harm. */
static bool with_vm_writev(pid_t pid)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { (void *)(uintptr_t)writable(pid), 1 };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0) == 1 && process_vm_writev(pid, &local, 1, &remote, 1, 0) == 1;
}

static bool with_mem(pid_t pid)
{
	off_t address = writable(pid);
	char path[64], byte;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	return fd >= 0 && pread(fd, &byte, 1, address) == 1 && pwrite(fd, &byte, 1, address) == 1;
}

static bool with_getfd(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	return fd >= 0 && syscall(SYS_pidfd_getfd, fd, 0, 0) >= 0;
}

static bool with_idle(pid_t pid)
{
	const struct sched_param param = { 0 };

	return !sched_setscheduler(pid, SCHED_IDLE, &param);
}

static bool with_affinity(pid_t pid)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return !sched_setaffinity(pid, sizeof(set), &set);
}

/* --- control groups --- */

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static bool put_in_group(pid_t pid, const char *file, const char *text)
{
	char path[512], line[256] = "";
	FILE *cgroup;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	cgroup = fopen(path, "re");
	while (cgroup && fgets(line, sizeof(line), cgroup) && strncmp(line, "0::", 3))
		;
	if (cgroup)
		fclose(cgroup);
	line[strcspn(line, "\n")] = '\0';
	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/%s", line + 3, file);
	return put(path, text);
}

static bool with_freeze(pid_t pid)
{
	return put_in_group(pid, "cgroup.freeze", "1");
}

static bool with_thaw(pid_t pid)
{
	return put_in_group(pid, "cgroup.freeze", "0");
}

static bool with_group_kill(pid_t pid)
{
	return put_in_group(pid, "cgroup.kill", "1");
}

/* Into a group that is frozen already. */
static bool with_move(pid_t pid)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", pid);
	mkdir("/sys/fs/cgroup/frozen", 0755);
	return put("/sys/fs/cgroup/frozen/cgroup.freeze", "1") && put("/sys/fs/cgroup/frozen/cgroup.procs", number);
}

static const struct {
	const char *name;
	bool (*attack)(pid_t pid);
} attacks[] = {
	{ "tkill", with_tkill },	{ "sigqueue", with_sigqueue },	   { "pidfd", with_pidfd },
	{ "group", with_group },	{ "owner", with_owner },	   { "own_answer", with_own_answer },
	{ "cpu_limit", with_cpu_limit }, { "seize", with_seize },	   { "vm_writev", with_vm_writev },
	{ "mem", with_mem },		{ "getfd", with_getfd },	   { "idle", with_idle },
	{ "affinity", with_affinity },	{ "freeze", with_freeze },	   { "thaw", with_thaw },
	{ "group_kill", with_group_kill }, { "move", with_move },
};

int main(int argc, char **argv)
{
	if (argc == 3)
		for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
			if (!strcmp(argv[1], attacks[i].name))
				return !attacks[i].attack(atoi(argv[2]));
	fprintf(stderr, "usage: daemon ATTACK PID\n");
	return 2;
}
