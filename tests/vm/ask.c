// SPDX-License-Identifier: MIT
/*
 * Asks rampartd for a grant of any length, as its socket allows and rampartctl does not: ask EVENT SECONDS. Prints the
 * answer's error number, 0 when it was granted.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static unsigned char *put(unsigned char *p, unsigned char tag, uint64_t value)
{
	*p++ = tag;
	for (; value > 127; value >>= 7)
		*p++ = value | 128;
	*p++ = value;
	return p;
}

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "/run/rampart/control.sock" };
	unsigned char message[64], answer[4096] = { 0 }, *end;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	ssize_t n;

	if (argc != 3 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return 2;
	/* Request { grant = 4: ById { id = 1, seconds = 2 } } */
	end = put(put(message + 2, 1 << 3, strtoull(argv[1], NULL, 10)), 2 << 3, strtoull(argv[2], NULL, 10));
	message[0] = 4 << 3 | 2;
	message[1] = end - message - 2;
	if (send(fd, message, end - message, 0) < 0)
		return 2;
	n = recv(fd, answer, sizeof(answer), 0);
	/* Response { error = 1 }, which is left out when it is 0. */
	if (n <= 0)
		return 2;
	printf("%d\n", answer[0] == 1 << 3 ? answer[1] : 0);
	return 0;
}
