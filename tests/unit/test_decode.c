// SPDX-License-Identifier: MIT
#include <harness.h>

#include "decode_cases.h"

typedef enum rampart_reason decoder(struct pb_view message);

static void run_cases(const struct decode_case *cases, unsigned int n, decoder *decode)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct decode_case *c = &cases[i];
		u8 *copy = env_calloc(1, c->len ?: 1);	/* of the exact size, for sanitizers */
		enum rampart_reason reason;

		memcpy(copy, c->bytes, c->len);
		reason = decode((struct pb_view){ copy, c->len });
		if (reason != c->reason)
			fail_msg("%s: %s instead of %s", c->name, rampart_reason_name(reason),
				 rampart_reason_name(c->reason));
		env_free(copy);
	}
}

static enum rampart_reason decode_policy(struct pb_view message)
{
	struct rampart_policy policy;
	enum rampart_reason reason = rampart_policy_decode(message, &policy);

	rampart_policy_free(&policy);
	return reason;
}

static enum rampart_reason decode_token(struct pb_view message)
{
	struct rampart_disarm token;

	return rampart_disarm_decode(message, &token);
}

static void policies(test_state *state)
{
	run_cases(policy_cases, ARRAY_SIZE(policy_cases), decode_policy);
}

static void tokens(test_state *state)
{
	run_cases(token_cases, ARRAY_SIZE(token_cases), decode_token);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void paths(test_state *state)
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

static void paths_up_to_their_limits(test_state *state)
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
	struct pb_writer w = { .buf = env_calloc(1, cap), .cap = cap };
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
	env_free(w.buf);
	return reason;
}

static void lists_up_to_their_caps(test_state *state)
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

/* @places places, each with @readers programs. */
static enum rampart_reason decode_secrets(u32 places, u32 readers, struct rampart_policy *policy)
{
	u32 cap = places * (64 + readers * 24) + 64;
	struct pb_writer w = { .buf = env_calloc(1, cap), .cap = cap };
	enum rampart_reason reason;
	u32 secrets;

	put_head(&w);
	secrets = pb_begin(&w, 11);
	for (u32 i = 0; i < places; i++) {
		u32 place = pb_begin(&w, 2);

		pb_put_string(&w, 1, i % 2 ? "/b" : "~/a");
		for (u32 j = 0; j < readers; j++) {
			u32 program = pb_begin(&w, 2);

			pb_put_string(&w, 1, "/bin/a");
			pb_end(&w, program);
		}
		pb_end(&w, place);
	}
	pb_end(&w, secrets);
	assert_false(w.overflow);
	reason = rampart_policy_decode((struct pb_view){ w.buf, w.len }, policy);
	if (!reason)
		assert_int_equal(policy->secrets.n ? policy->secrets.v[places - 1].len : 0, places % 2 ? 3 : places ? 2 : 0);
	env_free(w.buf);
	return reason;
}

static void secrets_and_their_programs(test_state *state)
{
	struct rampart_policy policy;

	assert_int_equal(decode_secrets(RAMPART_SECRETS_MAX, 3, &policy), RAMPART_REASON_OK);
	assert_int_equal(policy.secrets.n, RAMPART_SECRETS_MAX);
	assert_int_equal(policy.readers.n, 3 * RAMPART_SECRETS_MAX);
	for (u32 i = 0; i < RAMPART_SECRETS_MAX; i++)
		assert_int_equal(policy.readers_end[i], 3 * (i + 1));
	rampart_policy_free(&policy);
	assert_int_equal(decode_secrets(RAMPART_SECRETS_MAX + 1, 0, &policy), RAMPART_REASON_OVER_CAP);
	/* The programs of all places together. */
	assert_int_equal(decode_secrets(2, RAMPART_PROGRAMS_MAX / 2, &policy), RAMPART_REASON_OK);
	rampart_policy_free(&policy);
	assert_int_equal(decode_secrets(2, RAMPART_PROGRAMS_MAX / 2 + 1, &policy), RAMPART_REASON_OVER_CAP);
}

/* Of which there are how many in an Asr of everything; names differ, and else all of one kind are equal. */
struct asr_sizes {
	u32 classes, paths;	/* paths of each class */
	u32 rules, exclusions;
};

static void put_classes(struct pb_writer *w, const struct asr_sizes *sizes)
{
	char name[24];

	for (u32 i = 0; i < sizes->classes; i++) {
		u32 class = pb_begin(w, 1);

		snprintf(name, sizeof(name), "class-%u", i);
		pb_put_string(w, 1, name);
		for (u32 j = 0; j < sizes->paths; j++)
			pb_put_string(w, 2, i % 2 ? "/bin/a" : "~/b");
		pb_end(w, class);
	}
}

static void put_rules(struct pb_writer *w, const struct asr_sizes *sizes)
{
	char id[24];

	for (u32 i = 0; i < sizes->rules; i++) {
		u32 rule = pb_begin(w, 2);

		snprintf(id, sizeof(id), "rule-%u", i);
		pb_put_string(w, 1, id);
		pb_put_varint(w, 2, i % RAMPART_MODE_NUM);
		pb_put_varint(w, 3, BIT_ULL(RAMPART_OP_EXEC));
		pb_put_varint(w, 4, sizes->classes ? BIT_ULL(sizes->classes - 1) : 0);
		pb_end(w, rule);
	}
}

static void put_exclusions(struct pb_writer *w, const struct asr_sizes *sizes)
{
	for (u32 i = 0; i < sizes->exclusions; i++) {
		u32 exclusion = pb_begin(w, 3);

		pb_put_string(w, 1, "e");
		pb_put_string(w, i % 2 ? 3 : 6, "/a");
		pb_put_varint(w, 7, i + 1);
		pb_end(w, exclusion);
	}
}

static enum rampart_reason decode_asr(const struct asr_sizes *sizes, struct rampart_policy *policy, u8 **message)
{
	u32 cap = 64 + sizes->classes * (24 + sizes->paths * 8) + sizes->rules * 40 + sizes->exclusions * 24;
	struct pb_writer w = { .buf = env_calloc(1, cap), .cap = cap };
	u32 asr;

	put_head(&w);
	asr = pb_begin(&w, 12);
	put_classes(&w, sizes);
	put_rules(&w, sizes);
	put_exclusions(&w, sizes);
	pb_end(&w, asr);
	assert_false(w.overflow);
	*message = w.buf;
	return rampart_policy_decode((struct pb_view){ w.buf, w.len }, policy);
}

static void assert_asr(const struct asr_sizes *sizes)
{
	struct rampart_policy policy;
	u8 *message;

	assert_int_equal(decode_asr(sizes, &policy, &message), RAMPART_REASON_OK);
	assert_int_equal(policy.classes.n, sizes->classes);
	assert_int_equal(policy.class_paths.n, sizes->classes * sizes->paths);
	assert_int_equal(policy.rules.n, sizes->rules);
	assert_int_equal(policy.exclusions.n, sizes->exclusions);
	for (u32 i = 0; i < RAMPART_CLASSES_MAX; i++) {
		struct rampart_views paths = rampart_policy_class(&policy, i < sizes->classes ? i : 0);

		assert_int_equal(policy.class_bit[i], i);
		assert_int_equal(policy.class_end[i], i < sizes->classes ? (i + 1) * sizes->paths : 0);
		assert_int_equal(paths.n, sizes->classes ? sizes->paths : 0);
		assert_true(!paths.n == !paths.v);
		if (i < sizes->classes && paths.n)
			assert_int_equal(paths.v[paths.n - 1].len, i % 2 ? 6 : 3);
	}
	for (u32 i = 0; i < sizes->rules; i++)
		assert_int_equal(policy.rules.v[i].mode, i % RAMPART_MODE_NUM);
	for (u32 i = 0; i < sizes->exclusions; i++)
		assert_true(policy.exclusions.v[i].until == i + 1 && policy.exclusions.v[i].exe.len == (i % 2 ? 2 : 0) &&
			    policy.exclusions.v[i].object.len == (i % 2 ? 0 : 2));
	rampart_policy_free(&policy);
	env_free(message);
}

static void assert_asr_over_cap(const struct asr_sizes *sizes)
{
	struct rampart_policy policy;
	u8 *message;

	assert_int_equal(decode_asr(sizes, &policy, &message), RAMPART_REASON_OVER_CAP);
	env_free(message);
}

static void asr_up_to_its_caps(test_state *state)
{
	static const struct asr_sizes good[] = {
		{ 0, 0, 0, 0 }, { 1, 0, 1, 1 }, { 5, 3, 4, 7 }, { RAMPART_CLASSES_MAX, 1, RAMPART_ASR_RULES_MAX, 2 },
		{ 1, RAMPART_PATTERNS_MAX, 0, 0 }, { 40, RAMPART_PATTERNS_MAX / 40, 0, 0 }, { 0, 0, 0, RAMPART_EXCLUSIONS_MAX },
	};
	static const struct asr_sizes bad[] = {
		{ RAMPART_CLASSES_MAX + 1, 0, 0, 0 }, { 0, 0, RAMPART_ASR_RULES_MAX + 1, 0 }, { 0, 0, 0, RAMPART_EXCLUSIONS_MAX + 1 },
		{ 1, RAMPART_PATTERNS_MAX + 1, 0, 0 }, { 41, RAMPART_PATTERNS_MAX / 40, 0, 0 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(good); i++)
		assert_asr(&good[i]);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		assert_asr_over_cap(&bad[i]);
}

/* @n digests in field @number of Asr, each its own number. */
static enum rampart_reason decode_digests(u32 number, u32 n, struct rampart_policy *policy, u8 **message)
{
	u32 len = n * RAMPART_FILE_DIGEST, cap = len + 128;
	struct pb_writer w = { .buf = env_calloc(1, cap), .cap = cap }, asr = { .buf = env_calloc(1, cap), .cap = cap };
	u8 *digests = env_calloc(n, RAMPART_FILE_DIGEST);

	for (u32 i = 0; i < n; i++)
		for (u32 j = 0; j < 4; j++)
			digests[i * RAMPART_FILE_DIGEST + j] = i >> (8 * (3 - j));
	pb_put_bytes(&asr, number, digests, len);
	put_head(&w);
	pb_put_bytes(&w, 12, asr.buf, asr.len);
	env_free(asr.buf);
	env_free(digests);
	assert_false(w.overflow);
	*message = w.buf;
	return rampart_policy_decode((struct pb_view){ w.buf, w.len }, policy);
}

static void digests_up_to_their_cap(test_state *state)
{
	struct rampart_policy policy;
	u8 *message;

	for (u32 number = 9; number <= 10; number++) {
		assert_int_equal(decode_digests(number, RAMPART_DIGESTS_MAX, &policy, &message), RAMPART_REASON_OK);
		assert_int_equal(policy.denied_digests.len, number == 9 ? RAMPART_DIGESTS_MAX * RAMPART_FILE_DIGEST : 0);
		assert_int_equal(policy.trusted_digests.len, number == 10 ? RAMPART_DIGESTS_MAX * RAMPART_FILE_DIGEST : 0);
		rampart_policy_free(&policy);
		env_free(message);
		assert_int_equal(decode_digests(number, RAMPART_DIGESTS_MAX + 1, &policy, &message), RAMPART_REASON_OVER_CAP);
		env_free(message);
	}
}

static void aged_days_in_range(test_state *state)
{
	static const struct {
		u64 days;
		enum rampart_reason reason;
	} cases[] = {
		{ 0, RAMPART_REASON_OK }, { 1, RAMPART_REASON_OK }, { RAMPART_AGED_DAYS_MAX, RAMPART_REASON_OK },
		{ RAMPART_AGED_DAYS_MAX + 1, RAMPART_REASON_BAD_VALUE }, { 1ULL << 32, RAMPART_REASON_BAD_VALUE },
		{ ~0ULL, RAMPART_REASON_BAD_VALUE },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 buf[128];
		struct pb_writer w = { .buf = buf, .cap = sizeof(buf) };
		struct rampart_policy policy;
		u32 asr;

		put_head(&w);
		asr = pb_begin(&w, 12);
		pb_put_varint(&w, 17, cases[i].days);
		pb_end(&w, asr);
		assert_false(w.overflow);
		assert_int_equal(rampart_policy_decode((struct pb_view){ buf, w.len }, &policy), cases[i].reason);
		assert_true(policy.aged_days == (cases[i].reason ? 0 : cases[i].days));
		rampart_policy_free(&policy);
	}
}

/* A text in field @number of the message that field @list of Asr is; its required fields are there, but for that one. */
static enum rampart_reason decode_text(u32 list, u32 number, const char *text)
{
	static u8 buf[2 * RAMPART_PATH_MAX];
	struct pb_writer w = { .buf = buf, .cap = sizeof(buf) };
	struct rampart_policy policy;
	enum rampart_reason reason;
	u32 asr, entry;

	put_head(&w);
	asr = pb_begin(&w, 12);
	entry = pb_begin(&w, list);
	if (number != 1)
		pb_put_string(&w, 1, "a");
	if (list == 2)
		pb_put_varint(&w, 3, BIT_ULL(RAMPART_OP_EXEC));
	if (list == 3 && number != 3)
		pb_put_string(&w, 3, "/a");
	pb_put_string(&w, number, text);
	pb_end(&w, entry);
	pb_end(&w, asr);
	assert_false(w.overflow);
	reason = rampart_policy_decode((struct pb_view){ w.buf, w.len }, &policy);
	rampart_policy_free(&policy);
	return reason;
}

static void texts_of_asr_up_to_their_lengths(test_state *state)
{
	static const struct {
		u32 list, number, max;
		bool path;
	} texts[] = {
		{ 1, 1, RAMPART_ID_MAX, false }, { 1, 2, RAMPART_PATH_MAX, true }, { 2, 1, RAMPART_ID_MAX, false },
		{ 2, 13, RAMPART_NOTE_MAX, false }, { 2, 14, 100, false }, { 3, 1, RAMPART_ID_MAX, false },
		{ 3, 3, RAMPART_PATH_MAX, true }, { 3, 6, RAMPART_PATH_MAX, true }, { 3, 8, RAMPART_NOTE_MAX, false },
		{ 3, 9, RAMPART_NOTE_MAX, false },
	};
	static char text[RAMPART_PATH_MAX + 2];

	for (u32 i = 0; i < ARRAY_SIZE(texts); i++) {
		memset(text, 0, sizeof(text));
		for (u32 j = 0; j < texts[i].max; j++)
			text[j] = texts[i].path && j % 65 == 0 ? '/' : 'a';
		assert_int_equal(decode_text(texts[i].list, texts[i].number, text), RAMPART_REASON_OK);
		text[texts[i].max] = 'a';
		assert_int_equal(decode_text(texts[i].list, texts[i].number, text), RAMPART_REASON_OVER_CAP);
	}
}

static void paths_too_long_are_over_cap(test_state *state)
{
	static char path[RAMPART_PATH_MAX + 2];

	for (u32 i = 0; i < RAMPART_PATH_MAX + 1; i++)
		path[i] = i % 65 ? 'a' : '/';
	assert_int_equal(decode_list(8, 2, path, false, 1), RAMPART_REASON_OVER_CAP);
	assert_int_equal(decode_list(8, 3, path, true, 1), RAMPART_REASON_OVER_CAP);
	path[RAMPART_PATH_MAX] = '\0';
	assert_int_equal(decode_list(8, 2, path, false, 1), RAMPART_REASON_OK);
	assert_int_equal(decode_list(8, 3, path, true, 1), RAMPART_REASON_OK);
}

/* Refused or freed, nothing is left that a second free could hit. */
static void leaves_nothing_behind(test_state *state)
{
	static const struct rampart_policy zero;
	static const u8 bad[] = HEAD "\x3a\x02/a" "\x72\x00";
	static const u8 twice[] = HEAD "\x62\x0a" A_CLASS A_CLASS;
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

	/* What only all of it together can tell is found when there is memory for it. */
	memset(&policy, 0xee, sizeof(policy));
	assert_int_equal(rampart_policy_decode((struct pb_view){ twice, sizeof(twice) - 1 }, &policy), RAMPART_REASON_BAD_VALUE);
	assert_memory_equal(&policy, &zero, sizeof(policy));
}

SUITE(decode,
	TEST(policies),
	TEST(tokens),
	TEST(paths),
	TEST(paths_up_to_their_limits),
	TEST(lists_up_to_their_caps),
	TEST(secrets_and_their_programs),
	TEST(asr_up_to_its_caps),
	TEST(digests_up_to_their_cap),
	TEST(aged_days_in_range),
	TEST(texts_of_asr_up_to_their_lengths),
	TEST(paths_too_long_are_over_cap),
	TEST(leaves_nothing_behind));
