// SPDX-License-Identifier: MIT
/* The sections asr, classes and rules of a policy, against a catalogue of two rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <decode.h>

#include "catalog_small.h"
#include "compile.h"
#include "describe.h"

#define HEAD "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"
#define SHA256 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PLACE "expected an absolute path or one under ~/, in which a component may be *\n"
#define KNOWN "; expected one that rampartctl asr list shows, or \"*\"\n"
#define CLASSES "; expected one of the catalogue (rampartctl asr list --json), or of \"classes\"\n"
#define TRAITS "; expected one of: script, memfd, deleted, user_made, executable, no_terminal, no_file, removable, downloaded, " \
	"mailed, copied, packaged, encoded, denied_digest, trusted_digest, tool, provenance, ransom, aged, simple_command\n"
#define OPS "; expected one of: change, write, create, delete, rename, link, setattr, setxattr, mount, exec, signal, ptrace, sched, " \
	"unload, read, load, module, kexec, interpret, connect\n"
#define USERS " is no user; expected root, a number such as 1000, or several such as 1000-59999\n"
#define CGROUPS "; expected a path below /sys/fs/cgroup, in which a component may be *\n"
#define ID "; expected 1 to 31 of a-z 0-9 _ -\n"
#define EMPTY "an empty list; expected something in it, or no such key\n"

static struct catalog catalog;

static int compile(const char *yaml, size_t len, struct compile_errors *errors, uint8_t **pb, size_t *pb_len)
{
	return rampart_compile_with(&catalog, "t.yaml", yaml, len, NULL, errors, pb, pb_len);
}

/* --- what is refused --- */

static const struct {
	const char *yaml, *errors;
} bad[] = {
	/* asr */
	{ HEAD "asr: []\n", "5:6: \"asr\" is a list; expected a mapping with rules of the catalogue\n" },
	{ HEAD "asr: {offce_child: {mode: block}}\n", "5:7: unknown rule \"offce_child\", did you mean \"office_child\"?" KNOWN },
	{ HEAD "asr: {nothing: {mode: block}}\n", "5:7: unknown rule \"nothing\"" KNOWN },
	{ HEAD "asr: {? [a] : {mode: block}}\n", "5:9: the key is a list; expected the id of a rule\n" },
	{ HEAD "asr: {\"office_child\\0\": {mode: block}}\n", "5:7: unknown rule \"office_child\\x00\", did you mean \"office_child\"?" KNOWN },
	{ HEAD "asr: {office_child: block}\n", "5:21: the rule is a single value; expected {mode: audit, exclude: [...]}\n" },
	{ HEAD "asr: {office_child: {mode: blok}}\n",
	  "5:28: unknown mode \"blok\", did you mean \"block\"?; expected off, audit, warn or block\n" },
	{ HEAD "asr: {office_child: {}}\n",
	  "5:21: \"mode\" is missing; expected off, audit, warn or block, here or in \"*\"\n" },
	{ HEAD "asr: {office_child: {mod: block}}\n",
	  "5:21: \"mode\" is missing; expected off, audit, warn or block, here or in \"*\"\n"
	  "5:22: unknown key \"mod\", did you mean \"mode\"?; expected one of: mode, exclude\n" },
	{ HEAD "asr: {key_guard: {mode: warn}}\n", "5:25: key_guard has no mode \"warn\"; expected off, audit or block\n" },
	{ HEAD "asr:\n  office_child: {mode: audit}\n  " SMALL_GUID ": {mode: block}\n",
	  "7:3: rule \"" SMALL_GUID "\" again, given as \"office_child\" in line 6; expected each rule once\n" },
	{ HEAD "asr:\n  \"*\": {mode: audit}\n  '*': {mode: block}\n",
	  "7:3: rule \"*\" again, given as \"*\" in line 6; expected each rule once\n" },
	/* exclusions */
	{ HEAD "asr: {office_child: {mode: off, exclude: [/a]}}\n",
	  "5:43: the exclusion is a single value; expected {exe: /absolute/path}\n" },
	{ HEAD "asr: {office_child: {mode: off, exclude: [{reason: x}, {exe: a}, {exe: /bin/bash}, {package: A}]}}\n",
	  "5:43: whom or what it excludes is missing; expected \"exe\", \"package\" or \"object\"\n"
	  "5:62: \"a\" is too short to be an absolute path; expected an absolute path without *\n"
	  "5:72: \"/bin/bash\" runs what others wrote; expected a program with one purpose, or a script\n"
	  "5:94: \"A\" is no package's name; expected the name of a Debian package\n" },
	{ HEAD "asr:\n  \"*\":\n    exclude:\n    - {object: /a, sha256: " SHA256 "}\n    - {object: /a, children: true}\n"
	       "    - {package: rsync, sha256: " SHA256 "}\n    - {package: rsync}\n",
	  "8:28: \"sha256\" without \"exe\"; expected it of one program, by exe\n"
	  "9:30: \"children\" without \"exe\" or \"package\"; expected it of a program\n"
	  "10:32: \"sha256\" without \"exe\"; expected it of one program, by exe\n"
	  "11:17: packages cannot be looked up without dpkg-query; expected programs by exe\n" },
	{ HEAD "asr:\n  \"*\":\n    exclude:\n    - {exe: /a, object: b, owner: '', reason: \"a\\nb\", until: 2026-02-30}\n"
	       "    - {exe: /a, sha256: 1, children: yes, name: A, nam: b}\n",
	  "8:25: \"b\" is too short to be an absolute path; " PLACE
	  "8:35: \"\" is empty; expected 1 to 200 bytes in one line\n"
	  "8:47: \"a\\x0ab\" has a control character; expected 1 to 200 bytes in one line\n"
	  "8:62: \"2026-02-30\" is no point in time; expected a day of the calendar, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, after "
	  "1970-01-01\n"
	  "9:25: \"1\" is no SHA-256; expected 64 hexadecimal digits\n"
	  "9:38: \"yes\"; expected true or false\n"
	  "9:49: \"A\" has a character that cannot be there" ID
	  "9:52: unknown key \"nam\", did you mean \"name\"?; expected one of: name, exe, sha256, children, package, object, owner, "
	  "reason, until\n" },
	{ HEAD "asr:\n  \"*\": {exclude: [{exe: /a, name: x}]}\n  office_child: {mode: audit, exclude: [{exe: /b, name: x}]}\n",
	  "7:57: name \"x\" again, first given in line 6; expected another one\n" },
	/* classes */
	{ HEAD "classes: [a]\n", "5:10: \"classes\" is a list; expected a mapping with classes, {a-class: {add: [...]}}\n" },
	{ HEAD "classes: {office: [/a]}\n", "5:19: the class is a list; expected {add: [/a/path]}\n" },
	{ HEAD "classes: {office: {}, mine: {add: [/a], paths: [/b]}}\n",
	  "5:19: neither \"add\" nor \"paths\"; expected \"add\", or \"paths\" for all that are in the class\n"
	  "5:29: \"add\" and \"paths\"; expected \"add\", or \"paths\" for all that are in the class\n" },
	{ HEAD "classes:\n  Office: {add: [/a]}\n  script: {add: [/a]}\n  mine: {add: [a/b, [/c]]}\n  mine: {add: []}\n",
	  "6:3: \"Office\" has a character that cannot be there" ID
	  "7:3: \"script\" is the name of a trait; expected another name\n"
	  "8:16: \"a/b\" must begin with \"/\" or \"~/\"; " PLACE
	  "8:21: the entry is a list; " PLACE
	  "9:3: key \"mine\" again, first given in line 8; expected it once\n" },
	/* rules */
	{ HEAD "rules: {}\n", "5:8: \"rules\" is a mapping; expected a list of rules, {id: ..., mode: ..., on: ...}\n" },
	{ HEAD "rules: [a]\n", "5:9: the rule is a single value; expected {id: ..., mode: ..., on: ...}\n" },
	{ HEAD "rules: [{}]\n", "5:9: \"id\" is missing; expected the id of a rule\n"
				"5:9: \"mode\" is missing; expected off, audit, warn or block\n"
				"5:9: \"on\" is missing; expected an operation or a list of them, or \"match\"\n" },
	{ HEAD "rules:\n- {id: A, mode: off, on: exec}\n- {id: folders, mode: off, on: exec}\n"
	       "- {id: a23456789012345678901234567890_2, mode: off, on: exec}\n",
	  "6:8: \"A\" has a character that cannot be there" ID
	  "7:8: \"folders\" is a name of Rampart's own; expected another id\n"
	  "8:8: \"a23456789012345678901234567890_2\" is too long" ID },
	{ HEAD "rules:\n- {id: a, mode: off, on: exec}\n- {id: a, mode: audit, on: exec}\n",
	  "7:8: rule \"a\" again, first given in line 6; expected each id once\n" },
	{ HEAD "rules: [{id: office_child, mode: block, on: exec}]\nasr: {office_child: {mode: audit}}\n",
	  "5:14: \"office_child\" is a rule that \"asr\" has; expected another id\n" },
	{ HEAD "rules:\n- {id: a, mode: block, on: wirte}\n- {id: b, mode: block, on: [exec, none, [x]]}\n"
	       "- {id: c, mode: block, on: {a: b}}\n- {id: d, mode: block, on: []}\n",
	  "6:28: unknown operation \"wirte\", did you mean \"write\"?" OPS
	  "7:35: unknown operation \"none\"" OPS
	  "7:41: the entry is a list; expected an operation\n"
	  "8:28: \"on\" is a mapping; expected an operation or a list of them\n"
	  "9:28: " EMPTY },
	{ HEAD "rules:\n- id: a\n  mode: block\n  on: exec\n  subject: [offce, memfd]\n  exe: []\n  object: [shll, memdf]\n"
	       "  when: [office, scrip]\n  not_object: [[a]]\n  not_exe: shell\n",
	  "9:13: unknown class \"offce\", did you mean \"office\"?" CLASSES
	  "9:20: unknown class \"memfd\"" CLASSES
	  "10:8: " EMPTY
	  "11:12: unknown class or trait \"shll\", did you mean \"shell\"?" CLASSES
	  "11:18: unknown class or trait \"memdf\", did you mean \"memfd\"?" CLASSES
	  "12:10: unknown trait \"office\"" TRAITS
	  "12:18: unknown trait \"scrip\", did you mean \"script\"?" TRAITS
	  "13:16: the entry is a list; expected the name of a class\n"
	  "14:12: \"not_exe\" is a single value; expected a list of classes\n" },
	{ HEAD "rules:\n- {id: a, mode: block, on: exec, session: [logn, [none]]}\n- {id: b, mode: block, on: exec, session: []}\n"
	       "- {id: c, mode: block, on: exec, session: none}\n- {id: d, mode: block, match: [{on: exec}], session: [none]}\n",
	  "6:44: unknown session \"logn\", did you mean \"login\"?; expected login or none\n"
	  "6:50: the entry is a list; expected login or none\n"
	  "7:43: " EMPTY
	  "8:43: \"session\" is a single value; expected a list of login and none\n"
	  "9:54: conditions beside \"match\"; expected them in it\n" },
	{ HEAD "rules:\n- {id: a, mode: block, on: exec, user: [rot, 1-, 5-1, [0]], cgroup: [a, /, /a/b*]}\n"
	       "- {id: b, mode: block, on: exec, not_user: [], not_cgroup: /a}\n"
	       "- {id: d, mode: block, match: [{on: exec}], not_cgroup: [/a]}\n",
	  "6:41: \"rot\"" USERS "6:46: \"1-\"" USERS "6:50: \"5-1\"" USERS
	  "6:55: the entry is a list; expected a list of users: root, a number such as 1000, or several such as 1000-59999\n"
	  "6:70: \"a\" is too short to be an absolute path" CGROUPS "6:73: \"/\" must not be the root directory" CGROUPS
	  "6:76: \"/a/b*\" has a \"*\" that is not a whole component" CGROUPS
	  "7:44: " EMPTY
	  "7:60: \"not_cgroup\" is a single value; expected a list of control groups, such as /system.slice/nginx.service\n"
	  "8:57: conditions beside \"match\"; expected them in it\n" },
	{ HEAD "rules:\n- {id: a, mode: block, match: [{on: exec}], when: [memfd]}\n- {id: b, mode: block, match: []}\n"
	       "- {id: c, mode: block, match: [exec, {object: [shell]}]}\n",
	  "6:51: conditions beside \"match\"; expected them in it\n"
	  "7:31: " EMPTY
	  "8:32: the predicate is a single value; expected {on: exec, subject: [...]}\n"
	  "8:38: \"on\" is missing; expected an operation or a list of them\n" },
	{ HEAD "rules:\n- {id: a, mode: block, on: exec, title: '', attack: [T1, T1059.04, T1059.004x]}\n",
	  "6:41: \"\" is empty; expected 1 to 200 bytes in one line\n"
	  "6:54: \"T1\" is no technique; expected one of ATT&CK, such as T1059 or T1059.004\n"
	  "6:58: \"T1059.04\" is no technique; expected one of ATT&CK, such as T1059 or T1059.004\n"
	  "6:68: \"T1059.004x\" is no technique; expected one of ATT&CK, such as T1059 or T1059.004\n" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char all[8192] = "", *at = all;
		struct compile_errors errors;
		uint8_t *pb;
		size_t len;

		assert_int_equal(compile(bad[i].yaml, strlen(bad[i].yaml), &errors, &pb, &len), -EINVAL);
		assert_null(pb);
		for (uint32_t j = 0; j < errors.n; j++)
			at += sprintf(at, "%u:%u: %s\n", errors.list[j].line, errors.list[j].column, errors.list[j].text);
		assert_string_equal(all, bad[i].errors);
	}
}

/* --- what compiles, told by what it is described as --- */

#define KEY_GUARD(mode, classes)                                                                                     \
	"{\"id\":\"key_guard\",\"mode\":\"" mode "\",\"title\":\"Keys are read by their keepers\",\"attack\":[\"T1003.008\"],"  \
	"\"match\":[{\"on\":[\"read\"],\"not_exe\":[\"keeper\"],\"object\":[\"keys\"]},"                               \
	"{\"on\":[\"write\",\"create\",\"delete\",\"rename\",\"link\",\"setattr\",\"setxattr\",\"mount\"],"            \
	"\"not_subject\":[\"keeper\"],\"object\":[\"keys\"]}]}"
#define OFFICE_CHILD(mode, more)                                                                                     \
	"{\"id\":\"office_child\",\"mode\":\"" mode "\",\"title\":\"Office programs start no shells\","                     \
	"\"attack\":[\"T1204.002\",\"T1059\"],\"match\":[{\"on\":[\"exec\",\"load\"],\"subject\":[\"office\"],"              \
	"\"object\":[\"shell\",\"memfd\"],\"not_object\":[\"script\"],\"when\":[\"no_terminal\"]}],\"exclude\":["           \
	"{\"name\":\"office_child-1\",\"exe\":\"/usr/bin/gpg\",\"reason\":\"signing\"}" more "]}"
#define KEY_CLASSES "\"keys\":{\"paths\":[\"/etc/shadow\"]},\"keeper\":{\"paths\":[\"/usr/sbin/keeper\"]}"
#define OFFICE(more) "\"office\":{\"paths\":[\"/usr/bin/soffice\",\"/opt/*/program\",\"~/.local/suite\"" more "]}"
#define SHELL "\"shell\":{\"paths\":[\"/bin/sh\"]}"

static const struct {
	const char *yaml, *described;
} good[] = {
	{ HEAD "asr: {}\nclasses: {}\nrules: []\n", "{}" },
	{ HEAD "asr: {\"*\": {mode: off}}\n", "{}" },
	{ HEAD "asr: {office_child: {mode: off, exclude: [{exe: /a}]}}\nclasses: {office: {add: [/a]}}\n", "{}" },
	/* Without any rule nothing is excluded from it. */
	{ HEAD "asr: {\"*\": {exclude: [{exe: /a}]}}\n", "{}" },
	/* All of them, each in a mode that it has. */
	{ HEAD "asr: {\"*\": {mode: warn}}\n",
	  "{\"classes\":{" OFFICE("") "," SHELL "," KEY_CLASSES "},\"rules\":[" KEY_GUARD("audit", ) "," OFFICE_CHILD("warn", ) "]}" },
	{ HEAD "asr:\n  \"*\": {mode: block}\n  office_child: {mode: off}\n",
	  "{\"classes\":{" KEY_CLASSES "},\"rules\":[" KEY_GUARD("block", ) "]}" },
	{ HEAD "asr:\n  \"*\": {mode: audit}\n  key_guard: {mode: off}\n  office_child: {exclude: [{exe: /a, sha256: " SHA256
	       ", children: true, owner: o, until: 2026-03-04}]}\n",
	  "{\"classes\":{" OFFICE("") "," SHELL "},\"rules\":[" OFFICE_CHILD("audit",
	  ",{\"name\":\"office_child-2\",\"exe\":\"/a\",\"sha256\":\"" SHA256 "\",\"children\":true,\"owner\":\"o\","
	  "\"until\":\"2026-03-04\"}") "]}" },
	/* By GUID, of either case; a class that is added to. */
	{ HEAD "asr: {D4F940AB-401B-4EFC-AADC-AD5F3C50688A: {mode: block}}\nclasses: {office: {add: [/opt/suite/bin/*]}}\n",
	  "{\"classes\":{" OFFICE(",\"/opt/suite/bin/*\"") "," SHELL "},\"rules\":[" OFFICE_CHILD("block", ) "]}" },
	/* A class that is given in full comes after those of the catalogue. */
	{ HEAD "asr: {office_child: {mode: block}}\nclasses: {office: {paths: [/a, ~/b]}, mine: {add: [/c]}}\n",
	  "{\"classes\":{" SHELL ",\"office\":{\"paths\":[\"/a\",\"~/b\"]}},\"rules\":[" OFFICE_CHILD("block", ) "]}" },
	/* Of all rules, and names that are given or made. */
	{ HEAD "rules: [{id: a, mode: block, on: exec, exclude: [{exe: /d}, {object: ~/e}]}]\n"
	       "asr: {\"*\": {exclude: [{exe: /a, name: a-1}, {exe: /b}, {object: '/srv/*/c'}, {exe: /a, name: all-2}]}}\n",
	  "{\"asr\":{\"*\":{\"exclude\":[{\"name\":\"a-1\",\"exe\":\"/a\"},{\"name\":\"all-1\",\"exe\":\"/b\"},"
	  "{\"name\":\"all-3\",\"object\":\"/srv/*/c\"},{\"name\":\"all-2\",\"exe\":\"/a\"}]}},\"rules\":[{\"id\":\"a\",\"mode\":\"block\","
	  "\"match\":[{\"on\":[\"exec\"]}],\"exclude\":[{\"name\":\"a-2\",\"exe\":\"/d\"},{\"name\":\"a-3\",\"object\":\"~/e\"}]}]}" },
	{ HEAD "rules:\n- {id: a234567890123456789012345678_x, mode: audit, on: exec, exclude: [{exe: /d}]}\n"
	       "- {id: a234567890123456789012345678_y, mode: audit, on: exec, exclude: [{exe: /d}]}\n",
	  "{\"rules\":[{\"id\":\"a234567890123456789012345678_x\",\"mode\":\"audit\",\"match\":[{\"on\":[\"exec\"]}],"
	  "\"exclude\":[{\"name\":\"a234567890123456789012345678_-1\",\"exe\":\"/d\"}]},"
	  "{\"id\":\"a234567890123456789012345678_y\",\"mode\":\"audit\",\"match\":[{\"on\":[\"exec\"]}],"
	  "\"exclude\":[{\"name\":\"a234567890123456789012345678_-2\",\"exe\":\"/d\"}]}]}" },
	/* Rules of one's own: in one, or in several; off ones count for nothing. */
	{ HEAD "rules:\n- {id: no-shell, mode: warn, on: exec, subject: [mine, shell], not_subject: [office], exe: [mine], not_exe: [keys],\n"
	       "   object: [shell, deleted, user_made], not_object: [keys, script], when: [no_terminal, memfd],\n"
	       "   title: \"No: shells\", attack: [T1059.004, T1190]}\n"
	       "- {id: off-rule, mode: off, on: exec, subject: [keeper], exclude: [{exe: /a, name: gone}]}\n"
	       "- {id: two, mode: audit, match: [{on: [module, kexec]}, {on: [read], object: [more]}]}\n"
	       "classes:\n  more: {add: ['/a: b']}\n  mine: {add: [/usr/sbin/nginx]}\n",
	  "{\"classes\":{" OFFICE("") "," SHELL ",\"keys\":{\"paths\":[\"/etc/shadow\"]},\"more\":{\"paths\":[\"/a: b\"]},"
	  "\"mine\":{\"paths\":[\"/usr/sbin/nginx\"]}},\"rules\":[{\"id\":\"no-shell\",\"mode\":\"warn\",\"title\":\"No: shells\","
	  "\"attack\":[\"T1059.004\",\"T1190\"],\"match\":[{\"on\":[\"exec\"],\"subject\":[\"shell\",\"mine\"],"
	  "\"not_subject\":[\"office\"],\"exe\":[\"mine\"],\"not_exe\":[\"keys\"],\"object\":[\"shell\",\"deleted\",\"user_made\"],"
	  "\"not_object\":[\"keys\",\"script\"],\"when\":[\"memfd\",\"no_terminal\"]}]},"
	  "{\"id\":\"two\",\"mode\":\"audit\",\"match\":[{\"on\":[\"module\",\"kexec\"]},{\"on\":[\"read\"],\"object\":[\"more\"]}]}]}" },
	/* One of the catalogue that is not in force may be one's own, as when it is described. */
	{ HEAD "rules: [{id: office_child, mode: block, on: exec}]\nasr: {key_guard: {mode: audit}}\n",
	  "{\"classes\":{" KEY_CLASSES "},\"rules\":[" KEY_GUARD("audit", )
	  ",{\"id\":\"office_child\",\"mode\":\"block\",\"match\":[{\"on\":[\"exec\"]}]}]}" },
	/* Sessions are those of one predicate, not of the next. */
	{ HEAD "rules:\n- {id: a, mode: block, match: [{on: exec, session: [none, login]}, {on: load, session: [none]}, {on: read}]}\n"
	       "- {id: b, mode: block, on: exec, session: [login]}\n",
	  "{\"rules\":[{\"id\":\"a\",\"mode\":\"block\",\"match\":[{\"on\":[\"exec\"],\"session\":[\"login\",\"none\"]},"
	  "{\"on\":[\"load\"],\"session\":[\"none\"]},{\"on\":[\"read\"]}]},{\"id\":\"b\",\"mode\":\"block\",\"match\":[{\"on\":[\"exec\"],"
	  "\"session\":[\"login\"]}]}]}" },
	/* Users and control groups: each once for all, those of rules that are off not at all. */
	{ HEAD "rules:\n- {id: off, mode: off, on: exec, user: [7], cgroup: [/off]}\n"
	       "- {id: a, mode: block, match: [{on: exec, user: [root, 1000-59999], not_cgroup: [/a/*, /b]}, {on: load, cgroup: [/b]}]}\n"
	       "- {id: b, mode: block, on: exec, not_user: [0, 5], cgroup: [/c], not_cgroup: [/b]}\n",
	  "{\"rules\":[{\"id\":\"a\",\"mode\":\"block\",\"match\":[{\"on\":[\"exec\"],\"user\":[0,\"1000-59999\"],\"not_cgroup\":[\"/a/*\",\"/b\"]},"
	  "{\"on\":[\"load\"],\"cgroup\":[\"/b\"]}]},{\"id\":\"b\",\"mode\":\"block\",\"match\":[{\"on\":[\"exec\"],"
	  "\"not_user\":[0,5],\"cgroup\":[\"/c\"],\"not_cgroup\":[\"/b\"]}]}]}" },
	{ HEAD "classes: {none: {paths: []}}\nrules: [{id: a, mode: audit, on: exec, not_subject: [none]}]\n",
	  "{\"classes\":{\"none\":{\"paths\":[]}},\"rules\":[{\"id\":\"a\",\"mode\":\"audit\",\"match\":[{\"on\":[\"exec\"],"
	  "\"not_subject\":[\"none\"]}]}]}" },
};

static void assert_described(const struct rampart_policy *policy, const char *expected)
{
	json_t *object = json_object();
	char *text;

	if (policy->rules.n)
		rampart_describe_asr(object, policy);
	text = json_dumps(object, JSON_COMPACT);
	assert_string_equal(text, expected);
	free(text);
	json_decref(object);
}

/* With another catalogue than it was compiled with: none. */
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
	for (unsigned int i = 0; i < 2; i++) {
		if (rampart_compile_with(i ? &catalog : &none, "again.yaml", yaml, yaml_len, NULL, &errors, &again, &again_len)) {
			compile_errors_print(&errors, "", stderr);
			fail_msg("%s", yaml);
		}
		assert_int_equal(again_len, len);
		assert_memory_equal(again, pb, len);
		free(again);
	}
	free(yaml);
}

static void test_good(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct compile_errors errors;
		struct rampart_policy policy;
		uint8_t *pb;
		size_t len;

		if (compile(good[i].yaml, strlen(good[i].yaml), &errors, &pb, &len)) {
			compile_errors_print(&errors, "", stderr);
			fail_msg("%s", good[i].yaml);
		}
		assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
		assert_described(&policy, good[i].described);
		assert_round_trip(&policy, pb, len);
		rampart_policy_free(&policy);
		free(pb);
	}
}

/* --- limits --- */

static void assert_refused(FILE *out, char **yaml, size_t *yaml_len, uint32_t line, const char *text)
{
	struct compile_errors errors;
	uint8_t *pb;
	size_t len;

	fclose(out);
	assert_int_equal(compile(*yaml, *yaml_len, &errors, &pb, &len), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.list[0].text, text);
	assert_int_equal(errors.list[0].line, line);
	free(*yaml);
}

/* 54 classes, and the ones that rules use beside them. */
static void write_classes(FILE *out, unsigned int n)
{
	fputs(HEAD "classes:\n", out);
	for (unsigned int i = 0; i < n; i++)
		fprintf(out, "  c%u: {add: [/c/%u]}\n", i, i);
	fputs("rules:\n- id: a\n  mode: audit\n  on: exec\n  object: [", out);
	for (unsigned int i = 0; i < n; i++)
		fprintf(out, "c%u, ", i);
}

static void test_many_classes(void **state)
{
	struct compile_errors errors;
	struct rampart_policy policy;
	char *yaml;
	size_t yaml_len, len;
	uint8_t *pb;
	FILE *out = open_memstream(&yaml, &yaml_len);

	write_classes(out, 54);
	fputs("memfd]\n", out);
	fclose(out);
	assert_int_equal(compile(yaml, yaml_len, &errors, &pb, &len), 0);
	assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
	assert_true(policy.rules.v[0].object == (1ULL << 54) - 1);
	assert_round_trip(&policy, pb, len);
	rampart_policy_free(&policy);
	free(pb);
	free(yaml);

	out = open_memstream(&yaml, &yaml_len);
	write_classes(out, 54);
	fputs("office]\n", out);
	assert_refused(out, &yaml, &yaml_len, 61, "the rules in force use 55 classes; expected at most 54, by fewer rules or wider classes");
	out = open_memstream(&yaml, &yaml_len);
	write_classes(out, 55);
	fputs("memfd]\n", out);
	/* The one that is left out is unknown then, too. */
	fclose(out);
	assert_int_equal(compile(yaml, yaml_len, &errors, &pb, &len), -EINVAL);
	assert_string_equal(errors.list[0].text, "55 classes; expected at most 54");
	assert_int_equal(errors.list[0].line, 60);
	free(yaml);
}

static void test_many_rules(void **state)
{
	char *yaml;
	size_t len;
	FILE *out = open_memstream(&yaml, &len);

	fputs(HEAD "asr: {\"*\": {mode: audit}}\nrules:\n", out);
	for (unsigned int i = 0; i < 126; i++)
		fprintf(out, "- {id: r%u, mode: audit, on: exec}\n", i);
	assert_refused(out, &yaml, &len, 132, "up to here 129 predicates with those of the catalogue; expected at most 128 in all");
	out = open_memstream(&yaml, &len);
	fputs(HEAD "rules:\n", out);
	for (unsigned int i = 0; i < 129; i++)
		fprintf(out, "- {id: r%u, mode: off, on: exec}\n", i);
	assert_refused(out, &yaml, &len, 134, "129 entries; expected at most 128");
}

/* As many as there may be, with all that one can have, and one more. */
static void test_many_exclusions(void **state)
{
	struct compile_errors errors;
	struct rampart_policy policy;
	char *yaml;
	size_t yaml_len, len;
	uint8_t *pb;
	FILE *out = open_memstream(&yaml, &yaml_len);

	fputs(HEAD "asr:\n  key_guard:\n    mode: block\n    exclude:\n", out);
	for (unsigned int i = 0; i < 100000; i++)
		fprintf(out, "    - {exe: /bin/%u, children: true, object: /srv/%u, owner: o, reason: r, until: 2026-03-04}\n", i, i % 10);
	fflush(out);
	assert_int_equal(compile(yaml, yaml_len, &errors, &pb, &len), 0);
	assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
	assert_int_equal(policy.exclusions.n, 100000);
	assert_memory_equal(policy.exclusions.v[99999].name.data, "key_guard-100000", 16);
	assert_round_trip(&policy, pb, len);
	rampart_policy_free(&policy);
	free(pb);
	fputs("    - {exe: /bin/a}\n", out);
	assert_refused(out, &yaml, &yaml_len, 100009, "more than 100000 exclusions; expected at most as many in all");
}

static void test_many_paths(void **state)
{
	char *yaml;
	size_t len;
	FILE *out = open_memstream(&yaml, &len);

	fputs(HEAD "rules: [{id: a, mode: audit, on: exec, object: [office, mine]}]\nclasses:\n  mine:\n    add:\n", out);
	for (unsigned int i = 0; i < 99998; i++)
		fprintf(out, "    - /srv/%u\n", i);
	assert_refused(out, &yaml, &len, 5, "100001 paths in the classes of the rules in force; expected at most 100000");
}

static void test_no_catalog(void **state)
{
	static const char yaml[] = HEAD "asr: {\"*\": {mode: audit}}\n";
	struct compile_errors errors;
	uint8_t *pb;
	size_t len;

	assert_int_equal(rampart_compile_with(NULL, "t", yaml, strlen(yaml), NULL, &errors, &pb, &len), -EINVAL);
	assert_string_equal(errors.list[0].text, "the catalogue of rules that is built in cannot be read; expected that it can");
	assert_int_equal(rampart_compile_with(NULL, "t", HEAD, strlen(HEAD), NULL, &errors, &pb, &len), 0);
	free(pb);
}

/* What is wrong in the catalogue itself is told with its place there. */
static void test_bad_catalog(void **state)
{
	static const char yaml[] = HEAD "asr: {a: {mode: audit}}\n";
	static const struct catalog_file file = {
		"a.yaml", "id: a\ntitle: A rule\nstops: All.\nattack: [T1059]\nmodes: [audit]\nmatch: [{on: exec, subject: [offce]}]\n",
	};
	struct compile_errors errors;
	struct catalog wrong;
	uint8_t *pb;
	size_t len;

	assert_int_equal(catalog_parse(&wrong, &file, 1, &errors), 0);
	assert_int_equal(rampart_compile_with(&wrong, "t", yaml, strlen(yaml), NULL, &errors, &pb, &len), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.list[0].text, "the catalogue, a.yaml:6:30: unknown class \"offce\"; expected one of the catalogue "
			    "(rampartctl asr list --json), or of \"classes\"");
	catalog_free(&wrong);
}

/* --- mangled ones --- */

static unsigned int seed = 1;

static unsigned int roll(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* Whatever the bytes, an answer and no crash; run under a sanitizer this says more. */
static void test_mangled(void **state)
{
	struct compile_errors errors;
	struct rampart_policy policy;
	char yaml[2048];
	uint8_t *pb;
	size_t len, yaml_len;

	for (unsigned int i = 0; i < 20000; i++) {
		const char *from = roll(2) ? good[roll(ARRAY_SIZE(good))].yaml : bad[roll(ARRAY_SIZE(bad))].yaml;

		yaml_len = strlen(from);
		memcpy(yaml, from, yaml_len);
		for (unsigned int n = 1 + roll(4); n; n--)
			yaml[strlen(HEAD) + roll(yaml_len - strlen(HEAD))] = "\n\t :-[]{}&*!|>'\"%@`,#?/~a0\xc3\x28"[roll(29)];
		if (compile(yaml, yaml_len, &errors, &pb, &len))
			continue;
		assert_int_equal(rampart_policy_decode((struct pb_view){ pb, len }, &policy), RAMPART_REASON_OK);
		assert_round_trip(&policy, pb, len);
		rampart_policy_free(&policy);
		free(pb);
	}
}

static int set_up(void **state)
{
	struct compile_errors errors;

	return catalog_parse(&catalog, small_files, ARRAY_SIZE(small_files), &errors);
}

static int tear_down(void **state)
{
	catalog_free(&catalog);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),	     cmocka_unit_test(test_good),
		cmocka_unit_test(test_many_classes), cmocka_unit_test(test_many_rules),
		cmocka_unit_test(test_many_exclusions), cmocka_unit_test(test_many_paths),
		cmocka_unit_test(test_no_catalog),   cmocka_unit_test(test_bad_catalog),
		cmocka_unit_test(test_mangled),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
