// SPDX-License-Identifier: MIT
/*
 * Speaks to the netlink family "rampart" past the daemon, with its own code, and also what no honest client would say.
 * Prints one line: the kernel's reason ("-": none came), the errno ("0": accepted), and what else there is to know.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <rampart_netlink.h>
#include <reason.h>

#include "../env/random.h"
#include "event.pb-c.h"

#define BUFFER_SIZE (256 * 1024)
#define ANSWER_SECONDS 60

static const char *const commands[] = {
	[RAMPART_CMD_GET_STATUS] = "get_status", [RAMPART_CMD_LOAD_POLICY] = "load_policy",
	[RAMPART_CMD_SUBSCRIBE] = "subscribe",	 [RAMPART_CMD_EVENTS] = "events",
	[RAMPART_CMD_GRANT] = "grant",		 [RAMPART_CMD_DISARM] = "disarm",
	[RAMPART_CMD_SET_FLOOR] = "set_floor",	 [RAMPART_CMD_ACK] = "ack",
	[RAMPART_CMD_HINT] = "hint",
};

static const char *const attributes[] = {
	[RAMPART_ATTR_PAYLOAD] = "payload",	  [RAMPART_ATTR_FD] = "fd",	[RAMPART_ATTR_REASON] = "reason",
	[RAMPART_ATTR_GENERATION] = "generation", [RAMPART_ATTR_PATH] = "path", [RAMPART_ATTR_HINT] = "hint",
	[RAMPART_ATTR_BATCH] = "batch",		  [RAMPART_ATTR_PAD] = "pad",	[RAMPART_ATTR_FOLDER] = "folder",
	[RAMPART_ATTR_BELOW] = "below",
};

struct answer {
	uint16_t family;	/* of the controller's answer */
	bool done;
	int error;
	char words[200];	/* of the acknowledgement */
	int reason;		/* -1: none */
	uint64_t generation;
	Rampart__Status *status;
};

static _Alignas(struct nlmsghdr) char request[BUFFER_SIZE], buffer[BUFFER_SIZE];
static struct mnl_socket *sock;
static uint32_t seq;

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "rawnl: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void __attribute__((noreturn)) usage(void)
{
	fprintf(stderr, "usage: rawnl load FILE | disarm FILE | status | send COMMAND [ATTRIBUTE...] | headless\n"
			"       rawnl torture FILE COUNT SEED\n"
			"       rawnl swap FOLDER FIRST SECONDS RATE\n"
			"       rawnl: such requests from the input, one a line\n"
			"COMMAND: a name or a number. ATTRIBUTE, the first word a name or a number too:\n"
			"fd:file:PATH fd:write:PATH fd:path:PATH fd:pipe: X:u8:N X:u32:N X:u64:N X:text:WORDS\n"
			"X:hex:BYTES X:zeros:COUNT X:beyond:N (claims N bytes more than are sent)\n");
	exit(2);
}

/* --- asking --- */

static struct nlmsghdr *start(uint16_t family, uint8_t command, uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = version;
	return nlh;
}

static void take_acknowledgement(const struct nlmsghdr *nlh, struct answer *answer)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);
	const struct nlattr *attr;

	answer->done = true;
	answer->error = -err->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	mnl_attr_for_each(attr, nlh, skip)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(answer->words, sizeof(answer->words), "%s", mnl_attr_get_str(attr));
		else if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MISS_TYPE)
			snprintf(answer->words, sizeof(answer->words), "attribute %s is missing",
				 attributes[mnl_attr_get_u32(attr)]);
}

static void take_attribute(const struct nlattr *attr, struct answer *answer)
{
	switch (mnl_attr_get_type(attr)) {
	case RAMPART_ATTR_REASON:
		answer->reason = mnl_attr_get_u32(attr);
		break;
	case RAMPART_ATTR_GENERATION:
		answer->generation = mnl_attr_get_u64(attr);
		break;
	case RAMPART_ATTR_PAYLOAD:
		answer->status = rampart__status__unpack(NULL, mnl_attr_get_payload_len(attr),
							 mnl_attr_get_payload(attr));
		break;
	}
}

static void take_message(const struct nlmsghdr *nlh, struct answer *answer)
{
	const struct nlattr *attr;

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		take_acknowledgement(nlh, answer);
		return;
	}
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (nlh->nlmsg_type != GENL_ID_CTRL)
			take_attribute(attr, answer);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			answer->family = mnl_attr_get_u16(attr);
}

static void ask(struct answer *answer)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)request;

	*answer = (struct answer){ .reason = -1 };
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		die("send");
	while (!answer->done) {
		int left = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));

		if (left < 0)
			die("no answer");
		for (nlh = (const struct nlmsghdr *)buffer; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
			take_message(nlh, answer);
	}
}

static void open_socket(void)
{
	struct timeval timeout = { .tv_sec = ANSWER_SECONDS };
	int on = 1;

	sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    setsockopt(mnl_socket_get_fd(sock), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
		die("socket");
}

static uint16_t find_family(void)
{
	struct nlmsghdr *nlh = start(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	struct answer answer;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, RAMPART_GENL_NAME);
	ask(&answer);
	errno = answer.error;
	if (!answer.family)
		die("family " RAMPART_GENL_NAME);
	return answer.family;
}

/* --- what to say --- */

static unsigned int number_of(const char *word, const char *const *names, unsigned int n)
{
	char *end;
	unsigned long number = strtoul(word, &end, 0);

	for (unsigned int i = 0; i < n; i++)
		if (names[i] && !strcmp(word, names[i]))
			return i;
	if (end == word || *end)
		usage();
	return number;
}

static int open_as(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static int open_pipe(void)
{
	int ends[2];

	if (pipe(ends) < 0)
		die("pipe");
	return ends[0];
}

static void put_hex(struct nlmsghdr *nlh, uint16_t type, const char *hex)
{
	uint8_t bytes[4096];
	size_t n = 0;

	for (; n < sizeof(bytes) && sscanf(hex + 2 * n, "%2hhx", &bytes[n]) == 1; n++)
		if (!hex[2 * n + 1])
			usage();
	mnl_attr_put(nlh, type, n, bytes);
}

static void put_zeros(struct nlmsghdr *nlh, uint16_t type, size_t n)
{
	void *zeros = calloc(1, n + 1);

	if (!zeros || n > UINT16_MAX - MNL_ATTR_HDRLEN)
		usage();
	mnl_attr_put(nlh, type, n, zeros);
	free(zeros);
}

/* "TYPE:KIND:VALUE" */
static void put_attribute(struct nlmsghdr *nlh, char *text)
{
	char *kind = strchr(text, ':'), *value = kind ? strchr(kind + 1, ':') : NULL;
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(nlh);
	uint16_t type;

	if (!value)
		usage();
	*kind++ = *value++ = '\0';
	type = number_of(text, attributes, RAMPART_ATTR_MAX + 1);
	if (!strcmp(kind, "file"))
		mnl_attr_put_u32(nlh, type, open_as(value, O_RDONLY));
	else if (!strcmp(kind, "write"))
		mnl_attr_put_u32(nlh, type, open_as(value, O_WRONLY));
	else if (!strcmp(kind, "path"))
		mnl_attr_put_u32(nlh, type, open_as(value, O_PATH));
	else if (!strcmp(kind, "pipe"))
		mnl_attr_put_u32(nlh, type, open_pipe());
	else if (!strcmp(kind, "u8"))
		mnl_attr_put_u8(nlh, type, strtoul(value, NULL, 0));
	else if (!strcmp(kind, "u32"))
		mnl_attr_put_u32(nlh, type, strtoul(value, NULL, 0));
	else if (!strcmp(kind, "u64"))
		mnl_attr_put_u64(nlh, type, strtoull(value, NULL, 0));
	else if (!strcmp(kind, "text"))
		mnl_attr_put_strz(nlh, type, value);
	else if (!strcmp(kind, "hex"))
		put_hex(nlh, type, value);
	else if (!strcmp(kind, "zeros"))
		put_zeros(nlh, type, strtoul(value, NULL, 0));
	else if (!strcmp(kind, "beyond")) {
		mnl_attr_put_u32(nlh, type, 0);
		attr->nla_len += strtoul(value, NULL, 0);
	} else
		usage();
}

/* @words: the request, as on the command line */
static void make_request(uint16_t family, int n, char **words)
{
	const char *action = n ? words[0] : "";
	struct nlmsghdr *nlh;

	if (!strcmp(action, "load") && n == 2) {
		nlh = start(family, RAMPART_CMD_LOAD_POLICY, RAMPART_GENL_VERSION);
		mnl_attr_put_u32(nlh, RAMPART_ATTR_FD, open_as(words[1], O_RDONLY));
	} else if (!strcmp(action, "disarm") && n == 2) {
		nlh = start(family, RAMPART_CMD_DISARM, RAMPART_GENL_VERSION);
		mnl_attr_put_u32(nlh, RAMPART_ATTR_FD, open_as(words[1], O_RDONLY));
	} else if (!strcmp(action, "send") && n >= 2) {
		nlh = start(family, number_of(words[1], commands, RAMPART_CMD_MAX + 1), RAMPART_GENL_VERSION);
		for (int i = 2; i < n; i++)
			put_attribute(nlh, words[i]);
	} else if (!strcmp(action, "status") && n == 1) {
		start(family, RAMPART_CMD_GET_STATUS, RAMPART_GENL_VERSION);
	} else if (!strcmp(action, "headless") && n == 1) {
		nlh = start(family, RAMPART_CMD_GET_STATUS, RAMPART_GENL_VERSION);
		nlh->nlmsg_len = sizeof(*nlh);
	} else {
		usage();
	}
}

/* --- what was answered --- */

static void print_status(const Rampart__Status *status)
{
	printf("policy=%s version=%llu generation=%llu floor_version=%llu floor_time=%lld challenge=", status->policy,
	       (unsigned long long)status->version, (unsigned long long)status->generation,
	       (unsigned long long)status->floor_version, (long long)status->floor_time);
	for (size_t i = 0; i < status->challenge.len; i++)
		printf("%02x", status->challenge.data[i]);
}

static void print_answer(const struct answer *answer)
{
	if (answer->status) {
		print_status(answer->status);
		return;
	}
	printf("%s %s", answer->reason < 0 ? "-" : rampart_reason_name(answer->reason),
	       answer->error ? strerrorname_np(answer->error) : "0");
	if (answer->generation)
		printf(" generation=%llu", (unsigned long long)answer->generation);
	if (*answer->words)
		printf(" (%s)", answer->words);
}

/* Each line of the input is a request. What is in force after it ends its line of the output. */
static void run_lines(uint16_t family)
{
	int first = dup(STDIN_FILENO);	/* what a request opens comes after all that is open now */
	struct answer answer;
	char line[4096];

	while (fgets(line, sizeof(line), stdin)) {
		char *words[16], *rest = line;
		int n = 0;

		while (n < 16 && (words[n] = strtok_r(n ? NULL : line, " \n", &rest)))
			n++;
		make_request(family, n, words);
		ask(&answer);
		close_range(first + 1, ~0U, 0);
		print_answer(&answer);
		start(family, RAMPART_CMD_GET_STATUS, RAMPART_GENL_VERSION);
		ask(&answer);
		if (!answer.status)
			die("status");
		printf(" | %s %llu %llu\n", answer.status->policy, (unsigned long long)answer.status->version,
		       (unsigned long long)answer.status->generation);
	}
}

/* --- torture --- */

#define TORTURE_MAX (1 << 20)

/* One in eight is a prefix, the others have one bit changed. */
static int make_variant(const uint8_t *whole, size_t len)
{
	int fd = memfd_create("variant", MFD_CLOEXEC);
	size_t bit = random_u64() % (8 * len);
	uint8_t byte = whole[bit / 8] ^ 1u << bit % 8;
	size_t take = random_below(8) ? len : bit / 8;

	if (write(fd, whole, take) != (ssize_t)take || (take == len && pwrite(fd, &byte, 1, bit / 8) != 1))
		die("memfd");
	return fd;
}

static void load_fd(uint16_t family, int fd, struct answer *answer)
{
	struct nlmsghdr *nlh = start(family, RAMPART_CMD_LOAD_POLICY, RAMPART_GENL_VERSION);

	mnl_attr_put_u32(nlh, RAMPART_ATTR_FD, fd);
	ask(answer);
	close(fd);
}

/* What is in force. */
static void ask_force(uint16_t family, uint64_t force[2])
{
	struct answer answer;

	start(family, RAMPART_CMD_GET_STATUS, RAMPART_GENL_VERSION);
	ask(&answer);
	if (!answer.status)
		die("status");
	force[0] = answer.status->generation;
	force[1] = answer.status->version;
	rampart__status__free_unpacked(answer.status, NULL);
}

/*
 * Loads @count variants of a bundle. Prints how many were refused for which reason. False when one was accepted, was
 * refused without a reason, or moved what is in force.
 */
static bool torture(uint16_t family, const char *path, unsigned long count)
{
	static uint8_t whole[TORTURE_MAX];
	ssize_t len = read(open_as(path, O_RDONLY), whole, sizeof(whole));
	unsigned int verdicts[__RAMPART_REASON_LAST] = { 0 }, moved = 0, silent = 0;
	uint64_t before[2], after[2];

	if (len <= 0)
		die(path);
	ask_force(family, before);
	for (unsigned long i = 0; i < count; i++) {
		struct answer answer;

		load_fd(family, make_variant(whole, len), &answer);
		if (answer.reason < 0 || answer.reason >= __RAMPART_REASON_LAST || !answer.error != !answer.reason)
			silent++;
		else
			verdicts[answer.reason]++;
		ask_force(family, after);
		moved += memcmp(before, after, sizeof(after)) != 0;
	}
	printf("%lu variants of %zd bytes: moved %u, without a reason %u", count, len, moved, silent);
	for (unsigned int i = 0; i < __RAMPART_REASON_LAST; i++)
		if (verdicts[i])
			printf(", %s %u", rampart_reason_name(i), verdicts[i]);
	putchar('\n');
	return !moved && !silent && !verdicts[RAMPART_REASON_OK];
}

/* --- swap --- */

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_until(int64_t when)
{
	struct timespec t = { when / 1000000000, when % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/*
 * Loads FOLDER/N.bundle, N from @first on, for so many seconds and one for each at least, @rate a second if they can be. Each
 * must make one generation. Prints how many in how many milliseconds, and the longest.
 */
static bool swap(uint16_t family, const char *folder, long first, long seconds, long rate)
{
	int64_t begin = now(), end = begin + seconds * 1000000000LL, longest = 0;
	uint64_t force[2];
	long n = 0;

	ask_force(family, force);
	for (int64_t due = begin; n < seconds || (due < end && now() < end); due = begin + ++n * 1000000000LL / rate) {
		struct answer answer;
		char path[4096];
		int64_t start;

		sleep_until(due);
		start = now();
		snprintf(path, sizeof(path), "%s/%ld.bundle", folder, first + n);
		load_fd(family, open_as(path, O_RDONLY), &answer);
		if (answer.error || answer.reason || answer.generation != force[0] + n + 1) {
			print_answer(&answer);
			putchar('\n');
			return false;
		}
		if (now() - start > longest)
			longest = now() - start;
	}
	printf("%ld %lld %lld\n", n, (now() - begin) / 1000000LL, longest / 1000000LL);
	return true;
}

int main(int argc, char **argv)
{
	struct answer answer;
	uint16_t family;

	open_socket();
	family = find_family();
	if (argc == 1) {
		run_lines(family);
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "torture")) {
		random_state = strtoull(argv[4], NULL, 0);
		return !torture(family, argv[2], strtoul(argv[3], NULL, 0));
	}
	if (argc == 6 && !strcmp(argv[1], "swap"))
		return !swap(family, argv[2], atol(argv[3]), atol(argv[4]), atol(argv[5]));
	make_request(family, argc - 1, argv + 1);
	ask(&answer);
	print_answer(&answer);
	putchar('\n');
	return answer.error != 0;
}
