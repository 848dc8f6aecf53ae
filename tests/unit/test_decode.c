// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decode_cases.h"
#include "decode_compare.h"
#include "random.h"

#define MUTATIONS 100000
#define ROOM 4096

typedef enum rampart_reason decoder(struct pb_view message);

static void run_cases(const struct decode_case *cases, unsigned int n, decoder *decode)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct decode_case *c = &cases[i];
		u8 *copy = malloc(c->len ? c->len : 1);	/* of the exact size, for sanitizers */
		enum rampart_reason reason;

		memcpy(copy, c->bytes, c->len);
		reason = decode((struct pb_view){ copy, c->len });
		if (reason != c->reason)
			fail_msg("%s: %s instead of %s", c->name, rampart_reason_name(reason),
				 rampart_reason_name(c->reason));
		free(copy);
	}
}

static void policies(void **state)
{
	run_cases(policy_cases, ARRAY_SIZE(policy_cases), compare_policy);
}

static void tokens(void **state)
{
	run_cases(token_cases, ARRAY_SIZE(token_cases), compare_token);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void paths(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(path_cases); i++) {
		const struct path_case *c = &path_cases[i];
		const char *wrong = rampart_path_check((struct pb_view){ (const u8 *)c->path, c->len }, c->kind);

		if (!same_text(wrong, c->wrong))
			fail_msg("\"%s\": %s", c->path, wrong ? wrong : "good");
	}
}

static const char *check_long(const char *component, unsigned int n, unsigned int component_len)
{
	static char path[2 * RAMPART_PATH_MAX];
	u32 len = 0;

	for (unsigned int i = 0; i < n; i++) {
		path[len++] = '/';
		for (unsigned int j = 0; j < component_len; j++)
			path[len++] = component[0];
	}
	return rampart_path_check((struct pb_view){ (const u8 *)path, len }, RAMPART_PATH_EXACT);
}

static void paths_up_to_their_limits(void **state)
{
	assert_null(check_long("a", 1, 255));
	assert_string_equal(check_long("a", 1, 256), "has a component of more than 255 bytes");
	assert_null(check_long("a", 64, 1));
	assert_string_equal(check_long("a", 65, 1), "has more than 64 components");
	assert_null(check_long("a", 63, 64));					/* 4095 bytes */
	assert_string_equal(check_long("a", 16, 255), "is longer than 4095 bytes");	/* 4096 */
}

static void put_head(struct pb_writer *w)
{
	pb_put_varint(w, 1, RAMPART_FORMAT);
	pb_put_string(w, 2, "p");
	pb_put_varint(w, 3, 7);
	pb_put_varint(w, 4, 5);
	pb_put_varint(w, 5, 6);
}

/*
 * One list with @n entries: in field @list of the nested message @nested (0: of the bundle itself); as programs or
 * plain.
 */
static enum rampart_reason decode_list(u32 nested, u32 list, const char *text, bool programs, u32 n)
{
	u32 cap = n * (u32)(strlen(text) + 16) + 64;
	struct pb_writer w = { .buf = malloc(cap), .cap = cap };
	struct rampart_policy policy;
	enum rampart_reason reason;
	u32 mark = 0;

	put_head(&w);
	if (nested)
		mark = pb_begin(&w, nested);
	for (u32 i = 0; i < n; i++) {
		u32 program = programs ? pb_begin(&w, list) : 0;

		pb_put_string(&w, programs ? 1 : list, text);
		if (programs)
			pb_end(&w, program);
	}
	if (nested)
		pb_end(&w, mark);
	assert_false(w.overflow);
	reason = rampart_policy_decode((struct pb_view){ w.buf, w.len }, &policy);
	rampart_policy_free(&policy);
	free(w.buf);
	return reason;
}

static void lists_up_to_their_caps(void **state)
{
	static const char host[] = HEX16 HEX16;
	static const struct {
		u32 nested, list;
		const char *text;
		bool programs;
		u32 cap;
	} lists[] = {
		{ 6, 1, "tag", false, RAMPART_TAGS_MAX },	   { 6, 2, host, false, RAMPART_TAGS_MAX },
		{ 0, 7, "/home/*", false, RAMPART_PATTERNS_MAX },  { 8, 2, "~/a", false, RAMPART_PATTERNS_MAX },
		{ 8, 3, "/bin/a", true, RAMPART_PROGRAMS_MAX },	   { 9, 2, "/bin/a", true, RAMPART_PROGRAMS_MAX },
		{ 0, 10, host, false, RAMPART_REVOKED_MAX },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++) {
		assert_int_equal(decode_list(lists[i].nested, lists[i].list, lists[i].text, lists[i].programs,
					     lists[i].cap),
				 RAMPART_REASON_OK);
		assert_int_equal(decode_list(lists[i].nested, lists[i].list, lists[i].text, lists[i].programs,
					     lists[i].cap + 1),
				 RAMPART_REASON_OVER_CAP);
	}
}

static void paths_too_long_are_over_cap(void **state)
{
	char path[RAMPART_PATH_MAX + 2] = "";

	for (u32 i = 0; i < RAMPART_PATH_MAX + 1; i++)
		path[i] = i % 65 ? 'a' : '/';
	assert_int_equal(decode_list(8, 2, path, false, 1), RAMPART_REASON_OVER_CAP);
	assert_int_equal(decode_list(8, 3, path, true, 1), RAMPART_REASON_OVER_CAP);
	path[RAMPART_PATH_MAX] = '\0';
	assert_int_equal(decode_list(8, 2, path, false, 1), RAMPART_REASON_OK);
	assert_int_equal(decode_list(8, 3, path, true, 1), RAMPART_REASON_OK);
}

/* Refused or freed, nothing is left that a second free could hit. */
static void leaves_nothing_behind(void **state)
{
	static const struct rampart_policy zero;
	static const u8 bad[] = HEAD "\x3a\x02/a" "\x5a\x00";
	struct rampart_policy policy;

	memset(&policy, 0xee, sizeof(policy));
	assert_int_equal(rampart_policy_decode((struct pb_view){ bad, sizeof(bad) - 1 }, &policy),
			 RAMPART_REASON_UNKNOWN_FIELD);
	assert_memory_equal(&policy, &zero, sizeof(policy));

	assert_int_equal(rampart_policy_decode((struct pb_view){ bad, sizeof(bad) - 3 }, &policy), RAMPART_REASON_OK);
	assert_int_equal(policy.homes.n, 1);
	rampart_policy_free(&policy);
	assert_int_equal(policy.homes.n, 0);
	rampart_policy_free(&policy);
}

/* --- random messages, packed by protobuf-c --- */

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
static const char *const hosts[] = { HEX16 HEX16, "00000000000000000000000000000000" };

static void random_programs(Rampart__Program *programs, Rampart__Program **list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		rampart__program__init(&programs[i]);
		programs[i].exe = PICK(exes);
		list[i] = &programs[i];
	}
}

static u32 random_policy(u8 *out)
{
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
		buf[at] = random_below(12) << 3 | random_below(8);
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
		copy = malloc(len ? len : 1);
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

static void random_policies_as_protobuf_c(void **state)
{
	differential(random_policy, compare_policy);
}

static void random_tokens_as_protobuf_c(void **state)
{
	differential(random_token, compare_token);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(tokens),
		cmocka_unit_test(paths),
		cmocka_unit_test(paths_up_to_their_limits),
		cmocka_unit_test(lists_up_to_their_caps),
		cmocka_unit_test(paths_too_long_are_over_cap),
		cmocka_unit_test(leaves_nothing_behind),
		cmocka_unit_test(random_policies_as_protobuf_c),
		cmocka_unit_test(random_tokens_as_protobuf_c),
	};

	random_init();
	return cmocka_run_group_tests(all, NULL, NULL);
}
