/* SPDX-License-Identifier: MIT */
/* What the commands of rampartctl share. One file per command: cmd_<name>.c. */
#ifndef RAMPART_CLI_H
#define RAMPART_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/* Exit codes, documented in rampartctl(1). */
enum cli_exit {
	CLI_OK = 0,
	CLI_ERROR = 1,		/* something failed; stderr says what */
	CLI_USAGE = 2,		/* bad arguments */
	CLI_NOT_ENFORCING = 3,	/* status, doctor: Rampart is there but does not enforce */
	CLI_REFUSED = 4,	/* a policy, token or grant was refused; stderr gives the reason */
	CLI_UNREACHABLE = 5,	/* the module or the daemon does not answer */
};

struct cli {
	bool json;		/* --json: exactly one JSON document (or one per line with --follow) on stdout */
};

/* Each command parses its own options (getopt_long) from argv[0] = its name; returns an enum cli_exit. */
int cmd_status(struct cli *cli, int argc, char **argv);
int cmd_doctor(struct cli *cli, int argc, char **argv);
int cmd_policy(struct cli *cli, int argc, char **argv);
int cmd_events(struct cli *cli, int argc, char **argv);
int cmd_why(struct cli *cli, int argc, char **argv);
int cmd_grant(struct cli *cli, int argc, char **argv);
int cmd_holders(struct cli *cli, int argc, char **argv);
int cmd_trusted(struct cli *cli, int argc, char **argv);
int cmd_device(struct cli *cli, int argc, char **argv);
int cmd_asr(struct cli *cli, int argc, char **argv);
int cmd_disarm(struct cli *cli, int argc, char **argv);

/*
 * cli_error() - "rampartctl: <text>" on stderr; with --json also {"error": ..., "message": ...} on stdout, where error
 * is the name of @code. Returns @code.
 */
int cli_error(const struct cli *cli, enum cli_exit code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * cli_refused() - "refused: <words of @reason>" and @message (may be NULL or empty) on stderr; with --json also
 * {"error": "refused", "reason": "wrong_key", "message": ...} on stdout. Returns CLI_REFUSED.
 */
int cli_refused(const struct cli *cli, unsigned int reason, const char *message);

/* cli_unknown_command() - that @name is none of @names, of what they come after: "", "policy ". Returns CLI_USAGE. */
int cli_unknown_command(const struct cli *cli, const char *after, const char *name, const char *const *names, size_t n);

/* cli_unreachable() - for the negative errno of control_request(): CLI_UNREACHABLE, or CLI_ERROR when not permitted. */
int cli_unreachable(const struct cli *cli, int err);

/* cli_read_file() - reads at most @max bytes. Returns CLI_OK with *@data to free(), or what cli_error() returned. */
int cli_read_file(const struct cli *cli, const char *path, size_t max, uint8_t **data, size_t *len);

/* cli_write_file() - puts @data in place of @path at once (rename), mode 0644. Returns CLI_OK or CLI_ERROR. */
int cli_write_file(const struct cli *cli, const char *path, const uint8_t *data, size_t len);

/* cli_print_text() - @before and the escaped text that @doc has for @key, if it has one. Whether it has. */
bool cli_print_text(const json_t *doc, const char *before, const char *key);

/* cli_print_list() - each of @all (whose reference it takes) by @print, with --json all of it. */
void cli_print_list(const struct cli *cli, json_t *all, void (*print)(const json_t *doc));

/* cli_print_json() - prints @doc (whose reference it takes) on stdout with a newline; indented unless @line. */
void cli_print_json(json_t *doc, bool line);

#endif
