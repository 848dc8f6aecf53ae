// SPDX-License-Identifier: MIT
/* What is done to names in the folder, and to the folder's own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack.h"

static int unlink_file(void) { return unlink(victim); }
static int mkdir_new(void) { return mkdir(extra, 0755); }
static int mknod_new(void) { return mknod(extra, S_IFIFO | 0644, 0); }
static int symlink_new(void) { return symlink("/etc/passwd", extra); }
static int rename_away(void) { return rename(victim, in_work("away")); }
static int rename_over(void) { return rename(evil_file("new"), victim); }
static int rename_in(void) { return rename(evil_file("new"), extra); }
static int rename_exchange(void) { return renameat2(AT_FDCWD, evil_file("new"), AT_FDCWD, victim, RENAME_EXCHANGE); }
static int rename_whiteout(void) { return renameat2(AT_FDCWD, victim, AT_FDCWD, in_work("w"), RENAME_WHITEOUT); }

static int bind_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(extra) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, extra);
	return bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(address));
}

/* @name in the folder that the protected one is in. */
static const char *beside(const char *name)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/../%s", folder, name);
	return path;
}

static int hard_link_out(void)
{
	const char *out = beside("hard-link");

	unlink(out);
	return link(victim, out) ?: scribble(open(out, O_WRONLY));
}

static int link_in(void)
{
	const char *out = beside("link-in");

	return scribble(open(out, O_CREAT | O_WRONLY, 0644)) ?: link(out, extra);
}

/* What is called to begin with: a name outside, made before the policy. The daemon has told the kernel of it by now. */
static int make_old_link(void)
{
	unlink(beside("old-link"));
	return link(victim, beside("old-link"));
}

static int old_link(void)
{
	return scribble(open(beside("old-link"), O_WRONLY));
}

/* Through /proc, since a user may not link by the descriptor alone. */
static int link_descriptor(int fd)
{
	char name[64];

	if (fd < 0 || write(fd, "x", 1) != 1)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, name, AT_FDCWD, extra, AT_SYMLINK_FOLLOW);
}

static int tmpfile_linkat(void) { return link_descriptor(open(beside(""), O_TMPFILE | O_RDWR, 0644)); }
static int tmpfile_inside(void) { return link_descriptor(open(folder, O_TMPFILE | O_RDWR, 0644)); }

static int tmpfile_empty_path(void)
{
	int fd = open(beside(""), O_TMPFILE | O_RDWR, 0644);

	if (fd < 0 || !linkat(fd, "", AT_FDCWD, extra, AT_EMPTY_PATH))
		return fd < 0 ? -1 : 0;
	return errno == ENOENT && getuid() ? missing() : -1;	/* a user may since 6.10 */
}

/* Moves @path away, writes to the victim below it, and moves it back. */
static int rename_around(const char *path)
{
	char moved[600], name[2048];
	int err;

	snprintf(moved, sizeof(moved), "%s.moved", path);
	if (rename(path, moved))
		return -1;
	snprintf(name, sizeof(name), "%s%s", moved, victim + strlen(path));
	err = scribble(open(name, O_WRONLY));
	rename(moved, path);
	return err;
}

static int folder_rename(void) { return rename_around(folder); }

static int ancestor_rename(void)
{
	char parent[512];

	strcpy(parent, folder);
	*strrchr(parent, '/') = 0;
	return rename_around(parent);
}

/* As editors save. */
static int editor_saves(void)
{
	return shell("/usr/local/bin/editor '%s' '" EVIL "'", victim);
}

const struct attack names[] = {
	{ "F00d", "unlink", unlink_file },
	{ "F00e", "mkdir", mkdir_new },
	{ "F00f", "mknod", mknod_new },
	{ "F00g", "bind_socket", bind_socket },
	{ "F00h", "symlink_in", symlink_new },
	{ "F02a", "hard_link_out", hard_link_out },
	{ "F02b", "link_in", link_in },
	{ "F03", "old_link", old_link, .reported = "/old-link", .prepare = make_old_link },
	{ "F04a", "rename_over", rename_over },
	{ "F04b", "rename_in", rename_in },
	{ "F04c", "rename_away", rename_away },
	{ "F05a", "rename_exchange", rename_exchange },
	{ "F05b", "rename_whiteout", rename_whiteout },
	{ "F06a", "ancestor_rename", ancestor_rename, NEEDS_ROOT, .reported = "parent" },
	{ "F06b", "folder_rename", folder_rename, .reported = "folder" },
	{ "F19a", "tmpfile_linkat", tmpfile_linkat, .reported = "folder" },
	{ "F19b", "tmpfile_inside", tmpfile_inside, .reported = "folder" },
	{ "F19c", "tmpfile_empty_path", tmpfile_empty_path, .reported = "folder" },
	{ "F47", "editor_saves", editor_saves, HARMLESS },
	{}
};
