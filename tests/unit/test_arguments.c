// SPDX-License-Identifier: MIT
#include <harness.h>

#include "arguments.h"

struct arguments_case {
	const char *argv;	/* separated by "\1", so that a string literal can hold them */
	const char *script;	/* NULL: none; "": something that no file is called */
	bool standard_input, encoded;
};

#define X16 "AAbbCCddEEff0123"
#define X64 X16 X16 X16 X16
#define ESC6 "\\x65\\x66\\x67\\x68\\x69\\x70"
#define OCT6 "\\101\\102\\103\\104\\105\\106"

static const struct arguments_case cases[] = {
	/* which script */
	{ "sh", .script = NULL },
	{ "sh\1f", .script = "f" },
	{ "sh\1/tmp/f", .script = "f" },
	{ "sh\1-e\1/tmp/f\1g", .script = "f" },
	{ "sh\1--posix\1./f", .script = "f" },
	{ "sh\1--\1f", .script = "f" },
	{ "sh\1-\1f", .script = NULL, .standard_input = true },
	{ "sh\1-s\1f", .script = NULL, .standard_input = true },
	{ "sh\1-c\1/tmp/f", .script = "" },
	{ "sh\1-lc\1/tmp/f\1g", .script = "" },
	{ "python3\1--check\1f", .script = "f" },
	{ "sh\1/tmp/", .script = "" },
	{ "sh\1\1f", .script = "f" },
	/* what is encoded */
	{ "sh\1-c\1" X64 X64, .script = "", .encoded = true },
	{ "sh\1-c\1" X64 X16 X16 X16, .script = "" },
	{ "sh\1-c\1" X64 " " X64, .script = "" },
	{ "sh\1-c\1x=" X64 X64 "; y", .script = "", .encoded = true },
	{ "sh\1" X64 "\1" X64, .script = X64 },
	{ X64 X64 "\1f", .script = "f" },
	{ "sh\1-c\1/a/b/c/d/e/f/g/h/A/B/C/D/E/F/G/H/0/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g/h/A/B/C/D/E/F/G/H/0/1/2/3/4/5/6/7/8/9/a/b/c/d/e/f/g",
	  .script = "" },
	{ "sh\1-c\1printf '" ESC6 ESC6 ESC6 ESC6 "'", .script = "", .encoded = true },
	{ "sh\1-c\1printf '" ESC6 ESC6 ESC6 "'", .script = "" },
	{ "sh\1-c\1printf '" OCT6 OCT6 OCT6 OCT6 "'", .script = "", .encoded = true },
	{ "sh\1-c\1echo aGk= | base64 -d | sh", .script = "", .encoded = true },
	{ "sh\1-c\1echo aGk= | base64  \t -d |\nsh -x", .script = "", .encoded = true },
	{ "sh\1-c\1eval \"$(base64 --decode f)\"", .script = "", .encoded = true },
	{ "python3\1-c\1import base64; exec(base64.b64decode('aGk='))", .script = "", .encoded = true },
	{ "perl\1-e\1use MIME::Base64; system(decode_base64(\"aGk=\"))", .script = "use MIME::Base64; system(decode_base64(\"aGk=\"))", .encoded = true },
	{ "sh\1-c\1base64 -d f > g", .script = "" },
	{ "sh\1-c\1base64 -d f | sha256sum", .script = "" },
	{ "sh\1-c\1base64 f | sh", .script = "" },
	{ "sh\1-c\1curl x | sh", .script = "" },
	{ "sh\1-c\1base64 -d f\1| sh", .script = "" },
};

/* Fed in pieces of @step bytes, and with an environment behind. */
static struct rampart_arguments read_case(const struct arguments_case *c, u32 step)
{
	struct rampart_arguments args = { .max = 1 };
	u32 len = strlen(c->argv) + 1, i;
	u8 text[1024];

	memcpy(text, c->argv, len);
	for (i = 0; i < len; i++) {
		args.max += text[i] == '\1';
		text[i] = text[i] == '\1' ? 0 : text[i];
	}
	memcpy(text + len, "E=x\0F=/y/z", sizeof("E=x\0F=/y/z"));
	len += sizeof("E=x\0F=/y/z");
	for (i = 0; i < len; i += step)
		rampart_arguments_feed(&args, text + i, step < len - i ? step : len - i);
	return args;
}

static void reads(test_state *state)
{
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		for (u32 step = 1; step < 512; step = 2 * step + 1) {
			const struct arguments_case *c = &cases[i];
			struct rampart_arguments args = read_case(c, step);
			u64 script = !c->script ? 0 : rampart_name_hash((const u8 *)c->script, strlen(c->script));

			if (args.standard_input != c->standard_input || args.encoded != c->encoded || !args.script != !script ||
			    (script && *c->script && args.script != script))
				fail_msg("%s, in pieces of %u: script %llx, standard_input %u, encoded %u", c->argv, step,
					 (unsigned long long)args.script, args.standard_input, args.encoded);
		}
	}
}

/* Any bytes, in any pieces: the same comes out, and nothing is read or written beyond. */
static void takes_anything(test_state *state)
{
	static u8 text[4096];

	for (u32 round = 0; round < 200; round++) {
		struct rampart_arguments whole = { .max = 8 }, pieces = { .max = 8 };
		u32 i, n;

		for (i = 0; i < sizeof(text); i++)
			text[i] = "\0\\x6ab AZ09/=-cs|"[random_below(16)];
		rampart_arguments_feed(&whole, text, sizeof(text));
		for (i = 0; i < sizeof(text); i += n) {
			n = 1 + random_below(100);
			n = n < sizeof(text) - i ? n : sizeof(text) - i;
			rampart_arguments_feed(&pieces, text + i, n);
		}
		assert_memory_equal(&whole, &pieces, sizeof(whole));
		assert_true(whole.n <= 8 && whole.tail_len <= RAMPART_ARGUMENTS_TAIL);
	}
}

static void tells_simple_commands(test_state *state)
{
	static const struct {
		const char *text;	/* arguments, each ended by NUL, and one NUL more */
		bool simple;
	} commands[] = {
		{ "sh\0-c\0paperconf\0", true },
		{ "sh\0-c\0sh -c paperconf 2>/dev/null\0", true },
		{ "sh\0-c\0  /usr/bin/lpstat  -s </dev/null 2>&1 \0", true },
		{ "sh\0-c\0echo . eval\0", true },
		{ "sh\0-c\0\0", false },
		{ "sh\0-c\0 \0", false },
		{ "sh\0-c\0" "2>/dev/null\0", false },
		{ "sh\0-c\0ls >/dev/nul\0", false },
		{ "sh\0-c\0ls 2>/dev/null;id\0", false },
		{ "sh\0-c\0. /tmp/f\0", false },
		{ "sh\0-c\0 eval ls\0", false },
		{ "sh\0-c\0command . /tmp/f\0", false },
		{ "sh\0-c\0trap /tmp/f EXIT\0", false },
		{ "sh\0-c\0A=b ls\0", false },
		{ "sh\0-c\0ls | sh\0", false },
		{ "sh\0-c\0ls\nid\0", false },
		{ "sh\0-c\0ls\tid\0", false },
		{ "sh\0-c\0ls $HOME\0", false },
		{ "sh\0-c\0ls `id`\0", false },
		{ "sh\0-c\0ls *\0", false },
		{ "sh\0-c\0ls > f\0", false },
		{ "sh\0-c\0ls &\0", false },
		{ "sh\0-c\0ls\0f\0", false },
		{ "sh\0-e\0-c\0ls\0", false },
		{ "sh\0-ec\0ls\0", false },
		{ "sh\0--c\0ls\0", false },
		{ "sh\0-c\0-c\0ls\0", false },
		{ "sh\0ls\0", false },
	};
	char path[64];

	for (u32 i = 0; i < ARRAY_SIZE(commands); i++) {
		struct rampart_arguments args = { .path = path, .path_size = sizeof(path) };
		u32 len = 0;

		for (; commands[i].text[len]; len += strlen(commands[i].text + len) + 1)
			args.max++;
		/* One that has no bytes ends like the list. */
		if (args.max == 2) {
			args.max++;
			len++;
		}
		rampart_arguments_feed(&args, (const u8 *)commands[i].text, len);
		if (args.simple != commands[i].simple)
			fail_msg("case %u: simple %u", i, args.simple);
	}
}

/* What does not fit was not read. */
static void long_commands_are_not_simple(test_state *state)
{
	char path[8];
	struct rampart_arguments args = { .max = 3, .path = path, .path_size = sizeof(path) };

	rampart_arguments_feed(&args, (const u8 *)"sh\0-c\0" "12345678", 15);
	assert_false(args.simple);
	args = (struct rampart_arguments){ .max = 3, .path = path, .path_size = sizeof(path) };
	rampart_arguments_feed(&args, (const u8 *)"sh\0-c\0" "1234567", 14);
	assert_true(args.simple);
}

/* It is given whole, or not at all: into room for 8 bytes. */
static void gives_the_path(test_state *state)
{
	static const struct {
		const char *text;	/* arguments that end in NUL, and one NUL more */
		const char *path;	/* NULL: none */
	} paths[] = {
		{ "sh\0a/b\0", "a/b" }, { "sh\0-x\0" "1234567\0more\0", "1234567" }, { "sh\0" "12345678\0b\0", NULL },
		{ "sh\0-c\0a/b\0", NULL }, { "sh\0-s\0b\0", NULL }, { "sh\0", NULL }, { "sh\0--longer-than-that\0b\0", "b" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(paths); i++) {
		for (u32 step = 1; step < 4; step++) {
			char path[9] = "........";
			struct rampart_arguments args = { .max = 0, .path = path, .path_size = 8 };
			const char *end = paths[i].text;

			for (; *end; end += strlen(end) + 1)
				args.max++;
			for (const char *at = paths[i].text; at < end; at += step)
				rampart_arguments_feed(&args, (const u8 *)at, step < end - at ? step : end - at);
			assert_int_equal(args.path_len, paths[i].path ? strlen(paths[i].path) : 0);
			assert_int_equal(path[8], 0);
			if (paths[i].path)
				assert_string_equal(path, paths[i].path);
		}
	}
}

static void knows_names_of_scripts(test_state *state)
{
	static const struct {
		const char *name;
		bool script;
	} names[] = {
		{ "a.sh", true }, { "a.py", true }, { ".sh", false }, { "sh", false }, { "a.txt", false }, { "a.sh.txt", false },
		{ "a.jar", true }, { "", false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (rampart_is_script_name(names[i].name, strlen(names[i].name)) != names[i].script)
			fail_msg("%s", names[i].name);
	assert_true(rampart_name_hash((const u8 *)"a", 1) != rampart_name_hash((const u8 *)"b", 1));
}

SUITE(arguments,
	TEST(reads),
	TEST(takes_anything),
	TEST(tells_simple_commands),
	TEST(long_commands_are_not_simple),
	TEST(gives_the_path),
	TEST(knows_names_of_scripts));
