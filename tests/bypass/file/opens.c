// SPDX-License-Identifier: MIT
/* Opening the file, by whatever name and system call, and what is done to it then. */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"
#include "call32.h"

static int write_open(void) { return scribble(open(victim, O_WRONLY)); }
static int append(void) { return scribble(open(victim, O_WRONLY | O_APPEND)); }
static int open_trunc(void) { return scribble(open(victim, O_WRONLY | O_TRUNC)); }
static int rdonly_trunc(void) { return open(victim, O_RDONLY | O_TRUNC) < 0 ? -1 : 0; }
static int truncate_path(void) { return truncate(victim, 0); }
static int create(void) { return scribble(open(extra, O_CREAT | O_WRONLY, 0644)); }

static int symlink_elsewhere(void)
{
	return symlink(victim, in_work("symlink")) ?: scribble(open(in_work("symlink"), O_WRONLY));
}

static int symlink_folder(void)
{
	return symlink(folder, in_work("symlink-folder")) ?: scribble_in(in_work("symlink-folder"));
}

/* The same by the name that the kernel keeps of descriptor @fd. */
static int reopen(int fd, const char *where)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/%d", where, fd);
	return scribble(open(name, O_WRONLY));
}

static int proc_fd_reopen(void) { return reopen(open(victim, O_RDONLY), "/proc/self/fd"); }
static int dev_fd_reopen(void) { return reopen(open(victim, O_RDONLY), "/dev/fd"); }
static int opath_reopen(void) { return reopen(open(victim, O_PATH), "/proc/self/fd"); }

static int proc_root(void)
{
	char name[1200];

	snprintf(name, sizeof(name), "/proc/self/root%s", victim);
	return scribble(open(name, O_WRONLY));
}

/* By the working directory of another process. */
static int proc_cwd(void)
{
	char name[64];
	int err, ready[2];
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		close(ready[0]);
		_exit(chdir(folder) || write(ready[1], "x", 1) != 1 || pause());
	}
	close(ready[1]);
	if (pid < 0)
		return -1;
	if (read(ready[0], name, 1) != 1)
		return -1;
	snprintf(name, sizeof(name), "/proc/%d/cwd", pid);
	err = scribble_in(name);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}

static int dirfd_relative(void)
{
	return scribble(openat(open(folder, O_PATH | O_DIRECTORY), strrchr(victim, '/') + 1, O_WRONLY));
}

static int dot_dot(void)
{
	char name[2048];

	snprintf(name, sizeof(name), "%s/.././%s//%s", folder, strrchr(folder, '/') + 1, strrchr(victim, '/') + 1);
	return scribble(open(name, O_WRONLY));
}

/* By a handle, when no name of @path is in the kernel's memory. */
static int by_handle(const char *path, int flags)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, root = open("/", O_RDONLY);

	if (name_to_handle_at(AT_FDCWD, path, &u.handle, &mount_id, 0) || put("/proc/sys/vm/drop_caches", "2"))
		return -1;
	return open_by_handle_at(root, &u.handle, flags);
}

static int handle(void) { return scribble(by_handle(victim, O_WRONLY)); }

static int handle_folder(void)
{
	return scribble(openat(by_handle(folder, O_RDONLY | O_DIRECTORY), strrchr(victim, '/') + 1, O_WRONLY));
}

static int mmap_shared(void)
{
	int fd = open(victim, O_RDWR);
	char *p = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return -1;
	memcpy(p, EVIL, 9);
	return msync(p, 4096, MS_SYNC);
}

static int by_sendfile(void)
{
	int in = open(evil_file("source"), O_RDONLY), out = open(victim, O_WRONLY);

	return out < 0 || sendfile(out, in, NULL, 9) != 9 ? -1 : 0;
}

static int by_copy_file_range(void)
{
	int in = open(evil_file("source"), O_RDONLY), out = open(victim, O_WRONLY);

	return out < 0 || copy_file_range(in, NULL, out, NULL, 9, 0) != 9 ? -1 : 0;
}

static int by_splice(void)
{
	int out = open(victim, O_WRONLY), fds[2];

	if (out < 0 || pipe(fds) || write(fds[1], EVIL, 9) != 9)
		return -1;
	return splice(fds[0], NULL, out, NULL, 9, 0) == 9 ? 0 : -1;
}

static int punch_hole(void)
{
	int fd = open(victim, O_WRONLY);

	return fd < 0 ? -1 : fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
}

static int by_aio(void)
{
	struct iocb cb = { .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_buf = (unsigned long)EVIL, .aio_nbytes = 9 }, *list = &cb;
	int fd = open(victim, O_WRONLY);
	aio_context_t context = 0;
	struct io_event event;

	if (fd < 0 || syscall(SYS_io_setup, 1, &context))
		return -1;
	cb.aio_fildes = fd;
	return syscall(SYS_io_submit, context, 1, &list) != 1 || syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1;
}

static int by_pwritev2(void)
{
	struct iovec text = { (void *)EVIL, 9 };
	int fd = open(victim, O_WRONLY);

	return fd < 0 || pwritev2(fd, &text, 1, 0, RWF_SYNC) != 9 ? -1 : 0;
}

static int newline_name(void)
{
	snprintf(extra, sizeof(extra), "%s.new\n \033\377(deleted)", victim);
	return scribble(open(extra, O_CREAT | O_WRONLY, 0644)) ?: (_exit(DONE), 0);
}

static int longest_name(void)
{
	size_t len = strlen(folder) + 1;

	strcpy(extra, victim);
	memset(extra + strlen(victim), 'x', len + 255 - strlen(victim));
	extra[len + 255] = 0;
	return scribble(open(extra, O_CREAT | O_WRONLY, 0644)) ?: (_exit(DONE), 0);
}

#define DEEP 20	/* times 250 bytes: longer than any path may be */

/* Into the folder that is DEEP below the victim's own. */
static int enter_deep(void)
{
	char name[251];
	int i;

	memset(name, 'd', 250);
	name[250] = 0;
	snprintf(extra, sizeof(extra), "%s.deep", victim);
	if ((mkdir(extra, 0755) && errno != EEXIST) || chdir(extra))
		return -1;
	for (i = 0; i < DEEP; i++)
		if ((mkdir(name, 0755) && errno != EEXIST) || chdir(name))
			return -1;
	return 0;
}

static int make_deep(void)
{
	int fd = enter_deep() ? -1 : open("f", O_CREAT | O_WRONLY, 0644);

	return fd < 0 || close(fd) || chdir("/") ? -1 : 0;
}

static int deep_path(void)
{
	char name[251];
	int i;

	memset(name, 'd', 250);
	name[250] = 0;
	snprintf(extra, sizeof(extra), "%s.deep", victim);
	if (chdir(extra))
		return -1;
	for (i = 0; i < DEEP; i++)
		if (chdir(name))
			return -1;
	return scribble(open("f", O_WRONLY)) ?: (_exit(DONE), 0);
}

static char racing[1024];
static volatile bool racing_on = true;

/* The name that the system call reads is another one every moment. */
static void *flip(void *decoy)
{
	while (racing_on) {
		strcpy(racing, decoy);
		sched_yield();
		strcpy(racing, victim);
		sched_yield();
	}
	return NULL;
}

static int path_race(void)
{
	const char *decoy = evil_file("decoy");
	pthread_t thread;
	int i;

	if (pthread_create(&thread, NULL, flip, (void *)decoy))
		return -1;
	for (i = 0; i < 200; i++) {
		/* On one processor the other would hardly ever be in the middle of it. */
		if (i % 2)
			strcpy(racing, victim);
		scribble(open(racing, O_WRONLY));
		sched_yield();
	}
	racing_on = false;
	pthread_join(thread, NULL);
	errno = EPERM;
	return -1;
}

/* The folder's name as nobody has spelt it yet. */
static int other_case(void)
{
	char name[2048], *p;

	snprintf(name, sizeof(name), "%s", victim);
	for (p = name + strlen("/srv/casefold/"); *p != '/'; p++)
		*p ^= 0x20;
	if (!getuid() && put("/proc/sys/vm/drop_caches", "2"))
		return -1;
	return scribble(open(name, O_WRONLY));
}


static int open32(void)
{
	char *name = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (name == MAP_FAILED)
		return -1;
	strcpy(name, victim);
	return scribble(call32(CALL32_OPEN, (long)name, O_WRONLY, 0));
}

const struct attack opens[] = {
	{ "F00a", "write_open", write_open },
	{ "F00b", "append", append },
	{ "F00c", "create", create },
	{ "F01a", "symlink_elsewhere", symlink_elsewhere },
	{ "F01b", "symlink_folder", symlink_folder },
	{ "F16a", "proc_root", proc_root },
	{ "F16b", "proc_cwd", proc_cwd },
	{ "F16c", "dev_fd_reopen", dev_fd_reopen },
	{ "F17", "proc_fd_reopen", proc_fd_reopen },
	{ "F18a", "opath_reopen", opath_reopen },
	{ "F18b", "dirfd_relative", dirfd_relative },
	{ "F20a", "handle", handle, NEEDS_ROOT, .reported = "any" },
	{ "F20b", "handle_folder", handle_folder, NEEDS_ROOT },
	{ "F22a", "mmap_shared", mmap_shared },
	{ "F26a", "sendfile", by_sendfile },
	{ "F26b", "copy_file_range", by_copy_file_range },
	{ "F26c", "splice", by_splice },
	{ "F28", "truncate_path", truncate_path },
	{ "F29a", "open_trunc", open_trunc },
	{ "F29b", "rdonly_trunc", rdonly_trunc },
	{ "F30a", "punch_hole", punch_hole },
	{ "F34a", "open32", open32, .needs = CALL32_NEEDS },
	{ "F35a", "aio", by_aio },
	{ "F35b", "pwritev2", by_pwritev2 },
	{ "F48", "other_case", other_case, .place = "casefold" },
	{ "F49a", "newline_name", newline_name },
	{ "F49b", "longest_name", longest_name },
	{ "F49c", "deep_path", deep_path, .reported = "any", .prepare = make_deep },
	{ "F49d", "dot_dot", dot_dot },
	{ "F50", "path_race", path_race },
	{}
};
