// SPDX-License-Identifier: MIT
/* ruleset.c, compiled in here with an allocator that counts bytes and fails when told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <env.h>
#include <malloc.h>

static unsigned int calls, fail_at;
static size_t held, peak;

static void *failing_calloc(size_t n, size_t size)
{
	void *p = ++calls == fail_at ? NULL : calloc(n, size);

	if (p)
		held += malloc_usable_size(p);
	if (held > peak)
		peak = held;
	return p;
}

static void counting_free(void *p)
{
	if (p)
		held -= malloc_usable_size(p);
	free(p);
}

#define env_calloc failing_calloc
#define env_free counting_free
#include "../../policy/ruleset.c"

#include "policy_reference.h"

/* Each allocation fails once: refused for that reason, and nothing is held. */
static void assert_every_allocation_may_fail(const struct text_policy *policy, unsigned int at_least)
{
	struct rampart_ruleset *ruleset = NULL;
	enum rampart_reason why;

	for (fail_at = 1; !ruleset; fail_at++) {
		calls = 0;
		ruleset = build_texts(policy, &why);
		if (ruleset)
			break;
		assert_int_equal(why, RAMPART_REASON_NO_MEMORY);
		assert_true(calls >= fail_at);
		assert_int_equal(held, 0);
	}
	assert_int_equal(why, RAMPART_REASON_OK);
	assert_int_equal(calls, fail_at - 1);
	assert_true(calls >= at_least);
	rampart_ruleset_free(ruleset);
	assert_int_equal(held, 0);
	fail_at = 0;
}

static void every_allocation_may_fail(void **state)
{
	struct text_policy policy = { .folders_mode = RAMPART_MODE_BLOCK, .protect = { { "/srv", "~/a", "/*/b" }, 3 },
				      .homes = { { "/home/*" }, 1 }, .allow = { { "/bin/a" }, 1 } };

	assert_every_allocation_may_fail(&policy, 20 + RAMPART_OP_NUM);
}

static const struct text_class classes[] = {
	{ "browsers", { { "/usr/bin/browser", "/opt/*" }, 2 }, 9 },
	{ "startup", { { "~/.config", "/etc/cron.d" }, 2 }, 0 },
};

static const struct rampart_asr_rule rules[] = {
	{ .id = VIEW("a"), .mode = RAMPART_MODE_BLOCK, .ops = BIT_ULL(RAMPART_OP_EXEC), .subject = 1, .not_exe = 2 },
	{ .id = VIEW("off"), .ops = BIT_ULL(RAMPART_OP_EXEC), .subject = 1 },
	{ .id = VIEW("b"), .mode = RAMPART_MODE_AUDIT, .ops = BIT_ULL(RAMPART_OP_LOAD) },
};

static const struct rampart_exclusion exclusions[] = {
	{ .name = VIEW("place"), .object = VIEW("~/x") },
	{ .name = VIEW("program"), .rule = VIEW("a"), .exe = VIEW("/bin/b"), .object = VIEW("/srv/*") },
};

/* With classes, rules and exclusions of the policy's own. */
static void every_allocation_of_asr_may_fail(void **state)
{
	struct text_policy policy = { .homes = { { "/home/*" }, 1 }, .classes = classes, .n_classes = ARRAY_SIZE(classes),
				      .rules = rules, .n_rules = ARRAY_SIZE(rules), .exclusions = exclusions,
				      .n_exclusions = ARRAY_SIZE(exclusions) };

	assert_every_allocation_may_fail(&policy, 20 + RAMPART_OP_NUM);
}

/* With digests: not before all else is built. */
static void every_allocation_of_digests_may_fail(void **state)
{
	static const u8 digest[RAMPART_FILE_DIGEST];
	struct rampart_policy policy = { .denied_digests = { digest, sizeof(digest) }, .trusted_digests = { digest, sizeof(digest) } };
	struct rampart_ruleset *ruleset = NULL;
	enum rampart_reason why;
	unsigned int all;

	calls = 0;
	rampart_ruleset_free(rampart_ruleset_build(&policy, &why));
	all = calls;
	for (fail_at = 1; fail_at <= all; fail_at++) {
		calls = 0;
		assert_null(rampart_ruleset_build(&policy, &why));
		assert_int_equal(why, RAMPART_REASON_NO_MEMORY);
		assert_int_equal(held, 0);
	}
	fail_at = calls = 0;
	ruleset = rampart_ruleset_build(NULL, &why);
	assert_int_equal(calls, all - 2);
	rampart_ruleset_free(ruleset);
}

/* One whose patterns multiply, so that the first memory is not enough and more is allocated. */
static void every_later_allocation_may_fail(void **state)
{
	static char texts[12][64];
	struct text_policy policy = { .folders_mode = RAMPART_MODE_BLOCK };

	for (u32 i = 0; i < ARRAY_SIZE(texts); i++) {
		*texts[i] = 0;
		for (u32 j = 0; j < ARRAY_SIZE(texts); j++)
			strcat(texts[i], i == j ? "/a" : "/*");
		strcat(texts[i], "/x");
		policy.protect.v[policy.protect.n++] = texts[i];
	}
	assert_every_allocation_may_fail(&policy, 25 + RAMPART_OP_NUM);
}

/* What is refused for its size leaves nothing. */
static void refusal_holds_nothing(void **state)
{
	static struct rampart_program p[10000];
	static struct pb_view v[10000];
	struct rampart_policy policy = { .folders_mode = RAMPART_MODE_BLOCK, .protect = { v, ARRAY_SIZE(v) } };
	char deepest[129] = "";
	enum rampart_reason why;

	for (u32 i = 0; i < 64; i++)
		strcat(deepest, "/a");
	for (u32 i = 0; i < ARRAY_SIZE(v); i++)
		v[i] = (struct pb_view){ (u8 *)deepest, 128 };
	rampart_ruleset_free(rampart_ruleset_build(&policy, &why));
	assert_int_equal(why, RAMPART_REASON_OK);
	for (u32 i = 0; i < ARRAY_SIZE(p); i++)
		p[i].exe = v[i];
	policy.allow = policy.updaters = (struct rampart_programs){ p, ARRAY_SIZE(p) };
	assert_null(rampart_ruleset_build(&policy, &why));
	assert_int_equal(why, RAMPART_REASON_OVER_CAP);
	assert_int_equal(held, 0);
}

/* Bytes of each of @n patterns, which @format makes of a number. */
static void assert_bytes(const char *format, u32 n, size_t most)
{
	struct rampart_policy policy = { .folders_mode = RAMPART_MODE_BLOCK };
	struct rampart_ruleset *ruleset;
	enum rampart_reason why;
	size_t none, each;
	char *text = malloc(n * 128ul);

	ruleset = rampart_ruleset_build(NULL, &why);
	none = held;
	rampart_ruleset_free(ruleset);
	policy.protect.v = calloc(n, sizeof(*policy.protect.v));
	for (; policy.protect.n < n; policy.protect.n++) {
		char *at = text + policy.protect.n * 128ul;

		snprintf(at, 128, format, policy.protect.n / 1000, policy.protect.n % 1000);
		policy.protect.v[policy.protect.n] = (struct pb_view){ (u8 *)at, strlen(at) };
	}
	peak = 0;
	ruleset = rampart_ruleset_build(&policy, &why);
	assert_non_null(ruleset);
	each = (held - none) / n;
	printf("# %u of %s: %zu bytes each, %zu while being built\n", n, format, each, peak / n);
	fflush(stdout);
	rampart_ruleset_free(ruleset);
	assert_int_equal(held, 0);
	free(policy.protect.v);
	free(text);
	assert_true(each <= most);
}

/* Bytes of each of @n exclusions, by program and by place. */
static void assert_bytes_of_exclusions(u32 n, size_t most)
{
	struct rampart_policy policy = { .exclusions.v = calloc(n, sizeof(*policy.exclusions.v)) };
	struct rampart_ruleset *ruleset;
	enum rampart_reason why;
	size_t each;
	char *text = malloc(n * 64ul);

	for (; policy.exclusions.n < n; policy.exclusions.n++) {
		struct rampart_exclusion *exclusion = &policy.exclusions.v[policy.exclusions.n];
		char *at = text + policy.exclusions.n * 64ul;

		snprintf(at, 64, "/opt/vendor%u/tool%u", policy.exclusions.n / 100, policy.exclusions.n % 100);
		exclusion->name = (struct pb_view)VIEW("CHG0012345");
		*(policy.exclusions.n % 2 ? &exclusion->exe : &exclusion->object) = view_text(at);
	}
	ruleset = rampart_ruleset_build(&policy, &why);
	assert_non_null(ruleset);
	each = held / n;
	printf("# %u exclusions: %zu bytes each\n", n, each);
	fflush(stdout);
	rampart_ruleset_free(ruleset);
	assert_int_equal(held, 0);
	free(policy.exclusions.v);
	free(text);
	assert_true(each <= most);
}

/* Bytes of each of @n digests: all that the kernel keeps of them. */
static void bytes_of_a_digest(void **state)
{
	const u32 n = RAMPART_DIGESTS_MAX;
	u8 *bytes = calloc(n, RAMPART_FILE_DIGEST);
	struct rampart_policy policy = { .denied_digests = { bytes, n * RAMPART_FILE_DIGEST } };
	struct rampart_ruleset *ruleset;
	enum rampart_reason why;
	size_t none;

	for (u32 i = 0; i < n; i++)
		for (u32 j = 0; j < 4; j++)
			bytes[i * RAMPART_FILE_DIGEST + j] = i >> (8 * (3 - j));
	ruleset = rampart_ruleset_build(NULL, &why);
	none = held;
	rampart_ruleset_free(ruleset);
	peak = 0;
	ruleset = rampart_ruleset_build(&policy, &why);
	assert_non_null(ruleset);
	printf("# %u digests: %zu bytes each, %zu while being built\n", n, (held - none) / n, peak / n);
	fflush(stdout);
	for (u32 i = 0; i < n; i += 997)
		assert_int_equal(rampart_ruleset_digest(ruleset, bytes + i * RAMPART_FILE_DIGEST), 1u << RAMPART_TRAIT_DENIED_DIGEST);
	/* But for what the allocator adds to an allocation. */
	assert_true(held - none <= 20ul * n + 8192);
	rampart_ruleset_free(ruleset);
	assert_int_equal(held, 0);
	free(bytes);
}

static void bytes_of_an_exclusion(void **state)
{
	assert_bytes_of_exclusions(RAMPART_EXCLUSIONS_MAX, 200);
}

static void bytes_of_a_pattern(void **state)
{
	assert_bytes("/srv/tenant%u/ledger%u", 10000, 100);
	assert_bytes("/srv/tenant%u/ledger%u", 100000, 100);
	assert_bytes("~/work%u/secret%u", 100000, 60);
	assert_bytes("/srv/*/archive%u/secret%u", 100000, 80);
	/* Components that no other pattern shares. */
	assert_bytes("/data/project%1$u-%2$u/archive/final", 10000, 250);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(every_allocation_of_asr_may_fail),
		cmocka_unit_test(every_allocation_of_digests_may_fail),
		cmocka_unit_test(every_later_allocation_may_fail),
		cmocka_unit_test(refusal_holds_nothing),
		cmocka_unit_test(bytes_of_a_pattern),
		cmocka_unit_test(bytes_of_an_exclusion),
		cmocka_unit_test(bytes_of_a_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
