// SPDX-License-Identifier: MIT
/* Patterns as rampart-policy(5) has them, at their edges; caps. The comparison at random is in test_decide.c. */
#include <harness.h>

#include "policy_reference.h"

#define NO_PLACE RAMPART_PLACE_NONE
#define F RAMPART_OBJ_FOLDER
#define T RAMPART_OBJ_TRUSTED
#define S RAMPART_OBJ_SELF
#define O RAMPART_OBJ_SECRET
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
				fail_msg("%s: \"%s\": classes %x below %x place %u, expected %x %x %u", cases[i].name,
					 e->path, is.classes, is.below, is.place, e->classes, e->below, e->place);
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
			fail_msg("\"%s\": classes %x below %x place %u secrets %x below %x", rows[i].path, is.classes,
				 is.below, is.place, is.secrets, is.secrets_below);
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
	rampart_ruleset_rules(ruleset, &n);
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
	TEST(too_many_overlap),
	TEST(subsets_are_bounded),
	TEST(products_are_bounded),
	TEST(many_places),
	TEST(many_homes),
	TEST(components_are_capped));
