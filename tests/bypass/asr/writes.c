// SPDX-License-Identifier: MIT
/*
 * Files that come into being where they are started, loaded, booted or served: persist_guard, rescue_boot, kmod_guard, office_drop,
 * webshell.
 */
#include <libgen.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static int use(int fd);

#define USE_FLAGS O_WRONLY
#pragma GCC diagnostic ignored "-Wunused-function"	/* not all of the ways */
#include "../ways.h"

#include "attack.h"

/* Writes what is harmless wherever it stays. */
static int use(int fd)
{
	ssize_t n = fd < 0 ? -1 : pwrite(fd, "#", 1, 0);

	if (fd >= 0)
		close(fd);
	return n == 1 ? 0 : -1;
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

/* As if it had not been, so that the next one finds the same. */
static int gone(const char *path, int err)
{
	int saved = errno;

	if (!err)
		return unlink(path);
	/* What was made before it was refused. */
	unlink(path);
	errno = saved;
	return err;
}

static int change(const char *path) { return use(open(path, O_WRONLY)); }
static int truncated(const char *path) { return truncate(path, 1); }
static int change_far_away(const char *path) { return far_away(change, path); }
static int create(const char *path) { return gone(path, use(open(path, O_CREAT | O_WRONLY, 0644))); }
static int create_far_away(const char *path) { return far_away(create, path); }
static int make_executable(const char *path) { return chmod(path, 0755); }
static int renamed(const char *path) { return rename(path, "/usr/lib/modules/evil/renamed.ko") ?: rename("/usr/lib/modules/evil/renamed.ko", path); }
static int deleted(const char *path) { return unlink(path); }
static int moved_away(const char *path) { return rename(path, SHARED_WORK "/away") ?: rename(SHARED_WORK "/away", path); }
static int linked_to(const char *path) { return gone(path, symlink(SHARED_WORK "/evil", path)); }
static int mounted_over(const char *path) { return mount("tmpfs", path, "tmpfs", 0, NULL) ?: umount2(path, MNT_DETACH); }
static int with_attribute(const char *path) { return setxattr(path, "user.evil", "x", 1, 0) ?: removexattr(path, "user.evil"); }
static int given_away(const char *path) { return chown(path, USER_ID, USER_ID) ?: chown(path, 0, 0); }

/* What /proc shows is there in each mount of it anew. */
static int change_in_own_proc(const char *path)
{
	mkdir(SHARED_WORK "/proc", 0755);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", SHARED_WORK "/proc", "proc", 0, NULL) || chdir(SHARED_WORK "/proc"))
		return -1;
	return change(path);
}

/* A file of the same file system, ready to go. */
static const char *ready_file(mode_t mode)
{
	static const char *const path = SHARED_WORK "/evil";

	unlink(path);
	return put_file(path, "#", O_CREAT, mode) || chmod(path, mode) ? NULL : path;
}

static int moved(const char *path)
{
	const char *ready = ready_file(0644);

	return ready ? gone(path, rename(ready, path)) : -1;
}

static int exchanged(const char *path)
{
	const char *ready = ready_file(0644);

	if (!ready || renameat2(AT_FDCWD, ready, AT_FDCWD, path, RENAME_EXCHANGE))
		return -1;
	return renameat2(AT_FDCWD, ready, AT_FDCWD, path, RENAME_EXCHANGE);
}

static int linked(const char *path)
{
	const char *ready = ready_file(0644);

	return ready ? gone(path, link(ready, path)) : -1;
}

/* A link out of the place, to be written to. */
static int linked_out(const char *path)
{
	unlink(SHARED_WORK "/out");
	return link(path, SHARED_WORK "/out") ?: change(SHARED_WORK "/out");
}

static int unnamed_file(const char *path, mode_t mode)
{
	char name[64];
	int fd;

	aim(path);
	fd = open(dir, O_TMPFILE | O_WRONLY, mode);
	if (fd < 0 || write(fd, "#", 1) != 1)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return gone(path, linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW));
}

static int unnamed(const char *path) { return unnamed_file(path, 0644); }
static int unnamed_executable(const char *path) { return unnamed_file(path, 0755); }

/* Made by another process, which may; here it may not. */
static int by_shell(const char *path)
{
	char command[512];

	snprintf(command, sizeof(command), "echo '#' >> %s && echo worked", path);
	return start("/bin/sh", "-c", command, NULL);
}

/* The folder goes elsewhere for a moment. */
static int by_moved_folder(const char *path)
{
	char away[600], name[1200];
	int err;

	aim(path);
	snprintf(away, sizeof(away), "%s.away", dir);
	if (rename(dir, away))
		return -1;
	snprintf(name, sizeof(name), "%s/%s", away, strrchr(path, '/') + 1);
	err = gone(name, use(open(name, O_CREAT | O_WRONLY, 0644)));
	return rename(away, dir) ?: err;
}

static int by_copied_editor(const char *path)
{
	return copy_file(EDITOR, "vim", 0755) ?: start("./vim", "do", "persist_guard", "copied_editor_writes", NULL);
}

/* --- executables --- */

static int create_executable(const char *path) { return gone(path, use(open(path, O_CREAT | O_EXCL | O_WRONLY, 0755))); }
static int executable_far_away(const char *path) { return far_away(create_executable, path); }

static int made_executable(const char *path)
{
	return use(open(path, O_CREAT | O_WRONLY, 0644)) ?: gone(path, chmod(path, 0700));
}

static int made_executable_later(const char *path)
{
	char name[64];
	int fd = open(path, O_CREAT | O_WRONLY, 0644);

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return use(dup(fd)) ?: gone(path, chmod(name, 0711));
}

static int executable_by_descriptor(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);

	return use(dup(fd)) ?: gone(path, fchmod(fd, 0755));
}

static int executable_node(const char *path)
{
	return gone(path, mknod(path, S_IFREG | 0755, 0));
}

static int executable_by_ring(const char *path)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)path, .len = 0755,
				    .open_flags = O_CREAT | O_WRONLY, .flags = IOSQE_ASYNC };
	struct io_uring_params p = { 0 };
	int ring = syscall(SYS_io_uring_setup, 4, &p), fd;
	char *sq = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	char *cq = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
	struct io_uring_sqe *sqes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);

	if (ring < 0 || sq == MAP_FAILED || cq == MAP_FAILED || sqes == MAP_FAILED)
		return -1;
	fd = ring_call(ring, sqes, (void *)(sq + p.sq_off.tail), (void *)(sq + p.sq_off.array),
		       *(unsigned int *)(sq + p.sq_off.ring_mask), &sqe, (void *)(cq + p.cq_off.head),
		       (void *)(cq + p.cq_off.tail), (void *)(cq + p.cq_off.cqes), *(unsigned int *)(cq + p.cq_off.ring_mask));
	if (fd < 0) {
		errno = -fd;
		return -1;
	}
	return gone(path, use(fd));
}

#define CRON "/etc/cron.d/evil"
#define UNIT "/etc/systemd/system/evil.service"
#define AUTOSTART HOME "/.config/autostart/evil.desktop"
#define MODULE "/usr/lib/modules/evil/evil.ko"
#define PAGE "/var/www/html/evil.php"
#define UPLOAD "/var/www/html/wp-content/uploads/evil"

const struct attack writes[] = {
	{ "persist_guard", "cron_job", PLAIN, create, CRON, ROOT },
	{ "persist_guard", "cron_moved", PLAIN, moved, CRON, ROOT },
	{ "persist_guard", "cron_linked", PLAIN, linked, CRON, ROOT },
	{ "persist_guard", "cron_unnamed", PLAIN, unnamed, CRON, ROOT },
	{ "persist_guard", "cron_symlink", PLAIN, linked_to, CRON, ROOT },
	{ "persist_guard", "cron_far_away", PLAIN, create_far_away, CRON, ROOT },
	{ "persist_guard", "crontab", PLAIN, change, "/etc/crontab", ROOT },
	{ "persist_guard", "crontab_shell", PLAIN, by_shell, "/etc/crontab", ROOT | ELSEWHERE },
	{ "persist_guard", "crontab_truncated", PLAIN, truncated, "/etc/crontab", ROOT },
	{ "persist_guard", "crontab_exchanged", PLAIN, exchanged, "/etc/crontab", ROOT },
	{ "persist_guard", "crontab_linked_out", PLAIN, linked_out, "/etc/crontab", ROOT },
	{ "persist_guard", "crontab_moved_away", PLAIN, moved_away, "/etc/crontab", ROOT },
	{ "persist_guard", "crontab_given_away", PLAIN, given_away, "/etc/crontab", ROOT },
	{ "persist_guard", "existing_symlink", PLAIN, by_symlink_elsewhere, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_reopened", PLAIN, by_opath_reopen, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_proc_root", PLAIN, by_proc_root, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_relative", PLAIN, by_dirfd_relative, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_bind_mount", PLAIN, by_bind_mount, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_detached_mount", PLAIN, by_detached_mount, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_chroot", PLAIN, by_chroot_inside, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_handle", PLAIN, by_by_handle, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_io_uring", PLAIN, by_io_uring_open, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "existing_io_uring_polled", PLAIN, by_io_uring_polled, "/etc/cron.d/existing", ROOT },
	{ "persist_guard", "folder_moved", PLAIN, by_moved_folder, CRON, ROOT },
	{ "persist_guard", "mounted_over", PLAIN, mounted_over, "/etc/cron.d", ROOT },
	{ "persist_guard", "unit", PLAIN, create, UNIT, ROOT },
	{ "persist_guard", "unit_changed", PLAIN, change, "/etc/systemd/system/existing.service", ROOT },
	{ "persist_guard", "unit_wanted", PLAIN, linked_to, "/etc/systemd/system/multi-user.target.wants/evil.service", ROOT },
	{ "persist_guard", "preload", PLAIN, create, "/etc/ld.so.preload", ROOT },
	{ "persist_guard", "sudoers", PLAIN, create, "/etc/sudoers.d/evil", ROOT },
	{ "persist_guard", "pam", PLAIN, change, "/etc/pam.d/sshd", ROOT },
	{ "persist_guard", "rc_local", PLAIN, make_executable, "/etc/rc.local", ROOT },
	{ "persist_guard", "core_pattern", PLAIN, change, "/proc/sys/kernel/core_pattern", ROOT },
	{ "persist_guard", "core_pattern_elsewhere", PLAIN, change_in_own_proc, "sys/kernel/core_pattern", ROOT | GAP },
	{ "persist_guard", "editor_without_terminal", EDITOR, create, CRON, ROOT },
	{ "persist_guard", "crontab_without_terminal", CRONTAB, change, "/etc/crontab", ROOT },
	{ "persist_guard", "copied_editor", PLAIN, by_copied_editor, NULL, ROOT | TERMINAL },
	{ "persist_guard", "copied_editor_writes", PLAIN, change, "/etc/crontab", ROOT | TERMINAL },
	{ "persist_guard", "bashrc", PLAIN, change, HOME "/.bashrc" },
	{ "persist_guard", "bashrc_shell", PLAIN, by_shell, HOME "/.bashrc", ELSEWHERE },
	{ "persist_guard", "bashrc_exchanged", PLAIN, exchanged, HOME "/.bashrc" },
	{ "persist_guard", "bashrc_io_uring", PLAIN, by_io_uring_open, HOME "/.bashrc" },
	{ "persist_guard", "bashrc_namespace", PLAIN, by_user_namespace, HOME "/.bashrc" },
	{ "persist_guard", "bashrc_attribute", PLAIN, with_attribute, HOME "/.bashrc" },
	{ "persist_guard", "bashrc_by_package_manager", PACKAGES, change, HOME "/.bashrc" },
	{ "persist_guard", "autostart", PLAIN, create, AUTOSTART },
	{ "persist_guard", "autostart_moved", PLAIN, moved, AUTOSTART },
	{ "persist_guard", "autostart_unnamed", PLAIN, unnamed, AUTOSTART },
	{ "persist_guard", "autostart_folder_moved", PLAIN, by_moved_folder, AUTOSTART },
	{ "persist_guard", "authorized_keys", PLAIN, change, HOME "/.ssh/authorized_keys" },
	{ "persist_guard", "authorized_keys_far_away", PLAIN, change_far_away, HOME "/.ssh/authorized_keys" },
	{ "persist_guard", "ssh_rc", PLAIN, create, HOME "/.ssh/rc" },

	{ "rescue_boot", "menu", PLAIN, change, "/boot/grub/grub.cfg", ROOT },
	{ "rescue_boot", "menu_exchanged", PLAIN, exchanged, "/boot/grub/grub.cfg", ROOT },
	{ "rescue_boot", "menu_io_uring", PLAIN, by_io_uring_open, "/boot/grub/grub.cfg", ROOT },
	{ "rescue_boot", "menu_bind_mount", PLAIN, by_bind_mount, "/boot/grub/grub.cfg", ROOT },
	{ "rescue_boot", "menu_far_away", PLAIN, change_far_away, "/boot/grub/grub.cfg", ROOT },
	{ "rescue_boot", "entry", PLAIN, create, "/boot/loader/entries/evil.conf", ROOT },
	{ "rescue_boot", "entry_moved", PLAIN, moved, "/boot/loader/entries/evil.conf", ROOT },
	{ "rescue_boot", "kernel", PLAIN, linked, "/boot/vmlinuz-evil", ROOT },
	{ "rescue_boot", "arguments", PLAIN, by_shell, "/etc/default/grub", ROOT | ELSEWHERE },
	{ "rescue_boot", "tool_without_terminal", BOOT_TOOL, change, "/boot/grub/grubenv", ROOT },
	{ "rescue_boot", "editor_without_terminal", EDITOR, change, "/etc/default/grub", ROOT },

	{ "kmod_guard", "module_placed", PLAIN, create, MODULE, ROOT },
	{ "kmod_guard", "module_renamed", PLAIN, renamed, "/usr/lib/modules/evil/existing.ko", ROOT },
	{ "kmod_guard", "module_symlink", PLAIN, linked_to, MODULE, ROOT },
	{ "kmod_guard", "module_changed", PLAIN, change, "/usr/lib/modules/evil/existing.ko", ROOT },
	{ "kmod_guard", "module_bind_mount", PLAIN, by_bind_mount, "/usr/lib/modules/evil/existing.ko", ROOT },
	{ "kmod_guard", "module_io_uring", PLAIN, by_io_uring_open, "/usr/lib/modules/evil/existing.ko", ROOT },
	{ "kmod_guard", "module_deleted", PLAIN, deleted, "/usr/lib/modules/evil/existing.ko", ROOT },

	{ "office_drop", "program", OFFICE, create_executable, USER_WORK "/evil" },
	{ "office_drop", "program_of_viewer", VIEWER, create_executable, USER_WORK "/evil" },
	{ "office_drop", "far_away", OFFICE, executable_far_away, USER_WORK "/evil" },
	{ "office_drop", "made_executable", OFFICE, made_executable, USER_WORK "/evil" },
	{ "office_drop", "made_executable_by_name", OFFICE, made_executable_later, USER_WORK "/evil" },
	{ "office_drop", "by_descriptor", OFFICE, executable_by_descriptor, USER_WORK "/evil" },
	{ "office_drop", "node", OFFICE, executable_node, USER_WORK "/evil" },
	{ "office_drop", "unnamed", OFFICE, unnamed_executable, USER_WORK "/evil" },
	{ "office_drop", "io_uring", OFFICE, executable_by_ring, USER_WORK "/evil" },
	{ "office_drop", "autostart", OFFICE, create, AUTOSTART },
	{ "office_drop", "autostart_moved", OFFICE, moved, AUTOSTART },
	{ "office_drop", "autostart_symlink", OFFICE, linked_to, AUTOSTART },
	{ "office_drop", "bashrc", OFFICE, change, HOME "/.bashrc" },
	{ "office_drop", "menu_entry", OFFICE, create, HOME "/.local/share/applications/evil.desktop" },
	{ "office_drop", "command", OFFICE, linked, HOME "/.local/bin/evil" },

	{ "webshell", "page", WEB, create, PAGE },
	{ "webshell", "page_of_php", PHP, create, PAGE },
	{ "webshell", "page_far_away", WEB, create_far_away, PAGE },
	{ "webshell", "page_moved", WEB, moved, PAGE },
	{ "webshell", "page_linked", WEB, linked, PAGE },
	{ "webshell", "page_symlink", WEB, linked_to, PAGE },
	{ "webshell", "page_unnamed", WEB, unnamed, PAGE },
	{ "webshell", "page_changed", WEB, change, "/var/www/html/index.php" },
	{ "webshell", "page_truncated", WEB, truncated, "/var/www/html/index.php" },
	{ "webshell", "page_io_uring", WEB, by_io_uring_open, "/var/www/html/index.php" },
	{ "webshell", "page_namespace", WEB, by_user_namespace, "/var/www/html/index.php" },
	{ "webshell", "upload_executable", WEB, create_executable, UPLOAD },
	{ "webshell", "upload_made_executable", WEB, made_executable, UPLOAD },
	{ "webshell", "upload_unnamed", WEB, unnamed_executable, UPLOAD },
	{ 0 }
};
