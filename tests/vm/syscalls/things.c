// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case.h"
#include "things.h"

enum owner { ROOT, USER };

struct thing {
	const char *name;
	mode_t mode;
	enum owner owner;
	const char *content;	/* of a file; where a symlink leads to */
};

/* A folder before what is in it. */
static const struct thing things[] = {
	{ "file", S_IFREG | 0644, USER, "content of file\n" },
	{ "empty", S_IFREG | 0644, USER, "" },
	{ "readonly", S_IFREG | 0444, USER, "read only\n" },
	{ "suid", S_IFREG | 06755, USER, "set-id\n" },
	{ "foreign", S_IFREG | 0644, ROOT, "another's\n" },
	{ "secret", S_IFREG | 0600, ROOT, "secret\n" },
	{ "fifo", S_IFIFO | 0644, USER },
	{ "dir", S_IFDIR | 0755, USER },
	{ "dir/inner", S_IFREG | 0644, USER, "inner\n" },
	{ "hollow", S_IFDIR | 0755, USER },
	{ "closed", S_IFDIR | 0755, USER },
	{ "closed/file", S_IFREG | 0644, USER, "closed\n" },
	{ "closed", S_IFDIR | 0000, USER },
	{ "sealed", S_IFDIR | 0555, USER },
	{ "sealed/file", S_IFREG | 0644, USER, "sealed\n" },
	{ "alien", S_IFDIR | 0755, ROOT },
	{ "alien/file", S_IFREG | 0644, ROOT, "alien\n" },
	{ "sticky", S_IFDIR | 01777, ROOT },
	{ "sticky/file", S_IFREG | 0666, ROOT, "sticky\n" },
	{ "to_file", S_IFLNK, USER, "file" },
	{ "to_dir", S_IFLNK, USER, "dir" },
	{ "to_nothing", S_IFLNK, USER, "nothing" },
	{ "loop", S_IFLNK, USER, "pool" },
	{ "pool", S_IFLNK, USER, "loop" },
};

#define THINGS (sizeof(things) / sizeof(things[0]))

static uint64_t made[THINGS];	/* the digest of each that stands for itself */
static uint64_t made_folder;	/* of the folder without what is in it */

static void make_content(const struct thing *thing)
{
	int fd = open(thing->name, O_CREAT | O_EXCL | O_WRONLY, 0600);

	if (fd < 0 || write(fd, thing->content, strlen(thing->content)) < 0 || close(fd))
		err(1, "%s", thing->name);
}

static void make(const struct thing *thing)
{
	uid_t owner = thing->owner == USER ? user : 0;

	if (S_ISREG(thing->mode))
		make_content(thing);
	else if (S_ISDIR(thing->mode))
		mkdir(thing->name, 0700);
	else if (S_ISLNK(thing->mode) ? symlink(thing->content, thing->name) : mknod(thing->name, thing->mode, 0))
		err(1, "%s", thing->name);
	if (lchown(thing->name, owner, owner) || (!S_ISLNK(thing->mode) && chmod(thing->name, thing->mode & 07777)))
		err(1, "%s", thing->name);
}

static bool is_at_top(const struct thing *thing) { return !strchr(thing->name, '/'); }

/* Makes all that is @top or below it. */
static void make_again(const char *top)
{
	size_t length = strlen(top);

	for (size_t i = 0; i < THINGS; i++)
		if (!strncmp(things[i].name, top, length) && (!things[i].name[length] || things[i].name[length] == '/'))
			make(&things[i]);
}

/* --- the digest: FNV-1a --- */
static void add(uint64_t *digest, const void *bytes, size_t length)
{
	for (const unsigned char *b = bytes; length--; b++)
		*digest = (*digest ^ *b) * 0x100000001b3;
}

static void add_content(uint64_t *digest, const char *name)
{
	static char buffer[65536];
	int fd = open(name, O_RDONLY);
	ssize_t n;

	do {
		n = read(fd, buffer, sizeof(buffer));
		add(digest, buffer, n < 0 ? 0 : n);
	} while (n == sizeof(buffer));
	close(fd);
}

static void add_attributes(uint64_t *digest, const char *name)
{
	char list[4096], value[4096];
	ssize_t length = llistxattr(name, list, sizeof(list)), n;

	for (char *p = list; length > 0 && p < list + length; p += strlen(p) + 1) {
		add(digest, p, strlen(p));
		n = lgetxattr(name, p, value, sizeof(value));
		add(digest, value, n < 0 ? 0 : n);
	}
}

static void add_metadata(uint64_t *digest, const char *name, const struct stat *st)
{
	uint64_t numbers[] = { st->st_mode, st->st_uid, st->st_gid, st->st_nlink, st->st_rdev,
			       S_ISREG(st->st_mode) ? st->st_size : 0 };
	char target[4096];
	ssize_t n;

	add(digest, numbers, sizeof(numbers));
	if (S_ISREG(st->st_mode) && st->st_size)
		add_content(digest, name);
	n = S_ISLNK(st->st_mode) ? readlink(name, target, sizeof(target)) : 0;
	add(digest, target, n < 0 ? 0 : n);
	add_attributes(digest, name);
}

static int is_not_dots(const struct dirent *entry) { return strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."); }

static void each_in_folder(void (*visit)(const char *name, void *context), void *context)
{
	struct dirent **entries;
	int n = scandir(".", &entries, is_not_dots, alphasort);

	for (int i = 0; i < n; i++) {
		visit(entries[i]->d_name, context);
		free(entries[i]);
	}
	free(entries);
}

/* Visits what is below @name, in that directory. */
static void each_below(const char *name, void (*visit)(const char *name, void *context), void *context)
{
	if (chdir(name))
		err(1, "%s", name);
	each_in_folder(visit, context);
	if (chdir(".."))
		err(1, "the way back");
}

static void add_entry(const char *name, void *digest)
{
	struct stat st;

	add(digest, name, strlen(name) + 1);
	if (lstat(name, &st))
		return;
	add_metadata(digest, name, &st);
	if (S_ISDIR(st.st_mode))
		each_below(name, add_entry, digest);
}

static uint64_t digest_of(const char *name)
{
	uint64_t digest = 0xcbf29ce484222325;

	add_entry(name, &digest);
	return digest;
}

static uint64_t digest_of_folder(void)
{
	uint64_t digest = 0xcbf29ce484222325;
	struct stat st;

	if (stat(".", &st))
		err(1, "the folder");
	st.st_nlink = 0;
	add_metadata(&digest, ".", &st);
	return digest;
}

/* --- removing --- */
static void remove_entry(const char *name, void *context)
{
	struct stat st;

	if (lstat(name, &st))
		return;
	if (S_ISDIR(st.st_mode))
		each_below(name, remove_entry, context);
	if (S_ISDIR(st.st_mode) ? rmdir(name) : unlink(name))
		err(1, "%s cannot be removed", name);
}

/* Of the digests of what is in the folder: all in one; and whose is not as it was made. */
struct state {
	uint64_t digest;
	bool intact[THINGS];
};

static void look_at(const char *name, void *context)
{
	struct state *state = context;
	uint64_t digest = digest_of(name);

	add(&state->digest, &digest, sizeof(digest));
	for (size_t i = 0; i < THINGS; i++)
		if (!strcmp(things[i].name, name))
			state->intact[i] = digest == made[i];
}

static struct state current;	/* as things_digest() has found it */

static void remove_strange(const char *name, void *context)
{
	for (size_t i = 0; i < THINGS; i++)
		if (!strcmp(things[i].name, name) && current.intact[i])
			return;
	remove_entry(name, context);
}

void things_make(void)
{
	for (size_t i = 0; i < THINGS; i++)
		make(&things[i]);
	for (size_t i = 0; i < THINGS; i++)
		if (is_at_top(&things[i]))
			made[i] = digest_of(things[i].name);
	made_folder = digest_of_folder();
}

uint64_t things_digest(void)
{
	uint64_t folder = digest_of_folder();

	memset(&current, 0, sizeof(current));
	add(&current.digest, &folder, sizeof(folder));
	each_in_folder(look_at, &current);
	return current.digest;
}

static void restore_folder(void)
{
	if (digest_of_folder() == made_folder)
		return;
	removexattr(".", "user.x");
	if (chmod(".", 0755) || chown(".", user, user) || digest_of_folder() != made_folder)
		errx(1, "the folder is not as it was");
}

void things_restore(void)
{
	restore_folder();
	each_in_folder(remove_strange, NULL);
	for (size_t i = 0; i < THINGS; i++)
		if (is_at_top(&things[i]) && !current.intact[i]) {
			make_again(things[i].name);
			current.intact[i] = true;
			for (size_t j = i + 1; j < THINGS; j++)
				if (!strcmp(things[j].name, things[i].name))
					current.intact[j] = true;
		}
}

void things_remove(void) { each_in_folder(remove_entry, NULL); }
