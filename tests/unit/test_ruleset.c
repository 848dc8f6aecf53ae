// SPDX-License-Identifier: MIT
/* Patterns as rampart-policy(5) has them, at their edges; caps. The comparison at random is in test_decide.c. */
#include <harness.h>

#include "policy_reference.h"

#define NO_PLACE RAMPART_PLACE_NONE
#define F RAMPART_OBJ_FOLDER
#define T RAMPART_OBJ_TRUSTED
#define S RAMPART_OBJ_SELF
#define O RAMPART_OBJ_SECRET
#define P RAMPART_OBJ_PROGRAM
#define N255 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" \
	     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" \
	     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define A8 "/a/a/a/a/a/a/a/a"
#define A63 A8 A8 A8 A8 A8 A8 A8 "/a/a/a/a/a/a/a"

struct expected {
	const char *path;
	u32 classes, below, place;
};

static const struct {
	const char *name;
	struct texts protect, homes;
	struct expected paths[16];
} cases[] = {
	{ "no places", { .n = 0 }, { .n = 0 },
	  { { "", 0, S, NO_PLACE }, { "/a", 0, 0, NO_PLACE }, { "/etc", 0, S, NO_PLACE },
	    { "/etc/rampart", S, 0, NO_PLACE }, { "/etc/rampart/a/b", S, 0, NO_PLACE },
	    { "/etc/rampartx", 0, 0, NO_PLACE }, { "/usr/sbin/rampartd", S, 0, NO_PLACE } } },
	{ "a place, what is above and below it", { { "/srv/data" }, 1 }, { .n = 0 },
	  { { "", 0, F | S, NO_PLACE }, { "/srv", 0, F, NO_PLACE }, { "/srv/data", F, 0, 0 },
	    { "/srv/data/a", F, 0, 0 },
	    { "/srv/data/a/b/c/d/e/f", F, 0, 0 }, { "/srv/dat", 0, 0, NO_PLACE }, { "/srv/data1", 0, 0, NO_PLACE },
	    { "/srv/Data", 0, 0, NO_PLACE }, { "/data", 0, 0, NO_PLACE }, { "/srv/data/srv/data", F, 0, 0 } } },
	{ "one place below another, and the same one twice", { { "/a/b/c", "/a", "/a/b/c", "/a" }, 4 }, { .n = 0 },
	  { { "/a", F, F, 1 }, { "/a/b", F, F, 1 }, { "/a/b/c", F, 0, 0 }, { "/a/b/c/d", F, 0, 0 }, { "/a/x", F, 0, 1 },
	    { "/a/x/c", F, 0, 1 } } },
	{ "any name", { { "/a/*/c", "/*/x" }, 2 }, { .n = 0 },
	  { { "/a", 0, F, NO_PLACE }, { "/b", 0, F, NO_PLACE }, { "/a/b", 0, F, NO_PLACE }, { "/a/b/c", F, 0, 0 },
	    { "/a/c", 0, F, NO_PLACE }, { "/a/x", F, F, 1 }, { "/a/x/c", F, 0, 0 }, { "/a/x/d", F, 0, 1 },
	    { "/q/x/c", F, 0, 1 }, { "/a/*/c", F, 0, 0 }, { "/a/b/b/c", 0, 0, NO_PLACE }, { "/x", 0, F, NO_PLACE } } },
	{ "any name is one name", { { "/a/*" }, 1 }, { .n = 0 },
	  { { "/a", 0, F, NO_PLACE }, { "/a/b", F, 0, 0 }, { "/a/b/c", F, 0, 0 }, { "/b", 0, 0, NO_PLACE } } },
	{ "everything", { { "/*" }, 1 }, { .n = 0 },
	  { { "", 0, F | S, NO_PLACE }, { "/a", F, 0, 0 }, { "/etc", F, S, 0 }, { "/etc/rampart", F | S, 0, 0 } } },
	{ "a name and any name: of two as deep the first", { { "/a/*", "/a/b", "/*/b", "/a/b/c" }, 4 }, { .n = 0 },
	  { { "/a/b", F, F, 0 }, { "/a/x", F, 0, 0 }, { "/x/b", F, 0, 2 }, { "/a/b/c", F, 0, 3 },
	    { "/a/b/x", F, 0, 0 } } },
	{ "of two as deep the first, whichever has the older nodes", { { "/*/b/c", "/a/b", "/*/b" }, 3 }, { .n = 0 },
	  { { "/a/b", F, F, 1 }, { "/x/b", F, F, 2 }, { "/a/b/c", F, 0, 0 }, { "/a/b/d", F, 0, 1 } } },
	{ "homes", { { "~/Documents", "~/*/keys" }, 2 }, { { "/home/*", "/root" }, 2 },
	  { { "/home", 0, F, NO_PLACE }, { "/home/u", 0, F, NO_PLACE }, { "/home/u/Documents", F, F, 0 },
	    { "/home/u/Documents/keys", F, 0, 1 }, { "/home/u/x", 0, F, NO_PLACE }, { "/home/u/x/keys", F, 0, 1 },
	    { "/root", 0, F, NO_PLACE }, { "/root/Documents", F, F, 0 }, { "/Documents", 0, 0, NO_PLACE },
	    { "/home/Documents", 0, F, NO_PLACE }, { "~", 0, F, NO_PLACE }, { "~/Documents/a", F, 0, 0 },
	    { "~/x", 0, F, NO_PLACE }, { "/~/Documents", 0, 0, NO_PLACE } } },
	{ "no homes", { { "~/Documents" }, 1 }, { .n = 0 },
	  { { "/home", 0, 0, NO_PLACE }, { "/home/u/Documents", 0, 0, NO_PLACE }, { "~/Documents", F, 0, 0 } } },
	{ "homes of which nothing is protected", { { "/a" }, 1 }, { { "/home/*" }, 1 },
	  { { "/home", 0, 0, NO_PLACE }, { "/home/u", 0, 0, NO_PLACE }, { "~", 0, 0, NO_PLACE },
	    { "~/a", 0, 0, NO_PLACE } } },
	{ "a home below a home", { { "~/b/c" }, 1 }, { { "/h", "/h/b", "/h/b/c" }, 3 },
	  { { "/h", 0, F, NO_PLACE }, { "/h/b", 0, F, NO_PLACE }, { "/h/b/c", F, F, 0 }, { "/h/b/b/c", F, 0, 0 },
	    { "/h/b/c/b/c", F, 0, 0 }, { "/h/c", 0, 0, NO_PLACE } } },
	{ "Rampart's files in a place", { { "/etc", "/usr/*" }, 2 }, { .n = 0 },
	  { { "/etc", F, S, 0 }, { "/etc/rampart", F | S, 0, 0 }, { "/usr", 0, F | S, NO_PLACE },
	    { "/usr/sbin", F, S, 1 }, { "/usr/sbin/rampartd", F | S, 0, 1 }, { "/usr/lib/rampart/x", F | S, 0, 1 } } },
	{ "the longest name", { { "/" N255 "/x", "/y/" N255 }, 2 }, { .n = 0 },
	  { { "/" N255, 0, F, NO_PLACE }, { "/" N255 "/x", F, 0, 0 }, { "/y/" N255, F, 0, 1 },
	    { "/y/" N255 "n", 0, 0, NO_PLACE }, { "/y/" N255 N255 "nn", 0, 0, NO_PLACE } } },
	{ "the deepest path", { { A63 "/a", A63 "/*" }, 2 }, { .n = 0 },
	  { { A63, 0, F, NO_PLACE }, { A63 "/a", F, 0, 0 }, { A63 "/b", F, 0, 1 }, { A63 "/a/a/a/a/a", F, 0, 0 },
	    { A63 A63 A63, F, 0, 0 }, { A8 "/b", 0, 0, NO_PLACE } } },
	{ "bytes that are not text", { { "/\xff\xfe", "/\x01/ " }, 2 }, { .n = 0 },
	  { { "/\xff\xfe", F, 0, 0 }, { "/\xff", 0, 0, NO_PLACE }, { "/\x01/ ", F, 0, 1 },
	    { "/\x01/", 0, F, NO_PLACE } } },
};

static void patterns(test_state *state)
{
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text_policy policy = { .folders_mode = RAMPART_MODE_BLOCK, .protect = cases[i].protect,
					      .homes = cases[i].homes };
		enum rampart_reason why;
		struct rampart_ruleset *ruleset = build_texts(&policy, &why);

		assert_non_null(ruleset);
		for (const struct expected *e = cases[i].paths; e->path; e++) {
			struct rampart_label is = walked_label(ruleset, e->path);

			if (is.classes != e->classes || is.below != e->below || is.place != e->place)
				fail_msg("%s: \"%s\": classes %llx below %llx place %u, expected %x %x %u", cases[i].name,
					 e->path, (unsigned long long)is.classes, (unsigned long long)is.below, is.place,
					 e->classes, e->below, e->place);
		}
		rampart_ruleset_free(ruleset);
	}
}

/* Switched off, a place is none; the files of programs are told apart all the same. */
static void folders_off(test_state *state)
{
	struct text_policy policy = { .protect = { { "/a", "~/b" }, 2 }, .homes = { { "/home/*" }, 1 },
				      .allow = { { "/a/tool" }, 1 }, .updaters = { { "/usr/bin/dpkg" }, 1 } };
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);

	assert_int_equal(walked_label(ruleset, "/a").classes, 0);
	assert_int_equal(walked_label(ruleset, "/a").below, T);
	assert_int_equal(walked_label(ruleset, "/a/tool").classes, T);
	assert_int_equal(walked_label(ruleset, "/usr/bin/dpkg").classes, T);
	assert_int_equal(walked_label(ruleset, "/home/u/b").classes, 0);
	assert_int_equal(walked_label(ruleset, "~/b").classes, 0);
	assert_int_equal(rampart_ruleset_ops(ruleset), 0);
	rampart_ruleset_free(ruleset);
}

/* Each place has a bit of its own; those of places around it stay. The files of those that may read are trusted. */
static void secrets(test_state *state)
{
	static const struct {
		const char *path;
		u32 classes, below, place, secrets, secrets_below;
	} rows[] = {
		{ "/a", 0, F | O | T, NO_PLACE, 0, 1 | 4 }, { "/a/key", F | O, O | T, 0, 1, 4 },
		{ "/a/key/x", F | O, 0, 0, 1, 0 }, { "/a/x", 0, O, NO_PLACE, 0, 4 }, { "/a/x/c", O, 0, NO_PLACE, 4, 0 },
		{ "/a/key/c", F | O, 0, 0, 1 | 4, 0 }, { "/home/u", 0, O, NO_PLACE, 0, 2 | 8 },
		{ "/home/u/.ssh", O, O, NO_PLACE, 2, 8 }, { "/home/u/.ssh/k", O, 0, NO_PLACE, 2 | 8, 0 },
		{ "~/.ssh/x", O, 0, NO_PLACE, 2, 0 }, { "/a/key/tool", F | O | T, 0, 0, 1, 0 },
	};
	struct text_policy policy = {
		.folders_mode = RAMPART_MODE_WARN, .secrets_mode = RAMPART_MODE_AUDIT, .protect = { { "/a/key" }, 1 },
		.homes = { { "/home/*" }, 1 }, .secrets = { { "/a/key", "~/.ssh", "/a/*/c", "~/.ssh/k" }, 4 },
		.readers = { { "/a/key/tool", "/bin/b", "/bin/b" }, 3 },
	};
	static const u64 classes[] = { RAMPART_SUBJ_DAEMON, 1ull << 32, 2ull << 32, 4ull << 32 };
	const struct rampart_trust *trusts;
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);
	u32 n;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rampart_label is = walked_label(ruleset, rows[i].path);

		if (is.classes != rows[i].classes || (is.below & ~S) != rows[i].below || is.place != rows[i].place ||
		    is.secrets != rows[i].secrets || is.secrets_below != rows[i].secrets_below)
			fail_msg("\"%s\": classes %llx below %llx place %u secrets %x below %x", rows[i].path,
				 (unsigned long long)is.classes, (unsigned long long)is.below, is.place, is.secrets,
				 is.secrets_below);
	}
	trusts = rampart_ruleset_trusts(ruleset, &n);
	assert_int_equal(n, ARRAY_SIZE(classes));
	for (u32 i = 0; i < n; i++)
		assert_true(trusts[i].classes == classes[i]);
	rampart_ruleset_free(ruleset);

	policy.folders_mode = policy.secrets_mode = RAMPART_MODE_OFF;
	ruleset = build_texts(&policy, &why);
	assert_int_equal(walked_label(ruleset, "/a/key").classes, 0);
	assert_int_equal(walked_label(ruleset, "/a/key").secrets, 0);
	assert_int_equal(walked_label(ruleset, "/bin/b").classes, T);
	assert_int_equal(rampart_ruleset_ops(ruleset), 0);
	rampart_ruleset_free(ruleset);
}

/* All that the format takes; the last bit is a bit like the others. */
static void as_many_secrets_as_there_are_bits(test_state *state)
{
	struct pb_view paths[RAMPART_SECRETS_MAX];
	char text[RAMPART_SECRETS_MAX][16];
	struct rampart_policy policy = { .secrets_mode = RAMPART_MODE_BLOCK, .secrets = { paths, RAMPART_SECRETS_MAX } };
	enum rampart_reason why;
	struct rampart_ruleset *ruleset;

	for (u32 i = 0; i < RAMPART_SECRETS_MAX; i++) {
		snprintf(text[i], sizeof(text[i]), "/s/%u", i);
		paths[i] = (struct pb_view){ (const u8 *)text[i], strlen(text[i]) };
	}
	ruleset = rampart_ruleset_build(&policy, &why);
	assert_int_equal(why, RAMPART_REASON_OK);
	for (u32 i = 0; i < RAMPART_SECRETS_MAX; i++)
		assert_int_equal(walked_label(ruleset, text[i]).secrets, 1u << i);
	assert_int_equal(walked_label(ruleset, "/s").secrets_below, U32_MAX);
	rampart_ruleset_free(ruleset);
}

/* What a host has before its first policy. */
static void no_policy(test_state *state)
{
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = rampart_ruleset_build(NULL, &why);
	u32 n;

	assert_int_equal(why, RAMPART_REASON_OK);
	for (u32 op = 0; op < RAMPART_OP_NUM; op++) {
		rampart_ruleset_rules(ruleset, op, &n);
		assert_int_equal(n, 0);
	}
	rampart_ruleset_exclusions(ruleset, &n);
	assert_int_equal(n, 0);
	rampart_ruleset_anybody(ruleset, &n);
	assert_int_equal(n, 0);
	assert_int_equal(rampart_ruleset_ops(ruleset), 0);
	assert_int_equal(walked_label(ruleset, "/etc/rampart/x").classes, S);
	rampart_ruleset_free(ruleset);
}

static bool view_is(struct pb_view view, const char *text)
{
	return view.len == strlen(text) && !memcmp(view.data, text, view.len + 1);
}

static void programs(test_state *state)
{
	struct text_policy policy = { .self_mode = RAMPART_MODE_BLOCK, .allow = { { "/bin/a", "/bin/b", "/bin/a" }, 3 },
				      .updaters = { { "/bin/a" }, 1 } };
	static const struct {
		const char *path;
		u64 classes;
	} expected[] = {
		{ "/usr/sbin/rampartd", RAMPART_SUBJ_DAEMON }, { "/bin/a", RAMPART_SUBJ_ALLOWED },
		{ "/bin/b", RAMPART_SUBJ_ALLOWED }, { "/bin/a", RAMPART_SUBJ_ALLOWED },
		{ "/bin/a", RAMPART_SUBJ_UPDATER },
	};
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);
	const struct rampart_trust *list;
	u32 n;

	list = rampart_ruleset_trusts(ruleset, &n);
	assert_int_equal(n, ARRAY_SIZE(expected));
	for (u32 i = 0; i < n; i++) {
		assert_true(view_is(list[i].path, expected[i].path));
		assert_int_equal(list[i].classes, expected[i].classes);
		assert_true(!list[i].members && list[i].exclusion == RAMPART_EXCLUSION_NONE);
	}
	rampart_ruleset_free(ruleset);
}

static void pinned(test_state *state)
{
	static const u8 sha256[32] = { 7, [31] = 9 };
	struct rampart_program program[] = {
		{ .exe = { (const u8 *)"/bin/a", 6 }, .children = true },
		{ .exe = { (const u8 *)"/bin/b", 6 }, .sha256 = { sha256, 32 } },
	};
	struct rampart_policy policy = { .allow = { program, 1 } };
	const struct rampart_trust *trusts;
	struct rampart_ruleset *ruleset;
	enum rampart_reason why;
	u32 n;

	ruleset = rampart_ruleset_build(&policy, &why);
	trusts = rampart_ruleset_trusts(ruleset, &n);
	assert_int_equal(n, 2);
	assert_true(trusts[1].children && !trusts[0].children && !trusts[1].pinned);
	assert_true(rampart_ruleset_children(ruleset));
	rampart_ruleset_free(ruleset);

	policy = (struct rampart_policy){ .updaters = { program + 1, 1 } };
	ruleset = rampart_ruleset_build(&policy, &why);
	trusts = rampart_ruleset_trusts(ruleset, &n);
	assert_int_equal(n, 2);
	assert_true(trusts[1].pinned && !trusts[1].children && !trusts[0].pinned);
	assert_memory_equal(trusts[1].sha256, sha256, 32);
	assert_false(rampart_ruleset_children(ruleset));
	rampart_ruleset_free(ruleset);
}

/* The beginning of each pattern up to its first "*", once. Rampart's own files come last. */
static void literals(test_state *state)
{
	struct text_policy policy = {
		.folders_mode = RAMPART_MODE_AUDIT,
		.protect = { { "/srv/*/a", "/srv/*/b", "/srv/x", "~/Documents", "/*/y", "/srv" }, 6 },
		.homes = { { "/home/*", "/root", "/srv" }, 3 },
		.allow = { { "/bin/a" }, 1 }, .updaters = { { "/bin/a" }, 1 },
	};
	static const char *const expected[] = { "/srv", "/srv/x", "/home", "/root", "/bin/a" };
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);
	const struct pb_view *list;
	u32 n;

	list = rampart_ruleset_literals(ruleset, &n);
	assert_int_equal(n, ARRAY_SIZE(expected) + ARRAY_SIZE(rampart_files));
	for (u32 i = 0; i < n; i++)
		assert_true(view_is(list[i], i < ARRAY_SIZE(expected) ? expected[i] :
							rampart_files[i - ARRAY_SIZE(expected)]));
	rampart_ruleset_free(ruleset);
}

/* --- classes and exclusions --- */

#define MEMBER(bit) BIT_ULL(RAMPART_CLASS_SHIFT + (bit))

/*
 * The bits are not in the order of the classes, as when a policy before this one had others. A program is also known by its file,
 * of which what lies below its path is none; a folder is of the class with all that it has.
 */
static const struct text_class classes[] = {
	{ "browsers", { { "/opt/browser", "/usr/bin/*", "/bin/b" }, 3 }, 9 },
	{ "startup", { { "~/.config", "/etc/cron.d", "~/.config/x" }, 3 }, 0 },
	{ "empty", { .n = 0 }, 1 },
	{ "all", { { "/*", "/opt/browser/lib" }, 2 }, 47 },
};

enum { BROWSERS = 9, STARTUP = 0, EVERYTHING = 47 };	/* their bits */

static void members(test_state *state)
{
	static const struct {
		const char *path;
		u64 classes, below;
	} rows[] = {
		{ "", 0, MEMBER(BROWSERS) | MEMBER(STARTUP) | MEMBER(EVERYTHING) | P | F | S },
		{ "/opt", MEMBER(EVERYTHING) | P, MEMBER(BROWSERS) | MEMBER(EVERYTHING) | P | F },
		{ "/opt/x", MEMBER(EVERYTHING), 0 },
		{ "/opt/browser", MEMBER(BROWSERS) | MEMBER(EVERYTHING) | P | F, MEMBER(EVERYTHING) | P },
		{ "/opt/browser/lib", MEMBER(BROWSERS) | MEMBER(EVERYTHING) | P | F, 0 },
		{ "/opt/browser/lib/x", MEMBER(BROWSERS) | MEMBER(EVERYTHING) | F, 0 },
		{ "/opt/browser/x", MEMBER(BROWSERS) | MEMBER(EVERYTHING) | F, 0 },
		{ "/usr/bin", MEMBER(EVERYTHING), MEMBER(BROWSERS) | P | S },
		{ "/usr/bin/x", MEMBER(BROWSERS) | MEMBER(EVERYTHING) | P, 0 },
		{ "/usr/bin/x/y", MEMBER(BROWSERS) | MEMBER(EVERYTHING), 0 },
		{ "/usr/bin/rampartctl", MEMBER(BROWSERS) | MEMBER(EVERYTHING) | P | S, 0 },
		{ "/etc", MEMBER(EVERYTHING) | P, MEMBER(STARTUP) | P | S },
		{ "/etc/cron.d/x", MEMBER(EVERYTHING) | MEMBER(STARTUP), 0 },
		{ "/home/u", MEMBER(EVERYTHING), MEMBER(STARTUP) | P },
		{ "/home/u/.config", MEMBER(EVERYTHING) | MEMBER(STARTUP) | P, MEMBER(STARTUP) | P },
		{ "/home/u/.config/x", MEMBER(EVERYTHING) | MEMBER(STARTUP) | P, 0 },
		{ "/home/u/.config/y", MEMBER(EVERYTHING) | MEMBER(STARTUP), 0 },
		{ "/home", MEMBER(EVERYTHING) | P, MEMBER(STARTUP) | P },
		{ "~/.config/x", MEMBER(STARTUP) | P, 0 },
		{ "~", 0, MEMBER(STARTUP) | P },
	};
	static const struct {
		const char *path;
		u64 members;
	} programs[] = {	/* what can be one file, in the policy's order */
		{ "/usr/sbin/rampartd", 0 }, { "/opt/browser", MEMBER(BROWSERS) }, { "/bin/b", MEMBER(BROWSERS) },
		{ "/etc/cron.d", MEMBER(STARTUP) }, { "/opt/browser/lib", MEMBER(EVERYTHING) },
	};
	struct text_policy policy = { .folders_mode = RAMPART_MODE_AUDIT, .protect = { { "/opt/browser" }, 1 },
				      .homes = { { "/home/*" }, 1 }, .classes = classes, .n_classes = ARRAY_SIZE(classes) };
	const struct rampart_trust *trusts;
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);
	u32 n;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rampart_label is = walked_label(ruleset, rows[i].path);

		if (is.classes != rows[i].classes || is.below != rows[i].below)
			fail_msg("\"%s\": classes %llx below %llx", rows[i].path, (unsigned long long)is.classes,
				 (unsigned long long)is.below);
	}
	trusts = rampart_ruleset_trusts(ruleset, &n);
	assert_int_equal(n, ARRAY_SIZE(programs));
	for (u32 i = 0; i < n; i++) {
		assert_true(view_is(trusts[i].path, programs[i].path));
		assert_true(trusts[i].members == programs[i].members);
		assert_true(trusts[i].classes == (i ? 0 : RAMPART_SUBJ_DAEMON));
		assert_true(trusts[i].exclusion == RAMPART_EXCLUSION_NONE && !trusts[i].children && !trusts[i].pinned);
	}
	assert_false(rampart_ruleset_children(ruleset));
	rampart_ruleset_free(ruleset);
}

/* The sets of a rule are by the classes' numbers, and what is published by their bits. */
static void rules_by_bit(test_state *state)
{
	static const struct rampart_asr_rule rules[] = {
		{ .id = VIEW("a"), .mode = RAMPART_MODE_WARN, .ops = BIT_ULL(RAMPART_OP_EXEC) | BIT_ULL(RAMPART_OP_KEXEC),
		  .subject = 1 << 0, .not_subject = 1 << 1, .exe = 1 << 2, .not_exe = 1 << 3, .object = 1 << 0 | 1 << 3,
		  .not_object = 1 << 1 | 1 << 2, .object_traits = 1, .not_object_traits = 2, .when = 4 },
		{ .id = VIEW("off"), .ops = BIT_ULL(RAMPART_OP_EXEC), .subject = 1 << 0 },
		{ .id = VIEW("b"), .mode = RAMPART_MODE_AUDIT, .ops = BIT_ULL(RAMPART_OP_EXEC) },
	};
	struct text_policy policy = { .classes = classes, .n_classes = ARRAY_SIZE(classes), .rules = rules,
				      .n_rules = ARRAY_SIZE(rules) };
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);
	const struct rampart_rule *const *list;
	u32 n;

	list = rampart_ruleset_rules(ruleset, RAMPART_OP_EXEC, &n);
	assert_int_equal(n, 2);
	assert_string_equal(list[0]->name, "a");
	assert_string_equal(list[1]->name, "b");
	assert_true(list[0]->asr && !list[0]->secrets && !list[0]->exempt && list[0]->mode == RAMPART_MODE_WARN);
	assert_true(list[0]->subject == MEMBER(9) && list[0]->not_subject == MEMBER(0));
	assert_true(list[0]->exe == MEMBER(1) && list[0]->not_exe == MEMBER(47));
	assert_true(list[0]->objects == (MEMBER(9) | MEMBER(47)) && list[0]->not_objects == (MEMBER(0) | MEMBER(1)));
	assert_true(list[0]->traits == 1 && list[0]->not_traits == 2 && list[0]->when == 4);
	assert_true(!list[1]->subject && !list[1]->objects && !list[1]->traits);
	list = rampart_ruleset_rules(ruleset, RAMPART_OP_KEXEC, &n);
	assert_int_equal(n, 1);
	assert_string_equal(list[0]->name, "a");
	rampart_ruleset_rules(ruleset, RAMPART_OP_READ, &n);
	assert_int_equal(n, 0);
	/* Its exemptions are worth what those programs' memory is. */
	list = rampart_ruleset_rules(ruleset, RAMPART_OP_PTRACE, &n);
	assert_int_equal(n, 1);
	assert_string_equal(list[0]->name, "exempt_program");
	assert_true(!list[0]->asr && list[0]->mode == RAMPART_MODE_WARN && list[0]->objects == RAMPART_OBJ_EXEMPT_TASK);
	assert_true(rampart_ruleset_ops(ruleset) == (rules[0].ops | BIT_ULL(RAMPART_OP_PTRACE)));
	rampart_ruleset_free(ruleset);
}

/* With those that every policy may have. */
static void as_many_rules_as_there_may_be(test_state *state)
{
	static struct rampart_asr_rule rules[RAMPART_ASR_RULES_MAX];
	static char ids[RAMPART_ASR_RULES_MAX][16];
	struct text_policy policy = { .folders_mode = RAMPART_MODE_AUDIT, .disks_mode = RAMPART_MODE_AUDIT,
				      .secrets_mode = RAMPART_MODE_AUDIT, .self_mode = RAMPART_MODE_AUDIT,
				      .classes = classes, .n_classes = 1, .rules = rules, .n_rules = RAMPART_ASR_RULES_MAX };
	const struct rampart_rule *const *list;
	enum rampart_reason why;
	struct rampart_ruleset *ruleset;
	u32 n, others;

	for (u32 i = 0; i < RAMPART_ASR_RULES_MAX; i++) {
		snprintf(ids[i], sizeof(ids[i]), "rule-%u", i);
		rules[i] = (struct rampart_asr_rule){ .id = view_text(ids[i]), .mode = RAMPART_MODE_BLOCK,
						      .ops = BIT_ULL(RAMPART_OP_PTRACE) | BIT_ULL(RAMPART_OP_LOAD) };
	}
	rules[0].not_exe = 1;
	ruleset = build_texts(&policy, &why);
	list = rampart_ruleset_rules(ruleset, RAMPART_OP_LOAD, &n);
	assert_int_equal(n, RAMPART_ASR_RULES_MAX);
	for (u32 i = 0; i < n; i++) {
		assert_string_equal(list[i]->name, ids[i]);
		assert_int_equal(rampart_ruleset_mode(ruleset, ids[i]), RAMPART_MODE_BLOCK);
	}
	list = rampart_ruleset_rules(ruleset, RAMPART_OP_PTRACE, &n);
	others = n - RAMPART_ASR_RULES_MAX - 1;
	assert_int_equal(others, 4);	/* folders, disks, secrets, self_protection */
	for (u32 i = 0; i < n; i++)
		assert_int_equal(list[i]->asr, i >= others && i < n - 1);
	assert_string_equal(list[n - 1]->name, "exempt_program");
	rampart_ruleset_free(ruleset);
}

/* All that the format takes; the last bit is a bit like the others. */
static void as_many_classes_as_there_are_bits(test_state *state)
{
	static struct text_class many[RAMPART_CLASSES_MAX];
	static char paths[RAMPART_CLASSES_MAX][16];
	struct text_policy policy = { .classes = many, .n_classes = RAMPART_CLASSES_MAX };
	enum rampart_reason why;
	struct rampart_ruleset *ruleset;

	for (u32 i = 0; i < RAMPART_CLASSES_MAX; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/s/%u", i);
		many[i] = (struct text_class){ "class", { { paths[i] }, 1 }, RAMPART_CLASSES_MAX - 1 - i };
	}
	ruleset = build_texts(&policy, &why);
	for (u32 i = 0; i < RAMPART_CLASSES_MAX; i++)
		assert_true(walked_label(ruleset, paths[i]).classes == (MEMBER(RAMPART_CLASSES_MAX - 1 - i) | P));
	assert_true(walked_label(ruleset, "/s").below == (RAMPART_CLASS_MASK | P));
	rampart_ruleset_free(ruleset);
}

/* Programs are known by their files, and pinned as others are; places are the caller's to look for. */
static void exclusions(test_state *state)
{
	static const u8 sha256[32] = { 5, [31] = 3 };
	static const struct rampart_exclusion list[] = {
		{ .name = VIEW("first"), .rule = VIEW("rule"), .exe = VIEW("/bin/a"), .children = true, .until = 7,
		  .owner = VIEW("me"), .reason = VIEW("so") },
		{ .name = VIEW("place"), .object = VIEW("~/x") },
		{ .name = VIEW("third"), .exe = VIEW("/bin/a"), .sha256 = { sha256, 32 }, .object = VIEW("/srv/*"), .until = -1 },
	};
	struct text_policy policy = { .homes = { { "/home/*" }, 1 }, .exclusions = list, .n_exclusions = ARRAY_SIZE(list) };
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);
	const struct rampart_excluded *is;
	const u32 *anybody;
	const struct rampart_trust *trusts;
	const struct pb_view *literals;
	u32 n;

	is = rampart_ruleset_exclusions(ruleset, &n);
	assert_int_equal(n, ARRAY_SIZE(list));
	assert_string_equal(is[0].name, "first");
	assert_string_equal(is[0].rule, "rule");
	assert_true(!is[0].object.len && is[0].children && is[0].until == 7);
	assert_string_equal(is[1].name, "place");
	assert_null(is[1].rule);
	assert_true(view_is(is[1].object, "~/x") && !is[1].children && !is[1].until);
	assert_true(view_is(is[2].object, "/srv/*") && is[2].until == -1);

	trusts = rampart_ruleset_trusts(ruleset, &n);
	assert_int_equal(n, 3);
	assert_true(trusts[0].exclusion == RAMPART_EXCLUSION_NONE);
	assert_true(view_is(trusts[1].path, "/bin/a") && trusts[1].exclusion == 0 && trusts[1].children && !trusts[1].pinned);
	assert_true(view_is(trusts[2].path, "/bin/a") && trusts[2].exclusion == 2 && !trusts[2].children && trusts[2].pinned);
	assert_true(!trusts[1].classes && !trusts[1].members);
	assert_memory_equal(trusts[2].sha256, sha256, 32);
	assert_true(rampart_ruleset_children(ruleset));

	/* Neither is a trusted program's file, nor is their place one of the policy's. */
	assert_true(walked_label(ruleset, "/bin/a").classes == P && walked_label(ruleset, "/bin").below == P);
	assert_true(!walked_label(ruleset, "/bin/a/b").classes && !walked_label(ruleset, "/srv/x").classes);
	assert_true(!walked_label(ruleset, "/home/u").below);
	anybody = rampart_ruleset_anybody(ruleset, &n);
	assert_int_equal(n, 1);
	assert_int_equal(anybody[0], 1);
	literals = rampart_ruleset_literals(ruleset, &n);
	assert_int_equal(n, 1 + ARRAY_SIZE(rampart_files));
	assert_true(view_is(literals[0], "/bin/a"));
	assert_int_equal(rampart_ruleset_ops(ruleset), 0);
	rampart_ruleset_free(ruleset);
}

/* --- caps: places are made by printf into memory that the policy views --- */

struct made {
	char *text;
	size_t used, size;
	struct pb_view *v;
	struct rampart_policy policy;
};

static void made_init(struct made *m, size_t size)
{
	*m = (struct made){ .text = env_calloc(1, size), .size = size,
			     .v = env_calloc(RAMPART_PATTERNS_MAX, sizeof(*m->v)) };
	m->policy = (struct rampart_policy){ .folders_mode = RAMPART_MODE_BLOCK, .protect.v = m->v };
}

static void __attribute__((format(printf, 2, 3))) made_add(struct made *m, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(m->text + m->used, m->size - m->used, format, args);
	va_end(args);
	assert_true(len > 0 && m->used + len < m->size);
	m->v[m->policy.protect.n++] = (struct pb_view){ (u8 *)m->text + m->used, len };
	m->used += len + 1;
}

static void made_free(struct made *m)
{
	env_free(m->text);
	env_free(m->v);
}

static void assert_over_cap(const struct made *m)
{
	enum rampart_reason why;

	assert_null(rampart_ruleset_build(&m->policy, &why));
	assert_int_equal(why, RAMPART_REASON_OVER_CAP);
}

static struct rampart_ruleset *assert_built(const struct made *m)
{
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = rampart_ruleset_build(&m->policy, &why);

	assert_int_equal(why, RAMPART_REASON_OK);
	assert_non_null(ruleset);
	return ruleset;
}

/* All of a|* in @n components: that many patterns hold for /a/a/... at once. */
static void add_overlaps(struct made *m, u32 n)
{
	for (u32 bits = 0; bits < 1u << n; bits++) {
		char path[64] = "";

		for (u32 i = 0; i < n; i++)
			strcat(path, bits >> i & 1 ? "/*" : "/a");
		made_add(m, "%s/x", path);
	}
}

static void too_many_overlap(test_state *state)
{
	struct rampart_ruleset *ruleset;
	struct made m;

	made_init(&m, 1 << 16);
	add_overlaps(&m, 6);
	ruleset = assert_built(&m);
	assert_int_equal(walked_label(ruleset, "/a/a/a/a/a/a/x/y").classes, F);
	assert_int_equal(walked_label(ruleset, "/a/b/a/a/b/a/x").classes, F);
	assert_int_equal(walked_label(ruleset, "/a/b/a/a/b/a/y").classes, 0);
	rampart_ruleset_free(ruleset);
	m.policy.protect.n = 0;
	add_overlaps(&m, 7);
	assert_over_cap(&m);
	made_free(&m);
}

/* Each pattern asks about another component: which of them a path has met so far is a subset, and there are 2^n. */
static void add_subsets(struct made *m, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		char path[256] = "";

		for (u32 j = 0; j < n; j++)
			strcat(path, i == j ? "/a" : "/*");
		made_add(m, "%s/%u", path, i);
	}
}

static void subsets_are_bounded(test_state *state)
{
	struct rampart_ruleset *ruleset;
	struct made m;

	made_init(&m, 1 << 16);
	add_subsets(&m, 12);
	ruleset = assert_built(&m);
	assert_int_equal(walked_label(ruleset, "/b/b/b/a/b/b/b/b/b/b/b/a/3").place, 3);
	assert_int_equal(walked_label(ruleset, "/b/b/b/a/b/b/b/b/b/b/b/a/11").place, 11);
	assert_int_equal(walked_label(ruleset, "/b/b/b/a/b/b/b/b/b/b/b/a/4").classes, 0);
	rampart_ruleset_free(ruleset);
	m.policy.protect.n = 0;
	add_subsets(&m, 63);
	assert_over_cap(&m);
	made_free(&m);
}

/* @n names below any name, and @n names with any name below: n * n pairs. */
static void add_products(struct made *m, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		made_add(m, "/srv/*/data%u", i);
		made_add(m, "/srv/project%u/*/x", i);
	}
}

static void assert_product(const struct rampart_ruleset *ruleset, u32 i, u32 j)
{
	char path[64];

	snprintf(path, sizeof(path), "/srv/project%u/data%u/x", i, j);
	assert_int_equal(walked_label(ruleset, path).place, 2 * i + 1);
	strcpy(strrchr(path, '/'), "/y");
	assert_int_equal(walked_label(ruleset, path).place, 2 * j);
}

static void products_are_bounded(test_state *state)
{
	struct rampart_ruleset *ruleset;
	struct made m;

	made_init(&m, 1 << 20);
	add_products(&m, 300);
	ruleset = assert_built(&m);
	for (u32 i = 0; i < 300; i++)
		for (u32 j = 0; j < 300; j++)
			assert_product(ruleset, i, j);
	rampart_ruleset_free(ruleset);
	m.policy.protect.n = 0;
	add_products(&m, 1000);
	assert_over_cap(&m);
	made_free(&m);
}

/* So many that the tables have collisions: each is told from the others, and from its neighbours that are not there. */
static void many_places(test_state *state)
{
	struct rampart_ruleset *ruleset;
	char path[64];
	struct made m;

	made_init(&m, 1 << 22);
	for (u32 i = 0; i < 40000; i++) {
		made_add(&m, "/srv/%u/ledger%u", i / 100, i % 100);
		made_add(&m, "/srv/%u/ledger%u/*/x", i / 100, i % 100);
	}
	ruleset = assert_built(&m);
	for (u32 i = 0; i < 40000; i++) {
		snprintf(path, sizeof(path), "/srv/%u/ledger%u/a/y", i / 100, i % 100);
		assert_int_equal(walked_label(ruleset, path).place, 2 * i);
		strcpy(strrchr(path, '/'), "/x");
		assert_int_equal(walked_label(ruleset, path).place, 2 * i + 1);
		snprintf(path, sizeof(path), "/srv/%u/ledger%u", i / 100, 100 + i % 100);
		assert_int_equal(walked_label(ruleset, path).classes, 0);
	}
	rampart_ruleset_free(ruleset);
	made_free(&m);
}

/* Homes times places would be too many; they are not multiplied. */
static void many_homes(test_state *state)
{
	struct rampart_ruleset *ruleset;
	struct pb_view *homes;
	struct made m;

	made_init(&m, 1 << 22);
	homes = m.v;
	for (u32 i = 0; i < 30000; i++)
		made_add(&m, "/home/%u", i);
	m.policy.homes = m.policy.protect;
	m.policy.protect = (struct rampart_views){ .v = homes + 30000 };
	m.v += 30000;
	for (u32 i = 0; i < 30000; i++)
		made_add(&m, "~/%u/private", i);
	ruleset = assert_built(&m);
	assert_int_equal(walked_label(ruleset, "/home/29999/12345/private/x").place, 12345);
	assert_int_equal(walked_label(ruleset, "/home/29999/12345").below, F);
	assert_int_equal(walked_label(ruleset, "/home/30000/12345/private").classes, 0);
	rampart_ruleset_free(ruleset);
	m.v = homes;
	made_free(&m);
}

static u32 digest_seed;

static u32 roll(u32 n)
{
	digest_seed = digest_seed * 1103515245 + 12345;
	return (digest_seed >> 16) % n;
}

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, RAMPART_FILE_DIGEST);
}

/* Sorted and once each, as the decoder has them; few of their bytes differ, so that some differ only in what is not kept. */
/* Who runs as whom, and where: control groups by their components, with all that is below. */
static void origins(test_state *state)
{
	static struct pb_view texts[] = {
		VIEW("user:0-0"), VIEW("user:1000-59999"), VIEW("user:5-4294967295"), VIEW("cgroup:/system.slice/nginx.service"),
		VIEW("cgroup:/user.slice/*/session"),
	};
	static const struct {
		u32 uid;
		const char *cgroup;
		u32 origins;
	} asked[] = {
		{ 0, NULL, 1 }, { 1, "", 0 }, { 4, "/", 0 }, { 5, "/system.slice", 4 }, { 999, NULL, 4 }, { 1000, NULL, 6 }, { 59999, NULL, 6 },
		{ 60000, NULL, 4 }, { U32_MAX, NULL, 4 }, { 1, "/system.slice/nginx.service", 8 }, { 1, "/system.slice/nginx.service/worker", 8 },
		{ 1, "/system.slice/nginx.service2", 0 }, { 1, "/nginx.service", 0 }, { 1, "/a/system.slice/nginx.service", 0 },
		{ 0, "/user.slice/u/session/x", 17 }, { 1, "/user.slice/u/session", 16 }, { 1, "/user.slice/session", 0 },
		{ 1, "/user.slice/u/v/session", 0 },
	};
	struct rampart_policy policy = { .origins = { texts, ARRAY_SIZE(texts) } };
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = rampart_ruleset_build(&policy, &why);

	assert_non_null(ruleset);
	assert_true(rampart_ruleset_asks_origins(ruleset));
	for (u32 i = 0; i < ARRAY_SIZE(asked); i++)
		if (rampart_ruleset_origins(ruleset, asked[i].uid, asked[i].cgroup) != asked[i].origins)
			fail_msg("%u in %s: %x", asked[i].uid, asked[i].cgroup ?: "?",
				 rampart_ruleset_origins(ruleset, asked[i].uid, asked[i].cgroup));
	rampart_ruleset_free(ruleset);
	policy.origins.n = 0;
	ruleset = rampart_ruleset_build(&policy, &why);
	assert_false(rampart_ruleset_asks_origins(ruleset));
	assert_int_equal(rampart_ruleset_origins(ruleset, 0, "/"), 0);
	rampart_ruleset_free(ruleset);
}

static struct pb_view random_digests(u8 (*v)[RAMPART_FILE_DIGEST], u32 n)
{
	u32 i, kept = 0;

	for (i = 0; i < n; i++)
		v[i][roll(RAMPART_FILE_DIGEST)] = roll(3);
	env_sort(v, n, RAMPART_FILE_DIGEST, compare_digests);
	for (i = 0; i < n; i++)
		if (!kept || compare_digests(v[i], v[kept - 1]))
			memmove(v[kept++], v[i], RAMPART_FILE_DIGEST);
	return (struct pb_view){ (const u8 *)v, kept * RAMPART_FILE_DIGEST };
}

static bool is_listed(struct pb_view digests, const u8 *digest)
{
	for (u32 i = 0; i < digests.len; i += RAMPART_FILE_DIGEST)
		if (!memcmp(digests.data + i, digest, RAMPART_DIGEST_KEPT))
			return true;
	return false;
}

/* Against a look at each. */
static void digests_at_random(test_state *state)
{
	enum rampart_reason why;

	for (u32 round = 0; round < 200; round++) {
		u8 denied[40][RAMPART_FILE_DIGEST] = {}, trusted[40][RAMPART_FILE_DIGEST] = {}, digest[RAMPART_FILE_DIGEST];
		struct rampart_policy policy = { .denied_digests = random_digests(denied, roll(41)),
						 .trusted_digests = random_digests(trusted, roll(41)) };
		struct rampart_ruleset *ruleset = rampart_ruleset_build(&policy, &why);

		assert_non_null(ruleset);
		for (u32 i = 0; i < 100; i++) {
			u32 expected;

			memset(digest, 0, sizeof(digest));
			digest[roll(RAMPART_FILE_DIGEST)] = roll(3);
			expected = (is_listed(policy.denied_digests, digest) ? 1u << RAMPART_TRAIT_DENIED_DIGEST : 0) |
				   (is_listed(policy.trusted_digests, digest) ? 1u << RAMPART_TRAIT_TRUSTED_DIGEST : 0);
			assert_int_equal(rampart_ruleset_digest(ruleset, digest), expected);
		}
		rampart_ruleset_free(ruleset);
	}
}

/* Files are hashed only where a rule asks, and there is what it asks about. */
static void hashed_operations(test_state *state)
{
	static const u8 digest[RAMPART_FILE_DIGEST];
	struct rampart_asr_rule rules[] = {
		{ .id = VIEW("a"), .mode = RAMPART_MODE_BLOCK, .ops = BIT_ULL(RAMPART_OP_EXEC),
		  .object_traits = 1u << RAMPART_TRAIT_DENIED_DIGEST },
		{ .id = VIEW("b"), .mode = RAMPART_MODE_AUDIT, .ops = BIT_ULL(RAMPART_OP_LOAD),
		  .not_object_traits = 1u << RAMPART_TRAIT_TRUSTED_DIGEST },
		{ .id = VIEW("c"), .ops = BIT_ULL(RAMPART_OP_READ), .when = 1u << RAMPART_TRAIT_DENIED_DIGEST },
		{ .id = VIEW("d"), .mode = RAMPART_MODE_WARN, .ops = BIT_ULL(RAMPART_OP_MODULE) },
	};
	const struct pb_view one = { digest, sizeof(digest) };
	enum rampart_reason why;

	for (u32 i = 0; i < 4; i++) {
		struct rampart_policy policy = { .rules = { rules, ARRAY_SIZE(rules) },
						 .denied_digests = i & 1 ? one : (struct pb_view){},
						 .trusted_digests = i & 2 ? one : (struct pb_view){} };
		struct rampart_ruleset *ruleset = rampart_ruleset_build(&policy, &why);

		assert_non_null(ruleset);
		assert_true(rampart_ruleset_hashed(ruleset) == ((i & 1 ? BIT_ULL(RAMPART_OP_EXEC) : 0) |
								(i & 2 ? BIT_ULL(RAMPART_OP_LOAD) : 0)));
		rampart_ruleset_free(ruleset);
	}
}

/* As strict as the strictest rule that asks for a mark. */
static void keeps_marks(test_state *state)
{
	static const struct {
		enum rampart_mode mode;
		u32 trait;
		bool kept;
	} strict[] = {
		{ RAMPART_MODE_BLOCK, RAMPART_TRAIT_PACKAGED, true }, { RAMPART_MODE_WARN, RAMPART_TRAIT_MAILED, true },
		{ RAMPART_MODE_AUDIT, RAMPART_TRAIT_PACKAGED, false }, { RAMPART_MODE_OFF, RAMPART_TRAIT_PACKAGED, false },
		{ RAMPART_MODE_BLOCK, RAMPART_TRAIT_SCRIPT, false },
	};
	enum rampart_reason why;

	for (u32 i = 0; i < ARRAY_SIZE(strict); i++) {
		struct rampart_asr_rule rule = { .id = VIEW("a"), .mode = strict[i].mode, .ops = BIT_ULL(RAMPART_OP_EXEC),
						 .not_object_traits = 1u << strict[i].trait };
		struct rampart_policy policy = { .rules = { &rule, 1 }, .aged_days = i };
		struct rampart_ruleset *ruleset = rampart_ruleset_build(&policy, &why);

		assert_non_null(ruleset);
		assert_int_equal(rampart_ruleset_keeps_marks(ruleset), strict[i].kept);
		assert_int_equal(rampart_ruleset_aged_days(ruleset), i);
		rampart_ruleset_free(ruleset);
	}
}

/* File @i is of those classes that its number has a bit for: each label is another, and there is one of each. */
#define LABELS 1000
#define LABEL_BITS 10

static void many_labels(test_state *state)
{
	struct rampart_ruleset *ruleset;
	struct rampart_views *paths;
	char path[64];
	struct made m;

	made_init(&m, 1 << 20);
	paths = &m.policy.protect;
	for (u32 bit = 0; bit < LABEL_BITS; bit++) {
		for (u32 i = 0; i < LABELS; i++)
			if (i >> bit & 1)
				made_add(&m, "/srv/%u/%u", i % 10, i);
		m.policy.class_end[bit] = paths->n;
		m.policy.class_bit[bit] = 47 - 3 * bit;
	}
	m.policy.class_paths = *paths;
	/* None of them are read. */
	m.policy.classes = (struct rampart_views){ .v = m.v, .n = LABEL_BITS };
	*paths = (struct rampart_views){};
	ruleset = assert_built(&m);
	for (u32 i = 0; i < LABELS; i++) {
		u64 expected = i ? P : 0;

		for (u32 bit = 0; bit < LABEL_BITS; bit++)
			expected |= i >> bit & 1 ? MEMBER(47 - 3 * bit) : 0;
		snprintf(path, sizeof(path), "/srv/%u/%u", i % 10, i);
		assert_true(walked_label(ruleset, path).classes == expected);
		strcat(path, "/x");
		assert_true(walked_label(ruleset, path).classes == (expected & ~(u64)P));
	}
	rampart_ruleset_free(ruleset);
	made_free(&m);
}

static void components_are_capped(test_state *state)
{
	struct made m;

	made_init(&m, 64 << 20);
	for (u32 i = 0; i < 15873; i++)
		made_add(&m, "/%u%s", i, A63);
	assert_over_cap(&m);
	m.policy.protect.n -= 260;	/* the rest is Rampart's own */
	rampart_ruleset_free(assert_built(&m));
	made_free(&m);
}

SUITE(ruleset,
	TEST(patterns),
	TEST(folders_off),
	TEST(secrets),
	TEST(as_many_secrets_as_there_are_bits),
	TEST(no_policy),
	TEST(programs),
	TEST(pinned),
	TEST(literals),
	TEST(members),
	TEST(rules_by_bit),
	TEST(as_many_rules_as_there_may_be),
	TEST(as_many_classes_as_there_are_bits),
	TEST(exclusions),
	TEST(too_many_overlap),
	TEST(subsets_are_bounded),
	TEST(products_are_bounded),
	TEST(many_places),
	TEST(many_homes),
	TEST(keeps_marks),
	TEST(many_labels),
	TEST(digests_at_random),
	TEST(origins),
	TEST(hashed_operations),
	TEST(components_are_capped));
