// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <decode.h>

#include "compile.h"
#include "describe.h"
#include "text.h"

#define HEAD "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"
#define DEEP "[[[[[[[[[[[[[[[[[[[[[[[[[[[["
#define KEYS "expected one of: rampart, name, version, valid, target, homes, folders, secrets, self_protection, asr, classes, rules, exec, digests, aged_days, " \
	"devices, revoked"
#define TIME "expected a day of the calendar, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, after 1970-01-01"
#define FOLDERS_MODES "expected off, audit, warn, block, block-disk-only or audit-disk-only"
#define PURPOSE " runs what others wrote; expected a program with one purpose, or a script\n"
#define SHA256 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PLACE "expected an absolute path or one under ~/, in which a component may be *"

static const struct bad {
	const char *yaml;
	const char *errors;	/* all of them, "LINE:COLUMN: text\n" each */
} bad[] = {
	/* YAML itself */
	{ "", "1:1: the file is empty; expected a policy that begins with \"rampart: 1\"\n" },
	{ "# nothing\n", "1:1: the file is empty; expected a policy that begins with \"rampart: 1\"\n" },
	{ "a: b: c\n", "1:5: mapping values are not allowed in this context; expected well-formed YAML in UTF-8\n" },
	{ HEAD "homes: [/home/*\n",
	  "6:1: did not find expected ',' or ']' while parsing a flow sequence (begun in line 5); expected well-formed YAML\n" },
	{ HEAD "\tfolders: {}\n",
	  "5:1: found character that cannot start any token while scanning for the next token (begun in line 5); "
	  "expected well-formed YAML\n" },
	{ "rampart: 1\nname: \xff\n", "2:7: invalid leading UTF-8 octet; expected well-formed YAML in UTF-8\n" },
	{ "rampart: 1\nname: a\x01\n", "2:8: control characters are not allowed; expected well-formed YAML in UTF-8\n" },
	{ HEAD "homes: &h [/home/*]\n", "5:8: anchor &h; expected no anchors\n" },
	{ HEAD "homes: [*h]\n", "5:9: alias *h; expected no aliases\n" },
	{ HEAD "homes: *h\n", "5:8: alias *h; expected no aliases\n" },
	{ HEAD "homes: !mine [/home/*]\n", "5:8: tag \"!mine\"; expected no tags\n" },
	{ HEAD "homes: [!!str /home]\n", "5:9: tag \"tag:yaml.org,2002:str\"; expected no tags\n" },
	{ HEAD "---\nrampart: 1\n", "5:1: a second document begins; expected one policy in a file\n" },
	{ "a: " DEEP "\n", "1:27: nested too deeply; expected at most 24 levels\n" },
	/* the shape */
	{ "policy\n", "1:1: the policy is a single value; expected a mapping that begins with \"rampart: 1\"\n" },
	{ "- rampart: 1\n", "1:1: the policy is a list; expected a mapping that begins with \"rampart: 1\"\n" },
	{ "{}\n", "1:1: \"rampart\" is missing; expected the format, 1\n"
		  "1:1: \"name\" is missing; expected a name\n"
		  "1:1: \"version\" is missing; expected a whole number from 1 up\n"
		  "1:1: \"valid\" is missing; expected {from: YYYY-MM-DD, until: YYYY-MM-DD}\n" },
	{ HEAD "foldrs: {}\n", "5:1: unknown key \"foldrs\", did you mean \"folders\"?; " KEYS "\n" },
	{ HEAD "network: {}\n", "5:1: unknown key \"network\"; " KEYS "\n" },
	{ HEAD "<<: {}\n", "5:1: unknown key \"<<\"; " KEYS "\n" },
	{ HEAD "? [a]\n: b\n", "5:3: the key is a list; expected a word\n" },
	{ HEAD "\"a\\e[31m\\x85\": 1\n", "5:1: unknown key \"a\\x1b[31m\\xc2\\x85\"; " KEYS "\n" },
	{ HEAD "name: b\n", "5:1: key \"name\" again, first given in line 2; expected it once\n" },
	{ HEAD "folders: [a]\n", "5:10: \"folders\" is a list; expected a mapping with mode, protect and allow\n" },
	{ HEAD "folders:\n", "5:9: \"folders\" is a single value; expected a mapping with mode, protect and allow\n" },
	{ HEAD "folders: {}\n", "5:10: \"mode\" is missing; " FOLDERS_MODES "\n" },
	{ HEAD "folders: {mode: [block]}\n", "5:17: \"mode\" is a list; " FOLDERS_MODES "\n" },
	{ HEAD "folders: {mode: blok}\n",
	  "5:17: unknown mode \"blok\", did you mean \"block\"?; " FOLDERS_MODES "\n" },
	{ HEAD "folders: {mode: enforce}\n", "5:17: unknown mode \"enforce\"; " FOLDERS_MODES "\n" },
	{ HEAD "folders: {mode: block-disc-only}\n",
	  "5:17: unknown mode \"block-disc-only\", did you mean \"block-disk-only\"?; " FOLDERS_MODES "\n" },
	{ HEAD "self_protection: {mode: block-disk-only}\n",
	  "5:25: unknown mode \"block-disk-only\"; expected off, audit, warn or block\n" },
	{ HEAD "folders: {mode: Block}\n",
	  "5:17: unknown mode \"Block\", did you mean \"block\"?; " FOLDERS_MODES "\n" },
	{ HEAD "self_protection: {mode: on}\n",
	  "5:25: unknown mode \"on\"; expected off, audit, warn or block\n" },
	{ HEAD "folders:\n  mode: off\n  protect: /srv\n",
	  "7:12: \"protect\" is a single value; expected a list of paths\n" },
	{ HEAD "folders:\n  mode: off\n  protect:\n  - [/srv]\n",
	  "8:5: the entry is a list; " PLACE "\n" },
	{ HEAD "folders:\n  mode: off\n  allow: [/bin/ed]\n",
	  "7:11: the program is a single value; expected {exe: /absolute/path}\n" },
	{ HEAD "folders:\n  mode: off\n  allow: [{}]\n",
	  "7:11: \"exe\" is missing; expected the absolute path of a program, or \"package\"\n" },
	{ HEAD "folders:\n  mode: off\n  allow: [{exe: /bin/ed, ex: 1}]\n",
	  "7:26: unknown key \"ex\", did you mean \"exe\"?; expected one of: exe, sha256, children, package\n" },
	{ HEAD "folders:\n  mode: off\n  allow:\n  - {exe: /bin/sh}\n  - exe: /usr/bin/python3.11\n  - {exe: /usr/bin/pythonic}\n"
	       "  - {exe: /lib64/ld-linux-x86-64.so.2, children: true}\n  - {exe: /usr/bin/ldd}\n",
	  "8:11: \"/bin/sh\"" PURPOSE "9:10: \"/usr/bin/python3.11\"" PURPOSE
	  "11:11: \"/lib64/ld-linux-x86-64.so.2\"" PURPOSE },
	{ HEAD "self_protection: {mode: off, updaters: [{exe: /usr/bin/perl}]}\n", "5:47: \"/usr/bin/perl\"" PURPOSE },
	{ HEAD "folders:\n  mode: off\n  allow:\n  - {exe: /a, sha256: 12}\n  - {exe: /b, children: yes}\n"
	       "  - {package: A b}\n  - {package: x, exe: /c}\n  - {package: rsync, sha256: " SHA256 "}\n  - {package: rsync}\n"
	       "  - {children: true}\n",
	  "8:23: \"12\" is no SHA-256; expected 64 hexadecimal digits\n"
	  "9:25: \"yes\"; expected true or false\n"
	  "10:15: \"A b\" is no package's name; expected the name of a Debian package\n"
	  "11:15: \"x\" is no package's name; expected the name of a Debian package\n"
	  "12:30: \"sha256\" of a package; expected it of one program, by exe\n"
	  "13:15: packages cannot be looked up without dpkg-query; expected programs by exe\n"
	  "14:5: \"exe\" is missing; expected the absolute path of a program, or \"package\"\n" },
	{ HEAD "secrets: {}\n", "5:10: \"mode\" is missing; expected off, audit, warn or block\n" },
	{ HEAD "secrets: [a]\n", "5:10: \"secrets\" is a list; expected a mapping with mode and places\n" },
	{ HEAD "secrets: {mode: block-disk-only}\n",
	  "5:17: unknown mode \"block-disk-only\"; expected off, audit, warn or block\n" },
	{ HEAD "secrets: {mode: off, place: []}\n",
	  "5:22: unknown key \"place\", did you mean \"places\"?; expected one of: mode, places\n" },
	{ HEAD "secrets: {mode: off, places: /srv}\n",
	  "5:30: \"places\" is a single value; expected a list of places, {path: /a/path, allow: [...]}\n" },
	{ HEAD "secrets: {mode: off, places: [/srv]}\n",
	  "5:31: the place is a single value; expected {path: /a/path, allow: [...]}\n" },
	{ HEAD "secrets:\n  mode: off\n  places:\n  - allow: []\n",
	  "8:5: \"path\" is missing; expected an absolute path or one under ~/\n" },
	{ HEAD "secrets:\n  mode: off\n  places:\n  - {path: /srv, allow: [/bin/ed], read: x}\n",
	  "8:26: the program is a single value; expected {exe: /absolute/path}\n"
	  "8:36: unknown key \"read\"; expected one of: path, allow\n" },
	{ HEAD "secrets:\n  mode: off\n  places:\n  - {path: srv, allow: {exe: /bin/ed}}\n",
	  "8:12: \"srv\" must begin with \"/\" or \"~/\"; " PLACE "\n"
	  "8:24: \"allow\" is a mapping; expected a list of programs, {exe: /absolute/path}\n" },
	/* values */
	{ "rampart: 2\nname: a\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n",
	  "1:10: format \"2\"; expected 1\n" },
	{ "rampart: '1'\nname: ''\nversion: '1'\nvalid: {from: 2026-01-01, until: 2027-01-01}\n",
	  "1:10: format \"1\"; expected 1\n"
	  "2:7: \"\" is empty; expected 1 to 64 of A-Z a-z 0-9 . _ -\n"
	  "3:10: version \"1\"; expected a whole number from 1 to 18446744073709551615\n" },
	{ "rampart: 1\nname: my policy\nversion: 0\nvalid: {from: 2026-01-01, until: 2027-01-01}\n",
	  "2:7: \"my policy\" has a character that cannot be there; expected 1 to 64 of A-Z a-z 0-9 . _ -\n"
	  "3:10: version \"0\"; expected a whole number from 1 to 18446744073709551615\n" },
	{ "rampart: 1\nname: \"a\\0b\"\nversion: 18446744073709551616\nvalid: {from: 2026-01-01, until: 2027-01-01}\n",
	  "2:7: \"a\\x00b\" has a character that cannot be there; expected 1 to 64 of A-Z a-z 0-9 . _ -\n"
	  "3:10: version \"18446744073709551616\"; expected a whole number from 1 to 18446744073709551615\n" },
	{ "rampart: 1\nname: a234567890123456789012345678901234567890123456789012345678901234x\nversion: -1\n"
	  "valid: {from: 2026-01-01, until: 2027-01-01}\n",
	  "2:7: \"a234567890123456789012345678901234567890...\" is too long; "
	  "expected 1 to 64 of A-Z a-z 0-9 . _ -\n"
	  "3:10: version \"-1\"; expected a whole number from 1 to 18446744073709551615\n" },
	{ "rampart: 1\nname: a\nversion: 010\nvalid: {from: 2026-02-29, until: 2026-13-01}\n",
	  "3:10: version \"010\"; expected a whole number from 1 to 18446744073709551615\n"
	  "4:15: \"2026-02-29\" is no point in time; " TIME "\n"
	  "4:34: \"2026-13-01\" is no point in time; " TIME "\n" },
	{ "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2026-01-01T24:00:00Z, until: 2026-01-01 00:00:00}\n",
	  "4:15: \"2026-01-01T24:00:00Z\" is no point in time; " TIME "\n"
	  "4:44: \"2026-01-01 00:00:00\" is no point in time; " TIME "\n" },
	{ "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2027-01-01, until: 2027-01-01}\n",
	  "4:34: until is not after from; expected a later time\n" },
	{ "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2027-01-01}\n",
	  "4:8: \"until\" is missing; expected the first moment after it, YYYY-MM-DD\n" },
	{ HEAD "target: {tags: [''], hosts: [0123]}\n",
	  "5:17: \"\" is empty; expected 1 to 64 printable bytes\n"
	  "5:30: \"0123\" is no machine id; expected 32 lower-case hexadecimal digits\n" },
	{ HEAD "target: {hosts: [0123456789ABCDEF0123456789ABCDEF]}\n",
	  "5:18: \"0123456789ABCDEF0123456789ABCDEF\" is no machine id; expected 32 lower-case hexadecimal digits\n" },
	{ HEAD "revoked: [00]\n", "5:11: \"00\" is no SHA-256; expected 64 hexadecimal digits\n" },
	{ HEAD "revoked: 00\n", "5:10: \"revoked\" is a single value; expected a list of SHA-256 digests\n" },
};

static void check_bad(const struct bad *b)
{
	char all[4096] = "", *at = all;
	struct compile_errors errors;
	uint8_t *pb;
	size_t len;

	assert_int_equal(rampart_compile("t.yaml", b->yaml, strlen(b->yaml), NULL, &errors, &pb, &len), -EINVAL);
	assert_null(pb);
	for (uint32_t i = 0; i < errors.n; i++)
		at += snprintf(at, all + sizeof(all) - at, "%u:%u: %s\n", errors.list[i].line, errors.list[i].column,
			       errors.list[i].text);
	assert_string_equal(all, b->errors);
}

static void test_bad(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_bad(&bad[i]);
}

/* What rampart_path_check() says is told as it says it, at the place of the path. */
static void test_bad_paths(void **state)
{
	static const struct {
		const char *path;
		enum rampart_path_kind kind;
		const char *before, *behind, *expected;
		uint32_t line, column;
	} table[] = {
		{ "srv", RAMPART_PATH_PLACE, HEAD "folders:\n  mode: off\n  protect: [/a, ", "]\n", PLACE, 7, 17 },
		{ "/", RAMPART_PATH_PLACE, HEAD "folders:\n  mode: off\n  protect:\n  - ", "\n", PLACE, 8, 5 },
		{ "/a/../b", RAMPART_PATH_PLACE, HEAD "folders:\n  mode: off\n  protect:\n  - ", "\n", PLACE, 8, 5 },
		{ "/a//b", RAMPART_PATH_PLACE, HEAD "folders:\n  mode: off\n  protect:\n  - ", "\n", PLACE, 8, 5 },
		{ "/a/", RAMPART_PATH_PLACE, HEAD "folders:\n  mode: off\n  protect:\n  - ", "\n", PLACE, 8, 5 },
		{ "/a/b*", RAMPART_PATH_PLACE, HEAD "folders:\n  mode: off\n  protect:\n  - ", "\n", PLACE, 8, 5 },
		{ "~bob/x", RAMPART_PATH_PLACE, HEAD "folders:\n  mode: off\n  protect:\n  - ", "\n", PLACE, 8, 5 },
		{ "~/x", RAMPART_PATH_PATTERN, HEAD "homes: [", "]\n",
		  "expected an absolute path, in which a component may be *", 5, 9 },
		{ "/usr/*/ed", RAMPART_PATH_EXACT, HEAD "self_protection:\n  mode: off\n  updaters: [{exe: ", "}]\n",
		  "expected an absolute path without *", 7, 20 },
		{ "~/ed", RAMPART_PATH_EXACT, HEAD "folders:\n  mode: off\n  allow: [{exe: ", "}]\n",
		  "expected an absolute path without *", 7, 17 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const char *path = table[i].path;
		struct pb_view view = { (const u8 *)path, strlen(path) };
		const char *wrong = rampart_path_check(view, table[i].kind);
		char yaml[512], text[512];
		struct bad b = { yaml, text };

		assert_non_null(wrong);
		snprintf(yaml, sizeof(yaml), "%s%s%s", table[i].before, path, table[i].behind);
		snprintf(text, sizeof(text), "%u:%u: \"%s\" %s; %s\n", table[i].line, table[i].column, path, wrong,
			 table[i].expected);
		check_bad(&b);
	}
}

static char *repeat(const char *head, const char *entry, unsigned int n)
{
	size_t head_len = strlen(head), len = strlen(entry);
	char *text = malloc(head_len + n * len + 1);

	memcpy(text, head, head_len);
	for (unsigned int i = 0; i < n; i++)
		memcpy(text + head_len + i * len, entry, len);
	text[head_len + n * len] = '\0';
	return text;
}

static void test_caps(void **state)
{
	static const struct {
		const char *head, *entry;
		unsigned int n, line;
		const char *text;
	} table[] = {
		{ HEAD "target:\n  tags:\n", "  - a\n", 65, 71, "65 entries; expected at most 64" },
		{ HEAD "homes:\n", "- /a\n", 100001, 100006, "100001 entries; expected at most 100000" },
		{ HEAD "self_protection:\n  mode: off\n  updaters:\n", "  - {exe: /a}\n", 10001, 10008,
		  "10001 entries; expected at most 10000" },
		{ HEAD "secrets:\n  mode: off\n  places:\n", "  - {path: /a}\n", 33, 40, "33 entries; expected at most 32" },
		{ HEAD "secrets:\n  mode: off\n  places:\n  - path: /a\n    allow:\n", "    - {exe: /a}\n", 10001, 10010,
		  "10001 entries; expected at most 10000" },
		{ HEAD "revoked:\n", "- 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n", 1025, 1030,
		  "1025 entries; expected at most 1024" },
		{ HEAD "homes:\n", "- /a\n", 3000001, 2999991, "too many entries in all; expected at most 3000000" },
	};
	struct compile_errors errors;
	uint8_t *pb;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *yaml = repeat(table[i].head, table[i].entry, table[i].n);

		assert_int_equal(rampart_compile("t.yaml", yaml, strlen(yaml), NULL, &errors, &pb, &len), -EINVAL);
		assert_int_equal(errors.n, 1);
		assert_string_equal(errors.list[0].text, table[i].text);
		assert_int_equal(errors.list[0].line, table[i].line);
		free(yaml);
	}
}

/* What the decoder takes and the kernel could not keep: told with the place that was one too many. */
static void test_multiplying(void **state)
{
	struct compile_errors errors;
	uint8_t *pb;
	char *text;
	size_t len, pb_len;
	FILE *out = open_memstream(&text, &len);

	fprintf(out, HEAD "folders:\n  mode: block\n  protect:\n");
	for (unsigned int i = 0; i < 1000; i++)
		fprintf(out, "  - /srv/*/data%u\n", i);
	for (unsigned int i = 0; i < 1000; i++)
		fprintf(out, "  - /srv/project%u/*/x\n", i);
	fclose(out);
	assert_int_equal(rampart_compile("p.yaml", text, len, NULL, &errors, &pb, &pb_len), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.list[0].text, "up to here the paths have more than 1000000 components or multiply too "
			    "often by their \"*\"; expected fewer of them");
	assert_in_range(errors.list[0].line, 8 + 1000 + 100, 8 + 1000 + 400);
	assert_int_equal(errors.list[0].column, 5);

	/* Up to the line before, it is good. */
	for (len = 0; errors.list[0].line > 1; len++)
		errors.list[0].line -= text[len] == '\n';
	assert_int_equal(rampart_compile("p.yaml", text, len, NULL, &errors, &pb, &pb_len), 0);
	free(pb);
	free(text);
}

/* The kernel has one list for the programs of all places. */
static void test_readers_of_all_places(void **state)
{
	struct compile_errors errors;
	char *text;
	size_t len, pb_len;
	uint8_t *pb;
	FILE *out = open_memstream(&text, &len);

	fprintf(out, HEAD "secrets:\n  mode: block\n  places:\n");
	for (unsigned int i = 0; i < 4; i++) {
		fprintf(out, "  - path: /s%u\n    allow:\n", i);
		for (unsigned int j = 0; j < 4000; j++)
			fprintf(out, "    - {exe: /bin/%u}\n", j);
	}
	fclose(out);
	assert_int_equal(rampart_compile("p.yaml", text, len, NULL, &errors, &pb, &pb_len), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.list[0].text, "up to here 12000 programs in \"places\"; expected at most 10000 in all");
	assert_int_equal(errors.list[0].line, 8 + 2 * 4002 + 2);
	free(text);
}

/* Of the secrets alone more than can be kept: not told of a folder. */
static void test_multiplying_secrets(void **state)
{
	struct compile_errors errors;
	char *text;
	size_t len, pb_len;
	uint8_t *pb;
	FILE *out = open_memstream(&text, &len);

	fprintf(out, HEAD "folders: {mode: block, protect: [/srv]}\nsecrets:\n  mode: block\n  places:\n");
	for (unsigned int i = 0; i < 32; i++) {
		fprintf(out, "  - path: ");
		for (unsigned int j = 0; j < 32; j++)
			fputs(i == j ? "/a" : "/*", out);
		fprintf(out, "/x%u\n", i);
	}
	fclose(out);
	assert_int_equal(rampart_compile("p.yaml", text, len, NULL, &errors, &pb, &pb_len), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_int_equal(errors.list[0].line, 1);
	assert_memory_equal(errors.list[0].text, "up to here the paths", 20);
	free(text);
}

static void test_too_large(void **state)
{
	char *yaml = malloc(RAMPART_YAML_MAX + 1);
	struct compile_errors errors;
	uint8_t *pb;
	size_t len;

	memset(yaml, '#', RAMPART_YAML_MAX + 1);
	assert_int_equal(rampart_compile("t.yaml", yaml, RAMPART_YAML_MAX + 1, NULL, &errors, &pb, &len), -EINVAL);
	assert_string_equal(errors.list[0].text, "the file has 33554433 bytes; expected at most 33554432");
	assert_int_equal(rampart_compile("t.yaml", yaml, RAMPART_YAML_MAX, NULL, &errors, &pb, &len), -EINVAL);
	assert_memory_equal(errors.list[0].text, "the file is empty", 17);
	free(yaml);
}

static void test_many_errors(void **state)
{
	char *yaml = repeat(HEAD "homes:\n", "- a\n", 50);
	struct compile_errors errors;
	uint8_t *pb;
	size_t len;

	assert_int_equal(rampart_compile("t.yaml", yaml, strlen(yaml), NULL, &errors, &pb, &len), -EINVAL);
	assert_int_equal(errors.n, 20);
	assert_int_equal(errors.dropped, 30);
	assert_int_equal(errors.list[19].line, 25);
	free(yaml);
}

/* --- what compiles --- */

static const char *const good[] = {
	HEAD,
	HEAD "homes: []\ntarget: {}\nrevoked: []\n",
	HEAD "folders: {mode: audit}\n",
	HEAD "folders: {mode: warn}\n",
	HEAD "folders: {mode: block-disk-only, protect: [/srv]}\n",
	HEAD "folders: {mode: audit-disk-only, allow: [{exe: /usr/bin/editor}]}\n",
	HEAD "folders: {mode: off}\nself_protection: {mode: off, updaters: []}\n",
	"%YAML 1.1\n---\n" HEAD "...\n",
	"\xef\xbb\xbf" HEAD,
	"rampart: 1\nname: 7\nversion: 18446744073709551615\nvalid: {from: 1970-01-01T00:00:01Z, until: 9999-12-31T23:59:59Z}\n",
	"rampart: 1\nname: a\nversion: 9223372036854775808\nvalid: {from: 2028-02-29, until: '2029-01-01'}\n",
	HEAD "target: {tags: [eng, 'null', \"1\", '~'], hosts: [0123456789abcdef0123456789abcdef]}\n",
	HEAD "homes: [\"/home/*\", /root, '/data/x y/*']\n",
	HEAD "folders:\n  mode: block\n  protect: [~/Documents, '/srv/a: b', /srv/ü, \"/srv/#x\", '/srv/ x ', \"/srv/a\\nb\"]\n"
	     "  allow:\n  - exe: /usr/bin/editor\n  - {exe: '/opt/a b/c'}\n"
	     "  - {exe: /opt/agent, sha256: " SHA256 ", children: true, package: agent}\n",
	HEAD "secrets: {mode: off}\n",
	HEAD "secrets: {mode: off, places: [{path: /srv}]}\n",
	HEAD "secrets:\n  mode: warn\n  places:\n  - {path: ~/.ssh, allow: [{exe: /usr/bin/ssh}, {exe: '/opt/a b'}]}\n"
	     "  - {path: /etc/ledger.key, allow: []}\n  - path: '/srv/*/key'\n    allow:\n    - exe: /usr/bin/ssh\n",
	HEAD "self_protection: {mode: warn, updaters: [{exe: /usr/bin/dpkg}]}\n"
	     "revoked: [ABCDEFabcdef0123456789abcdef0123456789abcdef0123456789abcdef0123]\n",
};

static void assert_round_trip(const uint8_t *pb, size_t len)
{
	struct rampart_policy policy;
	struct compile_errors errors;
	char *yaml = NULL;
	size_t yaml_len, again_len;
	uint8_t *again;
	FILE *out = open_memstream(&yaml, &yaml_len);

	assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
	assert_int_equal(rampart_describe_yaml(&policy, out), 0);
	fclose(out);
	if (rampart_compile("again.yaml", yaml, yaml_len, NULL, &errors, &again, &again_len)) {
		compile_errors_print(&errors, "", stderr);
		fail_msg("%s", yaml);
	}
	assert_int_equal(again_len, len);
	assert_memory_equal(again, pb, len);
	rampart_policy_free(&policy);
	free(again);
	free(yaml);
}

static void check_good(const char *yaml, size_t yaml_len)
{
	struct compile_errors errors;
	uint8_t *pb, *again;
	size_t len, again_len;

	if (rampart_compile("t.yaml", yaml, yaml_len, NULL, &errors, &pb, &len)) {
		compile_errors_print(&errors, "", stderr);
		fail_msg("%s", yaml);
	}
	assert_int_equal(rampart_compile("other.yaml", yaml, yaml_len, NULL, &errors, &again, &again_len), 0);
	assert_int_equal(len, again_len);
	assert_memory_equal(pb, again, len);
	assert_round_trip(pb, len);
	free(pb);
	free(again);
}

static void test_good(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_good(good[i], strlen(good[i]));
}

/* The bytes themselves, field by field: they must not change between builds. */
static void test_bytes(void **state)
{
	static const char yaml[] = "rampart: 1\nname: ab\nversion: 300\nvalid: {from: 1970-01-01T00:00:01Z, until: 1970-01-02}\n"
				   "homes: []\nfolders: {mode: block, protect: [~/x], allow: [{exe: /e}]}\n";
	static const uint8_t expected[] = {
		0x08, 1, 0x12, 2, 'a', 'b', 0x18, 0xac, 2, 0x20, 1, 0x28, 0x80, 0xa3, 5,
		0x42, 15, 0x08, 3, 0x12, 3, '~', '/', 'x', 0x1a, 4, 0x0a, 2, '/', 'e', 0x20, 3,
	};
	struct compile_errors errors;
	uint8_t *pb;
	size_t len;

	assert_int_equal(rampart_compile("t.yaml", yaml, strlen(yaml), NULL, &errors, &pb, &len), 0);
	assert_int_equal(len, sizeof(expected));
	assert_memory_equal(pb, expected, len);
	free(pb);
}

static void test_defaults(void **state)
{
	struct compile_errors errors;
	struct rampart_policy policy;
	uint8_t *pb;
	size_t len;

	assert_int_equal(rampart_compile("t.yaml", HEAD, strlen(HEAD), NULL, &errors, &pb, &len), 0);
	assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
	assert_int_equal(policy.homes.n, 2);
	assert_memory_equal(policy.homes.v[0].data, "/home/*", 7);
	assert_memory_equal(policy.homes.v[1].data, "/root", 5);
	assert_int_equal(policy.self_mode, RAMPART_MODE_OFF);
	assert_int_equal(policy.folders_mode, RAMPART_MODE_OFF);
	assert_int_equal(policy.disks_mode, RAMPART_MODE_OFF);
	assert_int_equal(policy.secrets_mode, RAMPART_MODE_OFF);
	rampart_policy_free(&policy);
	free(pb);
}

static void test_folders_modes(void **state)
{
	static const struct {
		const char *word;
		enum rampart_mode folders, disks;
	} table[] = {
		{ "off", RAMPART_MODE_OFF, RAMPART_MODE_OFF },
		{ "audit", RAMPART_MODE_AUDIT, RAMPART_MODE_AUDIT },
		{ "warn", RAMPART_MODE_WARN, RAMPART_MODE_WARN },
		{ "block", RAMPART_MODE_BLOCK, RAMPART_MODE_BLOCK },
		{ "block-disk-only", RAMPART_MODE_OFF, RAMPART_MODE_BLOCK },
		{ "audit-disk-only", RAMPART_MODE_OFF, RAMPART_MODE_AUDIT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct compile_errors errors;
		struct rampart_policy policy;
		char yaml[256];
		uint8_t *pb;
		size_t len;

		snprintf(yaml, sizeof(yaml), HEAD "folders: {mode: %s}\n", table[i].word);
		assert_int_equal(rampart_compile("t.yaml", yaml, strlen(yaml), NULL, &errors, &pb, &len), 0);
		assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
		assert_int_equal(policy.folders_mode, table[i].folders);
		assert_int_equal(policy.disks_mode, table[i].disks);
		assert_string_equal(rampart_folders_mode_word(&policy), table[i].word);
		/* What no word says is told apart from what one does. */
		policy.folders_mode = RAMPART_MODE_BLOCK;
		policy.disks_mode = RAMPART_MODE_OFF;
		assert_null(rampart_folders_mode_word(&policy));
		rampart_policy_free(&policy);
		free(pb);
	}
}

static unsigned int seed = 1;

static unsigned int roll(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static void random_paths(FILE *out, const char *key, const char *form)
{
	static const char *const parts[] = { "a", "b", "*", "'~'", "x y", "#", ": ", "-", "ü", "\\\\", "\\\"", "%", "&a" };

	fprintf(out, "%s\n", key);
	for (unsigned int n = 1 + roll(5); n; n--) {
		char path[256] = "";

		for (unsigned int m = 1 + roll(4); m; m--) {
			strcat(path, "/");
			strcat(path, parts[roll(ARRAY_SIZE(parts))]);
		}
		if (strchr(path, '*') && strstr(form, "exe"))
			strcpy(path, "/e");
		fprintf(out, form, path);
	}
}

static void test_random_round_trip(void **state)
{
	for (unsigned int i = 0; i < 500; i++) {
		char *yaml = NULL;
		size_t len;
		FILE *out = open_memstream(&yaml, &len);

		fputs(HEAD "folders:\n  mode: warn\n", out);
		random_paths(out, "  protect:", "  - \"%s\"\n");
		random_paths(out, "  allow:", "  - {exe: \"%s\"}\n");
		random_paths(out, "homes:", "- \"%s\"\n");
		fclose(out);
		check_good(yaml, len);
		free(yaml);
	}
}

/* Whatever the bytes, an answer and no crash; run under a sanitizer this says more. */
static void test_mangled(void **state)
{
	struct compile_errors errors;
	char yaml[1024];
	uint8_t *pb;
	size_t len;

	for (unsigned int i = 0; i < 20000; i++) {
		const char *from = good[roll(ARRAY_SIZE(good))];

		len = strlen(from);
		memcpy(yaml, from, len);
		for (unsigned int n = 1 + roll(4); n; n--)
			yaml[roll(len)] = "\n\t :-[]{}&*!|>'\"%@`,#?/~a0\xc3\x28"[roll(29)];
		if (!rampart_compile("t.yaml", yaml, len, NULL, &errors, &pb, &len))
			assert_round_trip(pb, len);
		free(pb);
	}
}

/* --- words and times --- */

static void test_time(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} table[] = {
		{ "1970-01-01T00:00:01Z", 1 },	     { "2000-02-29", 951782400 },
		{ "2026-11-24T01:02:03Z", 1795482123 }, { "9999-12-31", 253402214400 },
		{ "1970-01-01", -EINVAL },	     { "1900-02-29", -EINVAL },
		{ "2100-02-29", -EINVAL },	     { "2026-04-31", -EINVAL },
		{ "2026-00-01", -EINVAL },	     { "2026-01-00", -EINVAL },
		{ "2026-1-1", -EINVAL },	     { "2026-01-01T00:00:60Z", -EINVAL },
		{ "2026-01-01T00:00:00", -EINVAL },  { "2026-01-01T00:00:00+00:00", -EINVAL },
		{ "0000-01-01", -EINVAL },	     { "", -EINVAL },
	};
	char buf[RAMPART_TIME_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		assert_int_equal(rampart_time_parse(table[i].text, strlen(table[i].text)), table[i].seconds);
		if (table[i].seconds > 0)
			assert_string_equal(rampart_time_text(buf, table[i].seconds), table[i].text);
	}
	assert_string_equal(rampart_time_text(buf, INT64_MAX), "9223372036854775807");
}

static void test_nearest(void **state)
{
	static const char *const words[] = { "status", "policy", "why", "off", "lint", "sign" };

	assert_string_equal(rampart_nearest("statsu", words, ARRAY_SIZE(words)), "status");
	assert_string_equal(rampart_nearest("polic", words, ARRAY_SIZE(words)), "policy");
	assert_string_equal(rampart_nearest("wy", words, ARRAY_SIZE(words)), "why");
	assert_string_equal(rampart_nearest("sing", words, ARRAY_SIZE(words)), "sign");
	assert_null(rampart_nearest("on", words, ARRAY_SIZE(words)));
	assert_null(rampart_nearest("zz", words, ARRAY_SIZE(words)));
	assert_null(rampart_nearest("", words, ARRAY_SIZE(words)));
	assert_null(rampart_nearest("statusstatusstatusstatusstatusstatus", words, ARRAY_SIZE(words)));
}

static void test_quote(void **state)
{
	char buf[RAMPART_QUOTE];

	assert_string_equal(rampart_quote(buf, "a\n\"\x7f", 4), "\"a\\x0a\\x22\\x7f\"");
	/* What would turn the text round, and what is no text. */
	assert_string_equal(rampart_quote(buf, "a\xe2\x80\xae\xff\xc2\x9b\xc3\xa9", 9),
			    "\"a\\xe2\\x80\\xae\\xff\\xc2\\x9b\xc3\xa9\"");
	assert_string_equal(rampart_quote(buf, "12345678901234567890123456789012345678\xe2\x82\xac!", 42),
			    "\"12345678901234567890123456789012345678...\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),	   cmocka_unit_test(test_bad_paths),
		cmocka_unit_test(test_caps),	   cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_multiplying), cmocka_unit_test(test_multiplying_secrets),
		cmocka_unit_test(test_readers_of_all_places),
		cmocka_unit_test(test_many_errors), cmocka_unit_test(test_good),
		cmocka_unit_test(test_bytes),	   cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_folders_modes),
		cmocka_unit_test(test_random_round_trip), cmocka_unit_test(test_mangled),
		cmocka_unit_test(test_time),	   cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
