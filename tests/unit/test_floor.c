// SPDX-License-Identifier: MIT
#include <harness.h>

#include "floor.h"

#define A32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define B32 "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define NONE "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static struct rampart_floor make(u64 version, const char *digest, s64 time)
{
	struct rampart_floor floor = { .version = version, .time = time };

	memcpy(floor.digest, digest, sizeof(floor.digest));
	return floor;
}

static void decodes(test_state *state)
{
	static const struct {
		const char *name, *bytes;
		u32 len;
		enum rampart_reason reason;
	} cases[] = {
#define CASE(name, bytes, why) { name, bytes, sizeof(bytes) - 1, RAMPART_REASON_##why }
		CASE("nothing", "", OK),
		CASE("time alone", "\x18\x05", OK),
		CASE("all", "\x08\x07\x12\x20" A32 "\x18\x05", OK),
		CASE("version without digest", "\x08\x07", MISSING_FIELD),
		CASE("short digest", "\x08\x07\x12\x1f" A32, BAD_VALUE),
		CASE("long digest", "\x08\x07\x12\x21" A32 "A", BAD_VALUE),
		CASE("version as bytes", "\x0a\x01\x07", UNKNOWN_FIELD),
		CASE("digest as number", "\x10\x07", UNKNOWN_FIELD),
		CASE("time as bytes", "\x1a\x01\x05", UNKNOWN_FIELD),
		CASE("a fourth field", "\x20\x01", UNKNOWN_FIELD),
		CASE("a group", "\x0b\x0c", UNKNOWN_FIELD),
		CASE("cut", "\x08", ENCODING),
#undef CASE
	};
	struct rampart_floor floor;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pb_view message = { (const u8 *)cases[i].bytes, cases[i].len };
		enum rampart_reason reason = rampart_floor_decode(message, &floor);

		if (reason != cases[i].reason)
			fail_msg("%s: %s", cases[i].name, rampart_reason_name(reason));
	}
	assert_int_equal(rampart_floor_decode((struct pb_view){ (const u8 *)cases[2].bytes, cases[2].len }, &floor),
			 RAMPART_REASON_OK);
	assert_int_equal(floor.version, 7);
	assert_memory_equal(floor.digest, A32, sizeof(floor.digest));
	assert_int_equal(floor.time, 5);
}

static void only_rises(test_state *state)
{
	static const struct {
		u64 to;
		const char *to_digest;
		s64 to_time;
		u64 version;
		const char *digest;
		s64 time;
	} steps[] = {
		{ 5, NONE, 10, 5, NONE, 10 },
		{ 4, B32, 9, 5, NONE, 10 },
		{ 5, A32, 10, 5, A32, 10 },	/* learnt */
		{ 5, B32, 11, 5, A32, 11 },	/* and kept */
		{ 5, NONE, 0, 5, A32, 11 },
		{ 6, B32, 3, 6, B32, 11 },
		{ 7, NONE, 12, 7, NONE, 12 },
		{ 0, NONE, 13, 7, NONE, 13 },
	};
	struct rampart_floor floor = {};

	for (unsigned int i = 0; i < ARRAY_SIZE(steps); i++) {
		const struct rampart_floor to = make(steps[i].to, steps[i].to_digest, steps[i].to_time);

		rampart_floor_raise(&floor, &to);
		assert_int_equal(floor.version, steps[i].version);
		assert_memory_equal(floor.digest, steps[i].digest, sizeof(floor.digest));
		assert_int_equal(floor.time, steps[i].time);
	}
}

static void refuses_what_is_below(test_state *state)
{
	const struct rampart_floor known = make(5, A32, 0), unknown = make(5, NONE, 0);

	assert_int_equal(rampart_floor_check(&known, 4, (const u8 *)A32), RAMPART_REASON_ROLLED_BACK);
	assert_int_equal(rampart_floor_check(&known, 5, (const u8 *)A32), RAMPART_REASON_OK);
	assert_int_equal(rampart_floor_check(&known, 5, (const u8 *)B32), RAMPART_REASON_SAME_VERSION);
	assert_int_equal(rampart_floor_check(&known, 6, (const u8 *)B32), RAMPART_REASON_OK);
	assert_int_equal(rampart_floor_check(&unknown, 5, (const u8 *)B32), RAMPART_REASON_OK);
	assert_int_equal(rampart_floor_check(&unknown, 4, (const u8 *)B32), RAMPART_REASON_ROLLED_BACK);
}

SUITE(floor,
	TEST(decodes),
	TEST(only_rises),
	TEST(refuses_what_is_below));
