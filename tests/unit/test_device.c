// SPDX-License-Identifier: MIT
#include <harness.h>

#include "device.h"

static struct pb_view view(const char *text)
{
	return (struct pb_view){ (const u8 *)text, strlen(text) };
}

/* --- patterns --- */

/* As the words say it: a "*" is nothing, or one byte and a "*". */
static bool naive_matches(const char *pattern, const char *text)
{
	if (*pattern == '*')
		return naive_matches(pattern + 1, text) || (*text && naive_matches(pattern, text + 1));
	return *pattern == *text && (!*text || naive_matches(pattern + 1, text + 1));
}

static void random_text(char *text, u32 max, const char *letters)
{
	u32 len = random_below(max);

	for (u32 i = 0; i < len; i++)
		text[i] = letters[random_below(strlen(letters))];
	text[len] = 0;
}

static void test_patterns(test_state *state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{ "", "", true },	 { "", "a", false },	     { "*", "", true },		{ "*", "abc", true },
		{ "001A92*", "001A92FF", true }, { "001A92*", "001A9", false }, { "*FF", "001A92FF", true }, { "a*b*c", "axxbxxc", true },
		{ "a*b*c", "axxcxxb", false },   { "**", "a", true },	     { "a", "A", false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(rampart_pattern_matches(cases[i].pattern, cases[i].text), cases[i].matches);
	for (u32 i = 0; i < 100000; i++) {
		char pattern[10], text[12];

		random_text(pattern, sizeof(pattern), "ab*");
		random_text(text, sizeof(text), "ab");
		if (rampart_pattern_matches(pattern, text) != naive_matches(pattern, text))
			fail_msg("\"%s\" and \"%s\"", pattern, text);
	}
}

/* --- what devices are for --- */

static void test_usb_families(test_state *state)
{
#define F(name) BIT_ULL(RAMPART_FAMILY_##name)
	static const struct {
		u8 class, subclass, protocol;
		u32 families;
	} cases[] = {
		{ 0x01, 1, 0, F(AUDIO) },	 { 0x02, 2, 1, F(MODEM) },	   { 0x02, 6, 0, F(NETWORK) },
		{ 0x02, 13, 0, F(NETWORK) },	 { 0x03, 1, 1, F(HID) | F(KEYBOARD) }, { 0x03, 1, 2, F(HID) | F(MOUSE) },
		{ 0x03, 0, 0, F(HID) },		 { 0x06, 1, 1, F(PORTABLE) },	   { 0x07, 1, 2, F(PRINTER) },
		{ 0x08, 6, 0x50, F(REMOVABLE_MEDIA) }, { 0x08, 6, 0x62, F(REMOVABLE_MEDIA) },
		{ 0x08, 2, 0x50, F(REMOVABLE_MEDIA) | F(CD_DVD) }, { 0x09, 0, 0, F(HUB) }, { 0x0a, 0, 0, F(NETWORK) | F(MODEM) },
		{ 0x0b, 0, 0, F(SMART_CARD) },	 { 0x0e, 1, 0, F(VIDEO) },	   { 0x10, 1, 0, F(AUDIO) | F(VIDEO) },
		{ 0xe0, 1, 1, F(BLUETOOTH) },	 { 0xe0, 1, 3, F(NETWORK) },	   { 0xe0, 2, 1, F(OTHER) },
		{ 0xef, 4, 1, F(NETWORK) },	 { 0xef, 2, 1, F(OTHER) },	   { 0xff, 0, 0, F(OTHER) },
	};
#undef F

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(rampart_usb_families(cases[i].class, cases[i].subclass, cases[i].protocol), cases[i].families);
	for (u32 class = 0; class < 256; class++)
		assert_true(rampart_usb_families(class, random_u64(), random_u64()));
}

/* --- expressions --- */

static void test_expressions(test_state *state)
{
	u8 deep[(RAMPART_DEVICE_DEPTH_MAX + 2) * RAMPART_DEVICE_TOKEN_SIZE] = {};
	u32 last = RAMPART_DEVICE_DEPTH_MAX * RAMPART_DEVICE_TOKEN_SIZE;
	static const struct {
		u8 tokens[12];
		u32 len;
		bool good;
	} cases[] = {
		{ { 0, 0, 0 }, 3, true },
		{ { 0, 1, 0 }, 3, true },
		{ { 0, 2, 0 }, 3, false },				/* no such condition */
		{ { 0, 0, 1 }, 3, false },
		{ { 0, 0 }, 2, false },					/* a token is missing a byte */
		{ { 0 }, 0, false },
		{ { 0, 0, 0, 0, 1, 0 }, 6, false },			/* two values */
		{ { 0, 0, 0, 0, 1, 0, 1, 2, 0 }, 9, true },
		{ { 0, 0, 0, 0, 1, 0, 1, 3, 0 }, 9, false },		/* more than there are */
		{ { 0, 0, 0, 3, 1, 0 }, 6, true },
		{ { 0, 0, 0, 3, 0, 0 }, 6, false },			/* none of nothing */
		{ { 2, 1, 0 }, 3, false },
		{ { 0, 0, 0, 4, 1, 0 }, 6, false },			/* no such token */
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(rampart_device_expression_check((struct pb_view){ cases[i].tokens, cases[i].len }, 2), cases[i].good);

	/* As many values as fit, and one more. */
	deep[last] = RAMPART_TOKEN_ALL;
	deep[last + 1] = RAMPART_DEVICE_DEPTH_MAX;
	assert_true(rampart_device_expression_check((struct pb_view){ deep, last + 3 }, 1));
	deep[last] = RAMPART_TOKEN_CONDITION;
	deep[last + 1] = 0;
	deep[last + 3] = RAMPART_TOKEN_ALL;
	deep[last + 4] = RAMPART_DEVICE_DEPTH_MAX + 1;
	assert_false(rampart_device_expression_check((struct pb_view){ deep, last + 6 }, 1));
}

/* --- decisions --- */

#define CONDITIONS 12
#define GROUPS 6
#define RULES 5
#define ENTRIES 12
#define TOKENS_SIZE 60

/* A policy of random parts, and what they mean as trees. */
struct made {
	struct rampart_policy policy;
	struct rampart_device_condition conditions[CONDITIONS];
	char texts[CONDITIONS][8];
	struct rampart_device_group groups[GROUPS];
	u8 tokens[GROUPS][TOKENS_SIZE];
	struct rampart_device_rule rules[RULES];
	u8 include[RULES][6], exclude[RULES][6];
	struct rampart_device_entry entries[ENTRIES];
	struct pb_view users[2];
};

static struct made made;
static const char *const ids[] = { "a", "b", "c", "d", "e" };

static void make_condition(struct rampart_device_condition *condition, char *text)
{
	*condition = (struct rampart_device_condition){ .kind = random_below(RAMPART_CONDITION_NUM) };
	if (condition->kind < RAMPART_CONDITION_TEXT) {
		condition->set = 1 + random_below(7);
	} else {
		random_text(text, 7, "ab*");
		if (!*text)
			strcpy(text, "*");
		condition->text = view(text);
	}
}

static u32 add_token(u8 *tokens, u32 len, u8 token, u32 operand)
{
	tokens[len] = token;
	tokens[len + 1] = operand;
	tokens[len + 2] = 0;
	return len + 3;
}

static void make_group(struct rampart_device_group *group, u8 *tokens)
{
	u32 len = 0, depth = 0;

	while (len + 6 < TOKENS_SIZE && (!depth || random_below(5))) {
		u32 n = 1 + random_below(3);

		if (n > depth || random_below(2)) {
			len = add_token(tokens, len, RAMPART_TOKEN_CONDITION, random_below(CONDITIONS));
			depth++;
		} else {
			len = add_token(tokens, len, RAMPART_TOKEN_ALL + random_below(3), n);
			depth -= n - 1;
		}
	}
	len = add_token(tokens, len, RAMPART_TOKEN_ALL + random_below(3), depth);
	*group = (struct rampart_device_group){ .id = view("group"), .expression = { tokens, len } };
	assert_true(rampart_device_expression_check(group->expression, CONDITIONS));
}

static struct pb_view make_numbers(u8 *numbers, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		numbers[2 * i] = random_below(GROUPS);
		numbers[2 * i + 1] = 0;
	}
	return (struct pb_view){ numbers, 2 * n };
}

static void make_entry(struct rampart_device_entry *entry, u32 rule)
{
	*entry = (struct rampart_device_entry){
		.rule = rule,
		.decision = random_below(RAMPART_DECISION_NUM),
		.access = 1 + random_below(BIT_ULL(RAMPART_ACCESS_NUM) - 1),
		.users = random_below(3) ? 0 : 1 + random_below(3),
		.notify = random_below(2),
		.days = random_below(3) ? 0 : random_below(128),
	};
	if (!random_below(3)) {
		entry->from = random_below(RAMPART_DAY_MINUTES);
		entry->until = entry->from + 1 + random_below(RAMPART_DAY_MINUTES - entry->from);
	}
}

static void make_policy(void)
{
	struct rampart_device_policy *devices = &made.policy.devices;
	u32 rule = 0, i;

	for (i = 0; i < CONDITIONS; i++)
		make_condition(&made.conditions[i], made.texts[i]);
	for (i = 0; i < GROUPS; i++)
		make_group(&made.groups[i], made.tokens[i]);
	for (i = 0; i < RULES; i++)
		made.rules[i] = (struct rampart_device_rule){ .id = view(ids[i]),
							      .mode = random_below(RAMPART_MODE_NUM),
							      .include = make_numbers(made.include[i], random_below(3)),
							      .exclude = make_numbers(made.exclude[i], random_below(2)) };
	for (i = 0; i < ENTRIES; i++) {
		rule += random_below(2);
		make_entry(&made.entries[i], rule < RULES ? rule : RULES - 1);
	}
	made.users[0] = view("user:0-0");
	made.users[1] = view("user:1000-1001");
	*devices = (struct rampart_device_policy){ .mode = 1 + random_below(3), .deny = random_below(2) };
	devices->conditions.v = made.conditions;
	devices->conditions.n = CONDITIONS;
	devices->groups.v = made.groups;
	devices->groups.n = GROUPS;
	devices->rules.v = made.rules;
	devices->rules.n = RULES;
	devices->entries.v = made.entries;
	devices->entries.n = ENTRIES;
	devices->users.v = made.users;
	devices->users.n = 2;
}

static bool naive_condition(u32 number, const struct rampart_device *device)
{
	const struct rampart_device_condition *condition = &made.conditions[number];

	if (condition->kind == RAMPART_CONDITION_FAMILY)
		return condition->set & device->families;
	if (condition->kind == RAMPART_CONDITION_HAS)
		return condition->set & device->has;
	if (condition->kind == RAMPART_CONDITION_STATE)
		return condition->set & device->states;
	return device->texts[condition->kind - RAMPART_CONDITION_TEXT] &&
	       naive_matches(made.texts[number], device->texts[condition->kind - RAMPART_CONDITION_TEXT]);
}

/* The value that ends before *@end, read backwards as a tree. */
static bool naive_value(const u8 *tokens, u32 *end, const struct rampart_device *device)
{
	const u8 *token = tokens + (*end -= 3);
	u32 count = 0;

	if (token[0] == RAMPART_TOKEN_CONDITION)
		return naive_condition(token[1], device);
	for (u32 i = 0; i < token[1]; i++)
		count += naive_value(tokens, end, device);
	return token[0] == RAMPART_TOKEN_ALL ? count == token[1] : token[0] == RAMPART_TOKEN_ANY ? count : !count;
}

static bool naive_contains(u32 group, const struct rampart_device *device)
{
	u32 end = made.groups[group].expression.len;

	return naive_value(made.tokens[group], &end, device);
}

static bool naive_scope(const struct rampart_device_rule *rule, const struct rampart_device *device)
{
	for (u32 i = 0; i < rule->include.len; i += 2)
		if (!naive_contains(rule->include.data[i], device))
			return false;
	for (u32 i = 0; i < rule->exclude.len; i += 2)
		if (naive_contains(rule->exclude.data[i], device))
			return false;
	return true;
}

static bool naive_applies(const struct rampart_device_entry *entry, const struct rampart_device_user *user, u32 access)
{
	bool is_first = user->known && user->uid == 0, is_second = user->known && user->uid >= 1000 && user->uid <= 1001;

	if (!(entry->access & BIT_ULL(access)))
		return false;
	if (entry->users && !((entry->users & 1) && is_first) && !((entry->users & 2) && is_second))
		return false;
	if (entry->days && !(entry->days & BIT_ULL(user->minute / 1440)))
		return false;
	return !entry->until || (user->minute % 1440 >= entry->from && user->minute % 1440 < entry->until);
}

/* The entry that decides among the rules in that mode, or not in it; NULL: none. */
static const struct rampart_device_entry *naive_first(const struct rampart_device *device, const struct rampart_device_user *user,
						      u32 access, bool audit)
{
	for (u32 i = 0; i < RULES; i++) {
		if (made.rules[i].mode == RAMPART_MODE_OFF || (made.rules[i].mode == RAMPART_MODE_AUDIT) != audit ||
		    !naive_scope(&made.rules[i], device))
			continue;
		for (u32 e = 0; e < ENTRIES; e++) {
			const struct rampart_device_entry *entry = &made.entries[e];

			if (entry->rule == i && entry->decision <= RAMPART_DECISION_DENY && naive_applies(entry, user, access))
				return entry;
		}
	}
	return NULL;
}

/* A rule in mode audit that a rule in another mode comes before says nothing. */
static const struct rampart_device_entry *naive_audits(const struct rampart_device *device, const struct rampart_device_user *user,
						       u32 access, const struct rampart_device_entry *decides)
{
	const struct rampart_device_entry *audits = naive_first(device, user, access, true);

	return audits && (!decides || audits->rule < decides->rule) ? audits : NULL;
}

/* The first entry that asks for a report; NULL: none. */
static const struct rampart_device_entry *naive_asks(const struct rampart_device *device, const struct rampart_device_user *user, u32 access,
						     u32 decision, bool notify)
{
	for (u32 e = 0; e < ENTRIES; e++)
		if (made.entries[e].decision == decision && (!notify || made.entries[e].notify) &&
		    naive_applies(&made.entries[e], user, access) && made.rules[made.entries[e].rule].mode != RAMPART_MODE_OFF &&
		    naive_scope(&made.rules[made.entries[e].rule], device))
			return &made.entries[e];
	return NULL;
}

static void compare(const struct rampart_devices *devices)
{
	struct rampart_device device = { .families = random_below(8), .has = random_below(8), .states = random_below(8) };
	struct rampart_device_user user = { .uid = random_below(2) ? 1000 + random_below(3) : 0, .known = random_below(4),
					    .minute = random_below(7 * RAMPART_DAY_MINUTES) };
	u32 access = random_below(RAMPART_ACCESS_NUM);
	char texts[RAMPART_DEVICE_TEXT_NUM][8];
	const struct rampart_device_entry *decides, *audits, *asks;
	struct rampart_device_verdict verdict;
	enum rampart_mode mode;
	bool deny;

	for (u32 i = 0; i < RAMPART_DEVICE_TEXT_NUM; i++) {
		random_text(texts[i], 6, "ab");
		device.texts[i] = random_below(5) ? texts[i] : NULL;
	}
	rampart_devices_decide(devices, &device, &user, access, &verdict);

	decides = naive_first(&device, &user, access, false);
	audits = naive_audits(&device, &user, access, decides);
	deny = decides ? decides->decision == RAMPART_DECISION_DENY : made.policy.devices.deny;
	mode = decides ? made.rules[decides->rule].mode : made.policy.devices.mode;
	/* A default in mode audit is one more rule in mode audit, the last. */
	if (audits && !decides && mode == RAMPART_MODE_AUDIT)
		deny = false;
	audits = audits && audits->decision == RAMPART_DECISION_DENY ? audits : NULL;
	if (deny && mode > RAMPART_MODE_AUDIT) {
		assert_int_equal(verdict.outcome, mode == RAMPART_MODE_BLOCK ? RAMPART_BLOCKED : RAMPART_WARNED);
	} else if (deny || audits) {
		assert_int_equal(verdict.outcome, RAMPART_AUDITED);
	} else {
		assert_int_equal(verdict.outcome, RAMPART_ALLOWED);
	}
	asks = naive_asks(&device, &user, access, deny ? RAMPART_DECISION_AUDIT_DENIED : RAMPART_DECISION_AUDIT_ALLOWED, false);
	if (!deny && audits)
		assert_string_equal(verdict.rule, ids[audits->rule]);
	else if (!deny && asks)
		assert_string_equal(verdict.rule, ids[asks->rule]);
	else
		assert_string_equal(verdict.rule, decides ? ids[decides->rule] : "devices");
	assert_int_equal(verdict.report, !!asks);
	assert_int_equal(verdict.notify, deny && mode > RAMPART_MODE_AUDIT && (naive_asks(&device, &user, access, RAMPART_DECISION_AUDIT_DENIED, true) ||
						  (decides && decides->notify)));
	if (verdict.outcome != RAMPART_ALLOWED || verdict.report)
		assert_true(rampart_devices_accesses(devices) & BIT_ULL(access));
}

static void test_reference(test_state *state)
{
	for (u32 i = 0; i < 2000; i++) {
		struct rampart_devices *devices;
		enum rampart_reason why;

		make_policy();
		devices = rampart_devices_build(&made.policy, &why);
		assert_int_equal(why, RAMPART_REASON_OK);
		assert_non_null(devices);
		for (u32 j = 0; j < 500; j++)
			compare(devices);
		rampart_devices_free(devices);
	}
}

static void test_nothing(test_state *state)
{
	struct rampart_policy policy = {};
	enum rampart_reason why;

	assert_null(rampart_devices_build(&policy, &why));
	assert_int_equal(why, RAMPART_REASON_OK);
	assert_int_equal(rampart_devices_accesses(NULL), 0);
	rampart_devices_free(NULL);
}

SUITE(rampart_device, TEST(test_patterns), TEST(test_usb_families), TEST(test_expressions), TEST(test_reference), TEST(test_nothing));
