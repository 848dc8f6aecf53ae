// SPDX-License-Identifier: MIT
/*
 * The allowed program of the tests: saves a text as editors do, by writing a new file and renaming it over the old. With
 * --wait it opens the new file and waits for the end of its input before it writes: time to attack it. With --lend it opens FILE
 * for writing and sends the descriptor over the socket that is its descriptor 3.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int lend(const char *name)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec byte = { "x", 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = u.room, .msg_controllen = sizeof(u.room) };
	int fd = open(name, O_RDWR);

	memcpy(CMSG_DATA(&u.header), &fd, sizeof(fd));
	return fd < 0 || sendmsg(3, &message, 0) != 1;
}

int main(int argc, char **argv)
{
	char temp[4096];
	int wait = argc == 4 && !strcmp(argv[3], "--wait");
	FILE *f;

	if (argc == 4 && !strcmp(argv[3], "--lend"))
		return lend(argv[1]);
	if ((argc != 3 && !wait) || snprintf(temp, sizeof(temp), "%s.tmp", argv[1]) >= (int)sizeof(temp)) {
		fprintf(stderr, "usage: editor FILE TEXT [--wait|--lend]\n");
		return 2;
	}
	f = fopen(temp, "w");
	if (wait) {
		puts("ready");
		fflush(stdout);
		while (getchar() != EOF)
			;
	}
	if (!f || fprintf(f, "%s\n", argv[2]) < 0 || fclose(f) || rename(temp, argv[1])) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
