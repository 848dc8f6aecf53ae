// SPDX-License-Identifier: MIT
/* rampartctl why: an event in words, and the narrowest change of the policy that would let it be. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <decode.h>

#include "catalog.h"
#include "escape.h"
#include "event_print.h"
#include "interpreter.h"
#include "moment.h"
#include "packages.h"
#include "usb.h"

/* What a program did, as a verb of two parts: "mounted on" PATH. */
static const char *verb(const Rampart__Event *event)
{
	static const char *const verbs[RAMPART_OP_NUM] = {
		[RAMPART_OP_NONE] = "do something to",
		[RAMPART_OP_WRITE] = "write to",
		[RAMPART_OP_CREATE] = "create",
		[RAMPART_OP_DELETE] = "delete",
		[RAMPART_OP_RENAME] = "rename",
		[RAMPART_OP_LINK] = "make another name for",
		[RAMPART_OP_SETATTR] = "change the size, mode, owner or times of",
		[RAMPART_OP_SETXATTR] = "change extended attributes or the ACL of",
		[RAMPART_OP_MOUNT] = "mount on, or unmount",
		[RAMPART_OP_EXEC] = "execute",
		[RAMPART_OP_SIGNAL] = "send a signal to",
		[RAMPART_OP_PTRACE] = "trace or read the memory of",
		[RAMPART_OP_SCHED] = "change the scheduling or limits of",
		[RAMPART_OP_UNLOAD] = "unload by force",
		[RAMPART_OP_READ] = "read",
		[RAMPART_OP_LOAD] = "run code from",
		[RAMPART_OP_MODULE] = "load the kernel module",
		[RAMPART_OP_KEXEC] = "start another kernel from",
		[RAMPART_OP_INTERPRET] = "run as a script",
		[RAMPART_OP_CONNECT] = "connect to",
		[RAMPART_OP_ATTACH] = "attach",
		[RAMPART_OP_PRINT] = "print with",
	};

	return (unsigned int)event->op < RAMPART_OP_NUM ? verbs[event->op] : "do something to";
}

static const char *outcome_words(const Rampart__Event *event)
{
	switch (event->outcome) {
	case RAMPART__OUTCOME__BLOCKED:
		return "It was denied.";
	case RAMPART__OUTCOME__WARNED:
		return "It was denied; the user may grant it for a time.";
	case RAMPART__OUTCOME__BYPASSED:
		return "It was let through, since a user had granted it.";
	case RAMPART__OUTCOME__AUDITED:
		return "It was let through, and only reported.";
	default:
		return "It was let through.";
	}
}

static bool denied(const Rampart__Event *event)
{
	return event->outcome == RAMPART__OUTCOME__BLOCKED || event->outcome == RAMPART__OUTCOME__WARNED;
}

/* The file by which it can be trusted. */
static const char *trusted_by(const Rampart__Subject *subject)
{
	return *subject->script ? subject->script : subject->exe;
}

/* That runs no script which the kernel can vouch for. */
static bool is_open_interpreter(const Rampart__Subject *subject)
{
	return !*subject->script && rampart_is_interpreter(subject->exe);
}

static bool is_good_path(const char *path, enum rampart_path_kind kind)
{
	return !rampart_path_check((struct pb_view){ (const u8 *)path, strlen(path) }, kind);
}

/* What an exclusion from a rule of asr can name. Two ends are not in one place, most often. */
static bool names_exe(const Rampart__Event *event)
{
	const Rampart__Subject *subject = event_subject(event);

	return !is_open_interpreter(subject) && is_good_path(trusted_by(subject), RAMPART_PATH_EXACT);
}

static bool names_object(const Rampart__Event *event)
{
	return !(event->object2 && *event->object2->path) && is_good_path(event_object(event)->path, RAMPART_PATH_PLACE);
}

/*
 * A program is exempted by its file, so one without a file cannot be: kernel threads have none. Nobody but the daemon
 * is exempt from what protects its processes and the module.
 */
static bool can_be_allowed(const Rampart__Event *event)
{
	const Rampart__Subject *subject = event_subject(event);

	if (*event->device)
		return false;
	if (event_is_asr(event))
		return names_exe(event) || names_object(event);
	return subject->exe[0] == '/' && !is_open_interpreter(subject) &&
	       (event_is_folders(event) || event_is_secrets(event) || !event_is_task(event));
}

/* The places, counted from 1, that the event is about: "1 and 3". */
static void name_places(const Rampart__Event *event, char *text, size_t size)
{
	uint32_t places = 0;
	size_t len = 0;

	if (event_object(event)->place != UINT32_MAX)
		places = event_object(event)->place;
	if (event->object2 && event->object2->place != UINT32_MAX)
		places |= event->object2->place;
	*text = '\0';
	for (unsigned int i = 0; i < 32 && len < size; i++)
		if (places >> i & 1)
			len += snprintf(text + len, size - len, "%s%u", len ? " and " : "", i + 1);
}

static char *quoted(const char *path)
{
	json_t *text = escape_json(path);
	char *quote = json_dumps(text, JSON_ENCODE_ANY);

	json_decref(text);
	return quote;
}

/* By the program and what it was done to, as far as either can be named. */
static char *asr_exclusion(const Rampart__Event *event)
{
	bool known = catalog_find_rule(rampart_catalog(), event->rule);
	char *exe = names_exe(event) ? quoted(trusted_by(event_subject(event))) : NULL;
	char *object = names_object(event) ? quoted(event_object(event)->path) : NULL;
	char *rule = quoted(event->rule), *text = NULL;
	int len;

	len = asprintf(&text, known ? "asr:\n  %s:\n    exclude:\n      - {%s%s%s%s%s}\n" :
				      "rules:\n  - id: %s # beside what else it has\n    exclude:\n      - {%s%s%s%s%s}\n",
		       known ? event->rule : rule ?: "", exe ? "exe: " : "", exe ?: "", exe && object ? ", " : "",
		       object ? "object: " : "", object ?: "");
	free(exe);
	free(object);
	free(rule);
	return len < 0 ? NULL : text;
}

/* The shortest YAML that says it, with the path quoted as JSON does, which YAML understands. */
static char *exclusion(const Rampart__Event *event)
{
	char *exe, *text = NULL, places[256];
	int len = -1;

	if (event_is_asr(event))
		return asr_exclusion(event);
	exe = quoted(trusted_by(event_subject(event)));
	if (exe && event_is_secrets(event)) {
		name_places(event, places, sizeof(places));
		len = asprintf(&text, "secrets:\n  places:\n    - # number %s\n      allow:\n        - {exe: %s}\n", places,
			       exe);
	} else if (exe) {
		len = asprintf(&text, event_is_folders(event) ? "folders:\n  allow:\n    - {exe: %s}\n" :
								"self_protection:\n  updaters:\n    - {exe: %s}\n", exe);
	}
	free(exe);
	return len < 0 ? NULL : text;
}

/* NULL: none of the catalogue. */
static const struct catalog_rule *catalog_rule(const Rampart__Event *event)
{
	return event_is_asr(event) ? catalog_find_rule(rampart_catalog(), event->rule) : NULL;
}

/* --- for people --- */

static void print_deed(const Rampart__StoredEvent *stored)
{
	const Rampart__Event *event = stored->event;
	const Rampart__Subject *subject = event_subject(event);
	const Rampart__Object *object = event_object(event);
	char time[MOMENT_TEXT];

	printf("Event %" PRIu64 ", %s\n\n", stored->id, moment_text(time, event->time_ns, 3));
	escape_print(stdout, *subject->exe ? subject->exe : "The kernel");
	if (*subject->script) {
		fputs(" with the script ", stdout);
		escape_print(stdout, subject->script);
	}
	printf(" (process %" PRIu32 ", user %s) %s %s ", subject->tgid, event_user(subject->uid),
	       denied(event) ? "tried to" : "did", verb(event));
	if (*object->path)
		escape_print(stdout, object->path);
	else
		printf("process %" PRIu32, object->tgid);
	if (event->object2 && *event->object2->path) {
		fputs(event->op == RAMPART__OPERATION__OP_LINK ? ", " : " to ", stdout);
		escape_print(stdout, event->object2->path);
	}
	if (event->count > 1)
		printf(", %" PRIu32 " times", event->count);
	printf(".\n%s\n\n", outcome_words(event));
}

static void print_rule(const Rampart__StoredEvent *stored)
{
	const Rampart__Event *event = stored->event;
	const struct catalog_rule *rule = catalog_rule(event);

	printf("Rule:     ");
	escape_print(stdout, event->rule);
	printf(", mode %s: %s\n", rampart_mode_name(event->mode), event_reason(event));
	if (rule) {
		fputs("ATT&CK:   ", stdout);
		for (uint32_t i = 0; i < rule->attack->n; i++)
			printf("%s%s", i ? ", " : "", rule->attack->items[i].text);
		printf("; more by rampartctl asr explain %s\n", rule->id);
	}
	if (*event->device) {
		fputs("Device:   ", stdout);
		escape_print(stdout, event->device);
		putchar('\n');
	}
	if (*event->exclusion) {
		fputs("Excluded: by ", stdout);
		escape_print(stdout, event->exclusion);
		putchar('\n');
	}
	printf("Policy:   ");
	escape_print(stdout, *stored->policy ? stored->policy : "(not known)");
	if (stored->version)
		printf(", version %" PRIu64, stored->version);
	printf(", generation %" PRIu64 "\n", event->generation);
}

static void print_package(const Rampart__Subject *subject)
{
	char *package = packages_of(trusted_by(subject));

	printf("Package:  ");
	escape_print(stdout, package ?: "none that dpkg knows");
	putchar('\n');
	free(package);
}

static void print_lineage(const Rampart__Subject *subject)
{
	for (size_t i = 0; i < subject->n_lineage; i++) {
		printf("%s", i ? "          by " : "Started:  by ");
		escape_print(stdout, *subject->lineage[i]->exe ? subject->lineage[i]->exe : "(kernel)");
		printf(" (process %" PRIu32 ")\n", subject->lineage[i]->pid);
	}
}

static void print_asr_remedy(const Rampart__Event *event)
{
	char *yaml = can_be_allowed(event) ? exclusion(event) : NULL;

	if (*event->exclusion)
		return;
	if (is_open_interpreter(event_subject(event)))
		printf("\nThat program runs what others wrote, so that no exclusion can name it. A script that is executed by its own path, where\n"
		       "only root can change it, can be named.\n");
	if (!yaml)
		printf("\nNo exclusion in the policy can allow this.\n");
	else
		printf("\nThe narrowest exclusion that allows it%s, in the policy, with owner, reason and until beside it:\n\n%s",
		       names_exe(event) ? "" : ", to everybody", yaml);
	free(yaml);
}

static void print_device_remedy(const Rampart__Event *event)
{
	char name[USB_NAME];

	if (usb_of_path(event_object(event)->path, name))
		printf("\nWhat the policy in force says of it, and by which entry: rampartctl device explain %s\n", name);
	printf("\nThe policy can allow it by an earlier rule of devices.rules, about a group that this device is in.\n");
}

static void print_remedy(const Rampart__StoredEvent *stored)
{
	const Rampart__Event *event = stored->event;
	char *yaml;

	if (event->outcome == RAMPART__OUTCOME__WARNED)
		printf("\nTo let it through for a day: rampartctl grant %" PRIu64 "\n", stored->id);
	if (*event->device) {
		print_device_remedy(event);
		return;
	}
	if (event_is_asr(event)) {
		print_asr_remedy(event);
		return;
	}
	if (is_open_interpreter(event_subject(event))) {
		printf("\nThat program runs what others wrote, so that no policy can allow it. Let a program of its own do this, or a\n"
		       "script that is executed by its own path, where only root can change it, and allow that.\n");
		return;
	}
	if (!can_be_allowed(event)) {
		printf("\nNo exclusion in the policy can allow this.\n");
		return;
	}
	yaml = exclusion(event);
	printf("\nThe narrowest exclusion that allows it, in the policy:\n\n%s", yaml ?: "");
	free(yaml);
}

static void print_why(const Rampart__StoredEvent *stored)
{
	print_deed(stored);
	print_rule(stored);
	print_package(event_subject(stored->event));
	print_lineage(event_subject(stored->event));
	print_remedy(stored);
}

/* --- */

static void print_why_json(const Rampart__StoredEvent *stored)
{
	const Rampart__Event *event = stored->event;
	char *yaml = can_be_allowed(event) ? exclusion(event) : NULL;
	char *package = packages_of(trusted_by(event_subject(event)));
	const struct catalog_rule *rule = catalog_rule(event);
	json_t *attack = json_array();

	for (uint32_t i = 0; rule && i < rule->attack->n; i++)
		json_array_append_new(attack, json_string(rule->attack->items[i].text));
	cli_print_json(json_pack("{s:o, s:s, s:o, s:o, s:o, s:b}", "event", event_json(stored), "words", outcome_words(event),
				 "attack", attack, "package", package ? json_string(package) : json_null(), "exclusion",
				 yaml ? json_string(yaml) : json_null(), "interpreter",
				 is_open_interpreter(event_subject(event))),
		       false);
	free(package);
	free(yaml);
}

int cmd_why(struct cli *cli, int argc, char **argv)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__ById by_id = RAMPART__REQUEST__BY_ID__INIT;
	Rampart__Response *response;
	int code;

	if (argc != 2 || !event_parse_id(argv[1], &by_id.id))
		return cli_error(cli, CLI_USAGE, "why: the number of one event is needed; see rampartctl events");
	request.request_case = RAMPART__REQUEST__REQUEST_WHY;
	request.why = &by_id;
	code = event_ask(cli, &request, &response);
	if (code != CLI_OK)
		return code;
	if (!response->n_events || !response->events[0]->event)
		code = cli_error(cli, CLI_ERROR, "the daemon answered without the event");
	else if (cli->json)
		print_why_json(response->events[0]);
	else
		print_why(response->events[0]);
	rampart__response__free_unpacked(response, NULL);
	return code;
}
