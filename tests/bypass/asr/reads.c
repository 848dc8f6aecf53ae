// SPDX-License-Identifier: MIT
/* Passwords and keys in files: cred_guard. */
#include <libgen.h>
#include <stdlib.h>

static int use(int fd);

#define USE_FLAGS O_RDONLY
#pragma GCC diagnostic ignored "-Wunused-function"	/* not all of the ways */
#include "../ways.h"

#include "attack.h"

/* What it holds says that it is one. */
static int use(int fd)
{
	char text[6] = "";
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	if (n >= 0 && memcmp(text, "SECRET", 6))
		errno = ENODATA;
	return n >= 0 && !memcmp(text, "SECRET", 6) ? 0 : -1;
}

static void aim(const char *path)
{
	static char folder[512];

	snprintf(victim, sizeof(victim), "%s", path);
	snprintf(folder, sizeof(folder), "%s", path);
	dir = dirname(folder);
}

#define BY(way) static int by_##way(const char *path) { aim(path); return way(); }

BY(symlink_elsewhere)
BY(opath_reopen)
BY(proc_root)
BY(dirfd_relative)
BY(bind_mount)
BY(user_namespace)
BY(detached_mount)
BY(chroot_inside)
BY(io_uring_open)
BY(io_uring_polled)
BY(by_handle)
BY(folder_rename)

static int by_name(const char *path) { return use(open(path, O_RDONLY)); }
static int for_both(const char *path) { return use(open(path, O_RDWR)); }
static int by_far_away(const char *path) { return far_away(by_name, path); }

static int by_hard_link(const char *path)
{
	unlink("link");
	return link(path, "link") ?: use(open("link", O_RDONLY));
}

static int by_rename(const char *path)
{
	int err;

	if (rename(path, "moved"))
		return -1;
	err = use(open("moved", O_RDONLY));
	return rename("moved", path) ?: err;
}

/* A copy of a program that may read it is another program. */
static int by_copied_owner(const char *path)
{
	return copy_file(KEYS, "ssh", 0755) ?: start("./ssh", "do", "cred_guard", "copied_owner_reads", NULL);
}

static int by_shell(const char *path)
{
	char command[256];

	snprintf(command, sizeof(command), "read x < %s && [ \"$x\" ] && echo worked", path);
	return start("/bin/sh", "-c", command, NULL);
}

#define KEY HOME "/.ssh/id_ed25519"

const struct attack reads[] = {
	{ "cred_guard", "shadow", PLAIN, by_name, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_read_write", PLAIN, for_both, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_symlink", PLAIN, by_symlink_elsewhere, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_hard_link", PLAIN, by_hard_link, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_reopened", PLAIN, by_opath_reopen, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_proc_root", PLAIN, by_proc_root, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_relative", PLAIN, by_dirfd_relative, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_bind_mount", PLAIN, by_bind_mount, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_detached_mount", PLAIN, by_detached_mount, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_chroot", PLAIN, by_chroot_inside, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_handle", PLAIN, by_by_handle, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_io_uring", PLAIN, by_io_uring_open, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_io_uring_polled", PLAIN, by_io_uring_polled, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_far_away", PLAIN, by_far_away, "/etc/shadow", ROOT },
	{ "cred_guard", "shadow_other_owner", KEYS, by_name, "/etc/shadow", ROOT },
	{ "cred_guard", "key", PLAIN, by_name, KEY },
	{ "cred_guard", "key_shell", PLAIN, by_shell, KEY, ELSEWHERE },
	{ "cred_guard", "key_hard_link", PLAIN, by_hard_link, KEY },
	{ "cred_guard", "key_moved", PLAIN, by_rename, KEY },
	{ "cred_guard", "key_folder_moved", PLAIN, by_folder_rename, KEY },
	{ "cred_guard", "key_user_namespace", PLAIN, by_user_namespace, KEY },
	{ "cred_guard", "key_io_uring", PLAIN, by_io_uring_open, KEY },
	{ "cred_guard", "key_other_owner", BROWSER, by_name, KEY },
	{ "cred_guard", "key_copied_owner", PLAIN, by_copied_owner, KEY },
	{ "cred_guard", "copied_owner_reads", PLAIN, by_name, KEY },
	{ "cred_guard", "browser", PLAIN, by_name, HOME "/.mozilla/firefox/x.default/logins.json" },
	{ "cred_guard", "browser_far_away", PLAIN, by_far_away, HOME "/.mozilla/firefox/x.default/logins.json" },
	{ "cred_guard", "git", PLAIN, by_name, HOME "/.git-credentials" },
	{ "cred_guard", "cluster", PLAIN, by_name, HOME "/.kube/config" },
	{ "cred_guard", "cloud_by_shell", PLAIN, by_shell, HOME "/.aws/credentials", ELSEWHERE },
	{ 0 }
};
