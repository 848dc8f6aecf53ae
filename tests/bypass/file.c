// SPDX-License-Identifier: MIT
/*
 * Ways to change a file in a protected folder, one function each. Runs inside a guest:
 *
 *	file list			names, one a line
 *	file prepare DIR		makes DIR/NAME ("original") for each
 *	file run DIR [NAME]...		tries each, or these; prints "NAME changed" or "NAME unchanged ERRNO"
 *	file try DIR NAME		tries it in this very process
 *	file look DIR NAME		status 0 if it is unchanged
 *
 * The folder is DIR, the victim DIR/NAME. Whether it was changed is seen by looking at it, not believed from a return value.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int use(int fd);

#define USE_FLAGS O_WRONLY
#include "ways.h"

#define HIDDEN 200			/* exit status: the folder could be hidden */

static char extra[600];		/* DIR/NAME.new: must not come into being */

static int use(int fd)
{
	ssize_t n = fd < 0 ? -1 : pwrite(fd, "ENCRYPTED", 9, 0);

	if (fd >= 0)
		close(fd);
	return n == 9 ? 0 : -1;
}

static int write_open(void) { return use(open(victim, O_WRONLY)); }
static int append(void) { return use(open(victim, O_WRONLY | O_APPEND)); }
static int open_trunc(void) { return use(open(victim, O_WRONLY | O_TRUNC)); }
static int rdonly_trunc(void) { return open(victim, O_RDONLY | O_TRUNC) < 0 ? -1 : 0; }
static int truncate_path(void) { return truncate(victim, 0); }
static int unlink_file(void) { return unlink(victim); }
static int rename_away(void) { return rename(victim, WORK "/away"); }
static int rename_over(void) { return use(open(WORK "/x", O_CREAT | O_WRONLY, 0644)) ?: rename(WORK "/x", victim); }
static int rename_in(void) { return use(open(WORK "/x", O_CREAT | O_WRONLY, 0644)) ?: rename(WORK "/x", extra); }
static int create_new(void) { return use(open(extra, O_CREAT | O_WRONLY, 0644)); }
static int mkdir_new(void) { return mkdir(extra, 0755); }
static int mknod_new(void) { return mknod(extra, S_IFIFO | 0644, 0); }
static int symlink_new(void) { return symlink("/etc/passwd", extra); }
static int chmod_file(void) { return chmod(victim, 0); }
static int chown_file(void) { return chown(victim, 12345, 12345); }
static int setxattr_file(void) { return setxattr(victim, "user.rampart", "x", 1, 0); }

static int removexattr_file(void) { return removexattr(victim, "user.keep"); }

/* See acl(5); the numbers are those of linux/posix_acl_xattr.h. */
static int set_acl(void)
{
	static const struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entries[5];
	} acl = { 2, { { 0x01, 6, ~0u }, { 0x02, 6, 12345 }, { 0x04, 4, ~0u }, { 0x10, 4, ~0u }, { 0x20, 4, ~0u } } };

	return setxattr(victim, "system.posix_acl_access", &acl, sizeof(acl), 0);
}

/* chattr +d, by a descriptor that is open for reading. */
static int set_flags(void)
{
	int fd = open(victim, O_RDONLY), flags = FS_NODUMP_FL;

	return fd < 0 ? -1 : ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

static int bind_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(extra) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, extra);
	return bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(address));
}

/* The kernel itself writes: a record of each process that ends. */
static int account(void)
{
	pid_t pid;

	if (acct(victim))
		return -1;
	pid = fork();
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return acct(NULL);
}

#define CORE_PATTERN "/proc/sys/kernel/core_pattern"

static int dump_core(void)
{
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	struct stat st;
	pid_t pid;

	if (put(CORE_PATTERN, extra) || setrlimit(RLIMIT_CORE, &limit))
		return -1;
	pid = fork();
	if (!pid)
		abort();
	waitpid(pid, NULL, 0);
	return put(CORE_PATTERN, "core") ?: lstat(extra, &st);
}

static int utimes_file(void)
{
	struct timeval tv[2] = { { 1, 0 }, { 1, 0 } };

	return utimes(victim, tv);
}

static int rename_exchange(void)
{
	if (use(open(WORK "/x", O_CREAT | O_WRONLY, 0644)))
		return -1;
	return renameat2(AT_FDCWD, WORK "/x", AT_FDCWD, victim, RENAME_EXCHANGE);
}

static int link_in(void)
{
	char out[600];

	snprintf(out, sizeof(out), "%s/../link-in", dir);
	return use(open(out, O_CREAT | O_WRONLY, 0644)) ?: link(out, extra);
}

static int proc_fd_reopen(void) { return reopen(O_RDONLY); }

static int tmpfile_linkat(void)
{
	char parent[600], name[64];
	int fd;

	snprintf(parent, sizeof(parent), "%s/..", dir);
	fd = open(parent, O_TMPFILE | O_RDWR, 0644);
	if (fd < 0 || write(fd, "x", 1) != 1)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, name, AT_FDCWD, extra, AT_SYMLINK_FOLLOW);
}

static int tmpfile_inside(void)
{
	char name[64];
	int fd = open(dir, O_TMPFILE | O_RDWR, 0644);

	if (fd < 0)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, name, AT_FDCWD, extra, AT_SYMLINK_FOLLOW);
}

static int mmap_shared(void)
{
	int fd = open(victim, O_RDWR);
	char *p = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return -1;
	memcpy(p, "ENCRYPTED", 9);
	return msync(p, 4096, MS_SYNC);
}

static int overlay_upper(void)
{
	char options[1400], work[600];
	int err;

	snprintf(work, sizeof(work), "%s/../ovl-work", dir);
	mkdir(work, 0755);
	mkdir(WORK "/lower", 0755);
	mkdir(WORK "/merged", 0755);
	snprintf(options, sizeof(options), "lowerdir=" WORK "/lower,upperdir=%s,workdir=%s", dir, work);
	if (mount("overlay", WORK "/merged", "overlay", 0, options))
		return -1;
	err = in_dir(WORK "/merged");
	umount2(WORK "/merged", MNT_DETACH);
	return err;
}

static int mount_over(void)
{
	bool hidden;

	if (mount("tmpfs", dir, "tmpfs", 0, NULL))
		return -1;
	hidden = access(victim, F_OK);
	umount2(dir, MNT_DETACH);
	_exit(hidden ? HIDDEN : 0);
}

static const struct attack {
	const char *name;
	int (*try)(void);
} attacks[] = {
	{ "write_open", write_open },
	{ "append", append },
	{ "open_trunc", open_trunc },
	{ "rdonly_trunc", rdonly_trunc },
	{ "truncate_path", truncate_path },
	{ "unlink", unlink_file },
	{ "rename_away", rename_away },
	{ "rename_over", rename_over },
	{ "rename_in", rename_in },
	{ "rename_exchange", rename_exchange },
	{ "create", create_new },
	{ "mkdir", mkdir_new },
	{ "mknod", mknod_new },
	{ "bind_socket", bind_socket },
	{ "symlink_in", symlink_new },
	{ "link_in", link_in },
	{ "hard_link_out", hard_link_out },
	{ "symlink_elsewhere", symlink_elsewhere },
	{ "chmod", chmod_file },
	{ "chown", chown_file },
	{ "utimes", utimes_file },
	{ "setxattr", setxattr_file },
	{ "removexattr", removexattr_file },
	{ "acl", set_acl },
	{ "flags", set_flags },
	{ "proc_fd_reopen", proc_fd_reopen },
	{ "opath_reopen", opath_reopen },
	{ "proc_root", proc_root },
	{ "dirfd_relative", dirfd_relative },
	{ "tmpfile_linkat", tmpfile_linkat },
	{ "tmpfile_inside", tmpfile_inside },
	{ "mmap_shared", mmap_shared },
	{ "bind_mount", bind_mount },
	{ "mount_namespace", mount_namespace },
	{ "user_namespace", user_namespace },
	{ "detached_mount", detached_mount },
	{ "chroot", chroot_inside },
	{ "ancestor_rename", ancestor_rename },
	{ "folder_rename", folder_rename },
	{ "overlay_upper", overlay_upper },
	{ "mount_over", mount_over },
	{ "io_uring", io_uring_open },
	{ "io_uring_polled", io_uring_polled },
	{ "handle", by_handle },
	{ "acct", account },
	{ "core", dump_core },
};

/* What can be seen of the victim: content, mode, owner, times, attributes; and whether the extra name has come. */
static bool changed(void)
{
	char text[32] = "";
	struct stat st;
	int fd = open(victim, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int flags = 0;

	if (fd >= 0)
		ioctl(fd, FS_IOC_GETFLAGS, &flags);
	if (fd >= 0)
		close(fd);
	return n != 8 || memcmp(text, "original", 8) || stat(victim, &st) || (st.st_mode & 07777) != 0644 ||
	       st.st_uid == 12345 || st.st_mtime == 1 || getxattr(victim, "user.rampart", text, 8) >= 0 ||
	       getxattr(victim, "user.keep", text, 8) < 0 || getxattr(victim, "system.posix_acl_access", NULL, 0) >= 0 ||
	       (flags & FS_NODUMP_FL) || !lstat(extra, &st);
}

static int prepare(void)
{
	size_t i;

	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		int fd;

		snprintf(victim, sizeof(victim), "%s/%s", dir, attacks[i].name);
		fd = open(victim, O_CREAT | O_EXCL | O_WRONLY, 0644);
		if (fd < 0 || fchmod(fd, 0644) || fsetxattr(fd, "user.keep", "x", 1, 0) ||
		    write(fd, "original", 8) != 8 || close(fd)) {
			perror(victim);
			return 1;
		}
	}
	return 0;
}

static void aim(const struct attack *attack)
{
	snprintf(victim, sizeof(victim), "%s/%s", dir, attack->name);
	snprintf(extra, sizeof(extra), "%s.new", victim);
}

static void run(const struct attack *attack)
{
	int status, err;
	pid_t pid;

	aim(attack);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		errno = 0;
		err = attack->try() ? errno : 0;
		fflush(stdout);
		_exit(err);
	}
	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) == HIDDEN || changed())
		printf("%s changed\n", attack->name);
	else
		printf("%s unchanged %s\n", attack->name, strerrorname_np(WEXITSTATUS(status)) ?: "0");
}

static bool is_among(const char *name, char **names)
{
	bool any = *names;

	for (; *names; names++)
		if (!strcmp(name, *names))
			return true;
	return !any;
}

static int run_all(char **names)
{
	size_t i;

	if (system("rm -rf " WORK) || mkdir(WORK, 0755)) {
		perror(WORK);
		return 1;
	}
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (is_among(attacks[i].name, names))
			run(&attacks[i]);
	return 0;
}

int main(int argc, char **argv)
{
	size_t i, n = sizeof(attacks) / sizeof(attacks[0]);

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (i = 0; i < n; i++)
			puts(attacks[i].name);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "prepare")) {
		dir = argv[2];
		return prepare();
	}
	if (argc >= 3 && !strcmp(argv[1], "run")) {
		dir = argv[2];
		return run_all(argv + 3);
	}
	for (i = 0; i < n && argc == 4; i++) {
		if (strcmp(argv[3], attacks[i].name))
			continue;
		dir = argv[2];
		aim(&attacks[i]);
		if (!strcmp(argv[1], "try"))
			return attacks[i].try() != 0;
		if (!strcmp(argv[1], "look"))
			return changed();
	}
	fprintf(stderr, "usage: file list | prepare DIR | run DIR [NAME]... | try DIR NAME | look DIR NAME\n");
	return 2;
}
