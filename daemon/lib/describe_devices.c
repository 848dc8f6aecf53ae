// SPDX-License-Identifier: MIT
/* The section devices, as the compiler reads it. */
#include <inttypes.h>

#include "describe.h"
#include "text.h"

static json_t *describe_set(u64 set, const char *(*name)(unsigned int number))
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < 64; i++)
		if (set & BIT_ULL(i))
			json_array_append_new(list, json_string(name(i)));
	return list;
}

static json_t *describe_condition(const struct rampart_device_condition *condition)
{
	const char *key;
	json_t *value;

	switch (condition->kind) {
	case RAMPART_CONDITION_FAMILY:
	case RAMPART_CONDITION_HAS:
		key = condition->kind == RAMPART_CONDITION_HAS ? "has" : "family";
		value = describe_set(condition->set, rampart_device_family_name);
		break;
	case RAMPART_CONDITION_STATE:
		key = "state";
		value = describe_set(condition->set, rampart_device_state_name);
		break;
	default:
		key = rampart_device_text_name(condition->kind - RAMPART_CONDITION_TEXT);
		value = rampart_describe_text(condition->text);
	}
	return json_pack("{s:o}", key, value);
}

/* The last @n values become one. */
static json_t *take_values(json_t *stack, u32 n)
{
	size_t first = json_array_size(stack) - n;
	json_t *list = json_array();

	for (u32 i = 0; i < n; i++)
		json_array_append(list, json_array_get(stack, first + i));
	while (n--)
		json_array_remove(stack, first);
	return list;
}

/* An expression that was decoded is a good one. */
static json_t *describe_group(const struct rampart_device_policy *devices, const struct rampart_device_group *group)
{
	static const char *const words[RAMPART_TOKEN_NUM] = {
		[RAMPART_TOKEN_ALL] = "all", [RAMPART_TOKEN_ANY] = "any", [RAMPART_TOKEN_NONE] = "not" };
	json_t *stack = json_array(), *object = json_pack("{s:o}", "id", rampart_describe_text(group->id));

	for (u32 i = 0; i < group->expression.len; i += RAMPART_DEVICE_TOKEN_SIZE) {
		const u8 *token = group->expression.data + i;
		u32 operand = token[1] | (u32)token[2] << 8;

		json_array_append_new(stack, token[0] == RAMPART_TOKEN_CONDITION ?
						     describe_condition(&devices->conditions.v[operand]) :
						     json_pack("{s:o}", words[token[0]], take_values(stack, operand)));
	}
	json_object_update(object, json_array_get(stack, 0));
	json_decref(stack);
	return object;
}

static json_t *describe_groups(const struct rampart_device_policy *devices, struct pb_view numbers)
{
	json_t *list = json_array();

	for (u32 i = 0; i < numbers.len; i += 2)
		json_array_append_new(list, rampart_describe_text(
				devices->groups.v[numbers.data[i] | (u32)numbers.data[i + 1] << 8].id));
	return list;
}

static json_t *describe_users(const struct rampart_device_policy *devices, u64 users)
{
	json_t *list = json_array();

	for (u32 i = 0; i < devices->users.n; i++) {
		struct pb_view text = devices->users.v[i];

		if (!(users & BIT_ULL(i)))
			continue;
		text.data += strlen("user:");
		text.len -= strlen("user:");
		json_array_append_new(list, rampart_describe_text(text));
	}
	return list;
}

static const char *day_name(unsigned int day)
{
	return rampart_days[day];
}

static json_t *describe_entry(const struct rampart_device_policy *devices, const struct rampart_device_entry *entry)
{
	json_t *object = json_pack("{s:o}", rampart_device_decision_name(entry->decision),
				   describe_set(entry->access, rampart_device_access_name));
	char hours[64];

	if (entry->notify)
		json_object_set_new(object, "notify", json_true());
	if (entry->users)
		json_object_set_new(object, "user", describe_users(devices, entry->users));
	if (entry->days)
		json_object_set_new(object, "days", describe_set(entry->days, day_name));
	if (entry->until) {
		snprintf(hours, sizeof(hours), "%02" PRIu64 ":%02" PRIu64 "-%02" PRIu64 ":%02" PRIu64, entry->from / 60,
			 entry->from % 60, entry->until / 60, entry->until % 60);
		json_object_set_new(object, "hours", json_string(hours));
	}
	return object;
}

/* *@entry: the first of its entries, and then the one after them. */
static json_t *describe_rule(const struct rampart_device_policy *devices, u32 number, u32 *entry)
{
	const struct rampart_device_rule *rule = &devices->rules.v[number];
	json_t *object = json_pack("{s:o, s:s}", "id", rampart_describe_text(rule->id), "mode", rampart_mode_name(rule->mode));
	json_t *entries = json_array();

	if (rule->title.len)
		json_object_set_new(object, "title", rampart_describe_text(rule->title));
	if (rule->include.len)
		json_object_set_new(object, "include", describe_groups(devices, rule->include));
	if (rule->exclude.len)
		json_object_set_new(object, "exclude", describe_groups(devices, rule->exclude));
	for (; *entry < devices->entries.n && devices->entries.v[*entry].rule == number; ++*entry)
		json_array_append_new(entries, describe_entry(devices, &devices->entries.v[*entry]));
	json_object_set_new(object, "entries", entries);
	return object;
}

json_t *rampart_describe_devices(const struct rampart_device_policy *devices)
{
	json_t *object = json_pack("{s:s, s:s}", "mode", rampart_mode_name(devices->mode), "default",
				   devices->deny ? "deny" : "allow");
	json_t *groups = json_array(), *rules = json_array();
	u32 entry = 0;

	for (u32 i = 0; i < devices->groups.n; i++)
		json_array_append_new(groups, describe_group(devices, &devices->groups.v[i]));
	for (u32 i = 0; i < devices->rules.n; i++)
		json_array_append_new(rules, describe_rule(devices, i, &entry));
	json_object_set_new(object, "groups", groups);
	json_object_set_new(object, "rules", rules);
	return object;
}
