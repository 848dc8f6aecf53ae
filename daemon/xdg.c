// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <env.h>

#include "xdg.h"

#define FILE_MAX 65536	/* bytes; they have some 500 */

static const struct folder {
	const char *key, *name;
} folders[] = {
	{ "XDG_DESKTOP_DIR", "Desktop" },   { "XDG_DOCUMENTS_DIR", "Documents" }, { "XDG_DOWNLOAD_DIR", "Downloads" },
	{ "XDG_MUSIC_DIR", "Music" },	    { "XDG_PICTURES_DIR", "Pictures" },	  { "XDG_PUBLICSHARE_DIR", "Public" },
	{ "XDG_TEMPLATES_DIR", "Templates" }, { "XDG_VIDEOS_DIR", "Videos" },
};

static FILE *open_dirs(const char *home)
{
	struct open_how how = { .flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS };
	int dir = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
	struct stat st;
	FILE *file;

	if (dir < 0)
		return NULL;
	fd = syscall(SYS_openat2, dir, ".config/user-dirs.dirs", &how, sizeof(how));
	close(dir);
	if (fd < 0)
		return NULL;
	file = !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX ? fdopen(fd, "r") : NULL;
	if (!file)
		close(fd);
	return file;
}

/* From "$HOME/... to the quote that ends it, \ undone in place; NULL for what is not below the home. */
static char *below_home(char *value)
{
	static const char start[] = "\"$HOME/";
	char *in, *out;

	if (strncmp(value, start, sizeof(start) - 1))
		return NULL;
	value += sizeof(start) - 1;
	for (in = out = value; *in && *in != '"'; in++) {
		if (*in == '\\' && in[1])
			in++;
		*out++ = *in;
	}
	if (*in != '"')
		return NULL;
	*out = 0;
	while (out > value && out[-1] == '/')
		*--out = 0;
	return *value ? value : NULL;
}

static void take_line(char *line, xdg_found_fn found, void *data)
{
	line += strspn(line, " \t");
	for (unsigned int i = 0; i < ARRAY_SIZE(folders); i++) {
		size_t len = strlen(folders[i].key);
		char *below;

		if (strncmp(line, folders[i].key, len) || line[len] != '=')
			continue;
		below = below_home(line + len + 1);
		if (below && strcmp(below, folders[i].name))
			found(data, folders[i].name, below);
	}
}

void xdg_folders(const char *home, xdg_found_fn found, void *data)
{
	FILE *file = open_dirs(home);
	char *line = NULL;
	size_t size = 0;

	if (!file)
		return;
	while (getline(&line, &size, file) > 0)
		take_line(line, found, data);
	free(line);
	fclose(file);
}
