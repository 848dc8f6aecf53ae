// SPDX-License-Identifier: MIT
#include <libgen.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rampart_netlink.h>

#include "accounts.h"
#include "homes.h"
#include "journal.h"
#include "xdg.h"

/* useradd writes the account first and makes its directory after: it is waited for. */
#define AGAIN_USEC 250000ULL
#define AGAIN_TIMES 240

/* How often it is looked where users keep their folders, and of how many users. */
#define FOLDERS_USEC 30000000ULL
#define FOLDERS_HOMES_MAX 4096

struct homes {
	struct daemon *daemon;
	char *passwd;
	char **paths;
	unsigned int n, cap;
	unsigned int absent;	/* homes that are not there */
	unsigned int patience;	/* how often these are still looked for */
	sd_event_source *watch;
	sd_event_source *again;
	sd_event_source *folders;
};

static bool is_home(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void free_paths(struct homes *homes)
{
	for (unsigned int i = 0; i < homes->n; i++)
		free(homes->paths[i]);
	homes->n = 0;
}

static void add_path(struct homes *homes, const char *path)
{
	if (homes->n == homes->cap) {
		unsigned int cap = homes->cap ? 2 * homes->cap : 16;
		char **grown = reallocarray(homes->paths, cap, sizeof(*grown));

		if (!grown)
			return;
		homes->paths = grown;
		homes->cap = cap;
	}
	homes->paths[homes->n] = strdup(path);
	homes->n += homes->paths[homes->n] != NULL;
}

static bool take_home(void *data, const char *home)
{
	struct homes *homes = data;

	if (is_home(home))
		add_path(homes, home);
	else
		homes->absent++;
	return true;
}

/* Without the file they stay what they were. */
static void read_accounts(struct homes *homes)
{
	if (access(homes->passwd, R_OK))
		return;
	free_paths(homes);
	homes->absent = 0;
	accounts_homes(homes->passwd, take_home, homes);
}

static void warn_hint(int err)
{
	if (err && err != -ENOENT)
		journal_text(LOG_WARNING, "the kernel did not take a hint of a home directory: %s", strerror(-err));
}

struct home {
	struct kernel *kernel;
	const char *path;
};

static void hint_folder(void *data, const char *folder, const char *below)
{
	const struct home *home = data;

	kernel_hint_folder(home->kernel, home->path, folder, below);
}

static void hint_folders(struct homes *homes, struct kernel *kernel)
{
	for (unsigned int i = 0; i < homes->n && i < FOLDERS_HOMES_MAX; i++) {
		struct home home = { kernel, homes->paths[i] };

		xdg_folders(home.path, hint_folder, &home);
	}
}

void homes_hint(struct homes *homes)
{
	struct kernel *kernel;

	if (!homes)
		return;
	kernel = daemon_kernel(homes->daemon);
	read_accounts(homes);
	if (!kernel)
		return;
	for (unsigned int i = 0; i < homes->n; i++)
		warn_hint(kernel_hint(kernel, RAMPART_HINT_HOME, homes->paths[i]));
	hint_folders(homes, kernel);
}

const char *homes_path(const struct homes *homes, unsigned int i)
{
	return homes && i < homes->n ? homes->paths[i] : NULL;
}

static int look_again(struct homes *homes)
{
	if (!homes->absent || !homes->patience)
		return 0;
	homes->patience--;
	sd_event_source_set_time_relative(homes->again, AGAIN_USEC);
	return sd_event_source_set_enabled(homes->again, SD_EVENT_ONESHOT);
}

static int folders_again(sd_event_source *source, uint64_t usec, void *data)
{
	struct homes *homes = data;
	struct kernel *kernel = daemon_kernel(homes->daemon);

	if (kernel)
		hint_folders(homes, kernel);
	return sd_event_source_set_time_relative(source, FOLDERS_USEC);
}

/* The kernel is told only when one has come. */
static int hint_again(sd_event_source *source, uint64_t usec, void *data)
{
	struct homes *homes = data;
	unsigned int absent = homes->absent;

	read_accounts(homes);
	if (homes->absent != absent)
		homes_hint(homes);
	return look_again(homes);
}

static int directory_changed(sd_event_source *source, const struct inotify_event *event, void *data)
{
	struct homes *homes = data;
	const char *name = strrchr(homes->passwd, '/') + 1;

	if (!(event->mask & IN_Q_OVERFLOW) && (!event->len || strcmp(event->name, name)))
		return 0;
	homes_hint(homes);
	homes->patience = AGAIN_TIMES;
	return look_again(homes);
}

/* The directory, since a password file is replaced by renaming a new one over it. */
static int watch(struct homes *homes)
{
	const uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR;
	sd_event *event = homes->daemon->event;
	char *copy = strdup(homes->passwd);
	int err = -ENOMEM;

	if (copy)
		err = sd_event_add_inotify(event, &homes->watch, dirname(copy), mask, directory_changed, homes);
	free(copy);
	if (err < 0)
		return err;
	err = sd_event_add_time(event, &homes->again, CLOCK_MONOTONIC, 0, 0, hint_again, homes);
	if (err >= 0)
		err = sd_event_source_set_enabled(homes->again, SD_EVENT_OFF);
	if (err >= 0)
		err = sd_event_add_time_relative(event, &homes->folders, CLOCK_MONOTONIC, FOLDERS_USEC, 0, folders_again,
						 homes);
	return err < 0 ? err : sd_event_source_set_enabled(homes->folders, SD_EVENT_ON);
}

int homes_init(struct daemon *daemon, const char *passwd, struct homes **homes)
{
	struct homes *h = calloc(1, sizeof(*h));
	int err = -ENOMEM;

	*homes = NULL;
	if (!h)
		return err;
	h->daemon = daemon;
	h->passwd = strdup(passwd);
	if (h->passwd)
		err = watch(h);
	if (err < 0) {
		homes_exit(h);
		return err;
	}
	*homes = h;
	return 0;
}

void homes_exit(struct homes *homes)
{
	if (!homes)
		return;
	sd_event_source_disable_unref(homes->watch);
	sd_event_source_disable_unref(homes->again);
	sd_event_source_disable_unref(homes->folders);
	free_paths(homes);
	free(homes->paths);
	free(homes->passwd);
	free(homes);
}
