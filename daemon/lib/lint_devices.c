// SPDX-License-Identifier: MIT
#include <string.h>

#include <device.h>

#include "lint_devices.h"

/* A value that may be one word, or a list of them, as a list. */
static const struct node *words_of(const struct node *value, uint32_t *n)
{
	*n = !value ? 0 : value->kind == NODE_LIST ? value->n : 1;
	return value && value->kind == NODE_LIST ? value->items : value;
}

static bool has_word(const struct node *value, const char *word)
{
	uint32_t n;
	const struct node *words = words_of(value, &n);

	for (uint32_t i = 0; i < n; i++)
		if (node_is(&words[i], word))
			return true;
	return false;
}

/* --- what entries decide --- */

static u32 access_set(const struct node *accesses)
{
	u32 set = 0;

	for (unsigned int i = 0; i < RAMPART_ACCESS_NUM; i++)
		if (has_word(accesses, rampart_device_access_name(i)))
			set |= BIT_ULL(i);
	return set;
}

static u32 decided_by(const struct node *entry)
{
	return access_set(tree_get(entry, "allow")) | access_set(tree_get(entry, "deny"));
}

/* It holds for everybody, and at any time. */
static bool is_unconditional(const struct node *entry)
{
	return !tree_get(entry, "user") && !tree_get(entry, "days") && !tree_get(entry, "hours");
}

/* What a rule, or the first @n entries of it, decides of each device that it is about. */
static u32 always_decided(const struct node *entries, uint32_t n)
{
	u32 set = 0;

	for (uint32_t i = 0; i < n && i < entries->n; i++)
		if (is_unconditional(&entries->items[i]))
			set |= decided_by(&entries->items[i]);
	return set;
}

static bool decides(const struct node *rule, const char *decision, enum rampart_device_access access)
{
	const struct node *entries = tree_get(rule, "entries");

	for (uint32_t i = 0; i < entries->n; i++)
		if (access_set(tree_get(&entries->items[i], decision)) & BIT_ULL(access))
			return true;
	return false;
}

/* Whether a rule asks for reports, of whatever other rules decide, or does nothing at all. */
static bool is_reached_anyway(const struct node *rule)
{
	const struct node *entries = tree_get(rule, "entries");

	for (uint32_t i = 0; i < entries->n; i++)
		if (!decided_by(&entries->items[i]))
			return true;
	return !entries->n;
}

/* --- groups --- */

static const struct node *find_group(const struct node *groups, const struct node *id)
{
	for (uint32_t i = 0; groups && i < groups->n; i++)
		if (node_is(tree_get(&groups->items[i], "id"), id->text))
			return &groups->items[i];
	return NULL;
}

static bool has_match(const struct node *value, const char *pattern)
{
	uint32_t n;
	const struct node *words = words_of(value, &n);

	for (uint32_t i = 0; i < n; i++)
		if (words[i].kind == NODE_SCALAR && rampart_pattern_matches(pattern, words[i].text))
			return true;
	return false;
}

/* Whether a mapping in @node, however deep, has a word of @pattern for @key. */
static bool mentions(const struct node *node, const char *key, const char *pattern)
{
	for (uint32_t i = 0; i < node->n; i++) {
		const struct node *item = &node->items[i];

		if (node->kind == NODE_MAPPING && i % 2 == 0 && node_is(item, key) && has_match(item + 1, pattern))
			return true;
		if (item->kind != NODE_SCALAR && mentions(item, key, pattern))
			return true;
	}
	return false;
}

static bool is_used(const struct node *section, const struct node *id)
{
	const struct node *groups = tree_get(section, "groups"), *rules = tree_get(section, "rules");

	for (uint32_t i = 0; rules && i < rules->n; i++)
		if (has_word(tree_get(&rules->items[i], "include"), id->text) || has_word(tree_get(&rules->items[i], "exclude"), id->text))
			return true;
	return mentions(groups, "group", id->text);
}

static void lint_groups(struct compile_errors *warnings, const struct node *section)
{
	const struct node *groups = tree_get(section, "groups");

	for (uint32_t i = 0; groups && i < groups->n; i++) {
		const struct node *id = tree_get(&groups->items[i], "id");

		if (!is_used(section, id))
			compile_error_add(warnings, id->line, id->column,
					  "the group \"%s\" is in no rule and no other group; expected a rule that has it", id->text);
	}
}

/* What nobody can do without. */
static const struct vital {
	const char *family, *or, *interface, *text;
} keyboards = { "keyboard", "hid", "03*",
		"no keyboard that is plugged in will work; expected an earlier rule that allows some, or a group with state: keyboard_present" },
  hubs = { "hub", "hub", "09*", "hubs are refused, and with them what hangs on them; expected an earlier rule that allows them" };

/* Whether all of them are in the group: it says nothing but their family. */
static bool has_all(const struct node *group, const struct vital *vital)
{
	const struct node *family = tree_get(group, "family");

	return group->n == 4 && family && (has_word(family, vital->family) || has_word(family, vital->or));
}

/* Whether some may be: it says so, or nothing about what devices are for. */
static bool has_some(const struct node *group, const struct vital *vital)
{
	static const char *const keys[] = { "family", "has" };

	for (unsigned int i = 0; i < 2; i++)
		if (mentions(group, keys[i], vital->family) || mentions(group, keys[i], vital->or))
			return true;
	if (mentions(group, "interface", vital->interface))
		return true;
	return !mentions(group, "family", "*") && !mentions(group, "has", "*") && !mentions(group, "interface", "*");
}

/* Whether a rule is about all of them, or about some. */
static bool is_about(const struct node *section, const struct node *rule, const struct vital *vital,
		     bool (*has)(const struct node *group, const struct vital *vital))
{
	const struct node *include = tree_get(rule, "include"), *exclude = tree_get(rule, "exclude");

	if (has == has_all && exclude && exclude->n)
		return false;
	for (uint32_t i = 0; include && i < include->n; i++)
		if (!has(find_group(tree_get(section, "groups"), &include->items[i]), vital))
			return false;
	return true;
}

/* --- rules --- */

static const struct node *mode_of(const struct node *section, const struct node *rule)
{
	return tree_get(rule, "mode") ?: tree_get(section, "mode");
}

/* In other modes a rule refuses nothing. */
static bool refuses(const struct node *mode)
{
	return node_is(mode, "warn") || node_is(mode, "block");
}

/* Whether one of the first @n rules lets some be attached. */
static bool are_allowed(const struct node *section, uint32_t n, const struct vital *vital)
{
	const struct node *rules = tree_get(section, "rules");

	for (uint32_t i = 0; i < n; i++)
		if (refuses(mode_of(section, &rules->items[i])) && decides(&rules->items[i], "allow", RAMPART_ACCESS_ATTACH) &&
		    is_about(section, &rules->items[i], vital, has_some))
			return true;
	return false;
}

static void lint_vital(struct compile_errors *warnings, const struct node *section, uint32_t number, const struct vital *vital)
{
	const struct node *rule = &tree_get(section, "rules")->items[number], *id = tree_get(rule, "id");

	if (is_about(section, rule, vital, has_all) && !are_allowed(section, number, vital))
		compile_error_add(warnings, id->line, id->column, "%s", vital->text);
}

/* As sets. */
static bool same_groups(const struct node *a, const struct node *b)
{
	for (unsigned int side = 0; side < 2; side++) {
		const struct node *of = side ? b : a, *in = side ? a : b;

		for (uint32_t i = 0; of && i < of->n; i++)
			if (!has_word(in, of->items[i].text))
				return false;
	}
	return true;
}

/* Whether each device that @rule is about is one that @earlier is about. */
static bool is_within(const struct node *rule, const struct node *earlier)
{
	const struct node *include = tree_get(earlier, "include"), *exclude = tree_get(earlier, "exclude");

	if ((!include || !include->n) && (!exclude || !exclude->n))
		return true;
	return same_groups(tree_get(rule, "include"), include) && same_groups(tree_get(rule, "exclude"), exclude);
}

static void lint_reached(struct compile_errors *warnings, const struct node *section, uint32_t number)
{
	const struct node *rules = tree_get(section, "rules"), *rule = &rules->items[number], *id = tree_get(rule, "id");
	const struct node *entries = tree_get(rule, "entries");
	u32 set = 0;

	for (uint32_t i = 0; i < entries->n; i++)
		set |= decided_by(&entries->items[i]);
	for (uint32_t i = 0; i < number && !is_reached_anyway(rule); i++) {
		const struct node *other = tree_get(&rules->items[i], "entries");

		if (!refuses(mode_of(section, &rules->items[i])) || !is_within(rule, &rules->items[i]) ||
		    set & ~always_decided(other, other->n))
			continue;
		compile_error_add(warnings, id->line, id->column,
				  "the rule \"%s\" of line %u decides all of this before; expected the narrower one first", tree_get(&rules->items[i], "id")->text,
				  rules->items[i].line);
		return;
	}
}

static void lint_entries(struct compile_errors *warnings, const struct node *rule)
{
	const struct node *entries = tree_get(rule, "entries");

	for (uint32_t i = 1; i < entries->n; i++) {
		u32 set = decided_by(&entries->items[i]);

		if (set && !(set & ~always_decided(entries, i)))
			compile_error_add(warnings, entries->items[i].line, entries->items[i].column,
					  "earlier entries of the rule decide all of this; expected the narrower one first");
	}
}

static void lint_rule(struct compile_errors *warnings, const struct node *section, uint32_t number)
{
	const struct node *rule = &tree_get(section, "rules")->items[number];

	lint_entries(warnings, rule);
	lint_reached(warnings, section, number);
	if (!refuses(mode_of(section, rule)) || !decides(rule, "deny", RAMPART_ACCESS_ATTACH))
		return;
	lint_vital(warnings, section, number, &keyboards);
	lint_vital(warnings, section, number, &hubs);
}

static void lint_default(struct compile_errors *warnings, const struct node *section)
{
	const struct node *value = tree_get(section, "default"), *rules = tree_get(section, "rules");

	if (value && node_is(value, "deny") && refuses(tree_get(section, "mode")) && !are_allowed(section, rules ? rules->n : 0, &keyboards))
		compile_error_add(warnings, value->line, value->column,
				  "no keyboard that is plugged in will work; expected a rule that allows some to be attached");
}

void lint_devices(struct compile_errors *warnings, const struct node *section)
{
	const struct node *rules = tree_get(section, "rules");

	if (!section || node_is(tree_get(section, "mode"), "off"))
		return;
	lint_groups(warnings, section);
	lint_default(warnings, section);
	for (uint32_t i = 0; rules && i < rules->n; i++)
		lint_rule(warnings, section, i);
}
