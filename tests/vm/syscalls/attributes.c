// SPDX-License-Identifier: MIT
/* Modes, owners, times, flags; and what new files get of them. */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

/* --- modes --- */
static void modes(void)
{
	int fd;

	see(chmod("file", 0));
	see_open("file", O_RDONLY, 0);
	see_open("file", O_WRONLY, 0);
	see(chmod("file", 07777));
	see_stat("file");
	see(chmod("to_file", 0604));
	see_stat("to_file");
	see_stat("file");
	fd = see_open("file", O_RDONLY, 0);
	see(fchmod(fd, 0600));
	see(fchmodat(AT_FDCWD, "file", 0640, 0));
	see(fchmodat(AT_FDCWD, "to_file", 0640, AT_SYMLINK_NOFOLLOW));
	see(fchmod(fd, 0100644));
	see_fstat(fd);
}

static void open_stays_open(void)
{
	int fd = see_open("file", O_RDWR, 0);

	see(chmod("file", 0400));
	see_write(fd, "still");
	see(chown("file", -1, -1));
	see_fstat(fd);
}

static void masks(void)
{
	umask(077);
	close(see_open("new", O_CREAT | O_WRONLY, 07777));
	see(mkdir("newdir", 0777));
	see(mkfifo("newfifo", 0666));
	see_stat("new");
	see_stat("newdir");
	umask(0);
	close(see_open("new2", O_CREAT | O_WRONLY, 0123));
	see(mkdir("newdir2", 07777));
	see_stat("newdir2");
}

static void written_though_read_only(void)
{
	int fd = see_open("new", O_CREAT | O_EXCL | O_RDWR, 0400);

	see_write(fd, "by its maker");
	see_open("new", O_WRONLY, 0);
	fd = see_open("new2", O_CREAT | O_EXCL | O_RDONLY, 0);
	see_write(fd, "x");
}

static void group_inherited(void)
{
	see(mkdir("group", 0755));
	see(chmod("group", 02775));
	close(see_open("group/new", O_CREAT | O_WRONLY, 02755));
	see(mkdir("group/sub", 0755));
	see_stat("group/new");
	see_stat("group/sub");
}

/* --- owners --- */
static void owners(void)
{
	int fd = see_open("file", O_RDWR, 0), path = see_open("file", O_PATH, 0);

	see(fchown(fd, user, -1));
	see(fchown(fd, -1, 54321));
	see(fchown(fd, 54321, -1));
	see(fchown(path, user, user));
	see(fchownat(path, "", user, user, AT_EMPTY_PATH));
	see(lchown("to_file", 54321, 54321));
	see(fchownat(AT_FDCWD, "to_nothing", user, user, AT_SYMLINK_NOFOLLOW));
	see(chown("foreign", user, user));
	see_stat("file");
	see_stat("to_file");
}

static void given_away(void)
{
	see(chown("dir", 54321, 54321));
	close(see_open("dir/new", O_CREAT | O_WRONLY, 0600));
	see(unlink("dir/inner"));
	see_stat("dir/new");
}

/* --- times --- */
static void see_times(const char *path)
{
	struct stat st;
	char text[100];

	if (stat(path, &st)) {
		see(-1);
		return;
	}
	snprintf(text, sizeof(text), "%ld.%09ld %ld.%09ld", st.st_atim.tv_sec, st.st_atim.tv_nsec, st.st_mtim.tv_sec,
		 st.st_mtim.tv_nsec);
	see_bytes(text, strlen(text));
}

static const struct timespec past[] = { { 1000000000, 123456789 }, { 999999999, 5 } };

static void times(void)
{
	int fd = see_open("file", O_RDONLY, 0);

	see(utimensat(AT_FDCWD, "file", past, 0));
	see_times("file");
	see(utimensat(AT_FDCWD, "file", (struct timespec[]){ { 5, 0 }, { 0, UTIME_OMIT } }, 0));
	see_times("file");
	see(utimensat(AT_FDCWD, "file", (struct timespec[]){ { 0, UTIME_OMIT }, { 0, UTIME_OMIT } }, 0));
	see(utimensat(AT_FDCWD, "file", (struct timespec[]){ { 0, 1000000000 }, { 0, 0 } }, 0));
	see(futimens(fd, past));
	see(futimens(see_open("file", O_PATH, 0), past));
	see(utimensat(see_open("file", O_PATH, 0), "", past, AT_EMPTY_PATH));
	see(utimensat(AT_FDCWD, "file", past, 0x4000000));
	see_times("file");
}

static void times_far(void)
{
	see(utimensat(AT_FDCWD, "file", (struct timespec[]){ { -(1L << 40), 0 }, { 1L << 40, 0 } }, 0));
	see_times("file");
	see(utimensat(AT_FDCWD, "dir", (struct timespec[]){ { -1, 7 }, { 1L << 33, 0 } }, 0));
	see_times("dir");
}

static void times_of_others(void)
{
	see(utimensat(AT_FDCWD, "foreign", past, 0));
	see(utimensat(AT_FDCWD, "foreign", NULL, 0));
	see(utimensat(AT_FDCWD, "sticky/file", past, 0));
	see(utimensat(AT_FDCWD, "sticky/file", NULL, 0));
	see(utimensat(AT_FDCWD, "readonly", NULL, 0));
	see(utimensat(AT_FDCWD, "to_nothing", past, AT_SYMLINK_NOFOLLOW));
	see(utimensat(AT_FDCWD, "closed/file", past, 0));
}

/* A write sets the time, a rename does not. */
static void times_move_on(void)
{
	int fd = see_open("file", O_RDWR, 0);
	struct stat st;

	see(futimens(fd, past));
	see(rename("file", "new"));
	see_times("new");
	see_write(fd, "x");
	see(fstat(fd, &st) ?: st.st_mtim.tv_sec > past[1].tv_sec);
	see(futimens(fd, past));
	see(ftruncate(fd, st.st_size));
	see(fstat(fd, &st) ?: st.st_mtim.tv_sec > past[1].tv_sec);
}

/* --- flags --- */
static void set_flags(const char *path, int flags)
{
	int fd = open(path, O_RDONLY), now = 0;

	see(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	see(ioctl(fd, FS_IOC_GETFLAGS, &now));
	see(now);
	close(fd);
}

#define EXTENTS FS_EXTENT_FL

static void immutable(void)
{
	set_flags("file", EXTENTS | FS_IMMUTABLE_FL);
	close(see_open("file", O_WRONLY, 0));
	see(unlink("file"));
	see(rename("file", "new"));
	see(link("file", "new"));
	see(chmod("file", 0600));
	see(truncate("file", 0));
	see(utimensat(AT_FDCWD, "file", NULL, 0));
	set_flags("file", EXTENTS);
	see(chmod("file", 0600));
}

static void append_only(void)
{
	int fd;

	set_flags("file", EXTENTS | FS_APPEND_FL);
	see_open("file", O_WRONLY, 0);
	fd = see_open("file", O_WRONLY | O_APPEND, 0);
	see_write(fd, "more");
	see(fcntl(fd, F_SETFL, 0));
	see(ftruncate(fd, 0));
	see(unlink("file"));
	set_flags("file", EXTENTS);
}

static void immutable_dir(void)
{
	set_flags("dir", EXTENTS | FS_IMMUTABLE_FL);
	see_open("dir/new", O_CREAT | O_WRONLY, 0600);
	see(unlink("dir/inner"));
	see(rename("dir", "new"));
	close(see_open("dir/inner", O_WRONLY, 0));
	set_flags("dir", EXTENTS);
}

static void harmless_flags(void)
{
	struct fsxattr attributes = {};
	int fd = see_open("file", O_RDONLY, 0);

	set_flags("file", EXTENTS | FS_NODUMP_FL | FS_NOATIME_FL);
	set_flags("foreign", EXTENTS | FS_NODUMP_FL);
	set_flags("file", EXTENTS | FS_COMPR_FL);
	see(ioctl(fd, FS_IOC_FSGETXATTR, &attributes));
	attributes.fsx_projid = 7;
	see(ioctl(fd, FS_IOC_FSSETXATTR, &attributes));
	see(attributes.fsx_xflags);
	set_flags("file", EXTENTS);
}

const struct sequence attributes[] = {
	{ "modes", modes },
	{ "open-stays-open", open_stays_open },
	{ "masks", masks },
	{ "written-though-read-only", written_though_read_only },
	{ "group-inherited", group_inherited },
	{ "owners", owners },
	{ "given-away", given_away },
	{ "times", times },
	{ "times-far", times_far },
	{ "times-of-others", times_of_others },
	{ "times-move-on", times_move_on },
	{ "immutable", immutable },
	{ "append-only", append_only },
	{ "immutable-dir", immutable_dir },
	{ "harmless-flags", harmless_flags },
	{}
};
