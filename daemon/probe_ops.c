// SPDX-License-Identifier: MIT
/* The operations of the probe. Each is allowed by every policy that protects nothing below /run/rampart. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "probe.h"

/* glibc declares these from version 2.36 on; their numbers are the same on every architecture. */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 4
#endif

/* Paths are relative to the probe's own directory. Returns whether the system call came as far as the hook. */
typedef bool (*probe_fn)(void);

static bool do_create(void)
{
	int fd = open("file", O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, "probe", 5) == 5;

	if (fd >= 0)
		close(fd);
	return good;
}

static bool do_ioctl(void)
{
	int fd = open("file", O_RDWR | O_CLOEXEC), flags;

	if (fd < 0)
		return false;
	ioctl(fd, FS_IOC_GETFLAGS, &flags);	/* the hook comes first; not every file system has them */
	close(fd);
	return true;
}

static bool do_mmap(void)
{
	int fd = open("file", O_RDWR | O_CLOEXEC);
	void *map = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	return map != MAP_FAILED && !munmap(map, 4096);
}

static bool do_attributes(void)
{
	return !chmod("file", 0640) && !truncate("file", 1);
}

static bool do_links(void)
{
	return !symlink("file", "symlink") && !link("file", "link") && !mknod("node", S_IFIFO | 0600, 0);
}

static bool do_rename(void)
{
	return !rename("link", "renamed");
}

static bool do_unlink(void)
{
	return !unlink("renamed") && !unlink("symlink") && !unlink("node");
}

static bool do_directory(void)
{
	return !mkdir("directory", 0700) && !rmdir("directory");
}

/* Not every file system keeps them; the hooks come first. */
static bool do_xattr(void)
{
	setxattr("file", "user.rampart", "probe", 5, 0);
	removexattr("file", "user.rampart");
	return true;
}

/* The same access as the mode already gives. See acl(5); the numbers are those of linux/posix_acl_xattr.h. */
static bool do_acl(void)
{
	static const struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entries[3];
	} acl = { 2, { { 0x01, 6, ~0u }, { 0x04, 4, ~0u }, { 0x20, 0, ~0u } } };

	setxattr("file", "system.posix_acl_access", &acl, sizeof(acl), 0);
	removexattr("file", "system.posix_acl_access");
	return true;
}

/* --- processes --- */

/* A child that waits to be killed. */
static pid_t fork_sleeper(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

static bool do_exec(void)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execl("/proc/self/exe", "rampartd", PROBE_ARGUMENT, NULL);
		_exit(1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool do_signal(void)
{
	return !kill(getpid(), 0);
}

/* A pipe's reader asks for a signal that does nothing when there is something to read. */
static bool do_sigio(void)
{
	int fds[2];
	bool good;

	if (pipe2(fds, O_CLOEXEC))
		return false;
	good = !fcntl(fds[0], F_SETOWN, getpid()) && !fcntl(fds[0], F_SETSIG, SIGCHLD) &&
	       !fcntl(fds[0], F_SETFL, O_ASYNC) && write(fds[1], "", 1) == 1;
	close(fds[0]);
	close(fds[1]);
	return good;
}

static bool do_scheduler(void)
{
	const struct sched_param param = { 0 };

	return !sched_setscheduler(0, SCHED_OTHER, &param);
}

static bool do_prlimit(void)
{
	pid_t pid = fork_sleeper();
	struct rlimit limit;
	bool good;

	if (pid < 0)
		return false;
	good = !prlimit(pid, RLIMIT_NOFILE, NULL, &limit) && !prlimit(pid, RLIMIT_NOFILE, &limit, NULL);
	end_child(pid);
	return good;
}

static bool do_ptrace(void)
{
	pid_t pid = fork_sleeper();
	bool good;

	if (pid < 0)
		return false;
	good = !ptrace(PTRACE_ATTACH, pid, NULL, NULL);
	end_child(pid);
	return good;
}

/* The way of a 32-bit program into the kernel, where there is one. In a child, which may die of it. */
static bool do_ioctl_32(void)
{
#ifdef __x86_64__
	pid_t pid = fork();
	int fd, status;

	if (!pid) {
		fd = open("file", O_RDWR | O_CLOEXEC);
		/* ioctl(fd, FS_IOC32_GETFLAGS, NULL) */
		__asm__ volatile("int $0x80" : "=a"(status) : "a"(54), "b"(fd), "c"(0x80046601), "d"(0) : "memory");
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid;
#else
	return true;
#endif
}

/* To a socket of its own, whose name the kernel makes up. */
static bool do_connect(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(name.sun_family);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good = listener >= 0 && sock >= 0 && !bind(listener, (struct sockaddr *)&name, len) && !listen(listener, 1);

	len = sizeof(name);
	good = good && !getsockname(listener, (struct sockaddr *)&name, &len) && !connect(sock, (struct sockaddr *)&name, len);
	if (listener >= 0)
		close(listener);
	if (sock >= 0)
		close(sock);
	return good;
}

/* --- mounts, in a namespace of the probe's own --- */

static bool do_mount_refused(void)
{
	return mount("none", ".", "rampart-no-such-type", 0, NULL) < 0 && errno == ENODEV;
}

/* Mounts a file system on one directory, changes how, moves it to another, takes it away. */
static bool move_and_unmount(void)
{
	bool good;
	int tree;

	if (mount("rampart-probe", "from", "tmpfs", 0, "size=4k"))
		return false;
	tree = syscall(SYS_open_tree, AT_FDCWD, "from", OPEN_TREE_CLONE | O_CLOEXEC);
	good = !mount(NULL, "from", NULL, MS_REMOUNT, "size=8k") && tree >= 0 && !syscall(SYS_move_mount, tree, "", AT_FDCWD, "to", MOVE_MOUNT_F_EMPTY_PATH);
	if (good)
		good = !umount2("to", MNT_DETACH);
	if (tree >= 0)
		close(tree);
	return !umount2("from", MNT_DETACH) && good;
}

/* Moves this process into the control group that it is in. */
static bool do_cgroup(void)
{
	char line[256], path[sizeof(line) + 32];
	FILE *file = fopen("/proc/self/cgroup", "re");
	bool good = false;
	int fd;

	while (file && !good && fgets(line, sizeof(line), file))
		good = !strncmp(line, "0::", 3);
	if (file)
		fclose(file);
	if (!good || mount("none", "from", "cgroup2", 0, NULL))
		return false;
	line[strcspn(line, "\n")] = '\0';
	snprintf(path, sizeof(path), "from%s/cgroup.procs", line + 3);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	good = fd >= 0 && write(fd, "0", 1) == 1;
	if (fd >= 0)
		close(fd);
	return !umount2("from", MNT_DETACH) && good;
}

static bool do_mounts(void)
{
	bool good;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return false;
	if (mkdir("from", 0700) || mkdir("to", 0700))
		return false;
	good = move_and_unmount() && do_cgroup();
	rmdir("from");
	rmdir("to");
	return good;
}

/* --- */

/* Those that need a file stand after the one that makes it. */
static const probe_fn operations[] = {
	do_create, do_ioctl, do_ioctl_32, do_mmap, do_attributes, do_links, do_rename, do_unlink, do_directory,
	do_xattr, do_acl, do_exec, do_signal, do_sigio, do_connect, do_scheduler, do_prlimit, do_ptrace, do_mount_refused, do_mounts,
};
#define N_OPERATIONS (sizeof(operations) / sizeof(operations[0]))

unsigned int probe_all(const char *parent)
{
	char path[256];
	unsigned int failed = 0;

	snprintf(path, sizeof(path), "%s/probe.XXXXXX", parent);
	if (!mkdtemp(path))
		return N_OPERATIONS;
	if (!chdir(path)) {
		for (size_t i = 0; i < N_OPERATIONS; i++)
			failed += !operations[i]();
		unlink("file");
	}
	return chdir("/") || rmdir(path) ? failed + 1 : failed;
}
