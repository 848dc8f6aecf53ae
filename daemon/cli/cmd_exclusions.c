// SPDX-License-Identifier: MIT
/* rampartctl asr exclusions: what the policy in force lets through, how often that was made use of, and what nobody needs any more. */
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "control.h"
#include "describe.h"
#include "moment.h"
#include "policy_file.h"

#define STALE_DAYS 60

static int ask_hits(const struct cli *cli, Rampart__Response **response)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	int err;

	request.request_case = RAMPART__REQUEST__REQUEST_EXCLUSIONS;
	request.exclusions = true;
	err = control_request(&request, response);
	if (err)
		return cli_unreachable(cli, err);
	if (!(*response)->error)
		return CLI_OK;
	cli_error(cli, CLI_ERROR, "asr exclusions: %s", *(*response)->message ? (*response)->message : strerror((*response)->error));
	rampart__response__free_unpacked(*response, NULL);
	return CLI_ERROR;
}

static int compare_name(const void *key, const void *entry)
{
	const struct pb_view *name = key;
	const char *other = (*(Rampart__ExclusionHits *const *)entry)->name;
	int order = strncmp((const char *)name->data, other, name->len);

	return order ?: other[name->len] ? -1 : 0;
}

/* They come in the order of their names. NULL: nothing is known of it. */
static const Rampart__ExclusionHits *find_hits(const Rampart__Response *response, struct pb_view name)
{
	Rampart__ExclusionHits **found = NULL;

	if (response->n_exclusions)
		found = bsearch(&name, response->exclusions, response->n_exclusions, sizeof(*response->exclusions), compare_name);
	return found ? *found : NULL;
}

static void set_text(json_t *doc, const char *key, struct pb_view text)
{
	if (text.len)
		json_object_set_new(doc, key, rampart_describe_text(text));
}

static void set_moment(json_t *doc, const char *key, int64_t ns)
{
	char text[MOMENT_TEXT];

	json_object_set_new(doc, key, ns ? json_string(moment_text(text, ns, 0)) : json_null());
}

static json_t *exclusion_json(const struct rampart_exclusion *exclusion, const Rampart__ExclusionHits *hits, int64_t now)
{
	static const Rampart__ExclusionHits none = RAMPART__EXCLUSION_HITS__INIT;
	const int64_t until = exclusion->until * MOMENT_SECOND;
	json_t *doc = json_object();
	int64_t quiet_since;

	hits = hits ?: &none;
	quiet_since = hits->last_ns ?: hits->since_ns;
	set_text(doc, "name", exclusion->name);
	json_object_set_new(doc, "rule", exclusion->rule.len ? rampart_describe_text(exclusion->rule) : json_string("*"));
	set_text(doc, "exe", exclusion->exe);
	if (exclusion->sha256.len)
		json_object_set_new(doc, "sha256", rampart_describe_hex(exclusion->sha256.data, exclusion->sha256.len));
	json_object_set_new(doc, "children", json_boolean(exclusion->children));
	set_text(doc, "object", exclusion->object);
	set_text(doc, "owner", exclusion->owner);
	set_text(doc, "reason", exclusion->reason);
	set_moment(doc, "until", until);
	json_object_set_new(doc, "expired", json_boolean(until && until <= now));
	json_object_set_new(doc, "hits", json_integer(hits->hits));
	set_moment(doc, "since", hits->since_ns);
	set_moment(doc, "last_hit", hits->last_ns);
	json_object_set_new(doc, "stale", json_boolean(quiet_since && now - quiet_since > STALE_DAYS * 86400 * MOMENT_SECOND));
	return doc;
}

static void print_exclusion(const json_t *doc)
{
	cli_print_text(doc, "", "name");
	cli_print_text(doc, ", from rule ", "rule");
	if (!cli_print_text(doc, "\n    for ", "exe"))
		fputs("\n    for all programs", stdout);
	cli_print_text(doc, ", only with SHA-256 ", "sha256");
	if (json_is_true(json_object_get(doc, "children")))
		fputs(", and what it starts", stdout);
	cli_print_text(doc, ", at ", "object");
	cli_print_text(doc, "\n    owner: ", "owner");
	cli_print_text(doc, ", reason: ", "reason");
	cli_print_text(doc, ", until ", "until");
	printf("\n    hits: %" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(doc, "hits")));
	cli_print_text(doc, ", the last one at ", "last_hit");
	cli_print_text(doc, ", counted since ", "since");
	putchar('\n');
	if (json_is_true(json_object_get(doc, "expired")))
		puts("    EXPIRED: it holds no more");
	else if (json_is_true(json_object_get(doc, "stale")))
		printf("    STALE: not hit for %d days; take it out\n", STALE_DAYS);
}

static json_t *all_json(const struct rampart_policy *policy, const Rampart__Response *response)
{
	json_t *all = json_array();
	int64_t now = moment_now();

	for (u32 i = 0; i < policy->exclusions.n; i++) {
		const struct rampart_exclusion *exclusion = &policy->exclusions.v[i];

		json_array_append_new(all, exclusion_json(exclusion, find_hits(response, exclusion->name), now));
	}
	return all;
}

int asr_exclusions(const struct cli *cli, int argc, char **argv)
{
	Rampart__Response *response;
	struct policy_file file;
	json_t *all;
	int code;

	if (argc != 1)
		return cli_error(cli, CLI_USAGE, "asr exclusions: unexpected argument %s", argv[1]);
	code = policy_file_in_force(cli, &file);
	if (code != CLI_OK)
		return code;
	code = ask_hits(cli, &response);
	if (code != CLI_OK) {
		policy_file_free(&file);
		return code;
	}
	all = all_json(&file.policy, response);
	rampart__response__free_unpacked(response, NULL);
	policy_file_free(&file);
	if (!cli->json && !json_array_size(all))
		puts("The policy in force has no exclusions from rules of asr.");
	cli_print_list(cli, all, print_exclusion);
	return CLI_OK;
}
