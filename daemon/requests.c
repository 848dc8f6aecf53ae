// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <env.h>
#include <names.h>
#include <reason.h>

#include "journal.h"
#include "policy.h"
#include "requests.h"

#define EVENTS_DEFAULT 1000
#define EVENTS_MAX 1000000
#define GRANT_SECONDS 86400

static void answer_init(struct answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	rampart__response__init(&answer->response);
}

void answer_error(struct answer *answer, int error, uint32_t reason, const char *format, ...)
{
	va_list args;

	answer_init(answer);
	answer->response.error = error;
	answer->response.reason = reason;
	va_start(args, format);
	vsnprintf(answer->message, sizeof(answer->message), format, args);
	va_end(args);
	answer->response.message = answer->message;
}

void answer_free(struct answer *answer)
{
	for (size_t i = 0; i < answer->response.n_events; i++)
		rampart__stored_event__free_unpacked(answer->response.events[i], NULL);
	free(answer->response.events);
	for (size_t i = 0; i < answer->response.n_exclusions; i++)
		rampart__exclusion_hits__free_unpacked(answer->response.exclusions[i], NULL);
	free(answer->response.exclusions);
	free(answer->response.bundle.data);
	answer_init(answer);
}

static bool is_root(const struct peer *peer)
{
	return peer->uid == 0;
}

static void deny(struct answer *answer, const char *what)
{
	answer_error(answer, EPERM, RAMPART_REASON_PERMISSION, "%s", what);
}

static void take_result(struct answer *answer, const struct policy_result *result)
{
	if (result->error) {
		answer_error(answer, result->error, result->reason, "%s", result->message);
		return;
	}
	answer->response.generation = result->generation;
	snprintf(answer->message, sizeof(answer->message), "%s", result->message);
	answer->response.message = answer->message;
}

/* --- policy --- */

static void handle_apply(struct daemon *daemon, const struct peer *peer, const Rampart__Request__Apply *apply,
			 struct answer *answer)
{
	struct policy_result result;

	if (!is_root(peer)) {
		deny(answer, "only root may apply a policy");
		return;
	}
	policy_apply(daemon, apply->bundle.data, apply->bundle.len, apply->dry_run, &result);
	take_result(answer, &result);
}

static void handle_disarm(struct daemon *daemon, const struct peer *peer, const ProtobufCBinaryData *token,
			  struct answer *answer)
{
	struct policy_result result;

	if (!is_root(peer)) {
		deny(answer, "only root may disarm");
		return;
	}
	policy_disarm(daemon, token->data, token->len, &result);
	take_result(answer, &result);
}

/* Exclusions tell an attacker where to go, so this is not for everybody. */
static void handle_show(struct daemon *daemon, const struct peer *peer, struct answer *answer)
{
	uint8_t *data;
	size_t len;
	int err;

	if (!is_root(peer)) {
		deny(answer, "only root may see the policy");
		return;
	}
	err = policy_in_force(daemon, &data, &len);
	if (err == -ENODEV)
		answer_error(answer, ENODEV, 0, "no policy is in force: the module is not loaded");
	else if (err == -ESTALE)
		answer_error(answer, ESTALE, 0, "another than rampartd loaded the policy in force; it is not known here");
	else if (err && err != -ENOENT)
		answer_error(answer, -err, 0, "the policy in force cannot be read: %s", strerror(-err));
	if (err)
		return;
	answer->response.bundle.data = data;
	answer->response.bundle.len = len;
}

/* --- events --- */

static void handle_events(struct daemon *daemon, const struct peer *peer, const Rampart__Request__Events *events,
			  struct answer *answer)
{
	struct store_query *query = &answer->query;
	uint64_t after_id;

	query->since_ns = events->since_ns;
	query->after_id = events->after_id;
	query->limit = events->limit ?: EVENTS_DEFAULT;
	if (query->limit > EVENTS_MAX)
		query->limit = EVENTS_MAX;
	query->all_users = is_root(peer);
	query->uid = peer->uid;
	if (store_seek(daemon->store, query, &after_id)) {
		answer_error(answer, EIO, 0, "the event store cannot be read: %s", store_failed(daemon->store) ?: "?");
		return;
	}
	query->after_id = after_id;
	answer->stream = true;
	answer->follow = events->follow;
}

/* The event of that id, where the peer may know of it; else NULL and an error that does not tell which it was. */
static Rampart__StoredEvent *find_event(struct daemon *daemon, const struct peer *peer, uint64_t id,
					struct answer *answer)
{
	Rampart__StoredEvent *event = NULL;
	int err = store_get(daemon->store, id, &event);

	if (!err && !is_root(peer) && (!event->event->subject || event->event->subject->uid != peer->uid)) {
		rampart__stored_event__free_unpacked(event, NULL);
		err = -ENOENT;
	}
	if (err == -ENOENT)
		answer_error(answer, ENOENT, RAMPART_REASON_NOT_FOUND, "no event %llu", (unsigned long long)id);
	else if (err)
		answer_error(answer, EIO, 0, "the event store cannot be read: %s", store_failed(daemon->store) ?: "?");
	return err ? NULL : event;
}

/* Not for everybody either. */
static void handle_exclusions(struct daemon *daemon, const struct peer *peer, struct answer *answer)
{
	int err;

	if (!is_root(peer)) {
		deny(answer, "only root may see the exclusions");
		return;
	}
	err = store_read_exclusions(daemon->store, &answer->response);
	if (!err)
		return;
	answer_free(answer);
	answer_error(answer, -err, err == -ENOMEM ? RAMPART_REASON_NO_MEMORY : 0, "the event store cannot be read: %s",
		     store_failed(daemon->store) ?: strerror(-err));
}

static void handle_why(struct daemon *daemon, const struct peer *peer, const Rampart__Request__ById *by_id,
		       struct answer *answer)
{
	Rampart__StoredEvent *event = find_event(daemon, peer, by_id->id, answer);

	if (!event)
		return;
	answer->response.events = malloc(sizeof(*answer->response.events));
	if (!answer->response.events) {
		rampart__stored_event__free_unpacked(event, NULL);
		answer_error(answer, ENOMEM, RAMPART_REASON_NO_MEMORY, "%s", "");
		return;
	}
	answer->response.events[0] = event;
	answer->response.n_events = 1;
}

static void send_grant(struct daemon *daemon, const Rampart__Event *event, uint32_t place, uint32_t seconds,
		       struct answer *answer)
{
	struct kernel *kernel = daemon_kernel(daemon);
	Rampart__Grant grant = RAMPART__GRANT__INIT;
	struct kernel_answer result = { 0 };
	int err;

	grant.rule = event->rule;
	grant.place = place;
	/* A device is granted to whoever uses it. */
	if (!*event->device) {
		grant.exe_dev = event->subject->exe_dev;
		grant.exe_ino = event->subject->exe_ino;
		grant.uid = event->subject->uid;
	}
	grant.seconds = seconds;
	grant.generation = event->generation;
	err = kernel ? kernel_grant(kernel, &grant, &result) : -ENODEV;
	if (err)
		answer_error(answer, -err, result.reason, "%s",
			     result.reason ? "refused by the kernel" : strerror(-err));
}

/* One for each end that the rule is about: a rename may lead from one place to another. */
static void send_grants(struct daemon *daemon, const Rampart__Event *event, uint32_t seconds, struct answer *answer)
{
	const Rampart__Object *ends[] = { event->object, event->object2 };
	unsigned int n = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(ends); i++) {
		if (answer->response.error || !ends[i] || !(ends[i]->flags & RAMPART_OBJECT_CONCERNED))
			continue;
		send_grant(daemon, event, ends[i]->place, seconds, answer);
		n++;
	}
	if (!n)
		answer_error(answer, EINVAL, RAMPART_REASON_BAD_VALUE, "the event does not say what it is about");
}

static void handle_grant(struct daemon *daemon, const struct peer *peer, const Rampart__Request__ById *by_id,
			 struct answer *answer)
{
	Rampart__StoredEvent *event;

	if (by_id->seconds < 1 || by_id->seconds > GRANT_SECONDS) {
		answer_error(answer, EINVAL, RAMPART_REASON_BAD_VALUE, "a grant is for 1 to %d seconds", GRANT_SECONDS);
		return;
	}
	event = find_event(daemon, peer, by_id->id, answer);
	if (!event)
		return;
	if (event->event->outcome != RAMPART__OUTCOME__WARNED || !event->event->subject)
		answer_error(answer, EPERM, RAMPART_REASON_NOT_WARN, "event %llu is not a warning",
			     (unsigned long long)by_id->id);
	else if (strcmp(event->boot, daemon->facts.boot))
		answer_error(answer, ESTALE, RAMPART_REASON_STALE, "the event is from an earlier boot; try again");
	else
		send_grants(daemon, event->event, by_id->seconds, answer);
	if (!answer->response.error)
		journal_text(LOG_NOTICE, "event %llu was granted by uid %u for %u seconds",
			     (unsigned long long)by_id->id, peer->uid, by_id->seconds);
	rampart__stored_event__free_unpacked(event, NULL);
}

void request_handle(struct daemon *daemon, const struct peer *peer, const Rampart__Request *request,
		    struct answer *answer)
{
	answer_init(answer);
	switch (request->request_case) {
	case RAMPART__REQUEST__REQUEST_APPLY:
		handle_apply(daemon, peer, request->apply, answer);
		break;
	case RAMPART__REQUEST__REQUEST_EVENTS:
		handle_events(daemon, peer, request->events, answer);
		break;
	case RAMPART__REQUEST__REQUEST_WHY:
		handle_why(daemon, peer, request->why, answer);
		break;
	case RAMPART__REQUEST__REQUEST_GRANT:
		handle_grant(daemon, peer, request->grant, answer);
		break;
	case RAMPART__REQUEST__REQUEST_SHOW:
		handle_show(daemon, peer, answer);
		break;
	case RAMPART__REQUEST__REQUEST_EXCLUSIONS:
		handle_exclusions(daemon, peer, answer);
		break;
	case RAMPART__REQUEST__REQUEST_DISARM:
		handle_disarm(daemon, peer, &request->disarm, answer);
		break;
	default:
		answer_error(answer, EBADMSG, 0, "not a request that this rampartd knows");
	}
}
