// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <env.h>

#include "device.h"

#define TOKEN_SIZE RAMPART_DEVICE_TOKEN_SIZE

struct condition {
	enum rampart_device_condition_kind kind;
	u32 set;
	const char *pattern;
};

struct group {
	struct pb_view expression;
};

struct entry {
	enum rampart_device_decision decision;
	u32 access;
	u32 users;
	bool notify;
	u32 days, from, until;
};

struct rule {
	const char *id;
	enum rampart_mode mode;
	const u8 *groups;	/* numbers of two bytes: first those that it includes */
	u32 n_include, n_groups;
	u32 entries, n_entries;
};

struct user_range {
	u32 first, last;
};

struct rampart_devices {
	enum rampart_mode mode;
	bool deny;
	u32 accesses, states;
	struct condition *conditions;
	struct group *groups;
	struct rule *rules;
	u32 n_rules;
	struct entry *entries;
	struct user_range *users;
	u32 n_users;
	char *text;	/* all texts of it */
};

static u32 number(const u8 *two)
{
	return two[0] | (u32)two[1] << 8;
}

/* --- expressions --- */

bool rampart_device_expression_check(struct pb_view expression, u32 n)
{
	u32 depth = 0;

	if (!expression.len || expression.len % TOKEN_SIZE)
		return false;
	for (u32 i = 0; i < expression.len; i += TOKEN_SIZE) {
		u32 operand = number(expression.data + i + 1);

		switch (expression.data[i]) {
		case RAMPART_TOKEN_CONDITION:
			if (operand >= n || depth == RAMPART_DEVICE_DEPTH_MAX)
				return false;
			depth++;
			break;
		case RAMPART_TOKEN_ALL:
		case RAMPART_TOKEN_ANY:
		case RAMPART_TOKEN_NONE:
			if (!operand || operand > depth)
				return false;
			depth -= operand - 1;
			break;
		default:
			return false;
		}
	}
	return depth == 1;
}

bool rampart_pattern_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *again = NULL;

	/* After a "*" has taken too little, it takes one byte more: earlier ones need no second look. */
	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			again = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool holds(const struct condition *condition, const struct rampart_device *device)
{
	const char *text;

	switch (condition->kind) {
	case RAMPART_CONDITION_FAMILY:
		return condition->set & device->families;
	case RAMPART_CONDITION_HAS:
		return condition->set & device->has;
	case RAMPART_CONDITION_STATE:
		return condition->set & device->states;
	default:
		text = device->texts[condition->kind - RAMPART_CONDITION_TEXT];
		return text && rampart_pattern_matches(condition->pattern, text);
	}
}

/* The values are bits of a stack, the last one the lowest. */
static bool contains(const struct rampart_devices *devices, const struct group *group, const struct rampart_device *device)
{
	u64 stack = 0, top;

	for (u32 i = 0; i < group->expression.len; i += TOKEN_SIZE) {
		const u8 *token = group->expression.data + i;
		u32 operand = number(token + 1);

		if (token[0] == RAMPART_TOKEN_CONDITION) {
			stack = stack << 1 | holds(&devices->conditions[operand], device);
			continue;
		}
		top = stack & (BIT_ULL(operand) - 1);
		stack = stack >> operand << 1;
		if (token[0] == RAMPART_TOKEN_ALL)
			stack |= top == BIT_ULL(operand) - 1;
		else
			stack |= (token[0] == RAMPART_TOKEN_ANY) == !!top;
	}
	return stack & 1;
}

/* --- decisions --- */

static bool in_scope(const struct rampart_devices *devices, const struct rule *rule, const struct rampart_device *device)
{
	for (u32 i = 0; i < rule->n_groups; i++) {
		const struct group *group = &devices->groups[number(rule->groups + 2 * i)];

		if (contains(devices, group, device) != (i < rule->n_include))
			return false;
	}
	return true;
}

static bool is_user(const struct rampart_devices *devices, u32 users, const struct rampart_device_user *user)
{
	for (u32 i = 0; i < devices->n_users; i++)
		if (users & BIT_ULL(i) && user->uid >= devices->users[i].first && user->uid <= devices->users[i].last)
			return true;
	return false;
}

static bool is_now(const struct entry *entry, u32 minute)
{
	u32 of_day = minute % RAMPART_DAY_MINUTES;

	if (entry->days && !(entry->days & BIT_ULL(minute / RAMPART_DAY_MINUTES)))
		return false;
	return !entry->until || (of_day >= entry->from && of_day < entry->until);
}

static bool applies(const struct rampart_devices *devices, const struct entry *entry, const struct rampart_device_user *user,
		    enum rampart_device_access access)
{
	if (!(entry->access & BIT_ULL(access)) || !is_now(entry, user->minute))
		return false;
	return !entry->users || (user->known && is_user(devices, entry->users, user));
}

/* What a rule says: at most one entry of it decides, and those that only ask for a report come after. */
struct said {
	const struct entry *decides;
	bool report[2], notify;	/* by whether it is denied */
};

static struct said ask(const struct rampart_devices *devices, const struct rule *rule, const struct rampart_device_user *user,
		       enum rampart_device_access access)
{
	const struct entry *entry = devices->entries + rule->entries, *end = entry + rule->n_entries;
	struct said said = {};

	for (; entry < end; entry++) {
		if (!applies(devices, entry, user, access))
			continue;
		switch (entry->decision) {
		case RAMPART_DECISION_AUDIT_ALLOWED:
			said.report[0] = true;
			break;
		case RAMPART_DECISION_AUDIT_DENIED:
			said.report[1] = true;
			said.notify |= entry->notify;
			break;
		default:
			if (!said.decides)
				said.decides = entry;
		}
	}
	return said;
}

static enum rampart_outcome denied(enum rampart_mode mode)
{
	return mode == RAMPART_MODE_BLOCK ? RAMPART_BLOCKED : mode == RAMPART_MODE_WARN ? RAMPART_WARNED : RAMPART_AUDITED;
}

void rampart_devices_decide(const struct rampart_devices *devices, const struct rampart_device *device,
			    const struct rampart_device_user *user, enum rampart_device_access access,
			    struct rampart_device_verdict *verdict)
{
	const struct rule *rule = devices->rules, *end = rule + devices->n_rules, *first = NULL, *decides = NULL;
	const struct rule *asks[2] = {};	/* for a report of what is allowed, and of what is denied */
	bool notify = false, deny = devices->deny, first_denies = false, denies_notify = false;
	enum rampart_mode mode = devices->mode;

	for (; rule < end; rule++) {
		struct said said;
		bool denies;

		if (!in_scope(devices, rule, device))
			continue;
		said = ask(devices, rule, user, access);
		for (unsigned int i = 0; i < 2; i++)
			if (said.report[i] && !asks[i])
				asks[i] = rule;
		notify |= said.notify;
		if (!said.decides || decides)
			continue;
		denies = said.decides->decision == RAMPART_DECISION_DENY;
		if (!first) {
			first = rule;
			first_denies = denies;
		}
		if (rule->mode != RAMPART_MODE_AUDIT) {
			decides = rule;
			mode = rule->mode;
			deny = denies;
			denies_notify = denies && said.decides->notify;
		}
	}
	/* A default that decides nothing either comes after the rules. */
	if (first && !decides && mode == RAMPART_MODE_AUDIT)
		deny = false;
	*verdict = (struct rampart_device_verdict){ .outcome = deny ? denied(mode) : RAMPART_ALLOWED,
						    .mode = mode, .rule = decides ? decides->id : "devices" };
	if (!deny && first_denies && first->mode == RAMPART_MODE_AUDIT) {
		verdict->outcome = RAMPART_AUDITED;
		verdict->mode = RAMPART_MODE_AUDIT;
		verdict->rule = first->id;
	}
	verdict->report = asks[deny];
	if (verdict->outcome == RAMPART_ALLOWED && asks[0])
		verdict->rule = asks[0]->id;
	verdict->notify = deny && mode != RAMPART_MODE_AUDIT && (notify || denies_notify);
}

u32 rampart_devices_accesses(const struct rampart_devices *devices)
{
	return devices ? devices->accesses : 0;
}

u32 rampart_devices_states(const struct rampart_devices *devices)
{
	return devices ? devices->states : 0;
}

enum rampart_mode rampart_devices_mode(const struct rampart_devices *devices, const char *id)
{
	if (!devices)
		return RAMPART_MODE_OFF;
	for (u32 i = 0; i < devices->n_rules; i++)
		if (!strcmp(devices->rules[i].id, id))
			return devices->rules[i].mode;
	return devices->deny && !strcmp(id, "devices") ? devices->mode : RAMPART_MODE_OFF;
}

/* --- what USB devices are for --- */

static u32 communication_families(u8 subclass, u8 protocol)
{
	switch (subclass) {
	case 0x02: /* abstract control, of which RNDIS and some modems have a protocol of their own */
		return BIT_ULL(RAMPART_FAMILY_MODEM) | (protocol == 0xff ? BIT_ULL(RAMPART_FAMILY_NETWORK) : 0);
	case 0x03: /* telephone control */
	case 0x08: /* wireless handset */
	case 0x09: /* device management */
		return BIT_ULL(RAMPART_FAMILY_MODEM);
	default: /* Ethernet, ATM, MBIM, NCM and what is to come */
		return BIT_ULL(RAMPART_FAMILY_NETWORK);
	}
}

u32 rampart_usb_families(u8 class, u8 subclass, u8 protocol)
{
	switch (class) {
	case 0x01:
		return BIT_ULL(RAMPART_FAMILY_AUDIO);
	case 0x02:
		return communication_families(subclass, protocol);
	case 0x03:
		return BIT_ULL(RAMPART_FAMILY_HID) | (subclass == 1 && protocol == 1 ? BIT_ULL(RAMPART_FAMILY_KEYBOARD) : 0) |
		       (subclass == 1 && protocol == 2 ? BIT_ULL(RAMPART_FAMILY_MOUSE) : 0);
	case 0x06:
		return BIT_ULL(RAMPART_FAMILY_PORTABLE);
	case 0x07:
		return BIT_ULL(RAMPART_FAMILY_PRINTER);
	case 0x08:
		return BIT_ULL(RAMPART_FAMILY_REMOVABLE_MEDIA) | (subclass == 2 ? BIT_ULL(RAMPART_FAMILY_CD_DVD) : 0);
	case 0x09:
		return BIT_ULL(RAMPART_FAMILY_HUB);
	case 0x0a: /* the data of a communication interface */
		return BIT_ULL(RAMPART_FAMILY_NETWORK) | BIT_ULL(RAMPART_FAMILY_MODEM);
	case 0x0b:
		return BIT_ULL(RAMPART_FAMILY_SMART_CARD);
	case 0x0e:
		return BIT_ULL(RAMPART_FAMILY_VIDEO);
	case 0x10:
		return BIT_ULL(RAMPART_FAMILY_AUDIO) | BIT_ULL(RAMPART_FAMILY_VIDEO);
	case 0xe0:
		if (subclass == 1 && (protocol == 1 || protocol == 4))
			return BIT_ULL(RAMPART_FAMILY_BLUETOOTH);
		if (subclass == 1 && protocol == 3) /* RNDIS */
			return BIT_ULL(RAMPART_FAMILY_NETWORK);
		break;
	case 0xef:
		if (subclass == 4 && protocol == 1) /* RNDIS */
			return BIT_ULL(RAMPART_FAMILY_NETWORK);
		break;
	}
	return BIT_ULL(RAMPART_FAMILY_OTHER);
}

/* --- building --- */

/* Copies into text that was counted beforehand. */
static void append(char **at, struct pb_view v)
{
	if (v.len)
		memcpy(*at, v.data, v.len);
	*at += v.len;
}

static const char *keep(char **at, struct pb_view v)
{
	const char *text = *at;

	append(at, v);
	*(*at)++ = 0;
	return text;
}

static size_t text_size(const struct rampart_device_policy *policy)
{
	size_t size = 1;

	for (u32 i = 0; i < policy->conditions.n; i++)
		size += policy->conditions.v[i].text.len + 1;
	for (u32 i = 0; i < policy->groups.n; i++)
		size += policy->groups.v[i].expression.len + 1;
	for (u32 i = 0; i < policy->rules.n; i++)
		size += policy->rules.v[i].id.len + policy->rules.v[i].include.len + policy->rules.v[i].exclude.len + 2;
	return size;
}

static bool allocate(struct rampart_devices *devices, const struct rampart_device_policy *policy)
{
	devices->text = env_calloc(text_size(policy), 1);
	devices->conditions = env_calloc(policy->conditions.n + 1, sizeof(*devices->conditions));
	devices->groups = env_calloc(policy->groups.n + 1, sizeof(*devices->groups));
	devices->rules = env_calloc(policy->rules.n + 1, sizeof(*devices->rules));
	devices->entries = env_calloc(policy->entries.n + 1, sizeof(*devices->entries));
	devices->users = env_calloc(policy->users.n + 1, sizeof(*devices->users));
	return devices->text && devices->conditions && devices->groups && devices->rules && devices->entries && devices->users;
}

static void build_rules(struct rampart_devices *devices, const struct rampart_device_policy *policy, char **at)
{
	u32 entry = 0;

	for (u32 i = 0; i < policy->rules.n; i++) {
		const struct rampart_device_rule *from = &policy->rules.v[i];
		u32 first = entry;

		while (entry < policy->entries.n && policy->entries.v[entry].rule == i)
			entry++;
		if (from->mode == RAMPART_MODE_OFF)
			continue;
		devices->rules[devices->n_rules++] = (struct rule){
			.id = keep(at, from->id),
			.mode = from->mode,
			.groups = (const u8 *)*at,
			.n_include = from->include.len / 2,
			.n_groups = (from->include.len + from->exclude.len) / 2,
			.entries = first,
			.n_entries = entry - first,
		};
		append(at, from->include);
		append(at, from->exclude);
		for (u32 e = first; e < entry; e++)
			devices->accesses |= policy->entries.v[e].access;
	}
}

static void build(struct rampart_devices *devices, const struct rampart_device_policy *policy)
{
	char *at = devices->text;

	devices->mode = policy->mode;
	devices->deny = policy->deny;
	if (policy->deny)
		devices->accesses = BIT_ULL(RAMPART_ACCESS_NUM) - 1;
	for (u32 i = 0; i < policy->conditions.n; i++) {
		const struct rampart_device_condition *from = &policy->conditions.v[i];

		devices->conditions[i] = (struct condition){ .kind = from->kind, .set = from->set, .pattern = keep(&at, from->text) };
		if (from->kind == RAMPART_CONDITION_STATE)
			devices->states |= from->set;
	}
	for (u32 i = 0; i < policy->groups.n; i++) {
		struct pb_view expression = policy->groups.v[i].expression;

		devices->groups[i].expression = (struct pb_view){ .data = (const u8 *)keep(&at, expression), .len = expression.len };
	}
	for (u32 i = 0; i < policy->entries.n; i++) {
		const struct rampart_device_entry *from = &policy->entries.v[i];

		devices->entries[i] = (struct entry){ .decision = from->decision, .access = from->access, .users = from->users,
						      .notify = from->notify, .days = from->days, .from = from->from,
						      .until = from->until };
	}
	for (u32 i = 0; i < policy->users.n; i++) {
		struct rampart_origin origin;

		rampart_origin_parse(policy->users.v[i], &origin);
		devices->users[devices->n_users++] = (struct user_range){ origin.first, origin.last };
	}
	build_rules(devices, policy, &at);
}

struct rampart_devices *rampart_devices_build(const struct rampart_policy *policy, enum rampart_reason *why)
{
	struct rampart_devices *devices;

	*why = RAMPART_REASON_OK;
	if (policy->devices.mode == RAMPART_MODE_OFF)
		return NULL;
	devices = env_calloc(1, sizeof(*devices));
	if (devices && allocate(devices, &policy->devices)) {
		build(devices, &policy->devices);
		return devices;
	}
	*why = RAMPART_REASON_NO_MEMORY;
	rampart_devices_free(devices);
	return NULL;
}

void rampart_devices_free(struct rampart_devices *devices)
{
	if (!devices)
		return;
	env_free(devices->text);
	env_free(devices->conditions);
	env_free(devices->groups);
	env_free(devices->rules);
	env_free(devices->entries);
	env_free(devices->users);
	env_free(devices);
}
