// SPDX-License-Identifier: MIT
/* rampartctl policy: what an author of policies does. apply, show and diff are also about the one in force. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bundle.h"
#include "compile.h"
#include "describe.h"
#include "escape.h"
#include "lint.h"
#include "policy_file.h"
#include "text.h"

/* A host's clock may be this far behind that of the machine that makes a token. */
#define CLOCK_SKEW 300

struct subcommand {
	const char *name;
	int (*run)(const struct cli *cli, const struct policy_options *options);
	const char *allowed;	/* letters of the options below */
	const char *required;
	int min_files, max_files;
};

static int lint_json(const struct compile_errors *warnings, const char *path)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < warnings->n; i++)
		json_array_append_new(list, json_pack("{s:i, s:i, s:s}", "line", (int)warnings->list[i].line, "column",
						      (int)warnings->list[i].column, "text", warnings->list[i].text));
	cli_print_json(json_pack("{s:o, s:i, s:o}", "file", escape_json(path), "more", (int)warnings->dropped,
				 "warnings", list),
		       false);
	return warnings->n ? CLI_ERROR : CLI_OK;
}

static int lint_text(const struct compile_errors *warnings, const char *path)
{
	compile_errors_print(warnings, "warning: ", stdout);
	if (!warnings->n)
		printf("%s: no errors, no warnings\n", path);
	return warnings->n ? CLI_ERROR : CLI_OK;
}

static int policy_lint(const struct cli *cli, const struct policy_options *options)
{
	struct compile_errors warnings;
	uint8_t *pb, *yaml;
	size_t len;
	int code, err;

	/* Errors first: this prints them. */
	code = policy_file_compile(cli, options->files[0], options->root, &pb, &len);
	free(pb);
	if (code == CLI_OK)
		code = cli_read_file(cli, options->files[0], RAMPART_YAML_MAX, &yaml, &len);
	if (code != CLI_OK)
		return code;
	err = rampart_lint(options->files[0], (char *)yaml, len, options->root, time(NULL), &warnings);
	free(yaml);
	if (err)
		return cli_error(cli, CLI_ERROR, "%s: %s", options->files[0], strerror(-err));
	code = cli->json ? lint_json(&warnings, options->files[0]) : lint_text(&warnings, options->files[0]);
	return options->strict ? code : CLI_OK;
}

static int print_written(const struct cli *cli, const char *path, size_t len)
{
	if (cli->json)
		cli_print_json(json_pack("{s:o, s:I}", "output", escape_json(path), "bytes", (json_int_t)len), false);
	return CLI_OK;
}

static int policy_compile(const struct cli *cli, const struct policy_options *options)
{
	uint8_t *pb;
	size_t len;
	int code;

	code = policy_file_compile(cli, options->files[0], options->root, &pb, &len);
	if (code == CLI_OK)
		code = cli_write_file(cli, options->output, pb, len);
	free(pb);
	return code == CLI_OK ? print_written(cli, options->output, len) : code;
}

static int sign_to_file(const struct cli *cli, const struct policy_options *options, struct pb_view content)
{
	char error[200];
	u8 *der;
	size_t len;
	int code;

	if (rampart_bundle_sign(content.data, content.len, options->key, options->cert, &der, &len, error))
		return cli_error(cli, CLI_ERROR, "%s", error);
	code = cli_write_file(cli, options->output, der, len);
	free(der);
	return code == CLI_OK ? print_written(cli, options->output, len) : code;
}

static int policy_sign(const struct cli *cli, const struct policy_options *options)
{
	struct policy_file file;
	int code;

	code = policy_file_load(cli, options->files[0], &file);
	if (code != CLI_OK)
		return code;
	code = sign_to_file(cli, options, file.content);
	policy_file_free(&file);
	return code;
}

static json_t *info_json(const struct bundle_info *info)
{
	char from[RAMPART_TIME_TEXT], until[RAMPART_TIME_TEXT], signer_until[RAMPART_TIME_TEXT];

	rampart_time_text(from, info->policy.valid_from);
	rampart_time_text(until, info->policy.valid_until);
	rampart_time_text(signer_until, info->signer_until);
	return json_pack("{s:b, s:o, s:o, s:{s:s, s:s}, s:{s:s, s:o, s:s}, s:o}", "accepted", true,
			 "name", rampart_describe_text(info->policy.name),
			 "version", rampart_describe_version(info->policy.version),
			 "valid", "from", from, "until", until,
			 "signer", "subject", info->signer,
			 "sha256", rampart_describe_hex(info->signer_digest, 32), "until", signer_until,
			 "digest", rampart_describe_hex(info->digest, 32));
}

static void print_info(const struct cli *cli, const struct bundle_info *info)
{
	json_t *doc = info_json(info), *valid = json_object_get(doc, "valid"), *signer = json_object_get(doc, "signer");

	if (cli->json) {
		cli_print_json(doc, false);
		return;
	}
	printf("accepted: %s version %llu\n", json_string_value(json_object_get(doc, "name")),
	       (unsigned long long)info->policy.version);
	printf("valid:    from %s until %s\n", json_string_value(json_object_get(valid, "from")),
	       json_string_value(json_object_get(valid, "until")));
	printf("signer:   %s\n", info->signer);
	printf("          TBSCertificate %s, valid until %s\n", json_string_value(json_object_get(signer, "sha256")),
	       json_string_value(json_object_get(signer, "until")));
	printf("digest:   %s\n", json_string_value(json_object_get(doc, "digest")));
	json_decref(doc);
}

static int verify_data(const struct cli *cli, const u8 *data, size_t len, X509_STORE *trust)
{
	struct bundle_info info;
	enum rampart_reason reason = rampart_bundle_verify(data, len, trust, time(NULL), &info);

	if (reason != RAMPART_REASON_OK)
		return cli_refused(cli, reason, info.detail);
	print_info(cli, &info);
	bundle_info_free(&info);
	return CLI_OK;
}

static int policy_verify(const struct cli *cli, const struct policy_options *options)
{
	X509_STORE *trust;
	char error[200];
	uint8_t *data;
	size_t len;
	int code;

	code = cli_read_file(cli, options->files[0], RAMPART_CMS_MAX, &data, &len);
	if (code != CLI_OK)
		return code;
	trust = rampart_trust_load(options->trust ?: RAMPART_TRUST_FILE, error);
	code = trust ? verify_data(cli, data, len, trust) : cli_error(cli, CLI_ERROR, "%s", error);
	X509_STORE_free(trust);
	free(data);
	return code;
}

static int policy_show(const struct cli *cli, const struct policy_options *options)
{
	struct policy_file file;
	int code;

	code = options->n_files ? policy_file_load(cli, options->files[0], &file) : policy_file_in_force(cli, &file);
	if (code != CLI_OK)
		return code;
	if (cli->json)
		cli_print_json(rampart_describe(&file.policy), false);
	else if (options->n_files && file.is_signed)
		printf("# The signature was not verified; see `rampartctl policy verify`.\n");
	fflush(stdout);
	if (!cli->json && rampart_describe_yaml(&file.policy, stdout))
		code = cli_error(cli, CLI_ERROR, "the policy could not be printed");
	policy_file_free(&file);
	return code;
}

static bool parse_challenge(const char *hex, u8 challenge[16])
{
	char pair[3] = { 0 };

	if (strlen(hex) != 32 || strspn(hex, "0123456789abcdefABCDEF") != 32)
		return false;
	for (unsigned int i = 0; i < 16; i++) {
		memcpy(pair, hex + 2 * i, 2);
		challenge[i] = strtoul(pair, NULL, 16);
	}
	return true;
}

static int policy_token(const struct cli *cli, const struct policy_options *options)
{
	char *end;
	unsigned long hours = strtoul(options->hours, &end, 10);
	unsigned long seconds = hours * 3600 + CLOCK_SKEW;
	u8 challenge[16], *pb;
	size_t len;
	int code;

	if (!parse_challenge(options->challenge, challenge))
		return cli_error(cli, CLI_USAGE, "--challenge: 32 hexadecimal digits are needed, shown by status");
	if (options->hours[0] < '0' || options->hours[0] > '9' || *end || hours < 1 || hours > 24)
		return cli_error(cli, CLI_USAGE, "--hours: a whole number from 1 to 24 is needed");
	if (seconds > RAMPART_DISARM_SECONDS_MAX)
		seconds = RAMPART_DISARM_SECONDS_MAX;
	if (rampart_disarm_make(challenge, time(NULL) - CLOCK_SKEW, seconds, &pb, &len))
		return cli_error(cli, CLI_ERROR, "the token could not be made");
	code = sign_to_file(cli, options, (struct pb_view){ .data = pb, .len = len });
	free(pb);
	return code;
}

static const struct subcommand subcommands[] = {
	{ "lint", policy_lint, "sr", "", 1, 1 },
	{ "compile", policy_compile, "or", "o", 1, 1 },
	{ "sign", policy_sign, "okc", "okc", 1, 1 },
	{ "verify", policy_verify, "t", "", 1, 1 },
	{ "apply", policy_apply, "d", "", 1, 1 },
	{ "show", policy_show, "", "", 0, 1 },
	{ "diff", policy_diff, "", "", 1, 2 },
	{ "token", policy_token, "okcxn", "okcxn", 0, 0 },
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },    { "key", required_argument, NULL, 'k' },
	{ "cert", required_argument, NULL, 'c' },      { "trust", required_argument, NULL, 't' },
	{ "challenge", required_argument, NULL, 'x' }, { "hours", required_argument, NULL, 'n' },
	{ "dry-run", no_argument, NULL, 'd' },	       { "strict", no_argument, NULL, 's' },
	{ "root", required_argument, NULL, 'r' },     { 0 },
};

/* As it is written: the long form where there is one. */
static const char *option_name(int letter, char buf[16])
{
	const struct option *option = long_options;

	while (option->name && option->val != letter)
		option++;
	if (option->name)
		snprintf(buf, 16, "--%s", option->name);
	else
		snprintf(buf, 16, "-%c", letter);
	return buf;
}

static void take_option(struct policy_options *options, int letter)
{
	switch (letter) {
	case 'o':
		options->output = optarg;
		break;
	case 'k':
		options->key = optarg;
		break;
	case 'c':
		options->cert = optarg;
		break;
	case 't':
		options->trust = optarg;
		break;
	case 'x':
		options->challenge = optarg;
		break;
	case 'n':
		options->hours = optarg;
		break;
	case 'd':
		options->dry_run = true;
		break;
	case 'r':
		options->root = optarg;
		break;
	case 's':
		options->strict = true;
		break;
	}
}

static int take_files(const struct cli *cli, const struct subcommand *sub, struct policy_options *options, int argc,
		      char **argv)
{
	int n = argc - optind;

	if (n < sub->min_files)
		return cli_error(cli, CLI_USAGE, "policy %s: a file is needed; see policy --help", sub->name);
	if (n > sub->max_files)
		return cli_error(cli, CLI_USAGE, "policy %s: unexpected argument %s", sub->name,
				 argv[optind + sub->max_files]);
	for (options->n_files = 0; options->n_files < n; options->n_files++)
		options->files[options->n_files] = argv[optind + options->n_files];
	return CLI_OK;
}

static int parse_options(const struct cli *cli, const struct subcommand *sub, struct policy_options *options, int argc,
			 char **argv)
{
	char given[16] = "", name[16];
	int letter;

	opterr = 0;
	optind = 1;
	while ((letter = getopt_long(argc, argv, ":o:", long_options, NULL)) != -1) {
		if (letter == ':')
			return cli_error(cli, CLI_USAGE, "policy %s: option %s needs an argument", sub->name,
					 option_name(optopt, name));
		if (letter == '?' && !optopt)
			return cli_error(cli, CLI_USAGE, "policy %s: unknown option %s", sub->name, argv[optind - 1]);
		if (letter == '?' || !strchr(sub->allowed, letter))
			return cli_error(cli, CLI_USAGE, "policy %s: unknown option %s", sub->name,
					 option_name(letter == '?' ? optopt : letter, name));
		if (!strchr(given, letter))
			given[strlen(given)] = letter;
		take_option(options, letter);
	}
	for (const char *need = sub->required; *need; need++)
		if (!strchr(given, *need))
			return cli_error(cli, CLI_USAGE, "policy %s: option %s is needed", sub->name,
					 option_name(*need, name));
	return take_files(cli, sub, options, argc, argv);
}

int cmd_policy(struct cli *cli, int argc, char **argv)
{
	struct policy_options options = { .root = "/" };
	const char *names[ARRAY_SIZE(subcommands)];
	int code;

	if (argc < 2)
		return cli_error(cli, CLI_USAGE, "no policy command; see rampartctl policy --help");
	for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++) {
		names[i] = subcommands[i].name;
		if (strcmp(argv[1], names[i]))
			continue;
		code = parse_options(cli, &subcommands[i], &options, argc - 1, argv + 1);
		return code == CLI_OK ? subcommands[i].run(cli, &options) : code;
	}
	return cli_unknown_command(cli, "policy ", argv[1], names, ARRAY_SIZE(names));
}
