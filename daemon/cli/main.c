// SPDX-License-Identifier: MIT
#include <string.h>

#include <env.h>

#include "cli.h"

#define VERSION "0.1.0"

struct command {
	const char *name;
	const char *summary;
	const char *usage;
	int (*run)(struct cli *cli, int argc, char **argv);
};

static const struct command commands[] = {
	{ "status", "whether this host is protected, and by what", "rampartctl status\n", cmd_status },
	{ "doctor", "look for what keeps it from being protected", "rampartctl doctor\n", cmd_doctor },
	{ "policy", "make, check, compare and apply policies",
	  "rampartctl policy lint FILE.yaml [--strict] [--root DIR]\n"
	  "rampartctl policy compile FILE.yaml -o FILE.pb [--root DIR]\n"
	  "rampartctl policy sign FILE --key KEY --cert CERT -o FILE.bundle\n"
	  "rampartctl policy verify FILE.bundle [--trust FILE]\n"
	  "rampartctl policy apply FILE.bundle [--dry-run]\n"
	  "rampartctl policy show [FILE]\n"
	  "rampartctl policy diff OLD [NEW]\n"
	  "rampartctl policy token --challenge HEX --hours N --key KEY --cert CERT -o FILE\n",
	  cmd_policy },
	{ "events", "what was reported", "rampartctl events [--follow] [--since TIME] [--limit N]\n", cmd_events },
	{ "why", "explain an event", "rampartctl why EVENT\n", cmd_why },
	{ "grant", "let a warned operation through for a time", "rampartctl grant EVENT [--hours N]\n", cmd_grant },
	{ "holders", "who can still write to protected files, by what was open before", "rampartctl holders\n", cmd_holders },
	{ "trusted", "whom the policy trusts, with what and why", "rampartctl trusted\n", cmd_trusted },
	{ "asr", "the rules of attack surface reduction that there are",
	  "rampartctl asr list [--markdown]\n"
	  "rampartctl asr explain RULE\n"
	  "rampartctl asr exclusions\n",
	  cmd_asr },
	{ "device", "what is plugged in, and what the policy says of it",
	  "rampartctl device list\n"
	  "rampartctl device generate\n"
	  "rampartctl device import FILE\n"
	  "rampartctl device explain DEVICE\n"
	  "rampartctl device allow DEVICE [--hours N]\n"
	  "rampartctl device block DEVICE\n",
	  cmd_device },
	{ "disarm", "end enforcement for a time, with a signed token",
	  "rampartctl disarm TOKENFILE\n"
	  "rampartctl disarm --request\n",
	  cmd_disarm },
};

static int print_help_json(const struct command *command)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!command || command == &commands[i])
			json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "command", commands[i].name, "summary",
							      commands[i].summary, "usage", commands[i].usage));
	cli_print_json(list, false);
	return CLI_OK;
}

static int print_help(const struct cli *cli, const struct command *command)
{
	if (cli->json)
		return print_help_json(command);
	if (command) {
		printf("%s: %s\n\n%s", command->name, command->summary, command->usage);
	} else {
		printf("rampartctl [--json] COMMAND ...\n\n");
		for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
			printf("  %-8s %s\n", commands[i].name, commands[i].summary);
		printf("\n  --json     print JSON; before or after the command\n"
		       "  --help     print this, or after a command its usage\n"
		       "  --version  print the version\n");
	}
	return CLI_OK;
}

static int print_version(const struct cli *cli)
{
	if (cli->json)
		cli_print_json(json_pack("{s:s}", "version", VERSION), false);
	else
		puts("rampartctl " VERSION);
	return CLI_OK;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	return NULL;
}

static int unknown_command(const struct cli *cli, const char *name)
{
	const char *names[ARRAY_SIZE(commands)];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i].name;
	return cli_unknown_command(cli, "", name, names, ARRAY_SIZE(names));
}

/* Takes --json and --help out, which stand anywhere before "--". Returns how many arguments remain. */
static int take_globals(struct cli *cli, bool *help, int argc, char **argv)
{
	int n = 0;

	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			while (i < argc)
				argv[n++] = argv[i++];
			break;
		}
		if (!strcmp(argv[i], "--json"))
			cli->json = true;
		else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			*help = true;
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct cli cli = { 0 };
	bool help = false;

	argc = take_globals(&cli, &help, argc, argv);
	if (argc > 1 && !strcmp(argv[1], "--version"))
		return print_version(&cli);
	if (argc < 2)
		return help ? print_help(&cli, NULL) : cli_error(&cli, CLI_USAGE, "no command; see rampartctl --help");
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(&cli, argv[1]);
	return help ? print_help(&cli, command) : command->run(&cli, argc - 1, argv + 1);
}
