// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include <decode.h>

#include "device_schema.h"
#include "text.h"

const struct device_kind_words device_kinds[KIND_NUM] = {
	[KIND_MEDIA] = { "removableMedia", "removable_media_devices", { "read", "write", "execute" } },
	[KIND_PORTABLE] = { "portableDevice", "portable_devices",
			    { "download_files_from_device", "send_files_to_device", "download_photos_from_device", "debug" } },
	[KIND_APPLE] = { "appleDevice", "apple_devices",
			 { "download_files_from_device", "sync_content_to_device", "backup_device", "update_device",
			   "download_photos_from_device" } },
	[KIND_BLUETOOTH] = { "bluetoothDevice", "bluetooth_devices", { "download_files_from_device", "send_files_to_device" } },
	[KIND_GENERIC] = { "generic", NULL, { "generic_read", "generic_write", "generic_execute" } },
};

void schema_wrong(struct schema *schema, const char *format, ...)
{
	va_list args;

	schema->n_errors++;
	fprintf(schema->errors, "%s: ", *schema->where ? schema->where : "the document");
	va_start(args, format);
	vfprintf(schema->errors, format, args);
	va_end(args);
	fputc('\n', schema->errors);
}

size_t schema_enter(struct schema *schema, const char *format, ...)
{
	size_t outside = strlen(schema->where);
	va_list args;

	va_start(args, format);
	vsnprintf(schema->where + outside, sizeof(schema->where) - outside, format, args);
	va_end(args);
	return outside;
}

void schema_leave(struct schema *schema, size_t outside)
{
	schema->where[outside] = 0;
}

const char *schema_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

enum device_kind schema_kind(const char *type)
{
	enum device_kind kind = 0;

	while (kind < KIND_NUM && strcmp(device_kinds[kind].type, type))
		kind++;
	return kind;
}

/* --- words and keys --- */

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

static bool is_among(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words;
}

void schema_join(char text[SCHEMA_WORDS], const char *const *words)
{
	*text = 0;
	for (size_t i = 0; words[i]; i++)
		snprintf(text + strlen(text), SCHEMA_WORDS - strlen(text), "%s%s", i ? ", " : "", words[i]);
}

static void wrong_word(struct schema *schema, const char *what, const char *word, const char *const *words)
{
	const char *near = rampart_nearest(word, words, count(words));
	char quote[RAMPART_QUOTE], expected[SCHEMA_WORDS];

	schema_join(expected, words);
	rampart_quote(quote, word, strlen(word));
	if (near)
		schema_wrong(schema, "unknown %s %s, did you mean \"%s\"?; expected one of: %s", what, quote, near, expected);
	else
		schema_wrong(schema, "unknown %s %s; expected one of: %s", what, quote, expected);
}

/* Whether @object is one with nothing but @keys (and comments), of which it has the first @needed. */
static bool check_keys(struct schema *schema, const json_t *object, const char *const *keys, size_t needed)
{
	unsigned int before = schema->n_errors;
	const char *key;
	json_t *value;

	if (!json_is_object(object)) {
		schema_wrong(schema, "is missing or no object; expected {\"%s\": ...}", keys[0]);
		return false;
	}
	json_object_foreach((json_t *)object, key, value) {
		if (!strcmp(key, "__comments") ? !json_is_string(value) : !is_among(key, keys))
			wrong_word(schema, "key", key, keys);
	}
	for (size_t i = 0; i < needed; i++)
		if (!json_object_get(object, keys[i]))
			schema_wrong(schema, "\"%s\" is missing; expected it here", keys[i]);
	return schema->n_errors == before;
}

/* Whether @object has a word of @words for @key, or nothing. */
static bool check_word(struct schema *schema, const json_t *object, const char *key, const char *const *words)
{
	const json_t *value = json_object_get(object, key);

	if (!value || is_among(json_string_value(value) ?: "", words))
		return true;
	wrong_word(schema, key, json_string_value(value) ?: "(no text)", words);
	return false;
}

/* That @list, the value of @key here, has some of @words, each once. */
static void check_words(struct schema *schema, const json_t *list, const char *key, const char *const *words)
{
	size_t outside = schema_enter(schema, ".%s", key), i;
	const json_t *value;

	if (!json_array_size(list))
		schema_wrong(schema, "is no list, or empty; expected a list of words such as \"%s\"", words[0]);
	json_array_foreach((json_t *)list, i, value) {
		const char *word = json_string_value(value) ?: "(no text)";
		size_t j = 0;

		while (j < i && !json_equal(json_array_get(list, j), value))
			j++;
		if (!is_among(word, words))
			wrong_word(schema, "word", word, words);
		else if (j < i)
			schema_wrong(schema, "\"%s\" is there twice; expected each once", word);
	}
	schema_leave(schema, outside);
}

/* What is printed as a comment or a title. */
static void check_text(struct schema *schema, const json_t *object, const char *key)
{
	const char *text = schema_text(object, key), *at = text, *end = text + strlen(text);
	char quote[RAMPART_QUOTE];
	unsigned int n;

	while (at < end && (n = rampart_plain(at, end)))
		at += n;
	if (!*text || end - text > RAMPART_NOTE_MAX || at < end)
		schema_wrong(schema, "\"%s\" is %s; expected 1 to %d bytes in one line", key, rampart_quote(quote, text, end - text),
			     RAMPART_NOTE_MAX);
}

static bool is_uuid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != strlen(shape))
		return false;
	for (unsigned int i = 0; shape[i]; i++)
		if (shape[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != shape[i])
			return false;
	return true;
}

static bool check_uuid(struct schema *schema, const char *what, const json_t *value)
{
	const char *text = json_string_value(value) ?: "";
	char quote[RAMPART_QUOTE];

	if (!is_uuid(text))
		schema_wrong(schema, "%s is %s; expected a UUID such as 34aec8e5-e2fa-4d1e-8788-2b1284226653", what,
			     rampart_quote(quote, text, strlen(text)));
	return is_uuid(text);
}

/* Whether one of the first @n of @list has this id. */
static bool has_id(const json_t *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strcasecmp(schema_text(json_array_get(list, i), "id"), id))
			return true;
	return false;
}

/* That @list[i] has an id that none before it has. */
static void check_id(struct schema *schema, const json_t *list, size_t i)
{
	const json_t *id = json_object_get(json_array_get(list, i), "id");

	if (check_uuid(schema, "\"id\"", id) && has_id(list, i, json_string_value(id)))
		schema_wrong(schema, "the id %s again; expected another one", json_string_value(id));
}

/* Calls @check for each of @list, which is there for @key. */
static void check_list(struct schema *schema, const json_t *list, const char *key,
		       void (*check)(struct schema *schema, const json_t *list, size_t i))
{
	if (!json_array_size(list))
		schema_wrong(schema, "\"%s\" is no list, or empty; expected one", key);
	for (size_t i = 0; i < json_array_size(list); i++) {
		size_t outside = schema_enter(schema, "%s%s[%zu]", *schema->where ? "." : "", key, i);

		check(schema, list, i);
		schema_leave(schema, outside);
	}
}

/* --- groups --- */

static const char *const query_words[] = { "all", "and", "any", "or", "not", NULL };
static const char *const clause_words[] = { "primaryId", "vendorId", "productId", "serialNumber", "groupId", "encryption",
					    "all", "and", "any", "or", "not", NULL };
static const char *const media_words[] = { "mediaSerialNumber", "mediaProductName", "mediaApplicationId", NULL };

static void check_family(struct schema *schema, const json_t *clause)
{
	const char *words[DEVICE_KINDS + 1] = { NULL };

	for (unsigned int i = 0; i < DEVICE_KINDS; i++)
		words[i] = device_kinds[i].family;
	check_word(schema, clause, "value", words);
}

static void check_hex(struct schema *schema, const json_t *clause)
{
	const char *text = schema_text(clause, "value");
	char quote[RAMPART_QUOTE];

	if (strlen(text) != 4 || strspn(text, "0123456789abcdefABCDEF") != 4)
		schema_wrong(schema, "\"value\" is %s; expected four hexadecimal digits, such as \"0951\"",
			     rampart_quote(quote, text, strlen(text)));
}

static void check_reference(struct schema *schema, const json_t *value)
{
	const char *id = json_string_value(value);

	if (!check_uuid(schema, "the id of a group", value) || has_id(schema->groups, schema->n_defined, id))
		return;
	if (has_id(schema->groups, json_array_size(schema->groups), id))
		schema_wrong(schema, "the group %s is defined later, or this one; expected one that stands before", id);
	else
		schema_wrong(schema, "there is no group %s; expected the id of one", id);
}

static void check_value(struct schema *schema, const json_t *clause)
{
	static const char *const keys[] = { "$type", "value", NULL }, *const encryptions[] = { "apfs", NULL };
	const char *type = schema_text(clause, "$type");

	if (!check_keys(schema, clause, keys, 2))
		return;
	if (!strcmp(type, "primaryId"))
		check_family(schema, clause);
	else if (!strcmp(type, "vendorId") || !strcmp(type, "productId"))
		check_hex(schema, clause);
	else if (!strcmp(type, "groupId"))
		check_reference(schema, json_object_get(clause, "value"));
	else if (!strcmp(type, "encryption"))
		check_word(schema, clause, "value", encryptions);
	else
		check_text(schema, clause, "value");
}

static void check_clause(struct schema *schema, const json_t *list, size_t i);

static void check_query(struct schema *schema, const json_t *query)
{
	static const char *const of_many[] = { "$type", "clauses", NULL }, *const of_one[] = { "$type", "query", NULL };

	if (!strcmp(schema_text(query, "$type"), "not")) {
		if (check_keys(schema, query, of_one, 2)) {
			size_t outside = schema_enter(schema, ".query");

			check_query(schema, json_object_get(query, "query"));
			schema_leave(schema, outside);
		}
		return;
	}
	if (check_keys(schema, query, of_many, 2) && check_word(schema, query, "$type", query_words))
		check_list(schema, json_object_get(query, "clauses"), "clauses", check_clause);
}

static void check_clause(struct schema *schema, const json_t *list, size_t i)
{
	const json_t *clause = json_array_get(list, i);
	const char *type = schema_text(clause, "$type");

	if (is_among(type, query_words))
		check_query(schema, clause);
	else if (is_among(type, media_words))
		schema_wrong(schema, "%s is about a card in a reader, which the schema does not allow in a group; "
				     "expected serialNumber, vendorId and productId of the reader", type);
	else if (is_among(type, clause_words))
		check_value(schema, clause);
	else
		wrong_word(schema, "$type", type, clause_words);
}

static void check_group(struct schema *schema, const json_t *groups, size_t i)
{
	static const char *const keys[] = { "$type", "id", "name", "query", NULL }, *const types[] = { "device", NULL };
	const json_t *group = json_array_get(groups, i);

	schema->n_defined = i;
	if (!check_keys(schema, group, keys, 4) || !check_word(schema, group, "$type", types))
		return;
	check_id(schema, groups, i);
	check_text(schema, group, "name");
	schema_enter(schema, ".query");
	check_query(schema, json_object_get(group, "query"));
}

/* --- rules --- */

static void check_enforcement(struct schema *schema, const json_t *enforcement)
{
	static const char *const keys[] = { "$type", "options", NULL };
	static const char *const types[] = { "allow", "deny", "auditAllow", "auditDeny", NULL };
	static const char *const options[][3] = { { "disable_audit_allow" }, { "disable_audit_deny" }, { "send_event" },
						  { "send_event", "show_notification" } };
	size_t outside = schema_enter(schema, ".enforcement");
	const char *type = schema_text(enforcement, "$type");

	if (check_keys(schema, enforcement, keys, 1) && check_word(schema, enforcement, "$type", types)) {
		const json_t *given = json_object_get(enforcement, "options");

		for (unsigned int i = 0; i < ARRAY_SIZE(options); i++)
			if (!strcmp(types[i], type) && (i > 1 || (given && (!json_is_array(given) || json_array_size(given)))))
				check_words(schema, given, "options", options[i]);
	}
	schema_leave(schema, outside);
}

static void check_entry(struct schema *schema, const json_t *entries, size_t i)
{
	static const char *const keys[] = { "$type", "enforcement", "access", "id", NULL };
	const json_t *entry = json_array_get(entries, i);
	const char *types[KIND_NUM + 1] = { NULL };

	for (unsigned int kind = 0; kind < KIND_NUM; kind++)
		types[kind] = device_kinds[kind].type;
	if (!check_keys(schema, entry, keys, 3) || !check_word(schema, entry, "$type", types))
		return;
	if (json_object_get(entry, "id"))
		check_uuid(schema, "\"id\"", json_object_get(entry, "id"));
	check_enforcement(schema, json_object_get(entry, "enforcement"));
	check_words(schema, json_object_get(entry, "access"), "access", device_kinds[schema_kind(schema_text(entry, "$type"))].accesses);
}

static void check_member(struct schema *schema, const json_t *list, size_t i)
{
	check_reference(schema, json_array_get(list, i));
}

static void check_references(struct schema *schema, const json_t *rule, const char *key)
{
	const json_t *list = json_object_get(rule, key);

	if (list && (!json_is_array(list) || json_array_size(list)))
		check_list(schema, list, key, check_member);
}

static void check_rule(struct schema *schema, const json_t *rules, size_t i)
{
	static const char *const keys[] = { "id", "name", "entries", "includeGroups", "excludeGroups", NULL };
	const json_t *rule = json_array_get(rules, i);

	if (!check_keys(schema, rule, keys, 3))
		return;
	check_id(schema, rules, i);
	check_text(schema, rule, "name");
	check_references(schema, rule, "includeGroups");
	check_references(schema, rule, "excludeGroups");
	check_list(schema, json_object_get(rule, "entries"), "entries", check_entry);
}

/* --- settings --- */

static void check_features(struct schema *schema, const json_t *features)
{
	static const char *const keys[] = { "disable", NULL };
	const char *names[DEVICE_KINDS + 2] = { [DEVICE_KINDS] = "genericDevice" };

	for (unsigned int i = 0; i < DEVICE_KINDS; i++)
		names[i] = device_kinds[i].type;
	if (!check_keys(schema, features, names, 0))
		return;
	for (unsigned int i = 0; names[i]; i++) {
		const json_t *feature = json_object_get(features, names[i]), *disable = json_object_get(feature, "disable");
		size_t outside = schema_enter(schema, ".%s", names[i]);

		if (feature && check_keys(schema, feature, keys, 0) && disable && !json_is_boolean(disable))
			schema_wrong(schema, "\"disable\" is neither true nor false; expected one of them");
		schema_leave(schema, outside);
	}
}

static void check_settings(struct schema *schema, const json_t *settings)
{
	static const char *const keys[] = { "features", "global", "ux", NULL }, *const ux_keys[] = { "navigationTarget", NULL };
	static const char *const global_keys[] = { "defaultEnforcement", NULL }, *const defaults[] = { "allow", "deny", NULL };
	const json_t *features = json_object_get(settings, "features"), *global = json_object_get(settings, "global"),
		     *ux = json_object_get(settings, "ux");
	size_t outside = schema_enter(schema, "settings"), len;

	if (check_keys(schema, settings, keys, 0)) {
		len = schema_enter(schema, ".features");
		if (features)
			check_features(schema, features);
		schema_leave(schema, len);
		schema_enter(schema, ".global");
		if (global && check_keys(schema, global, global_keys, 0))
			check_word(schema, global, "defaultEnforcement", defaults);
		schema_leave(schema, len);
		schema_enter(schema, ".ux");
		if (ux && check_keys(schema, ux, ux_keys, 0) && json_object_get(ux, ux_keys[0]) &&
		    !json_is_string(json_object_get(ux, ux_keys[0])))
			schema_wrong(schema, "\"%s\" is no text; expected a link", ux_keys[0]);
	}
	schema_leave(schema, outside);
}

bool schema_check(struct schema *schema, const json_t *document)
{
	static const char *const keys[] = { "groups", "rules", "settings", NULL };

	if (check_keys(schema, document, keys, 3)) {
		schema->groups = json_object_get(document, "groups");
		check_list(schema, schema->groups, "groups", check_group);
		schema->n_defined = json_array_size(schema->groups);
		check_list(schema, json_object_get(document, "rules"), "rules", check_rule);
		check_settings(schema, json_object_get(document, "settings"));
	}
	return !schema->n_errors;
}
