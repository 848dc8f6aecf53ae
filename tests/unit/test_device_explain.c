// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <env.h>

#include "compile.h"
#include "device_explain.h"

#define HEAD "rampart: 1\nname: p\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"
#define POLICY                                                                                                     \
	HEAD "devices:\n  mode: block\n  default: deny\n  groups:\n"                                               \
	     "    - {id: sticks, family: removable_media}\n    - {id: mine, group: sticks, serial: S1}\n"          \
	     "    - {id: others, not: [{group: mine}]}\n    - {id: printers, family: printer}\n"                    \
	     "  rules:\n"                                                                                         \
	     "    - {id: mine, mode: warn, include: [mine], entries: [{audit_allowed: read}, {allow: [attach, read]}, " \
	     "{deny: write, user: root, notify: true}, {allow: write}]}\n"                                         \
	     "    - {id: never, mode: off, include: [sticks], entries: [{deny: attach}]}\n"                         \
	     "    - {id: watched, mode: audit, include: [sticks], entries: [{deny: [file_read, attach], user: 1000}, {deny: file_read}]}\n" \
	     "    - {id: rest, include: [sticks], entries: [{allow: file_read}, {deny: execute}]}\n"

static struct rampart_policy policy;
static uint8_t *bytes;

static void take(const char *yaml)
{
	struct compile_errors errors;
	size_t len;

	if (rampart_compile(NULL, yaml, strlen(yaml), NULL, &errors, &bytes, &len))
		fail_msg("%s", errors.n ? errors.list[0].text : "out of memory");
	assert_int_equal(rampart_policy_decode((struct pb_view){ bytes, len }, &policy), RAMPART_REASON_OK);
}

static void leave(void)
{
	rampart_policy_free(&policy);
	free(bytes);
}

static void assert_json(json_t *doc, const char *expected)
{
	char *text = json_dumps(doc, 0);

	assert_string_equal(text, expected);
	free(text);
	json_decref(doc);
}

static struct rampart_device stick(const char *serial)
{
	struct rampart_device device = { .families = BIT_ULL(RAMPART_FAMILY_REMOVABLE_MEDIA) };

	device.texts[RAMPART_DEVICE_SERIAL] = serial;
	return device;
}

static void test_groups(void **state)
{
	struct rampart_device one = stick("S1"), two = stick(NULL), printer = { .families = BIT_ULL(RAMPART_FAMILY_PRINTER) };

	take(POLICY);
	assert_json(rampart_device_groups(&policy, &one), "[\"sticks\", \"mine\"]");
	assert_json(rampart_device_groups(&policy, &two), "[\"sticks\", \"others\"]");
	assert_json(rampart_device_groups(&policy, &printer), "[\"others\", \"printers\"]");
	leave();
}

/* "ACCESS OUTCOME RULE ENTRY [reported] [notify]" of each. */
static void assert_verdicts(const struct rampart_device *device, u32 uid, const char *expected)
{
	struct rampart_device_user user = { .uid = uid, .known = true };
	json_t *verdicts = rampart_device_verdicts(&policy, device, &user), *verdict;
	char text[1024] = "";
	size_t i;

	json_array_foreach(verdicts, i, verdict) {
		const char *access, *outcome, *rule;
		int reported, notify;

		assert_int_equal(json_unpack(verdict, "{s:s, s:s, s:s, s:b, s:b}", "access", &access, "outcome", &outcome, "rule", &rule,
					     "reported", &reported, "notify", &notify), 0);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s %s %s %lld%s%s\n", access, outcome, rule,
			 json_integer_value(json_object_get(verdict, "entry")), reported ? " reported" : "", notify ? " notify" : "");
	}
	assert_string_equal(text, expected);
	json_decref(verdicts);
}

static void test_verdicts(void **state)
{
	struct rampart_device mine = stick("S1"), other = stick("S2"), keyboard = { .families = BIT_ULL(RAMPART_FAMILY_KEYBOARD) },
			      hub = { .families = BIT_ULL(RAMPART_FAMILY_HUB) }, printer = { .families = BIT_ULL(RAMPART_FAMILY_PRINTER) };

	take(POLICY);
	assert_verdicts(&mine, 0, "attach allowed mine 2\nread allowed mine 2 reported\nwrite warned mine 3 notify\nexecute blocked rest 2\n"
				  "file_read audited watched 2\nfile_write blocked devices 0\n");
	assert_verdicts(&mine, 1000, "attach allowed mine 2\nread allowed mine 2 reported\nwrite allowed mine 4\nexecute blocked rest 2\n"
				     "file_read audited watched 1\nfile_write blocked devices 0\n");
	assert_verdicts(&other, 1000, "attach blocked devices 0\nread blocked devices 0\nwrite blocked devices 0\nexecute blocked rest 2\n"
				      "file_read audited watched 1\nfile_write blocked devices 0\n");
	assert_verdicts(&keyboard, 0, "attach blocked devices 0\n");
	assert_verdicts(&printer, 0, "attach blocked devices 0\nprint blocked devices 0\n");
	assert_verdicts(&hub, 0, "attach allowed devices 0\n");
	leave();
}

/* A medium that is read-only has no file that is written to. */
static void test_files(void **state)
{
	struct rampart_device device = stick(NULL);

	take(HEAD "devices: {mode: block, rules: [{id: r, entries: [{allow: [file_write, attach]}, {deny: write, user: root}]}]}\n");
	assert_verdicts(&device, 0, "attach allowed r 1\nread allowed devices 0\nwrite blocked r 2\nexecute allowed devices 0\n"
				    "file_read allowed devices 0\nfile_write blocked r 2\n");
	assert_verdicts(&device, 1, "attach allowed r 1\nread allowed devices 0\nwrite allowed devices 0\nexecute allowed devices 0\n"
				    "file_read allowed devices 0\nfile_write allowed r 1\n");
	leave();
}

static void test_words(void **state)
{
	struct rampart_device keyboard = { .families = BIT_ULL(RAMPART_FAMILY_KEYBOARD) };
	struct rampart_device_user user = { 0 };

	take(HEAD "devices: {mode: block, groups: [{id: a, family: keyboard}], rules: [{id: r, include: [a], entries: [{allow: print}, "
		  "{deny: [attach], hours: \"00:00-24:00\"}]}]}\n");
	assert_json(rampart_device_verdicts(&policy, &keyboard, &user),
		    "[{\"access\": \"attach\", \"outcome\": \"blocked\", \"rule\": \"r\", \"reported\": false, \"notify\": false, \"entry\": 2, "
		    "\"says\": {\"deny\": [\"attach\"], \"hours\": \"00:00-24:00\"}}]");
	leave();
	take(HEAD "devices: {mode: block}\n");
	assert_json(rampart_device_verdicts(&policy, &keyboard, &user),
		    "[{\"access\": \"attach\", \"outcome\": \"allowed\", \"rule\": \"devices\", \"reported\": false, \"notify\": false, "
		    "\"entry\": null, \"says\": \"default: allow\"}]");
	leave();
	take(HEAD);
	assert_json(rampart_device_verdicts(&policy, &keyboard, &user),
		    "[{\"access\": \"attach\", \"outcome\": \"allowed\", \"rule\": \"devices\", \"reported\": false, \"notify\": false, "
		    "\"entry\": null, \"says\": \"mode: off\"}]");
	leave();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
