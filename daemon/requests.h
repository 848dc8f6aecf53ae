/* SPDX-License-Identifier: MIT */
/* What the control socket can be asked, and who may. */
#ifndef RAMPART_REQUESTS_H
#define RAMPART_REQUESTS_H

#include <sys/types.h>

#include "daemon.h"

/* Who asks, as the kernel says (SO_PEERCRED). Immutable. */
struct peer {
	uid_t uid;
	pid_t pid;
};

struct answer {
	Rampart__Response response;	/* owns its events and bundle; its message is @message */
	char message[640];
	bool stream;			/* instead: one response after the other from the store */
	bool follow;			/* and on, for what comes later */
	struct store_query query;	/* limit: how many may still be sent */
};

/* request_handle() - fills @answer, to be freed with answer_free(). */
void request_handle(struct daemon *daemon, const struct peer *peer, const Rampart__Request *request,
		    struct answer *answer);
void answer_free(struct answer *answer);

/* answer_error() - makes @answer one of failure. @error: positive errno; @reason: enum rampart_reason. */
void answer_error(struct answer *answer, int error, uint32_t reason, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
