// SPDX-License-Identifier: MIT
/* What becomes part of the kernel, takes its place or restarts it: kmod_guard, rescue_boot. The suite has unpacked a module. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

#define MODULE ROOT_WORK "/dummy.ko"
#define NAME "dummy"

/* Whether it got as far as to be looked at: then it is taken out again. */
static int loaded(long result)
{
	if (result && errno != EEXIST)
		return -1;
	return syscall(SYS_delete_module, NAME, O_NONBLOCK) ? -1 : 0;
}

static int load(int fd) { return fd < 0 ? -1 : loaded(syscall(SYS_finit_module, fd, "", 0)); }
static int by_file(const char *path) { return load(open(path, O_RDONLY)); }
static int by_file_far_away(const char *path) { return far_away(by_file, path); }

static void *content(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	*len = st.st_size;
	return mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
}

static int by_memory(const char *path)
{
	size_t len;
	void *image = content(path, &len);

	return image ? loaded(syscall(SYS_init_module, image, len, "")) : -1;
}

static int by_memory_file(const char *path)
{
	int memory = memfd_create("module", 0), fd;
	size_t len;
	void *image = content(path, &len);
	char name[64];

	if (!image || write(memory, image, len) != (ssize_t)len)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", memory);
	fd = open(name, O_RDONLY);
	close(memory);
	return load(fd);
}

static int by_deleted(const char *path)
{
	int fd;

	if (copy_file(path, "deleted.ko", 0644))
		return -1;
	fd = open("deleted.ko", O_RDONLY);
	return unlink("deleted.ko") ?: load(fd);
}

static int by_symlink(const char *path)
{
	unlink("link.ko");
	return symlink(path, "link.ko") ?: by_file("link.ko");
}

static int by_hard_link(const char *path)
{
	unlink("hard.ko");
	return link(path, "hard.ko") ?: by_file("hard.ko");
}

/* Mounted into the place where modules are; the file is not from there. */
static int by_bind_mount(const char *path)
{
	int err;

	if (mount(ROOT_WORK, "/usr/lib/modules/evil", NULL, MS_BIND, NULL))
		return -1;
	err = by_file("/usr/lib/modules/evil/dummy.ko");
	return umount2("/usr/lib/modules/evil", MNT_DETACH) ? -1 : err;
}

static int by_insmod(const char *path)
{
	if (start("/sbin/insmod", path, NULL))
		return -1;
	return 0;
}

/* Run by another, so that there is one left to say so. */
static int by_insmod_child(const char *path)
{
	pid_t pid = fork();

	if (!pid) {
		by_insmod(path);
		_exit(errno);
	}
	if (wait_child(pid)) {
		errno = EPERM;
		return -1;
	}
	return syscall(SYS_delete_module, NAME, O_NONBLOCK) ? -1 : 0;
}

/* --- another kernel --- */

/* That it is none is found later. */
static int kexec_file(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (syscall(SYS_kexec_file_load, fd, -1, 1L, "", KEXEC_FILE_NO_INITRAMFS) == 0 || errno == ENOEXEC || errno == EINVAL)
		return 0;
	return errno == ENOSYS ? missing() : -1;
}

static int kexec_far_away(const char *path) { return far_away(kexec_file, path); }

static int kexec_from_memory(const char *unused)
{
	long err = syscall(SYS_kexec_load, 0L, 0L, NULL, 0L);

	return !err ? 0 : errno == ENOSYS ? missing() : -1;
}

static int kexec_memory_file(const char *path)
{
	int memory = memfd_create("kernel", 0);

	if (write(memory, "kernel", 6) != 6)
		return -1;
	if (syscall(SYS_kexec_file_load, memory, -1, 1L, "", KEXEC_FILE_NO_INITRAMFS) == 0 || errno == ENOEXEC || errno == EINVAL)
		return 0;
	return errno == ENOSYS ? missing() : -1;
}

/* The one letter that only prints a list of the letters. */
static int sysrq(const char *path)
{
	return put_file(path, "h", 0, 0);
}

static int sysrq_far_away(const char *path) { return far_away(sysrq, path); }

static int sysrq_elsewhere(const char *unused)
{
	mkdir("proc", 0755);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("proc", "proc", "proc", 0, NULL))
		return -1;
	return sysrq("proc/sysrq-trigger");
}

static int sysrq_shell(const char *path)
{
	return start("/bin/sh", "-c", "echo h > /proc/sysrq-trigger && echo worked", NULL);
}

const struct attack kernels[] = {
	{ "kmod_guard", "file", PLAIN, by_file, MODULE, ROOT },
	{ "kmod_guard", "far_away", PLAIN, by_file_far_away, MODULE, ROOT },
	{ "kmod_guard", "memory", PLAIN, by_memory, MODULE, ROOT },
	{ "kmod_guard", "memory_file", PLAIN, by_memory_file, MODULE, ROOT },
	{ "kmod_guard", "deleted", PLAIN, by_deleted, MODULE, ROOT },
	{ "kmod_guard", "symlink", PLAIN, by_symlink, MODULE, ROOT },
	{ "kmod_guard", "hard_link", PLAIN, by_hard_link, MODULE, ROOT },
	{ "kmod_guard", "bind_mount", PLAIN, by_bind_mount, MODULE, ROOT },
	{ "kmod_guard", "insmod", PLAIN, by_insmod_child, MODULE, ROOT },
	{ "rescue_boot", "kexec_file", PLAIN, kexec_file, "/boot/grub/grub.cfg", ROOT },
	{ "rescue_boot", "kexec_far_away", PLAIN, kexec_far_away, "/boot/grub/grub.cfg", ROOT },
	{ "rescue_boot", "kexec_memory", PLAIN, kexec_from_memory, NULL, ROOT },
	{ "rescue_boot", "kexec_memory_file", PLAIN, kexec_memory_file, NULL, ROOT },
	{ "rescue_boot", "sysrq", PLAIN, sysrq, "/proc/sysrq-trigger", ROOT },
	{ "rescue_boot", "sysrq_shell", PLAIN, sysrq_shell, NULL, ROOT | ELSEWHERE },
	{ "rescue_boot", "sysrq_far_away", PLAIN, sysrq_far_away, "/proc/sysrq-trigger", ROOT },
	{ "rescue_boot", "sysrq_elsewhere", PLAIN, sysrq_elsewhere, NULL, ROOT | GAP },
	{ 0 }
};
