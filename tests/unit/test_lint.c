// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lint.h"
#include "places.h"

#define NOW INT64_C(1795478400)	/* 2026-11-24 */
#define HEAD "rampart: 1\nname: a\nversion: 1\n"
#define VALID "valid: {from: 2026-11-01, until: 2027-11-01}\n"
#define SELF "self_protection: {mode: audit}\n"
#define WRITE ", where users can write; expected its sha256, or a place that only root can change\n"
#define ANSWERS "; expected who answers for it, why it is needed, and for how long\n"
#define SHA256 "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

#define NO_KEYBOARD "no keyboard that is plugged in will work"
#define EARLIER "; expected an earlier rule that allows some, or a group with state: keyboard_present\n"
#define NO_HUB "hubs are refused, and with them what hangs on them; expected an earlier rule that allows them\n"

static const struct {
	const char *yaml;
	const char *warnings;
} table[] = {
	{ HEAD VALID SELF, "" },
	{ HEAD VALID, "1:1: without self_protection root can replace trusted programs; expected a mode other than off\n" },
	{ HEAD VALID "self_protection: {mode: off}\n",
	  "5:25: without self_protection root can replace trusted programs; expected a mode other than off\n" },
	{ HEAD "valid: {from: 2026-11-01, until: 2028-11-01}\n" SELF, "" },
	{ HEAD "valid: {from: 2026-11-01, until: 2028-11-02}\n" SELF,
	  "4:34: valid for more than two years; expected less, since a policy cannot be called back\n" },
	{ HEAD "valid: {from: 2026-11-01, until: 2026-11-24}\n" SELF,
	  "4:34: expired already; expected a time to come\n" },
	{ HEAD "valid: {from: 2026-11-01, until: 2026-11-24T00:00:01Z}\n" SELF, "" },
	{ HEAD VALID SELF "folders: {mode: block, protect: [/srv]}\n",
	  "6:17: blocks every program, no one can write to the protected places; expected programs in allow\n" },
	{ HEAD VALID SELF "folders: {mode: warn, protect: [/srv]}\n", "" },
	{ HEAD VALID SELF "folders: {mode: audit, allow: [{exe: /usr/bin/editor}]}\n",
	  "6:17: the folders rule protects nothing; expected places in protect\n" },
	{ HEAD VALID SELF "folders: {mode: off}\n", "" },
	{ HEAD VALID SELF "folders:\n  mode: block\n  protect: [/srv, /srv/a, /srvx, ~/a, '/home/*', /home/b/c, /srv]\n"
			  "  allow: [{exe: /usr/bin/editor}]\n",
	  "8:19: \"/srv/a\" is protected by line 8 already; expected each place once\n"
	  "8:50: \"/home/b/c\" is protected by line 8 already; expected each place once\n"
	  "8:61: \"/srv\" is protected by line 8 already; expected each place once\n" },
	{ HEAD VALID SELF "folders:\n  mode: warn\n  protect: [/srv]\n  allow:\n"
			  "  - {exe: /tmp/w, sha256: " SHA256 "}\n"
			  "  - exe: /tmp/x\n  - exe: /var/tmp/a/x\n  - exe: /dev/shm/x\n  - exe: /home/bob/bin/x\n"
			  "  - exe: /root/x\n  - exe: /tmpx/y\n  - exe: /home/x\n  - exe: /data/u/x\n",
	  "11:10: \"/tmp/x\" is under /tmp" WRITE "12:10: \"/var/tmp/a/x\" is under /var/tmp" WRITE
	  "13:10: \"/dev/shm/x\" is under /dev/shm" WRITE
	  "14:10: \"/home/bob/bin/x\" is under a home directory" WRITE
	  "15:10: \"/root/x\" is under a home directory" WRITE },
	{ HEAD VALID SELF "secrets: {mode: off}\n", "" },
	{ HEAD VALID SELF "secrets: {mode: audit, places: []}\n", "6:17: the secrets rule protects nothing; expected places\n" },
	{ HEAD VALID SELF "secrets:\n  mode: block\n  places:\n  - {path: ~/.ssh, allow: [{exe: /usr/bin/ssh}]}\n"
			  "  - path: /etc/key\n  - {path: ~/.ssh, allow: [{exe: /bin/tar}, {exe: /tmp/x}]}\n",
	  "10:11: no program can read \"/etc/key\"; expected programs in allow\n"
	  "11:12: \"~/.ssh\" is a place in line 9 already; expected each place once, with all its programs\n"
	  "11:51: \"/tmp/x\" is under /tmp" WRITE },
	{ HEAD VALID SELF "secrets: {mode: warn, places: [{path: /etc/key}]}\n", "" },
	{ HEAD VALID SELF "homes: ['/data/*']\nfolders:\n  mode: warn\n  protect: [/srv]\n  allow:\n"
			  "  - exe: /home/bob/x\n  - exe: /data/u/x\n",
	  "12:10: \"/data/u/x\" is under a home directory" WRITE },
	{ HEAD VALID SELF "asr:\n  \"*\":\n    exclude:\n    - {exe: /a}\n"
			  "    - {exe: /b, owner: o, reason: r, until: 2026-11-24T00:00:01Z}\n"
			  "    - {exe: /tmp/c, owner: o, reason: r, until: 2026-11-24}\n",
	  "9:7: an exclusion without owner, reason, until" ANSWERS
	  "11:13: \"/tmp/c\" is under /tmp" WRITE
	  "11:49: the exclusion expired already; expected a time to come, or no such exclusion\n" },
	{ HEAD VALID SELF "classes:\n  mine: {add: [/a]}\n  yours: {add: [/b]}\nrules:\n"
			  "- {id: a, mode: block, on: exec, subject: [mine], exclude: [{exe: /a, reason: r, until: 2027-01-01}]}\n"
			  "- {id: yours, mode: block, on: [module, kexec]}\n- {id: b, mode: audit, on: exec}\n"
			  "- {id: c, mode: warn, on: [module, exec], not_object: [mine]}\n"
			  "- {id: d, mode: block, match: [{on: read, when: [memfd]}, {on: change, not_exe: [mine]}]}\n",
	  "8:3: class \"yours\" is in no rule; expected one of the catalogue, or a rule that has it\n"
	  "10:61: an exclusion without owner" ANSWERS
	  "13:27: refuses this to all programs but exceptions, whatever it is about; expected subject, exe, object, when, session, user or cgroup\n"
	  "14:64: refuses this to all programs but exceptions, whatever it is about; expected subject, exe, object, when, session, user or cgroup\n" },
	/* devices: groups of which nothing is said, rules and entries that come too late */
	{ HEAD VALID SELF "devices:\n  mode: block\n  groups:\n  - {id: a, family: audio}\n  - {id: b, any: [{group: a}, {family: video}]}\n"
			  "  - {id: c, serial: x}\n  - {id: d, family: [video]}\n  rules:\n"
			  "  - {id: one, include: [b], exclude: [c], entries: [{deny: [read, write]}, {deny: write, user: root}, {allow: [execute, read]}]}\n"
			  "  - {id: two, include: [b], exclude: [c], entries: [{allow: read}]}\n"
			  "  - {id: three, include: [b], exclude: [c], entries: [{allow: [read, print]}]}\n"
			  "  - {id: four, include: [b], exclude: [c], entries: [{allow: read}, {audit_allowed: read}]}\n"
			  "  - {id: five, include: [b], entries: [{allow: read}]}\n",
	  "12:10: the group \"d\" is in no rule and no other group; expected a rule that has it\n"
	  "14:76: earlier entries of the rule decide all of this; expected the narrower one first\n"
	  "15:10: the rule \"one\" of line 14 decides all of this before; expected the narrower one first\n" },
	{ HEAD VALID SELF "devices:\n  mode: block\n  groups: [{id: a, family: audio}]\n  rules:\n"
			  "  - {id: one, mode: audit, entries: [{deny: [read, write]}]}\n"
			  "  - {id: two, include: [a], entries: [{deny: read, hours: \"08:00-09:00\"}]}\n"
			  "  - {id: three, entries: [{deny: [write, read]}]}\n"
			  "  - {id: four, include: [a], entries: [{allow: read, user: root}]}\n",
	  "13:10: the rule \"three\" of line 12 decides all of this before; expected the narrower one first\n" },
	/* keyboards and hubs */
	{ HEAD VALID SELF "devices: {mode: block, default: deny}\n", "6:33: " NO_KEYBOARD "; expected a rule that allows some to be attached\n" },
	{ HEAD VALID SELF "devices: {mode: audit, default: deny}\n", "" },
	{ HEAD VALID SELF "devices: {mode: warn, default: deny, groups: [{id: k, interface: \"03:01:01\"}], "
			  "rules: [{id: k, include: [k], entries: [{allow: attach}]}]}\n", "" },
	{ HEAD VALID SELF "devices: {mode: warn, default: deny, groups: [{id: k, serial: x}], "
			  "rules: [{id: k, include: [k], entries: [{allow: attach}]}]}\n", "" },
	{ HEAD VALID SELF "devices: {mode: warn, default: deny, groups: [{id: k, has: audio, serial: x}], "
			  "rules: [{id: k, include: [k], entries: [{allow: attach}]}]}\n",
	  "6:32: " NO_KEYBOARD "; expected a rule that allows some to be attached\n" },
	{ HEAD VALID SELF "devices:\n  mode: block\n  groups:\n  - {id: k, family: [keyboard, mouse]}\n"
			  "  - {id: more, family: hid, state: keyboard_present}\n  - {id: h, family: hub}\n  rules:\n"
			  "  - {id: more, include: [more], entries: [{deny: attach}]}\n"
			  "  - {id: some, include: [k], exclude: [more], entries: [{deny: attach}]}\n"
			  "  - {id: all, include: [k], entries: [{deny: [read, attach]}]}\n"
			  "  - {id: watched, mode: audit, include: [k], entries: [{deny: [read, attach]}]}\n"
			  "  - {id: hubs, include: [h], entries: [{deny: attach}]}\n"
			  "  - {id: rest, entries: [{deny: attach}]}\n",
	  "15:10: " NO_KEYBOARD EARLIER
	  "16:10: the rule \"all\" of line 15 decides all of this before; expected the narrower one first\n"
	  "17:10: " NO_HUB "18:10: " NO_KEYBOARD EARLIER "18:10: " NO_HUB },
	{ HEAD VALID SELF "devices:\n  mode: block\n  groups:\n  - {id: k, family: keyboard, serial: x}\n  - {id: h, family: hub}\n  rules:\n"
			  "  - {id: k, include: [k], entries: [{allow: attach}]}\n"
			  "  - {id: h, include: [h], entries: [{allow: attach}]}\n"
			  "  - {id: rest, entries: [{deny: attach}]}\n", "" },
	{ HEAD VALID SELF "devices: {mode: off, default: deny, groups: [{id: a, family: hub}]}\n", "" },
};

static void test_warnings(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char all[4096] = "", *at = all;
		struct compile_errors w;

		assert_int_equal(rampart_lint("t.yaml", table[i].yaml, strlen(table[i].yaml), NULL, NOW, &w), 0);
		for (uint32_t j = 0; j < w.n; j++)
			at += sprintf(at, "%u:%u: %s\n", w.list[j].line, w.list[j].column, w.list[j].text);
		assert_string_equal(all, table[i].warnings);
	}
}

static void test_no_policy(void **state)
{
	struct compile_errors warnings;

	assert_int_equal(rampart_lint("t.yaml", "a: b", 4, NULL, NOW, &warnings), -EINVAL);
	assert_int_equal(warnings.n, 0);
}

/* --- places, against a search that looks at all of them --- */

static unsigned int seed = 1;

static unsigned int roll(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static bool holds(const char *outer, const char *inner)
{
	for (;;) {
		size_t n = strcspn(outer, "/"), m = strcspn(inner, "/");

		if (!(n == 1 && *outer == '*' && m) && (n != m || memcmp(outer, inner, n)))
			return false;
		if (!outer[n])
			return true;
		if (!inner[m])
			return false;
		outer += n + 1;
		inner += m + 1;
	}
}

static void random_path(char path[32])
{
	static const char *const parts[] = { "a", "b", "ab", "a-", "*", "a.b" };

	strcpy(path, roll(8) ? "" : "~");
	for (unsigned int n = 1 + roll(4); n; n--) {
		strcat(path, "/");
		strcat(path, parts[roll(ARRAY_SIZE(parts))]);
	}
}

static bool naive_find(char (*paths)[32], unsigned int n, const char *path, u32 skip)
{
	for (u32 i = 0; i < n; i++)
		if (i != skip && holds(paths[i], path) && !(skip != U32_MAX && i > skip && !strcmp(paths[i], path)))
			return true;
	return false;
}

static void check_places(unsigned int n)
{
	char paths[32][32], other[32];
	struct pb_view views[32];
	struct rampart_views list = { .v = views, .n = n };
	struct places places;

	for (unsigned int i = 0; i < n; i++) {
		random_path(paths[i]);
		views[i] = (struct pb_view){ (const u8 *)paths[i], strlen(paths[i]) };
	}
	assert_int_equal(places_init(&places, &list), 0);
	for (unsigned int i = 0; i < n + 20; i++) {
		u32 skip = i < n ? i : U32_MAX, found;
		const char *path = i < n ? paths[i] : other;

		random_path(other);
		found = places_find(&places, (struct pb_view){ (const u8 *)path, strlen(path) }, skip);
		assert_int_equal(found != U32_MAX, naive_find(paths, n, path, skip));
		if (found != U32_MAX)
			assert_true(found != skip && holds(paths[found], path));
	}
	places_exit(&places);
}

static void test_places(void **state)
{
	for (unsigned int i = 0; i < 20000; i++)
		check_places(roll(32));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_no_policy),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
