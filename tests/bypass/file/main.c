// SPDX-License-Identifier: MIT
/*
 * Ways to change a file in a protected folder, one function each. Runs inside a guest:
 *
 *	file list DIR			ID NAME root|any attack|gap|harmless PATH-REPORTED RULE of each, by tabs
 *	file elsewhere			"ID NAME: where it is tested or why not"
 *	file gaps			the README's table of those that are open
 *	file prepare DIR		makes DIR/NAME ("original") for each
 *	file hold DIR			opens what attacks need from before a policy; prints the pid of who holds it
 *	file run DIR [NAME]...		tries each, or these; prints "NAME changed", "NAME unchanged ERRNO" or "NAME missing"
 *	file try DIR NAME		tries it in this very process
 *	file look DIR NAME		status 0 if it is unchanged
 *
 * The folder is DIR, the victim DIR/NAME; for what takes another file system than the root's, /srv/PLACE and DIR's last
 * component stand for DIR. Whether it was changed is seen by looking at it, not believed from a return value.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "attack.h"
#include "hold.h"

#define TIMEOUT 120	/* seconds; a guest among many on a slow machine needs some of them */

char folder[512], victim[1024], extra[1100], work[512];

static const struct attack *const tables[] = {
	opens, names, attributes, descriptors, mounts, servers, writers, rings, devices, elsewhere,
};
static const struct attack *attacks[256];	/* all of them, by id */
static size_t n_attacks;

int scribble(int fd)
{
	ssize_t n = fd < 0 ? -1 : pwrite(fd, EVIL, 9, 0);

	if (fd >= 0)
		close(fd);
	return n == 9 ? 0 : -1;
}

int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err = fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

const char *in_work(const char *name)
{
	static char paths[4][1024];
	static unsigned int turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", work, name);
	return path;
}

const char *evil_file(const char *name)
{
	const char *path = in_work(name);

	scribble(open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644));
	return path;
}

const char *work_folder(const char *name)
{
	const char *path = in_work(name);

	mkdir(path, 0755);
	return path;
}

int scribble_in(const char *where)
{
	char name[2048];

	snprintf(name, sizeof(name), "%s%s", where, strrchr(victim, '/'));
	return scribble(open(name, O_WRONLY));
}

int missing(void)
{
	_exit(MISSING);
}

int shell(const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return system(command) ? -1 : 0;
}

static int by_id(const void *a, const void *b)
{
	return strcmp((*(const struct attack *const *)a)->id, (*(const struct attack *const *)b)->id);
}

static void collect(void)
{
	size_t i;
	const struct attack *attack;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (attack = tables[i]; attack->id && n_attacks < sizeof(attacks) / sizeof(attacks[0]); attack++)
			attacks[n_attacks++] = attack;
	qsort(attacks, n_attacks, sizeof(attacks[0]), by_id);
}

/* What can be seen of the victim: content, mode, owner, times, attributes; and whether the extra name has come. */
static bool changed(void)
{
	char text[16] = "";
	struct stat st;
	int fd = open(victim, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, 8);
	int flags = 0;

	if (fd >= 0)
		ioctl(fd, FS_IOC_GETFLAGS, &flags);
	if (fd >= 0)
		close(fd);
	return n != 8 || memcmp(text, ORIGINAL, 8) || stat(victim, &st) || st.st_size % 4096 != 8 ||
	       (st.st_mode & 07777) != 0644 || st.st_uid == 12345 || st.st_mtime == 1 ||
	       getxattr(victim, "user.rampart", text, 8) >= 0 || getxattr(victim, "user.keep", text, 8) < 0 ||
	       getxattr(victim, "security.capability", NULL, 0) >= 0 ||
	       getxattr(victim, "system.posix_acl_access", NULL, 0) >= 0 ||
	       (flags & (FS_NODUMP_FL | FS_VERITY_FL)) || !lstat(extra, &st);
}

static void aim(const struct attack *attack, const char *dir)
{
	if (attack->place) {
		snprintf(folder, sizeof(folder), "/srv/%s%s", attack->place, strrchr(dir, '/'));
		snprintf(work, sizeof(work), "/srv/%s/work", attack->place);
	} else {
		snprintf(folder, sizeof(folder), "%s", dir);
		snprintf(work, sizeof(work), "/var/tmp/bypass");
	}
	snprintf(victim, sizeof(victim), "%s/%s", folder, attack->name);
	snprintf(extra, sizeof(extra), "%s.new", victim);
}

static bool knows_file_system(const char *name)
{
	FILE *f = fopen("/proc/filesystems", "r");
	char line[128], known[64];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = (sscanf(line, "nodev %63s", known) == 1 || sscanf(line, " %63s", known) == 1) && !strcmp(known, name);
	if (f)
		fclose(f);
	return found;
}

/* Whether the kernel has what it takes, and the suite could set up the place. */
static bool possible(const struct attack *attack)
{
	char path[64];

	if (attack->place) {
		snprintf(path, sizeof(path), "/srv/%s/work", attack->place);
		if (access(path, F_OK))
			return false;
	}
	if (!attack->needs)
		return true;
	return *attack->needs == '/' ? !access(attack->needs, F_OK) : knows_file_system(attack->needs);
}

static int prepare(const char *dir)
{
	size_t i;

	for (i = 0; i < n_attacks; i++) {
		int fd;

		if (!attacks[i]->try || !possible(attacks[i]))
			continue;
		aim(attacks[i], dir);
		fd = open(victim, O_CREAT | O_EXCL | O_WRONLY, 0644);
		if (fd < 0 || fchmod(fd, 0644) || fsetxattr(fd, "user.keep", "x", 1, 0) ||
		    write(fd, ORIGINAL, 8) != 8 || fsync(fd) || close(fd) ||
		    (attacks[i]->prepare && attacks[i]->prepare())) {
			perror(victim);
			return 1;
		}
	}
	return 0;
}

static void run(const struct attack *attack, const char *dir)
{
	int status, err;
	pid_t pid;

	if (!possible(attack)) {
		printf("%s missing %s\n", attack->name, attack->place ?: attack->needs);
		return;
	}
	aim(attack, dir);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(TIMEOUT);
		errno = 0;
		err = attack->try() ? errno : 0;
		_exit(err);
	}
	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) == MISSING)
		printf("%s missing support\n", attack->name);
	else if (WEXITSTATUS(status) == DONE || changed())
		printf("%s changed\n", attack->name);
	else if (WIFSIGNALED(status))
		printf("%s unchanged %s\n", attack->name, sigabbrev_np(WTERMSIG(status)));
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

static int run_all(const char *dir, char **names)
{
	size_t i;

	for (i = 0; i < n_attacks; i++)
		if (attacks[i]->try && is_among(attacks[i]->name, names))
			run(attacks[i], dir);
	return 0;
}

static const char *reported(const struct attack *attack)
{
	if (!attack->reported)
		return victim;
	if (!strcmp(attack->reported, "any"))
		return "/";
	if (*attack->reported == '/')
		strcpy(strrchr(folder, '/'), attack->reported);
	else if (!strcmp(attack->reported, "parent"))
		*strrchr(folder, '/') = 0;
	return folder;
}

static int list(const char *dir)
{
	size_t i;

	for (i = 0; i < n_attacks; i++) {
		const struct attack *attack = attacks[i];

		if (!attack->try)
			continue;
		aim(attack, dir);
		printf("%s\t%s\t%s\t%s\t%s\t%s\n", attack->id, attack->name, attack->flags & NEEDS_ROOT ? "root" : "any",
		       attack->gap ? "gap" : attack->flags & HARMLESS ? "harmless" : "attack", reported(attack),
		       attack->rule ?: "folders");
	}
	return 0;
}

static int list_elsewhere(void)
{
	size_t i;

	for (i = 0; i < n_attacks; i++)
		if (!attacks[i]->try)
			printf("%s %s: %s\n", attacks[i]->id, attacks[i]->name, attacks[i]->elsewhere);
	return 0;
}

/* One row for each gap, at the first of its attacks. */
static int list_gaps(void)
{
	size_t i, k;

	printf("| gap | what it means | attacks |\n|---|---|---|\n");
	for (i = 0; i < n_attacks; i++) {
		const struct gap *gap = attacks[i]->gap;

		for (k = 0; gap && k < i && attacks[k]->gap != gap;)
			k++;
		if (!gap || k < i)
			continue;
		printf("| %s | %s | ", gap->what, gap->meaning);
		for (k = i; k < n_attacks; k++)
			if (attacks[k]->gap == gap)
				printf("%s%s `%s`", k == i ? "" : ", ", attacks[k]->id, attacks[k]->name);
		printf(" |\n");
	}
	return 0;
}

static int hold(const char *dir)
{
	size_t i;

	for (i = 0; i < n_attacks; i++) {
		if (!(attacks[i]->flags & OLD) || !possible(attacks[i]))
			continue;
		aim(attacks[i], dir);
		if (hold_file(victim)) {
			perror(victim);
			return 1;
		}
	}
	return hold_serve();
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	size_t i;

	collect();
	if (argc == 2 && !strcmp(verb, "elsewhere"))
		return list_elsewhere();
	if (argc == 2 && !strcmp(verb, "gaps"))
		return list_gaps();
	if (argc == 3 && !strcmp(verb, "list"))
		return list(argv[2]);
	if (argc == 3 && !strcmp(verb, "prepare"))
		return prepare(argv[2]);
	if (argc == 3 && !strcmp(verb, "hold"))
		return hold(argv[2]);
	if (argc >= 3 && !strcmp(verb, "run"))
		return run_all(argv[2], argv + 3);
	for (i = 0; i < n_attacks && argc == 4; i++) {
		if (strcmp(argv[3], attacks[i]->name) || !attacks[i]->try)
			continue;
		aim(attacks[i], argv[2]);
		if (!strcmp(verb, "try"))
			return attacks[i]->try() != 0;
		if (!strcmp(verb, "look"))
			return changed();
	}
	fprintf(stderr, "usage: file list DIR | elsewhere | gaps | prepare DIR | hold DIR | run DIR [NAME]... | "
			"try DIR NAME | look DIR NAME\n");
	return 2;
}
