// SPDX-License-Identifier: MIT
/* Each word of the schema of Defender's device control for macOS, and each error. In the tables ' is ". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <env.h>

#include "compile.h"
#include "device_import.h"

#define HEAD "rampart: 1\nname: p\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"
#define ID_A "'aaaaaaaa-0000-4000-8000-000000000001'"
#define ID_B "'BBBBBBBB-0000-4000-8000-00000000000b'"
#define ID_B_LOWER "'bbbbbbbb-0000-4000-8000-00000000000b'"
#define ID_C "'cccccccc-0000-4000-8000-000000000003'"
#define RULE_1 "'11111111-0000-4000-8000-000000000001'"
#define RULE_2 "'22222222-0000-4000-8000-000000000002'"

#define GROUP(id, name, query) "{'$type': 'device', 'id': " id ", 'name': '" name "', 'query': " query "}"
#define ONE(clause) "{'$type': 'all', 'clauses': [" clause "]}"
#define CLAUSE(type, value) "{'$type': '" type "', 'value': '" value "'}"
#define FAMILY(family) ONE(CLAUSE("primaryId", family))
#define MEDIA GROUP(ID_A, "Media", FAMILY("removable_media_devices"))
#define ENTRY(type, enforcement, access) "{'$type': '" type "', 'enforcement': {'$type': " enforcement "}, 'access': [" access "]}"
#define RULE(id, include, entries) "{'id': " id ", 'name': 'R', 'includeGroups': [" include "], 'entries': [" entries "]}"
#define ENABLED "{'features': {'removableMedia': {'disable': false}, 'portableDevice': {'disable': false}, 'appleDevice': {'disable': false}}}"
#define POLICY(groups, rules, settings) "{'groups': [" groups "], 'rules': [" rules "], 'settings': " settings "}"
#define DENY_MEDIA RULE(RULE_1, ID_A, ENTRY("removableMedia", "'deny'", "'write'"))

#define PORTABLE_ALL "'download_files_from_device', 'send_files_to_device', 'download_photos_from_device', 'debug'"
#define APPLE_ALL "'download_files_from_device', 'sync_content_to_device', 'backup_device', 'update_device', 'download_photos_from_device'"
#define GENERIC_ALL "'generic_read', 'generic_write', 'generic_execute'"

#define SECTION "# From a policy of Defender's. In mode audit nothing is refused: what would be is reported.\ndevices:\n  mode: audit\n  default: allow\n  groups:\n"
#define MEDIA_1 "    # \"Media\"\n    - {id: group-1, all: [{family: [removable_media, cd_dvd]}]}\n"
#define RULE_WRITE "    - {id: rule-1, title: \"R\", include: [group-1], entries: [{deny: [write, file_write]}]}\n"

/* What @json, in which ' is ", becomes: YAML, or errors; in memory of malloc(). */
static char *imported(const char *json, unsigned int *n)
{
	char *text = strdup(json), *yaml = NULL, *errors = NULL;
	size_t yaml_len, errors_len;
	FILE *out = open_memstream(&yaml, &yaml_len), *err = open_memstream(&errors, &errors_len);
	json_error_t error;
	json_t *document;

	for (char *at = text; (at = strchr(at, '\'')); at++)
		*at = '"';
	document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!document)
		fail_msg("%d: %s in %s", error.column, error.text, text);
	*n = rampart_device_import(document, out, err);
	json_decref(document);
	fclose(out);
	fclose(err);
	free(text);
	if (*n)
		assert_string_equal(yaml, "");
	else
		assert_string_equal(errors, "");
	free(*n ? yaml : errors);
	return *n ? errors : yaml;
}

static void assert_compiles(const char *section)
{
	struct compile_errors errors;
	uint8_t *pb = NULL;
	char *yaml;
	size_t len;

	assert_true(asprintf(&yaml, HEAD "%s", section) > 0);
	if (rampart_compile(NULL, yaml, strlen(yaml), NULL, &errors, &pb, &len))
		fail_msg("%s in %s", errors.n ? errors.list[0].text : "no memory", yaml);
	free(yaml);
	free(pb);
}

static const struct {
	const char *json, *yaml;
} good[] = {
	/* removable media, and what is printed of a group and a rule */
	{ POLICY(MEDIA, DENY_MEDIA, ENABLED), SECTION MEDIA_1 "  rules:\n" RULE_WRITE },
	{ POLICY(MEDIA, RULE(RULE_1, ID_A, ENTRY("removableMedia", "'allow'", "'read'") ", "
			     ENTRY("removableMedia", "'deny'", "'execute', 'write'") ", "
			     ENTRY("removableMedia", "'auditAllow', 'options': ['send_event']", "'read'") ", "
			     ENTRY("removableMedia", "'auditDeny', 'options': ['send_event', 'show_notification']", "'write'") ", "
			     ENTRY("removableMedia", "'auditDeny', 'options': ['send_event']", "'read'")), ENABLED),
	  SECTION MEDIA_1 "  rules:\n    - {id: rule-1, title: \"R\", include: [group-1], entries: [{allow: [read, file_read]}, "
			  "{deny: [write, file_write, execute]}, {audit_allowed: [read, file_read]}, "
			  "{audit_denied: [write, file_write], notify: true}, {audit_denied: [read, file_read]}]}\n" },
	/* all clauses; ids in either case; a group by another one */
	{ POLICY(GROUP(ID_A, "A \\\\ # \\u00e9", "{'$type': 'and', 'clauses': [" CLAUSE("vendorId", "0aBC") ", " CLAUSE("productId", "1234") ", "
			       CLAUSE("serialNumber", "A\\\\b") "]}") ", "
		 GROUP(ID_B, "B", "{'$type': 'or', 'clauses': [" CLAUSE("groupId", "AAAAAAAA-0000-4000-8000-000000000001") ", "
			       CLAUSE("primaryId", "removable_media_devices") "]}") ", "
		 GROUP(ID_C, "C", "{'$type': 'not', 'query': {'$type': 'any', 'clauses': [" CLAUSE("vendorId", "1111")
			       ", {'$type': 'not', 'query': " FAMILY("bluetooth_devices") "}]}}"),
		 "{'id': " RULE_1 ", 'name': 'R', '__comments': 'x', 'includeGroups': [" ID_B_LOWER ", " ID_C "], 'excludeGroups': [" ID_A "], "
		 "'entries': [{'id': " RULE_2 ", '__comments': 'y', '$type': 'removableMedia', 'access': ['read'], 'enforcement': "
		 "{'__comments': 'z', '$type': 'allow', 'options': ['disable_audit_allow']}}]}", ENABLED),
	  SECTION "    - {id: media, family: [removable_media, cd_dvd]}\n"
		  "    # \"A \\\\ # \u00e9\"\n    - {id: group-1, all: [{vendor: \"0aBC\"}, {product: \"1234\"}, {serial: \"A\\\\b\"}]}\n"
		  "    # \"B\"\n    - {id: group-2, any: [{group: group-1}, {family: [removable_media, cd_dvd]}]}\n"
		  "    # \"C\"\n    - {id: group-3, not: [{any: [{vendor: \"1111\"}, {not: [{all: [{bus: bluetooth}]}]}]}]}\n"
		  "  rules:\n    - {id: rule-1-media, title: \"R\", include: [media, group-2, group-3], exclude: [group-1], "
		  "entries: [{allow: [read, file_read]}]}\n" },
	/* telephones: all or nothing */
	{ POLICY(GROUP(ID_A, "P", FAMILY("portable_devices")), RULE(RULE_1, ID_A, ENTRY("portableDevice", "'deny'", PORTABLE_ALL)), ENABLED),
	  SECTION "    # \"P\"\n    - {id: group-1, all: [{family: portable, not: [{vendor: \"05ac\"}]}]}\n"
		  "  rules:\n    - {id: rule-1, title: \"R\", include: [group-1], entries: [{deny: [attach]}]}\n" },
	{ POLICY(GROUP(ID_A, "P", FAMILY("apple_devices")), RULE(RULE_1, ID_A, ENTRY("appleDevice", "'deny'", APPLE_ALL)), ENABLED),
	  SECTION "    # \"P\"\n    - {id: group-1, all: [{family: portable, vendor: \"05ac\"}]}\n"
		  "  rules:\n    - {id: rule-1, title: \"R\", include: [group-1], entries: [{deny: [attach]}]}\n" },
	/* a rule about several kinds, with entries for each and for all; a kind whose feature is off */
	{ POLICY(GROUP(ID_A, "V", ONE(CLAUSE("vendorId", "0951"))),
		 RULE(RULE_1, ID_A, ENTRY("portableDevice", "'allow'", PORTABLE_ALL) ", " ENTRY("generic", "'deny'", GENERIC_ALL)),
		 "{'features': {'removableMedia': {'disable': false}, 'portableDevice': {'disable': false, '__comments': ''}, 'appleDevice': {}, "
		 "'bluetoothDevice': {'disable': true}, 'genericDevice': {'disable': false}}, 'ux': {'navigationTarget': 'https://help'}}"),
	  "# From a policy of Defender's. In mode audit nothing is refused: what would be is reported.\n"
	  "# settings.ux.navigationTarget is left out: what tells a user of a denial has no link.\n"
	  "# settings.features.genericDevice is left out: no family is one of generic devices.\n"
	  "devices:\n  mode: audit\n  default: allow\n  groups:\n"
	  "    - {id: media, family: [removable_media, cd_dvd]}\n    - {id: portable, family: portable, not: [{vendor: \"05ac\"}]}\n"
	  "    # \"V\"\n    - {id: group-1, all: [{vendor: \"0951\"}]}\n  rules:\n"
	  "    - {id: rule-1-media, title: \"R\", include: [media, group-1], entries: [{deny: [read, file_read, write, file_write, execute]}]}\n"
	  "    - {id: rule-1-portable, title: \"R\", include: [portable, group-1], entries: [{allow: [attach]}, {deny: [attach]}]}\n"
	  "    # rules[0] has no effect on apple_devices: settings.features.appleDevice is disabled.\n"
	  "    # rules[0] has no effect on bluetooth_devices: settings.features.bluetoothDevice is disabled.\n" },
	/* a part of what is generic is a part for media */
	{ POLICY(MEDIA, RULE(RULE_1, ID_A, ENTRY("generic", "'deny'", "'generic_execute', 'generic_read'")), ENABLED),
	  SECTION MEDIA_1 "  rules:\n    - {id: rule-1, title: \"R\", include: [group-1], entries: [{deny: [read, file_read, execute]}]}\n" },
	/* no feature is on unless it is said */
	{ POLICY(MEDIA, DENY_MEDIA, "{}"),
	  SECTION MEDIA_1 "  rules: []\n    # rules[0] has no effect on removable_media_devices: settings.features.removableMedia is disabled.\n" },
	/* the default is about families whose feature is on */
	{ POLICY(MEDIA, DENY_MEDIA, "{'features': {'removableMedia': {'disable': false}}, 'global': {'defaultEnforcement': 'deny'}}"),
	  SECTION "    - {id: media, family: [removable_media, cd_dvd]}\n" MEDIA_1 "  rules:\n" RULE_WRITE
		  "    - {id: default-media, title: \"settings.global.defaultEnforcement\", include: [media], "
		  "entries: [{deny: [read, file_read, write, file_write, execute]}]}\n" },
	{ POLICY(MEDIA, DENY_MEDIA, "{'features': {'removableMedia': {'disable': true}, 'appleDevice': {'disable': false}}, "
				    "'global': {'defaultEnforcement': 'deny'}}"),
	  SECTION "    - {id: apple, family: portable, vendor: \"05ac\"}\n" MEDIA_1
		  "  rules:\n    # rules[0] has no effect on removable_media_devices: settings.features.removableMedia is disabled.\n"
		  "    - {id: default-apple, title: \"settings.global.defaultEnforcement\", include: [apple], entries: [{deny: [attach]}]}\n" },
	{ POLICY(MEDIA, DENY_MEDIA, "{'features': {'removableMedia': {'disable': false}}, 'global': {'defaultEnforcement': 'allow'}}"),
	  SECTION MEDIA_1 "  rules:\n" RULE_WRITE },
};

static void test_good(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		unsigned int n;
		char *text = imported(good[i].json, &n);

		assert_string_equal(text, good[i].yaml);
		assert_compiles(text);
		free(text);
	}
}

#define CLAUSES "one of: primaryId, vendorId, productId, serialNumber, groupId, encryption, all, and, any, or, not\n"
#define WITH_GROUP(query) POLICY(GROUP(ID_A, "A", query), DENY_MEDIA, ENABLED)
#define WITH_CLAUSE(clause) WITH_GROUP(ONE(clause))
#define WITH_RULE(rule) POLICY(MEDIA, rule, ENABLED)
#define WITH_ENTRY(entry) WITH_RULE(RULE(RULE_1, ID_A, entry))
#define WITH_SETTINGS(settings) POLICY(MEDIA, DENY_MEDIA, settings)
#define UUID "; expected a UUID such as 34aec8e5-e2fa-4d1e-8788-2b1284226653\n"
#define FEATURES "one of: removableMedia, portableDevice, appleDevice, bluetoothDevice, genericDevice\n"

static const struct {
	const char *json, *errors;
} bad[] = {
	/* the document */
	{ "[]", "the document: is missing or no object; expected {\"groups\": ...}\n" },
	{ "{'groups': [], 'rule': [], '__comments': ''}",
	  "the document: unknown key \"rule\", did you mean \"rules\"?; expected one of: groups, rules, settings\n"
	  "the document: \"rules\" is missing; expected it here\nthe document: \"settings\" is missing; expected it here\n" },
	{ POLICY("", "", "[]"), "the document: \"groups\" is no list, or empty; expected one\n"
				"the document: \"rules\" is no list, or empty; expected one\n"
				"settings: is missing or no object; expected {\"features\": ...}\n" },
	/* groups */
	{ POLICY("3", DENY_MEDIA, ENABLED), "groups[0]: is missing or no object; expected {\"$type\": ...}\n"
					    "rules[0].includeGroups[0]: there is no group aaaaaaaa-0000-4000-8000-000000000001; expected the id of one\n" },
	{ POLICY("{'$type': 'file', 'id': " ID_A ", 'name': 'A', 'query': {}}", DENY_MEDIA, ENABLED),
	  "groups[0]: unknown $type \"file\"; expected one of: device\n" },
	{ POLICY("{'$type': 'device', 'id': " ID_A ", 'nam': 'A', 'query': {}}", DENY_MEDIA, ENABLED),
	  "groups[0]: unknown key \"nam\", did you mean \"name\"?; expected one of: $type, id, name, query\n"
	  "groups[0]: \"name\" is missing; expected it here\n" },
	{ POLICY(MEDIA ", " GROUP("'{aaaaaaaa-0000-4000-8000-000000000002}'", "B", FAMILY("apple_devices")), DENY_MEDIA, ENABLED),
	  "groups[1]: \"id\" is \"{aaaaaaaa-0000-4000-8000-000000000002}\"" UUID },
	{ POLICY(MEDIA ", " GROUP("'AAAAAAAA-0000-4000-8000-000000000001'", "B", FAMILY("apple_devices")), DENY_MEDIA, ENABLED),
	  "groups[1]: the id AAAAAAAA-0000-4000-8000-000000000001 again; expected another one\n" },
	{ POLICY(GROUP(ID_A, "a\\nb", FAMILY("removable_media_devices")), DENY_MEDIA, ENABLED),
	  "groups[0]: \"name\" is \"a\\x0ab\"; expected 1 to 200 bytes in one line\n" },
	{ POLICY(GROUP(ID_A, "a\\u2028b", FAMILY("removable_media_devices")), DENY_MEDIA, ENABLED),
	  "groups[0]: \"name\" is \"a\\xe2\\x80\\xa8b\"; expected 1 to 200 bytes in one line\n" },
	{ POLICY(GROUP(ID_A, "", FAMILY("removable_media_devices")), DENY_MEDIA, ENABLED),
	  "groups[0]: \"name\" is \"\"; expected 1 to 200 bytes in one line\n" },
	/* queries and clauses */
	{ WITH_GROUP("{'$type': 'every', 'clauses': []}"), "groups[0].query: unknown $type \"every\"; expected one of: all, and, any, or, not\n" },
	{ WITH_GROUP("{'$type': 'all', 'clauses': []}"), "groups[0].query: \"clauses\" is no list, or empty; expected one\n" },
	{ WITH_GROUP("{'$type': 'all', 'clauses': [3]}"), "groups[0].query.clauses[0]: unknown $type \"\"; expected " CLAUSES },
	{ WITH_GROUP(CLAUSE("primaryId", "apple_devices")),
	  "groups[0].query: unknown key \"value\"; expected one of: $type, clauses\n"
	  "groups[0].query: \"clauses\" is missing; expected it here\n" },
	{ WITH_GROUP("{'$type': 'not', 'clauses': []}"), "groups[0].query: unknown key \"clauses\"; expected one of: $type, query\n"
							 "groups[0].query: \"query\" is missing; expected it here\n" },
	{ WITH_GROUP("{'$type': 'not', 'query': " CLAUSE("vendorId", "0951") "}"),
	  "groups[0].query.query: unknown key \"value\"; expected one of: $type, clauses\n"
	  "groups[0].query.query: \"clauses\" is missing; expected it here\n" },
	{ WITH_CLAUSE(CLAUSE("vendorID", "0951")), "groups[0].query.clauses[0]: unknown $type \"vendorID\", did you mean \"vendorId\"?; expected " CLAUSES },
	{ WITH_CLAUSE("{'$type': 'vendorId'}"), "groups[0].query.clauses[0]: \"value\" is missing; expected it here\n" },
	{ WITH_CLAUSE(CLAUSE("vendorId", "951")), "groups[0].query.clauses[0]: \"value\" is \"951\"; expected four hexadecimal digits, such as \"0951\"\n" },
	{ WITH_CLAUSE(CLAUSE("productId", "12x4")), "groups[0].query.clauses[0]: \"value\" is \"12x4\"; expected four hexadecimal digits, such as \"0951\"\n" },
	{ WITH_CLAUSE(CLAUSE("primaryId", "other_devices")),
	  "groups[0].query.clauses[0]: unknown value \"other_devices\"; expected one of: removable_media_devices, portable_devices, "
	  "apple_devices, bluetooth_devices\n" },
	{ WITH_CLAUSE(CLAUSE("serialNumber", "")), "groups[0].query.clauses[0]: \"value\" is \"\"; expected 1 to 200 bytes in one line\n" },
	{ WITH_CLAUSE(CLAUSE("serialNumber", "A*")),
	  "groups[0].query.clauses[0]: the serial number has a *, which stands for any text here; expected one without\n" },
	{ WITH_CLAUSE(CLAUSE("groupId", "x")), "groups[0].query.clauses[0]: the id of a group is \"x\"" UUID },
	{ WITH_CLAUSE(CLAUSE("groupId", "dddddddd-0000-4000-8000-000000000004")),
	  "groups[0].query.clauses[0]: there is no group dddddddd-0000-4000-8000-000000000004; expected the id of one\n" },
	{ WITH_CLAUSE("{'$type': 'groupId', 'value': " ID_A "}"),
	  "groups[0].query.clauses[0]: the group aaaaaaaa-0000-4000-8000-000000000001 is defined later, or this one; expected one that stands before\n" },
	{ WITH_CLAUSE(CLAUSE("encryption", "luks")), "groups[0].query.clauses[0]: unknown value \"luks\"; expected one of: apfs\n" },
	{ WITH_CLAUSE(CLAUSE("encryption", "apfs")),
	  "groups[0].query.clauses[0]: whether a medium is encrypted with APFS is not known here; expected no such clause\n" },
	{ WITH_CLAUSE("{'$type': 'mediaSerialNumber', 'value': 1234567890}, " CLAUSE("mediaProductName", "SD4ME") ", " CLAUSE("mediaApplicationId", "AC")),
	  "groups[0].query.clauses[0]: mediaSerialNumber is about a card in a reader, which the schema does not allow in a group; "
	  "expected serialNumber, vendorId and productId of the reader\n"
	  "groups[0].query.clauses[1]: mediaProductName is about a card in a reader, which the schema does not allow in a group; "
	  "expected serialNumber, vendorId and productId of the reader\n"
	  "groups[0].query.clauses[2]: mediaApplicationId is about a card in a reader, which the schema does not allow in a group; "
	  "expected serialNumber, vendorId and productId of the reader\n" },
	/* rules */
	{ WITH_RULE("{'id': " RULE_1 ", 'name': 'R', 'includedGroups': [], 'entries': []}"),
	  "rules[0]: unknown key \"includedGroups\", did you mean \"includeGroups\"?; expected one of: id, name, entries, includeGroups, excludeGroups\n" },
	{ WITH_RULE("{'id': 'x', 'name': 'R', 'includeGroups': {}, 'excludeGroups': [3], 'entries': {}}"),
	  "rules[0]: \"id\" is \"x\"" UUID "rules[0]: \"includeGroups\" is no list, or empty; expected one\n"
	  "rules[0].excludeGroups[0]: the id of a group is \"\"" UUID "rules[0]: \"entries\" is no list, or empty; expected one\n" },
	{ WITH_RULE(DENY_MEDIA ", " DENY_MEDIA), "rules[1]: the id 11111111-0000-4000-8000-000000000001 again; expected another one\n" },
	{ WITH_RULE(RULE(RULE_1, ID_B, ENTRY("removableMedia", "'deny'", "'write'"))),
	  "rules[0].includeGroups[0]: there is no group BBBBBBBB-0000-4000-8000-00000000000b; expected the id of one\n" },
	/* entries */
	{ WITH_ENTRY(ENTRY("removeableMedia", "'deny'", "'write'")),
	  "rules[0].entries[0]: unknown $type \"removeableMedia\", did you mean \"removableMedia\"?; "
	  "expected one of: removableMedia, portableDevice, appleDevice, bluetoothDevice, generic\n" },
	{ WITH_ENTRY("{'$type': 'generic', 'access': ['generic_read']}"), "rules[0].entries[0]: \"enforcement\" is missing; expected it here\n" },
	{ WITH_ENTRY("{'$type': 'generic', 'id': 'x', 'enforcement': 'deny', 'access': []}"),
	  "rules[0].entries[0]: \"id\" is \"x\"" UUID
	  "rules[0].entries[0].enforcement: is missing or no object; expected {\"$type\": ...}\n"
	  "rules[0].entries[0].access: is no list, or empty; expected a list of words such as \"generic_read\"\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'deny'", "'generic_read', 'wirte', 'read', 'read'")),
	  "rules[0].entries[0].access: unknown word \"generic_read\"; expected one of: read, write, execute\n"
	  "rules[0].entries[0].access: unknown word \"wirte\", did you mean \"write\"?; expected one of: read, write, execute\n"
	  "rules[0].entries[0].access: \"read\" is there twice; expected each once\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'auditDenied', 'options': ['send_event']", "'write'")),
	  "rules[0].entries[0].enforcement: unknown $type \"auditDenied\"; expected one of: allow, deny, auditAllow, auditDeny\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'auditDeny', 'option': []", "'write'")),
	  "rules[0].entries[0].enforcement: unknown key \"option\", did you mean \"options\"?; expected one of: $type, options\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'auditDeny'", "'write'")),
	  "rules[0].entries[0].enforcement.options: is no list, or empty; expected a list of words such as \"send_event\"\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'auditDeny', 'options': ['send_event', 'send_notification']", "'write'")),
	  "rules[0].entries[0].enforcement.options: unknown word \"send_notification\"; expected one of: send_event, show_notification\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'auditAllow', 'options': ['show_notification']", "'write'")),
	  "rules[0].entries[0].enforcement.options: unknown word \"show_notification\"; expected one of: send_event\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'allow', 'options': ['disable_audit_deny']", "'write'")),
	  "rules[0].entries[0].enforcement.options: unknown word \"disable_audit_deny\"; expected one of: disable_audit_allow\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'deny', 'options': {}", "'write'")),
	  "rules[0].entries[0].enforcement.options: is no list, or empty; expected a list of words such as \"disable_audit_deny\"\n" },
	{ WITH_ENTRY("{'$type': 'removableMedia', 'enforcement': {'$type': 'deny'}, 'access': ['read'], 'conditions': {}}"),
	  "rules[0].entries[0]: unknown key \"conditions\"; expected one of: $type, enforcement, access, id\n" },
	/* settings */
	{ WITH_SETTINGS("{'feature': {}}"), "settings: unknown key \"feature\", did you mean \"features\"?; expected one of: features, global, ux\n" },
	{ WITH_SETTINGS("{'features': {'removableMedias': {}}}"),
	  "settings.features: unknown key \"removableMedias\", did you mean \"removableMedia\"?; expected " FEATURES },
	{ WITH_SETTINGS("{'features': {'removableMedia': {'disable': 'no'}, 'appleDevice': {'disabled': true}}}"),
	  "settings.features.removableMedia: \"disable\" is neither true nor false; expected one of them\n"
	  "settings.features.appleDevice: unknown key \"disabled\", did you mean \"disable\"?; expected one of: disable\n" },
	{ WITH_SETTINGS("{'global': {'defaultEnforcement': 'audit'}, 'ux': {'navigationTarget': 3}}"),
	  "settings.global: unknown defaultEnforcement \"audit\"; expected one of: allow, deny\n"
	  "settings.ux: \"navigationTarget\" is no text; expected a link\n" },
	/* what the schema allows, and nothing here does */
	{ WITH_ENTRY(ENTRY("removableMedia", "'deny', 'options': ['disable_audit_deny']", "'write'")),
	  "rules[0].entries[0]: what is denied is always reported here; expected an entry without disable_audit_deny\n" },
	{ WITH_ENTRY(ENTRY("removableMedia", "'allow', 'options': ['disable_audit_allow']", "'write'") ", "
		     ENTRY("removableMedia", "'auditAllow', 'options': ['send_event']", "'write'")),
	  "rules[0].entries[0]: an entry cannot keep what another one reports from being reported here; expected an auditAllow that is "
	  "not about the same, and no disable_audit_allow\n" },
	{ WITH_ENTRY(ENTRY("appleDevice", "'deny'", APPLE_ALL)),
	  "rules[0].entries[0]: the entry is about apple_devices, of which the groups of its rule have none; expected the \"$type\" of devices that are in them\n" },
	{ POLICY(MEDIA ", " GROUP(ID_B, "B", FAMILY("apple_devices")), RULE(RULE_1, ID_A ", " ID_B, ENTRY("generic", "'deny'", GENERIC_ALL)), ENABLED),
	  "rules[0].entries[0]: the entry is about any family, of which the groups of its rule have none; expected the \"$type\" of devices that are in them\n" },
	{ POLICY(GROUP(ID_A, "P", FAMILY("portable_devices")),
		 RULE(RULE_1, ID_A, ENTRY("portableDevice", "'deny'", "'debug'") ", " ENTRY("generic", "'deny'", "'generic_write'")), ENABLED),
	  "rules[0].entries[0]: what is done with portable_devices cannot be told apart here; expected all accesses of a portableDevice entry: "
	  "download_files_from_device, send_files_to_device, download_photos_from_device, debug\n"
	  "rules[0].entries[1]: what is done with portable_devices cannot be told apart here; expected all accesses of a generic entry: "
	  "generic_read, generic_write, generic_execute\n" },
	{ POLICY(GROUP(ID_A, "B", FAMILY("bluetooth_devices")),
		 RULE(RULE_1, ID_A, ENTRY("bluetoothDevice", "'deny'", "'download_files_from_device', 'send_files_to_device'")),
		 "{'features': {'bluetoothDevice': {'disable': false}}, 'global': {'defaultEnforcement': 'deny'}}"),
	  "rules[0].entries[0]: files that go over Bluetooth are not seen here; expected settings.features.bluetoothDevice to be disabled, and "
	  "Bluetooth adapters refused as a whole, {family: bluetooth}\n"
	  "settings.global.defaultEnforcement: files that go over Bluetooth are not seen here; expected settings.features.bluetoothDevice "
	  "to be disabled, and Bluetooth adapters refused as a whole, {family: bluetooth}\n" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		unsigned int n, lines = 0;
		char *text = imported(bad[i].json, &n);

		for (const char *at = text; (at = strchr(at, '\n')); at++)
			lines++;
		assert_string_equal(text, bad[i].errors);
		assert_int_equal(n, lines);
		free(text);
	}
}

/* What is deeper than a policy may be is refused as a whole, whatever the schema says. */
static void test_deep(void **state)
{
	char json[8192], query[4096] = FAMILY("removable_media_devices"), *text;
	unsigned int n;

	for (unsigned int i = 0; i < 30; i++) {
		char outer[sizeof(query)];

		snprintf(outer, sizeof(outer), "{'$type': 'not', 'query': %.4000s}", query);
		strcpy(query, outer);
	}
	snprintf(json, sizeof(json), "{'groups': [{'$type': 'device', 'id': " ID_A ", 'name': 'A', 'query': %s}], 'rules': [" DENY_MEDIA
				     "], 'settings': " ENABLED "}", query);
	text = imported(json, &n);
	assert_int_equal(n, 1);
	assert_memory_equal(text, "the document: what comes of it is no policy: ", strlen("the document: what comes of it is no policy: "));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
