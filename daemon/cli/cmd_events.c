// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "event_print.h"
#include "moment.h"

#define FOLLOW_BEFORE 10	/* events shown before those that come, unless --since or --limit says otherwise */

struct events_options {
	bool follow;
	bool has_since;
	int64_t since;
	uint32_t limit;	/* 0: not given */
};

static int take_limit(const struct cli *cli, struct events_options *options, const char *text)
{
	char *end;
	unsigned long limit = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || limit < 1 || limit > 1000000)
		return cli_error(cli, CLI_USAGE, "events: --limit: a whole number from 1 to 1000000 is needed");
	options->limit = limit;
	return CLI_OK;
}

static int take_since(const struct cli *cli, struct events_options *options, const char *text)
{
	if (moment_parse(text, moment_now(), &options->since))
		return cli_error(cli, CLI_USAGE,
				 "events: --since: a time such as 10m, 2h, 3d or 2026-03-01T08:00:00Z is needed");
	options->has_since = true;
	return CLI_OK;
}

static int parse_options(const struct cli *cli, struct events_options *options, int argc, char **argv)
{
	static const struct option list[] = {
		{ "follow", no_argument, NULL, 'f' },
		{ "since", required_argument, NULL, 's' },
		{ "limit", required_argument, NULL, 'n' },
		{ 0 },
	};
	int letter, code = CLI_OK;

	opterr = 0;
	optind = 1;
	while (code == CLI_OK && (letter = getopt_long(argc, argv, ":", list, NULL)) != -1) {
		if (letter == 'f')
			options->follow = true;
		else if (letter == 's')
			code = take_since(cli, options, optarg);
		else if (letter == 'n')
			code = take_limit(cli, options, optarg);
		else if (letter == ':')
			code = cli_error(cli, CLI_USAGE, "events: option %s needs an argument", argv[optind - 1]);
		else
			code = cli_error(cli, CLI_USAGE, "events: unknown option %s", argv[optind - 1]);
	}
	if (code == CLI_OK && optind < argc)
		code = cli_error(cli, CLI_USAGE, "events: unexpected argument %s", argv[optind]);
	return code;
}

/* Where events go. */
struct shown {
	const struct cli *cli;
	json_t *list;	/* NULL: they are printed at once */
};

static void show(void *arg, const Rampart__StoredEvent *stored)
{
	const struct shown *shown = arg;

	if (shown->list)
		json_array_append_new(shown->list, event_json(stored));
	else if (shown->cli->json)
		cli_print_json(event_json(stored), true);
	else
		event_line(stored);
}

int cmd_events(struct cli *cli, int argc, char **argv)
{
	Rampart__Request__Events events = RAMPART__REQUEST__EVENTS__INIT;
	struct events_options options = { 0 };
	struct shown shown = { cli, NULL };
	int code;

	code = parse_options(cli, &options, argc, argv);
	if (code != CLI_OK)
		return code;
	events.follow = options.follow;
	events.since_ns = options.since;
	events.limit = options.limit;
	if (options.follow && !options.limit && !options.has_since)
		events.limit = FOLLOW_BEFORE;
	if (cli->json && !options.follow)
		shown.list = json_array();
	code = event_take(cli, &events, show, &shown);
	if (code == CLI_OK && shown.list)
		cli_print_json(shown.list, false);
	else
		json_decref(shown.list);
	return code;
}
