// SPDX-License-Identifier: MIT
/* Every call that takes a path, with every kind of path; every combination of flags to open what there may be. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case.h"

/* --- paths --- */
static char name_255[256], name_256[257], path_4095[4096], path_4096[4097];

static const struct path {
	const char *kind, *path;
} paths[] = {
	{ "missing", "nothing" },
	{ "file", "file" },
	{ "empty", "empty" },
	{ "dir", "dir" },
	{ "dir-slash", "dir/" },
	{ "hollow", "hollow" },
	{ "fifo", "fifo" },
	{ "readonly", "readonly" },
	{ "suid", "suid" },
	{ "foreign", "foreign" },
	{ "secret", "secret" },
	{ "to-file", "to_file" },
	{ "to-dir", "to_dir" },
	{ "to-nothing", "to_nothing" },
	{ "to-loop", "loop" },
	{ "file-slash", "file/" },
	{ "below-file", "file/x" },
	{ "below-missing", "nothing/x" },
	{ "below-link", "to_dir/inner" },
	{ "below-loop", "loop/x" },
	{ "in-closed", "closed/file" },
	{ "in-sealed", "sealed/file" },
	{ "new-in-sealed", "sealed/new" },
	{ "in-alien", "alien/file" },
	{ "new-in-alien", "alien/new" },
	{ "in-sticky", "sticky/file" },
	{ "new-in-sticky", "sticky/new" },
	{ "dot", "." },
	{ "dot-dot", "dir/.." },
	{ "nothing", "" },
	{ "name-of-255", name_255 },
	{ "name-of-256", name_256 },
	{ "path-of-4095", path_4095 },
	{ "path-of-4096", path_4096 },
	{ "bad-pointer", (const char *)1 },
	{}
};

/* "./////file" */
static void make_long(char *path, size_t length)
{
	memset(path, '/', length);
	path[0] = '.';
	memcpy(path + length - 4, "file", 4);
}

static void make_long_names(void)
{
	memset(name_255, 'n', sizeof(name_255) - 1);
	memset(name_256, 'n', sizeof(name_256) - 1);
	make_long(path_4095, sizeof(path_4095) - 1);
	make_long(path_4096, sizeof(path_4096) - 1);
}

/* --- calls --- */
static long closed(int fd) { return fd < 0 ? -1 : close(fd); }

static long call_stat(const char *p) { struct stat st; return stat(p, &st); }
static long call_lstat(const char *p) { struct stat st; return lstat(p, &st); }
static long call_statfs(const char *p) { struct statfs st; return statfs(p, &st); }
static long call_may_write(const char *p) { return faccessat(AT_FDCWD, p, W_OK, AT_EACCESS); }
static long call_may_execute(const char *p) { return access(p, X_OK); }
static long call_readlink(const char *p) { char target[100]; return readlink(p, target, sizeof(target)); }
static long call_open(const char *p) { return closed(open(p, O_RDONLY | O_NONBLOCK)); }
static long call_open_write(const char *p) { return closed(open(p, O_WRONLY | O_NONBLOCK)); }
static long call_creat(const char *p) { return closed(open(p, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0640)); }
static long call_create_new(const char *p) { return closed(open(p, O_RDWR | O_CREAT | O_EXCL, 0640)); }
static long call_tmpfile(const char *p) { return closed(open(p, O_RDWR | O_TMPFILE, 0600)); }
static long call_mkdir(const char *p) { return mkdir(p, 0750); }
static long call_rmdir(const char *p) { return rmdir(p); }
static long call_unlink(const char *p) { return unlink(p); }
static long call_mkfifo(const char *p) { return mkfifo(p, 0640); }
static long call_mknod_file(const char *p) { return mknod(p, S_IFREG | 0640, 0); }
static long call_mknod_device(const char *p) { return mknod(p, S_IFCHR | 0640, 0x103); }
static long call_symlink(const char *p) { return symlink("file", p); }
static long call_symlink_to(const char *p) { return symlink(p, "new"); }
static long call_link(const char *p) { return link(p, "new"); }
static long call_link_follow(const char *p) { return linkat(AT_FDCWD, p, AT_FDCWD, "new", AT_SYMLINK_FOLLOW); }
static long call_link_to(const char *p) { return link("file", p); }
static long call_rename(const char *p) { return rename(p, "new"); }
static long call_rename_over(const char *p) { return rename("empty", p); }
static long call_rename_dir_over(const char *p) { return rename("hollow", p); }
static long call_rename_noreplace(const char *p) { return renameat2(AT_FDCWD, "empty", AT_FDCWD, p, RENAME_NOREPLACE); }
static long call_exchange(const char *p) { return renameat2(AT_FDCWD, "empty", AT_FDCWD, p, RENAME_EXCHANGE); }
static long call_truncate(const char *p) { return truncate(p, 3); }
static long call_truncate_longer(const char *p) { return truncate(p, 5000); }
static long call_truncate_negative(const char *p) { return truncate(p, -1); }
static long call_chmod(const char *p) { return chmod(p, 0751); }
static long call_chown_same(const char *p) { return chown(p, user, user); }
static long call_chown_other(const char *p) { return chown(p, 12345, -1); }
static long call_lchown(const char *p) { return lchown(p, -1, user); }
static long call_touch(const char *p) { return utimensat(AT_FDCWD, p, NULL, 0); }
static long call_set_times(const char *p) { return utimensat(AT_FDCWD, p, (struct timespec[2]){ { 1, 2 }, { 3, 4 } }, 0); }
static long call_set_link_times(const char *p)
{
	return utimensat(AT_FDCWD, p, (struct timespec[2]){ { 1, 2 }, { 3, 4 } }, AT_SYMLINK_NOFOLLOW);
}
static long call_setxattr(const char *p) { return setxattr(p, "user.x", "value", 5, 0); }
static long call_lsetxattr(const char *p) { return lsetxattr(p, "user.x", "value", 5, XATTR_CREATE); }
static long call_getxattr(const char *p) { char value[10]; return getxattr(p, "user.x", value, sizeof(value)); }
static long call_listxattr(const char *p) { char list[100]; return listxattr(p, list, sizeof(list)); }
static long call_removexattr(const char *p) { return removexattr(p, "user.x"); }

/* How many names it has; never how it is ordered. */
static long call_list(const char *p)
{
	int fd = open(p, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	long n = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static long call_chdir(const char *p)
{
	static int here = -1;

	if (here < 0)
		here = open(".", O_PATH);
	return chdir(p) ?: fchdir(here);
}

static const struct call {
	const char *name;
	long (*call)(const char *path);
} calls[] = {
#define CALL(name) { #name, call_##name }
	CALL(stat), CALL(lstat), CALL(statfs), CALL(may_write), CALL(may_execute), CALL(readlink), CALL(list), CALL(chdir),
	CALL(open), CALL(open_write), CALL(creat), CALL(create_new), CALL(tmpfile), CALL(mkdir), CALL(rmdir), CALL(unlink),
	CALL(mkfifo), CALL(mknod_file), CALL(mknod_device), CALL(symlink), CALL(symlink_to), CALL(link), CALL(link_follow),
	CALL(link_to), CALL(rename), CALL(rename_over), CALL(rename_dir_over), CALL(rename_noreplace), CALL(exchange),
	CALL(truncate), CALL(truncate_longer), CALL(truncate_negative), CALL(chmod), CALL(chown_same), CALL(chown_other),
	CALL(lchown), CALL(touch), CALL(set_times), CALL(set_link_times), CALL(setxattr), CALL(lsetxattr), CALL(getxattr),
	CALL(listxattr), CALL(removexattr),
#undef CALL
	{}
};

struct on_path {
	const struct call *call;
	const struct path *path;
};

static void run_on_path(const void *context)
{
	const struct on_path *on = context;

	see(on->call->call(on->path->path));
}

void run_paths(void)
{
	char name[100];

	make_long_names();
	for (const struct call *call = calls; call->name; call++)
		for (const struct path *path = paths; path->kind; path++) {
			struct on_path on = { call, path };

			snprintf(name, sizeof(name), "%s/%s", call->name, path->kind);
			run_case(name, run_on_path, &on);
		}
	run_check("paths");
}

/* --- open --- */
static const struct flags {
	const char *name;
	int flags;
} accesses[] = { { "RDONLY", O_RDONLY }, { "WRONLY", O_WRONLY }, { "RDWR", O_RDWR }, {} },
  extras[] = {
	{ "", 0 },
	{ "+CREAT", O_CREAT },
	{ "+CREAT+EXCL", O_CREAT | O_EXCL },
	{ "+TRUNC", O_TRUNC },
	{ "+CREAT+TRUNC", O_CREAT | O_TRUNC },
	{ "+CREAT+APPEND", O_CREAT | O_APPEND },
	{ "+DIRECTORY", O_DIRECTORY },
	{ "+NOFOLLOW", O_NOFOLLOW },
	{ "+CREAT+NOFOLLOW", O_CREAT | O_NOFOLLOW },
	{ "+PATH", O_PATH },
	{ "+PATH+NOFOLLOW", O_PATH | O_NOFOLLOW },
	{ "+TMPFILE", O_TMPFILE },
	{ "+TMPFILE+EXCL", O_TMPFILE | O_EXCL },
	{ "+NOATIME", O_NOATIME },
	{ "+SYNC", O_SYNC },
	{ "+DIRECT", O_DIRECT },
	{}
};

static const char *const opened[] = { "nothing", "file", "dir", "to_file", "to_dir", "to_nothing", "loop", "readonly", "foreign",
				      "secret", "fifo", "sealed/new", NULL };

struct opening {
	const char *path;
	int flags;
};

/* What the descriptor is good for. */
static void run_open(const void *context)
{
	const struct opening *opening = context;
	char byte;
	int fd = see_open(opening->path, opening->flags | O_NONBLOCK, 0664);

	if (fd < 0)
		return;
	see(fcntl(fd, F_GETFL));
	see(write(fd, "x", 1));
	see(pread(fd, &byte, 1, 0));
	see_fstat(fd);
	close(fd);
}

void run_opens(void)
{
	char name[100];

	for (const struct flags *access = accesses; access->name; access++)
		for (const struct flags *extra = extras; extra->name; extra++)
			for (const char *const *path = opened; *path; path++) {
				struct opening opening = { *path, access->flags | extra->flags };

				snprintf(name, sizeof(name), "open/%s%s/%s", access->name, extra->name, *path);
				run_case(name, run_open, &opening);
			}
	run_check("opens");
}
