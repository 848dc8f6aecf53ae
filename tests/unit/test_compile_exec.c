// SPDX-License-Identifier: MIT
/* The sections exec and digests of a policy, against a catalogue with trust_exec alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include <decode.h>

#include "catalog.h"
#include "compile.h"
#include "describe.h"

#define HEAD "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"
#define HEX8 "0123456789abcdef"
#define A "0" HEX8 HEX8 HEX8 "0123456789abcde"
#define B "1" HEX8 HEX8 HEX8 "0123456789ABCDE"
#define B_SHOWN "1" HEX8 HEX8 HEX8 "0123456789abcde"
#define DENY "{path: /a/path}, {sha256: ...} or {package: name}"

static const struct catalog_file files[] = {
	{ "classes.yaml", "- {name: system_place, title: The system, paths: [/usr]}\n"
			  "- {name: exec_trusted, title: What runs, paths: []}\n" },
	{ "trust_exec.yaml", "id: trust_exec\ntitle: Only what is trusted runs\nstops: All else.\nattack: [T1204]\nmodes: [audit, warn, block]\n"
			     "match:\n- {on: [exec], not_object: [packaged, trusted_digest, exec_trusted, system_place]}\n" },
};

static struct catalog catalog;
static char folder[] = "/tmp/test_compile_exec.XXXXXX";

static int compile(const char *yaml, struct compile_errors *errors, uint8_t **pb, size_t *pb_len)
{
	char name[64];
	int err;

	snprintf(name, sizeof(name), "%s/policy.yaml", folder);
	err = rampart_compile_with(&catalog, name, yaml, strlen(yaml), NULL, errors, pb, pb_len);
	errors->filename = NULL;
	return err;
}

static void write_file(const char *name, const char *text)
{
	char path[64];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void remove_file(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static const struct {
	const char *yaml, *errors;
} bad[] = {
	{ HEAD "exec: []\n", "5:7: \"exec\" is a list; expected a mapping with mode, deny and trust\n" },
	{ HEAD "exec: {mode: block}\n", "5:7: neither \"deny\" nor \"trust\"; expected one of them, or both\n" },
	{ HEAD "exec: {deny: [{path: /a}]}\n", "5:7: \"mode\" is missing; expected off, audit, warn or block\n" },
	{ HEAD "exec: {mode: block, deny: [/a, {path: a}, {sha256: 0f}, {package: A}, {path: /a, sha256: " A "}, {}]}\n",
	  "5:28: the entry is a single value; expected " DENY "\n"
	  "5:39: \"a\" is too short to be an absolute path; expected an absolute path or one under ~/, in which a component may be *\n"
	  "5:52: \"0f\" is no SHA-256; expected 64 hexadecimal digits\n"
	  "5:67: \"A\" is no package's name; expected the name of a Debian package, in which * stands for any text\n"
	  "5:71: 2 keys; expected one: " DENY "\n"
	  "5:157: 0 keys; expected one: " DENY "\n" },
	{ HEAD "exec: {mode: block, deny: [{package: \"netcat-*\"}]}\n",
	  "5:38: packages cannot be looked up without dpkg-query; expected programs by path\n" },
	{ HEAD "exec: {mode: block, trust: [/opt/a]}\n",
	  "5:28: \"packages\" is missing; expected it, since the system itself would not start without\n" },
	{ HEAD "exec: {mode: block, trust: [packages, opt, {path: /a}, [x]]}\n",
	  "5:39: \"opt\" must begin with \"/\" or \"~/\"; expected an absolute path or one under ~/, in which a component may be *\n"
	  "5:44: \"sha256\" is missing; expected 64 hexadecimal digits\n"
	  "5:45: unknown key \"path\"; expected one of: sha256\n"
	  "5:56: the entry is a list; expected packages, a path or {sha256: ...}\n" },
	{ HEAD "exec: {mode: block, trust: [packages], exclude: []}\n",
	  "5:49: \"exclude\" without \"deny\"; expected that of trust_exec in asr\n" },
	{ HEAD "exec: {mode: block, trust_file: empty}\n",
	  "5:33: \"trust_file\" without \"trust\"; expected that, with \"packages\"\n" },
	{ HEAD "exec: {mode: block, deny_file: absent}\n",
	  "5:32: \"absent\" cannot be read: No such file or directory; expected the path of a file with a SHA-256 in each line\n" },
	{ HEAD "exec: {mode: block, deny_file: /dev/zero}\n",
	  "5:32: \"/dev/zero\" cannot be read: Invalid argument; expected the path of a file with a SHA-256 in each line\n" },
	{ HEAD "exec: {mode: block, deny_file: wrong}\n",
	  "5:32: line 3 of \"wrong\" is no SHA-256; expected 64 hexadecimal digits in each line\n" },
	{ HEAD "exec: {mode: blok, deny: [{path: /a}]}\n",
	  "5:14: unknown mode \"blok\", did you mean \"block\"?; expected off, audit, warn or block\n" },
	{ HEAD "exec: {mode: block, deny: [{path: /a}]}\nrules: [{id: exec_deny, mode: audit, on: exec}]\n",
	  "6:14: \"exec_deny\" is the rule of exec.deny; expected another id\n" },
	{ HEAD "aged_days: 0\n", "5:12: aged_days \"0\"; expected a whole number from 1 to 3650\n" },
	{ HEAD "aged_days: 3651\n", "5:12: aged_days \"3651\"; expected a whole number from 1 to 3650\n" },
	{ HEAD "aged_days: a month\n", "5:12: aged_days \"a month\"; expected a whole number from 1 to 3650\n" },
	{ HEAD "digests: {denied: [x], trusted: {}, other: 1}\n",
	  "5:20: \"x\" is no SHA-256; expected 64 hexadecimal digits\n"
	  "5:33: \"trusted\" is a mapping; expected a list of SHA-256 digests\n"
	  "5:37: unknown key \"other\"; expected one of: denied, trusted\n" },
};

static void test_bad(void **state)
{
	write_file("wrong", "# two lines\n" A "  a name\n0f3c\n" A "\n");
	write_file("empty", "");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char all[4096] = "", *at = all;
		struct compile_errors errors;
		uint8_t *pb;
		size_t len;

		assert_int_equal(compile(bad[i].yaml, &errors, &pb, &len), -EINVAL);
		for (uint32_t j = 0; j < errors.n; j++)
			at += sprintf(at, "%u:%u: %s\n", errors.list[j].line, errors.list[j].column, errors.list[j].text);
		assert_string_equal(all, bad[i].errors);
	}
	remove_file("wrong");
	remove_file("empty");
}

#define DENY_RULE(mode, more)                                                                                              \
	"{\"id\":\"exec_deny\",\"mode\":\"" mode "\",\"title\":\"Block what exec.deny names\",\"attack\":[\"T1204.002\",\"T1588.002\"]," \
	"\"match\":[{\"on\":[\"exec\",\"load\",\"interpret\"],\"object\":[\"exec_denied\",\"denied_digest\"]}]" more "}"
#define TRUST_RULE(mode, more)                                                                                             \
	"{\"id\":\"trust_exec\",\"mode\":\"" mode "\",\"title\":\"Only what is trusted runs\",\"attack\":[\"T1204\"],"       \
	"\"match\":[{\"on\":[\"exec\"],\"not_object\":[\"system_place\",\"exec_trusted\",\"packaged\",\"trusted_digest\"]}]" more "}"
#define SYSTEM "\"system_place\":{\"paths\":[\"/usr\"]}"

static const struct {
	const char *yaml, *described;
} good[] = {
	{ HEAD "exec: {mode: off, deny: [{path: /a}], trust: [packages]}\n", "{}" },
	{ HEAD "digests: {denied: [" A "]}\n", "{}" },
	{ HEAD "exec: {mode: block, deny: [{path: /a}, {sha256: " B "}, {path: ~/b}, {sha256: " A "}, {sha256: " B "}]}\n",
	  "{\"classes\":{\"exec_denied\":{\"paths\":[\"/a\",\"~/b\"]}},\"rules\":[" DENY_RULE("block", ) "],"
	  "\"digests\":{\"denied\":[\"" A "\",\"" B_SHOWN "\"]}}" },
	{ HEAD "exec: {mode: audit, deny_file: list}\n",
	  "{\"classes\":{\"exec_denied\":{\"paths\":[]}},\"rules\":[" DENY_RULE("audit", ) "],"
	  "\"digests\":{\"denied\":[\"" A "\",\"" B_SHOWN "\"]}}" },
	{ HEAD "exec: {mode: block, trust: [packages, /opt/bin, {sha256: " A "}], trust_file: list}\n",
	  "{\"classes\":{" SYSTEM ",\"exec_trusted\":{\"paths\":[\"/opt/bin\"]}},\"rules\":[" TRUST_RULE("block", ) "],"
	  "\"digests\":{\"trusted\":[\"" A "\",\"" B_SHOWN "\"]}}" },
	{ HEAD "exec: {mode: block, trust: [packages]}\naged_days: 30\n",
	  "{\"classes\":{" SYSTEM ",\"exec_trusted\":{\"paths\":[]}},\"rules\":[" TRUST_RULE("block", ) "],\"aged_days\":30}" },
	{ HEAD "aged_days: 3650\n", "{}" },
	/* What asr says of the rule comes first, and so does its exclusion; what it says of all comes last. */
	{ HEAD "exec: {mode: block, trust: [packages]}\nasr: {\"*\": {mode: warn}, trust_exec: {mode: audit, exclude: [{object: ~/bin}]}}\n",
	  "{\"classes\":{" SYSTEM ",\"exec_trusted\":{\"paths\":[]}},\"rules\":[" TRUST_RULE("audit",
	  ",\"exclude\":[{\"name\":\"trust_exec-1\",\"object\":\"~/bin\"}]") "]}" },
	{ HEAD "exec: {mode: block, trust: [packages]}\nasr: {\"*\": {mode: warn}, trust_exec: {exclude: [{object: ~/bin}]}}\n",
	  "{\"classes\":{" SYSTEM ",\"exec_trusted\":{\"paths\":[]}},\"rules\":[" TRUST_RULE("block",
	  ",\"exclude\":[{\"name\":\"trust_exec-1\",\"object\":\"~/bin\"}]") "]}" },
	{ HEAD "exec: {mode: warn, deny: [{path: /a}], exclude: [{exe: /b, name: x}]}\n",
	  "{\"classes\":{\"exec_denied\":{\"paths\":[\"/a\"]}},\"rules\":[" DENY_RULE("warn",
	  ",\"exclude\":[{\"name\":\"x\",\"exe\":\"/b\"}]") "]}" },
	/* Rules of one's own ask for digests; a class that the policy has is added to. */
	{ HEAD "digests: {trusted: [" A "]}\nrules: [{id: a, mode: audit, on: module, not_object: [trusted_digest]}]\n"
	       "exec: {mode: block, deny: [{path: /a}]}\nclasses: {exec_denied: {add: [/b]}}\n",
	  "{\"classes\":{\"exec_denied\":{\"paths\":[\"/b\",\"/a\"]}},\"rules\":[{\"id\":\"a\",\"mode\":\"audit\",\"match\":"
	  "[{\"on\":[\"module\"],\"not_object\":[\"trusted_digest\"]}]}," DENY_RULE("block", ) "],"
	  "\"digests\":{\"trusted\":[\"" A "\"]}}" },
};

static void assert_round_trip(const struct rampart_policy *policy, const uint8_t *pb, size_t len)
{
	static const struct catalog none;
	struct compile_errors errors;
	char *yaml = NULL;
	size_t yaml_len, again_len;
	uint8_t *again;
	FILE *out = open_memstream(&yaml, &yaml_len);

	assert_int_equal(rampart_describe_yaml(policy, out), 0);
	fclose(out);
	if (rampart_compile_with(&none, "again.yaml", yaml, yaml_len, NULL, &errors, &again, &again_len)) {
		compile_errors_print(&errors, "", stderr);
		fail_msg("%s", yaml);
	}
	assert_int_equal(again_len, len);
	assert_memory_equal(again, pb, len);
	free(again);
	free(yaml);
}

static void test_good(void **state)
{
	write_file("list", "# known\n\n" B "  netcat\n" A "\r\n" B "\n" A);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		json_t *object = json_object();
		struct compile_errors errors;
		struct rampart_policy policy;
		uint8_t *pb;
		size_t len;
		char *text;

		if (compile(good[i].yaml, &errors, &pb, &len)) {
			compile_errors_print(&errors, "", stderr);
			fail_msg("%s", good[i].yaml);
		}
		assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
		if (policy.rules.n)
			rampart_describe_asr(object, &policy);
		text = json_dumps(object, JSON_COMPACT);
		assert_string_equal(text, good[i].described);
		assert_round_trip(&policy, pb, len);
		free(text);
		json_decref(object);
		rampart_policy_free(&policy);
		free(pb);
	}
	remove_file("list");
}

/* As many as there may be, by a file; one that is in it twice counts once. And one more. */
static void test_many_digests(void **state)
{
	static const char yaml[] = HEAD "exec: {mode: block, deny_file: many}\n";
	struct compile_errors errors;
	struct rampart_policy policy;
	char path[64];
	uint8_t *pb;
	size_t len;
	FILE *out;

	snprintf(path, sizeof(path), "%s/many", folder);
	out = fopen(path, "w");
	assert_non_null(out);
	for (unsigned int i = RAMPART_DIGESTS_MAX; i--;)
		fprintf(out, "%064x\n", i);
	fprintf(out, "%064x\n", 7);
	fflush(out);
	assert_int_equal(compile(yaml, &errors, &pb, &len), 0);
	assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
	assert_int_equal(policy.denied_digests.len, RAMPART_DIGESTS_MAX * RAMPART_FILE_DIGEST);
	rampart_policy_free(&policy);
	free(pb);
	fprintf(out, "%064x\n", RAMPART_DIGESTS_MAX);
	fclose(out);
	assert_int_equal(compile(yaml, &errors, &pb, &len), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.list[0].text, "1000001 digests that are denied; expected at most 1000000");
	remove_file("many");
}

static int set_up(void **state)
{
	struct compile_errors errors;

	return !mkdtemp(folder) || catalog_parse(&catalog, files, ARRAY_SIZE(files), &errors);
}

static int tear_down(void **state)
{
	catalog_free(&catalog);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_many_digests),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
