// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <names.h>

#include "catalog.h"
#include "describe.h"
#include "escape.h"
#include "event_print.h"
#include "moment.h"

#define NONE UINT32_MAX

/* --- asking --- */

int event_refused(const struct cli *cli, const Rampart__Response *response)
{
	if (response->reason)
		return cli_refused(cli, response->reason, response->message);
	if (response->error)
		return cli_error(cli, CLI_ERROR, "%s",
				 *response->message ? response->message : strerror(response->error));
	return CLI_OK;
}

int event_ask(const struct cli *cli, const Rampart__Request *request, Rampart__Response **response)
{
	int err = control_request(request, response), code;

	if (err)
		return cli_unreachable(cli, err);
	code = event_refused(cli, *response);
	if (code != CLI_OK)
		rampart__response__free_unpacked(*response, NULL);
	return code;
}

int event_take(const struct cli *cli, Rampart__Request__Events *events, void (*take)(void *arg, const Rampart__StoredEvent *stored),
	       void *arg)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Response *response;
	int socket, code = CLI_OK;
	bool more = true;

	request.request_case = RAMPART__REQUEST__REQUEST_EVENTS;
	request.events = events;
	socket = control_open(&request);
	if (socket < 0)
		return cli_unreachable(cli, socket);
	while (more && code == CLI_OK) {
		int err = control_next(socket, events->follow ? 0 : 60, &response);

		if (err) {
			code = cli_unreachable(cli, err);
			break;
		}
		code = event_refused(cli, response);
		for (size_t i = 0; code == CLI_OK && i < response->n_events; i++)
			take(arg, response->events[i]);
		fflush(stdout);
		more = response->more;
		rampart__response__free_unpacked(response, NULL);
	}
	close(socket);
	return code;
}

bool event_parse_id(const char *text, uint64_t *id)
{
	char *end;

	errno = 0;
	*id = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *id;
}

/* --- parts of an event --- */

const Rampart__Subject *event_subject(const Rampart__Event *event)
{
	static const Rampart__Subject none = RAMPART__SUBJECT__INIT;

	return event->subject ?: &none;
}

const Rampart__Object *event_object(const Rampart__Event *event)
{
	static const Rampart__Object none = RAMPART__OBJECT__INIT;

	return event->object ?: &none;
}

bool event_is_folders(const Rampart__Event *event)
{
	return !strcmp(event->rule, "folders") || !strcmp(event->rule, "disks");
}

bool event_is_secrets(const Rampart__Event *event)
{
	return !strcmp(event->rule, "secrets");
}

bool event_is_asr(const Rampart__Event *event)
{
	return *event->rule && !*event->device && !event_is_folders(event) && !event_is_secrets(event) && strcmp(event->rule, "trusted_program") &&
	       strcmp(event->rule, "self_protection");
}

bool event_is_task(const Rampart__Event *event)
{
	return event->op == RAMPART__OPERATION__OP_SIGNAL || event->op == RAMPART__OPERATION__OP_PTRACE ||
	       event->op == RAMPART__OPERATION__OP_SCHED || event->op == RAMPART__OPERATION__OP_UNLOAD;
}

const char *event_reason(const Rampart__Event *event)
{
	const struct catalog_rule *rule = event_is_asr(event) ? catalog_find_rule(rampart_catalog(), event->rule) : NULL;

	if (event_is_asr(event))
		return rule ? rule->title : "a rule of the policy";
	if (event_is_folders(event) && event_is_task(event))
		return "nobody else may trace a program that folders.allow names";
	if (!strcmp(event->rule, "folders"))
		return "only programs that folders.allow names may change what is in folders.protect";
	if (*event->device)
		return !strcmp(event->rule, "devices") ? "devices.default in the policy, which no rule of devices.rules precedes" :
							 "a rule of devices.rules in the policy";
	if (!strcmp(event->rule, "disks"))
		return "only programs that folders.allow names may write to a disk that is in use";
	if (event_is_secrets(event))
		return event_is_task(event) ? "nobody may trace a program that may read more of secrets.places" :
					      "only programs that a place in secrets.places names may read what is in it, "
					      "or move it";
	if (!strcmp(event->rule, "trusted_program"))
		return "only programs that self_protection.updaters names may change a program that the policy trusts";
	if (!strcmp(event->rule, "self_protection"))
		return event_is_task(event) ? "nobody may disturb Rampart's daemon" :
					      "only Rampart's daemon and self_protection.updaters may change "
					      "Rampart's own files";
	return "a rule that this rampartctl does not know";
}

/* The last one is kept: most events in a row are of one user. */
const char *event_user(uint32_t uid)
{
	static uint32_t known_uid = NONE;
	static char name[64];
	const struct passwd *account;

	if (known_uid == uid && *name)
		return name;
	account = getpwuid(uid);
	if (account)
		snprintf(name, sizeof(name), "%s", account->pw_name);
	else
		snprintf(name, sizeof(name), "%" PRIu32, uid);
	known_uid = uid;
	return name;
}

/* --- for people --- */

/* A file on a medium is called by where it is on that. */
static void print_device(const Rampart__Event *event, const Rampart__Object *object)
{
	if (*object->path && strncmp(object->path, "/sys/devices/", strlen("/sys/devices/"))) {
		escape_print(stdout, object->path);
		fputs(" on ", stdout);
	}
	escape_print(stdout, event->device);
}

void event_line(const Rampart__StoredEvent *stored)
{
	const Rampart__Event *event = stored->event;
	const Rampart__Subject *subject = event_subject(event);
	const Rampart__Object *object = event_object(event);
	char time[MOMENT_TEXT];

	printf("%6" PRIu64 "  %s  %-8s  %-8s  ", stored->id, moment_text(time, event->time_ns, 0),
	       rampart_outcome_name(event->outcome), rampart_op_name(event->op));
	printf("%-10s  ", event_user(subject->uid));
	escape_print(stdout, *subject->exe ? subject->exe : "(kernel)");
	if (*subject->script) {
		putchar(' ');
		escape_print(stdout, subject->script);
	}
	printf("[%" PRIu32 "]  ", subject->tgid);
	if (*event->device)
		print_device(event, object);
	else if (*object->path)
		escape_print(stdout, object->path);
	else if (object->tgid)
		printf("process %" PRIu32, object->tgid);
	if (event->object2 && *event->object2->path) {
		fputs(" -> ", stdout);
		escape_print(stdout, event->object2->path);
	}
	if (event->count > 1)
		printf("  (%" PRIu32 " times)", event->count);
	if (*event->exclusion) {
		fputs("  (excluded by ", stdout);
		escape_print(stdout, event->exclusion);
		putchar(')');
	}
	putchar('\n');
}

/* --- for programs --- */

static json_t *lineage_json(const Rampart__Subject *subject)
{
	json_t *list = json_array();

	for (size_t i = 0; i < subject->n_lineage; i++)
		json_array_append_new(list, json_pack("{s:I, s:o}", "pid", (json_int_t)subject->lineage[i]->pid, "exe",
						      escape_json(subject->lineage[i]->exe)));
	return list;
}

static json_t *number_json(uint32_t number)
{
	return number == NONE ? json_null() : json_integer(number);
}

static json_t *traits_json(uint32_t traits)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < RAMPART_TRAIT_NUM; i++)
		if (traits >> i & 1)
			json_array_append_new(list, json_string(rampart_trait_name(i)));
	return list;
}

/* What the policy's own rules went by. */
static void add_facts(json_t *doc, const Rampart__Event *event)
{
	const Rampart__Subject *subject = event_subject(event);

	json_object_update_new(doc, json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "class_lineage",
					      rampart_describe_version(subject->class_lineage), "exe_classes",
					      rampart_describe_version(subject->exe_classes), "traits",
					      traits_json(event->traits), "exclusion", escape_json(event->exclusion), "device",
					      escape_json(event->device), "notify", event->notify));
}

static void add_subject(json_t *doc, const Rampart__Subject *subject)
{
	json_object_update_new(doc, json_pack("{s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "uid",
					      (json_int_t)subject->uid, "user", escape_json(event_user(subject->uid)),
					      "loginuid", number_json(subject->loginuid), "pid",
					      (json_int_t)subject->tgid, "tid", (json_int_t)subject->pid, "exe",
					      escape_json(subject->exe), "script", escape_json(subject->script), "comm",
					      escape_json(subject->comm), "lineage",
					      lineage_json(subject)));
}

static void add_objects(json_t *doc, const Rampart__Event *event)
{
	const Rampart__Object *object = event_object(event);
	const char *path2 = event->object2 ? event->object2->path : "";

	json_object_update_new(doc, json_pack("{s:o, s:o, s:I, s:I, s:o, s:I, s:I}", "path", escape_json(object->path),
					      "path2", escape_json(path2), "dev",
					      (json_int_t)object->dev, "ino", (json_int_t)object->ino, "place",
					      number_json(object->place), "target_pid", (json_int_t)object->tgid,
					      "op_flags", (json_int_t)event->op_flags));
}

json_t *event_json(const Rampart__StoredEvent *stored)
{
	const Rampart__Event *event = stored->event;
	char time[MOMENT_TEXT];
	json_t *doc;

	doc = json_pack("{s:I, s:s, s:s, s:s, s:o, s:s, s:s, s:I}", "id", (json_int_t)stored->id, "time",
			moment_text(time, event->time_ns, 9), "outcome", rampart_outcome_name(event->outcome), "op",
			rampart_op_name(event->op), "rule", escape_json(event->rule), "mode",
			rampart_mode_name(event->mode), "reason", event_reason(event), "count", (json_int_t)event->count);
	add_subject(doc, event_subject(event));
	add_objects(doc, event);
	add_facts(doc, event);
	json_object_update_new(doc, json_pack("{s:I, s:o, s:o, s:o, s:I}", "generation", (json_int_t)event->generation,
					      "policy", escape_json(stored->policy), "version",
					      rampart_describe_version(stored->version), "boot",
					      escape_json(stored->boot), "seq", (json_int_t)event->seq));
	return doc;
}
