// SPDX-License-Identifier: MIT
#include <harness.h>

#include "pb_cases.h"

static void run_case(const struct pb_case *c)
{
	/* A copy of the exact size, so that a sanitizer sees a read behind it. */
	u8 *copy = env_calloc(1, c->len ?: 1);
	struct pb_reader reader = pb_reader((struct pb_view){ copy, c->len });
	struct pb_field field = {}, last = {};
	unsigned int n = 0;
	int ret;

	memcpy(copy, c->bytes, c->len);
	while ((ret = pb_next(&reader, &field)) > 0) {
		last = field;
		n++;
	}
	if (ret != c->end || n != c->n || last.number != c->last.number || last.type != c->last.type ||
	    last.value != c->last.value || last.bytes.len != c->last.bytes.len ||
	    (c->text && memcmp(last.bytes.data, c->text, last.bytes.len)))
		fail_msg("%s: returned %d after %u fields, the last: number %u type %d value %llu, %u bytes", c->name,
			 ret, n, last.number, last.type, (unsigned long long)last.value, last.bytes.len);
	env_free(copy);
}

static void reads_cases(test_state *state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(pb_cases); i++)
		run_case(&pb_cases[i]);
}

static void reads_what_was_written(test_state *state)
{
	for (unsigned int i = 0; i < 10000; i++) {
		u8 buf[64];
		struct pb_writer w = { .buf = buf, .cap = sizeof(buf) };
		u32 number = 1 + random_below((1u << 29) - 1);
		u64 value = random_u64() >> random_below(64);
		struct pb_field field;
		struct pb_reader reader;

		pb_put_varint_always(&w, number, value);
		pb_put_bytes(&w, number, "\0\xff", 2);
		assert_false(w.overflow);

		reader = pb_reader((struct pb_view){ buf, w.len });
		assert_int_equal(pb_next(&reader, &field), 1);
		assert_int_equal(field.number, number);
		assert_int_equal(field.type, PB_VARINT);
		assert_true(field.value == value);
		assert_int_equal(pb_next(&reader, &field), 1);
		assert_int_equal(field.number, number);
		assert_int_equal(field.bytes.len, 2);
		assert_memory_equal(field.bytes.data, "\0\xff", 2);
		assert_int_equal(pb_next(&reader, &field), 0);
	}
}

static void writes_no_zero_or_empty(test_state *state)
{
	u8 buf[16];
	struct pb_writer w = { .buf = buf, .cap = sizeof(buf) };

	pb_put_varint(&w, 1, 0);
	pb_put_string(&w, 2, "");
	pb_put_bytes(&w, 3, NULL, 0);
	assert_int_equal(w.len, 0);
	pb_put_varint_always(&w, 1, 0);
	assert_int_equal(w.len, 2);
	assert_memory_equal(buf, "\x08\x00", 2);
}

static void writes_nested(test_state *state)
{
	u8 buf[32];
	struct pb_writer w = { .buf = buf, .cap = sizeof(buf) };
	u32 outer = pb_begin(&w, 1);
	u32 inner = pb_begin(&w, 2);

	pb_put_string(&w, 3, "ab");
	pb_end(&w, inner);
	pb_end(&w, outer);
	assert_false(w.overflow);
	assert_int_equal(w.len, 12);
	assert_memory_equal(buf, "\x0a\x88\x80\x00\x12\x84\x80\x00\x1a\x02" "ab", 12);
}

/* 2,097,151 bytes fit into three bytes of length, one more does not. */
static void writes_nested_up_to_its_limit(test_state *state)
{
	const u32 limit = (1u << 21) - 1;
	u8 *buf = env_calloc(1, limit + 100);
	u8 *data = env_calloc(1, limit);

	for (u32 more = 0; more < 2; more++) {
		struct pb_writer w = { .buf = buf, .cap = limit + 100 };
		u32 mark = pb_begin(&w, 1);
		struct pb_reader reader;
		struct pb_field field;

		pb_put_bytes(&w, 1, data, limit - 4 + more);	/* tag and length take four bytes */
		pb_end(&w, mark);
		assert_int_equal(w.overflow, more);
		if (more)
			continue;
		reader = pb_reader((struct pb_view){ buf, w.len });
		assert_int_equal(pb_next(&reader, &field), 1);
		assert_int_equal(field.bytes.len, limit);
		assert_int_equal(pb_next(&reader, &field), 0);
	}
	env_free(data);
	env_free(buf);
}

static void write_all(struct pb_writer *w)
{
	u32 mark = pb_begin(w, 1);

	pb_put_varint(w, 300, ~0ULL);
	pb_put_string(w, 2, "text");
	pb_end(w, mark);
	pb_put_varint(w, 3, 5);
}

/* Into every capacity: what does not fit sets @overflow for good and touches nothing behind it. */
static void writes_never_behind_its_end(test_state *state)
{
	u8 buf[64];
	struct pb_writer w = { .buf = buf, .cap = sizeof(buf) };
	u32 need;

	write_all(&w);
	assert_false(w.overflow);
	need = w.len;
	for (u32 cap = 0; cap < need; cap++) {
		memset(buf, 0xee, sizeof(buf));
		w = (struct pb_writer){ .buf = buf, .cap = cap };
		write_all(&w);
		assert_true(w.overflow);
		assert_true(w.len <= cap);
		for (u32 i = cap; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 0xee);
	}
}

SUITE(pb,
	TEST(reads_cases),
	TEST(reads_what_was_written),
	TEST(writes_no_zero_or_empty),
	TEST(writes_nested),
	TEST(writes_nested_up_to_its_limit),
	TEST(writes_never_behind_its_end));
