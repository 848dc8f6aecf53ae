// SPDX-License-Identifier: MIT
/*
 * Ways to read a secret, one function each. Runs inside a guest:
 *
 *	secret list			names, one a line
 *	secret prepare DIR		makes DIR/NAME for each
 *	secret run DIR KEEPER [NAME]...	tries each, or these; prints "NAME read" or "NAME unread ERRNO"
 *	secret show FILE		prints it
 *	secret hold FILE		reads it, prints "ready" and its descriptor, waits for the end of its input
 *	secret reveal			prints what a secret begins with
 *
 * KEEPER is a copy of this very program, which the policy allows. A secret counts as read when its bytes were seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>

static int use(int fd);

#define USE_FLAGS O_RDONLY
#include "ways.h"

#define SECRET "SECRET"
#define SIZE 4096

static const char *keeper;
static char page[SIZE];		/* at the same address in KEEPER */

static int is_secret(const char *text)
{
	return memcmp(text, SECRET, strlen(SECRET)) ? -1 : 0;
}

static int use(int fd)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, page, SIZE, 0);

	if (fd >= 0)
		close(fd);
	return n >= (ssize_t)strlen(SECRET) ? is_secret(page) : -1;
}

static int by_name(void) { return use(open(victim, O_RDONLY)); }
static int write_reopen(void) { return reopen(O_WRONLY); }
static int for_both(void) { return use(open(victim, O_RDWR)); }

static int mapped(void)
{
	int fd = open(victim, O_RDONLY);
	const char *map = fd < 0 ? MAP_FAILED : mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);

	return map == MAP_FAILED ? -1 : is_secret(map);
}

/* --- into another file --- */

static int copy(ssize_t (*by)(int in, int out))
{
	int in = open(victim, O_RDONLY), out = in < 0 ? -1 : open(WORK "/copy", O_CREAT | O_TRUNC | O_RDWR, 0600);

	return out < 0 || by(in, out) < 0 ? -1 : use(out);
}

static ssize_t send_all(int in, int out) { return sendfile(out, in, NULL, SIZE); }
static ssize_t copy_range(int in, int out) { return copy_file_range(in, NULL, out, NULL, SIZE, 0); }

static ssize_t splice_all(int in, int out)
{
	int ends[2];

	return pipe(ends) || splice(in, NULL, ends[1], NULL, SIZE, 0) < 0 ? -1 : splice(ends[0], NULL, out, NULL, SIZE, 0);
}

static int sent(void) { return copy(send_all); }
static int copied(void) { return copy(copy_range); }
static int spliced(void) { return copy(splice_all); }

/* As the content of a disk. */
static int loop_over(int flags, bool configure)
{
	int fd = open(victim, flags), control, device, err;
	struct loop_config config = { .fd = fd, .info.lo_flags = LO_FLAGS_READ_ONLY };
	char name[32];

	if (fd < 0)
		return -1;
	control = open("/dev/loop-control", O_RDWR);
	snprintf(name, sizeof(name), "/dev/loop%d", ioctl(control, LOOP_CTL_GET_FREE));
	device = open(name, O_RDONLY);
	if (device < 0 || (configure ? ioctl(device, LOOP_CONFIGURE, &config) : ioctl(device, LOOP_SET_FD, fd)))
		return -1;
	err = use(open(name, O_RDONLY));
	ioctl(device, LOOP_CLR_FD, 0);
	return err;
}

static int loop(void) { return loop_over(O_RDONLY, false); }
static int loop_write_only(void) { return loop_over(O_WRONLY, false); }
static int loop_configured(void) { return loop_over(O_WRONLY, true); }

/* Exchanged with the boot loader's inode of the file system, and that with a file of one's own. */
static int swap_boot(void)
{
	const unsigned int command = _IO('f', 17);	/* EXT4_IOC_SWAP_BOOT */
	int fd = open(victim, O_WRONLY), own = open(WORK "/boot", O_CREAT | O_RDWR, 0600);

	return ioctl(fd, command) || ioctl(own, command) ? -1 : use(own);
}

/* --- out of its place --- */

static int rename_out(void)
{
	int err;

	if (rename(victim, WORK "/out"))
		return -1;
	err = use(open(WORK "/out", O_RDONLY));
	return rename(WORK "/out", victim) ?: err;
}

static int exchange(void)
{
	int err, fd = open(WORK "/other", O_CREAT | O_WRONLY, 0600);

	if (fd < 0 || close(fd) || renameat2(AT_FDCWD, WORK "/other", AT_FDCWD, victim, RENAME_EXCHANGE))
		return -1;
	err = use(open(WORK "/other", O_RDONLY));
	return renameat2(AT_FDCWD, WORK "/other", AT_FDCWD, victim, RENAME_EXCHANGE) ?: err;
}

/* --- as a lower layer --- */

static int overlay(int flags)
{
	char options[1400], name[600];
	int err;

	mkdir(WORK "/upper", 0755);
	mkdir(WORK "/work", 0755);
	mkdir(WORK "/merged", 0755);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=" WORK "/upper,workdir=" WORK "/work", dir);
	if (mount("overlay", WORK "/merged", "overlay", 0, options))
		return -1;
	snprintf(name, sizeof(name), WORK "/merged/%s", strrchr(victim, '/') + 1);
	err = use(open(name, flags));
	umount2(WORK "/merged", MNT_DETACH);
	return err;
}

static int overlay_lower(void) { return overlay(O_RDONLY); }
static int overlay_copy_up(void) { return overlay(O_RDWR); }

/* --- executed --- */

static int executed(void)
{
	int ends[2];
	ssize_t n;
	pid_t pid;

	if (pipe(ends))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(ends[1], 1);
		execl(victim, victim, "reveal", NULL);
		_exit(errno);
	}
	close(ends[1]);
	n = read(ends[0], page, SIZE);
	if (n <= 0) {
		int status;

		waitpid(pid, &status, 0);
		errno = WEXITSTATUS(status);
		return -1;
	}
	return is_secret(page);
}

/* --- by a program that may read it --- */

struct holder {
	pid_t pid;
	int fd;		/* its descriptor of the victim */
	int in;
};

static int start(struct holder *holder)
{
	int in[2], out[2];
	char line[32] = "";

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return -1;
	holder->pid = fork();
	if (!holder->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl(keeper, keeper, "hold", victim, NULL);
		_exit(127);
	}
	close(out[1]);
	holder->in = in[1];
	if (read(out[0], line, sizeof(line) - 1) <= 0 || sscanf(line, "ready %d", &holder->fd) != 1) {
		fprintf(stderr, "%s does not hold %s\n", keeper, victim);
		_exit(255);
	}
	return 0;
}

static int end(const struct holder *holder, int err)
{
	int saved = errno;

	kill(holder->pid, SIGKILL);
	waitpid(holder->pid, NULL, __WALL);
	errno = saved;
	return err;
}

static int reader_traced(void)
{
	struct holder holder;
	long word = 0;
	int status;

	if (start(&holder))
		return -1;
	if (ptrace(PTRACE_ATTACH, holder.pid, 0, 0))
		return end(&holder, -1);
	waitpid(holder.pid, &status, 0);
	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, holder.pid, page, 0);
	return end(&holder, memcmp(&word, SECRET, strlen(SECRET)) ? -1 : 0);
}

static int reader_copied(void)
{
	struct iovec here = { page, SIZE }, there = { page, SIZE };
	struct holder holder;

	return start(&holder) ?: end(&holder, process_vm_readv(holder.pid, &here, 1, &there, 1, 0) < 0 ? -1 : is_secret(page));
}

static int reader_file(const char *format, bool mem)
{
	struct holder holder;
	char name[600];
	int fd, err;

	if (start(&holder))
		return -1;
	snprintf(name, sizeof(name), format, holder.pid, holder.fd);
	fd = open(name, O_RDONLY);
	if (fd >= 0 && mem)
		err = pread(fd, page, SIZE, (off_t)(unsigned long)page) < 0 ? -1 : is_secret(page);
	else
		err = use(fd);
	return end(&holder, err);
}

static int reader_memory(void) { return reader_file("/proc/%d/mem", true); }
static int reader_descriptor(void) { return reader_file("/proc/%d/fd/%d", false); }

static int reader_root(void)
{
	char format[600];

	snprintf(format, sizeof(format), "/proc/%%d/root%s", victim);
	return reader_file(format, false);
}

static int reader_pidfd(void)
{
	struct holder holder;
	int pidfd;

	if (start(&holder))
		return -1;
	pidfd = syscall(SYS_pidfd_open, holder.pid, 0);
	return end(&holder, use(syscall(SYS_pidfd_getfd, pidfd, holder.fd, 0)));
}

/* What watches gets a descriptor of what another has opened. */
static int watched(void)
{
	int watch = fanotify_init(FAN_CLASS_CONTENT | FAN_NONBLOCK, O_RDONLY), err;
	struct fanotify_event_metadata event;
	struct holder holder;

	if (watch < 0 || fanotify_mark(watch, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, victim) || start(&holder))
		return -1;
	err = read(watch, &event, sizeof(event)) != sizeof(event) ? -1 : use(event.fd);
	return end(&holder, err);
}

static const struct attack {
	const char *name;
	int (*try)(void);
} attacks[] = {
	{ "open", by_name },
	{ "read_write", for_both },
	{ "mapped", mapped },
	{ "sendfile", sent },
	{ "copy_file_range", copied },
	{ "splice", spliced },
	{ "loop", loop },
	{ "loop_write_only", loop_write_only },
	{ "loop_configured", loop_configured },
	{ "swap_boot", swap_boot },
	{ "symlink", symlink_elsewhere },
	{ "write_reopen", write_reopen },
	{ "opath_reopen", opath_reopen },
	{ "proc_root", proc_root },
	{ "dirfd_relative", dirfd_relative },
	{ "hard_link", hard_link_out },
	{ "rename_out", rename_out },
	{ "exchange", exchange },
	{ "ancestor_rename", ancestor_rename },
	{ "folder_rename", folder_rename },
	{ "bind_mount", bind_mount },
	{ "mount_namespace", mount_namespace },
	{ "user_namespace", user_namespace },
	{ "detached_mount", detached_mount },
	{ "chroot", chroot_inside },
	{ "overlay_lower", overlay_lower },
	{ "overlay_copy_up", overlay_copy_up },
	{ "io_uring", io_uring_open },
	{ "io_uring_polled", io_uring_polled },
	{ "handle", by_handle },
	{ "executed", executed },
	{ "reader_traced", reader_traced },
	{ "reader_copied", reader_copied },
	{ "reader_memory", reader_memory },
	{ "reader_descriptor", reader_descriptor },
	{ "reader_root", reader_root },
	{ "reader_pidfd", reader_pidfd },
	{ "watched", watched },
};

#define ATTACKS (sizeof(attacks) / sizeof(attacks[0]))

static void aim(const char *name)
{
	snprintf(victim, sizeof(victim), "%s/%s", dir, name);
}

/* The one that is executed is this program. */
static int prepare(void)
{
	for (size_t i = 0; i < ATTACKS; i++) {
		bool program = attacks[i].try == executed;
		int in = open("/proc/self/exe", O_RDONLY), fd;

		aim(attacks[i].name);
		fd = open(victim, O_CREAT | O_EXCL | O_RDWR, 0700);
		memset(page, '.', SIZE);
		memcpy(page, SECRET, strlen(SECRET));
		if (fd < 0 || (program ? sendfile(fd, in, NULL, 1 << 30) <= 0 : write(fd, page, SIZE) != SIZE) || close(fd)) {
			perror(victim);
			return 1;
		}
		close(in);
	}
	return 0;
}

static void run(const struct attack *attack)
{
	int status;
	pid_t pid;

	aim(attack->name);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		memset(page, 0, SIZE);
		errno = 0;
		_exit(attack->try() ? errno ?: 254 : 0);
	}
	waitpid(pid, &status, 0);
	if (!status)
		printf("%s read\n", attack->name);
	else
		printf("%s unread %s\n", attack->name, strerrorname_np(WEXITSTATUS(status)) ?: "?");
}

static int run_all(char **names)
{
	if (system("rm -rf " WORK) || mkdir(WORK, 0777)) {
		perror(WORK);
		return 1;
	}
	for (size_t i = 0; i < ATTACKS; i++) {
		bool wanted = !*names;

		for (char **name = names; *name; name++)
			wanted |= !strcmp(*name, attacks[i].name);
		if (wanted)
			run(&attacks[i]);
	}
	return 0;
}

static int hold(const char *name)
{
	int fd = open(name, O_RDONLY);

	if (fd < 0 || pread(fd, page, SIZE, 0) <= 0) {
		perror(name);
		return 1;
	}
	printf("ready %d\n", fd);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

static int show(const char *name)
{
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, page, SIZE);

	if (n < 0)
		perror(name);
	return n < 0 || write(1, page, n) != n;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (size_t i = 0; i < ATTACKS; i++)
			puts(attacks[i].name);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "reveal"))
		return puts(SECRET) < 0;
	if (argc == 3 && !strcmp(argv[1], "show"))
		return show(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "hold"))
		return hold(argv[2]);
	dir = argc > 2 ? argv[2] : "";
	if (argc == 3 && !strcmp(argv[1], "prepare"))
		return prepare();
	if (argc >= 4 && !strcmp(argv[1], "run")) {
		keeper = argv[3];
		return run_all(argv + 4);
	}
	fprintf(stderr, "usage: secret list | prepare DIR | run DIR KEEPER [NAME]... | show FILE | hold FILE | reveal\n");
	return 2;
}
