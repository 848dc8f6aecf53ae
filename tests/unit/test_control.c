// SPDX-License-Identifier: MIT
/*
 * The control socket, with clients that are wrong, slow, many, or not root. The kernel and the policy are made up.
 *
 *	client processes --- socket --- server.c, requests.c --- store (a real one, in a temporary folder)
 *	                                                     \-- policy_*(), kernel_*() of this file
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "../../daemon/requests.c"
#include "../../daemon/server.c"
#include "../../daemon/store.c"
#include "../../daemon/store_db.c"
#include "../../daemon/store_read.c"
#include "../open_files.h"

#define BOOT "0123456789abcdef0123456789abcdef"
#define USER 12345
#define STALL 300000	/* microseconds */

static char folder[] = "/tmp/rampart-control-XXXXXX";
static char socket_path[64], store_path[64];
static struct daemon host;
static size_t applied_len;

/* --- made up --- */

struct kernel *daemon_kernel(const struct daemon *daemon)
{
	return (struct kernel *)&host;
}

int kernel_grant(struct kernel *kernel, const Rampart__Grant *grant, struct kernel_answer *answer)
{
	/* The place of the event's second end: the first is not what the rule is about. */
	return grant->place == 4 && grant->exe_ino == 77 && grant->uid == USER ? 0 : -EINVAL;
}

void policy_apply(struct daemon *daemon, const uint8_t *blob, size_t len, bool dry_run, struct policy_result *result)
{
	memset(result, 0, sizeof(*result));
	applied_len = len;
	result->generation = 5;
}

void policy_disarm(struct daemon *daemon, const uint8_t *blob, size_t len, struct policy_result *result)
{
	memset(result, 0, sizeof(*result));
}

int policy_in_force(struct daemon *daemon, uint8_t **data, size_t *len)
{
	*len = 20 << 20;
	*data = malloc(*len);
	memset(*data, 'b', *len);
	return 0;
}

/* --- the server, in a process of its own --- */

static pid_t server_pid;

static void add_events(uint64_t seq, unsigned int n, uint32_t uid, Rampart__Outcome outcome, const char *boot)
{
	Rampart__StoredEvent stored = RAMPART__STORED_EVENT__INIT, *list = &stored;
	Rampart__Event event = RAMPART__EVENT__INIT;
	Rampart__Subject subject = RAMPART__SUBJECT__INIT;
	Rampart__Object outside = RAMPART__OBJECT__INIT, object = RAMPART__OBJECT__INIT;
	struct store_boot record = { 0 };

	outside.place = UINT32_MAX;
	object.place = 4;
	object.flags = RAMPART_OBJECT_CONCERNED;
	event.object = &outside;
	event.object2 = &object;
	stored.boot = (char *)boot;
	stored.event = &event;
	event.subject = &subject;
	event.rule = "folders";
	event.outcome = outcome;
	event.generation = 5;
	subject.uid = uid;
	subject.exe = "/usr/bin/tool";
	subject.exe_ino = 77;
	for (unsigned int i = 0; i < n; i++) {
		event.seq = seq + i;
		assert_int_equal(store_add(host.store, boot, &list, 1, &record), 0);
	}
}

/* 1, 2: of the user, warned, this boot and an earlier one. 3: of root. 4: of the user, blocked. Then 600 of root. */
static void fill_store(void)
{
	add_events(1, 1, USER, RAMPART__OUTCOME__WARNED, BOOT);
	add_events(2, 1, USER, RAMPART__OUTCOME__WARNED, "an earlier boot");
	add_events(3, 1, 0, RAMPART__OUTCOME__WARNED, BOOT);
	add_events(4, 1, USER, RAMPART__OUTCOME__BLOCKED, BOOT);
	store_db_exec(host.store, "BEGIN");
	store_db_exec(host.store, "COMMIT");
	add_events(5, 600, 0, RAMPART__OUTCOME__AUDITED, BOOT);
}

/* SIGUSR1: an event comes in. */
static int event_comes(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	static uint64_t seq = 100000;

	add_events(seq++, 1, USER, RAMPART__OUTCOME__BLOCKED, BOOT);
	server_wake(host.server);
	return 0;
}

static void run_server(int ready)
{
	const struct store_limits limits = { 0 };
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	strcpy(host.facts.boot, BOOT);
	if (sd_event_new(&host.event) < 0 || store_open(store_path, &limits, &host.store) ||
	    server_init(&host, socket_path, &host.server))
		_exit(1);
	server_set_stall(host.server, STALL);
	fill_store();
	sd_event_add_signal(host.event, NULL, SIGUSR1, event_comes, NULL);
	sd_event_add_signal(host.event, NULL, SIGTERM, NULL, NULL);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	sd_event_loop(host.event);
	server_exit(host.server);
	store_close(host.store);
	sd_event_unref(host.event);
	_exit(0);
}

static int set_up(void **state)
{
	int ready[2];
	char c;

	strcpy(folder, "/tmp/rampart-control-XXXXXX");
	if (!mkdtemp(folder) || chmod(folder, 0755) || pipe(ready))
		return -1;
	snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
	snprintf(store_path, sizeof(store_path), "%s/events.db", folder);
	setenv("RAMPART_SOCKET", socket_path, 1);
	server_pid = fork();
	if (!server_pid)
		run_server(ready[1]);
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		return -1;
	close(ready[0]);
	return 0;
}

static int tear_down(void **state)
{
	int status;

	kill(server_pid, SIGTERM);
	waitpid(server_pid, &status, 0);
	unlink(store_path);
	rmdir(folder);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -1;
}

/* --- clients --- */

static int connect_raw(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, socket_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

/* The error in the next response, or a negative errno. */
static int next_error(int fd)
{
	Rampart__Response *response;
	int err = control_next(fd, 5, &response);

	if (err)
		return err;
	err = response->error;
	rampart__response__free_unpacked(response, NULL);
	return err;
}

static void send_bytes(int fd, const void *data, size_t len)
{
	assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), len);
}

static Rampart__Request by_id(Rampart__Request__RequestCase which, Rampart__Request__ById *id)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;

	request.request_case = which;
	request.why = id;
	return request;
}

/* The answer to a request about event @id: its error, or the number of events in it. */
static int ask_by_id(Rampart__Request__RequestCase which, uint64_t event, uint32_t seconds)
{
	Rampart__Request__ById id = RAMPART__REQUEST__BY_ID__INIT;
	Rampart__Request request = by_id(which, &id);
	Rampart__Response *response;
	int result;

	id.id = event;
	id.seconds = seconds;
	if (control_request(&request, &response))
		return -1;
	result = response->error ?: -(int)response->n_events;
	rampart__response__free_unpacked(response, NULL);
	return result;
}

/* How many events a query gives. */
static int count_events(uint32_t limit)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__Events events = RAMPART__REQUEST__EVENTS__INIT;
	Rampart__Response *response;
	bool more = true;
	int total = 0, fd;

	request.request_case = RAMPART__REQUEST__REQUEST_EVENTS;
	request.events = &events;
	events.limit = limit;
	fd = control_open(&request);
	while (more && !control_next(fd, 5, &response)) {
		total += response->n_events;
		more = response->more;
		rampart__response__free_unpacked(response, NULL);
	}
	close(fd);
	return more ? -1 : total;
}

/* Runs @fn as USER; its result is 0 to 255. */
static int as_user(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setgroups(0, NULL) || setgid(USER) || setuid(USER))
			_exit(255);
		_exit(fn());
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void need_root(void)
{
	if (geteuid())
		skip();
}

/* --- messages --- */

static void test_packets(void **state)
{
	static const size_t lengths[] = { 0, 1, 1000, CONTROL_INLINE - 10, CONTROL_INLINE, 17 << 20, 64 << 20 };
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		Rampart__Response response = RAMPART__RESPONSE__INIT, *back;
		struct control_packet packet;
		uint8_t *data;
		ssize_t n;

		response.bundle.len = lengths[i];
		response.bundle.data = malloc(lengths[i] + 1);
		memset(response.bundle.data, 'x', lengths[i]);
		assert_int_equal(control_pack(&response.base, &packet), 0);
		assert_int_equal(control_send(pair[0], &packet, 0), 0);
		n = control_receive(pair[1], CONTROL_MAX, 0, &data);
		assert_true(n >= 0);
		back = rampart__response__unpack(NULL, n, data);
		assert_non_null(back);
		assert_int_equal(back->bundle.len, lengths[i]);
		assert_memory_equal(back->bundle.data, response.bundle.data, lengths[i]);
		rampart__response__free_unpacked(back, NULL);
		free(data);
		free(response.bundle.data);
		control_packet_free(&packet);
	}
	close(pair[0]);
	close(pair[1]);
}

static void test_too_long_to_pack(void **state)
{
	Rampart__Response response = RAMPART__RESPONSE__INIT;
	struct control_packet packet;

	response.bundle.len = CONTROL_MAX + 1;
	response.bundle.data = calloc(1, response.bundle.len);
	assert_int_equal(control_pack(&response.base, &packet), -EMSGSIZE);
	free(response.bundle.data);
}

/* A file that its sender could still change is not read. */
static void test_unsealed_file(void **state)
{
	struct control_packet packet = { .fd = memfd_create("test", MFD_ALLOW_SEALING) };
	uint8_t *data;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(write(packet.fd, "test", 4), 4);
	assert_int_equal(control_send(pair[0], &packet, 0), 0);
	assert_int_equal(control_receive(pair[1], CONTROL_MAX, 0, &data), -EBADMSG);
	assert_int_equal(fcntl(packet.fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	assert_int_equal(control_send(pair[0], &packet, 0), 0);
	assert_int_equal(control_receive(pair[1], CONTROL_MAX, 0, &data), -EBADMSG);
	assert_int_equal(fcntl(packet.fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
	assert_int_equal(control_send(pair[0], &packet, 0), 0);
	assert_int_equal(control_receive(pair[1], 100, 0, &data), -EMSGSIZE);
	assert_int_equal(control_send(pair[0], &packet, 0), 0);
	assert_int_equal(control_receive(pair[1], CONTROL_MAX, 0, &data), 4);
	free(data);
	close(pair[0]);
	assert_int_equal(control_receive(pair[1], CONTROL_MAX, 0, &data), -EPIPE);
	close(pair[1]);
	control_packet_free(&packet);
}

/* Sends  bytes of zero with  files, none of which may stay open here. */
static void assert_no_file_taken(size_t len, unsigned int n, int expected)
{
	char zero = 0, space[CMSG_SPACE(4 * sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &zero, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = space, .msg_controllen = CMSG_SPACE(n * sizeof(int))
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	unsigned int before;
	uint8_t *data;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	before = open_files();
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(cmsg), (int[]){ 0, 1, 2, 0 }, n * sizeof(int));
	assert_int_equal(sendmsg(pair[0], &msg, 0), len);
	assert_int_equal(control_receive(pair[1], CONTROL_MAX, 0, &data), expected);
	assert_int_equal(open_files(), before);
	close(pair[0]);
	close(pair[1]);
}

static void test_many_files(void **state)
{
	for (unsigned int n = 1; n <= 4; n++) {
		assert_no_file_taken(1, n, -EBADMSG);
		assert_no_file_taken(0, n, -EPIPE);
	}
}

/* --- wrong clients --- */

static void test_malformed(void **state)
{
	static const uint8_t field_of_nothing[] = { 0xfa, 0x01, 0x00 }, cut[] = { 0x0a, 0x50, 0x01 };
	static const struct {
		const uint8_t *data;
		size_t len;
	} cases[] = {
		{ (const uint8_t *)"\xff\xff\xff\xff", 4 },
		{ cut, sizeof(cut) },
		{ field_of_nothing, sizeof(field_of_nothing) },
		{ (const uint8_t *)"\0", 1 },
		{ (const uint8_t *)"GET / HTTP", 10 },
	};
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fd = connect_raw();
		send_bytes(fd, cases[i].data, cases[i].len);
		assert_int_equal(next_error(fd), EBADMSG);
		close(fd);
	}
}

static void test_oversize(void **state)
{
	static uint8_t long_packet[CONTROL_INLINE + 1];
	int fd = connect_raw();

	memset(long_packet, 0x0a, sizeof(long_packet));
	send_bytes(fd, long_packet, sizeof(long_packet));
	assert_int_equal(next_error(fd), EMSGSIZE);
	assert_int_equal(next_error(fd), -EPIPE);
	close(fd);
}

static void test_hang_up(void **state)
{
	for (unsigned int i = 0; i < 3 * SERVER_CLIENTS; i++)
		close(connect_raw());
	assert_int_equal(count_events(1), 1);
}

/* --- who may --- */

static int user_denied(void)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__Apply apply = RAMPART__REQUEST__APPLY__INIT;
	Rampart__Response *response;
	int denied = 0;

	for (unsigned int which = 0; which < 3; which++) {
		request.request_case = which == 0 ? RAMPART__REQUEST__REQUEST_APPLY :
				       which == 1 ? RAMPART__REQUEST__REQUEST_SHOW : RAMPART__REQUEST__REQUEST_DISARM;
		request.disarm = (ProtobufCBinaryData){ 0 };
		if (which == 0)
			request.apply = &apply;
		if (which == 1)
			request.show = true;
		if (control_request(&request, &response))
			continue;
		denied += response->error == EPERM && response->reason == RAMPART_REASON_PERMISSION &&
			  !response->bundle.len;
		rampart__response__free_unpacked(response, NULL);
	}
	return denied;
}

static void test_user_is_denied(void **state)
{
	need_root();
	assert_int_equal(as_user(user_denied), 3);
}

static int user_events(void)
{
	return count_events(1000);
}

static int user_why_own(void)
{
	return ask_by_id(RAMPART__REQUEST__REQUEST_WHY, 1, 0) == -1 ? 1 : 0;
}

static int user_why_other(void)
{
	return ask_by_id(RAMPART__REQUEST__REQUEST_WHY, 3, 0);
}

static void test_user_sees_own_events(void **state)
{
	need_root();
	assert_int_equal(as_user(user_events), 3);
	assert_int_equal(as_user(user_why_own), 1);
	assert_int_equal(as_user(user_why_other), ENOENT);
	assert_int_equal(count_events(1000), 604);
	assert_int_equal(count_events(7), 7);
}

static int user_grants(void)
{
	bool good = ask_by_id(RAMPART__REQUEST__REQUEST_GRANT, 1, 3600) == 0 &&
		    ask_by_id(RAMPART__REQUEST__REQUEST_GRANT, 2, 3600) == ESTALE &&
		    ask_by_id(RAMPART__REQUEST__REQUEST_GRANT, 3, 3600) == ENOENT &&
		    ask_by_id(RAMPART__REQUEST__REQUEST_GRANT, 4, 3600) == EPERM &&
		    ask_by_id(RAMPART__REQUEST__REQUEST_GRANT, 999999, 3600) == ENOENT &&
		    ask_by_id(RAMPART__REQUEST__REQUEST_GRANT, 1, 0) == EINVAL &&
		    ask_by_id(RAMPART__REQUEST__REQUEST_GRANT, 1, 86401) == EINVAL;

	return good;
}

static void test_grant(void **state)
{
	need_root();
	assert_int_equal(as_user(user_grants), 1);
	assert_int_equal(ask_by_id(RAMPART__REQUEST__REQUEST_GRANT, 1, 60), 0);
}

/* A request that only root may make long is not read from others. */
static int user_long_request(void)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__Apply apply = RAMPART__REQUEST__APPLY__INIT;
	Rampart__Response *response;
	int error;

	apply.bundle.len = 1 << 20;
	apply.bundle.data = calloc(1, apply.bundle.len);
	request.request_case = RAMPART__REQUEST__REQUEST_APPLY;
	request.apply = &apply;
	if (control_request(&request, &response))
		return 0;
	error = response->error;
	return error;
}

static void test_user_cannot_be_long(void **state)
{
	need_root();
	assert_int_equal(as_user(user_long_request), EMSGSIZE);
}

/* --- much --- */

static void test_large_bundles(void **state)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__Apply apply = RAMPART__REQUEST__APPLY__INIT;
	Rampart__Response *response;

	need_root();
	apply.bundle.len = 64 << 20;
	apply.bundle.data = calloc(1, apply.bundle.len);
	request.request_case = RAMPART__REQUEST__REQUEST_APPLY;
	request.apply = &apply;
	assert_int_equal(control_request(&request, &response), 0);
	assert_int_equal(response->error, 0);
	assert_int_equal(response->generation, 5);
	rampart__response__free_unpacked(response, NULL);
	free(apply.bundle.data);
	request.request_case = RAMPART__REQUEST__REQUEST_SHOW;
	request.show = true;
	assert_int_equal(control_request(&request, &response), 0);
	assert_int_equal(response->bundle.len, 20 << 20);
	rampart__response__free_unpacked(response, NULL);
}

static int open_follow(uint32_t limit)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__Events events = RAMPART__REQUEST__EVENTS__INIT;

	request.request_case = RAMPART__REQUEST__REQUEST_EVENTS;
	request.events = &events;
	events.follow = true;
	events.limit = limit;
	return control_open(&request);
}

static void test_follow(void **state)
{
	Rampart__Response *response;
	int fd = open_follow(2);

	assert_int_equal(control_next(fd, 5, &response), 0);
	assert_int_equal(response->n_events, 2);
	assert_true(response->more);
	rampart__response__free_unpacked(response, NULL);
	assert_int_equal(control_next(fd, 1, &response), -ETIMEDOUT);
	for (unsigned int i = 0; i < 3; i++) {
		kill(server_pid, SIGUSR1);
		assert_int_equal(control_next(fd, 5, &response), 0);
		assert_int_equal(response->n_events, 1);
		assert_true(response->more);
		rampart__response__free_unpacked(response, NULL);
	}
	send_bytes(fd, "\x28\x01", 2);
	assert_int_equal(next_error(fd), EBADMSG);
	close(fd);
}

/* It asks and asks and never takes an answer: the others do not wait for it, and it is hung up on. */
static void test_slow_client(void **state)
{
	struct pollfd hung_up;
	int slow = open_follow(1000000), size = 4096;
	unsigned int i;

	/* Its side is full after a few packets. */
	setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (i = 0; i < 400; i++) {
		kill(server_pid, SIGUSR1);
		usleep(2000);
		if (i % 20 == 0)
			assert_int_equal(count_events(1), 1);
	}
	usleep(2 * STALL);
	assert_int_equal(count_events(1), 1);
	/* What was sent before it got full can be taken, then it is over. */
	hung_up = (struct pollfd){ .fd = slow, .events = POLLRDHUP };
	assert_int_equal(poll(&hung_up, 1, 5000), 1);
	assert_true(hung_up.revents & (POLLRDHUP | POLLHUP));
	close(slow);
}

static int many_clients(void)
{
	int fds[SERVER_CLIENTS_USER], extra, good;

	for (unsigned int i = 0; i < SERVER_CLIENTS_USER; i++)
		fds[i] = connect_raw();
	extra = connect_raw();
	good = next_error(extra) == EUSERS && next_error(extra) == -EPIPE;
	close(extra);
	for (unsigned int i = 0; i < SERVER_CLIENTS_USER; i++)
		close(fds[i]);
	return good;
}

static void test_many_clients(void **state)
{
	int fds[SERVER_CLIENTS], extra;

	need_root();
	assert_int_equal(as_user(many_clients), 1);
	for (unsigned int i = 0; i < SERVER_CLIENTS; i++)
		fds[i] = connect_raw();
	extra = connect_raw();
	assert_int_equal(next_error(extra), EUSERS);
	close(extra);
	for (unsigned int i = 0; i < SERVER_CLIENTS; i++)
		close(fds[i]);
	for (unsigned int i = 0; i < 100 && count_events(1) != 1; i++)
		usleep(10000);
	assert_int_equal(count_events(1), 1);
}

/* A second daemon does not take the place of one that lives. */
static void test_socket_is_taken(void **state)
{
	struct daemon second = { 0 };
	struct server *server;

	assert_true(sd_event_new(&second.event) >= 0);
	assert_int_equal(server_init(&second, socket_path, &server), -EADDRINUSE);
	assert_int_equal(count_events(1), 1);
	sd_event_unref(second.event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets),		     cmocka_unit_test(test_too_long_to_pack),
		cmocka_unit_test(test_unsealed_file),	     cmocka_unit_test(test_many_files),
		cmocka_unit_test(test_malformed),	     cmocka_unit_test(test_oversize),
		cmocka_unit_test(test_hang_up),		     cmocka_unit_test(test_user_is_denied),
		cmocka_unit_test(test_user_sees_own_events), cmocka_unit_test(test_grant),
		cmocka_unit_test(test_user_cannot_be_long),  cmocka_unit_test(test_large_bundles),
		cmocka_unit_test(test_follow),		     cmocka_unit_test(test_slow_client),
		cmocka_unit_test(test_many_clients),	     cmocka_unit_test(test_socket_is_taken),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
