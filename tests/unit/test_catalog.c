// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <decode.h>

#include "catalog_small.h"
#include "compile.h"

#define RULE "id: a\ntitle: A rule\nstops: All.\nattack: [T1059]\nmodes: [block]\nmatch: [{on: exec}]\n"

static void test_small(void **state)
{
	struct compile_errors errors;
	const struct catalog_rule *rule;
	struct catalog catalog;
	char modes[CATALOG_MODES];

	assert_int_equal(catalog_parse(&catalog, small_files, ARRAY_SIZE(small_files), &errors), 0);
	assert_int_equal(catalog.n_classes, 4);
	assert_int_equal(catalog.n_rules, 2);
	rule = catalog_find_rule(&catalog, "office_child");
	assert_non_null(rule);
	assert_ptr_equal(catalog_find_rule(&catalog, "D4F940AB-401b-4efc-aadc-ad5f3c50688A"), rule);
	assert_null(catalog_find_rule(&catalog, "office"));
	assert_null(catalog_find_rule(NULL, "office_child"));
	assert_string_equal(rule->file, "office_child.yaml");
	assert_string_equal(rule->stops, "Macros that start | shells.\n\nA second paragraph.\n");
	assert_int_equal(rule->cannot_see->n, 2);
	assert_string_equal(catalog_modes(modes, rule), "off, audit, warn or block");
	assert_string_equal(catalog_modes(modes, catalog_find_rule(&catalog, "key_guard")), "off, audit or block");
	assert_true(catalog_has_mode(catalog_find_rule(&catalog, "key_guard"), RAMPART_MODE_OFF));
	assert_false(catalog_has_mode(catalog_find_rule(&catalog, "key_guard"), RAMPART_MODE_WARN));
	assert_string_equal(catalog_find_class(&catalog, "shell")->title, "Shells");
	assert_null(catalog_find_class(&catalog, "shells"));
	catalog_free(&catalog);
}

static const struct {
	struct catalog_file file;
	const char *errors;
} bad[] = {
	{ { "classes.yaml", "office: [/a]\n" }, "1:1: the file is a mapping; expected a list of classes\n" },
	{ { "classes.yaml", "- a\n- {name: A, title: '', paths: [x]}\n- {name: b}\n" },
	  "1:3: the class is a single value; expected {name: ..., title: ..., paths: [...]}\n"
	  "2:10: \"A\" has a character that cannot be there; expected 1 to 31 of a-z 0-9 _ -\n"
	  "2:20: \"\" is empty; expected 1 to 200 bytes in one line\n"
	  "2:32: \"x\" is too short to be an absolute path; expected an absolute path or one under ~/, in which a component "
	  "may be *\n"
	  "3:3: \"title\" is missing; expected what it is\n"
	  "3:3: \"paths\" is missing; expected a list of paths\n" },
	{ { "classes.yaml", "- {name: b, title: b, paths: []}\n- {name: b, title: b, paths: []}\n" },
	  "2:3: class \"b\" again; expected it once\n" },
	{ { "a.yaml", "- id: a\n" }, "1:1: the file is a list; expected a mapping that begins with \"id\"\n" },
	{ { "b.yaml", RULE }, "1:5: \"a\" in b.yaml; expected the file's name\n" },
	{ { "a.yaml", RULE "guid: D4F940AB-401b-4efc-aadc-ad5f3c50688a\n" },
	  "7:7: \"D4F940AB-401b-4efc-aadc-ad5f3c50688a\" is no GUID; expected one in lower case\n" },
	{ { "a.yaml", RULE "attack_old: [T10]\ncannot_see: [[]]\nmodus: x\n" },
	  "7:14: \"T10\" is no technique; expected one of ATT&CK, such as T1059 or T1059.004\n"
	  "8:14: the entry is a list; expected a text\n"
	  "9:1: unknown key \"modus\", did you mean \"modes\"?; expected one of: id, guid, title, stops, attack, attack_old, modes, "
	  "match, exclude, false_positives, cannot_see\n" },
	{ { "a.yaml", "id: a\ntitle: A rule\nstops: All.\nattack: []\nmodes: [off]\nmatch: []\n" },
	  "5:8: no mode but off; expected off, audit, warn or block\n" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char all[4096] = "", *at = all;
		struct compile_errors errors;
		struct catalog catalog;

		assert_int_equal(catalog_parse(&catalog, &bad[i].file, 1, &errors), -EINVAL);
		assert_string_equal(errors.filename, bad[i].file.name);
		for (uint32_t j = 0; j < errors.n; j++)
			at += sprintf(at, "%u:%u: %s\n", errors.list[j].line, errors.list[j].column, errors.list[j].text);
		assert_string_equal(all, bad[i].errors);
		catalog_free(&catalog);
	}
}

/* --- the one that is built in --- */

static void test_built_in(void **state)
{
	struct compile_errors errors;
	const struct catalog_file *files;
	struct catalog catalog;
	size_t n;

	files = rampart_catalog_files(&n);
	if (catalog_parse(&catalog, files, n, &errors)) {
		compile_errors_print(&errors, "", stderr);
		fail();
	}
	catalog_free(&catalog);
	assert_non_null(rampart_catalog());
	assert_ptr_equal(rampart_catalog(), rampart_catalog());
}

/* What a policy says of @rule compiles, with @mode that it has; the places are where the errors are in the catalogue. */
static void check_compiles(const char *rule, const char *mode)
{
	struct compile_errors errors;
	char yaml[512];
	uint8_t *pb;
	size_t len;

	snprintf(yaml, sizeof(yaml), "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"
		 "asr: {\"%s\": {mode: %s}}\n", rule, mode);
	if (rampart_compile("policy.yaml", yaml, strlen(yaml), NULL, &errors, &pb, &len)) {
		compile_errors_print(&errors, "", stderr);
		fail_msg("%s in mode %s", rule, mode);
	}
	free(pb);
}

static void test_built_in_compiles(void **state)
{
	const struct catalog *catalog = rampart_catalog();

	for (unsigned int mode = 1; mode < RAMPART_MODE_NUM; mode++) {
		for (size_t i = 0; i < catalog->n_rules; i++)
			if (catalog_has_mode(&catalog->rules[i], mode))
				check_compiles(catalog->rules[i].id, rampart_mode_name(mode));
		check_compiles("*", rampart_mode_name(mode));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_built_in),
		cmocka_unit_test(test_built_in_compiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
