// SPDX-License-Identifier: MIT
/*
 * The section devices. What a group says nests; in the message it is an expression in reverse Polish notation over one list of conditions.
 */
#include <ctype.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <device.h>

#include "compiler.h"
#include "text.h"

/* While the section is read. */
struct device_compiler {
	struct compiler_list conditions, groups, rules, entries, users;	/* the last of texts, the others of messages */
	Rampart__DeviceGroup *group;	/* that is being read, as the next */
	Rampart__DeviceRule *rule;
	Rampart__DeviceEntry *entry;
	uint8_t tokens[RAMPART_DEVICE_TOKENS_MAX * RAMPART_DEVICE_TOKEN_SIZE];	/* of the group that is being read */
	uint32_t len;
	bool over;		/* it has more of them */
	uint32_t values;	/* of the mapping that is being read */
	void *known;		/* conditions: a tree of tsearch() */
	bool decided;		/* the entry that is being read says what */
};

static void words_text(char *text, size_t size, const char *const *words, unsigned int n)
{
	*text = 0;
	for (unsigned int i = 0; i < n; i++)
		snprintf(text + strlen(text), size - strlen(text), "%s%s", i ? ", " : "one of: ", words[i]);
}

#define X(name, text) text,
static const char *const family_words[] = { RAMPART_DEVICE_FAMILIES(X) };
static const char *const state_words[] = { RAMPART_DEVICE_STATES(X) };
static const char *const text_words[] = { RAMPART_DEVICE_TEXTS(X) };
static const char *const access_words[] = { RAMPART_DEVICE_ACCESSES(X) };
#undef X

/* --- expressions --- */

static void add_token(struct compiler *c, enum rampart_device_token token, uint32_t operand)
{
	struct device_compiler *devices = c->devices;

	if (devices->len == sizeof(devices->tokens)) {
		devices->over = true;
		return;
	}
	devices->tokens[devices->len++] = token;
	devices->tokens[devices->len++] = operand & 0xff;
	devices->tokens[devices->len++] = operand >> 8;
}

/* With its number. */
struct known {
	Rampart__DeviceCondition *condition;
	uint32_t number;
};

static int compare_known(const void *a, const void *b)
{
	const Rampart__DeviceCondition *first = ((const struct known *)a)->condition, *second = ((const struct known *)b)->condition;

	if (first->kind != second->kind)
		return first->kind < second->kind ? -1 : 1;
	if (first->set != second->set)
		return first->set < second->set ? -1 : 1;
	return strcmp(first->text, second->text);
}

/* Each condition is in the message once. */
static void add_condition(struct compiler *c, const struct node *node, uint32_t kind, uint32_t set, char *text)
{
	struct compiler_list *list = &c->devices->conditions;
	struct known *known = compiler_allocate(c, 1, sizeof(*known)), **found = NULL;
	Rampart__DeviceCondition *condition;

	if (!known)
		return;
	known->condition = condition = compiler_allocate(c, 1, sizeof(*condition));
	if (!condition)
		return;
	rampart__device_condition__init(condition);
	condition->kind = kind;
	condition->set = set;
	if (text)
		condition->text = text;
	found = tsearch(known, &c->devices->known, compare_known);
	if (!found) {
		c->no_memory = true;
		return;
	}
	if (*found == known) {
		known->number = list->n;
		compiler_append(c, list, condition);
	}
	if (list->n == RAMPART_DEVICE_LIST_MAX + 1)
		compiler_error(c, node, "up to here %zu conditions; expected at most %d", list->n, RAMPART_DEVICE_LIST_MAX);
	add_token(c, RAMPART_TOKEN_CONDITION, (*found)->number);
}

/* A set of words, given as one or as a list. */
static uint32_t take_words(struct compiler *c, const struct node *value, const char *what, const char *const *words, unsigned int n)
{
	const struct node *items = value->kind == NODE_LIST ? value->items : value;
	uint32_t count = value->kind == NODE_LIST ? value->n : 1, set = 0;
	char expected[256];

	words_text(expected, sizeof(expected), words, n);
	if (!count)
		compiler_error(c, value, "the list is empty; expected %s", expected);
	for (uint32_t i = 0; i < count; i++) {
		unsigned int word;

		if (!compiler_kind(c, &items[i], NODE_SCALAR, "the entry", expected))
			continue;
		word = compiler_word(c, &items[i], what, words, n, expected);
		if (word < n)
			set |= 1u << word;
	}
	return set;
}

static const char *wrong_id_pattern(struct pb_view text)
{
	if (!text.len || text.len > 8 || strspn((const char *)text.data, "0123456789abcdefABCDEF*") != text.len)
		return "is no number of a vendor or a product";
	return NULL;
}

static const char *wrong_interface(struct pb_view text)
{
	if (!text.len || text.len > 8 || strspn((const char *)text.data, "0123456789abcdefABCDEF*:") != text.len)
		return "is no class of an interface";
	return NULL;
}

/* Facts have lower-case digits. */
static char *lower(struct compiler *c, const struct node *node)
{
	char *text = compiler_keep(c, node->text);

	for (char *at = text; at && *at; at++)
		*at = tolower((unsigned char)*at);
	return text;
}

static void take_text(struct compiler *c, const struct node *node, enum rampart_device_text text)
{
	static const struct entries hex = { 1, wrong_id_pattern, "four hexadecimal digits, such as \"0951\", in which * stands for any" };
	static const struct entries interface = { 1, wrong_interface, "class, subclass and protocol, such as \"08:06:50\" or \"03:*\"" };
	bool is_hex = text == RAMPART_DEVICE_VENDOR || text == RAMPART_DEVICE_PRODUCT;

	if (!is_hex && text != RAMPART_DEVICE_INTERFACE) {
		compiler_check(c, node, &compiler_note);
		add_condition(c, node, RAMPART_CONDITION_TEXT + text, 0, node->text);
		return;
	}
	compiler_check(c, node, is_hex ? &hex : &interface);
	add_condition(c, node, RAMPART_CONDITION_TEXT + text, 0, node->kind == NODE_SCALAR ? lower(c, node) : NULL);
}

/* One pattern, or a list of them of which any holds. */
static void take_texts(struct compiler *c, const struct node *value, enum rampart_device_text text)
{
	if (value->kind == NODE_SCALAR) {
		take_text(c, value, text);
	} else if (compiler_kind(c, value, NODE_LIST, "the value", "a pattern or a list of them")) {
		for (uint32_t i = 0; i < value->n; i++)
			take_text(c, &value->items[i], text);
		if (value->n)
			add_token(c, RAMPART_TOKEN_ANY, value->n);
		else
			compiler_error(c, value, "the list is empty; expected a pattern");
	}
}

static unsigned int word_of(const struct node *name, const char *const *words, unsigned int n)
{
	unsigned int i = 0;

	while (i < n && !node_is(name, words[i]))
		i++;
	return i;
}

/* A key and its value follow each other in a mapping. */
static void take_any_text(struct compiler *c, const struct node *value)
{
	take_texts(c, value, word_of(value - 1, text_words, ARRAY_SIZE(text_words)));
	c->devices->values++;
}

static void take_family(struct compiler *c, const struct node *value)
{
	add_condition(c, value, node_is(value - 1, "has") ? RAMPART_CONDITION_HAS : RAMPART_CONDITION_FAMILY,
		      take_words(c, value, "family", family_words, ARRAY_SIZE(family_words)), NULL);
	c->devices->values++;
}

static void take_state(struct compiler *c, const struct node *value)
{
	add_condition(c, value, RAMPART_CONDITION_STATE, take_words(c, value, "state", state_words, ARRAY_SIZE(state_words)), NULL);
	c->devices->values++;
}

static Rampart__DeviceGroup *find_group(const struct device_compiler *devices, const struct node *id, uint32_t *number)
{
	for (*number = 0; *number < devices->groups.n; ++*number) {
		Rampart__DeviceGroup *group = devices->groups.v[*number];

		if (group != devices->group && group->id && node_is(id, group->id))
			return group;
	}
	return NULL;
}

/* What an earlier group says, once more. */
static void take_group(struct compiler *c, const struct node *value)
{
	struct device_compiler *devices = c->devices;
	const Rampart__DeviceGroup *group;
	char quote[RAMPART_QUOTE];
	uint32_t number;

	group = find_group(devices, value, &number);
	devices->values++;
	if (!group) {
		compiler_error(c, value, "there is no group %s before this one; expected the id of one",
			       rampart_quote(quote, value->text, value->len));
	} else if (group->expression.len > sizeof(devices->tokens) - devices->len) {
		devices->over = true;
	} else {
		memcpy(devices->tokens + devices->len, group->expression.data, group->expression.len);
		devices->len += group->expression.len;
	}
}

static void take_id_of_group(struct compiler *c, const struct node *value)
{
	char quote[RAMPART_QUOTE];
	uint32_t number;

	compiler_check(c, value, &compiler_id);
	if (find_group(c->devices, value, &number))
		compiler_error(c, value, "the group %s again; expected another id", rampart_quote(quote, value->text, value->len));
	c->devices->group->id = value->text;
}

static void take_nested(struct compiler *c, const struct node *list);

#define CONDITION_EXPECTED "a mapping such as {family: removable_media} or {not: [...]}"
#define CONDITION_KEYS                                                                                       \
	{ "all", false, NODE_LIST, "a list of conditions", take_nested },                                     \
	{ "any", false, NODE_LIST, "a list of conditions", take_nested },                                     \
	{ "not", false, NODE_LIST, "a list of conditions, of which none may hold", take_nested },             \
	{ "group", false, NODE_SCALAR, "the id of an earlier group", take_group },                            \
	{ "family", false, NODE_REFUSED, "a family or a list of them", take_family },                         \
	{ "has", false, NODE_REFUSED, "a family or a list of them", take_family },                            \
	{ "state", false, NODE_REFUSED, "a state or a list of them", take_state },                            \
	{ "bus", false, NODE_REFUSED, "a pattern or a list of them", take_any_text },                         \
	{ "vendor", false, NODE_REFUSED, "a pattern or a list of them", take_any_text },                      \
	{ "product", false, NODE_REFUSED, "a pattern or a list of them", take_any_text },                     \
	{ "serial", false, NODE_REFUSED, "a pattern or a list of them", take_any_text },                      \
	{ "name", false, NODE_REFUSED, "a pattern or a list of them", take_any_text },                        \
	{ "port", false, NODE_REFUSED, "a pattern or a list of them", take_any_text },                        \
	{ "interface", false, NODE_REFUSED, "a pattern or a list of them", take_any_text }

/* All that the mapping says holds: leaves one value. */
static void take_conditions(struct compiler *c, const struct node *node, const struct key *keys)
{
	uint32_t outside = c->devices->values;

	c->devices->values = 0;
	compiler_mapping(c, node, keys);
	if (!c->devices->values)
		compiler_error(c, node, "this says nothing of a device; expected a condition, such as family: removable_media");
	if (c->devices->values > 1)
		add_token(c, RAMPART_TOKEN_ALL, c->devices->values);
	c->devices->values = outside;
}

/* As deep as a tree may be. */
static void take_nested(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = { CONDITION_KEYS, { 0 } };
	const struct node *name = list - 1;

	c->devices->values++;
	if (!list->n)
		compiler_error(c, list, "the list is empty; expected a condition");
	for (uint32_t i = 0; i < list->n; i++)
		if (compiler_kind(c, &list->items[i], NODE_MAPPING, "the condition", CONDITION_EXPECTED))
			take_conditions(c, &list->items[i], keys);
	add_token(c, node_is(name, "all") ? RAMPART_TOKEN_ALL : node_is(name, "any") ? RAMPART_TOKEN_ANY : RAMPART_TOKEN_NONE,
		  list->n);
}

static void keep_expression(struct compiler *c, const struct node *node)
{
	struct device_compiler *devices = c->devices;
	struct pb_view expression = { devices->tokens, devices->len };
	uint8_t *bytes = compiler_allocate(c, devices->len, 1);

	if (!bytes)
		return;
	memcpy(bytes, devices->tokens, devices->len);
	devices->group->expression = (ProtobufCBinaryData){ .len = devices->len, .data = bytes };
	if (devices->over)
		compiler_error(c, node, "the group says more than %d things; expected fewer", RAMPART_DEVICE_TOKENS_MAX);
	else if (!c->errors->n && !rampart_device_expression_check(expression, devices->conditions.n))
		compiler_error(c, node, "the group has lists of more than %d conditions in each other; expected shorter ones",
			       RAMPART_DEVICE_DEPTH_MAX);
}

static void take_groups(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = {
		{ "id", true, NODE_SCALAR, "1 to 31 of a-z 0-9 _ -", take_id_of_group },
		CONDITION_KEYS,
		{ 0 },
	};
	struct device_compiler *devices = c->devices;
	uint32_t count = compiler_cap(c, list, RAMPART_DEVICE_LIST_MAX);

	for (uint32_t i = 0; i < count && !c->no_memory; i++) {
		devices->group = compiler_add(c, &devices->groups, sizeof(*devices->group));
		if (!devices->group)
			return;
		rampart__device_group__init(devices->group);
		devices->len = 0;
		devices->over = false;
		if (!compiler_kind(c, &list->items[i], NODE_MAPPING, "the group", "{id: sticks, family: removable_media}"))
			continue;
		take_conditions(c, &list->items[i], keys);
		keep_expression(c, &list->items[i]);
	}
	devices->group = NULL;
}

/* --- rules --- */

static void take_id_of_rule(struct compiler *c, const struct node *value)
{
	char quote[RAMPART_QUOTE];

	compiler_check(c, value, &compiler_id);
	if (rampart_is_own_rule(value->text, value->len))
		compiler_error(c, value, "%s is a rule of Rampart's own; expected another id",
			       rampart_quote(quote, value->text, value->len));
	c->devices->rule->id = value->text;
}

static void take_rule_mode(struct compiler *c, const struct node *value)
{
	compiler_mode(c, value, &c->devices->rule->mode);
}

static void take_title(struct compiler *c, const struct node *value)
{
	compiler_text(c, value, &compiler_note, &c->devices->rule->title);
}

static void take_numbers(struct compiler *c, const struct node *list, ProtobufCBinaryData *numbers)
{
	uint32_t count = compiler_cap(c, list, RAMPART_DEVICE_TOKENS_MAX);
	uint8_t *bytes = compiler_allocate(c, count, 2);
	char quote[RAMPART_QUOTE];

	for (uint32_t i = 0; i < count && bytes; i++) {
		const struct node *item = &list->items[i];
		uint32_t number;

		if (!compiler_kind(c, item, NODE_SCALAR, "the entry", "the id of a group"))
			continue;
		if (!find_group(c->devices, item, &number))
			compiler_error(c, item, "there is no group %s; expected the id of one",
				       rampart_quote(quote, item->text, item->len));
		bytes[2 * i] = number & 0xff;
		bytes[2 * i + 1] = number >> 8;
	}
	*numbers = (ProtobufCBinaryData){ .len = 2 * count, .data = bytes };
}

static void take_include(struct compiler *c, const struct node *value)
{
	take_numbers(c, value, &c->devices->rule->include);
}

static void take_exclude(struct compiler *c, const struct node *value)
{
	take_numbers(c, value, &c->devices->rule->exclude);
}

static void take_decision(struct compiler *c, const struct node *value)
{
	Rampart__DeviceEntry *entry = c->devices->entry;
	const struct node *name = value - 1;

	if (c->devices->decided)
		compiler_error(c, name, "an entry has one of allow, deny, audit_allowed and audit_denied; expected another entry for this");
	c->devices->decided = true;
	entry->access = take_words(c, value, "access", access_words, ARRAY_SIZE(access_words));
	for (unsigned int i = 0; i < RAMPART_DECISION_NUM; i++)
		if (node_is(name, rampart_device_decision_name(i)))
			entry->decision = i;
}

static void take_notify(struct compiler *c, const struct node *value)
{
	char quote[RAMPART_QUOTE];

	c->devices->entry->notify = node_is(value, "true");
	if (!c->devices->entry->notify && !node_is(value, "false"))
		compiler_error(c, value, "notify is %s; expected true or false", rampart_quote(quote, value->text, value->len));
}

static void take_users(struct compiler *c, const struct node *value)
{
	const struct node *items = value->kind == NODE_LIST ? value->items : value;
	uint32_t count = value->kind == NODE_LIST ? value->n : 1;
	struct compiler_list *users = &c->devices->users;

	for (uint32_t i = 0; i < count; i++) {
		char *text = compiler_kind(c, &items[i], NODE_SCALAR, "the entry", "a user") ? compiler_user(c, &items[i]) : NULL;
		size_t at = 0;

		while (text && at < users->n && strcmp(users->v[at], text))
			at++;
		if (!text)
			continue;
		if (at == RAMPART_DEVICE_USERS_MAX) {
			compiler_error(c, &items[i], "up to here more than %d users; expected fewer", RAMPART_DEVICE_USERS_MAX);
			return;
		}
		if (at == users->n) {
			char *kept = compiler_add(c, users, strlen(text) + 1);

			if (!kept)
				return;
			strcpy(kept, text);
		}
		c->devices->entry->users |= 1u << at;
	}
}

static void take_days(struct compiler *c, const struct node *value)
{
	c->devices->entry->days = take_words(c, value, "day", rampart_days, ARRAY_SIZE(rampart_days));
}

/* "HH:MM", to 24:00; false: it is none. */
static bool parse_minute(const char *text, uint32_t *minute)
{
	static const char shape[] = "dd:dd";
	uint32_t hours, minutes;

	for (unsigned int i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
			return false;
	hours = 10 * (text[0] - '0') + text[1] - '0';
	minutes = 10 * (text[3] - '0') + text[4] - '0';
	*minute = 60 * hours + minutes;
	return minutes < 60 && *minute <= RAMPART_DAY_MINUTES;
}

static void take_hours(struct compiler *c, const struct node *value)
{
	Rampart__DeviceEntry *entry = c->devices->entry;
	char quote[RAMPART_QUOTE];

	if (value->len != strlen("08:00-18:00") || value->text[5] != '-' || !parse_minute(value->text, &entry->from) ||
	    !parse_minute(value->text + 6, &entry->until) || entry->from >= entry->until)
		compiler_error(c, value, "hours are %s; expected a time and a later one of the day, UTC, such as \"08:00-18:00\"",
			       rampart_quote(quote, value->text, value->len));
}

static void take_entries(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = {
		{ "allow", false, NODE_REFUSED, "a list of accesses", take_decision },
		{ "deny", false, NODE_REFUSED, "a list of accesses", take_decision },
		{ "audit_allowed", false, NODE_REFUSED, "a list of accesses", take_decision },
		{ "audit_denied", false, NODE_REFUSED, "a list of accesses", take_decision },
		{ "notify", false, NODE_SCALAR, "true or false", take_notify },
		{ "user", false, NODE_REFUSED, "a user or a list of them", take_users },
		{ "days", false, NODE_REFUSED, "a day or a list of them", take_days },
		{ "hours", false, NODE_SCALAR, "\"08:00-18:00\"", take_hours },
		{ 0 },
	};
	struct device_compiler *devices = c->devices;

	for (uint32_t i = 0; i < list->n && !c->no_memory; i++) {
		devices->entry = compiler_add(c, &devices->entries, sizeof(*devices->entry));
		if (!devices->entry)
			return;
		rampart__device_entry__init(devices->entry);
		devices->entry->rule = devices->rules.n - 1;
		if (devices->entries.n == RAMPART_DEVICE_LIST_MAX + 1)
			compiler_error(c, &list->items[i], "up to here %zu entries; expected at most %d", devices->entries.n,
				       RAMPART_DEVICE_LIST_MAX);
		if (!compiler_kind(c, &list->items[i], NODE_MAPPING, "the entry", "{deny: [write, execute]}"))
			continue;
		devices->decided = false;
		compiler_mapping(c, &list->items[i], keys);
		if (!devices->decided)
			compiler_error(c, &list->items[i], "the entry decides nothing; expected allow, deny, audit_allowed or audit_denied");
	}
}

static int compare_ids(const void *a, const void *b)
{
	const Rampart__DeviceRule *const *first = a, *const *second = b;

	return strcmp((*first)->id, (*second)->id);
}

/* An event names its rule. */
static void check_ids(struct compiler *c, const struct node *list)
{
	struct compiler_list *rules = &c->devices->rules;
	Rampart__DeviceRule **sorted = compiler_allocate(c, rules->n, sizeof(*sorted));

	if (!sorted || c->errors->n)
		return;
	if (rules->n)
		memcpy(sorted, rules->v, rules->n * sizeof(*sorted));
	qsort(sorted, rules->n, sizeof(*sorted), compare_ids);
	for (size_t i = 1; i < rules->n; i++)
		if (!strcmp(sorted[i - 1]->id, sorted[i]->id))
			compiler_error(c, list, "two rules have the id \"%s\"; expected each once", sorted[i]->id);
}

static void take_rules(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = {
		{ "id", true, NODE_SCALAR, "1 to 31 of a-z 0-9 _ -", take_id_of_rule },
		{ "mode", false, NODE_SCALAR, COMPILER_MODES, take_rule_mode },
		{ "title", false, NODE_SCALAR, "one line", take_title },
		{ "include", false, NODE_LIST, "a list of groups", take_include },
		{ "exclude", false, NODE_LIST, "a list of groups", take_exclude },
		{ "entries", true, NODE_LIST, "a list of entries, {deny: [write]}", take_entries },
		{ 0 },
	};
	struct device_compiler *devices = c->devices;
	uint32_t count = compiler_cap(c, list, RAMPART_DEVICE_LIST_MAX);

	for (uint32_t i = 0; i < count && !c->no_memory; i++) {
		devices->rule = compiler_add(c, &devices->rules, sizeof(*devices->rule));
		if (!devices->rule)
			return;
		rampart__device_rule__init(devices->rule);
		devices->rule->mode = c->devices_message.mode;
		if (compiler_kind(c, &list->items[i], NODE_MAPPING, "the rule", "{id: ..., include: [...], entries: [...]}"))
			compiler_mapping(c, &list->items[i], keys);
	}
	check_ids(c, list);
}

/* --- the section --- */

static void take_mode(struct compiler *c, const struct node *value)
{
	compiler_mode(c, value, &c->devices_message.mode);
}

static void take_default(struct compiler *c, const struct node *value)
{
	static const char *const words[] = { "allow", "deny" };

	c->devices_message.deny = compiler_word(c, value, "default", words, ARRAY_SIZE(words), "allow or deny") == 1;
}

/* Rules name groups and have the section's mode: those are read first, wherever they stand. */
static void skip(struct compiler *c, const struct node *value)
{
}

static void fill_message(struct compiler *c)
{
	Rampart__Devices *message = &c->devices_message;
	struct device_compiler *devices = c->devices;

	message->conditions = (Rampart__DeviceCondition **)devices->conditions.v;
	message->n_conditions = devices->conditions.n;
	message->groups = (Rampart__DeviceGroup **)devices->groups.v;
	message->n_groups = devices->groups.n;
	message->rules = (Rampart__DeviceRule **)devices->rules.v;
	message->n_rules = devices->rules.n;
	message->entries = (Rampart__DeviceEntry **)devices->entries.v;
	message->n_entries = devices->entries.n;
	message->users = (char **)devices->users.v;
	message->n_users = devices->users.n;
}

/* It is the compiler's memory. */
static void keep_known(void *known)
{
}

void compiler_devices(struct compiler *c, const struct node *value)
{
	static const struct key first[] = {
		{ "mode", true, NODE_SCALAR, COMPILER_MODES, take_mode },
		{ "default", false, NODE_SCALAR, "allow or deny", take_default },
		{ "groups", false, NODE_LIST, "a list of groups, {id: ..., family: ...}", take_groups },
		{ "rules", false, NODE_LIST, "a list of rules, {id: ..., include: [...], entries: [...]}", skip },
		{ 0 },
	};
	const struct node *rules = tree_get(value, "rules");

	c->devices = compiler_allocate(c, 1, sizeof(*c->devices));
	if (!c->devices)
		return;
	compiler_mapping(c, value, first);
	if (rules && rules->kind == NODE_LIST)
		take_rules(c, rules);
	fill_message(c);
	tdestroy(c->devices->known, keep_known);
}
