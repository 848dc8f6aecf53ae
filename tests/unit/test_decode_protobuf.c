// SPDX-License-Identifier: MIT
/* decode.c against protobuf-c: the cases, and random messages that protobuf-c has packed. */
#include <harness.h>

#include "decode_cases.h"
#include "decode_compare.h"

#define MUTATIONS 100000
#define ROOM 4096

typedef enum rampart_reason decoder(struct pb_view message);

static void compare_cases(const struct decode_case *cases, u32 n, decoder *decode)
{
	for (u32 i = 0; i < n; i++)
		if (decode((struct pb_view){ (const u8 *)cases[i].bytes, cases[i].len }) != cases[i].reason)
			fail_msg("%s", cases[i].name);
}

static void policies_as_protobuf_c(test_state *state)
{
	compare_cases(policy_cases, ARRAY_SIZE(policy_cases), compare_policy);
}

static void tokens_as_protobuf_c(test_state *state)
{
	compare_cases(token_cases, ARRAY_SIZE(token_cases), compare_token);
}

static char *random_text(const char *const *from, unsigned int n)
{
	return (char *)from[random_below(n)];
}

#define PICK(array) random_text(array, ARRAY_SIZE(array))

static size_t random_texts(char **out, unsigned int max, const char *const *from, unsigned int n)
{
	size_t count = random_below(max + 1);

	for (size_t i = 0; i < count; i++)
		out[i] = random_text(from, n);
	return count;
}

static const char *const exes[] = { "/bin/sh", "/usr/bin/rsync", "/opt/a/b", "/a" };
static const char *const places[] = { "/srv/data", "~/Documents", "/home/*/x", "/etc/a.conf", "/\xff\x01" };
static const char *const homes[] = { "/home/*", "/root", "/var/people/*/*" };
static const char *const tags[] = { "laptop", "web server", "\xc3\xa9t\xc3\xa9" };
static const char *const packages[] = { "", "rsync", "libx11-6", "g++:amd64" };
static u8 digest[32] = { 1, 0, 255 };
static const char *const hosts[] = { HEX16 HEX16, "00000000000000000000000000000000" };

static void random_programs(Rampart__Program *programs, Rampart__Program **list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		rampart__program__init(&programs[i]);
		programs[i].exe = PICK(exes);
		programs[i].sha256 = (ProtobufCBinaryData){ .data = digest, .len = random_below(3) ? 0 : sizeof(digest) };
		programs[i].children = random_below(2);
		programs[i].package = PICK(packages);
		list[i] = &programs[i];
	}
}

/* An Asr that is good: names differ, sets are of what there is, and exclusions name a rule that there is. */
struct random_asr {
	Rampart__Asr asr;
	Rampart__Class class[3], *classes[3];
	char *paths[3][3];
	Rampart__Rule rule[4], *rules[4];
	Rampart__Exclusion exclusion[3], *exclusions[3];
};

static const char *const class_names[] = { "browsers", "a_b", "c-9" };
static const char *const rule_ids[] = { "office_child", "webshell", "r" };
static const char *const notes[] = { "", "because", "CHG 1 \xc3\xa9" };

static void random_classes(struct random_asr *a)
{
	a->asr.classes = a->classes;
	a->asr.n_classes = random_below(4);
	for (size_t i = 0; i < a->asr.n_classes; i++) {
		rampart__class__init(a->classes[i] = &a->class[i]);
		a->class[i].name = (char *)class_names[i];
		a->class[i].n_paths = random_texts(a->class[i].paths = a->paths[i], 3, places, ARRAY_SIZE(places));
	}
}

static u64 random_set(size_t n)
{
	return random_below(2) ? random_u64() & (BIT_ULL(n) - 1) : 0;
}

static void random_rules(struct random_asr *a)
{
	size_t n = a->asr.n_classes;
	int modes[ARRAY_SIZE(rule_ids)];

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		modes[i] = random_below(RAMPART_MODE_NUM);
	a->asr.rules = a->rules;
	a->asr.n_rules = random_below(5);
	for (size_t i = 0; i < a->asr.n_rules; i++) {
		Rampart__Rule *rule = a->rules[i] = &a->rule[i];
		u32 id = random_below(ARRAY_SIZE(rule_ids));

		rampart__rule__init(rule);
		rule->id = (char *)rule_ids[id];
		rule->mode = modes[id];
		rule->ops = BIT_ULL(1 + random_below(RAMPART_OP_RULES - 1)) | (random_set(RAMPART_OP_RULES) & ~1ULL);
		rule->subject = random_set(n);
		rule->not_subject = random_set(n);
		rule->exe = random_set(n);
		rule->not_exe = random_set(n);
		rule->object = random_set(n);
		rule->not_object = random_set(n);
		rule->object_traits = random_set(RAMPART_TRAIT_NUM);
		rule->not_object_traits = random_set(RAMPART_TRAIT_NUM);
		rule->when = random_set(RAMPART_TRAIT_NUM);
		rule->title = PICK(notes);
		rule->attack = PICK(((const char *const[]){ "", "T1059", "T1204 T1566" }));
	}
}

static void random_exclusions(struct random_asr *a)
{
	a->asr.exclusions = a->exclusions;
	a->asr.n_exclusions = random_below(4);
	for (size_t i = 0; i < a->asr.n_exclusions; i++) {
		Rampart__Exclusion *exclusion = a->exclusions[i] = &a->exclusion[i];
		bool program = random_below(2);

		rampart__exclusion__init(exclusion);
		exclusion->name = PICK(((const char *const[]){ "chg-1", "x" }));
		if (a->asr.n_rules && random_below(2))
			exclusion->rule = a->rules[random_below(a->asr.n_rules)]->id;
		if (program) {
			exclusion->exe = PICK(exes);
			exclusion->sha256 = (ProtobufCBinaryData){ .data = digest, .len = random_below(3) ? 0 : sizeof(digest) };
			exclusion->children = random_below(2);
		}
		if (!program || random_below(2))
			exclusion->object = PICK(places);
		exclusion->until = random_below(2) ? (s64)random_u64() : 0;
		exclusion->owner = PICK(notes);
		exclusion->reason = PICK(notes);
	}
}

static Rampart__Asr *random_asr(struct random_asr *a)
{
	rampart__asr__init(&a->asr);
	random_classes(a);
	random_rules(a);
	random_exclusions(a);
	return &a->asr;
}

/* Devices that are good: groups are of the two conditions, rules of the groups, and entries follow their rules. */
struct random_devices {
	Rampart__Devices devices;
	Rampart__DeviceCondition condition[2], *conditions[2];
	Rampart__DeviceGroup group[3], *groups[3];
	Rampart__DeviceRule rule[3], *rules[3];
	Rampart__DeviceEntry entry[4], *entries[4];
	char *users[1];
};

static void random_groups(struct random_devices *d)
{
	static u8 expressions[][9] = { { 0, 0, 0 }, { 0, 1, 0, 3, 1, 0 }, { 0, 0, 0, 0, 1, 0, 2, 2, 0 } };

	for (size_t i = 0; i < 2; i++)
		rampart__device_condition__init(d->conditions[i] = &d->condition[i]);
	d->condition[0].set = 1 + random_below(7);
	d->condition[1].kind = RAMPART_CONDITION_TEXT + random_below(RAMPART_DEVICE_TEXT_NUM);
	d->condition[1].text = PICK(((const char *const[]){ "0951", "*", "Data*" }));
	d->devices.conditions = d->conditions;
	d->devices.n_conditions = 2;
	d->devices.groups = d->groups;
	d->devices.n_groups = random_below(4);
	for (size_t i = 0; i < d->devices.n_groups; i++) {
		rampart__device_group__init(d->groups[i] = &d->group[i]);
		d->group[i].id = (char *)rule_ids[i];
		d->group[i].expression = (ProtobufCBinaryData){ 3 * (i + 1), expressions[i] };
	}
}

static void random_device_rules(struct random_devices *d)
{
	static u8 first[2];

	d->devices.rules = d->rules;
	d->devices.n_rules = random_below(4);
	for (size_t i = 0; i < d->devices.n_rules; i++) {
		size_t group = d->devices.n_groups && random_below(2) ? sizeof(first) : 0;

		rampart__device_rule__init(d->rules[i] = &d->rule[i]);
		d->rule[i].id = (char *)rule_ids[i];
		d->rule[i].mode = random_below(RAMPART_MODE_NUM);
		*(random_below(2) ? &d->rule[i].include : &d->rule[i].exclude) = (ProtobufCBinaryData){ group, first };
		d->rule[i].title = PICK(notes);
	}
}

static Rampart__Devices *random_devices(struct random_devices *d)
{
	size_t rule = 0;

	rampart__devices__init(&d->devices);
	d->devices.mode = random_below(RAMPART_MODE_NUM);
	d->devices.deny = random_below(2);
	random_groups(d);
	random_device_rules(d);
	d->users[0] = PICK(((const char *const[]){ "user:0-0", "user:1000-59999" }));
	d->devices.users = d->users;
	d->devices.n_users = random_below(2);
	d->devices.entries = d->entries;
	d->devices.n_entries = d->devices.n_rules ? random_below(5) : 0;
	for (size_t i = 0; i < d->devices.n_entries; i++) {
		Rampart__DeviceEntry *entry = d->entries[i] = &d->entry[i];

		rampart__device_entry__init(entry);
		entry->rule = rule += random_below(d->devices.n_rules - rule);
		entry->decision = random_below(RAMPART_DECISION_NUM);
		entry->access = 1 + random_below(BIT_ULL(RAMPART_ACCESS_NUM) - 1);
		entry->users = d->devices.n_users && random_below(2);
		entry->notify = random_below(2);
		entry->days = random_set(7);
		entry->until = random_below(2) ? 600 + random_below(841) : 0;
		entry->from = entry->until ? random_below(600) : 0;
	}
	return &d->devices;
}

static u32 random_policy(u8 *out)
{
	struct random_devices devices;
	struct random_asr asr;

	Rampart__PolicyBundle bundle = RAMPART__POLICY_BUNDLE__INIT;
	Rampart__Target target = RAMPART__TARGET__INIT;
	Rampart__Folders folders = RAMPART__FOLDERS__INIT;
	Rampart__SelfProtection self = RAMPART__SELF_PROTECTION__INIT;
	Rampart__Program programs[6], *allow[3], *updaters[3];
	char *tag_list[3], *host_list[3], *home_list[3], *place_list[3];
	ProtobufCBinaryData revoked[2] = { { 32, (u8 *)hosts[0] }, { 32, (u8 *)hosts[1] } };

	bundle.format = 1;
	bundle.name = PICK(((const char *const[]){ "p", "base-line_1.0" }));
	bundle.version = 1 + (random_u64() >> random_below(64)) / 2;
	bundle.valid_from = 1 + random_below(1000);
	bundle.valid_until = bundle.valid_from + 1 + random_below(1u << 31);
	target.n_tags = random_texts(target.tags = tag_list, 3, tags, ARRAY_SIZE(tags));
	target.n_hosts = random_texts(target.hosts = host_list, 3, hosts, ARRAY_SIZE(hosts));
	bundle.n_homes = random_texts(bundle.homes = home_list, 3, homes, ARRAY_SIZE(homes));
	folders.mode = random_below(4);
	folders.n_protect = random_texts(folders.protect = place_list, 3, places, ARRAY_SIZE(places));
	random_programs(programs, folders.allow = allow, folders.n_allow = random_below(4));
	self.mode = random_below(4);
	random_programs(programs + 3, self.updaters = updaters, self.n_updaters = random_below(4));
	bundle.revoked = revoked;
	bundle.n_revoked = random_below(3);
	bundle.target = random_below(4) ? &target : NULL;
	bundle.folders = random_below(4) ? &folders : NULL;
	bundle.self_protection = random_below(4) ? &self : NULL;
	bundle.asr = random_below(4) ? random_asr(&asr) : NULL;
	bundle.devices = random_below(4) ? random_devices(&devices) : NULL;
	assert_true(rampart__policy_bundle__get_packed_size(&bundle) <= ROOM / 2);
	return rampart__policy_bundle__pack(&bundle, out);
}

static u32 random_token(u8 *out)
{
	Rampart__DisarmToken token = RAMPART__DISARM_TOKEN__INIT;
	u8 challenge[16];

	for (unsigned int i = 0; i < sizeof(challenge); i++)
		challenge[i] = random_u64();
	token.challenge = (ProtobufCBinaryData){ sizeof(challenge), challenge };
	token.valid_from = 1 + (random_u64() >> 1 >> random_below(60));
	token.valid_until = token.valid_from + 1 + random_below(86400);
	return rampart__disarm_token__pack(&token, out);
}

/* One small change; the result is never longer than ROOM. */
static u32 mutate(u8 *buf, u32 len)
{
	u32 at = len ? random_below(len) : 0;
	u32 n = len ? 1 + random_below(len - at < 40 ? len - at : 40) : 0;

	switch (random_below(6)) {
	case 0:	/* a bit */
		if (len)
			buf[at] ^= 1u << random_below(8);
		return len;
	case 1:	/* a byte */
		if (len)
			buf[at] = random_u64();
		return len;
	case 2:	/* the end is missing */
		return at;
	case 3:	/* a run is missing */
		memmove(buf + at, buf + at + n, len - at - n);
		return len - n;
	case 4:	/* a run is there twice */
		if (len + n > ROOM)
			return len;
		memmove(buf + at + n, buf + at, len - at);
		return len + n;
	default: /* a tag of any kind is inserted */
		if (len + 1 > ROOM)
			return len;
		memmove(buf + at + 1, buf + at, len - at);
		buf[at] = random_below(16) << 3 | random_below(8);
		return len + 1;
	}
}

static void differential(u32 (*make)(u8 *out), decoder *decode)
{
	u32 counts[__RAMPART_REASON_LAST] = {};
	static u8 buf[ROOM];

	for (u32 i = 0; i < MUTATIONS; i++) {
		u32 len = make(buf), changes = random_below(4);
		u8 *copy;
		enum rampart_reason reason;

		for (u32 j = 0; j < changes; j++)
			len = mutate(buf, len);
		copy = malloc(len ? len : 1);	/* of the exact size, for sanitizers */
		memcpy(copy, buf, len);
		reason = decode((struct pb_view){ copy, len });
		free(copy);
		if (!changes)
			assert_int_equal(reason, RAMPART_REASON_OK);
		counts[reason]++;
	}
	for (u32 i = 0; i < __RAMPART_REASON_LAST; i++)
		if (counts[i])
			printf("# %u x %s\n", counts[i], rampart_reason_name(i));
	/* The mutations are neither all harmless nor all fatal. */
	assert_true(counts[RAMPART_REASON_OK] > MUTATIONS / 4 && counts[RAMPART_REASON_OK] < MUTATIONS * 3 / 4);
	assert_true(counts[RAMPART_REASON_ENCODING] && counts[RAMPART_REASON_UNKNOWN_FIELD] &&
		    counts[RAMPART_REASON_MISSING_FIELD] && counts[RAMPART_REASON_BAD_VALUE]);
}

static void random_policies_as_protobuf_c(test_state *state)
{
	differential(random_policy, compare_policy);
}

static void random_tokens_as_protobuf_c(test_state *state)
{
	differential(random_token, compare_token);
}

SUITE(decode_protobuf,
	TEST(policies_as_protobuf_c),
	TEST(tokens_as_protobuf_c),
	TEST(random_policies_as_protobuf_c),
	TEST(random_tokens_as_protobuf_c));
