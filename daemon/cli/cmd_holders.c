// SPDX-License-Identifier: MIT
/* rampartctl holders: who can write to protected files all the same, by what was opened before the policy came. */
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "escape.h"
#include "holders.h"
#include "policy_file.h"

static void add(void *data, const struct holder *holder)
{
	json_array_append_new(data, json_pack("{s:i, s:I, s:o, s:o, s:s}", "pid", (int)holder->pid, "uid",
					      (json_int_t)holder->uid, "exe", escape_json(holder->exe), "path",
					      escape_json(holder->path), "by", holder->mapping ? "mapping" : "descriptor"));
}

static void print(void *data, const struct holder *holder)
{
	unsigned int *n = data;

	if (!(*n)++)
		printf("%8s %8s  %-10s  %s\n", "PROCESS", "USER", "BY", "FILE, PROGRAM");
	printf("%8d %8u  %-10s  ", (int)holder->pid, (unsigned int)holder->uid, holder->mapping ? "mapping" : "descriptor");
	escape_print(stdout, holder->path);
	fputs(", ", stdout);
	escape_print(stdout, holder->exe);
	putchar('\n');
}

static void list(const struct cli *cli, struct holders *holders)
{
	json_t *array = cli->json ? json_array() : NULL;
	unsigned int n = 0;

	while (holders_step(holders, array ? add : print, array ? (void *)array : &n))
		;
	if (array)
		cli_print_json(array, false);
	else if (!n)
		puts("No process but allowed ones can write to a protected file by what it had open before.");
}

int cmd_holders(struct cli *cli, int argc, char **argv)
{
	struct policy_file file;
	struct holders *holders;
	int code, err;

	if (argc != 1)
		return cli_error(cli, CLI_USAGE, "holders: unexpected argument %s", argv[1]);
	/* Of others' processes only root may see what they hold. */
	if (geteuid())
		return cli_error(cli, CLI_ERROR, "holders: only root may see what processes hold");
	code = policy_file_in_force(cli, &file);
	if (code != CLI_OK)
		return code;
	err = holders_open(&holders, &file.policy, ACCOUNTS_PASSWD);
	policy_file_free(&file);
	if (err)
		return cli_error(cli, CLI_ERROR, "holders: processes cannot be looked at: %s", strerror(-err));
	list(cli, holders);
	holders_close(holders);
	return CLI_OK;
}
