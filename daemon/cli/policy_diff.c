// SPDX-License-Identifier: MIT
/* What changes for a host between two policies, whatever the order and form in which they say it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "escape.h"
#include "places.h"
#include "policy_file.h"
#include "text.h"

/* A list of the policy, with the words for an entry that comes and one that goes. */
struct list {
	const char *name;
	struct rampart_views old, new;
	const char *comes, *goes;
};

static void add_effect(json_t *changes, const char *what, const char *old, const char *new, const char *effect)
{
	json_t *change;

	if (!strcmp(old, new))
		return;
	change = json_pack("{s:s, s:s, s:s}", "what", what, "from", old, "to", new);
	if (effect)
		json_object_set_new(change, "effect", json_string(effect));
	json_array_append_new(changes, change);
}

static void add_change(json_t *changes, const char *what, const char *old, const char *new)
{
	add_effect(changes, what, old, new, NULL);
}

static void add_time(json_t *changes, const char *what, s64 old, s64 new)
{
	char from[RAMPART_TIME_TEXT], to[RAMPART_TIME_TEXT];

	add_change(changes, what, rampart_time_text(from, old), rampart_time_text(to, new));
}

static void add_number(json_t *changes, const char *what, u64 old, u64 new)
{
	char from[24], to[24];

	snprintf(from, sizeof(from), "%" PRIu64, old);
	snprintf(to, sizeof(to), "%" PRIu64, new);
	add_change(changes, what, from, to);
}

static void add_name(json_t *changes, struct pb_view old, struct pb_view new)
{
	json_t *from = rampart_describe_text(old), *to = rampart_describe_text(new);

	add_change(changes, "name", json_string_value(from), json_string_value(to));
	json_decref(from);
	json_decref(to);
}

/* Its @effect is the words for people. */
static void add_entry(json_t *changes, const char *what, const char *change, struct pb_view value, const char *effect)
{
	/* Digests are the only entries of exactly 32 bytes that need not be text. */
	json_t *text = !strcmp(what, "revoked") || !strncmp(what, "digests.", strlen("digests.")) ? rampart_describe_hex(value.data, value.len) :
						  rampart_describe_text(value);

	json_array_append_new(changes, json_pack("{s:s, s:o, s:s}", "what", what, change, text, "effect", effect));
}

static int compare_entries(const void *a, const void *b)
{
	const struct pb_view *x = a, *y = b;
	u32 len = x->len < y->len ? x->len : y->len;
	int c = memcmp(x->data, y->data, len);

	return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

/* Sorted and without repetition, in memory of malloc(). */
static bool sort_entries(const struct rampart_views *views, struct rampart_views *sorted)
{
	sorted->n = 0;
	sorted->v = calloc(views->n + 1, sizeof(*sorted->v));
	if (!sorted->v)
		return false;
	memcpy(sorted->v, views->v ?: sorted->v, views->n * sizeof(*sorted->v));
	qsort(sorted->v, views->n, sizeof(*sorted->v), compare_entries);
	for (u32 i = 0; i < views->n; i++)
		if (!i || compare_entries(&sorted->v[i], &sorted->v[sorted->n - 1]))
			sorted->v[sorted->n++] = sorted->v[i];
	return true;
}

/* Calls @entry for each that is in one of the two only. */
static bool compare_lists(const struct list *list, void (*entry)(void *arg, struct pb_view value, bool comes),
			  void *arg)
{
	struct rampart_views old = { 0 }, new = { 0 };
	bool good = sort_entries(&list->old, &old) && sort_entries(&list->new, &new);

	for (u32 i = 0, j = 0; good && (i < old.n || j < new.n);) {
		int c = i == old.n ? 1 : j == new.n ? -1 : compare_entries(&old.v[i], &new.v[j]);

		if (c)
			entry(arg, c < 0 ? old.v[i] : new.v[j], c > 0);
		i += c <= 0;
		j += c >= 0;
	}
	free(old.v);
	free(new.v);
	return good;
}

struct list_arg {
	json_t *changes;
	const struct list *list;
};

static void list_entry(void *p, struct pb_view value, bool comes)
{
	const struct list_arg *arg = p;

	add_entry(arg->changes, arg->list->name, comes ? "added" : "removed", value,
		  comes ? arg->list->comes : arg->list->goes);
}

static bool diff_lists(json_t *changes, const struct rampart_policy *a, const struct rampart_policy *b)
{
	const struct list lists[] = {
		{ "target.tags", a->tags, b->tags, "for hosts with this tag", "not for hosts with this tag" },
		{ "target.hosts", a->hosts, b->hosts, "for this host", "not for this host" },
		{ "homes", a->homes, b->homes, "holds home directories", "holds home directories no more" },
		{ "secrets.places", a->secrets, b->secrets, "read by its own programs only", "read by any program" },
		{ "revoked", a->revoked, b->revoked, "signer revoked", "signer revoked no more" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct list_arg arg = { changes, &lists[i] };

		if (!compare_lists(&lists[i], list_entry, &arg))
			return false;
	}
	return true;
}

/* "PLACE: EXE, only with SHA-256 ..., and what it starts" of each, in memory of malloc(). */
static bool name_programs(struct rampart_views *names, struct pb_view place, struct rampart_programs programs)
{
	for (u32 i = 0; i < programs.n; i++) {
		const struct rampart_program *program = &programs.v[i];
		json_t *sha256 = rampart_describe_hex(program->sha256.data, program->sha256.len);
		char *text;
		int len = asprintf(&text, "%.*s%s%.*s%s%s%s", (int)place.len, place.data, place.len ? ": " : "",
				   (int)program->exe.len, program->exe.data, program->sha256.len ? ", only with SHA-256 " : "",
				   json_string_value(sha256), program->children ? ", and what it starts" : "");

		json_decref(sha256);
		if (len < 0)
			return false;
		names->v[names->n++] = (struct pb_view){ .data = (const u8 *)text, .len = len };
	}
	return true;
}

/* How a policy trusts programs, and what else it says of them. */
struct trust {
	const char *name, *comes, *goes;
	bool (*names)(struct rampart_views *names, const struct rampart_policy *policy);
};

static bool name_allowed(struct rampart_views *names, const struct rampart_policy *policy)
{
	return name_programs(names, (struct pb_view){ 0 }, policy->allow);
}

static bool name_updaters(struct rampart_views *names, const struct rampart_policy *policy)
{
	return name_programs(names, (struct pb_view){ 0 }, policy->updaters);
}

static bool name_readers(struct rampart_views *names, const struct rampart_policy *policy)
{
	for (u32 i = 0; i < policy->secrets.n; i++)
		if (!name_programs(names, policy->secrets.v[i], rampart_policy_readers(policy, i)))
			return false;
	return true;
}

static bool take_names(const struct trust *trust, struct rampart_views *names, const struct rampart_policy *policy)
{
	size_t n = policy->allow.n + policy->updaters.n + policy->readers.n + policy->rules.n + policy->class_paths.n +
		   policy->exclusions.n + policy->devices.groups.n + policy->devices.rules.n + policy->devices.entries.n;

	names->v = calloc(n + 1, sizeof(*names->v));
	return names->v && trust->names(names, policy);
}

static void free_names(struct rampart_views *views)
{
	for (u32 i = 0; i < views->n; i++)
		free((void *)views->v[i].data);
	free(views->v);
}

static bool diff_trust(json_t *changes, const struct rampart_policy *a, const struct rampart_policy *b)
{
	static const struct trust trusts[] = {
		{ "folders.allow", "allowed", "allowed no more", name_allowed },
		{ "secrets.allow", "may read", "may read no more", name_readers },
		{ "self_protection.updaters", "may update", "may update no more", name_updaters },
		{ "asr.rules", "the rule asks this", "the rule asks this no more", asr_name_predicates },
		{ "asr.classes", "in the class", "in the class no more", asr_name_classes },
		{ "asr.exclusions", "excluded", "excluded no more", asr_name_exclusions },
		{ "devices.groups", "these are in the group", "these are in the group no more", devices_name_groups },
		{ "devices.rules", "the rule is about these", "the rule is about these no more", devices_name_rules },
		{ "devices.allowed", "weaker: allowed", "stricter: allowed no more", devices_name_allowed },
		{ "devices.denied", "stricter: denied", "weaker: denied no more", devices_name_denied },
		{ "devices.reported", "reported", "reported no more", devices_name_reported },
	};
	bool good = true;

	for (size_t i = 0; i < ARRAY_SIZE(trusts) && good; i++) {
		struct list list = { .name = trusts[i].name, .comes = trusts[i].comes, .goes = trusts[i].goes };
		struct list_arg arg = { changes, &list };

		good = take_names(&trusts[i], &list.old, a) && take_names(&trusts[i], &list.new, b) &&
		       compare_lists(&list, list_entry, &arg);
		free_names(&list.old);
		free_names(&list.new);
	}
	return good;
}

/* The digests of files as a list, in memory of malloc(). */
static bool split_digests(struct pb_view digests, struct rampart_views *list)
{
	*list = (struct rampart_views){ .v = calloc(digests.len / RAMPART_FILE_DIGEST + 1, sizeof(*list->v)) };
	for (u32 at = 0; list->v && at < digests.len; at += RAMPART_FILE_DIGEST)
		list->v[list->n++] = (struct pb_view){ digests.data + at, RAMPART_FILE_DIGEST };
	return list->v;
}

static bool diff_digests(json_t *changes, struct list list, struct pb_view old, struct pb_view new)
{
	struct list_arg arg = { changes, &list };
	bool good = split_digests(old, &list.old) & split_digests(new, &list.new) && compare_lists(&list, list_entry, &arg);

	free(list.old.v);
	free(list.new.v);
	return good;
}

static bool diff_all_digests(json_t *changes, const struct rampart_policy *a, const struct rampart_policy *b)
{
	const struct list denied = { .name = "digests.denied", .comes = "files with this content are denied",
				     .goes = "denied no more" };
	const struct list trusted = { .name = "digests.trusted", .comes = "files with this content are trusted",
				      .goes = "trusted no more" };

	return diff_digests(changes, denied, a->denied_digests, b->denied_digests) &&
	       diff_digests(changes, trusted, a->trusted_digests, b->trusted_digests);
}

struct place_arg {
	json_t *changes;
	struct places old, new;
};

/* Listing a place that another listed one holds already changes nothing for it. */
static void place_entry(void *p, struct pb_view value, bool comes)
{
	const struct place_arg *arg = p;
	bool held = places_find(comes ? &arg->old : &arg->new, value, U32_MAX) != U32_MAX;

	if (comes)
		add_entry(arg->changes, "folders.protect", "added", value,
			  held ? "listed now, protected before" : "protected");
	else
		add_entry(arg->changes, "folders.protect", "removed", value,
			  held ? "not listed, protected still" : "protected no more");
}

static bool diff_places(json_t *changes, const struct rampart_policy *a, const struct rampart_policy *b)
{
	const struct list list = { .old = a->protect, .new = b->protect };
	struct place_arg arg = { .changes = changes };
	bool good = !places_init(&arg.old, &a->protect) && !places_init(&arg.new, &b->protect) &&
		    compare_lists(&list, place_entry, &arg);

	places_exit(&arg.old);
	places_exit(&arg.new);
	return good;
}

static void add_folders_mode(json_t *changes, const struct rampart_policy *a, const struct rampart_policy *b)
{
	const char *from = rampart_folders_mode_word(a), *to = rampart_folders_mode_word(b);

	add_change(changes, "folders.mode", from ?: rampart_mode_name(a->folders_mode),
		   to ?: rampart_mode_name(b->folders_mode));
	if (!from || !to)
		add_change(changes, "folders.disks", rampart_mode_name(a->disks_mode), rampart_mode_name(b->disks_mode));
}

/* NULL: out of memory. */
static json_t *diff(const struct rampart_policy *a, const struct rampart_policy *b)
{
	json_t *changes = json_array();

	add_name(changes, a->name, b->name);
	add_number(changes, "version", a->version, b->version);
	add_time(changes, "valid.from", a->valid_from, b->valid_from);
	add_time(changes, "valid.until", a->valid_until, b->valid_until);
	add_folders_mode(changes, a, b);
	add_change(changes, "secrets.mode", rampart_mode_name(a->secrets_mode), rampart_mode_name(b->secrets_mode));
	add_change(changes, "self_protection.mode", rampart_mode_name(a->self_mode), rampart_mode_name(b->self_mode));
	asr_diff_modes(a, b, add_effect, changes);
	add_number(changes, "aged_days", a->aged_days, b->aged_days);
	devices_diff(changes, a, b, add_effect);
	if (diff_places(changes, a, b) && diff_lists(changes, a, b) && diff_trust(changes, a, b) &&
	    diff_all_digests(changes, a, b))
		return changes;
	json_decref(changes);
	return NULL;
}

static void print_entry(char sign, const char *what, const char *value, const char *effect)
{
	printf("%c %s: ", sign, what);
	escape_print(stdout, value);
	printf(" (%s)\n", effect);
}

static void print_change(const json_t *change)
{
	const char *what = json_string_value(json_object_get(change, "what"));
	const char *from = json_string_value(json_object_get(change, "from"));
	const char *added = json_string_value(json_object_get(change, "added"));
	const char *removed = json_string_value(json_object_get(change, "removed"));
	const char *effect = json_string_value(json_object_get(change, "effect"));

	if (from)
		printf("  %s: %s -> %s%s%s%s\n", what, from, json_string_value(json_object_get(change, "to")), effect ? " (" : "",
		       effect ?: "", effect ? ")" : "");
	else
		print_entry(added ? '+' : '-', what, added ?: removed, effect);
}

static int print_diff(const struct cli *cli, json_t *changes)
{
	bool same = !json_array_size(changes);
	size_t i;
	json_t *change;

	if (cli->json) {
		cli_print_json(json_pack("{s:b, s:o}", "same", same, "changes", changes), false);
		return same ? CLI_OK : CLI_ERROR;
	}
	json_array_foreach(changes, i, change)
		print_change(change);
	if (same)
		puts("the same policy");
	json_decref(changes);
	return same ? CLI_OK : CLI_ERROR;
}

int policy_diff(const struct cli *cli, const struct policy_options *options)
{
	struct policy_file first = { 0 }, second = { 0 };
	json_t *changes;
	int code;

	code = policy_file_load(cli, options->files[0], &first);
	if (code == CLI_OK)
		code = options->n_files > 1 ? policy_file_load(cli, options->files[1], &second) :
					      policy_file_in_force(cli, &second);
	if (code == CLI_OK) {
		/* Always from what is to what will be: alone, the named file is what will be. */
		changes = options->n_files > 1 ? diff(&first.policy, &second.policy) :
						 diff(&second.policy, &first.policy);
		code = changes ? print_diff(cli, changes) : cli_error(cli, CLI_ERROR, "out of memory");
	}
	policy_file_free(&first);
	policy_file_free(&second);
	return code;
}
