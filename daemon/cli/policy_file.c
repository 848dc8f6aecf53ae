// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cms.h>

#include "compile.h"
#include "control.h"
#include "escape.h"
#include "policy_file.h"

static json_t *errors_json(const struct compile_errors *errors)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < errors->n; i++)
		json_array_append_new(list, json_pack("{s:i, s:i, s:s}", "line", (int)errors->list[i].line, "column",
						      (int)errors->list[i].column, "text", errors->list[i].text));
	return list;
}

static int compile_failed(const struct cli *cli, const struct compile_errors *errors)
{
	compile_errors_print(errors, "", stderr);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:o, s:o}", "error", "error", "message", "the policy has errors",
					 "file", escape_json(errors->filename), "errors",
					 errors_json(errors)),
			       false);
	return CLI_ERROR;
}

int policy_file_compile(const struct cli *cli, const char *path, const char *root, uint8_t **pb, size_t *len)
{
	struct compile_errors errors;
	uint8_t *yaml;
	size_t yaml_len;
	int code, err;

	*pb = NULL;
	code = cli_read_file(cli, path, RAMPART_YAML_MAX, &yaml, &yaml_len);
	if (code != CLI_OK)
		return code;
	err = rampart_compile(path, (char *)yaml, yaml_len, root, &errors, pb, len);
	free(yaml);
	if (err == -ENOMEM)
		return cli_error(cli, CLI_ERROR, "out of memory");
	return err ? compile_failed(cli, &errors) : CLI_OK;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/* DER begins with a SEQUENCE; as protobuf that byte would be a field 6 that is no message, which no policy has. */
static int decode(const struct cli *cli, const char *what, struct policy_file *file)
{
	enum rampart_reason reason = RAMPART_REASON_OK;
	struct rampart_cms cms;

	file->is_signed = file->content.len && file->content.data[0] == 0x30;
	if (file->is_signed) {
		reason = rampart_cms_parse(file->content, &cms);
		file->content = cms.content;
	}
	if (reason == RAMPART_REASON_OK)
		reason = rampart_policy_decode(file->content, &file->policy);
	if (reason == RAMPART_REASON_OK)
		return CLI_OK;
	memset(&file->policy, 0, sizeof(file->policy));
	return cli_refused(cli, reason, what);
}

int policy_file_load(const struct cli *cli, const char *path, struct policy_file *file)
{
	size_t len;
	int code;

	memset(file, 0, sizeof(*file));
	if (ends_with(path, ".yaml") || ends_with(path, ".yml"))
		code = policy_file_compile(cli, path, "/", &file->data, &len);
	else
		code = cli_read_file(cli, path, RAMPART_CMS_MAX, &file->data, &len);
	if (code != CLI_OK)
		return code;
	file->content = (struct pb_view){ .data = file->data, .len = len };
	code = decode(cli, path, file);
	if (code != CLI_OK)
		policy_file_free(file);
	return code;
}

void policy_file_free(struct policy_file *file)
{
	rampart_policy_free(&file->policy);
	free(file->data);
	memset(file, 0, sizeof(*file));
}

/* --- asked of the daemon --- */

/* Sends @request; CLI_OK with *@response only when the daemon agreed. */
static int ask(const struct cli *cli, const Rampart__Request *request, Rampart__Response **response)
{
	int err = control_request(request, response);
	int code = CLI_OK;

	if (err)
		return cli_unreachable(cli, err);
	if ((*response)->reason)
		code = cli_refused(cli, (*response)->reason, (*response)->message);
	else if ((*response)->error)
		code = cli_error(cli, CLI_ERROR, "%s", (*response)->message);
	if (code != CLI_OK)
		rampart__response__free_unpacked(*response, NULL);
	return code;
}

static int copy_bundle(const struct cli *cli, const ProtobufCBinaryData *bundle, struct policy_file *file)
{
	if (!bundle->len)
		return cli_error(cli, CLI_ERROR, "no policy is in force");
	file->data = malloc(bundle->len);
	if (!file->data)
		return cli_error(cli, CLI_ERROR, "out of memory");
	memcpy(file->data, bundle->data, bundle->len);
	file->content = (struct pb_view){ .data = file->data, .len = bundle->len };
	return decode(cli, "the policy in force", file);
}

int policy_file_in_force(const struct cli *cli, struct policy_file *file)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Response *response;
	int code;

	memset(file, 0, sizeof(*file));
	request.request_case = RAMPART__REQUEST__REQUEST_SHOW;
	request.show = true;
	code = ask(cli, &request, &response);
	if (code != CLI_OK)
		return code;
	code = copy_bundle(cli, &response->bundle, file);
	rampart__response__free_unpacked(response, NULL);
	if (code != CLI_OK)
		policy_file_free(file);
	return code;
}

static void print_applied(const struct cli *cli, const Rampart__Response *response, bool dry_run)
{
	if (cli->json) {
		cli_print_json(json_pack("{s:b, s:b, s:I, s:o}", "applied", !dry_run, "dry_run", dry_run, "generation",
					 (json_int_t)response->generation, "message", escape_json(response->message)),
			       false);
		return;
	}
	if (dry_run)
		fputs("would be accepted", stdout);
	else
		printf("in force, generation %llu", (unsigned long long)response->generation);
	if (*response->message)
		fputs(": ", stdout);
	escape_print(stdout, response->message);
	putchar('\n');
}

int policy_apply(const struct cli *cli, const struct policy_options *options)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__Apply apply = RAMPART__REQUEST__APPLY__INIT;
	Rampart__Response *response;
	int code;

	code = cli_read_file(cli, options->files[0], RAMPART_CMS_MAX, &apply.bundle.data, &apply.bundle.len);
	if (code != CLI_OK)
		return code;
	apply.dry_run = options->dry_run;
	request.request_case = RAMPART__REQUEST__REQUEST_APPLY;
	request.apply = &apply;
	code = ask(cli, &request, &response);
	free(apply.bundle.data);
	if (code != CLI_OK)
		return code;
	print_applied(cli, response, options->dry_run);
	rampart__response__free_unpacked(response, NULL);
	return CLI_OK;
}
