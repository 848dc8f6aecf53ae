// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interpreter.h"
#include "packages.h"

extern char **environ;

/* Starts dpkg-query, whose output is *@out. */
static int start_query(const char *const argv[], pid_t *pid, FILE **out)
{
	posix_spawn_file_actions_t actions;
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	err = posix_spawn_file_actions_init(&actions);
	if (err) {
		close(fds[0]);
		close(fds[1]);
		return -err;
	}
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	*out = err ? NULL : fdopen(fds[0], "r");
	if (!*out)
		close(fds[0]);
	return err == ENOENT ? -ENOPKG : err ? -err : *out ? 0 : -ENOMEM;
}

/* Calls @line for each line of what dpkg-query says. -ENOENT if it found nothing. */
static int query(const char *const argv[], int (*line)(void *arg, const char *text), void *arg)
{
	char *text = NULL;
	size_t size = 0;
	int err, status;
	ssize_t len;
	FILE *out = NULL;
	pid_t pid;

	err = start_query(argv, &pid, &out);
	if (err)
		return err;
	while ((len = getline(&text, &size, out)) > 0) {
		if (text[len - 1] == '\n')
			text[len - 1] = '\0';
		if (!err)
			err = line(arg, text);
	}
	free(text);
	fclose(out);
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return err ?: WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ENOENT;
}

struct found {
	const char *root;
	bool interpreters;	/* count, too */
	char **paths;
	int n;
};

static bool is_program(const char *path)
{
	char begin[4] = "";
	struct stat st;
	int fd;

	if (lstat(path, &st) || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, begin, sizeof(begin)) < 2)
		begin[0] = '\0';
	close(fd);
	return !memcmp(begin, "\177ELF", 4) || !memcmp(begin, "#!", 2);
}

/* dpkg names some by a directory that is a symlink today: /bin. */
static int add_path(void *arg, const char *path)
{
	struct found *found = arg;
	char full[PATH_MAX], real[PATH_MAX], **paths;
	size_t skip = strlen(found->root);

	if (*path != '/' || snprintf(full, sizeof(full), "%s%s", found->root, path) >= (int)sizeof(full))
		return 0;
	if (!is_program(full) || (!found->interpreters && rampart_is_interpreter(path)) || !realpath(full, real) ||
	    strncmp(real, found->root, skip))
		return 0;
	paths = realloc(found->paths, (found->n + 1) * sizeof(*paths));
	if (!paths)
		return -ENOMEM;
	found->paths = paths;
	paths[found->n] = strdup(real + skip);
	return paths[found->n++] ? 0 : -ENOMEM;
}

/* Where dpkg keeps what it knows; @real is @root without symlinks, "" for this machine. */
static int find_admin(const char *root, char real[PATH_MAX], char admin[PATH_MAX + 32])
{
	if (!realpath(root, real))
		return -errno;
	if (!strcmp(real, "/"))
		*real = '\0';
	snprintf(admin, PATH_MAX + 32, "--admindir=%s/var/lib/dpkg", real);
	return 0;
}

/* "installed NAME", or another state. */
static int add_package(void *arg, const char *text)
{
	static const char installed[] = "installed ";
	char **names = arg, *more;
	int len;

	if (strncmp(text, installed, strlen(installed)))
		return 0;
	len = asprintf(&more, "%s%s\n", *names ?: "", text + strlen(installed));
	if (len < 0)
		return -ENOMEM;
	free(*names);
	*names = more;
	return 0;
}

/* Takes @names, a line each. */
static int add_programs_of(char *names, const char *admin, struct found *found)
{
	char *rest = names, *name;
	int err = 0;

	while (!err && (name = strsep(&rest, "\n")) && *name) {
		const char *const argv[] = { "dpkg-query", admin, "-L", name, NULL };

		err = query(argv, add_path, found);
	}
	free(names);
	return err;
}

int packages_all_programs(const char *root, const char *name, char ***paths)
{
	char real[PATH_MAX], admin[PATH_MAX + 32], *names = NULL;
	const char *const argv[] = { "dpkg-query", admin, "-W", "-f", "${db:Status-Status} ${binary:Package}\n", name, NULL };
	struct found found = { .root = real, .interpreters = true };
	int err = find_admin(root, real, admin);

	*paths = NULL;
	if (!err)
		err = query(argv, add_package, &names);
	if (!err)
		err = names ? add_programs_of(names, admin, &found) : -ENOENT;
	if (err) {
		packages_free(found.paths, found.n);
		return err;
	}
	*paths = found.paths;
	return found.n;
}

int packages_programs(const char *root, const char *name, char ***paths)
{
	char real[PATH_MAX], admin[PATH_MAX + 32];
	const char *const argv[] = { "dpkg-query", admin, "-L", name, NULL };
	struct found found = { .root = real };
	int err = find_admin(root, real, admin);

	*paths = NULL;
	if (!err)
		err = query(argv, add_path, &found);
	if (err) {
		packages_free(found.paths, found.n);
		return err;
	}
	*paths = found.paths;
	return found.n;
}

void packages_free(char **paths, int n)
{
	for (int i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
}

/* "PACKAGE: PATH", "PACKAGE:ARCH: PATH", or of several "ONE, TWO: PATH". */
static int take_owner(void *arg, const char *text)
{
	char **name = arg;
	size_t len = strcspn(text, ":,");

	if (!*name && text[len] && strncmp(text, "diversion ", 10) && strncmp(text, "local diversion ", 16))
		*name = strndup(text, len);
	return 0;
}

char *packages_of(const char *path)
{
	const char *const argv[] = { "dpkg-query", "-S", path, NULL };
	/* What came with /bin/x is at /usr/bin/x today. */
	const char *const old[] = { "dpkg-query", "-S", path + strlen("/usr"), NULL };
	char *name = NULL;

	if (*path != '/')
		return NULL;
	query(argv, take_owner, &name);
	if (!name && !strncmp(path, "/usr/", 5))
		query(old, take_owner, &name);
	return name;
}
