// SPDX-License-Identifier: MIT
/*
 * The control socket: server.c, requests.c and a store in memory, with clients that say and send whatever the input
 * holds (enum control_step). The policy and the kernel are made up: what is under test is that no client, root's or
 * another's, brings the server down or leaves a file open in it, and that no user gets what is root's or another user's.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <env.h>
#include <names.h>

#include "control.h"
#include "fuzz.h"
#include "policy.h"
#include "server.h"
#include "store_db.h"
#include "wire.h"

#include "../open_files.h"

#define BOOT "0123456789abcdef0123456789abcdef"
#define CLIENTS 16
#define USER 12345	/* and the one after it */
#define EVENTS 300	/* more than one answer holds */

static char folder[] = "/tmp/rampart-fuzz-XXXXXX", path[64];
static struct daemon host;
static struct client {
	int fd;
	uid_t uid;
} clients[CLIENTS];
static bool root_asked;		/* some client of this input is root's */

/* --- the rest of the daemon, made up --- */

struct kernel *daemon_kernel(const struct daemon *daemon)
{
	return (struct kernel *)&host;
}

int kernel_grant(struct kernel *kernel, const Rampart__Grant *grant, struct kernel_answer *answer)
{
	REQUIRE(grant->seconds >= 1 && grant->seconds <= 86400 && (root_asked || grant->uid));
	*answer = (struct kernel_answer){ .reason = grant->place ? 0 : RAMPART_REASON_NOT_WARN };
	return grant->place ? 0 : -EPERM;
}

void policy_apply(struct daemon *daemon, const uint8_t *blob, size_t len, bool dry_run, struct policy_result *result)
{
	REQUIRE(root_asked);
	*result = (struct policy_result){ .error = dry_run ? 0 : EPERM, .generation = len };
}

void policy_disarm(struct daemon *daemon, const uint8_t *blob, size_t len, struct policy_result *result)
{
	REQUIRE(root_asked);
	*result = (struct policy_result){ .error = len ? EPERM : 0 };
}

/* More than goes into a packet. */
int policy_in_force(struct daemon *daemon, uint8_t **data, size_t *len)
{
	REQUIRE(root_asked);
	*len = CONTROL_INLINE + 1;
	*data = calloc(1, *len);
	return *data ? 0 : -ENOMEM;
}

static void add_event(uint64_t seq, uint32_t uid, Rampart__Outcome outcome)
{
	Rampart__StoredEvent stored = RAMPART__STORED_EVENT__INIT, *list = &stored;
	Rampart__Event event = RAMPART__EVENT__INIT;
	Rampart__Subject subject = RAMPART__SUBJECT__INIT;
	Rampart__Object object = RAMPART__OBJECT__INIT;
	static struct store_boot record;

	stored.boot = (char *)(seq % 8 ? BOOT : "an earlier boot");
	stored.event = &event;
	event.seq = event.time_ns = seq;
	event.outcome = outcome;
	event.subject = &subject;
	event.object = &object;
	event.rule = (char *)"folders";
	subject.uid = uid;
	subject.exe = (char *)"/usr/bin/tool";
	object.flags = seq % 4 ? RAMPART_OBJECT_CONCERNED : 0;
	object.place = seq % 3;
	REQUIRE(!store_add(host.store, stored.boot, &list, 1, &record));
}

static void run_server(void)
{
	while (sd_event_run(host.event, 0) > 0)
		;
}

/* --- clients --- */

static void hang_up(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	run_server();
}

/* Of this thread alone: libFuzzer's other one would be stopped for it. */
static bool become(uid_t uid)
{
	return !syscall(SYS_setresuid, -1, uid, -1);
}

static void connect_as(struct client *client, uid_t uid)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	hang_up(client);
	strcpy(addr.sun_path, path);
	client->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	client->uid = become(uid) ? uid : geteuid();
	root_asked |= client->uid == 0;
	REQUIRE(client->fd >= 0 && !connect(client->fd, (struct sockaddr *)&addr, sizeof(addr)));
	become(getuid());
	run_server();
}

static void send_files(int fd, struct input block, const int *files, unsigned int n)
{
	struct iovec iov = { (void *)block.data, block.len };
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n) {
		msg.msg_control = space;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		*CMSG_FIRSTHDR(&msg) = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(n * sizeof(int))
		};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), files, n * sizeof(int));
	}
	sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void send_memfd(int fd, struct input block, bool sealed)
{
	static const uint8_t zero;
	int file = sealed ? control_memfd("fuzz", block.data, block.len) : memfd_create("fuzz", MFD_CLOEXEC);

	REQUIRE(file >= 0);
	if (!sealed)
		REQUIRE(write(file, block.data, block.len) == (ssize_t)block.len);
	send_files(fd, (struct input){ &zero, 1 }, &file, 1);
	close(file);
}

/* What is not root's to see: bundles, generations, and the events of others. */
static void check_user(const struct client *client, const Rampart__Response *response)
{
	REQUIRE(!response->bundle.len && !response->generation);
	for (size_t i = 0; i < response->n_events; i++) {
		const Rampart__Subject *subject = response->events[i]->event->subject;

		REQUIRE(subject && subject->uid == client->uid);
	}
}

/* False when nothing is there. */
static bool read_answer(struct client *client)
{
	Rampart__Response *response;
	uint8_t *data;
	ssize_t n = control_receive(client->fd, CONTROL_MAX, MSG_DONTWAIT, &data);

	if (n < 0) {
		REQUIRE(n == -EAGAIN || n == -EPIPE || n == -ECONNRESET);
		return false;
	}
	response = rampart__response__unpack(NULL, n, data);
	REQUIRE(response && response->error >= 0);
	if (client->uid)
		check_user(client, response);
	rampart__response__free_unpacked(response, NULL);
	free(data);
	return true;
}

static void step(struct client *client, unsigned int which, struct input *in)
{
	static uint64_t seq = EVENTS;
	const int files[] = { STDIN_FILENO, client->fd };

	if (which == CONTROL_ROOT) {
		connect_as(client, 0);
	} else if (which == CONTROL_USER) {
		connect_as(client, USER + (client - clients >= 12));
	} else if (which == CONTROL_EVENT) {
		seq++;
		add_event(seq, seq % 2 ? 0 : USER, RAMPART__OUTCOME__WARNED);
		server_wake(host.server);
	} else if (client->fd < 0) {
		return;
	} else if (which == CONTROL_CLOSE) {
		hang_up(client);
	} else if (which == CONTROL_SEND) {
		send_files(client->fd, input_block(in), NULL, 0);
	} else if (which == CONTROL_FILES) {
		send_files(client->fd, input_block(in), files, 2);
	} else if (which == CONTROL_READ) {
		read_answer(client);
	} else {
		send_memfd(client->fd, input_block(in), which == CONTROL_SEALED);
	}
	run_server();
}

/* It goes on, and has forgotten nobody. */
static void still_serves(void)
{
	static const uint8_t why_5[] = { 0x1a, 2, 8, 5 };
	Rampart__Response *response;
	uint8_t *data;
	ssize_t n;

	connect_as(&clients[0], 0);
	send_files(clients[0].fd, (struct input){ why_5, sizeof(why_5) }, NULL, 0);
	run_server();
	n = control_receive(clients[0].fd, CONTROL_MAX, MSG_DONTWAIT, &data);
	response = n > 0 ? rampart__response__unpack(NULL, n, data) : NULL;
	REQUIRE(response && (clients[0].uid || (!response->error && response->n_events == 1)));
	rampart__response__free_unpacked(response, NULL);
	free(data);
	hang_up(&clients[0]);
}

static void clean_up(void)
{
	unlink(path);
	rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct store_limits limits = { 0 };

	quiet();
	REQUIRE(mkdtemp(folder) && !chmod(folder, 0755));
	snprintf(path, sizeof(path), "%s/socket", folder);
	strcpy(host.facts.boot, BOOT);
	REQUIRE(sd_event_new(&host.event) >= 0 && !store_open(":memory:", &limits, &host.store));
	REQUIRE(!server_init(&host, path, &host.server) && !atexit(clean_up));
	for (unsigned int i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	for (unsigned int i = 1; i <= EVENTS; i++)
		add_event(i, i > 20 ? 0 : USER + i % 2, i % 5 ? RAMPART__OUTCOME__WARNED : RAMPART__OUTCOME__BLOCKED);
	still_serves();	/* sd-event opens its timer when there is the first client */
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned int files = open_files();

	root_asked = false;
	while (in.len) {
		uint8_t byte = input_byte(&in);

		step(&clients[byte >> 4], (byte & 15) % CONTROL_STEPS, &in);
	}
	for (unsigned int i = 0; i < CLIENTS; i++) {
		for (unsigned int n = 0; clients[i].fd >= 0 && n < 8 && read_answer(&clients[i]); n++)
			run_server();
		hang_up(&clients[i]);
	}
	still_serves();
	REQUIRE(open_files() == files);
	store_db_exec(host.store, "DELETE FROM event WHERE seq > 300");
	return 0;
}
