/* SPDX-License-Identifier: MIT */
/*
 * The control socket. No client can make the loop wait: each has at most one packet on its way out, taken from the
 * store when the one before is gone, and is hung up on when it does not take it.
 */
#ifndef RAMPART_SERVER_H
#define RAMPART_SERVER_H

#include "daemon.h"

#define SERVER_CLIENTS 64		/* at once */
#define SERVER_CLIENTS_USERS 48		/* of which not root's */
#define SERVER_CLIENTS_USER 8		/* of one user who is not root */
#define SERVER_REQUEST_USEC (30 * 1000000ULL)	/* from connecting, or an answer, to the next request */
#define SERVER_STALL_USEC (10 * 1000000ULL)	/* for a packet to be taken */

/* server_init() - listens at @path, replacing what a dead daemon left. -EADDRINUSE: a live one listens there. */
int server_init(struct daemon *daemon, const char *path, struct server **server);
void server_exit(struct server *server);

/*
 * server_adopt() - tells the service manager that the live one at @path is its main process. Under self-protection
 * nobody can stop that, so a restart has to let it go on. False when there is no service manager.
 */
bool server_adopt(const char *path);

/* server_wake() - there are new events. */
void server_wake(struct server *server);

/* server_set_stall() - for tests: another SERVER_STALL_USEC. */
void server_set_stall(struct server *server, uint64_t usec);

#endif
