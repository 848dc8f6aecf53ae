// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <names.h>
#include <ruleset.h>

#include "accounts.h"
#include "holders.h"

#define LINK_MAX (4 * RAMPART_PATH_MAX)	/* a link of /proc is longer than a path may be */

struct file_id {
	dev_t dev;
	ino_t ino;
};

struct holders {
	struct rampart_ruleset *rules;
	DIR *proc;
	struct file_id *allowed;
	u32 n_allowed;
	/* Of the process that is looked at. */
	struct holder holder;
	char exe[LINK_MAX], link[LINK_MAX];
	holders_fn fn;
	void *data;
};

/* --- what is protected --- */

struct home_list {
	struct rampart_views homes;
	u32 cap;
};

static bool add_home(void *data, const char *home)
{
	struct home_list *list = data;
	struct pb_view view = { .data = (const u8 *)home, .len = strlen(home) };

	if (rampart_path_check(view, RAMPART_PATH_EXACT))
		return true;
	if (list->homes.n == list->cap) {
		u32 cap = 2 * list->cap + 16;
		struct pb_view *grown = reallocarray(list->homes.v, cap, sizeof(*grown));

		if (!grown)
			return false;
		list->homes.v = grown;
		list->cap = cap;
	}
	view.data = (const u8 *)strdup(home);
	if (!view.data)
		return false;
	list->homes.v[list->homes.n++] = view;
	return true;
}

static void free_homes(struct home_list *list)
{
	for (u32 i = 0; i < list->homes.n; i++)
		free((void *)list->homes.v[i].data);
	free(list->homes.v);
}

/* The ruleset of @policy, with the homes of @passwd among its own. */
static int build_rules(struct holders *holders, const struct rampart_policy *policy, const char *passwd)
{
	struct rampart_policy extended = *policy;
	struct home_list list = { 0 };
	enum rampart_reason reason;
	u32 n = policy->homes.n;

	accounts_homes(passwd, add_home, &list);
	extended.homes.n = n + list.homes.n;
	extended.homes.v = calloc(extended.homes.n + 1, sizeof(*extended.homes.v));
	if (extended.homes.v) {
		for (u32 i = 0; i < extended.homes.n; i++)
			extended.homes.v[i] = i < n ? policy->homes.v[i] : list.homes.v[i - n];
		holders->rules = rampart_ruleset_build(&extended, &reason);
	}
	free(extended.homes.v);
	free_homes(&list);
	return holders->rules ? 0 : -ENOMEM;
}

static int find_allowed(struct holders *holders)
{
	const struct rampart_trust *trusts;
	struct stat st;
	u32 n;

	trusts = rampart_ruleset_trusts(holders->rules, &n);
	holders->allowed = calloc(n + 1, sizeof(*holders->allowed));
	if (!holders->allowed)
		return -ENOMEM;
	for (u32 i = 0; i < n; i++)
		if ((trusts[i].classes & RAMPART_SUBJ_ALLOWED) && !trusts[i].pinned && !stat((const char *)trusts[i].path.data, &st))
			holders->allowed[holders->n_allowed++] = (struct file_id){ st.st_dev, st.st_ino };
	return 0;
}

int holders_open(struct holders **holders, const struct rampart_policy *policy, const char *passwd)
{
	struct holders *h = calloc(1, sizeof(*h));
	int err;

	*holders = NULL;
	if (!h)
		return -ENOMEM;
	h->proc = opendir("/proc");
	err = h->proc ? build_rules(h, policy, passwd) : -errno;
	if (!err)
		err = find_allowed(h);
	if (err)
		holders_close(h);
	else
		*holders = h;
	return err;
}

void holders_close(struct holders *holders)
{
	if (!holders)
		return;
	if (holders->proc)
		closedir(holders->proc);
	rampart_ruleset_free(holders->rules);
	free(holders->allowed);
	free(holders);
}

static bool is_protected(const struct holders *holders, const char *path)
{
	u32 state = rampart_ruleset_walk(holders->rules, RAMPART_STATE_ROOT, path);

	return *path == '/' && (rampart_ruleset_label(holders->rules, state).classes & RAMPART_OBJ_FOLDER);
}

/* --- one process --- */

static bool is_allowed(const struct holders *holders, const struct stat *exe)
{
	for (u32 i = 0; i < holders->n_allowed; i++)
		if (holders->allowed[i].dev == exe->st_dev && holders->allowed[i].ino == exe->st_ino)
			return true;
	return false;
}

static void found(struct holders *holders, const char *path, bool mapping)
{
	holders->holder.path = path;
	holders->holder.mapping = mapping;
	holders->fn(holders->data, &holders->holder);
}

static bool read_link(int dir, const char *name, char *text)
{
	ssize_t n = readlinkat(dir, name, text, LINK_MAX - 1);

	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The owner may write a link of /proc/PID/fd when the descriptor is open for writing: proc_pid_fd(5). */
static void look_at_descriptors(struct holders *holders, int process)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat st;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (!isdigit(entry->d_name[0]) || fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !(st.st_mode & S_IWUSR) || fstatat(fd, entry->d_name, &st, 0) || !S_ISREG(st.st_mode) ||
		    !st.st_nlink)
			continue;
		if (read_link(fd, entry->d_name, holders->link) && is_protected(holders, holders->link))
			found(holders, holders->link, false);
	}
	closedir(dir);
}

/* In place: \012, the only byte that /proc/PID/maps escapes. */
static void unescape(char *path)
{
	char *out = path;

	for (; *path; path++) {
		bool newline = !strncmp(path, "\\012", 4);

		*out++ = newline ? '\n' : *path;
		path += newline ? 3 : 0;
	}
	*out = '\0';
}

static void look_at_mappings(struct holders *holders, int process)
{
	int fd = openat(process, "maps", O_RDONLY | O_CLOEXEC);
	FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
	char *line = NULL, *path, mode[5];
	size_t size = 0;
	ssize_t n;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return;
	}
	*holders->link = '\0';
	while ((n = getline(&line, &size, file)) > 0) {
		line[n - 1] = '\0';
		path = strchr(line, '/');
		if (!path || sscanf(line, "%*s %4s", mode) != 1 || mode[1] != 'w' || mode[3] != 's')
			continue;
		unescape(path);
		/* A file that is mapped in parts is told of once. */
		if (!strcmp(path, holders->link) || strlen(path) >= LINK_MAX || !is_protected(holders, path))
			continue;
		strcpy(holders->link, path);
		found(holders, path, true);
	}
	free(line);
	fclose(file);
}

static void look_at(struct holders *holders, int process, pid_t pid)
{
	struct stat st;

	if (fstat(process, &st))
		return;
	holders->holder = (struct holder){ .pid = pid, .uid = st.st_uid, .exe = holders->exe };
	/* Kernel threads have no program. */
	if (!read_link(process, "exe", holders->exe) ||
	    (!fstatat(process, "exe", &st, 0) && is_allowed(holders, &st)))
		return;
	look_at_descriptors(holders, process);
	look_at_mappings(holders, process);
}

bool holders_step(struct holders *holders, holders_fn fn, void *data)
{
	struct dirent *entry;
	int process;

	do {
		entry = readdir(holders->proc);
		if (!entry)
			return false;
	} while (!isdigit(entry->d_name[0]));
	process = openat(dirfd(holders->proc), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return true;
	holders->fn = fn;
	holders->data = data;
	look_at(holders, process, atoi(entry->d_name));
	close(process);
	return true;
}
