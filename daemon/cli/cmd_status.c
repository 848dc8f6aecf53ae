// SPDX-License-Identifier: MIT
/* rampartctl status: what the kernel itself says. Needs no daemon, so it is also true when the daemon is dead. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <names.h>

#include "cli.h"
#include "control.h"
#include "describe.h"
#include "escape.h"
#include "kernel.h"
#include "text.h"
#include "tracing.h"

#define NOT_LOADED "the module is not loaded"

/* One that is stopped accepts nobody: once its queue is full, this does not wait. */
static bool daemon_running(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool running;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", control_path());
	running = fd >= 0 && !connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	if (fd >= 0)
		close(fd);
	return running;
}

/* The words for the errno of a hook; -EBUSY with the name of who holds it, where that can be found. */
static const char *hook_error(const Rampart__HookStatus *hook, char *buf, size_t size)
{
	char holder[512];

	buf[0] = '\0';
	if (hook->error == -EBUSY && *tracing_holder(hook->name, holder, sizeof(holder)))
		snprintf(buf, size, "taken by %s", holder);
	else if (hook->error == -EBUSY)
		snprintf(buf, size, "taken by another direct user of ftrace");
	else if (hook->error)
		snprintf(buf, size, "%s", strerror(-hook->error));
	return buf;
}

/* --- JSON --- */

static json_t *texts_json(size_t n, char **texts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, escape_json(texts[i]));
	return list;
}

static json_t *hooks_json(const Rampart__Status *status)
{
	json_t *list = json_array();
	char text[600];

	for (size_t i = 0; i < status->n_hooks; i++) {
		const Rampart__HookStatus *hook = status->hooks[i];

		json_array_append_new(list, json_pack("{s:o, s:b, s:b, s:b, s:I, s:o}", "name", escape_json(hook->name),
						      "needed", hook->needed, "attached", hook->attached, "proven",
						      hook->proven, "calls", (json_int_t)hook->calls, "error",
						      escape_json(hook_error(hook, text, sizeof(text)))));
	}
	return list;
}

static json_t *accounting_json(const Rampart__Accounting *accounting)
{
	static const Rampart__Accounting none = RAMPART__ACCOUNTING__INIT;
	const Rampart__Accounting *a = accounting ?: &none;

	return json_pack("{s:I, s:I, s:I, s:I}", "emitted", (json_int_t)a->emitted, "delivered",
			 (json_int_t)a->delivered, "dropped", (json_int_t)a->dropped, "pending",
			 (json_int_t)a->pending);
}

static json_t *moment_json(int64_t seconds)
{
	char text[RAMPART_TIME_TEXT];

	return seconds ? json_string(rampart_time_text(text, seconds)) : json_null();
}

static void add_counters(json_t *doc, const Rampart__Counters *counters)
{
	static const Rampart__Counters none = RAMPART__COUNTERS__INIT;
	const Rampart__Counters *c = counters ?: &none;
	const uint64_t values[] = {
		[RAMPART_ALLOWED] = c->allowed, [RAMPART_AUDITED] = c->audited, [RAMPART_WARNED] = c->warned,
		[RAMPART_BYPASSED] = c->bypassed, [RAMPART_BLOCKED] = c->blocked,
	};

	for (unsigned int i = 0; i < RAMPART_OUTCOME_NUM; i++)
		json_object_set_new(doc, rampart_outcome_name(i), json_integer(values[i]));
}

static json_t *status_json(const Rampart__Status *status)
{
	json_t *doc = json_pack("{s:b, s:o, s:o, s:o, s:I}", "enforcing", status->enforcing, "reasons",
				texts_json(status->n_reasons, status->reasons), "policy", escape_json(status->policy),
				"version", rampart_describe_version(status->version), "generation",
				(json_int_t)status->generation);

	add_counters(doc, status->counters);
	json_object_update_new(doc, json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:s}, s:I, s:I, s:o, s:o, s:b, s:o, s:o, s:o}", "modes", "folders",
					      rampart_mode_name(status->folders_mode), "disks",
					      rampart_mode_name(status->disks_mode), "secrets",
					      rampart_mode_name(status->secrets_mode), "self_protection",
					      rampart_mode_name(status->self_protection_mode), "asr",
					      rampart_mode_name(status->asr_mode), "devices",
					      rampart_mode_name(status->devices_mode), "asr_rules",
					      (json_int_t)status->asr_rules, "device_rules",
					      (json_int_t)status->device_rules, "digest",
					      rampart_describe_hex(status->digest.data, status->digest.len),
					      "valid_until", moment_json(status->valid_until), "sealed", status->sealed,
					      "challenge",
					      rampart_describe_hex(status->challenge.data, status->challenge.len),
					      "disarmed_until", moment_json(status->disarmed_until), "host",
					      escape_json(status->host)));
	json_object_update_new(doc, json_pack("{s:o, s:o, s:{s:o, s:o}, s:I, s:{s:o, s:o}, s:{s:b}}",
					      "hooks", hooks_json(status),
					      "unresolved", texts_json(status->n_unresolved, status->unresolved),
					      "accounting", "blocks", accounting_json(status->blocks),
					      "others", accounting_json(status->others),
					      "reader_pid", (json_int_t)status->reader_pid,
					      "floor", "version", rampart_describe_version(status->floor_version),
					      "time", moment_json(status->floor_time),
					      "daemon", "running", daemon_running()));
	return doc;
}

/* --- for people --- */

static void print_reasons(const Rampart__Status *status)
{
	for (size_t i = 0; i < status->n_reasons; i++) {
		fputs("  ", stdout);
		escape_print(stdout, status->reasons[i]);
		putchar('\n');
	}
}

static void print_headline(const Rampart__Status *status)
{
	char until[RAMPART_TIME_TEXT];

	if (status->disarmed_until)
		printf("DISARMED until %s: this host is not protected\n",
		       rampart_time_text(until, status->disarmed_until));
	else if (!status->enforcing)
		printf("NOT ENFORCING: this host is not protected\n");
	else if (status->folders_mode != RAMPART__MODE__BLOCK && status->folders_mode != RAMPART__MODE__WARN)
		printf("ENFORCING, but folders are not protected: their mode is %s\n",
		       rampart_mode_name(status->folders_mode));
	else
		printf("ENFORCING\n");
	print_reasons(status);
	if (!status->sealed)
		printf("  a build for tests: root can unload it without a key\n");
}

static void print_policy(const Rampart__Status *status)
{
	char until[RAMPART_TIME_TEXT];

	if (!status->generation || !status->policy[0]) {
		printf("policy    none\n");
		return;
	}
	printf("policy    ");
	escape_print(stdout, status->policy);
	printf(" version %" PRIu64 ", generation %" PRIu64 ", valid until %s\n", status->version, status->generation,
	       rampart_time_text(until, status->valid_until));
	printf("modes     folders %s, disks %s, secrets %s, self protection %s\n", rampart_mode_name(status->folders_mode),
	       rampart_mode_name(status->disks_mode), rampart_mode_name(status->secrets_mode),
	       rampart_mode_name(status->self_protection_mode));
	if (status->device_rules || status->devices_mode)
		printf("devices   %" PRIu32 " rules, the strictest in mode %s\n", status->device_rules, rampart_mode_name(status->devices_mode));
	if (status->asr_rules)
		printf("asr       %" PRIu32 " rules, the strictest in mode %s\n", status->asr_rules, rampart_mode_name(status->asr_mode));
	else
		printf("asr       no rules\n");
}

static void print_counters(const Rampart__Status *status)
{
	const Rampart__Counters *c = status->counters;
	uint64_t dropped = 0;

	dropped += status->blocks ? status->blocks->dropped : 0;
	dropped += status->others ? status->others->dropped : 0;
	if (c)
		printf("counts    %" PRIu64 " allowed, %" PRIu64 " audited, %" PRIu64 " warned, %" PRIu64
		       " bypassed, %" PRIu64 " blocked\n",
		       c->allowed, c->audited, c->warned, c->bypassed, c->blocked);
	if (dropped)
		printf("lost      %" PRIu64 " events since boot\n", dropped);
}

static void print_hooks(const Rampart__Status *status)
{
	unsigned int needed = 0, attached = 0, proven = 0;
	char text[600];

	for (size_t i = 0; i < status->n_hooks; i++) {
		needed += status->hooks[i]->needed;
		attached += status->hooks[i]->needed && status->hooks[i]->attached;
		proven += status->hooks[i]->needed && status->hooks[i]->proven;
	}
	printf("hooks     %u needed, %u attached, %u proven\n", needed, attached, proven);
	if (status->disarmed_until)
		return;
	for (size_t i = 0; i < status->n_hooks; i++) {
		const Rampart__HookStatus *hook = status->hooks[i];

		if (!hook->needed || (hook->attached && hook->proven))
			continue;
		printf("  %s: %s\n", hook->name,
		       hook->error ? hook_error(hook, text, sizeof(text)) :
		       hook->attached ? "attached, not yet seen to work" : "not attached");
	}
}

static void print_challenge(const Rampart__Status *status)
{
	printf("challenge ");
	for (size_t i = 0; i < status->challenge.len; i++)
		printf("%02x", status->challenge.data[i]);
	putchar('\n');
}

static void print_status(const Rampart__Status *status)
{
	print_headline(status);
	print_policy(status);
	print_counters(status);
	print_hooks(status);
	print_challenge(status);
	for (size_t i = 0; i < status->n_unresolved; i++) {
		printf("%s", i ? "          " : "untrusted ");
		escape_print(stdout, status->unresolved[i]);
		printf(": absent, or not safe to trust\n");
	}
	printf("daemon    %s\n", daemon_running() ? "running" : "NOT RUNNING: events are not stored");
}

/* --- */

static int not_loaded(const struct cli *cli)
{
	if (cli->json)
		cli_print_json(json_pack("{s:b, s:[s], s:{s:b}}", "enforcing", false, "reasons", NOT_LOADED, "daemon",
					 "running", daemon_running()),
			       false);
	else
		printf("NOT ENFORCING: this host is not protected\n  " NOT_LOADED "; see rampartctl doctor\n");
	return CLI_UNREACHABLE;
}

int cmd_status(struct cli *cli, int argc, char **argv)
{
	Rampart__Status *status;
	struct kernel *kernel;
	int err, code;

	if (argc > 1)
		return cli_error(cli, CLI_USAGE, "status: unexpected argument %s", argv[1]);
	err = kernel_open(&kernel);
	if (!err) {
		err = kernel_get_status(kernel, &status);
		kernel_close(kernel);
	}
	if (err == -ENOENT)
		return not_loaded(cli);
	if (err)
		return cli_error(cli, CLI_UNREACHABLE, "the kernel does not answer: %s", strerror(-err));
	code = status->enforcing ? CLI_OK : CLI_NOT_ENFORCING;
	if (cli->json)
		cli_print_json(status_json(status), false);
	else
		print_status(status);
	rampart__status__free_unpacked(status, NULL);
	return code;
}
