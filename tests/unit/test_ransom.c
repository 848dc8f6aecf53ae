// SPDX-License-Identifier: MIT
#include <harness.h>

#include "ransom.h"

static u8 data[RAMPART_CONTENT_MAX];

static void fill_noise(void)
{
	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = random_u64();
}

static void fill_digits(const char *digits)
{
	u32 n = strlen(digits);

	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = i % 77 == 76 ? '\n' : digits[random_below(n)];
}

/* Of @n words, with what @separators has between them. */
static void fill_words(const char *const *words, u32 n, const char *separators)
{
	u32 at = 0;

	while (at < sizeof(data)) {
		for (const char *c = words[random_below(n)]; *c && at < sizeof(data); c++)
			data[at++] = *c;
		if (at < sizeof(data))
			data[at++] = separators[random_below(strlen(separators))];
	}
}

static void fill_prose(void)
{
	static const char *const words[] = { "the", "of", "and", "to", "in", "that", "quarterly", "report", "we", "have", "been", "asked",
					     "invoice", "number", "2026", "customers", "Dear", "Sir", "a", "is", "expected", "zero" };

	fill_words(words, ARRAY_SIZE(words), "     .,\n");
}

static void fill_source(void)
{
	static const char *const words[] = { "int", "return", "static", "if (", ") {", "}", "\t", "const", "char *", "struct", "x =", "0;" };

	fill_words(words, ARRAY_SIZE(words), "  \n");
}

/* A program's words of 32 bits, small ones most of all. */
static void fill_numbers(void)
{
	for (u32 i = 0; i + 4 <= sizeof(data); i += 4) {
		data[i] = random_below(200);
		data[i + 1] = random_below(3);
		data[i + 2] = 0;
		data[i + 3] = 0;
	}
}

static void fill_table(void)
{
	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = i % 9 == 8 ? '\n' : i % 9 == 4 ? ',' : '0' + random_below(10);
}

static const u32 lens[] = { 256, 300, 400, RAMPART_CONTENT_MAX };

/* How many of lens look otherwise. */
static u32 mistaken(enum rampart_content expected, bool start)
{
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(lens); i++)
		n += rampart_content(data, lens[i], start) != expected;
	assert_int_equal(rampart_content(data, 255, start), RAMPART_CONTENT_UNKNOWN);
	return n;
}

static void assert_looks(const char *what, enum rampart_content expected, bool start)
{
	if (mistaken(expected, start))
		fail_msg("%s is not %u", what, expected);
}

#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* Of 256 random hexadecimal digits 25 in a million are as uneven as no noise is taken to be; of all else less. */
#define MISTAKEN_MAX 20

static void knows_noise(test_state *state)
{
	u32 noise = 0, base64 = 0, digits = 0;

	for (u32 round = 0; round < 200; round++) {
		fill_noise();
		/* Whatever it begins with by chance. */
		data[0] = 0;
		noise += mistaken(RAMPART_CONTENT_CIPHER, true);
		fill_digits(BASE64);
		data[0] = '+';
		base64 += mistaken(RAMPART_CONTENT_CIPHER, true);
		fill_digits("0123456789abcdef");
		digits += mistaken(RAMPART_CONTENT_CIPHER, true);
	}
	if (noise + base64 + digits > MISTAKEN_MAX)
		fail_msg("not taken for noise: %u of noise, %u of base64, %u of hexadecimal digits", noise, base64, digits);
}

static void knows_plain(test_state *state)
{
	for (u32 round = 0; round < 200; round++) {
		fill_prose();
		assert_looks("prose", RAMPART_CONTENT_PLAIN, true);
		fill_source();
		assert_looks("source text", RAMPART_CONTENT_PLAIN, true);
		fill_numbers();
		assert_looks("numbers", RAMPART_CONTENT_PLAIN, true);
		fill_table();
		assert_looks("a table", RAMPART_CONTENT_PLAIN, true);
	}
	memset(data, 0, sizeof(data));
	assert_looks("zeros", RAMPART_CONTENT_PLAIN, true);
}

/* What is compressed is noise behind its first bytes. */
static void knows_magic(test_state *state)
{
	static const struct {
		u32 offset;
		const char *bytes;
	} cases[] = {
		{ 0, "PK\3\4" }, { 0, "\x1f\x8b" }, { 0, "\x89PNG" }, { 0, "\xff\xd8\xff" }, { 4, "ftyp" }, { 0, "%PDF" }, { 0, "PACK" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		fill_noise();
		memcpy(data + cases[i].offset, cases[i].bytes, strlen(cases[i].bytes));
		assert_looks("compressed text", RAMPART_CONTENT_PLAIN, true);
		assert_looks("the midst of it", RAMPART_CONTENT_CIPHER, false);
	}
}

static void knows_notes(test_state *state)
{
	static const struct {
		const char *name;
		bool note;
	} cases[] = {
		{ "README_TO_RESTORE.txt", true }, { "how_to_decrypt.html", true }, { "RECOVER-MY-FILES.TXT", true },
		{ "!!!YOUR_FILES_ARE_ENCRYPTED!!!.hta", true }, { "README.txt", false }, { "decrypt.c", false }, { "restore.txt", false },
		{ ".txt", false }, { "", false }, { "how_to_decrypt", false }, { "how_to_decrypt.txt.gz", false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++)
		if (rampart_is_ransom_note(cases[i].name, strlen(cases[i].name)) != cases[i].note)
			fail_msg("%s", cases[i].name);
}

#define FOLDER 1
#define ELSEWHERE 2

static void add_in(struct rampart_ransom *ransom, u32 n, enum rampart_ransom_sign sign, u32 folder, u64 now)
{
	for (u32 i = 0; i < n; i++)
		rampart_ransom_add(ransom, sign, folder, now);
}

/* @n signs of each, at a time. */
static void add(struct rampart_ransom *ransom, u32 n, enum rampart_ransom_sign sign, u64 now)
{
	add_in(ransom, n, sign, FOLDER, now);
}

static void counts(test_state *state)
{
	static const struct {
		u32 encrypted, destroyed, made, made_elsewhere, notes, snapshots, canaries;
		bool reached;
	} cases[] = {
		{ .encrypted = 10, .reached = true },
		{ .encrypted = 9 },
		{ .destroyed = 10, .made = 10, .reached = true },
		{ .destroyed = 100, .made = 9 },
		{ .destroyed = 100, .made_elsewhere = 100 },
		{ .destroyed = 5, .made = 5, .made_elsewhere = 100 },
		{ .destroyed = 9, .made = 100 },
		{ .destroyed = 5, .made = 5, .encrypted = 5, .reached = true },
		{ .destroyed = 1000000 },
		{ .made = 1000000 },
		{ .notes = 100, .snapshots = 100 },
		{ .notes = 2, .encrypted = 4 },
		{ .notes = 2, .encrypted = 5, .reached = true },
		{ .snapshots = 1, .encrypted = 7, .reached = true },
		{ .canaries = 1, .reached = true },
		{ .encrypted = 5000000, .reached = true },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rampart_ransom ransom = {};

		add(&ransom, cases[i].encrypted, RAMPART_RANSOM_ENCRYPTED, 1000);
		add(&ransom, cases[i].destroyed, RAMPART_RANSOM_DESTROYED, 1000);
		add(&ransom, cases[i].made, RAMPART_RANSOM_MADE, 1000);
		add_in(&ransom, cases[i].made_elsewhere, RAMPART_RANSOM_MADE, ELSEWHERE, 1000);
		add(&ransom, cases[i].notes, RAMPART_RANSOM_NOTE, 1000);
		add(&ransom, cases[i].snapshots, RAMPART_RANSOM_SNAPSHOTS, 1000);
		add(&ransom, cases[i].canaries, RAMPART_RANSOM_CANARY, 1000);
		if (rampart_ransom_reached(&ransom) != cases[i].reached)
			fail_msg("case %u", i);
	}
}

/* Whether first all are made and then all deleted, or one after the other; as long as it is not in too many folders at once. */
static void pairs(test_state *state)
{
	for (u32 folders = 1; folders < 40; folders++) {
		struct rampart_ransom in_turn = {}, at_last = {};

		for (u32 i = 0; i < 3 * folders; i++) {
			rampart_ransom_add(&in_turn, RAMPART_RANSOM_MADE, 1 + i / 3, 1000);
			rampart_ransom_add(&in_turn, RAMPART_RANSOM_DESTROYED, 1 + i / 3, 1000);
			rampart_ransom_add(&at_last, RAMPART_RANSOM_DESTROYED, 1 + i / 3, 1000);
		}
		for (u32 i = 0; i < 3 * folders; i++)
			rampart_ransom_add(&at_last, RAMPART_RANSOM_MADE, 1 + i / 3, 1000);
		assert_int_equal(rampart_ransom_reached(&in_turn), folders >= 4);
		assert_int_equal(rampart_ransom_reached(&at_last), folders >= 4 && folders <= RAMPART_RANSOM_FOLDERS);
	}
}

#define FOREVER (~0ULL)

/* What happens now and then is forgotten; a clock that goes back harms nobody. */
static void forgets(test_state *state)
{
	struct rampart_ransom ransom = {};

	for (u64 now = 1000; now < 1000 + 100 * 3600; now += 20) {
		add(&ransom, 1, RAMPART_RANSOM_ENCRYPTED, now);
		assert_false(rampart_ransom_reached(&ransom));
	}
	add(&ransom, 4, RAMPART_RANSOM_ENCRYPTED, 5);
	add(&ransom, 6, RAMPART_RANSOM_ENCRYPTED, 0);
	assert_true(rampart_ransom_reached(&ransom));
	add(&ransom, 0, RAMPART_RANSOM_ENCRYPTED, 0);
	add(&ransom, 1, RAMPART_RANSOM_ENCRYPTED, FOREVER);
	assert_false(rampart_ransom_reached(&ransom));
	add(&ransom, 8, RAMPART_RANSOM_ENCRYPTED, FOREVER);
	assert_false(rampart_ransom_reached(&ransom));
	add(&ransom, 1, RAMPART_RANSOM_ENCRYPTED, FOREVER);
	assert_true(rampart_ransom_reached(&ransom));
}

SUITE(ransom,
	TEST(knows_noise),
	TEST(knows_plain),
	TEST(knows_magic),
	TEST(knows_notes),
	TEST(counts),
	TEST(pairs),
	TEST(forgets));
