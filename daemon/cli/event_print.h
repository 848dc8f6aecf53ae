/* SPDX-License-Identifier: MIT */
/* Events, asked of the daemon and shown to people and programs. */
#ifndef RAMPART_EVENT_PRINT_H
#define RAMPART_EVENT_PRINT_H

#include "cli.h"
#include "control.h"

/* event_ask() - CLI_OK with *@response to free only when the daemon agreed; else it was said why. */
int event_ask(const struct cli *cli, const Rampart__Request *request, Rampart__Response **response);

/* event_refused() - says what the error in @response is. CLI_OK when there is none. */
int event_refused(const struct cli *cli, const Rampart__Response *response);

/* event_take() - calls @take for each event that the daemon tells of, the oldest first, until there are no more. */
int event_take(const struct cli *cli, Rampart__Request__Events *events, void (*take)(void *arg, const Rampart__StoredEvent *stored),
	       void *arg);

/* event_parse_id() - false for what is not the number of an event. */
bool event_parse_id(const char *text, uint64_t *id);

/* event_line() - one line, columns aligned. */
void event_line(const Rampart__StoredEvent *stored);

/* event_json() - all that is known of it. */
json_t *event_json(const Rampart__StoredEvent *stored);

/* event_user() - the name of a user, or the number where there is none. Valid until the next call. */
const char *event_user(uint32_t uid);

/*
 * event_is_folders() - of a rule from which folders.allow exempts. event_is_secrets() - of the rule "secrets".
 * event_is_asr() - of one of the catalogue, or of the policy's own. event_is_task() - aimed at a process, not at a file.
 */
bool event_is_folders(const Rampart__Event *event);
bool event_is_secrets(const Rampart__Event *event);
bool event_is_asr(const Rampart__Event *event);
bool event_is_task(const Rampart__Event *event);

/* event_reason() - what the rule says, in words. */
const char *event_reason(const Rampart__Event *event);

/* event_subject(), event_object() - never NULL. */
const Rampart__Subject *event_subject(const Rampart__Event *event);
const Rampart__Object *event_object(const Rampart__Event *event);

#endif
