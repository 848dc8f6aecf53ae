// SPDX-License-Identifier: MIT
/*
 * Ordinary file system calls and their edge cases, in FOLDER and as the user UID (default: root). Prints a line for each case:
 * its name, what each of its calls gave, and a digest of what is in the folder then. Nothing in it depends on when or where it
 * runs, so that two runs can be compared byte for byte. It is no test by itself: harm.sh is.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"
#include "things.h"

uid_t user;
void *volatile bad_pointer = (void *)1;

/* Of the current case; shared with children. */
static struct {
	bool worked;	/* something did */
	char text[65536];
} *notes;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	size_t used = strlen(notes->text);
	va_list args;

	va_start(args, format);
	vsnprintf(notes->text + used, sizeof(notes->text) - used, format, args);
	va_end(args);
}

static const char *errno_name(void) { return strerrorname_np(errno) ?: "?"; }

long see_ok(long value)
{
	note(" %s", value == -1 ? errno_name() : "ok");
	notes->worked |= value != -1;
	return value;
}

long see(long value)
{
	if (value == -1)
		return see_ok(-1);
	note(" %ld", value);
	notes->worked = true;
	return value;
}

void see_bytes(const char *text, size_t length)
{
	note(" \"");
	for (size_t i = 0; i < length; i++)
		note(text[i] > ' ' && text[i] < 127 && text[i] != '\\' ? "%c" : "\\%02x", (unsigned char)text[i]);
	note("\"");
}

static void note_stat(const struct stat *st)
{
	note(" [%o %d:%d %d %ld]", st->st_mode, st->st_uid, st->st_gid, (int)st->st_nlink,
	     S_ISDIR(st->st_mode) ? 0L : (long)st->st_size);
}

void see_stat(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		see(-1);
	else
		note_stat(&st);
}

void see_fstat(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		see(-1);
	else
		note_stat(&st);
}

void see_content(const char *path)
{
	char buffer[64];
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer));

	if (n < 0)
		see(-1);
	else
		see_bytes(buffer, n);
	if (fd >= 0)
		close(fd);
}

int see_open(const char *path, int flags, mode_t mode) { return see_ok(open(path, flags, mode)); }

void see_write(int fd, const char *text) { see(write(fd, text, strlen(text))); }

int make_file(const char *path, size_t size)
{
	static char block[4096];
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0644);

	for (size_t at = 0; at < size; at += sizeof(block)) {
		memset(block, 'a' + at / sizeof(block) % 26, sizeof(block));
		if (write(fd, block, size - at < sizeof(block) ? size - at : sizeof(block)) < 0)
			see(-1);
	}
	return fd;
}

/* A case that ends in no time is a result, too. */
#define SECONDS 20

void see_child(void (*run)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		alarm(SECONDS);
		run();
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		see(-1);
	else if (WIFSIGNALED(status))
		note(" SIG%s", sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		note(" exit %d", WEXITSTATUS(status));
}

/* The group goes first and comes back last: to change it takes root. */
static void become_user(void)
{
	if (user && (setresgid(user, user, 0) || setresuid(user, user, 0)))
		err(1, "uid %d", user);
}

static void become_root(void)
{
	if (user && (setresuid(0, 0, 0) || setresgid(0, 0, 0)))
		err(1, "root");
}

static void print_digest(void)
{
	printf(" %016llx", (unsigned long long)things_digest());
	things_restore();
}

void run_case(const char *name, void (*run)(const void *context), const void *context)
{
	notes->worked = false;
	*notes->text = 0;
	become_user();
	run(context);
	become_root();
	printf("%s:%s", name, notes->text);
	if (notes->worked)
		print_digest();
	putchar('\n');
}

void run_check(const char *name)
{
	printf("%s:", name);
	print_digest();
	putchar('\n');
}

static void run_sequence(const void *context)
{
	const struct sequence *sequence = context;

	see_child(sequence->run);
}

static void run_sequences(const char *group, const struct sequence *sequences)
{
	char name[100];

	for (; sequences->name; sequences++) {
		snprintf(name, sizeof(name), "%s/%s", group, sequences->name);
		run_case(name, run_sequence, sequences);
	}
}

static void enter(const char *folder)
{
	if (chdir(folder) || (mkdir("case", 0755) && errno != EEXIST) || chdir("case"))
		err(1, "%s", folder);
	things_remove();
	if (chmod(".", 0755) || chown(".", user, user))
		err(1, "%s", folder);
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 3)
		errx(2, "usage: syscalls FOLDER [UID]");
	user = argc == 3 ? atoi(argv[2]) : 0;
	notes = mmap(NULL, sizeof(*notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (notes == MAP_FAILED || setgroups(0, NULL))
		err(1, "root is needed");
	close_range(3, ~0U, 0);
	umask(022);
	setvbuf(stdout, NULL, _IOLBF, 0);
	enter(argv[1]);
	things_make();
	run_paths();
	run_opens();
	run_sequences("names", names);
	run_sequences("odd_names", odd_names);
	run_sequences("data", data);
	run_sequences("ranges", ranges);
	run_sequences("mappings", mappings);
	run_sequences("attributes", attributes);
	run_sequences("extended", extended);
	run_sequences("locks", locks);
	run_sequences("watches", watches);
	run_sequences("ring", ring);
	things_remove();
	if (chdir("..") || rmdir("case"))
		err(1, "%s", argv[1]);
	return 0;
}
