// SPDX-License-Identifier: MIT
/* Programs that are started by one which has no business to: viewer_child, office_child, comm_child, webshell, remote_spawn,
   obf_script, trust_exec. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#define SAY "echo worked; :"
#define LOADER "/lib64/ld-linux-x86-64.so.2"

/* --- a shell, and what is as good --- */

static int shell(const char *path) { return start(path, "-c", SAY, NULL); }
static int busybox(const char *path) { return start(path, "sh", "-c", SAY, NULL); }
static int by_loader(const char *path) { return start(LOADER, path, "-c", SAY, NULL); }
static int downloader(const char *path) { return start(path, "version", NULL); }
static int plain(const char *path) { return start(path, NULL); }
static int tool(const char *path) { return start(path, "say", NULL); }
static int by_far_away(const char *path) { return far_away(shell, path); }

/* What looks like one command is none. */
static int by_reading_shell(const char *path)
{
	unlink("letter");
	return put_file("letter", SAY "\n", O_CREAT, 0644) ?: start(path, "-c", ". ./letter", NULL);
}

/* A command may be what the environment says that it is. */
static int by_function(const char *path)
{
	char *const args[] = { "sh", "-c", "paperconf", NULL };
	char *const functions[] = { "BASH_FUNC_paperconf%%=() { " SAY "\n}", NULL };

	return execve(path, args, functions);
}

/* As a library does it. */
static int by_system(const char *path)
{
	return system(SAY) ? -1 : 0;
}

static int by_thread_function(void *path)
{
	return shell(path);
}

static void *thread(void *path)
{
	printf("E%d\n", by_thread_function(path) ? errno : 0);
	exit(0);
}

static int by_thread(const char *path)
{
	pthread_t id;

	if (pthread_create(&id, NULL, thread, (void *)path))
		return -1;
	pthread_join(id, NULL);
	return -1;
}

static int by_vfork(const char *path)
{
	pid_t pid = vfork();

	if (!pid) {
		shell(path);
		_exit(errno);
	}
	if (wait_child(pid))
		return -1;
	_exit(0);
}

/* Another program, which may be started, starts it. */
static int by_helper(const char *path)
{
	return start("/usr/bin/setpriv", "--no-new-privs", path, "-c", SAY, NULL);
}

/* --- the same by another name --- */

static int by_symlink(const char *path)
{
	unlink("letter");
	return symlink(path, "letter") ?: shell("./letter");
}

static int by_hard_link(const char *path)
{
	unlink("letter");
	return link(path, "letter") ?: shell("./letter");
}

static int by_copy(const char *path)
{
	unlink("letter");
	return copy_file(path, "letter", 0755) ?: shell("./letter");
}

static int by_descriptor(const char *path)
{
	char name[64];
	int fd = open(path, O_PATH);

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return shell(name);
}

static int by_passed_descriptor(const char *path)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	char *const args[] = { "letter", "-c", SAY, NULL };
	int ends[2], fd;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -1;
	if (!fork()) {
		fd = open(path, O_RDONLY);
		*header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
		_exit(sendmsg(ends[1], &message, 0) != 1);
	}
	if (recvmsg(ends[0], &message, 0) != 1)
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return syscall(SYS_execveat, fd, "", args, environment, AT_EMPTY_PATH);
}

/* Mounted where nobody knows it. */
static int by_bind_mount(const char *path)
{
	unlink("letter");
	if (put_file("letter", "", O_CREAT, 0755) || unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return -1;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount(path, "letter", NULL, MS_BIND, NULL))
		return -1;
	return shell("./letter");
}

static int by_chroot(const char *path)
{
	mkdir("root", 0755);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return -1;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (mount("/", "root", NULL, MS_BIND | MS_REC, NULL) || chroot("root") || chdir("/"))
		return -1;
	return shell(path);
}

/* --- scripts --- */

static int by_script(const char *path)
{
	char text[128];

	unlink("script");
	snprintf(text, sizeof(text), "#!%s\n" SAY "\n", path);
	return put_file("script", text, O_CREAT, 0755) ?: start("./script", NULL);
}

static int by_loader_script(const char *path)
{
	unlink("script");
	return put_file("script", "#!" LOADER " /usr/bin/dash\n" SAY "\n", O_CREAT, 0755) ?: start("./script", NULL);
}

/* --- files that are in no folder --- */

static int into_memory(const char *from, unsigned int flags)
{
	int memory = memfd_create("letter", flags), in;
	char buf[65536];
	ssize_t n;

	in = open(from ?: "/proc/self/exe", O_RDONLY | O_CLOEXEC);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(memory, buf, n) != n)
			return -1;
	close(in);
	return memory;
}

static int execute(int fd, const char *argument)
{
	char *const args[] = { "letter", (char *)argument, NULL };

	return fd < 0 ? -1 : syscall(SYS_execveat, fd, "", args, environment, AT_EMPTY_PATH);
}

static int by_memory(const char *unused)
{
	return execute(into_memory(NULL, MFD_CLOEXEC), "say");
}

static int by_memory_far_away(const char *unused) { return far_away(by_memory, NULL); }

static int by_memory_name(const char *unused)
{
	int fd = into_memory(NULL, 0);
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/fd/%d", getpid(), fd);
	return start(name, "say", NULL);
}

static int by_memory_script(const char *unused)
{
	int fd = memfd_create("script", 0);

	return dprintf(fd, "#!/bin/sh\n%s\n", SAY) < 0 ? -1 : execute(fd, NULL);
}

/* Its name in memory is linked to a symlink that looks innocent. */
static int by_memory_symlink(const char *unused)
{
	int fd = into_memory(NULL, 0);
	char name[64];

	unlink("letter");
	snprintf(name, sizeof(name), "/proc/%d/fd/%d", getpid(), fd);
	return symlink(name, "letter") ?: start("letter", "say", NULL);
}

static int by_deleted(const char *unused)
{
	int fd;

	if (copy_file(NULL, "tool", 0755))
		return -1;
	fd = open("tool", O_PATH | O_CLOEXEC);
	return unlink("tool") ?: execute(fd, "say");
}

static int by_unnamed(const char *unused)
{
	int fd = open(".", O_TMPFILE | O_RDWR, 0755), reading;
	char name[64], buf[65536];
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	while (fd >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		if (write(fd, buf, n) != n)
			return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	reading = open(name, O_RDONLY);
	close(fd);
	return execute(reading, "say");
}

static int by_shm(const char *unused)
{
	return copy_file(NULL, "/dev/shm/tool", 0755) ?: tool("/dev/shm/tool");
}

static int by_shm_script(const char *unused)
{
	unlink("/dev/shm/script");
	return put_file("/dev/shm/script", "#!/bin/sh\n" SAY "\n", O_CREAT, 0755) ?: plain("/dev/shm/script");
}

static int by_shm_symlink(const char *unused)
{
	unlink("letter");
	return copy_file(NULL, "/dev/shm/tool", 0755) ?: symlink("/dev/shm/tool", "letter") ?: tool("letter");
}

static int by_shm_bind(const char *unused)
{
	if (copy_file(NULL, "/dev/shm/tool", 0755) || unshare(CLONE_NEWNS))
		return -1;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mkdir("shm", 0755);
	return mount("/dev/shm", "shm", NULL, MS_BIND, NULL) ?: tool("./shm/tool");
}

static int by_memory_loader(const char *unused)
{
	int fd = into_memory("/usr/bin/dash", 0);
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return start(LOADER, name, "-c", SAY, NULL);
}

static int by_shm_loader(const char *unused)
{
	return copy_file("/usr/bin/dash", "/dev/shm/shell", 0644) ?: start(LOADER, "/dev/shm/shell", "-c", SAY, NULL);
}

/* --- what comes over ssh: the login shell runs the command --- */

static int remotely(const char *command)
{
	return start("/bin/sh", "-c", command, NULL);
}

static int remotely_far_away(const char *command) { return far_away(remotely, command); }

static int remotely_own(const char *unused)
{
	return copy_file(NULL, "tool", 0755) ?: remotely("./tool say; :");
}

static int remotely_memory(const char *unused)
{
	return copy_file(NULL, "tool", 0755) ?: remotely("./tool do obf_script memory; :");
}

/* --- what nobody has installed --- */

static int brought(const char *path)
{
	return copy_file(NULL, path, 0755) ?: tool(path);
}

static int brought_far_away(const char *path) { return far_away(brought, path); }

static int brought_by_symlink(const char *unused)
{
	unlink("letter");
	return copy_file(NULL, "tool", 0755) ?: symlink("tool", "letter") ?: tool("./letter");
}

/* Where only root can write, but not the file itself. */
static int brought_by_hard_link(const char *path)
{
	unlink(path);
	if (copy_file(NULL, USER_WORK "/tool", 0755) || chown(USER_WORK "/tool", USER_ID, USER_ID))
		return -1;
	/* Another file system has no links into this one. */
	if (link(USER_WORK "/tool", path))
		return errno == EXDEV ? missing() : -1;
	return tool(path);
}

/* Mounted where what is installed lies. */
static int brought_by_mount(const char *path)
{
	char name[128];

	if (copy_file(NULL, "tool", 0755) || unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return -1;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	snprintf(name, sizeof(name), "%s/tool", path);
	return mount(".", path, NULL, MS_BIND, NULL) ?: tool(name);
}

/* In a file system of one's own, mounted there: its owner has to have an id. */
static int brought_by_tmpfs(const char *path)
{
	char name[128], users[32], groups[32];

	snprintf(users, sizeof(users), "0 %u 1", getuid());
	snprintf(groups, sizeof(groups), "0 %u 1", getgid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) || put_file("/proc/self/setgroups", "deny", 0, 0) ||
	    put_file("/proc/self/uid_map", users, 0, 0) || put_file("/proc/self/gid_map", groups, 0, 0))
		return -1;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	snprintf(name, sizeof(name), "%s/tool", path);
	return mount("tmpfs", path, "tmpfs", 0, NULL) ?: brought(name);
}

static int brought_by_loader(const char *path)
{
	return copy_file(path, "tool", 0644) ?: start(LOADER, "./tool", "-c", SAY, NULL);
}

/* All that a document, a message or a request could have the program do that shows it. */
#define CHILD_ATTACKS(rule, program)                                                                                   \
	{ rule, "shell", program, shell, "/usr/bin/sh" },                                                              \
	{ rule, "bash", program, shell, "/usr/bin/bash" },                                                             \
	{ rule, "system", program, by_system, NULL, ELSEWHERE },                                                  \
	{ rule, "busybox", program, busybox, "/usr/bin/busybox" },                                                     \
	{ rule, "loader", program, by_loader, "/usr/bin/dash" },                                                       \
	{ rule, "downloader", program, downloader, "/usr/bin/openssl" },                                               \
	{ rule, "own_program", program, by_copy, "/usr/bin/dash" },                                                    \
	{ rule, "symlink", program, by_symlink, "/usr/bin/dash" },                                                     \
	{ rule, "hard_link", program, by_hard_link, "/usr/bin/dash", ROOT },                                           \
	{ rule, "descriptor", program, by_descriptor, "/usr/bin/dash" },                                               \
	{ rule, "passed_descriptor", program, by_passed_descriptor, "/usr/bin/dash" },                                 \
	{ rule, "bind_mount", program, by_bind_mount, "/usr/bin/dash" },                                               \
	{ rule, "chroot", program, by_chroot, "/usr/bin/dash" },                                                       \
	{ rule, "script", program, by_script, "/usr/bin/sh" },                                                         \
	{ rule, "loader_script", program, by_loader_script },                                                           \
	{ rule, "installed_script", program, plain, "/usr/bin/asr-script" },                                           \
	{ rule, "nested_script", program, plain, "/usr/bin/asr-nested" },                                              \
	{ rule, "memory", program, by_memory },                                                                        \
	{ rule, "deleted", program, by_deleted },                                                                      \
	{ rule, "thread", program, by_thread, "/usr/bin/sh" },                                                         \
	{ rule, "vfork", program, by_vfork, "/usr/bin/sh" },                                                           \
	{ rule, "far_away", program, by_far_away, "/usr/bin/sh" },                                                     \
	{ rule, "helper", program, by_helper, "/usr/bin/sh", ELSEWHERE }

const struct attack execs[] = {
	CHILD_ATTACKS("viewer_child", VIEWER),
	CHILD_ATTACKS("office_child", OFFICE),
	{ "office_child", "reading_shell", OFFICE, by_reading_shell, "/usr/bin/dash" },
	{ "office_child", "function", OFFICE, by_function, "/usr/bin/bash" },
	CHILD_ATTACKS("comm_child", MAIL),
	{ "comm_child", "chat_shell", CHAT, shell, "/usr/bin/sh" },
	CHILD_ATTACKS("webshell", WEB),
	{ "webshell", "php_system", PHP, by_system, NULL, ELSEWHERE },
	{ "remote_spawn", "second_shell", REMOTE, remotely, "/bin/bash -c '" SAY "'; :", ELSEWHERE },
	{ "remote_spawn", "by_root", REMOTE, remotely, "/bin/bash -c '" SAY "'; :", ROOT | ELSEWHERE },
	{ "remote_spawn", "loader", REMOTE, remotely, LOADER " /usr/bin/dash -c '" SAY "'; :", ELSEWHERE },
	{ "remote_spawn", "busybox", REMOTE, remotely, "busybox sh -c '" SAY "'; :", ELSEWHERE },
	{ "remote_spawn", "helper", REMOTE, remotely, "setpriv --no-new-privs bash -c '" SAY "'; :", ELSEWHERE },
	{ "remote_spawn", "script", REMOTE, remotely, "/usr/bin/asr-script; :", ELSEWHERE },
	{ "remote_spawn", "own_program", REMOTE, remotely_own, NULL, ELSEWHERE },
	{ "remote_spawn", "memory", REMOTE, remotely_memory, NULL, ELSEWHERE },
	{ "remote_spawn", "far_away", REMOTE, remotely_far_away, "/bin/bash -c '" SAY "'; :", ELSEWHERE },
	{ "remote_spawn", "session", REMOTE, remotely, "setsid bash -c '" SAY "'; :", ELSEWHERE },
	{ "obf_script", "memory", PLAIN, by_memory },
	{ "obf_script", "memory_by_root", PLAIN, by_memory, NULL, ROOT },
	{ "obf_script", "memory_far_away", PLAIN, by_memory_far_away },
	{ "obf_script", "memory_name", PLAIN, by_memory_name },
	{ "obf_script", "memory_symlink", PLAIN, by_memory_symlink },
	{ "obf_script", "memory_script", PLAIN, by_memory_script },
	{ "obf_script", "memory_loader", PLAIN, by_memory_loader, NULL, ELSEWHERE },
	{ "obf_script", "deleted", PLAIN, by_deleted },
	{ "obf_script", "deleted_by_root", PLAIN, by_deleted, NULL, ROOT },
	{ "obf_script", "unnamed", PLAIN, by_unnamed },
	{ "obf_script", "shm", PLAIN, by_shm },
	{ "obf_script", "shm_script", PLAIN, by_shm_script },
	{ "obf_script", "shm_symlink", PLAIN, by_shm_symlink },
	{ "obf_script", "shm_bind_mount", PLAIN, by_shm_bind, NULL, ROOT },
	{ "obf_script", "shm_loader", PLAIN, by_shm_loader, NULL, ELSEWHERE },
	{ "trust_exec", "own_program", PLAIN, brought, "./tool" },
	{ "trust_exec", "shared_folder", PLAIN, brought, SHARED_WORK "/tool" },
	{ "trust_exec", "by_root", PLAIN, brought, ROOT_WORK "/tool", ROOT },
	{ "trust_exec", "shm", PLAIN, brought, "/dev/shm/tool" },
	{ "trust_exec", "far_away", PLAIN, brought_far_away, USER_WORK "/tool" },
	{ "trust_exec", "symlink", PLAIN, brought_by_symlink },
	{ "trust_exec", "hard_link", PLAIN, brought_by_hard_link, "/usr/local/asr-tool", ROOT },
	{ "trust_exec", "bind_mount", PLAIN, brought_by_mount, "/usr/local" },
	{ "trust_exec", "own_file_system", PLAIN, brought_by_tmpfs, "/usr/local" },
	{ "trust_exec", "loader", PLAIN, brought_by_loader, "/usr/bin/dash", ELSEWHERE },
	{ "trust_exec", "script", PLAIN, by_script, "/usr/bin/sh" },
	{ "trust_exec", "memory", PLAIN, by_memory },
	{ "trust_exec", "deleted", PLAIN, by_deleted },
	{ "trust_exec", "installed_by_root", PLAIN, brought, "/usr/bin/asr-tool", ROOT | GAP },
	{ 0 }
};
