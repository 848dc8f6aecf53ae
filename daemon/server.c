// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "control.h"
#include "journal.h"
#include "requests.h"
#include "server.h"

enum client_state {
	CLIENT_FREE,
	CLIENT_ASKING,		/* we wait for a request */
	CLIENT_SENDING,		/* @packet waits to be taken */
	CLIENT_FOLLOWING,	/* all that there is was sent; more may come */
};

struct client {
	struct server *server;
	enum client_state state;
	struct peer peer;
	int fd;
	struct control_packet packet;
	bool hang_up;		/* once @packet is gone */
	bool stream, follow;
	struct store_query query;
	sd_event_source *io;
	sd_event_source *timer;
};

struct server {
	struct daemon *daemon;
	char *path;
	int fd;
	uint64_t stall;
	sd_event_source *io;
	struct client clients[SERVER_CLIENTS];
};

static void client_close(struct client *client)
{
	client->io = sd_event_source_disable_unref(client->io);
	client->timer = sd_event_source_disable_unref(client->timer);
	control_packet_free(&client->packet);
	close(client->fd);
	client->state = CLIENT_FREE;
}

static void set_state(struct client *client, enum client_state state)
{
	uint64_t patience = state == CLIENT_SENDING ? client->server->stall : SERVER_REQUEST_USEC;

	client->state = state;
	sd_event_source_set_io_events(client->io, state == CLIENT_SENDING ? EPOLLOUT : EPOLLIN);
	sd_event_source_set_time_relative(client->timer, patience);
	sd_event_source_set_enabled(client->timer, state == CLIENT_FOLLOWING ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

/* --- sending --- */

/* Puts the message on its way; what comes after it is up to client_sent(), when the loop comes round again. */
static void client_send(struct client *client, const Rampart__Response *response)
{
	int err = control_pack(&response->base, &client->packet);

	if (err) {
		journal_text(LOG_ERR, "no answer for process %d: %s", client->peer.pid, strerror(-err));
		client_close(client);
		return;
	}
	set_state(client, CLIENT_SENDING);
}

static void client_fail(struct client *client, int error, const char *text)
{
	struct answer answer;

	answer_error(&answer, error, 0, "%s", text);
	client->stream = false;
	client->hang_up = true;
	client_send(client, &answer.response);
	answer_free(&answer);
}

/* The next events of a stream. */
static void client_pump(struct client *client)
{
	struct answer answer = { .response = RAMPART__RESPONSE__INIT };
	struct store_query query = client->query;
	int n;

	if (client->follow)
		query.limit = STORE_READ_ROWS;
	n = store_read(client->server->daemon->store, &query, &answer.response);
	if (n < 0) {
		answer_free(&answer);
		client_fail(client, EIO, "the event store cannot be read; see the journal of rampartd");
		return;
	}
	if (!n && client->follow) {
		set_state(client, CLIENT_FOLLOWING);
		return;
	}
	client->query.limit -= client->follow ? 0 : n;
	if (n)
		client->query.after_id = answer.response.events[n - 1]->id;
	answer.response.more = client->follow || (n && client->query.limit);
	client->stream = answer.response.more;
	client_send(client, &answer.response);
	answer_free(&answer);
}

static void client_sent(struct client *client)
{
	control_packet_free(&client->packet);
	if (client->hang_up)
		client_close(client);
	else if (client->stream)
		client_pump(client);
	else
		set_state(client, CLIENT_ASKING);
}

static void client_flush(struct client *client)
{
	int err = control_send(client->fd, &client->packet, MSG_DONTWAIT);

	if (!err)
		client_sent(client);
	else if (err != -EAGAIN && err != -EINTR)
		client_close(client);
}

void server_wake(struct server *server)
{
	for (unsigned int i = 0; i < SERVER_CLIENTS; i++)
		if (server->clients[i].state == CLIENT_FOLLOWING)
			client_pump(&server->clients[i]);
}

/* --- receiving --- */

static void client_handle(struct client *client, const Rampart__Request *request)
{
	struct answer answer;

	request_handle(client->server->daemon, &client->peer, request, &answer);
	client->stream = answer.stream;
	client->follow = answer.follow;
	client->query = answer.query;
	if (client->stream)
		client_pump(client);
	else
		client_send(client, &answer.response);
	answer_free(&answer);
}

static void client_receive(struct client *client)
{
	/* Only root has something to say that is long. */
	size_t max = client->peer.uid == 0 ? CONTROL_MAX : CONTROL_INLINE;
	Rampart__Request *request = NULL;
	uint8_t *data;
	ssize_t n = control_receive(client->fd, max, MSG_DONTWAIT, &data);

	if (n == -EAGAIN)
		return;
	if (n == -EMSGSIZE) {
		client_fail(client, EMSGSIZE, "the request is too long");
	} else if (n < 0 && n != -EBADMSG) {
		client_close(client);
	} else if (client->state == CLIENT_FOLLOWING) {
		client_fail(client, EBADMSG, "nothing can be asked while following");
	} else {
		request = n >= 0 ? rampart__request__unpack(NULL, n, data) : NULL;
		if (request)
			client_handle(client, request);
		else
			client_fail(client, EBADMSG, "not a request");
	}
	if (request)
		rampart__request__free_unpacked(request, NULL);
	free(data);
}

static int client_ready(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct client *client = data;

	if (client->state == CLIENT_SENDING && events & EPOLLOUT)
		client_flush(client);
	else if (client->state != CLIENT_SENDING && events & EPOLLIN)
		client_receive(client);
	else if (events & (EPOLLHUP | EPOLLERR))
		client_close(client);
	return 0;
}

static int client_late(sd_event_source *source, uint64_t usec, void *data)
{
	struct client *client = data;

	if (client->state == CLIENT_SENDING)
		journal_text(LOG_WARNING, "hung up on process %d of uid %u, which does not take what it asked for",
			     client->peer.pid, client->peer.uid);
	client_close(client);
	return 0;
}

/* --- accepting --- */

static int client_watch(struct client *client)
{
	sd_event *event = client->server->daemon->event;
	int err;

	err = sd_event_add_io(event, &client->io, client->fd, EPOLLIN, client_ready, client);
	if (err < 0)
		return err;
	return sd_event_add_time_relative(event, &client->timer, CLOCK_MONOTONIC, SERVER_REQUEST_USEC, 0, client_late,
					  client);
}

static struct client *find_slot(struct server *server, uid_t uid)
{
	unsigned int users = 0, same = 0;
	struct client *slot = NULL;

	for (unsigned int i = 0; i < SERVER_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (client->state == CLIENT_FREE)
			slot = client;
		else if (client->peer.uid != 0)
			users++;
		if (client->state != CLIENT_FREE && client->peer.uid == uid)
			same++;
	}
	if (uid != 0 && (users >= SERVER_CLIENTS_USERS || same >= SERVER_CLIENTS_USER))
		return NULL;
	return slot;
}

/* One attempt to say why; the socket is new, so there is room. */
static void turn_away(int fd)
{
	struct control_packet packet;
	struct answer answer;

	answer_error(&answer, EUSERS, 0, "too many clients; try again later");
	if (!control_pack(&answer.response.base, &packet))
		control_send(fd, &packet, MSG_DONTWAIT);
	control_packet_free(&packet);
	close(fd);
}

static void add_client(struct server *server, int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct client *client;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0) {
		close(fd);
		return;
	}
	client = find_slot(server, cred.uid);
	if (!client) {
		turn_away(fd);
		return;
	}
	*client = (struct client){
		.server = server, .state = CLIENT_ASKING, .fd = fd, .packet.fd = -1,
		.peer = { .uid = cred.uid, .pid = cred.pid },
	};
	if (client_watch(client) < 0)
		client_close(client);
}

static int connection_ready(sd_event_source *source, int fd, uint32_t events, void *data)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client >= 0)
		add_client(data, client);
	return 0;
}

/* --- */

/* The process that listens there, or 0. */
static pid_t find_listener(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd < 0)
		return 0;
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		cred.pid = 0;
	close(fd);
	return cred.pid;
}

bool server_adopt(const char *path)
{
	pid_t pid = find_listener(path);

	if (!pid || !getenv("NOTIFY_SOCKET"))
		return false;
	journal_text(LOG_NOTICE, "rampartd runs already, as process %d, and goes on", pid);
	return sd_notifyf(0, "MAINPID=%d\nREADY=1\nSTATUS=goes on, since nobody can stop it", pid) > 0;
}

static int listen_at(struct server *server)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(server->path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, server->path);
	if (find_listener(server->path))
		return -EADDRINUSE;
	unlink(server->path);
	server->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0)
		return -errno;
	/* Everybody may ask; who asks decides about the answer. */
	if (bind(server->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || chmod(server->path, 0666) < 0 ||
	    listen(server->fd, SERVER_CLIENTS) < 0)
		return -errno;
	return sd_event_add_io(server->daemon->event, &server->io, server->fd, EPOLLIN, connection_ready, server);
}

int server_init(struct daemon *daemon, const char *path, struct server **server)
{
	struct server *s = calloc(1, sizeof(*s));
	int err;

	*server = NULL;
	if (!s)
		return -ENOMEM;
	s->daemon = daemon;
	s->fd = -1;
	s->stall = SERVER_STALL_USEC;
	s->path = strdup(path);
	err = s->path ? listen_at(s) : -ENOMEM;
	if (err >= 0) {
		*server = s;
		return 0;
	}
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	free(s);
	return err;
}

void server_exit(struct server *server)
{
	if (!server)
		return;
	for (unsigned int i = 0; i < SERVER_CLIENTS; i++)
		if (server->clients[i].state != CLIENT_FREE)
			client_close(&server->clients[i]);
	sd_event_source_disable_unref(server->io);
	close(server->fd);
	unlink(server->path);
	free(server->path);
	free(server);
}

void server_set_stall(struct server *server, uint64_t usec)
{
	server->stall = usec;
}
