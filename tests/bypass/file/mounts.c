// SPDX-License-Identifier: MIT
/* Reaching the folder by other mounts, roots and namespaces; hiding it; taking its mount away. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

static const struct gap gap_hidden = {
	"a mount over a folder above a protected one",
	"hides it, as mounting /home does: nothing in it is changed, and what is mounted there instead is protected too once it is seen",
};

static const struct gap gap_unmounted = {
	"a protected folder's file system taken from its place (umount)",
	"the folder is known by its place: unmounted, or mounted elsewhere only, it is not protected, neither for whoever kept it open; nor are the allowed programs on it",
};

static const struct gap gap_layers = {
	"the layers of an overlay",
	"what is written to them shows in the folder above; the policy has to name them too",
};

/* Its mounts are its own from here on. */
static int private_mounts(void)
{
	return unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ? -1 : 0;
}

static int bind_mount(void)
{
	const char *point = work_folder("bind");
	int err;

	if (mount(folder, point, NULL, MS_BIND, NULL))
		return -1;
	err = scribble_in(point);
	umount2(point, MNT_DETACH);
	return err;
}

static int bind_file(void)
{
	const char *point = evil_file("bind-file");
	int err;

	if (mount(victim, point, NULL, MS_BIND, NULL))
		return -1;
	err = scribble(open(point, O_WRONLY));
	umount2(point, MNT_DETACH);
	return err;
}

/* The file system of the folder once more, from its device. */
static int mount_twice(void)
{
	const char *point = work_folder("twice");
	char line[4096], name[2048], device[256], where[1024], type[64], found[1024] = "", from[256] = "", kind[64] = "";
	FILE *f = fopen("/proc/self/mounts", "r");
	int err;

	while (f && fgets(line, sizeof(line), f)) {
		size_t len;

		if (sscanf(line, "%255s %1023s %63s", device, where, type) != 3)
			continue;
		len = strcmp(where, "/") ? strlen(where) : 0;
		if (*device == '/' && len >= strlen(found) && !strncmp(victim, where, len) && victim[len] == '/') {
			strcpy(found, len ? where : "");
			strcpy(from, device);
			strcpy(kind, type);
		}
	}
	if (f)
		fclose(f);
	if (mount(strcmp(from, "/dev/root") ? from : "/dev/vda", point, kind, 0, NULL))
		return -1;
	snprintf(name, sizeof(name), "%s%s", point, victim + strlen(found));
	err = scribble(open(name, O_WRONLY));
	umount2(point, MNT_DETACH);
	return err;
}

static int mount_namespace(void) { return private_mounts() ?: bind_mount(); }

static int user_namespace(void)
{
	if (unshare(CLONE_NEWUSER))
		return -1;
	return private_mounts() ?: bind_mount();
}

/* Into the mount namespace of another. */
static int enter_namespace(void)
{
	int ready[2], err = -1, ns;
	char name[64];
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		close(ready[0]);
		_exit(private_mounts() || mount(folder, work_folder("ns"), NULL, MS_BIND, NULL) ||
		      write(ready[1], "x", 1) != 1 || pause());
	}
	close(ready[1]);
	if (pid < 0)
		return -1;
	if (read(ready[0], name, 1) == 1) {
		snprintf(name, sizeof(name), "/proc/%d/ns/mnt", pid);
		ns = open(name, O_RDONLY);
		err = setns(ns, CLONE_NEWNS) ?: scribble_in(in_work("ns"));
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}

static int detached_mount(void)
{
	int fd = syscall(SYS_open_tree, AT_FDCWD, folder, OPEN_TREE_CLONE);

	return fd < 0 ? -1 : scribble(openat(fd, strrchr(victim, '/') + 1, O_WRONLY));
}

static int attached_clone(void)
{
	const char *point = work_folder("clone");
	int fd = syscall(SYS_open_tree, AT_FDCWD, folder, OPEN_TREE_CLONE), err;

	if (fd < 0 || syscall(SYS_move_mount, fd, "", AT_FDCWD, point, MOVE_MOUNT_F_EMPTY_PATH))
		return -1;
	err = scribble_in(point);
	umount2(point, MNT_DETACH);
	return err;
}

/* A user namespace in which everybody's files are those of 12345, as a descriptor. */
static int other_owners(void)
{
	char name[64];
	int ready[2], fd;
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid)
		_exit(unshare(CLONE_NEWUSER) || write(ready[1], "x", 1) != 1 || pause());
	close(ready[1]);
	if (pid < 0)
		return -1;
	if (read(ready[0], name, 1) != 1)
		return -1;
	snprintf(name, sizeof(name), "/proc/%d/uid_map", pid);
	if (put(name, "0 12345 65536"))
		return -1;
	snprintf(name, sizeof(name), "/proc/%d/gid_map", pid);
	if (put(name, "0 12345 65536"))
		return -1;
	snprintf(name, sizeof(name), "/proc/%d/ns/user", pid);
	fd = open(name, O_RDONLY);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

/* As 12345, who owns through the mapped mount what is root's. */
static int idmapped_mount(void)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = other_owners() };
	int fd = syscall(SYS_open_tree, AT_FDCWD, folder, OPEN_TREE_CLONE);

	if (fd < 0 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		return -1;
	if (setresgid(12345, 12345, 12345) || setresuid(12345, 12345, 12345))
		return -1;
	return scribble(openat(fd, strrchr(victim, '/') + 1, O_WRONLY));
}

static int remount_writable(void)
{
	const char *point = work_folder("remount");
	int err;

	if (mount(folder, point, NULL, MS_BIND, NULL))
		return -1;
	err = mount(NULL, point, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) ?:
	      mount(NULL, point, NULL, MS_REMOUNT | MS_BIND, NULL) ?: scribble_in(point);
	umount2(point, MNT_DETACH);
	return err;
}

static int chroot_inside(void) { return chroot(folder) || chdir("/") ? -1 : scribble_in(""); }

static int pivot_inside(void)
{
	if (private_mounts() || mount(folder, work_folder("pivot"), NULL, MS_BIND, NULL) || chdir(in_work("pivot")) ||
	    syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH))
		return -1;
	return scribble_in("");
}

/* Ends an attack that hid @point: whether what is there is of another file system. */
static int hidden(const char *point, dev_t before)
{
	struct stat st;
	bool is = stat(point, &st) || st.st_dev != before;

	umount2(point, MNT_DETACH);
	_exit(is ? DONE : 0);
}

static int hide(const char *point, const char *source, const char *type, unsigned long flags)
{
	struct stat st;

	if (stat(point, &st) || mount(source, point, type, flags, NULL))
		return -1;
	return hidden(point, st.st_dev);
}

static int mount_over(void) { return hide(folder, "tmpfs", "tmpfs", 0); }

static int mount_over_file(void)
{
	const char *evil = evil_file("over");

	if (mount(evil, victim, NULL, MS_BIND, NULL))
		return -1;
	umount2(victim, MNT_DETACH);
	_exit(DONE);
}

static int mount_over_parent(void)
{
	char parent[512];

	strcpy(parent, folder);
	*strrchr(parent, '/') = 0;
	return hide(parent, "tmpfs", "tmpfs", 0);
}

static int move_over(void)
{
	struct stat st;
	int fs = syscall(SYS_fsopen, "tmpfs", 0), fd;

	if (fs < 0 || stat(folder, &st) || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	fd = syscall(SYS_fsmount, fs, 0, 0);
	if (fd < 0 || syscall(SYS_move_mount, fd, "", AT_FDCWD, folder, MOVE_MOUNT_F_EMPTY_PATH))
		return -1;
	return hidden(folder, st.st_dev);
}

/* By a descriptor of the folder, after its file system has gone from the tree; then it comes back. */
static int lazy_umount(void)
{
	char device[256] = "", point[512], line[1024], where[512];
	int fd = open(folder, O_PATH | O_DIRECTORY), err;
	FILE *f = fopen("/proc/self/mounts", "r");

	strcpy(point, folder);
	*strrchr(point, '/') = 0;
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%255s %511s", device, where) == 2 && !strcmp(where, point))
			break;
	if (!f || fd < 0 || umount2(point, MNT_DETACH))
		return -1;
	usleep(300000);
	err = scribble(openat(fd, strrchr(victim, '/') + 1, O_WRONLY));
	mount(device, point, "ext4", 0, NULL);
	usleep(300000);
	return err;
}

static int overlay_upper(void)
{
	const char *merged = work_folder("merged");
	char options[4096], upper_work[600];
	int err;

	snprintf(upper_work, sizeof(upper_work), "%s/../ovl-work", folder);
	mkdir(upper_work, 0755);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", work_folder("lower"), folder, upper_work);
	if (mount("overlay", merged, "overlay", 0, options))
		return -1;
	err = scribble_in(merged);
	umount2(merged, MNT_DETACH);
	return err;
}

/* The folder is in an overlay, and the file in its lower layer: the first write copies it up. */
static int overlay_copy_up(void) { return scribble(open(victim, O_WRONLY)); }
static int overlay_rename(void) { return rename(evil_file("new"), victim); }

static int overlay_layer(void)
{
	char name[1024];

	snprintf(name, sizeof(name), "/srv/layers/lower%s", strrchr(folder, '/'));
	return scribble_in(name);
}

const struct attack mounts[] = {
	{ "F07a", "bind_mount", bind_mount, NEEDS_ROOT },
	{ "F07b", "bind_file", bind_file, NEEDS_ROOT },
	{ "F07c", "mount_twice", mount_twice, NEEDS_ROOT },
	{ "F07d", "mount_twice_loop", mount_twice, NEEDS_ROOT, .place = "ext4" },
	{ "F08a", "mount_over", mount_over, NEEDS_ROOT, .reported = "folder" },
	{ "F08b", "mount_over_file", mount_over_file, NEEDS_ROOT },
	{ "F08c", "mount_over_parent", mount_over_parent, NEEDS_ROOT, .gap = &gap_hidden },
	{ "F09a", "move_over", move_over, NEEDS_ROOT, .reported = "folder" },
	{ "F09b", "attached_clone", attached_clone, NEEDS_ROOT },
	{ "F10", "detached_mount", detached_mount, NEEDS_ROOT },
	{ "F11", "idmapped_mount", idmapped_mount, NEEDS_ROOT },
	{ "F12a", "mount_namespace", mount_namespace, NEEDS_ROOT },
	{ "F12b", "user_namespace", user_namespace },
	{ "F13a", "remount_writable", remount_writable, NEEDS_ROOT, .reported = "folder" },
	{ "F13b", "lazy_umount", lazy_umount, NEEDS_ROOT, .place = "ext4", .gap = &gap_unmounted },
	{ "F14a", "overlay_upper", overlay_upper, NEEDS_ROOT, .needs = "overlay" },
	{ "F14b", "overlay_copy_up", overlay_copy_up, .place = "overlay" },
	{ "F14c", "overlay_rename", overlay_rename, .place = "overlay" },
	{ "F14d", "overlay_layer", overlay_layer, .place = "overlay", .gap = &gap_layers },
	{ "F15a", "chroot", chroot_inside, NEEDS_ROOT },
	{ "F15b", "pivot_root", pivot_inside, NEEDS_ROOT },
	{ "F15c", "setns", enter_namespace, NEEDS_ROOT },
	{}
};
