// SPDX-License-Identifier: MIT
/* What a program may not start itself, and has others start instead: viewer_child, office_child, comm_child, webshell. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack.h"

#define ENGINE "/run/docker.sock"
#define MANAGER "/run/user/1000/systemd/private"
#define RENAMED "/run/asr.sock"

static const char *const sockets[] = { ENGINE, MANAGER };
#define N_SOCKETS (sizeof(sockets) / sizeof(sockets[0]))

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static int connect_to(const char *path)
{
	struct sockaddr_un to = address(path);
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (sock >= 0 && connect(sock, (struct sockaddr *)&to, sizeof(to))) {
		close(sock);
		return -1;
	}
	return sock;
}

/* --- the broker --- */

static int listen_at(const char *path)
{
	struct sockaddr_un at = address(path);
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(path);
	if (sock < 0 || bind(sock, (struct sockaddr *)&at, sizeof(at)) || chmod(path, 0666) || listen(sock, 8)) {
		perror(path);
		return -1;
	}
	return sock;
}

/* Starts a shell for whoever connects, which speaks to him. */
static void serve(struct pollfd listeners[N_SOCKETS])
{
	int sock;

	signal(SIGCHLD, SIG_IGN);
	while (poll(listeners, N_SOCKETS, -1) > 0)
		for (size_t i = 0; i < N_SOCKETS; i++) {
			if (!listeners[i].revents)
				continue;
			sock = accept(listeners[i].fd, NULL, NULL);
			if (!fork()) {
				dup2(sock, 1);
				start("/bin/sh", "-c", "echo worked; :", NULL);
				_exit(1);
			}
			close(sock);
		}
}

int prepare_broker(void)
{
	struct pollfd listeners[N_SOCKETS];
	int sock = connect_to(ENGINE);

	if (sock >= 0) {
		close(sock);
		return 0;
	}
	for (size_t i = 0; i < N_SOCKETS; i++) {
		listeners[i] = (struct pollfd){ listen_at(sockets[i]), POLLIN };
		if (listeners[i].fd < 0)
			return -1;
	}
	if (!fork()) {
		setsid();
		for (int fd = 0; fd < 3; fd++)
			dup2(open("/dev/null", O_RDWR | O_CLOEXEC), fd);
		serve(listeners);
		_exit(1);
	}
	return 0;
}

/* --- who asks it --- */

/* Whether it was done is for what comes back to tell. */
static int ask(const char *path)
{
	int sock = connect_to(path);
	char text[64];
	ssize_t n;

	if (sock < 0)
		return -1;
	n = read(sock, text, sizeof(text));
	close(sock);
	if (n <= 0) {
		errno = ENODATA;
		return -1;
	}
	return 0;
}

static int ask_far_away(const char *path) { return far_away(ask, path); }
static int by_client(const char *path) { return start(path, "say", NULL); }

static int ask_by_symlink(const char *path)
{
	unlink("letter");
	return symlink(path, "letter") ?: ask("letter");
}

static int ask_by_descriptor(const char *path)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", open(path, O_PATH | O_CLOEXEC));
	return ask(name);
}

static int ask_by_hard_link(const char *path)
{
	unlink(RENAMED);
	return link(path, RENAMED) ?: ask(RENAMED);
}

/* What it is called then is in no class. */
static int ask_by_rename(const char *path)
{
	int err;

	if (rename(path, RENAMED))
		return -1;
	err = ask(RENAMED);
	return rename(RENAMED, path) ?: err;
}

#define BROKER_ATTACKS(rule, program)                                                                                  \
	{ rule, "broker", program, ask, ENGINE },                                                                      \
	{ rule, "broker_of_the_user", program, ask, MANAGER },                                                         \
	{ rule, "broker_far_away", program, ask_far_away, ENGINE },                                                    \
	{ rule, "broker_symlink", program, ask_by_symlink, ENGINE },                                                   \
	{ rule, "broker_descriptor", program, ask_by_descriptor, ENGINE },                                             \
	{ rule, "broker_hard_link", program, ask_by_hard_link, ENGINE, ROOT },                                         \
	{ rule, "broker_renamed", program, ask_by_rename, ENGINE, ROOT },                                              \
	{ rule, "broker_client", program, by_client, CRONTAB }

const struct attack brokers[] = {
	BROKER_ATTACKS("viewer_child", VIEWER),
	BROKER_ATTACKS("office_child", OFFICE),
	BROKER_ATTACKS("comm_child", MAIL),
	BROKER_ATTACKS("webshell", WEB),
	{ 0 }
};
