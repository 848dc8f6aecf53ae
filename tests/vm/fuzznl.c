// SPDX-License-Identifier: MIT
/*
 * usage: fuzznl TIMES SEED FILE...
 * Sends that many buffers of requests to the netlink family "rampart", each made valid and then spoilt in its bytes, its
 * attributes, its header, its sender or the file that it passes, and reads what comes back. FILE: signed messages that change
 * nothing as they are: refused, or in force already. Fails when what is in force is another one afterwards, and prints which
 * answers came.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <rampart_netlink.h>
#include <reason.h>

#include "../env/random.h"
#include "kernel.h"

#define MESSAGES 4		/* in a buffer */
#define ATTRIBUTES 8		/* in a message */
#define FILES 64
#define LOOK 128		/* how often what is in force is looked at, in buffers */
#define USER 1000
#define COMMANDS (RAMPART_CMD_MAX + 2)	/* the last one: any that is none */
#define ERRNOS 134
#define NO_REASON __RAMPART_REASON_LAST

static const char *const commands[COMMANDS] = {
	"unspec", "get_status", "load_policy", "subscribe", "events", "grant", "disarm", "set_floor", "ack", "hint", "no_command",
};

struct attribute {
	uint16_t type;
	uint16_t len;
	const void *data;
};

struct message {
	uint8_t command;
	int fd;			/* what it passes, or -1 */
	unsigned int n;
	struct attribute attributes[ATTRIBUTES];
	uint8_t bytes[4096 + 8];	/* what an attribute points to */
};

struct file {
	uint8_t *data;
	size_t len;
};

/* Whose socket it is. */
enum sender { ROOT, UNPRIVILEGED, OTHER_USER_NAMESPACE, OTHER_NET_NAMESPACE, SENDERS };

static _Alignas(8) uint8_t buffer[256 * 1024], answer_buffer[256 * 1024];
static struct file files[FILES];
static unsigned int n_files;
static int sockets[SENDERS];
static uint16_t family;
static uint64_t in_force_generation;
static uint32_t seq;
static uint8_t asked[MESSAGES];	/* the commands of the last seqs, round and round */
static unsigned long errors[COMMANDS][ERRNOS], reasons[COMMANDS][NO_REASON + 1], batches;

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(3);
}

static bool one_in(unsigned int n)
{
	return random_below(n) == 0;
}

/* --- senders --- */

static int open_socket(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);

	if (fd < 0)
		die("socket");
	return fd;
}

static int open_as(uid_t uid, int namespace)
{
	int fds[2], status, fd = -1;
	pid_t pid;

	if (pipe(fds) < 0)
		die("pipe");
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		die("clone");
	if (!pid) {
		if ((uid && setresuid(uid, uid, uid) < 0) || (namespace && unshare(namespace) < 0))
			_exit(1);
		fd = open_socket();
		_exit(write(fds[1], &fd, sizeof(fd)) != sizeof(fd));
	}
	if (waitpid(pid, &status, 0) != pid || status || read(fds[0], &fd, sizeof(fd)) != sizeof(fd))
		die("another sender");
	close(fds[0]);
	close(fds[1]);
	return fd;
}

static void open_sockets(void)
{
	sockets[ROOT] = open_socket();
	sockets[UNPRIVILEGED] = open_as(USER, 0);
	sockets[OTHER_USER_NAMESPACE] = open_as(0, CLONE_NEWUSER);
	sockets[OTHER_NET_NAMESPACE] = open_as(0, CLONE_NEWNET);
}

static int take_family(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static void find_family(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl->cmd = CTRL_CMD_GETFAMILY;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, RAMPART_GENL_NAME);
	if (send(sockets[ROOT], nlh, nlh->nlmsg_len, 0) < 0 ||
	    recv(sockets[ROOT], answer_buffer, sizeof(answer_buffer), 0) < (ssize_t)sizeof(*nlh))
		die("the family");
	mnl_attr_parse((struct nlmsghdr *)answer_buffer, sizeof(*genl), take_family, NULL);
	if (!family)
		die("the family");
}

/* --- files --- */

static void read_file(const char *path)
{
	struct file *file = &files[n_files++];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t len = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);

	if (n_files > FILES || len <= 0)
		die(path);
	file->data = malloc(len);
	file->len = len;
	if (!file->data || pread(fd, file->data, len, 0) != len)
		die(path);
	close(fd);
}

static void spoil(uint8_t *data, size_t *len)
{
	size_t at;

	for (unsigned int i = 1 + random_below(4); i && *len; i--)
		switch (random_below(5)) {
		case 0:
			*len = random_below(*len + 1);
			break;
		case 1:
			data[random_below(*len)] = random_u64();
			break;
		case 2:
			at = random_below(*len);
			memmove(data + random_below(at + 1), data + at, random_below(*len - at + 1) % 9);
			break;
		default:
			data[random_below(*len)] ^= 1u << random_below(8);
		}
}

static int make_file(void)
{
	/* What comes first is what would nearly count. */
	const struct file *file = &files[random_below(one_in(2) ? 3 : n_files)], *other = &files[random_below(n_files)];
	size_t len = file->len, at;
	uint8_t *data = malloc(file->len + other->len);
	int fd = memfd_create("spoilt", MFD_CLOEXEC);

	if (!data || fd < 0)
		die("memory");
	memcpy(data, file->data, len);
	if (one_in(8)) {
		at = random_below(len);
		memcpy(data + at, other->data, other->len);
		len = at + other->len;
	}
	if (!one_in(8))
		spoil(data, &len);
	if (write(fd, data, len) != (ssize_t)len)
		die("memfd");
	free(data);
	return fd;
}

static int open_fd(void)
{
	static const int none[] = { -1, -100, INT32_MIN, -9999 };
	int ends[2];

	switch (random_below(16)) {
	case 0:
		return none[random_below(4)];	/* -100: AT_FDCWD */
	case 1:
		return open("/tmp", O_RDONLY | O_CLOEXEC);
	case 2:
		return open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	case 3:
		return open("/proc/self/status", O_PATH | O_CLOEXEC);
	case 4:
		return open("/dev/null", O_RDWR | O_CLOEXEC);
	case 5:
		return open_socket();
	case 6:
		if (pipe(ends) < 0)
			die("pipe");
		close(ends[1]);
		return ends[0];
	default:
		return make_file();
	}
}

/* --- requests that are valid --- */

static void add(struct message *m, uint16_t type, size_t len, const void *data)
{
	memcpy(m->bytes, data, len);
	m->attributes[m->n++] = (struct attribute){ type, len, m->bytes };
}

static void add_u32(struct message *m, uint16_t type, uint32_t value)
{
	uint32_t *at = (uint32_t *)(m->bytes + sizeof(m->bytes) - 8);

	*at = value;
	m->attributes[m->n++] = (struct attribute){ type, sizeof(*at), at };
}

static void add_message(struct message *m, const ProtobufCMessage *body)
{
	uint8_t packed[512];

	add(m, RAMPART_ATTR_PAYLOAD, protobuf_c_message_pack(body, packed), packed);
}

static void make_grant(struct message *m)
{
	Rampart__Grant grant = RAMPART__GRANT__INIT;
	static const char *const rules[] = { "self_protection", "folders", "nothing", "" };

	grant.rule = (char *)rules[random_below(4)];
	grant.exe_dev = random_below(300);
	grant.exe_ino = random_below(1000);
	grant.place = random_below(4);
	grant.uid = random_below(2) * USER;
	grant.seconds = one_in(4) ? random_u64() : 60;
	grant.generation = one_in(4) ? random_u64() : in_force_generation;
	add_message(m, &grant.base);
}

/* Below what is in force, as long as nothing is spoilt. */
static void make_floor(struct message *m)
{
	Rampart__Floor floor = RAMPART__FLOOR__INIT;
	uint8_t digest[64] = { 1 };

	floor.version = random_below(3);
	floor.time = random_below(1000);
	floor.digest.len = one_in(4) ? random_below(sizeof(digest)) : 32;
	floor.digest.data = digest;
	add_message(m, &floor.base);
}

static void make_hint(struct message *m)
{
	static const char *const paths[] = {
		"/home/user", "/tmp", "/nowhere/at/all", "relative", "", "/srv/ledger/f", "/etc/../etc",
	};
	const char *below = paths[random_below(7)];
	static char longest[4096];
	const char *path = paths[random_below(7)];

	if (one_in(8)) {
		memset(longest, '/', sizeof(longest) - 1);
		path = longest + random_below(4096);
	}
	add(m, RAMPART_ATTR_PATH, strlen(path) + 1, path);
	add_u32(m, RAMPART_ATTR_HINT, random_below(5));
	if (one_in(2))
		add(m, RAMPART_ATTR_FOLDER, 10, "Documents");
	if (one_in(2))
		add(m, RAMPART_ATTR_BELOW, strlen(below) + 1, below);
}

static void make(struct message *m)
{
	uint64_t number = random_below(4);

	m->n = 0;
	m->fd = -1;
	m->command = random_below(COMMANDS);
	/* They go deepest. */
	if (one_in(3))
		m->command = one_in(2) ? RAMPART_CMD_LOAD_POLICY : RAMPART_CMD_DISARM;
	switch (m->command) {
	case RAMPART_CMD_LOAD_POLICY:
	case RAMPART_CMD_DISARM:
		m->fd = open_fd();
		add_u32(m, RAMPART_ATTR_FD, m->fd);
		break;
	case RAMPART_CMD_GRANT:
		make_grant(m);
		break;
	case RAMPART_CMD_SET_FLOOR:
		make_floor(m);
		break;
	case RAMPART_CMD_ACK:
		add(m, RAMPART_ATTR_BATCH, sizeof(number), &number);
		break;
	case RAMPART_CMD_HINT:
		make_hint(m);
		break;
	}
}

/* --- and are spoilt --- */

/* Of a floor only its length, since each bit may raise it above what is in force, and no load would come far then. */
static void spoil_body(struct message *m)
{
	size_t len;

	if (!m->n)
		return;
	len = m->attributes[0].len;
	if (m->command == RAMPART_CMD_SET_FLOOR)
		len = random_below(len + 1);
	else if (m->attributes[0].data == m->bytes)
		spoil(m->bytes, &len);
	m->attributes[0].len = len;
}

static void spoil_attributes(struct message *m)
{
	unsigned int i = m->n ? random_below(m->n) : 0;

	switch (random_below(6)) {
	case 0:
		m->attributes[i].type = random_below(16) | (one_in(2) ? random_below(4) << 14 : 0);
		break;
	case 1:
		if (m->n)
			m->n--;
		break;
	case 2:
		if (m->n && m->n < ATTRIBUTES)
			m->attributes[m->n++] = m->attributes[i];
		break;
	case 3:
		if (m->n < ATTRIBUTES)
			m->attributes[m->n++] = (struct attribute){
				random_below(RAMPART_ATTR_MAX + 3), random_below(4096), m->bytes
			};
		break;
	case 4:
		m->attributes[i].type |= NLA_F_NESTED;
		break;
	default:
		if (m->n)
			m->attributes[i].len = random_below(m->attributes[i].len + 1);
	}
}

/* Returns where the next message begins; sometimes what it claims of its length is not so. */
static uint8_t *put(uint8_t *at, const struct message *m)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(at);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	struct nlattr *attr;
	uint32_t len;

	nlh->nlmsg_type = one_in(64) ? random_below(GENL_ID_CTRL + 1) : family;
	nlh->nlmsg_flags = one_in(8) ? random_u64() : NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++seq;
	asked[seq % MESSAGES] = m->command;
	genl->cmd = m->command == COMMANDS - 1 ? m->command + random_below(200) : m->command;
	genl->version = one_in(16) ? random_u64() : RAMPART_GENL_VERSION;
	genl->reserved = one_in(32) ? random_u64() : 0;
	for (unsigned int i = 0; i < m->n; i++) {
		attr = mnl_nlmsg_get_payload_tail(nlh);
		mnl_attr_put(nlh, m->attributes[i].type, m->attributes[i].len, m->attributes[i].data);
		if (one_in(32))
			attr->nla_len = one_in(2) ? random_below(8) : random_u64();
	}
	len = MNL_ALIGN(nlh->nlmsg_len);
	if (one_in(32))
		nlh->nlmsg_len = one_in(2) ? random_below(nlh->nlmsg_len + 16) : random_u64();
	return at + len;
}

/* --- answers --- */

static void take_reason(const struct nlmsghdr *nlh, uint8_t command)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == RAMPART_ATTR_REASON && command != RAMPART_CMD_GET_STATUS)
			reasons[command][mnl_attr_get_u32(attr) < NO_REASON ? mnl_attr_get_u32(attr) : NO_REASON]++;
}

static void take(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(nlh);
	uint8_t command = asked[nlh->nlmsg_seq % MESSAGES];

	if (nlh->nlmsg_type == family && !nlh->nlmsg_seq)
		batches++;
	else if (seq - nlh->nlmsg_seq >= MESSAGES)
		return;
	else if (nlh->nlmsg_type == family)
		take_reason(nlh, command);
	else if (nlh->nlmsg_type == NLMSG_ERROR && -error->error < ERRNOS)
		errors[command][-error->error]++;
}

static void drain(int fd)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer_buffer;
	int left;

	while ((left = recv(fd, answer_buffer, sizeof(answer_buffer), MSG_DONTWAIT)) > 0)
		for (nlh = (const struct nlmsghdr *)answer_buffer; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
			take(nlh);
}

static void send_buffer(void)
{
	static struct message messages[MESSAGES];
	static const struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	unsigned int n = one_in(4) ? 1 + random_below(MESSAGES) : 1;
	enum sender sender = one_in(8) ? random_below(SENDERS) : ROOT;
	bool drop = one_in(32);
	uint8_t *end = buffer;
	size_t len;

	for (unsigned int i = 0; i < n; i++) {
		make(&messages[i]);
		if (one_in(2))
			spoil_body(&messages[i]);
		if (one_in(4))
			spoil_attributes(&messages[i]);
		end = put(end, &messages[i]);
	}
	len = one_in(32) ? random_below(end - buffer + 1) : end - buffer;
	if (drop && seteuid(USER) < 0)
		die("seteuid");
	/* A buffer that is nothing at all may be refused at once. */
	sendto(sockets[sender], buffer, len, MSG_DONTWAIT, (const struct sockaddr *)&to, sizeof(to));
	if (drop && seteuid(0) < 0)
		die("seteuid");
	drain(sockets[sender]);
	for (unsigned int i = 0; i < n; i++)
		if (messages[i].fd >= 0)
			close(messages[i].fd);
}

/* --- what is in force --- */

struct force {
	uint64_t version, generation, floor;
	bool enforcing;
	uint8_t digest[32], challenge[16];
};

static void look(struct kernel *kernel, struct force *force)
{
	Rampart__Status *status;

	memset(force, 0, sizeof(*force));
	if (kernel_get_status(kernel, &status))
		die("status");
	force->version = status->version;
	force->generation = status->generation;
	force->floor = status->floor_version;
	force->enforcing = status->enforcing;
	if (status->digest.len != 32 || status->challenge.len != 16)
		die("no policy is in force");
	memcpy(force->digest, status->digest.data, 32);
	memcpy(force->challenge, status->challenge.data, 16);
	rampart__status__free_unpacked(status, NULL);
}

static bool is_same(const struct force *a, const struct force *b)
{
	return a->version == b->version && a->generation == b->generation && a->floor == b->floor &&
	       a->enforcing == b->enforcing && !memcmp(a->digest, b->digest, 32) && !memcmp(a->challenge, b->challenge, 16);
}

static unsigned int print_command(unsigned int command)
{
	unsigned int n = 0;

	printf("# %s:", commands[command]);
	for (unsigned int e = 0; e < ERRNOS; e++)
		if (errors[command][e])
			n += printf(" %s %lu", e ? strerrorname_np(e) : "0", errors[command][e]) > 0;
	for (unsigned int r = 0; r < NO_REASON; r++)
		if (reasons[command][r])
			n += printf(" %s %lu", rampart_reason_name(r), reasons[command][r]) > 0;
	putchar('\n');
	return n;
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 3 ? strtoul(argv[1], NULL, 0) : 0;
	struct force before, now;
	struct kernel *kernel;
	unsigned int kinds = 0;

	if (!times) {
		fprintf(stderr, "usage: fuzznl TIMES SEED FILE...\n");
		return 2;
	}
	random_state = strtoull(argv[2], NULL, 0);
	for (int i = 3; i < argc; i++)
		read_file(argv[i]);
	if (n_files < 3)
		die("three files at least");
	errno = ENOENT;
	if (kernel_open(&kernel))
		die("the kernel");
	look(kernel, &before);
	in_force_generation = before.generation;
	open_sockets();
	find_family();
	for (unsigned long i = 0; i < times; i++) {
		send_buffer();
		if (i % LOOK && i + 1 < times)
			continue;
		look(kernel, &now);
		if (is_same(&before, &now))
			continue;
		printf("after buffer %lu: version %llu generation %llu floor %llu %s\n", i,
		       (unsigned long long)now.version, (unsigned long long)now.generation,
		       (unsigned long long)now.floor, now.enforcing ? "enforcing" : "NOT ENFORCING");
		return 1;
	}
	for (unsigned int c = 0; c < COMMANDS; c++)
		kinds += print_command(c);
	if (reasons[RAMPART_CMD_LOAD_POLICY][NO_REASON])
		return 1;
	printf("# %u messages in %lu buffers, %lu batches of events, %u kinds of answers\n", seq, times, batches, kinds);
	return 0;
}
