// SPDX-License-Identifier: MIT
/*
 * daemon/lib/kernel.c, with a socket to this file in place of the one to the kernel.
 *
 * The input: a byte (bit 0: the controller answers as it should), then steps: a byte, enum kernel_step, and a block
 * that is a datagram. Datagrams wait until a call sends a request, or receives.
 */
#include <errno.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <rampart_netlink.h>

#include "fuzz.h"
#include "kernel.h"
#include "wire.h"

#define WAITING 8	/* datagrams; a socket takes ten */
#define FAMILY 0x1d

static struct datagram {
	uint8_t data[UINT16_MAX];
	size_t len;
	bool honest;
} waiting[WAITING];
static unsigned int n_waiting;
static int pair[2];

/* --- the kernel's side --- */

static void add_waiting(const void *data, size_t len, bool honest)
{
	struct datagram *d = &waiting[n_waiting];

	if (n_waiting == WAITING)
		return;
	memcpy(d->data, data, len);
	d->len = len;
	d->honest = honest;
	n_waiting++;
}

/* The first message of a datagram; the others are as they are. */
static void make_honest(struct datagram *d, uint32_t seq)
{
	struct nlmsghdr nlh;

	if (d->len < sizeof(nlh))
		return;
	memcpy(&nlh, d->data, sizeof(nlh));
	nlh.nlmsg_seq = seq;
	if (nlh.nlmsg_len > d->len)
		nlh.nlmsg_len = d->len;
	memcpy(d->data, &nlh, sizeof(nlh));
}

static void deliver(uint32_t seq)
{
	for (unsigned int i = 0; i < n_waiting; i++) {
		if (waiting[i].honest)
			make_honest(&waiting[i], seq);
		send(pair[1], waiting[i].data, waiting[i].len, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	n_waiting = 0;
}

/* Does not wait: EAGAIN is also what kernel.c gets when its patience ends. */
struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	REQUIRE(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair));
	return mnl_socket_fdopen(pair[0]);
}

int mnl_socket_bind(struct mnl_socket *socket, unsigned int groups, pid_t pid)
{
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *request, size_t len)
{
	const struct nlmsghdr *nlh = request;

	REQUIRE(mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len == len);
	if (nlh->nlmsg_flags & NLM_F_ACK)
		deliver(nlh->nlmsg_seq);
	return len;
}

static void add_controller(void)
{
	_Alignas(struct nlmsghdr) char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlmsgerr *err;

	nlh->nlmsg_type = GENL_ID_CTRL;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	add_waiting(buf, nlh->nlmsg_len, true);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = NLMSG_ERROR;
	err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));
	err->error = 0;
	add_waiting(buf, nlh->nlmsg_len, true);
}

/* --- the daemon's side --- */

/* Packing looks at all of it. */
static void use(const ProtobufCMessage *message)
{
	uint8_t *packed = malloc(protobuf_c_message_get_packed_size(message) + 1);

	protobuf_c_message_pack(message, packed);
	free(packed);
}

static void take_batch(const Rampart__EventBatch *batch, uint64_t number, void *data)
{
	use(&batch->base);
	REQUIRE(!kernel_acknowledge(data, number));
}

static void ask_status(struct kernel *kernel)
{
	Rampart__Status *status;
	int err = kernel_get_status(kernel, &status);

	REQUIRE(err ? err < 0 || !status : !!status);
	if (!status)
		return;
	use(&status->base);
	REQUIRE(*kernel_why_not(status) || status->n_reasons);
	rampart__status__free_unpacked(status, NULL);
}

static void step(struct kernel *kernel, unsigned int which)
{
	Rampart__Grant grant = RAMPART__GRANT__INIT;
	Rampart__Floor floor = RAMPART__FLOOR__INIT;
	struct kernel_answer answer;

	switch (which) {
	case KERNEL_STATUS:
		ask_status(kernel);
		break;
	case KERNEL_LOAD:
		kernel_load_policy(kernel, 0, &answer);
		break;
	case KERNEL_GRANT:
		kernel_grant(kernel, &grant, &answer);
		break;
	case KERNEL_HINT:
		kernel_hint(kernel, RAMPART_HINT_HOME, "/home/a");
		break;
	case KERNEL_SUBSCRIBE:
		kernel_subscribe(kernel, take_batch, kernel);
		break;
	case KERNEL_RECEIVE:
		deliver(0);
		while (kernel_receive(kernel) != -EAGAIN)
			;
		break;
	case KERNEL_FLOOR:
		kernel_set_floor(kernel, &floor);
		break;
	}
}

static void add_step(struct input *in, unsigned int *which)
{
	struct input datagram;
	uint8_t byte = input_byte(in);

	datagram = input_block(in);
	add_waiting(datagram.data, datagram.len, byte & KERNEL_HONEST);
	*which = (byte & ~KERNEL_HONEST) % KERNEL_STEPS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct kernel *kernel;
	unsigned int which;
	int err;

	n_waiting = 0;
	if (input_byte(&in) & 1)
		add_controller();
	else
		add_step(&in, &which);
	err = kernel_open(&kernel);
	REQUIRE(err ? err < 0 || !kernel : !!kernel);
	while (!err && in.len) {
		add_step(&in, &which);
		step(kernel, which);
	}
	kernel_close(kernel);
	close(pair[1]);
	return 0;
}
