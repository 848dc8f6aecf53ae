// SPDX-License-Identifier: MIT
/* Who watches files is told of what happens to them, in the same order. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case.h"

static void see_events(int watch)
{
	static char buffer[65536] __attribute__((aligned(8)));
	ssize_t n = read(watch, buffer, sizeof(buffer));

	if (n < 0)
		see(-1);
	for (char *p = buffer; n > 0 && p < buffer + n;) {
		struct inotify_event *event = (struct inotify_event *)p;
		char text[300];

		snprintf(text, sizeof(text), "%d %x %s%s", event->wd, event->mask, event->len ? event->name : "",
			 event->cookie ? " moved" : "");
		see_bytes(text, strlen(text));
		p += sizeof(*event) + event->len;
	}
}

static int watch_for(const char *path, unsigned int mask)
{
	int watch = inotify_init1(IN_NONBLOCK);

	see(inotify_add_watch(watch, path, mask));
	return watch;
}

static void contents(void)
{
	int watch = watch_for(".", IN_ALL_EVENTS), fd = see_open("new", O_CREAT | O_RDWR, 0644);
	char byte;

	see_write(fd, "x");
	see(pread(fd, &byte, 1, 0));
	see(ftruncate(fd, 0));
	see(fchmod(fd, 0600));
	see(fsetxattr(fd, "user.x", "y", 1, 0));
	see(utimensat(AT_FDCWD, "new", NULL, 0));
	close(fd);
	close(see_open("file", O_RDONLY, 0));
	close(see_open("file", O_WRONLY | O_TRUNC, 0));
	see(truncate("file", 100));
	see_events(watch);
}

static void entries(void)
{
	int watch = watch_for(".", IN_ALL_EVENTS);

	see(inotify_add_watch(watch, "dir", IN_ALL_EVENTS));
	see(mkdir("sub", 0755));
	see(symlink("x", "sub/link"));
	see(link("file", "linked"));
	see(rename("linked", "dir/linked"));
	see(rename("dir/linked", "file"));
	see(renameat2(AT_FDCWD, "file", AT_FDCWD, "dir/inner", RENAME_EXCHANGE));
	see(mkfifo("pipe", 0600));
	see(unlink("pipe"));
	see(unlink("sub/link"));
	see(rmdir("sub"));
	see_events(watch);
}

static void end_of_watched(void)
{
	int watch = watch_for("file", IN_ALL_EVENTS);

	see(inotify_add_watch(watch, "hollow", IN_ALL_EVENTS));
	see(rename("hollow", "moved"));
	see(rmdir("moved"));
	see(link("file", "twin"));
	see(unlink("file"));
	see(unlink("twin"));
	see_events(watch);
	see(inotify_rm_watch(watch, 1));
}

static void refused_calls(void)
{
	int watch = watch_for("nothing", IN_ALL_EVENTS);

	see_open("secret", O_WRONLY, 0);
	see(unlink("sealed/file"));
	see(mkdir("file", 0755));
	see(rename("dir", "dir/sub"));
	see(rmdir("dir"));
	see(inotify_add_watch(watch, "file", IN_ALL_EVENTS | IN_ONLYDIR));
	see(inotify_add_watch(watch, "to_file", IN_ALL_EVENTS | IN_DONT_FOLLOW));
	see(inotify_add_watch(watch, "secret", IN_ALL_EVENTS));
	see(inotify_add_watch(watch, "file", 0));
	see_events(watch);
}

static volatile sig_atomic_t told;

static void tell(int signal) { told++; }

static void by_signal(void)
{
	int fd = see_open("dir", O_RDONLY, 0), pipes[2];

	signal(SIGIO, tell);
	see(fcntl(fd, F_NOTIFY, DN_CREATE | DN_DELETE | DN_MULTISHOT));
	see(mknod("dir/new", S_IFREG | 0600, 0));
	see(unlink("dir/new"));
	see(told);
	see(pipe(pipes));
	see(fcntl(pipes[0], F_SETOWN, getpid()));
	see(fcntl(pipes[0], F_SETFL, O_ASYNC));
	see_write(pipes[1], "x");
	see(told);
}

static void by_fanotify(void)
{
	struct fanotify_event_metadata events[16];
	int watch = see_ok(fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY));
	int fd;
	ssize_t n;

	see(fanotify_mark(watch, FAN_MARK_ADD, FAN_OPEN | FAN_MODIFY | FAN_CLOSE_WRITE, AT_FDCWD, "file"));
	fd = see_open("file", O_WRONLY, 0);
	see_write(fd, "x");
	close(fd);
	n = read(watch, events, sizeof(events));
	see(n);
	for (ssize_t i = 0; n > 0 && i < n / (ssize_t)sizeof(*events); i++)
		see(events[i].mask);
}

const struct sequence watches[] = {
	{ "contents", contents },
	{ "entries", entries },
	{ "end-of-watched", end_of_watched },
	{ "refused-calls", refused_calls },
	{ "by-signal", by_signal },
	{ "by-fanotify", by_fanotify },
	{}
};
