// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "event_print.h"
#include "kernel.h"

#define TOKEN_MAX (64 * 1024)

/* The challenge is the kernel's, and goes with this boot: asked of it directly. */
static int get_challenge(const struct cli *cli, json_t **challenge)
{
	Rampart__Status *status;
	struct kernel *kernel;
	int err = kernel_open(&kernel);

	if (!err) {
		err = kernel_get_status(kernel, &status);
		kernel_close(kernel);
	}
	if (err == -ENOENT)
		return cli_error(cli, CLI_UNREACHABLE, "the module is not loaded");
	if (err)
		return cli_error(cli, CLI_UNREACHABLE, "the kernel does not answer: %s", strerror(-err));
	*challenge = rampart_describe_hex(status->challenge.data, status->challenge.len);
	rampart__status__free_unpacked(status, NULL);
	return CLI_OK;
}

static int print_challenge(const struct cli *cli)
{
	json_t *challenge = NULL;
	int code = get_challenge(cli, &challenge);

	if (code != CLI_OK)
		return code;
	if (cli->json) {
		cli_print_json(json_pack("{s:o}", "challenge", challenge), false);
		return CLI_OK;
	}
	puts(json_string_value(challenge));
	json_decref(challenge);
	return CLI_OK;
}

static int disarm(const struct cli *cli, const char *path)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Response *response;
	int code;

	code = cli_read_file(cli, path, TOKEN_MAX, &request.disarm.data, &request.disarm.len);
	if (code != CLI_OK)
		return code;
	request.request_case = RAMPART__REQUEST__REQUEST_DISARM;
	code = event_ask(cli, &request, &response);
	free(request.disarm.data);
	if (code != CLI_OK)
		return code;
	rampart__response__free_unpacked(response, NULL);
	if (cli->json)
		cli_print_json(json_pack("{s:b}", "disarmed", true), false);
	else
		printf("DISARMED: this host is not protected; rampartctl status says until when\n");
	return CLI_OK;
}

int cmd_disarm(struct cli *cli, int argc, char **argv)
{
	if (argc != 2)
		return cli_error(cli, CLI_USAGE, "disarm: a token file is needed, or --request for the challenge");
	if (!strcmp(argv[1], "--request"))
		return print_challenge(cli);
	if (argv[1][0] == '-')
		return cli_error(cli, CLI_USAGE, "disarm: unknown option %s", argv[1]);
	return disarm(cli, argv[1]);
}
