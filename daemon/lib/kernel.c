// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <rampart_netlink.h>

#include "kernel.h"

/* An attribute holds at most 64 KiB, and one message of ours has one big attribute. */
#define BUFFER_SIZE (128 * 1024)
#define RECEIVE_BUFFER (8 << 20)
#define ANSWER_SECONDS 60

struct kernel {
	struct mnl_socket *socket;
	uint16_t family;
	uint32_t seq;
	kernel_batch_fn batch_fn;	/* NULL: not subscribed */
	void *batch_data;
	_Alignas(struct nlmsghdr) char request[BUFFER_SIZE];
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
};

/* What a command expects, filled while its answer is read. */
struct exchange {
	uint32_t seq;
	uint8_t command;
	bool done;		/* the acknowledgement came */
	int error;		/* of the acknowledgement, or of a bad answer */
	void (*answer_fn)(struct exchange *exchange, struct nlattr **attrs);
	void *answer;
};

/* --- reading --- */

/* As mnl_nlmsg_ok(), which takes a length over INT_MAX for one that fits, and would then never come to the end. */
static bool is_whole(const struct nlmsghdr *nlh, int left)
{
	return mnl_nlmsg_ok(nlh, left) && nlh->nlmsg_len <= (uint32_t)left;
}

static int check_attr(const struct nlattr *attr)
{
	static const enum mnl_attr_data_type types[RAMPART_ATTR_MAX + 1] = {
		[RAMPART_ATTR_PAYLOAD] = MNL_TYPE_BINARY,
		[RAMPART_ATTR_FD] = MNL_TYPE_U32,
		[RAMPART_ATTR_REASON] = MNL_TYPE_U32,
		[RAMPART_ATTR_GENERATION] = MNL_TYPE_U64,
		[RAMPART_ATTR_PATH] = MNL_TYPE_NUL_STRING,
		[RAMPART_ATTR_HINT] = MNL_TYPE_U32,
		[RAMPART_ATTR_BATCH] = MNL_TYPE_U64,
	};
	uint16_t type = mnl_attr_get_type(attr);

	return types[type] == MNL_TYPE_UNSPEC ? 0 : mnl_attr_validate(attr, types[type]);
}

static int take_attr(const struct nlattr *attr, void *data)
{
	const struct nlattr **attrs = data;

	/* What a newer kernel adds is not for us. */
	if (mnl_attr_type_valid(attr, RAMPART_ATTR_MAX) < 0)
		return MNL_CB_OK;
	if (check_attr(attr) < 0)
		return MNL_CB_ERROR;
	attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/* The command of a message of our family, with @attrs filled, or -EBADMSG. */
static int parse_message(const struct nlmsghdr *nlh, struct nlattr *attrs[RAMPART_ATTR_MAX + 1])
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	memset(attrs, 0, sizeof(*attrs) * (RAMPART_ATTR_MAX + 1));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return -EBADMSG;
	if (mnl_attr_parse(nlh, sizeof(*genl), take_attr, attrs) < 0)
		return -EBADMSG;
	return genl->cmd;
}

static int tell_batch(const struct kernel *kernel, struct nlattr **attrs)
{
	const struct nlattr *payload = attrs[RAMPART_ATTR_PAYLOAD];
	Rampart__EventBatch *batch;

	if (!payload || !attrs[RAMPART_ATTR_BATCH] || !kernel->batch_fn)
		return -EBADMSG;
	batch = rampart__event_batch__unpack(NULL, mnl_attr_get_payload_len(payload), mnl_attr_get_payload(payload));
	if (!batch)
		return -EBADMSG;
	kernel->batch_fn(batch, mnl_attr_get_u64(attrs[RAMPART_ATTR_BATCH]), kernel->batch_data);
	rampart__event_batch__free_unpacked(batch, NULL);
	return 0;
}

static void take_acknowledgement(struct exchange *exchange, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

	exchange->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err))
		exchange->error = -EBADMSG;
	else if (err->error)
		exchange->error = err->error;
}

static int take_message(struct kernel *kernel, struct exchange *exchange, const struct nlmsghdr *nlh)
{
	bool ours = exchange && nlh->nlmsg_seq == exchange->seq;
	struct nlattr *attrs[RAMPART_ATTR_MAX + 1];
	int command;

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		if (ours)
			take_acknowledgement(exchange, nlh);
		return 0;
	}
	if (nlh->nlmsg_type != kernel->family)
		return nlh->nlmsg_type < NLMSG_MIN_TYPE ? 0 : -EBADMSG;
	command = parse_message(nlh, attrs);
	if (command == RAMPART_CMD_EVENTS)
		return tell_batch(kernel, attrs);
	if (command < 0)
		return command;
	if (!ours)	/* answers something that was given up on */
		return 0;
	if (command != exchange->command)
		return -EBADMSG;
	if (exchange->answer_fn)
		exchange->answer_fn(exchange, attrs);
	return 0;
}

/* One datagram from the kernel; anything that another process sent is passed over. */
static ssize_t receive_datagram(struct kernel *kernel, int flags)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = kernel->buffer, .iov_len = sizeof(kernel->buffer) };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	do {
		msg.msg_namelen = sizeof(from);
		n = recvmsg(mnl_socket_get_fd(kernel->socket), &msg, flags);
	} while ((n < 0 && errno == EINTR) || (n >= 0 && from.nl_pid != 0));
	if (n < 0)
		return -errno;
	return msg.msg_flags & MSG_TRUNC ? -EBADMSG : n;
}

static int receive_messages(struct kernel *kernel, struct exchange *exchange, int flags)
{
	ssize_t n = receive_datagram(kernel, flags);
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)kernel->buffer;
	int left = n, err = 0;

	if (n < 0)
		return n;
	for (; !err && is_whole(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		err = take_message(kernel, exchange, nlh);
	return err;
}

int kernel_receive(struct kernel *kernel)
{
	return receive_messages(kernel, NULL, MSG_DONTWAIT);
}

/* --- asking --- */

static struct nlmsghdr *start_request(struct kernel *kernel, uint16_t type, uint8_t command, uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(kernel->request);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++kernel->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = version;
	return nlh;
}

static struct nlmsghdr *start_command(struct kernel *kernel, uint8_t command)
{
	return start_request(kernel, kernel->family, command, RAMPART_GENL_VERSION);
}

/* Sends the request in kernel->request and reads until it is acknowledged. */
static int run_exchange(struct kernel *kernel, struct exchange *exchange)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)kernel->request;
	int err;

	if (mnl_socket_sendto(kernel->socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (!exchange->done) {
		err = receive_messages(kernel, exchange, 0);
		if (err)
			return err == -EAGAIN ? -ETIMEDOUT : err;
	}
	return exchange->error;
}

static int run_command(struct kernel *kernel, void (*fn)(struct exchange *, struct nlattr **), void *answer)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)kernel->request;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct exchange exchange = {
		.seq = nlh->nlmsg_seq, .command = genl->cmd, .answer_fn = fn, .answer = answer
	};

	return run_exchange(kernel, &exchange);
}

static void take_status(struct exchange *exchange, struct nlattr **attrs)
{
	const struct nlattr *payload = attrs[RAMPART_ATTR_PAYLOAD];
	Rampart__Status **status = exchange->answer;

	if (payload && !*status)
		*status = rampart__status__unpack(NULL, mnl_attr_get_payload_len(payload),
						  mnl_attr_get_payload(payload));
	if (!*status)
		exchange->error = -EBADMSG;
}

int kernel_get_status(struct kernel *kernel, Rampart__Status **status)
{
	int err;

	*status = NULL;
	start_command(kernel, RAMPART_CMD_GET_STATUS);
	err = run_command(kernel, take_status, status);
	if (!err && !*status)
		err = -EBADMSG;
	if (err && *status) {
		rampart__status__free_unpacked(*status, NULL);
		*status = NULL;
	}
	return err;
}

static void take_answer(struct exchange *exchange, struct nlattr **attrs)
{
	struct kernel_answer *answer = exchange->answer;

	if (attrs[RAMPART_ATTR_REASON])
		answer->reason = mnl_attr_get_u32(attrs[RAMPART_ATTR_REASON]);
	if (attrs[RAMPART_ATTR_GENERATION])
		answer->generation = mnl_attr_get_u64(attrs[RAMPART_ATTR_GENERATION]);
}

static int pass_fd(struct kernel *kernel, uint8_t command, int fd, struct kernel_answer *answer)
{
	struct nlmsghdr *nlh = start_command(kernel, command);

	memset(answer, 0, sizeof(*answer));
	mnl_attr_put_u32(nlh, RAMPART_ATTR_FD, fd);
	return run_command(kernel, take_answer, answer);
}

int kernel_load_policy(struct kernel *kernel, int fd, struct kernel_answer *answer)
{
	return pass_fd(kernel, RAMPART_CMD_LOAD_POLICY, fd, answer);
}

int kernel_disarm(struct kernel *kernel, int fd, struct kernel_answer *answer)
{
	return pass_fd(kernel, RAMPART_CMD_DISARM, fd, answer);
}

static int pass_message(struct kernel *kernel, uint8_t command, const ProtobufCMessage *message,
			struct kernel_answer *answer)
{
	struct nlmsghdr *nlh = start_command(kernel, command);
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t packed[1024];

	memset(answer, 0, sizeof(*answer));
	if (len > sizeof(packed))
		return -EMSGSIZE;
	protobuf_c_message_pack(message, packed);
	mnl_attr_put(nlh, RAMPART_ATTR_PAYLOAD, len, packed);
	return run_command(kernel, take_answer, answer);
}

int kernel_grant(struct kernel *kernel, const Rampart__Grant *grant, struct kernel_answer *answer)
{
	return pass_message(kernel, RAMPART_CMD_GRANT, &grant->base, answer);
}

int kernel_set_floor(struct kernel *kernel, const Rampart__Floor *floor)
{
	struct kernel_answer answer;

	return pass_message(kernel, RAMPART_CMD_SET_FLOOR, &floor->base, &answer);
}

static int hint(struct kernel *kernel, uint32_t kind, const char *path, const char *folder, const char *below)
{
	struct kernel_answer answer = { 0 };
	struct nlmsghdr *nlh;

	if (strlen(path) > 4095 || strlen(below) > 4095)
		return -ENAMETOOLONG;
	nlh = start_command(kernel, RAMPART_CMD_HINT);
	mnl_attr_put_u32(nlh, RAMPART_ATTR_HINT, kind);
	mnl_attr_put_strz(nlh, RAMPART_ATTR_PATH, path);
	if (kind == RAMPART_HINT_FOLDER) {
		mnl_attr_put_strz(nlh, RAMPART_ATTR_FOLDER, folder);
		mnl_attr_put_strz(nlh, RAMPART_ATTR_BELOW, below);
	}
	return run_command(kernel, take_answer, &answer);
}

int kernel_hint(struct kernel *kernel, uint32_t kind, const char *path)
{
	return hint(kernel, kind, path, "", "");
}

int kernel_hint_folder(struct kernel *kernel, const char *home, const char *folder, const char *below)
{
	return hint(kernel, RAMPART_HINT_FOLDER, home, folder, below);
}

int kernel_subscribe(struct kernel *kernel, kernel_batch_fn fn, void *data)
{
	struct kernel_answer answer = { 0 };
	int err;

	kernel->batch_fn = fn;
	kernel->batch_data = data;
	start_command(kernel, RAMPART_CMD_SUBSCRIBE);
	err = run_command(kernel, take_answer, &answer);
	if (err)
		kernel->batch_fn = NULL;
	return err;
}

int kernel_acknowledge(struct kernel *kernel, uint64_t number)
{
	struct nlmsghdr *nlh = start_command(kernel, RAMPART_CMD_ACK);

	nlh->nlmsg_flags = NLM_F_REQUEST;
	mnl_attr_put_u64(nlh, RAMPART_ATTR_BATCH, number);
	return mnl_socket_sendto(kernel->socket, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

/* --- opening --- */

static int take_family(const struct nlattr *attr, void *data)
{
	uint16_t *family = data;

	if (mnl_attr_get_type(attr) != CTRL_ATTR_FAMILY_ID)
		return MNL_CB_OK;
	if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
		return MNL_CB_ERROR;
	*family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

/* Asks the controller. It answers with a message of its own family, and then the acknowledgement. */
static int find_family(struct kernel *kernel)
{
	struct nlmsghdr *request = start_request(kernel, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	struct exchange exchange = { 0 };
	const struct nlmsghdr *nlh;
	ssize_t n;
	int left;

	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, RAMPART_GENL_NAME);
	if (mnl_socket_sendto(kernel->socket, request, request->nlmsg_len) < 0)
		return -errno;
	while (!exchange.done) {
		n = receive_datagram(kernel, 0);
		if (n < 0)
			return n == -EAGAIN ? -ETIMEDOUT : n;
		left = n;
		nlh = (const struct nlmsghdr *)kernel->buffer;
		for (; is_whole(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			if (nlh->nlmsg_type == NLMSG_ERROR)
				take_acknowledgement(&exchange, nlh);
			else if (nlh->nlmsg_type == GENL_ID_CTRL)
				mnl_attr_parse(nlh, sizeof(struct genlmsghdr), take_family, &kernel->family);
		}
	}
	if (exchange.error)
		return exchange.error;
	return kernel->family ? 0 : -EBADMSG;
}

static int bind_socket(struct kernel *kernel)
{
	struct timeval timeout = { .tv_sec = ANSWER_SECONDS };

	if (mnl_socket_bind(kernel->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	if (setsockopt(mnl_socket_get_fd(kernel->socket), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	return 0;
}

static void enlarge_buffer(const struct kernel *kernel)
{
	int fd = mnl_socket_get_fd(kernel->socket), size = RECEIVE_BUFFER;

	/* Whatever the system's default is; without the right to force it, as much as it allows. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int kernel_open(struct kernel **kernel)
{
	struct kernel *k = calloc(1, sizeof(*k));
	int err = -ENOMEM;

	*kernel = NULL;
	if (!k)
		return err;
	k->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!k->socket) {
		err = -errno;
		goto free_kernel;
	}
	enlarge_buffer(k);
	err = bind_socket(k);
	if (!err)
		err = find_family(k);
	if (err)
		goto close_socket;
	*kernel = k;
	return 0;

close_socket:
	mnl_socket_close(k->socket);
free_kernel:
	free(k);
	return err;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	mnl_socket_close(kernel->socket);
	free(kernel);
}

int kernel_fd(const struct kernel *kernel)
{
	return mnl_socket_get_fd(kernel->socket);
}
