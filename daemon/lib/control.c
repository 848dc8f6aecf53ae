// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "control.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
/* Loading a policy that needs many hooks takes the kernel seconds. */
#define ANSWER_SECONDS 60
#define CONNECT_SECONDS 5	/* a daemon that is stopped accepts nobody, and its queue fills up */

/* --- memfds --- */

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			len -= n;
		}
	}
	return 0;
}

int control_memfd(const char *name, const uint8_t *data, size_t len)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, data, len);
	if (!err && fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static ssize_t read_memfd(int fd, size_t max, uint8_t **data)
{
	const int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;
	ssize_t n;

	if (seals < 0 || (seals & needed) != needed || fstat(fd, &st) < 0)
		return -EBADMSG;
	if (max <= CONTROL_INLINE || (uint64_t)st.st_size > max)
		return -EMSGSIZE;
	*data = malloc(st.st_size + 1);
	if (!*data)
		return -ENOMEM;
	/* In shared memory a read is whole or fails. */
	n = pread(fd, *data, st.st_size, 0);
	if (n == st.st_size)
		return n;
	free(*data);
	*data = NULL;
	return -EBADMSG;
}

/* --- packets --- */

int control_pack(const ProtobufCMessage *message, struct control_packet *packet)
{
	size_t len = protobuf_c_message_get_packed_size(message);

	*packet = (struct control_packet){ .fd = -1, .len = len };
	if (len > CONTROL_MAX)
		return -EMSGSIZE;
	packet->data = malloc(len + 1);
	if (!packet->data)
		return -ENOMEM;
	protobuf_c_message_pack(message, packet->data);
	if (!len)
		packet->data[packet->len++] = 0;
	if (len <= CONTROL_INLINE)
		return 0;
	packet->fd = control_memfd("rampart-message", packet->data, len);
	free(packet->data);
	packet->data = NULL;
	return packet->fd < 0 ? packet->fd : 0;
}

void control_packet_free(struct control_packet *packet)
{
	free(packet->data);
	if (packet->fd >= 0)
		close(packet->fd);
	*packet = (struct control_packet){ .fd = -1 };
}

union fd_control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static void attach_fd(struct msghdr *msg, union fd_control *control, int fd)
{
	struct cmsghdr *cmsg;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control;
	msg->msg_controllen = sizeof(control->space);
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
}

int control_send(int socket, const struct control_packet *packet, int flags)
{
	uint8_t zero = 0;
	struct iovec iov = { .iov_base = packet->data, .iov_len = packet->len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union fd_control control;

	if (packet->fd >= 0) {
		iov = (struct iovec){ .iov_base = &zero, .iov_len = 1 };
		attach_fd(&msg, &control, packet->fd);
	}
	return sendmsg(socket, &msg, flags | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/*
 * The file that came along, or -1. With room for one, which CMSG_LEN() is and CMSG_SPACE() is not, the kernel itself
 * closes any further ones and says so.
 */
static int received_fd(struct msghdr *msg)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS &&
	    cmsg->cmsg_len >= CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

static ssize_t take_packet(const struct msghdr *msg, int fd, ssize_t n, size_t max, uint8_t **data)
{
	const uint8_t *packet = msg->msg_iov->iov_base;

	if (msg->msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	if (msg->msg_flags & MSG_CTRUNC)
		return -EBADMSG;
	if (fd >= 0)
		return n == 1 && !packet[0] ? read_memfd(fd, max, data) : -EBADMSG;
	if ((size_t)n > max)
		return -EMSGSIZE;
	if (n == 1 && !packet[0])
		n = 0;
	*data = malloc(n + 1);
	if (!*data)
		return -ENOMEM;
	memcpy(*data, packet, n);
	return n;
}

ssize_t control_receive(int socket, size_t max, int flags, uint8_t **data)
{
	uint8_t packet[CONTROL_INLINE];
	struct iovec iov = { .iov_base = packet, .iov_len = sizeof(packet) };
	union fd_control control;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof(int))
	};
	ssize_t n;
	int fd;

	*data = NULL;
	do
		n = recvmsg(socket, &msg, flags | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	fd = received_fd(&msg);
	/* Also an empty packet may bring a file. */
	n = n ? take_packet(&msg, fd, n, max, data) : -EPIPE;
	if (fd >= 0)
		close(fd);
	return n;
}

/* --- the client --- */

const char *control_path(void)
{
	return getenv("RAMPART_SOCKET") ?: CONTROL_SOCKET;
}

static int connect_daemon(void)
{
	struct timeval timeout = { .tv_sec = CONNECT_SECONDS };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path = control_path();
	int fd, err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = errno == EAGAIN ? -ETIMEDOUT : -errno;
	close(fd);
	return err;
}

int control_open(const Rampart__Request *request)
{
	struct timeval timeout = { .tv_sec = ANSWER_SECONDS };
	struct control_packet packet;
	int fd, err;

	fd = connect_daemon();
	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	err = control_pack(&request->base, &packet);
	if (!err)
		err = control_send(fd, &packet, 0);
	control_packet_free(&packet);
	/* A daemon that turns us away has said why before it hung up. */
	if (!err || err == -EPIPE)
		return fd;
	close(fd);
	return err;
}

int control_next(int socket, unsigned int seconds, Rampart__Response **response)
{
	struct timeval timeout = { .tv_sec = seconds };
	uint8_t *data;
	ssize_t n;

	setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	n = control_receive(socket, CONTROL_MAX, 0, &data);
	if (n == -EAGAIN)
		return -ETIMEDOUT;
	if (n < 0)
		return n;
	*response = rampart__response__unpack(NULL, n, data);
	free(data);
	return *response ? 0 : -EBADMSG;
}

int control_request(const Rampart__Request *request, Rampart__Response **response)
{
	int fd = control_open(request), err;

	if (fd < 0)
		return fd;
	err = control_next(fd, ANSWER_SECONDS, response);
	close(fd);
	return err;
}
