// SPDX-License-Identifier: MIT
/* decode.c, compiled in here with an allocator that fails when told to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <env.h>

static unsigned int calls, fail_at, held;

static void *failing_calloc(size_t n, size_t size)
{
	void *p = ++calls == fail_at ? NULL : calloc(n, size);

	held += !!p;
	return p;
}

static void counting_free(void *p)
{
	held -= !!p;
	free(p);
}

#define env_calloc failing_calloc
#define env_free counting_free
#include "../../policy/decode.c"

static void put_asr(struct pb_writer *w, const char *excluded)
{
	u32 asr = pb_begin(w, 12), entry;

	entry = pb_begin(w, 1);
	pb_put_string(w, 1, "class");
	pb_put_string(w, 2, "/c");
	pb_end(w, entry);
	entry = pb_begin(w, 2);
	pb_put_string(w, 1, "rule");
	pb_put_varint(w, 3, BIT_ULL(RAMPART_OP_EXEC));
	pb_end(w, entry);
	entry = pb_begin(w, 3);
	pb_put_string(w, 1, "exclusion");
	pb_put_string(w, 2, excluded);
	pb_put_string(w, 3, "/d");
	pb_end(w, entry);
	pb_end(w, asr);
}

static void put_devices(struct pb_writer *w)
{
	static const u8 first[3];
	u32 devices = pb_begin(w, 13), entry;

	entry = pb_begin(w, 3);
	pb_put_varint(w, 2, 1);
	pb_end(w, entry);
	entry = pb_begin(w, 4);
	pb_put_string(w, 1, "group");
	pb_put_bytes(w, 2, first, sizeof(first));
	pb_end(w, entry);
	entry = pb_begin(w, 5);
	pb_put_string(w, 1, "rule");
	pb_end(w, entry);
	entry = pb_begin(w, 6);
	pb_put_varint(w, 3, 1);
	pb_end(w, entry);
	pb_put_string(w, 7, "user:0-0");
	pb_end(w, devices);
}

#define LISTS 14	/* that are not empty */

/* @excluded: the rule that an exclusion names. */
static u32 put_bundle(u8 *buf, u32 cap, const char *excluded)
{
	struct pb_writer w = { .buf = buf, .cap = cap };
	u32 mark, secret, program;

	pb_put_varint(&w, 1, RAMPART_FORMAT);
	pb_put_string(&w, 2, "p");
	pb_put_varint(&w, 3, 1);
	pb_put_varint(&w, 4, 1);
	pb_put_varint(&w, 5, 2);
	mark = pb_begin(&w, 6);
	pb_put_string(&w, 1, "tag");
	pb_end(&w, mark);
	pb_put_string(&w, 7, "/home/*");
	mark = pb_begin(&w, 8);
	pb_put_string(&w, 2, "~/a");
	pb_end(&w, mark);
	mark = pb_begin(&w, 11);
	secret = pb_begin(&w, 2);
	pb_put_string(&w, 1, "/a");
	program = pb_begin(&w, 2);
	pb_put_string(&w, 1, "/b");
	pb_end(&w, program);
	pb_end(&w, secret);
	pb_end(&w, mark);
	put_asr(&w, excluded);
	put_devices(&w);
	assert_false(w.overflow);
	return w.len;
}

/* Each allocation fails once: refused for that reason, and nothing is held. */
static void every_allocation_may_fail(void **state)
{
	u8 buf[512];
	struct pb_view message = { buf, put_bundle(buf, sizeof(buf), "rule") };
	struct rampart_policy policy;

	for (fail_at = 1; fail_at <= LISTS; fail_at++) {
		calls = 0;
		assert_int_equal(rampart_policy_decode(message, &policy), RAMPART_REASON_NO_MEMORY);
		assert_int_equal(calls, fail_at);
		assert_int_equal(held, 0);
	}
	calls = 0;
	assert_int_equal(rampart_policy_decode(message, &policy), RAMPART_REASON_OK);
	assert_int_equal(calls, LISTS);
	assert_int_equal(held, LISTS);
	rampart_policy_free(&policy);
	assert_int_equal(held, 0);
}

/* What only all of it together can tell is wrong is found when everything is allocated, of which then nothing is held. */
static void late_refusal_holds_nothing(void **state)
{
	u8 buf[512];
	u32 len = put_bundle(buf, sizeof(buf), "other");
	struct rampart_policy policy;

	fail_at = calls = 0;
	assert_int_equal(rampart_policy_decode((struct pb_view){ buf, len }, &policy), RAMPART_REASON_BAD_VALUE);
	assert_int_equal(calls, LISTS);
	assert_int_equal(held, 0);
}

/* Nothing is allocated for a message that is refused. */
static void refusal_allocates_nothing(void **state)
{
	u8 buf[512];
	u32 len = put_bundle(buf, sizeof(buf), "rule");
	struct rampart_policy policy;

	fail_at = calls = 0;
	buf[len++] = 0x72;	/* field 14 */
	buf[len++] = 0;
	assert_int_equal(rampart_policy_decode((struct pb_view){ buf, len }, &policy), RAMPART_REASON_UNKNOWN_FIELD);
	assert_int_equal(calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(refusal_allocates_nothing),
		cmocka_unit_test(late_refusal_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
