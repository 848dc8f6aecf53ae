// SPDX-License-Identifier: MIT
/* What policy_diff() compares of devices: texts for groups, rules and their entries. */
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "policy_file.h"

/* Adds "ID: @value". */
static bool add_text(struct rampart_views *names, const json_t *id, const json_t *value)
{
	char *words = json_dumps(value, 0), *text = NULL;
	int len = words ? asprintf(&text, "%s: %s", json_string_value(id), words) : -1;

	free(words);
	if (len < 0)
		return false;
	names->v[names->n++] = (struct pb_view){ .data = (const u8 *)text, .len = len };
	return true;
}

/* All that is listed for @key, without what @hidden names. */
static bool name_objects(struct rampart_views *names, const struct rampart_policy *policy, const char *key, const char *const *hidden)
{
	json_t *section = rampart_describe_devices(&policy->devices), *object;
	bool good = true;
	size_t i;

	json_array_foreach(json_object_get(section, key), i, object) {
		json_t *rest = json_copy(object);

		for (const char *const *each = hidden; *each; each++)
			json_object_del(rest, *each);
		good = good && add_text(names, json_object_get(object, "id"), rest);
		json_decref(rest);
	}
	json_decref(section);
	return good;
}

bool devices_name_groups(struct rampart_views *names, const struct rampart_policy *policy)
{
	static const char *const hidden[] = { "id", NULL };

	return name_objects(names, policy, "groups", hidden);
}

/* Whom they are about: modes and entries are told by themselves. */
bool devices_name_rules(struct rampart_views *names, const struct rampart_policy *policy)
{
	static const char *const hidden[] = { "id", "mode", "entries", NULL };

	return name_objects(names, policy, "rules", hidden);
}

/* The entries of all rules that have one of two decisions. */
static bool name_entries(struct rampart_views *names, const struct rampart_policy *policy, enum rampart_device_decision one,
			 enum rampart_device_decision other)
{
	json_t *section = rampart_describe_devices(&policy->devices), *rule, *entry;
	bool good = true;
	size_t i, e;

	json_array_foreach(json_object_get(section, "rules"), i, rule)
		json_array_foreach(json_object_get(rule, "entries"), e, entry)
			if (json_object_get(entry, rampart_device_decision_name(one)) ||
			    json_object_get(entry, rampart_device_decision_name(other)))
				good = good && add_text(names, json_object_get(rule, "id"), entry);
	json_decref(section);
	return good;
}

bool devices_name_allowed(struct rampart_views *names, const struct rampart_policy *policy)
{
	return name_entries(names, policy, RAMPART_DECISION_ALLOW, RAMPART_DECISION_ALLOW);
}

bool devices_name_denied(struct rampart_views *names, const struct rampart_policy *policy)
{
	return name_entries(names, policy, RAMPART_DECISION_DENY, RAMPART_DECISION_DENY);
}

bool devices_name_reported(struct rampart_views *names, const struct rampart_policy *policy)
{
	return name_entries(names, policy, RAMPART_DECISION_AUDIT_ALLOWED, RAMPART_DECISION_AUDIT_DENIED);
}

/* --- modes and order --- */

/* By id; NULL: there is none. */
static const json_t *find_rule(const json_t *section, const char *id)
{
	const json_t *rules = json_object_get(section, "rules");

	for (size_t i = 0; i < json_array_size(rules); i++)
		if (!strcmp(json_string_value(json_object_get(json_array_get(rules, i), "id")), id))
			return json_array_get(rules, i);
	return NULL;
}

static bool has_entry(const json_t *rule, const char *decision)
{
	const json_t *entries = json_object_get(rule, "entries");

	for (size_t i = 0; i < json_array_size(entries); i++)
		if (json_object_get(json_array_get(entries, i), decision))
			return true;
	return false;
}

/* What both sides have, as it is in order on either. */
static void diff_order(json_t *changes, const char *what, const json_t *old, const json_t *new, policy_change change)
{
	const json_t *sides[] = { old, new };
	char *texts[2];

	for (unsigned int side = 0; side < 2; side++) {
		json_t *common = json_array();

		for (size_t i = 0; i < json_array_size(sides[side]); i++)
			for (size_t j = 0; j < json_array_size(sides[!side]); j++)
				if (json_equal(json_array_get(sides[side], i), json_array_get(sides[!side], j))) {
					json_array_append(common, json_array_get(sides[side], i));
					break;
				}
		texts[side] = json_dumps(common, 0);
		json_decref(common);
	}
	if (texts[0] && texts[1])
		change(changes, what, texts[0], texts[1], "the first that decides counts");
	free(texts[0]);
	free(texts[1]);
}

static const char *mode_of(const json_t *object)
{
	return json_string_value(json_object_get(object, "mode")) ?: "off";
}

static const char *direction(int grows)
{
	return grows > 0 ? "stricter" : "weaker";
}

static int strictness(const char *mode)
{
	int number = 0;

	while (strcmp(rampart_mode_name(number), mode))
		number++;
	return number;
}

/* NULL: on one side there is no such rule. What a rule allows counts in the same modes as what it denies. */
static void diff_rule(json_t *changes, const char *id, const json_t *old, const json_t *new, policy_change change)
{
	const char *from = mode_of(old), *to = mode_of(new);
	bool only_denies = !has_entry(old, "allow") && !has_entry(new, "allow") && (has_entry(old, "deny") || has_entry(new, "deny"));
	char what[sizeof("devices..entries") + RAMPART_ID_MAX];

	snprintf(what, sizeof(what), "devices.%s", id);
	change(changes, what, from, to, only_denies ? direction(strictness(to) - strictness(from)) : NULL);
	snprintf(what, sizeof(what), "devices.%s.entries", id);
	diff_order(changes, what, json_object_get(old, "entries"), json_object_get(new, "entries"), change);
}

static json_t *ids_of(const json_t *section)
{
	const json_t *rules = json_object_get(section, "rules");
	json_t *ids = json_array();

	for (size_t i = 0; i < json_array_size(rules); i++)
		json_array_append(ids, json_object_get(json_array_get(rules, i), "id"));
	return ids;
}

static void diff_rules(json_t *changes, const json_t *old, const json_t *new, policy_change change)
{
	json_t *before = ids_of(old), *after = ids_of(new), *id;
	size_t i;

	json_array_foreach(before, i, id)
		diff_rule(changes, json_string_value(id), find_rule(old, json_string_value(id)), find_rule(new, json_string_value(id)), change);
	json_array_foreach(after, i, id)
		if (!find_rule(old, json_string_value(id)))
			diff_rule(changes, json_string_value(id), NULL, find_rule(new, json_string_value(id)), change);
	diff_order(changes, "devices.order", before, after, change);
	json_decref(before);
	json_decref(after);
}

void devices_diff(json_t *changes, const struct rampart_policy *a, const struct rampart_policy *b, policy_change change)
{
	json_t *old = rampart_describe_devices(&a->devices), *new = rampart_describe_devices(&b->devices);

	change(changes, "devices.mode", mode_of(old), mode_of(new), direction((int)b->devices.mode - (int)a->devices.mode));
	change(changes, "devices.default", json_string_value(json_object_get(old, "default")),
	       json_string_value(json_object_get(new, "default")), direction(b->devices.deny - a->devices.deny));
	diff_rules(changes, old, new, change);
	json_decref(old);
	json_decref(new);
}
