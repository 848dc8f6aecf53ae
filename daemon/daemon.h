/* SPDX-License-Identifier: MIT */
/* What the parts of rampartd share. One thread, one sd-event loop: nothing here needs a lock. */
#ifndef RAMPART_DAEMON_H
#define RAMPART_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "facts.h"
#include "kernel.h"
#include "state.h"
#include "store.h"

#define DAEMON_TRUST "/etc/rampart/trust.pem"
#define DAEMON_STATE "/var/lib/rampart"
#define DAEMON_RUN "/run/rampart"

struct link;
struct intake;
struct server;
struct homes;
struct links;
struct held;
struct installed;
struct probe;

struct daemon {
	/* From the command line; never changed. */
	const char *trust;
	const char *state_path;
	const char *socket_path;

	sd_event *event;
	struct facts facts;
	struct state state;
	struct store *store;
	struct intake *intake;	/* what was received, on its way into the store */
	struct server *server;	/* the control socket */
	struct homes *homes;	/* hints of home directories */
	struct links *links;	/* hints of files with several links */
	struct held *held;	/* who could write before a policy came */
	struct installed *installed;	/* marks what packages had installed */
	struct probe *probe;	/* shows the kernel that its hooks work */
	struct link *link;	/* the connection to the kernel */
};

/* daemon_kernel() - the socket for commands, or NULL while the module is not there. */
struct kernel *daemon_kernel(const struct daemon *daemon);

#endif
