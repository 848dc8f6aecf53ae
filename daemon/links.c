// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rampart_netlink.h>

#include "homes.h"
#include "journal.h"
#include "links.h"

/* A directory that is being read. */
struct frame {
	DIR *dir;
	const char *rest;	/* of the pattern, for each of its entries; NULL: below a protected place, all of it */
	size_t path_len;	/* of its own path in links->path */
	dev_t dev;
};

struct links {
	struct daemon *daemon;
	sd_event_source *timer;
	links_fn fn;
	void *data;

	/* The places of the policy. */
	char **places, **homes;
	unsigned int n_places, n_homes;

	/* Where the walk is. */
	unsigned int place, home;	/* the next pattern */
	char pattern[2 * RAMPART_PATH_MAX + 2];
	char path[2 * RAMPART_PATH_MAX + 2];
	struct frame frames[LINKS_DEPTH];
	unsigned int depth;
	unsigned int found, too_deep;
};

static void found(struct links *links)
{
	struct kernel *kernel = links->daemon ? daemon_kernel(links->daemon) : NULL;

	links->found++;
	if (links->fn)
		links->fn(links->path, links->data);
	else if (kernel)
		kernel_hint(kernel, RAMPART_HINT_LINKS, links->path);
}

static bool append(struct links *links, size_t at, const char *name, size_t len)
{
	if (at + len + 2 > sizeof(links->path))
		return false;
	links->path[at] = '/';
	memcpy(links->path + at + 1, name, len);
	links->path[at + 1 + len] = '\0';
	return true;
}

/* Reads the directory that @fd is (opened with O_PATH), whose path stands in links->path. */
static void push(struct links *links, int fd, const char *rest, dev_t dev)
{
	int readable;
	DIR *dir;

	if (links->depth == LINKS_DEPTH) {
		links->too_deep++;
		return;
	}
	readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = readable >= 0 ? fdopendir(readable) : NULL;
	if (!dir) {
		if (readable >= 0)
			close(readable);
		return;
	}
	links->frames[links->depth++] =
		(struct frame){ .dir = dir, .rest = rest, .path_len = strlen(links->path), .dev = dev };
}

static void pop(struct links *links)
{
	closedir(links->frames[--links->depth].dir);
}

/* The end of a pattern: a protected place. */
static void enter_place(struct links *links, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return;
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		found(links);
	else if (S_ISDIR(st.st_mode))
		push(links, fd, NULL, st.st_dev);
}

/*
 * Follows @rest of a pattern from the directory @fd, which it closes, up to its end or to a component that is any
 * name.
 */
static void descend(struct links *links, int fd, const char *rest)
{
	size_t len, at = strlen(links->path);
	char name[NAME_MAX + 1];
	int next;

	while (fd >= 0 && *rest) {
		len = strcspn(rest, "/");
		if (len == 1 && *rest == '*') {
			push(links, fd, rest[1] ? rest + 2 : rest + 1, 0);
			break;
		}
		if (len > NAME_MAX || !append(links, at, rest, len))
			break;
		memcpy(name, rest, len);
		name[len] = '\0';
		next = openat(fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
		fd = next;
		at += 1 + len;
		rest += rest[len] ? len + 1 : len;
	}
	if (fd >= 0 && !*rest)
		enter_place(links, fd);
	if (fd >= 0)
		close(fd);
}

static void visit_below(struct links *links, const struct frame *frame, const char *name)
{
	int dir = dirfd(frame->dir), fd;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != frame->dev)
		return;
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		found(links);
	if (!S_ISDIR(st.st_mode))
		return;
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* It may have been exchanged since. */
	if (!fstat(fd, &st) && st.st_dev == frame->dev)
		push(links, fd, NULL, st.st_dev);
	close(fd);
}

static void visit(struct links *links)
{
	const struct frame frame = links->frames[links->depth - 1];
	const struct dirent *entry = readdir(frame.dir);

	if (!entry) {
		pop(links);
		return;
	}
	if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
	    !append(links, frame.path_len, entry->d_name, strlen(entry->d_name)))
		return;
	if (frame.rest)
		descend(links, openat(dirfd(frame.dir), entry->d_name, O_PATH | O_NOFOLLOW | O_CLOEXEC), frame.rest);
	else
		visit_below(links, &frame, entry->d_name);
}

/* --- patterns --- */

static const char *home_pattern(const struct links *links, unsigned int i)
{
	if (i < links->n_homes)
		return links->homes[i];
	return links->daemon ? homes_path(links->daemon->homes, i - links->n_homes) : NULL;
}

/* Puts the next pattern into links->pattern; one that begins with "~" counts once for each home. */
static bool next_pattern(struct links *links)
{
	const char *place, *home;

	while (links->place < links->n_places) {
		place = links->places[links->place];
		if (*place != '~') {
			links->place++;
			snprintf(links->pattern, sizeof(links->pattern), "%s", place);
			return true;
		}
		home = home_pattern(links, links->home++);
		if (home) {
			snprintf(links->pattern, sizeof(links->pattern), "%s%s", home, place + 1);
			return true;
		}
		links->place++;
		links->home = 0;
	}
	return false;
}

bool links_step(struct links *links)
{
	if (links->depth) {
		visit(links);
		return true;
	}
	if (!next_pattern(links))
		return false;
	links->path[0] = '\0';
	descend(links, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), links->pattern + 1);
	return true;
}

/* --- in the loop --- */

static void report(const struct links *links)
{
	if (links->found)
		journal_text(LOG_INFO, "%u files with several links are below protected places", links->found);
	if (links->too_deep)
		journal_text(LOG_WARNING, "%u directories are too deep to be looked through for more links",
			     links->too_deep);
}

static int go_on(sd_event_source *source, uint64_t usec, void *data)
{
	struct links *links = data;

	for (unsigned int i = 0; i < LINKS_STEPS; i++) {
		if (links_step(links))
			continue;
		report(links);
		return 0;
	}
	sd_event_source_set_time(source, usec + LINKS_PAUSE_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void free_list(char **list, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static void reset(struct links *links)
{
	while (links->depth)
		pop(links);
	free_list(links->places, links->n_places);
	free_list(links->homes, links->n_homes);
	links->places = links->homes = NULL;
	links->n_places = links->n_homes = 0;
	links->place = links->home = links->found = links->too_deep = 0;
}

static void add_texts(char ***list, unsigned int *n, const struct rampart_views *views)
{
	char **more = reallocarray(*list, *n + views->n + 1, sizeof(*more));

	if (!more)
		return;
	*list = more;
	for (u32 i = 0; i < views->n; i++, ++*n) {
		more[*n] = strndup((const char *)views->v[i].data, views->v[i].len);
		if (!more[*n])
			break;
	}
}

void links_start(struct links *links, const struct rampart_policy *policy)
{
	uint64_t now = 0;

	if (!links)
		return;
	reset(links);
	add_texts(&links->places, &links->n_places, &policy->protect);
	add_texts(&links->places, &links->n_places, &policy->secrets);
	add_texts(&links->homes, &links->n_homes, &policy->homes);
	if (!links->timer)
		return;
	sd_event_now(links->daemon->event, CLOCK_MONOTONIC, &now);
	sd_event_source_set_time(links->timer, now);
	sd_event_source_set_enabled(links->timer, SD_EVENT_ONESHOT);
}

void links_on_found(struct links *links, links_fn fn, void *data)
{
	links->fn = fn;
	links->data = data;
}

static int add_timer(struct links *links)
{
	int err;

	err = sd_event_add_time(links->daemon->event, &links->timer, CLOCK_MONOTONIC, 0, 0, go_on, links);
	if (err < 0)
		return err;
	sd_event_source_set_priority(links->timer, SD_EVENT_PRIORITY_IDLE);
	return sd_event_source_set_enabled(links->timer, SD_EVENT_OFF);
}

int links_init(struct daemon *daemon, struct links **links)
{
	int err;

	*links = calloc(1, sizeof(**links));
	if (!*links)
		return -ENOMEM;
	(*links)->daemon = daemon;
	err = daemon ? add_timer(*links) : 0;
	if (err >= 0)
		return 0;
	links_exit(*links);
	*links = NULL;
	return err;
}

void links_exit(struct links *links)
{
	if (!links)
		return;
	sd_event_source_disable_unref(links->timer);
	reset(links);
	free(links);
}
