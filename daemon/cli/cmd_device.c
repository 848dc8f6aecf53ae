// SPDX-License-Identifier: MIT
/* rampartctl device: what is plugged in, as sysfs tells it, and what the policy in force says of it, by the kernel's own decision function. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "device_access.h"
#include "device_explain.h"
#include "device_import.h"
#include "escape.h"
#include "policy_file.h"
#include "usb.h"

/* --- what the policy says --- */

static json_t *families_json(u32 families)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < RAMPART_FAMILY_NUM; i++)
		if (families & BIT_ULL(i))
			json_array_append_new(list, json_string(rampart_device_family_name(i)));
	return list;
}

static json_t *verdicts_json(const struct rampart_policy *policy, const struct usb_function *function)
{
	time_t minutes = time(NULL) / 60 + 3 * RAMPART_DAY_MINUTES;	/* 1970-01-01 was a Thursday */
	struct rampart_device_user user = { .uid = getuid(), .known = true, .minute = minutes % (7 * RAMPART_DAY_MINUTES) };

	return rampart_device_verdicts(policy, &function->device, &user);
}

static json_t *function_json(const struct rampart_policy *policy, const struct usb_function *function)
{
	return json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:b, s:o}", "device", escape_json(function->name), "port",
			 escape_json(function->whole), "vendor", function->vendor, "product", function->product, "serial",
			 escape_json(function->serial), "name", escape_json(function->title), "interface", function->interface, "families",
			 families_json(function->device.families), "driver", escape_json(function->driver), "authorized",
			 function->authorized, "verdicts", verdicts_json(policy, function));
}

static void print_list_text(const json_t *list, const char *between)
{
	size_t i;
	json_t *value;

	json_array_foreach(list, i, value)
		printf("%s%s", i ? between : "", json_string_value(value));
}

static const char *text_of(const json_t *doc, const char *key)
{
	return json_string_value(json_object_get(doc, key)) ?: "";
}

static void print_head(const json_t *doc)
{
	printf("%-14s %s:%s  ", text_of(doc, "device"), text_of(doc, "vendor"), text_of(doc, "product"));
	print_list_text(json_object_get(doc, "families"), " ");
	if (*text_of(doc, "name"))
		cli_print_text(doc, "  ", "name");
	if (*text_of(doc, "serial"))
		cli_print_text(doc, ", serial ", "serial");
}

static void print_function(const json_t *doc)
{
	const json_t *verdicts = json_object_get(doc, "verdicts");
	size_t i;
	json_t *verdict;

	print_head(doc);
	printf("  (%s)\n", *text_of(doc, "driver") ? text_of(doc, "driver") : "no driver");
	json_array_foreach(verdicts, i, verdict)
		if (strcmp(text_of(verdict, "outcome"), "allowed"))
			printf("    %s: %s by %s\n", text_of(verdict, "access"), text_of(verdict, "outcome"), text_of(verdict, "rule"));
}

static int list(const struct cli *cli, int argc, char **argv)
{
	struct policy_file file;
	struct usb_function *all;
	json_t *docs;
	size_t n;
	int code = policy_file_in_force(cli, &file);

	if (code != CLI_OK)
		return code;
	all = usb_functions(SYSFS, &n);
	docs = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(docs, function_json(&file.policy, &all[i]));
	free(all);
	policy_file_free(&file);
	cli_print_list(cli, docs, print_function);
	return CLI_OK;
}

/* --- why --- */

/* Of the rule "devices", which is the default, there is no entry. */
static void print_verdict(const json_t *verdict)
{
	const json_t *says = json_object_get(verdict, "says");
	char *words = json_is_string(says) ? NULL : json_dumps(says, 0);

	printf("    %-10s  %-8s  ", text_of(verdict, "access"), text_of(verdict, "outcome"));
	if (words)
		printf("by rule %s, entry %lld: %s", text_of(verdict, "rule"),
		       (long long)json_integer_value(json_object_get(verdict, "entry")), words);
	else
		printf("by devices.%s", json_string_value(says));
	printf("%s%s\n", json_is_true(json_object_get(verdict, "reported")) ? ", reported" : "",
	       json_is_true(json_object_get(verdict, "notify")) ? ", the user is told" : "");
	free(words);
}

static void print_driver(const json_t *doc)
{
	const json_t *attach = json_array_get(json_object_get(doc, "verdicts"), 0);
	const char *driver = text_of(doc, "driver"), *outcome = text_of(attach, "outcome");
	bool refused = !strcmp(outcome, "blocked") || !strcmp(outcome, "warned");

	if (*driver)
		printf("    driver      %s%s\n", driver, refused ? ", which the policy refuses: the device was in use when it came, or it was granted" : "");
	else if (json_is_false(json_object_get(doc, "authorized")))
		printf("    driver      none: it was taken away; see rampartctl device allow\n");
	else
		printf("    driver      none: %s\n", refused ? "the policy refuses to attach it" : "no driver of this kernel has taken it");
}

static void print_explained(const json_t *doc)
{
	size_t i;
	json_t *verdict;

	print_head(doc);
	printf("\n    interface   %s\n    groups      ", text_of(doc, "interface"));
	print_list_text(json_object_get(doc, "groups"), " ");
	printf("%s\n", json_array_size(json_object_get(doc, "groups")) ? "" : "none");
	print_driver(doc);
	json_array_foreach(json_object_get(doc, "verdicts"), i, verdict)
		print_verdict(verdict);
}

static int explain(const struct cli *cli, int argc, char **argv)
{
	char name[USB_NAME];
	struct policy_file file;
	struct usb_function *all;
	json_t *docs;
	size_t n;
	int code;

	if (!usb_find(SYSFS, argv[1], name))
		return device_missing(cli, argv[1]);
	code = policy_file_in_force(cli, &file);
	if (code != CLI_OK)
		return code;
	all = usb_functions(SYSFS, &n);
	docs = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *doc;

		if (!usb_is(&all[i], name))
			continue;
		doc = function_json(&file.policy, &all[i]);
		json_object_set_new(doc, "groups", rampart_device_groups(&file.policy, &all[i].device));
		json_array_append_new(docs, doc);
	}
	free(all);
	policy_file_free(&file);
	cli_print_list(cli, docs, print_explained);
	return CLI_OK;
}

/* --- a first policy --- */

/* As one scalar of YAML that nothing in it can end. */
static void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar((unsigned char)*text < ' ' ? '?' : *text);
	}
	putchar('"');
}

static void print_group(const struct usb_function *function, size_t number)
{
	printf("    - {id: present-%zu, vendor: \"%s\", product: \"%s\"", number, function->vendor, function->product);
	if (*function->serial) {
		printf(", serial: ");
		print_quoted(function->serial);
	} else {
		printf(", port: \"%s\"", function->whole);
	}
	printf(", interface: \"%s\"}\n", function->interface);
}

static int generate(const struct cli *cli, int argc, char **argv)
{
	struct usb_function *all;
	size_t n;

	if (cli->json)
		return cli_error(cli, CLI_USAGE, "device generate: prints YAML, not JSON");
	all = usb_functions(SYSFS, &n);
	puts("# What was plugged in may be used; all else may not. Vendors, products and serials are each device's own word.\n"
	     "devices:\n  mode: audit\n  default: allow\n  groups:\n    - {id: hubs, family: hub}");
	for (size_t i = 0; i < n; i++)
		print_group(&all[i], i + 1);
	puts("  rules:\n    - {id: hubs, include: [hubs], entries: [{allow: [attach]}]}");
	for (size_t i = 0; i < n; i++)
		printf("    - {id: present-%zu, include: [present-%zu], entries: [{allow: [attach]}]}\n", i + 1, i + 1);
	puts("    - {id: others, entries: [{deny: [attach]}]}");
	free(all);
	return CLI_OK;
}

/* --- Defender's policies --- */

static int import(const struct cli *cli, int argc, char **argv)
{
	json_error_t error;
	unsigned int wrong;
	json_t *document;

	if (cli->json)
		return cli_error(cli, CLI_USAGE, "device import: prints YAML, not JSON");
	document = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error);
	if (!document && error.line < 1)
		return cli_error(cli, CLI_ERROR, "%s: %s", argv[1], error.text);
	if (!document)
		return cli_error(cli, CLI_ERROR, "%s:%d:%d: %s; expected a policy in JSON", argv[1], error.line, error.column, error.text);
	wrong = rampart_device_import(document, stdout, stderr);
	json_decref(document);
	return wrong ? cli_error(cli, CLI_ERROR, "%s: %u errors; nothing was imported", argv[1], wrong) : CLI_OK;
}

/* --- */

static const struct subcommand {
	const char *name, *needs;	/* NULL: it takes no argument */
	int (*run)(const struct cli *cli, int argc, char **argv);	/* argv[0] is its name */
	bool own;	/* it looks at its arguments itself */
} subcommands[] = {
	{ "list", NULL, list, false },
	{ "generate", NULL, generate, false },
	{ "import", "a file is needed", import, false },
	{ "explain", "one device is needed; see rampartctl device list", explain, false },
	{ "allow", NULL, device_allow, true },
	{ "block", NULL, device_block, true },
};

int cmd_device(struct cli *cli, int argc, char **argv)
{
	const char *names[ARRAY_SIZE(subcommands)];

	if (argc < 2)
		return cli_error(cli, CLI_USAGE, "no device command; see rampartctl device --help");
	for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++) {
		const struct subcommand *sub = &subcommands[i];

		names[i] = sub->name;
		if (strcmp(argv[1], sub->name))
			continue;
		if (sub->needs && argc < 3)
			return cli_error(cli, CLI_USAGE, "device %s: %s", sub->name, sub->needs);
		if (!sub->own && argc > (sub->needs ? 3 : 2))
			return cli_error(cli, CLI_USAGE, "device %s: unexpected argument %s", sub->name, argv[sub->needs ? 3 : 2]);
		return sub->run(cli, argc - 1, argv + 1);
	}
	return cli_unknown_command(cli, "device ", argv[1], names, ARRAY_SIZE(names));
}
