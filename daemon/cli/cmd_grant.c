// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "event_print.h"
#include "grant.h"

#define HOURS_DEFAULT 24
#define HOURS_MAX 24

static int parse_hours(const struct cli *cli, const char *command, const char *text, unsigned long *hours)
{
	char *end;

	*hours = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || *hours < 1 || *hours > HOURS_MAX)
		return cli_error(cli, CLI_USAGE, "%s: --hours: a whole number from 1 to %d is needed", command, HOURS_MAX);
	return CLI_OK;
}

int grant_options(const struct cli *cli, const char *command, unsigned long *hours, int argc, char **argv)
{
	static const struct option list[] = { { "hours", required_argument, NULL, 'n' }, { 0 } };
	int letter, code = CLI_OK;

	*hours = HOURS_DEFAULT;
	opterr = 0;
	optind = 1;
	while (code == CLI_OK && (letter = getopt_long(argc, argv, ":", list, NULL)) != -1) {
		if (letter == 'n')
			code = parse_hours(cli, command, optarg, hours);
		else
			code = cli_error(cli, CLI_USAGE, "%s: %s %s", command, argv[optind - 1],
					 letter == ':' ? "needs an argument" : "is no option");
	}
	return code;
}

int grant_event(const struct cli *cli, uint64_t id, unsigned long hours)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__ById by_id = RAMPART__REQUEST__BY_ID__INIT;
	Rampart__Response *response;
	int code;

	by_id.id = id;
	by_id.seconds = hours * 3600;
	request.request_case = RAMPART__REQUEST__REQUEST_GRANT;
	request.grant = &by_id;
	code = event_ask(cli, &request, &response);
	if (code != CLI_OK)
		return code;
	rampart__response__free_unpacked(response, NULL);
	if (cli->json)
		cli_print_json(json_pack("{s:b, s:I, s:I}", "granted", true, "event", (json_int_t)by_id.id, "seconds",
					 (json_int_t)by_id.seconds),
			       false);
	else
		printf("granted for %lu hours: do it again\n", hours);
	return CLI_OK;
}

int cmd_grant(struct cli *cli, int argc, char **argv)
{
	unsigned long hours;
	uint64_t id;
	int code = grant_options(cli, "grant", &hours, argc, argv);

	if (code != CLI_OK)
		return code;
	if (argc - optind != 1 || !event_parse_id(argv[optind], &id))
		return cli_error(cli, CLI_USAGE, "grant: the number of one event is needed; see rampartctl events");
	return grant_event(cli, id, hours);
}
