// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <env.h>

#include <device.h>

#include "compile.h"
#include "describe.h"

#define HEAD "rampart: 1\nname: p\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"
#define FAMILIES "one of: removable_media, cd_dvd, portable, printer, bluetooth, network, modem, hid, keyboard, mouse, audio, video, smart_card, hub, other"
#define ACCESSES "one of: attach, read, write, execute, file_read, file_write, print"

static const struct {
	const char *yaml, *errors;
} bad[] = {
	{ HEAD "devices: []\n", "5:10: \"devices\" is a list; expected a mapping with mode, default, groups and rules\n" },
	{ HEAD "devices: {}\n", "5:10: \"mode\" is missing; expected off, audit, warn or block\n" },
	{ HEAD "devices: {mode: block, default: refuse}\n", "5:33: unknown default \"refuse\"; expected allow or deny\n" },
	{ HEAD "devices: {mode: block, groups: [{id: A}]}\n",
	  "5:33: this says nothing of a device; expected a condition, such as family: removable_media\n"
	  "5:38: \"A\" has a character that cannot be there; expected 1 to 31 of a-z 0-9 _ -\n" },
	{ HEAD "devices: {mode: block, groups: [{family: hub}]}\n", "5:33: \"id\" is missing; expected 1 to 31 of a-z 0-9 _ -\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, family: keybord}]}\n",
	  "5:49: unknown family \"keybord\", did you mean \"keyboard\"?; expected " FAMILIES "\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, family: []}]}\n", "5:49: the list is empty; expected " FAMILIES "\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, state: lost}]}\n",
	  "5:48: unknown state \"lost\"; expected one of: encrypted, virtual, keyboard_present\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, vendor: kingston}]}\n",
	  "5:49: \"kingston\" is no number of a vendor or a product; expected four hexadecimal digits, such as \"0951\", in which * stands for any\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, interface: storage}]}\n",
	  "5:52: \"storage\" is no class of an interface; expected class, subclass and protocol, such as \"08:06:50\" or \"03:*\"\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, serial: \"\"}]}\n", "5:49: \"\" is empty; expected 1 to 200 bytes in one line\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, serial: [{}]}]}\n",
	  "5:50: the entry is a mapping; expected 1 to 200 bytes in one line\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, not: []}]}\n", "5:46: the list is empty; expected a condition\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, any: [hub]}]}\n",
	  "5:47: the condition is a single value; expected a mapping such as {family: removable_media} or {not: [...]}\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, group: a}]}\n",
	  "5:48: there is no group \"a\" before this one; expected the id of one\n" },
	{ HEAD "devices: {mode: block, groups: [{id: a, family: hub}, {id: a, family: hid}]}\n",
	  "5:60: the group \"a\" again; expected another id\n" },
	{ HEAD "devices: {mode: block, rules: [{id: devices, entries: []}]}\n",
	  "5:37: \"devices\" is a rule of Rampart's own; expected another id\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, include: [sticks], entries: [{deny: [write]}]}]}\n",
	  "5:50: there is no group \"sticks\"; expected the id of one\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a}]}\n", "5:32: \"entries\" is missing; expected a list of entries, {deny: [write]}\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: [wirte]}]}]}\n",
	  "5:58: unknown access \"wirte\", did you mean \"write\"?; expected " ACCESSES "\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: write, allow: read}]}]}\n",
	  "5:64: an entry has one of allow, deny, audit_allowed and audit_denied; expected another entry for this\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{notify: true}]}]}\n",
	  "5:50: the entry decides nothing; expected allow, deny, audit_allowed or audit_denied\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: write, notify: yes}]}]}\n",
	  "5:72: notify is \"yes\"; expected true or false\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: write, user: alice}]}]}\n",
	  "5:70: \"alice\" is no user; expected root, a number such as 1000, or several such as 1000-59999\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: write, days: mon}]}]}\n",
	  "5:70: unknown day \"mon\"; expected one of: monday, tuesday, wednesday, thursday, friday, saturday, sunday\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: write, hours: \"18:00-08:00\"}]}]}\n",
	  "5:71: hours are \"18:00-08:00\"; expected a time and a later one of the day, UTC, such as \"08:00-18:00\"\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: write, hours: \"08:00-24:01\"}]}]}\n",
	  "5:71: hours are \"08:00-24:01\"; expected a time and a later one of the day, UTC, such as \"08:00-18:00\"\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: write, hours: \"08:60-18:00\"}]}]}\n",
	  "5:71: hours are \"08:60-18:00\"; expected a time and a later one of the day, UTC, such as \"08:00-18:00\"\n" },
	{ HEAD "devices: {mode: block, rules: [{id: a, entries: [{deny: write}]}, {id: a, entries: [{deny: read}]}]}\n",
	  "5:31: two rules have the id \"a\"; expected each once\n" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char all[4096] = "", *at = all;
		struct compile_errors errors;
		uint8_t *pb;
		size_t len;

		assert_int_equal(rampart_compile(NULL, bad[i].yaml, strlen(bad[i].yaml), NULL, &errors, &pb, &len), -EINVAL);
		for (uint32_t e = 0; e < errors.n; e++)
			at += snprintf(at, all + sizeof(all) - at, "%u:%u: %s\n", errors.list[e].line, errors.list[e].column,
				       errors.list[e].text);
		assert_string_equal(all, bad[i].errors);
	}
}

/* The policy of @yaml, which its bytes, to be freed, must outlive. */
static uint8_t *compiled(const char *yaml, struct rampart_policy *policy, size_t *len)
{
	struct compile_errors errors;
	uint8_t *pb;
	int err = rampart_compile(NULL, yaml, strlen(yaml), NULL, &errors, &pb, len);

	if (err)
		fail_msg("%d: %s", err, errors.n ? errors.list[0].text : "");
	assert_int_equal(rampart_policy_decode((struct pb_view){ pb, *len }, policy), RAMPART_REASON_OK);
	return pb;
}

#define STICKS                                                                                            \
	HEAD "devices:\n"                                                                                 \
	     "  mode: block\n"                                                                            \
	     "  default: allow\n"                                                                         \
	     "  groups:\n"                                                                                \
	     "    - {id: sticks, all: [{family: removable_media}, {not: [{vendor: \"0951\", serial: \"001A92*\"}]}]}\n" \
	     "  rules:\n"                                                                                 \
	     "    - {id: sticks-read-only, include: [sticks], entries: [{deny: [write, execute], notify: true}, {audit_allowed: [read]}]}\n"
#define EVERYTHING                                                                                        \
	HEAD "devices:\n"                                                                                 \
	     "  rules:\n"                                                                                 \
	     "    - {id: later, mode: audit, title: Who, include: [two], exclude: [one, three], entries: [\n" \
	     "        {allow: attach, user: [root, 1000-1999], days: [monday, friday], hours: \"08:00-24:00\"}, {audit_denied: print}]}\n" \
	     "    - {id: none, mode: off, entries: []}\n"                                                   \
	     "  groups:\n"                                                                                \
	     "    - {id: one, vendor: [\"0AbC\", \"1*\"], state: [virtual, encrypted], has: keyboard}\n"     \
	     "    - {id: two, any: [{group: one}, {all: [{bus: usb}]}, {interface: \"03:*\"}]}\n"            \
	     "    - {id: three, not: [{group: two}, {port: 1-1*, name: \"*\"}]}\n"        \
	     "  default: deny\n"                                                                          \
	     "  mode: warn\n"

static void test_round_trip(void **state)
{
	static const char *const yamls[] = { STICKS, EVERYTHING, HEAD "devices: {mode: audit}\n", HEAD "devices: {mode: block, default: deny}\n" };

	for (size_t i = 0; i < ARRAY_SIZE(yamls); i++) {
		struct rampart_policy policy, second;
		size_t len, len2, size;
		uint8_t *pb = compiled(yamls[i], &policy, &len), *pb2;
		char *text = NULL;
		FILE *out = open_memstream(&text, &size);

		assert_int_equal(rampart_describe_yaml(&policy, out), 0);
		fclose(out);
		pb2 = compiled(text, &second, &len2);
		assert_int_equal(len, len2);
		assert_memory_equal(pb, pb2, len);
		rampart_policy_free(&policy);
		rampart_policy_free(&second);
		free(pb);
		free(pb2);
		free(text);
	}
}

static enum rampart_outcome outcome(const struct rampart_devices *devices, const char *vendor, const char *serial,
				    enum rampart_device_access access, struct rampart_device_verdict *verdict)
{
	struct rampart_device device = { .families = BIT_ULL(RAMPART_FAMILY_REMOVABLE_MEDIA) };
	struct rampart_device_user user = { 0 };

	device.texts[RAMPART_DEVICE_VENDOR] = vendor;
	device.texts[RAMPART_DEVICE_SERIAL] = serial;
	rampart_devices_decide(devices, &device, &user, access, verdict);
	return verdict->outcome;
}

static void test_meaning(void **state)
{
	struct rampart_device_verdict verdict;
	struct rampart_devices *devices;
	struct rampart_policy policy;
	enum rampart_reason why;
	size_t len;
	uint8_t *pb = compiled(STICKS, &policy, &len);

	devices = rampart_devices_build(&policy, &why);
	assert_non_null(devices);
	rampart_policy_free(&policy);
	free(pb);
	assert_int_equal(outcome(devices, "0951", "001A92FF", RAMPART_ACCESS_WRITE, &verdict), RAMPART_ALLOWED);
	assert_int_equal(outcome(devices, "0951", "X", RAMPART_ACCESS_WRITE, &verdict), RAMPART_BLOCKED);
	assert_string_equal(verdict.rule, "sticks-read-only");
	assert_true(verdict.notify);
	assert_int_equal(outcome(devices, "0951", NULL, RAMPART_ACCESS_EXECUTE, &verdict), RAMPART_BLOCKED);
	assert_int_equal(outcome(devices, "0951", "X", RAMPART_ACCESS_READ, &verdict), RAMPART_ALLOWED);
	assert_true(verdict.report);
	assert_int_equal(outcome(devices, "0951", "X", RAMPART_ACCESS_ATTACH, &verdict), RAMPART_ALLOWED);
	assert_false(verdict.report);
	assert_int_equal(rampart_devices_accesses(devices),
			 BIT_ULL(RAMPART_ACCESS_READ) | BIT_ULL(RAMPART_ACCESS_WRITE) | BIT_ULL(RAMPART_ACCESS_EXECUTE));
	rampart_devices_free(devices);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
