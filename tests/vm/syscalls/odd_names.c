// SPDX-License-Identifier: MIT
/* Names as long, as odd, as deep and as many as they get. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case.h"

/* Everything that is done to a file, by this name. */
static void use_name(const char *name)
{
	int fd = see_open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);

	see_write(fd, "odd");
	close(fd);
	see(rename(name, "plain"));
	see(link("plain", name));
	see(chmod(name, 0600));
	see(unlink("plain"));
	see_content(name);
}

static void control_characters(void) { use_name("a\nb\tc\033[31m\177"); }
static void not_utf8(void) { use_name("\377\376\200 caf\351"); }
static void utf8(void) { use_name("r\303\251sum\303\251 \342\202\254 \360\237\230\200"); }
static void spaces(void) { use_name("  two  spaces "); }
static void dashes(void) { use_name("--help"); }
static void dots(void) { use_name("..."); }
static void quotes(void) { use_name("\"'`$(x)\\"); }

static void longest(void)
{
	char name[256];

	memset(name, '\377', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	use_name(name);
}

static void symlink_target(size_t length)
{
	static char target[5000];

	memset(target, 't', length);
	target[length] = 0;
	see(symlink(target, "new"));
	see_stat("new");
	see_open("new", O_RDONLY, 0);
}

static void target_of_59(void) { symlink_target(59); }
static void target_of_4095(void) { symlink_target(4095); }
static void target_of_4096(void) { symlink_target(4096); }

/* Deeper than a path can say. */
#define DEPTH 45

static void deep(void)
{
	char name[101];
	int top = open(".", O_PATH), fd;

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	for (int i = 0; i < DEPTH; i++)
		if (mkdir(name, 0755) || chdir(name))
			see(-1);
	fd = see_open("bottom", O_CREAT | O_RDWR, 0600);
	see_write(fd, "deep");
	see(rename("bottom", "ground"));
	see(symlink("ground", "link"));
	see(truncate("link", 2));
	see_content("link");
	see(unlink("link"));
	see(linkat(AT_FDCWD, "ground", top, "shallow", 0));
	see(unlink("ground"));
	for (int i = 0; i < DEPTH; i++)
		if (chdir("..") || rmdir(name))
			see(-1);
	see_content("shallow");
}

/* A deep tree moves with all that is in it. */
static void deep_moved(void)
{
	char path[200] = "hollow";

	for (int i = 0; i < 30; i++) {
		strcat(path, "/d");
		see(mkdir(path, 0755));
	}
	see(rename("hollow", "dir/hollow"));
	see_stat(path);
	memmove(path + 4, path, strlen(path) + 1);
	memcpy(path, "dir/", 4);
	see_stat(path);
	strcat(path, "/file");
	close(see_open(path, O_CREAT | O_WRONLY, 0600));
	see(rename("dir/hollow/d", "back"));
}

#define MANY 150

static void many(void)
{
	char name[40];
	int left = 0;
	DIR *dir;

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "hollow/file%d", i);
		if (mknod(name, S_IFREG | 0644, 0))
			see(-1);
	}
	dir = opendir("hollow");
	for (struct dirent *entry; (entry = readdir(dir)); left++) {
		snprintf(name, sizeof(name), "hollow/%.20s", entry->d_name);
		if (entry->d_type == DT_REG && unlink(name))
			see(-1);
	}
	see(left);
	see(rmdir("hollow"));
}

static void again_and_again(void)
{
	for (int i = 0; i < 50; i++)
		if (rename("file", "elsewhere") || rename("elsewhere", "file"))
			see(-1);
	for (int i = 0; i < 50; i++)
		if (mkdir("new", 0700) || rmdir("new") || mknod("new", S_IFREG | 0600, 0) || unlink("new"))
			see(-1);
	see_content("file");
}

const struct sequence odd_names[] = {
	{ "control-characters", control_characters },
	{ "not-utf8", not_utf8 },
	{ "utf8", utf8 },
	{ "spaces", spaces },
	{ "dashes", dashes },
	{ "dots", dots },
	{ "quotes", quotes },
	{ "longest", longest },
	{ "target-of-59", target_of_59 },
	{ "target-of-4095", target_of_4095 },
	{ "target-of-4096", target_of_4096 },
	{ "deep", deep },
	{ "deep-moved", deep_moved },
	{ "many", many },
	{ "again-and-again", again_and_again },
	{}
};
