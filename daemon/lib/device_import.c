// SPDX-License-Identifier: MIT
/* A rule that is about several kinds of devices becomes one for each: entries are about one kind, and rules about groups. */
#include <stdlib.h>
#include <string.h>

#include <env.h>

#include "compile.h"
#include "device_import.h"
#include "device_schema.h"

/* Makes a policy of a section, to see whether it is one. */
#define HEAD "rampart: 1\nname: imported\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"

static const struct {
	const char *id, *condition;
} kinds[DEVICE_KINDS] = {
	[KIND_MEDIA] = { "media", "family: [removable_media, cd_dvd]" },
	[KIND_PORTABLE] = { "portable", "family: portable, not: [{vendor: \"05ac\"}]" },
	[KIND_APPLE] = { "apple", "family: portable, vendor: \"05ac\"" },
	[KIND_BLUETOOTH] = { "bluetooth", "bus: bluetooth" },
};

/* Of removable media, in the order of their words. */
static const char *const media_accesses[] = { "read, file_read", "write, file_write", "execute" };

#define ALL_KINDS (BIT_ULL(DEVICE_KINDS) - 1)

struct import {
	const json_t *groups, *rules, *settings;
	struct schema schema;
	u32 *kinds_of_groups;	/* bit sets */
	FILE *out;		/* the rules */
	u32 enabled;		/* bit set of kinds: the features that are on */
	u32 used;		/* bit set of kinds: those that rules name as a group */
	bool audits_allowed;	/* an entry reports what is allowed */
	unsigned int n_rules;
};

static void print_quoted(FILE *out, const char *text)
{
	json_t *string = json_string(text);
	char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;

	fputs(quoted ?: "\"\"", out);
	free(quoted);
	json_decref(string);
}

static bool is_one(const char *word, const char *either, const char *or)
{
	return !strcmp(word, either) || !strcmp(word, or);
}

static size_t group_number(const struct import *import, const char *id)
{
	size_t i = 0;

	while (strcasecmp(schema_text(json_array_get(import->groups, i), "id"), id))
		i++;
	return i;
}

/* --- of which kinds devices can be --- */

static enum device_kind kind_of_family(const char *family)
{
	enum device_kind kind = 0;

	while (strcmp(device_kinds[kind].family, family))
		kind++;
	return kind;
}

static u32 kinds_of_query(const struct import *import, const json_t *query)
{
	const char *type = schema_text(query, "$type"), *value = schema_text(query, "value");
	const json_t *clauses = json_object_get(query, "clauses");
	bool any = is_one(type, "any", "or");
	u32 set = any ? 0 : ALL_KINDS;

	if (!strcmp(type, "primaryId"))
		return BIT_ULL(kind_of_family(value));
	if (!strcmp(type, "groupId"))
		return import->kinds_of_groups[group_number(import, value)];
	for (size_t i = 0; i < json_array_size(clauses); i++) {
		u32 kinds_of_clause = kinds_of_query(import, json_array_get(clauses, i));

		set = any ? set | kinds_of_clause : set & kinds_of_clause;
	}
	return set;
}

static u32 kinds_of_rule(const struct import *import, const json_t *rule)
{
	const json_t *groups = json_object_get(rule, "includeGroups");
	u32 set = ALL_KINDS;

	for (size_t i = 0; i < json_array_size(groups); i++)
		set &= import->kinds_of_groups[group_number(import, json_string_value(json_array_get(groups, i)))];
	return set;
}

/* --- groups --- */

static void print_query(struct import *import, FILE *out, const json_t *query);

static void print_clauses(struct import *import, FILE *out, const json_t *query)
{
	const json_t *clauses = json_object_get(query, "clauses"), *clause;
	size_t i;

	fprintf(out, "%s: [", is_one(schema_text(query, "$type"), "any", "or") ? "any" : "all");
	json_array_foreach((json_t *)clauses, i, clause) {
		size_t outside = schema_enter(&import->schema, ".clauses[%zu]", i);

		fputs(i ? ", {" : "{", out);
		print_query(import, out, clause);
		fputc('}', out);
		schema_leave(&import->schema, outside);
	}
	fputc(']', out);
}

static void print_not(struct import *import, FILE *out, const json_t *query)
{
	size_t outside = schema_enter(&import->schema, ".query");

	fputs("not: [{", out);
	print_query(import, out, json_object_get(query, "query"));
	fputs("}]", out);
	schema_leave(&import->schema, outside);
}

static void print_serial(struct import *import, FILE *out, const char *serial)
{
	if (strchr(serial, '*'))
		schema_wrong(&import->schema, "the serial number has a *, which stands for any text here; expected one without");
	fputs("serial: ", out);
	print_quoted(out, serial);
}

/* A query, or a clause of one. */
static void print_query(struct import *import, FILE *out, const json_t *query)
{
	const char *type = schema_text(query, "$type"), *value = schema_text(query, "value");

	if (json_object_get(query, "clauses"))
		print_clauses(import, out, query);
	else if (!strcmp(type, "not"))
		print_not(import, out, query);
	else if (!strcmp(type, "primaryId"))
		fputs(kinds[kind_of_family(value)].condition, out);
	else if (!strcmp(type, "vendorId"))
		fprintf(out, "vendor: \"%s\"", value);
	else if (!strcmp(type, "productId"))
		fprintf(out, "product: \"%s\"", value);
	else if (!strcmp(type, "serialNumber"))
		print_serial(import, out, value);
	else if (!strcmp(type, "groupId"))
		fprintf(out, "group: group-%zu", group_number(import, value) + 1);
	else
		schema_wrong(&import->schema, "whether a medium is encrypted with APFS is not known here; expected no such clause");
}

static void print_groups(struct import *import, FILE *out)
{
	const json_t *group;
	size_t i;

	fputs("  groups:\n", out);
	for (unsigned int kind = 0; kind < DEVICE_KINDS; kind++)
		if (import->used & BIT_ULL(kind))
			fprintf(out, "    - {id: %s, %s}\n", kinds[kind].id, kinds[kind].condition);
	json_array_foreach((json_t *)import->groups, i, group) {
		size_t outside = schema_enter(&import->schema, "groups[%zu].query", i);

		fputs("    # ", out);
		print_quoted(out, schema_text(group, "name"));
		fprintf(out, "\n    - {id: group-%zu, ", i + 1);
		print_query(import, out, json_object_get(group, "query"));
		fputs("}\n", out);
		schema_leave(&import->schema, outside);
	}
}

/* --- entries --- */

static bool has_word(const json_t *list, const char *word)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_string_value(json_array_get(list, i)), word))
			return true;
	return false;
}

static bool has_option(const json_t *entry, const char *option)
{
	return has_word(json_object_get(json_object_get(entry, "enforcement"), "options"), option);
}

/* Of @words, those that the entry has, as a bit set; *@all: as many as there are. */
static u32 accesses_of(const json_t *entry, const char *const *words, u32 *all)
{
	u32 set = 0, i;

	for (i = 0; words[i]; i++)
		if (has_word(json_object_get(entry, "access"), words[i]))
			set |= BIT_ULL(i);
	*all = BIT_ULL(i) - 1;
	return set;
}

/* All that is done with a telephone goes through one node of usbfs. */
static void wrong_part(struct import *import, enum device_kind kind, const char *type, const char *const *words)
{
	char expected[SCHEMA_WORDS];

	schema_join(expected, words);
	schema_wrong(&import->schema, "what is done with %s cannot be told apart here; expected all accesses of a %s entry: %s",
		     device_kinds[kind].family, type, expected);
}

static void wrong_bluetooth(struct import *import)
{
	schema_wrong(&import->schema, "files that go over Bluetooth are not seen here; expected settings.features.bluetoothDevice to be disabled, "
				      "and Bluetooth adapters refused as a whole, {family: bluetooth}");
}

static void print_accesses(struct import *import, const json_t *entry, enum device_kind kind)
{
	const char *type = schema_text(entry, "$type"), *const *words = device_kinds[schema_kind(type)].accesses, *between = "";
	u32 all, set = accesses_of(entry, words, &all);

	if (kind == KIND_BLUETOOTH) {
		wrong_bluetooth(import);
	} else if (kind == KIND_MEDIA) {
		for (unsigned int i = 0; i < ARRAY_SIZE(media_accesses); i++) {
			if (!(set & BIT_ULL(i)))
				continue;
			fprintf(import->out, "%s%s", between, media_accesses[i]);
			between = ", ";
		}
	} else if (set == all) {
		fputs("attach", import->out);
	} else {
		wrong_part(import, kind, type, words);
	}
}

static void print_entry(struct import *import, const json_t *entry, enum device_kind kind)
{
	static const struct {
		const char *theirs, *ours;
	} words[] = { { "allow", "allow" }, { "deny", "deny" }, { "auditAllow", "audit_allowed" }, { "auditDeny", "audit_denied" } };
	const char *theirs = schema_text(json_object_get(entry, "enforcement"), "$type");

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].theirs, theirs))
			fprintf(import->out, "{%s: [", words[i].ours);
	print_accesses(import, entry, kind);
	fprintf(import->out, "]%s}", has_option(entry, "show_notification") ? ", notify: true" : "");
	if (has_option(entry, "disable_audit_deny"))
		schema_wrong(&import->schema, "what is denied is always reported here; expected an entry without disable_audit_deny");
	if (has_option(entry, "disable_audit_allow") && import->audits_allowed)
		schema_wrong(&import->schema, "an entry cannot keep what another one reports from being reported here; expected an auditAllow that is "
					      "not about the same, and no disable_audit_allow");
}

/* --- rules --- */

static bool is_about(const json_t *entry, enum device_kind kind)
{
	enum device_kind of_entry = schema_kind(schema_text(entry, "$type"));

	return of_entry == kind || of_entry == KIND_GENERIC;
}

static bool any_entry(const json_t *rule, enum device_kind kind)
{
	const json_t *entries = json_object_get(rule, "entries");

	for (size_t i = 0; i < json_array_size(entries); i++)
		if (is_about(json_array_get(entries, i), kind))
			return true;
	return false;
}

static void print_references(struct import *import, const json_t *rule, const char *key, const char *word, const char *kind)
{
	const json_t *ids = json_object_get(rule, key), *id;
	size_t i;

	if (!json_array_size(ids) && !kind)
		return;
	fprintf(import->out, ", %s: [%s", word, kind ?: "");
	json_array_foreach((json_t *)ids, i, id)
		fprintf(import->out, "%sgroup-%zu", i || kind ? ", " : "", group_number(import, json_string_value(id)) + 1);
	fputc(']', import->out);
}

static void print_entries(struct import *import, const json_t *rule, enum device_kind kind)
{
	const json_t *entry;
	const char *between = "";
	size_t i;

	fputs(", entries: [", import->out);
	json_array_foreach(json_object_get(rule, "entries"), i, entry) {
		size_t outside = schema_enter(&import->schema, ".entries[%zu]", i);

		if (is_about(entry, kind)) {
			fputs(between, import->out);
			print_entry(import, entry, kind);
			between = ", ";
		}
		schema_leave(&import->schema, outside);
	}
	fputs("]}\n", import->out);
}

/* @alone: it is about no other kind. */
static void print_rule(struct import *import, const json_t *rule, size_t number, enum device_kind kind, bool alone)
{
	if (!(import->enabled & BIT_ULL(kind))) {
		fprintf(import->out, "    # %s has no effect on %s: settings.features.%s is disabled.\n", import->schema.where,
			device_kinds[kind].family, device_kinds[kind].type);
		return;
	}
	fprintf(import->out, "    - {id: rule-%zu%s%s, title: ", number, alone ? "" : "-", alone ? "" : kinds[kind].id);
	print_quoted(import->out, schema_text(rule, "name"));
	print_references(import, rule, "includeGroups", "include", alone ? NULL : kinds[kind].id);
	print_references(import, rule, "excludeGroups", "exclude", NULL);
	print_entries(import, rule, kind);
	import->n_rules++;
	if (!alone)
		import->used |= BIT_ULL(kind);
}

/* An entry that can never be about any device of its rule's groups is a mistake. */
static void check_entries(struct import *import, const json_t *rule, u32 kinds_of_it)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(rule, "entries"), i, entry) {
		size_t outside = schema_enter(&import->schema, ".entries[%zu]", i);
		const char *type = schema_text(entry, "$type");
		enum device_kind kind = schema_kind(type);

		if (!(kind == KIND_GENERIC ? kinds_of_it : kinds_of_it & BIT_ULL(kind)))
			schema_wrong(&import->schema, "the entry is about %s, of which the groups of its rule have none; expected the \"$type\" "
						      "of devices that are in them", device_kinds[kind].family ?: "any family");
		schema_leave(&import->schema, outside);
	}
}

static void print_rules(struct import *import)
{
	const json_t *rule;
	size_t i;

	json_array_foreach((json_t *)import->rules, i, rule) {
		size_t outside = schema_enter(&import->schema, "rules[%zu]", i);
		u32 set = kinds_of_rule(import, rule);

		check_entries(import, rule, set);
		for (unsigned int kind = 0; kind < DEVICE_KINDS; kind++)
			if (set & BIT_ULL(kind) && any_entry(rule, kind))
				print_rule(import, rule, i + 1, kind, set == BIT_ULL(kind));
		schema_leave(&import->schema, outside);
	}
}

/* Theirs is about families whose feature is on; devices.default would be about keyboards, too. */
static void print_default(struct import *import)
{
	size_t outside = schema_enter(&import->schema, "settings.global.defaultEnforcement");
	bool denies = !strcmp(schema_text(json_object_get(import->settings, "global"), "defaultEnforcement"), "deny");

	for (unsigned int kind = 0; kind < DEVICE_KINDS; kind++) {
		if (!denies || !(import->enabled & BIT_ULL(kind)))
			continue;
		if (kind == KIND_BLUETOOTH)
			wrong_bluetooth(import);
		import->used |= BIT_ULL(kind);
		import->n_rules++;
		fprintf(import->out, "    - {id: default-%s, title: \"%s\", include: [%s], entries: [{deny: [%s]}]}\n", kinds[kind].id,
			import->schema.where, kinds[kind].id, kind == KIND_MEDIA ? "read, file_read, write, file_write, execute" : "attach");
	}
	schema_leave(&import->schema, outside);
}

/* --- settings --- */

/* As in the schema, a feature is disabled unless it is said that it is not. */
static bool is_enabled(const struct import *import, const char *feature)
{
	return json_is_false(json_object_get(json_object_get(json_object_get(import->settings, "features"), feature), "disable"));
}

static void take_settings(struct import *import)
{
	for (unsigned int kind = 0; kind < DEVICE_KINDS; kind++)
		if (is_enabled(import, device_kinds[kind].type))
			import->enabled |= BIT_ULL(kind);
	for (size_t i = 0; i < json_array_size(import->rules); i++) {
		const json_t *entries = json_object_get(json_array_get(import->rules, i), "entries");

		for (size_t e = 0; e < json_array_size(entries); e++)
			import->audits_allowed |= !strcmp(
				schema_text(json_object_get(json_array_get(entries, e), "enforcement"), "$type"), "auditAllow");
	}
}

static void print_head(const struct import *import, FILE *out)
{
	fputs("# From a policy of Defender's. In mode audit nothing is refused: what would be is reported.\n", out);
	if (*schema_text(json_object_get(import->settings, "ux"), "navigationTarget"))
		fputs("# settings.ux.navigationTarget is left out: what tells a user of a denial has no link.\n", out);
	if (is_enabled(import, "genericDevice"))
		fputs("# settings.features.genericDevice is left out: no family is one of generic devices.\n", out);
	fputs("devices:\n  mode: audit\n  default: allow\n", out);
}

/* Groups name earlier ones only. */
static bool take_groups(struct import *import)
{
	size_t n = json_array_size(import->groups);

	import->kinds_of_groups = calloc(n, sizeof(*import->kinds_of_groups));
	for (size_t i = 0; i < n && import->kinds_of_groups; i++)
		import->kinds_of_groups[i] = kinds_of_query(import, json_object_get(json_array_get(import->groups, i), "query"));
	return import->kinds_of_groups;
}

/* The whole section, in memory of malloc(); NULL: out of it. */
static char *print_section(struct import *import)
{
	char *rules = NULL, *text = NULL;
	size_t size;
	FILE *out;

	import->out = open_memstream(&rules, &size);
	if (!import->out)
		return NULL;
	print_rules(import);
	print_default(import);
	fclose(import->out);
	out = open_memstream(&text, &size);
	if (out) {
		print_head(import, out);
		print_groups(import, out);
		fprintf(out, "  rules:%s\n%s", import->n_rules ? "" : " []", rules);
		fclose(out);
	}
	free(rules);
	return text;
}

/* It nests deeper, or is longer, than a policy may be. */
static void check_section(struct schema *schema, const char *text)
{
	struct compile_errors found;
	char *yaml = NULL;
	uint8_t *pb = NULL;
	size_t len;

	if (asprintf(&yaml, HEAD "%s", text) < 0 || rampart_compile(NULL, yaml, strlen(yaml), NULL, &found, &pb, &len))
		schema_wrong(schema, "what comes of it is no policy: %s", yaml && found.n ? found.list[0].text : "out of memory");
	free(yaml);
	free(pb);
}

unsigned int rampart_device_import(const json_t *document, FILE *out, FILE *errors)
{
	struct import import = { .groups = json_object_get(document, "groups"), .rules = json_object_get(document, "rules"),
				 .settings = json_object_get(document, "settings"), .schema = { .errors = errors } };
	char *text;

	if (!schema_check(&import.schema, document))
		return import.schema.n_errors;
	take_settings(&import);
	text = take_groups(&import) ? print_section(&import) : NULL;
	if (text && !import.schema.n_errors)
		check_section(&import.schema, text);
	else if (!text)
		schema_wrong(&import.schema, "out of memory");
	if (!import.schema.n_errors)
		fputs(text, out);
	free(import.kinds_of_groups);
	free(text);
	return import.schema.n_errors;
}
