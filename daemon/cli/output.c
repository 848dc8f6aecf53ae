// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <reason.h>

#include "cli.h"
#include "escape.h"
#include "text.h"

static const char *exit_name(enum cli_exit code)
{
	static const char *const names[] = {
		[CLI_OK] = "ok",
		[CLI_ERROR] = "error",
		[CLI_USAGE] = "usage",
		[CLI_NOT_ENFORCING] = "not_enforcing",
		[CLI_REFUSED] = "refused",
		[CLI_UNREACHABLE] = "unreachable",
	};

	return names[code];
}

void cli_print_json(json_t *doc, bool line)
{
	json_dumpf(doc, stdout, line ? JSON_COMPACT : JSON_INDENT(2));
	putchar('\n');
	json_decref(doc);
}

int cli_error(const struct cli *cli, enum cli_exit code, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fputs("rampartctl: ", stderr);
	escape_print(stderr, text);
	fputc('\n', stderr);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:o}", "error", exit_name(code), "message", escape_json(text)), false);
	return code;
}

int cli_refused(const struct cli *cli, unsigned int reason, const char *message)
{
	const char *words = rampart_reason_text(reason);

	fprintf(stderr, "refused: %s\n", words);
	if (message && *message) {
		escape_print(stderr, message);
		fputc('\n', stderr);
	}
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:s, s:o}", "error", exit_name(CLI_REFUSED), "reason",
					 rampart_reason_name(reason), "words", words, "message", escape_json(message)),
			       false);
	return CLI_REFUSED;
}

int cli_unknown_command(const struct cli *cli, const char *after, const char *name, const char *const *names, size_t n)
{
	const char *near = rampart_nearest(name, names, n);
	char quote[RAMPART_QUOTE];

	rampart_quote(quote, name, strlen(name));
	if (near)
		return cli_error(cli, CLI_USAGE, "unknown command %s%s; did you mean \"%s\"?", after, quote, near);
	return cli_error(cli, CLI_USAGE, "unknown command %s%s; see rampartctl %s--help", after, quote, after);
}

int cli_unreachable(const struct cli *cli, int err)
{
	if (err == -EACCES || err == -EPERM)
		return cli_error(cli, CLI_ERROR, "not permitted to ask the daemon; run this as root");
	return cli_error(cli, CLI_UNREACHABLE, "the daemon does not answer (%s); is rampartd running?", strerror(-err));
}

static int read_all(const struct cli *cli, const char *path, FILE *file, size_t max, uint8_t **data, size_t *len)
{
	size_t cap = 64 * 1024;
	uint8_t *grown;

	*len = 0;
	*data = NULL;
	for (;;) {
		grown = realloc(*data, cap);
		if (!grown)
			return cli_error(cli, CLI_ERROR, "out of memory");
		*data = grown;
		*len += fread(*data + *len, 1, cap - *len, file);
		if (ferror(file))
			return cli_error(cli, CLI_ERROR, "%s: %s", path, strerror(errno));
		if (*len > max)
			return cli_error(cli, CLI_ERROR, "%s: too large; at most %zu bytes are read", path, max);
		if (*len < cap)
			return CLI_OK;
		cap *= 2;
	}
}

int cli_read_file(const struct cli *cli, const char *path, size_t max, uint8_t **data, size_t *len)
{
	FILE *file = fopen(path, "re");
	int code;

	*data = NULL;
	if (!file)
		return cli_error(cli, CLI_ERROR, "%s: %s", path, strerror(errno));
	code = read_all(cli, path, file, max, data, len);
	fclose(file);
	if (code != CLI_OK) {
		free(*data);
		*data = NULL;
	}
	return code;
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= n;
	}
	return fchmod(fd, 0644) == 0 && fsync(fd) == 0;
}

int cli_write_file(const struct cli *cli, const char *path, const uint8_t *data, size_t len)
{
	char *temporary;
	int fd, code = CLI_OK;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return cli_error(cli, CLI_ERROR, "out of memory");
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0 || !write_all(fd, data, len) || rename(temporary, path) != 0) {
		code = cli_error(cli, CLI_ERROR, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			unlink(temporary);
	}
	if (fd >= 0)
		close(fd);
	free(temporary);
	return code;
}

bool cli_print_text(const json_t *doc, const char *before, const char *key)
{
	const char *text = json_string_value(json_object_get(doc, key));

	if (!text)
		return false;
	fputs(before, stdout);
	escape_print(stdout, text);
	return true;
}

void cli_print_list(const struct cli *cli, json_t *all, void (*print)(const json_t *doc))
{
	const json_t *doc;
	size_t i;

	if (cli->json) {
		cli_print_json(all, false);
		return;
	}
	json_array_foreach(all, i, doc)
		print(doc);
	json_decref(all);
}
