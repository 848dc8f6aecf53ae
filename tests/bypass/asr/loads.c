// SPDX-License-Identifier: MIT
/* Code that a document brings along, as a library: macro_surface, trust_exec. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "attack.h"

#define LIBRARY "/lib/x86_64-linux-gnu/libc.so.6"
#define LOADER "/lib64/ld-linux-x86-64.so.2"

/* As dlopen() does it. Closes @fd. */
static int load(int fd)
{
	void *code = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	if (fd >= 0)
		close(fd);
	return code == MAP_FAILED ? -1 : 0;
}

static int own_library(const char *unused)
{
	return copy_file(LIBRARY, "libc.so.6", 0644) ?: load(open("libc.so.6", O_RDONLY));
}

static int own_far_away(const char *unused) { return far_away(own_library, NULL); }

static int by_symlink(const char *unused)
{
	unlink("libz.so");
	return copy_file(LIBRARY, "libc.so.6", 0644) ?: symlink("libc.so.6", "libz.so") ?: load(open("libz.so", O_RDONLY));
}

/* Where only root can write, but not the file itself. */
static int by_hard_link(const char *unused)
{
	unlink(ROOT_WORK "/libz.so");
	if (copy_file(LIBRARY, USER_WORK "/libc.so.6", 0644) || chown(USER_WORK "/libc.so.6", USER_ID, USER_ID))
		return -1;
	return link(USER_WORK "/libc.so.6", ROOT_WORK "/libz.so") ?: load(open(ROOT_WORK "/libz.so", O_RDONLY));
}

static int by_bind_mount(const char *unused)
{
	mkdir("dir", 0755);
	if (copy_file(LIBRARY, "libc.so.6", 0644) || unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return -1;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return mount(".", "/usr/local", NULL, MS_BIND, NULL) ?: load(open("/usr/local/libc.so.6", O_RDONLY));
}

static int from_memory(const char *unused)
{
	int memory = memfd_create("letter", 0), in = open(LIBRARY, O_RDONLY);

	return sendfile(memory, in, NULL, 1 << 20) < 0 ? -1 : load(memory);
}

static int deleted(const char *unused)
{
	int fd;

	if (copy_file(LIBRARY, "libc.so.6", 0644))
		return -1;
	fd = open("libc.so.6", O_RDONLY);
	return unlink("libc.so.6") ?: load(fd);
}

static int deleted_by_root(const char *unused)
{
	int fd;

	if (copy_file(LIBRARY, ROOT_WORK "/libz.so", 0644))
		return -1;
	fd = open(ROOT_WORK "/libz.so", O_RDONLY);
	return unlink(ROOT_WORK "/libz.so") ?: load(fd);
}

static int shared(const char *unused)
{
	void *code;
	int fd;

	if (copy_file(LIBRARY, "libc.so.6", 0644))
		return -1;
	fd = open("libc.so.6", O_RDWR);
	code = mmap(NULL, 4096, PROT_READ | PROT_EXEC | PROT_WRITE, MAP_SHARED, fd, 0);
	return code == MAP_FAILED ? -1 : 0;
}

/* A program that is installed loads it, as its environment says. */
static int by_environment(const char *unused)
{
	char *const args[] = { "setpriv", "--version", NULL };
	char *const environment_of_it[] = { "LD_LIBRARY_PATH=" USER_WORK, NULL };

	return copy_file(LIBRARY, "libc.so.6", 0644) ?: execve("/usr/bin/setpriv", args, environment_of_it);
}

static int by_loader(const char *unused)
{
	return copy_file("/usr/bin/setpriv", "letter", 0644) ?: start(LOADER, "./letter", "--version", NULL);
}

/* In a process that may execute whatever it can read. */
static int only_read(const char *unused)
{
	int fd;

	if (copy_file(LIBRARY, "libc.so.6", 0644) || personality(READ_IMPLIES_EXEC) < 0)
		return -1;
	fd = open("libc.so.6", O_RDONLY);
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
}

/* Closes @fd. */
static int protect_later(int fd)
{
	void *code = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	if (fd >= 0)
		close(fd);
	return code == MAP_FAILED ? -1 : mprotect(code, 4096, PROT_READ | PROT_EXEC);
}

static int protected_later(const char *unused)
{
	return copy_file(LIBRARY, "libc.so.6", 0644) ?: protect_later(open("libc.so.6", O_RDONLY));
}

/* What the library was when it was mapped is gone by then. */
static int protected_later_changed(const char *unused)
{
	char *code;
	int fd;

	if (copy_file(LIBRARY, "libc.so.6", 0644))
		return -1;
	fd = open("libc.so.6", O_RDONLY);
	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (code == MAP_FAILED)
		return -1;
	code[0] = 0;
	return mprotect(code, 4096, PROT_READ | PROT_EXEC);
}

const struct attack loads[] = {
	{ "macro_surface", "library", OFFICE, own_library },
	{ "macro_surface", "viewer", VIEWER, own_library },
	{ "macro_surface", "far_away", OFFICE, own_far_away },
	{ "macro_surface", "symlink", OFFICE, by_symlink },
	{ "macro_surface", "hard_link", OFFICE, by_hard_link, NULL, ROOT },
	{ "macro_surface", "bind_mount", OFFICE, by_bind_mount },
	{ "macro_surface", "memory", OFFICE, from_memory },
	{ "macro_surface", "deleted", OFFICE, deleted },
	{ "macro_surface", "deleted_by_root", OFFICE, deleted_by_root, NULL, ROOT },
	{ "macro_surface", "shared", OFFICE, shared },
	{ "macro_surface", "environment", OFFICE, by_environment, NULL, ELSEWHERE },
	{ "macro_surface", "loader", OFFICE, by_loader, NULL, ELSEWHERE },
	{ "macro_surface", "only_read", OFFICE, only_read },
	{ "macro_surface", "protected_later", OFFICE, protected_later },
	{ "macro_surface", "protected_later_changed", OFFICE, protected_later_changed },
	{ "trust_exec", "library", PLAIN, own_library },
	{ "trust_exec", "library_by_memory", PLAIN, from_memory },
	{ "trust_exec", "library_only_read", PLAIN, only_read },
	{ "trust_exec", "library_by_environment", PLAIN, by_environment, NULL, ELSEWHERE },
	{ "trust_exec", "library_protected_later", PLAIN, protected_later },
	{ 0 }
};
