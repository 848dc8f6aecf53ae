// SPDX-License-Identifier: MIT
/* packages.c against the dpkg-query of this machine, which reads a root made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <compile.h>
#include <packages.h>

#include "files_below.h"
#include "policy.pb-c.h"

#define HEAD "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2026-01-01, until: 2027-01-01}\n"
#define STATUS(name)                                                                                                  \
	"Package: " name "\nStatus: install ok installed\nMaintainer: a <a@example.org>\nArchitecture: all\nVersion: 1\n"  \
	"Description: a\n\n"

static char root[] = "/tmp/test-packages-XXXXXX";

static void put(const char *path, const char *content, mode_t mode)
{
	put_below(root, path, content, mode);
}

static int make_root(void **state)
{
	char link[64];

	if (!mkdtemp(root))
		return -1;
	put("/usr/bin/tool", "\177ELFtool", 0755);
	put("/usr/bin/script", "#!/bin/sh\n", 0755);
	put("/usr/bin/perl5.36", "\177ELFperl", 0755);
	put("/usr/share/doc/tool/README", "\177ELFdoc", 0644);
	put("/usr/share/tool/data", "data", 0755);
	put("/var/lib/dpkg/info/tool.list",
	    "/.\n/usr\n/usr/bin\n/bin/tool\n/usr/bin/script\n/usr/bin/perl5.36\n/usr/bin/gone\n/usr/bin/alias\n"
	    "/usr/share/doc/tool/README\n/usr/share/tool/data\n", 0644);
	put("/var/lib/dpkg/info/doc.list", "/.\n/usr\n/usr/share/doc/tool/README\n", 0644);
	put("/var/lib/dpkg/info/perl.list", "/.\n/usr/bin/perl5.36\n", 0644);
	put("/var/lib/dpkg/status", STATUS("tool") STATUS("doc") STATUS("perl"), 0644);
	snprintf(link, sizeof(link), "%s/bin", root);
	if (symlink("usr/bin", link))
		return -1;
	snprintf(link, sizeof(link), "%s/usr/bin/alias", root);
	return symlink("tool", link);
}

static int remove_root(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

/* Executable files of the package that are there, by their own paths; neither data, nor symlinks, nor interpreters. */
static void programs(void **state)
{
	char **paths;
	int n = packages_programs(root, "tool", &paths);

	assert_int_equal(n, 2);
	assert_string_equal(paths[0], "/usr/bin/tool");
	assert_string_equal(paths[1], "/usr/bin/script");
	packages_free(paths, n);
	assert_int_equal(packages_programs(root, "doc", &paths), 0);
	packages_free(paths, 0);
	assert_int_equal(packages_programs(root, "perl", &paths), 0);
	packages_free(paths, 0);
	assert_int_equal(packages_programs(root, "absent", &paths), -ENOENT);
	assert_int_equal(packages_programs("/nonexistent", "tool", &paths), -ENOENT);
}

/* With interpreters, of all that a pattern is about. */
static void programs_by_pattern(void **state)
{
	char **paths;
	int n;

	assert_int_equal(packages_all_programs(root, "perl", &paths), 1);
	assert_string_equal(paths[0], "/usr/bin/perl5.36");
	packages_free(paths, 1);
	n = packages_all_programs(root, "[pt]*", &paths);
	assert_true(n > 1);
	packages_free(paths, n);
	assert_int_equal(packages_all_programs(root, "absent-*", &paths), -ENOENT);
}

static void without_dpkg(void **state)
{
	const char *path = getenv("PATH");
	char *saved = strdup(path), **paths;

	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(packages_programs(root, "tool", &paths), -ENOPKG);
	assert_null(packages_of("/usr/bin/dpkg-query"));
	setenv("PATH", saved, 1);
	free(saved);
}

static void owner(void **state)
{
	char *name = packages_of("/usr/bin/dpkg-query");

	assert_non_null(name);
	assert_string_equal(name, "dpkg");
	free(name);
	/* dpkg knows it as /bin/bash. */
	name = packages_of("/usr/bin/bash");
	assert_non_null(name);
	assert_string_equal(name, "bash");
	free(name);
	assert_null(packages_of(root));
	assert_null(packages_of("bash"));
}

static void compiled(void **state)
{
	static const char yaml[] = HEAD "folders:\n  mode: off\n  allow:\n  - {exe: /a}\n  - {package: tool, children: true}\n"
					"  - {exe: /z}\n";
	static const char bad[] = HEAD "folders:\n  mode: off\n  allow: [{package: perl}, {package: absent}]\n";
	struct compile_errors errors;
	Rampart__PolicyBundle *bundle;
	uint8_t *pb;
	size_t len;

	assert_int_equal(rampart_compile("t.yaml", yaml, strlen(yaml), root, &errors, &pb, &len), 0);
	bundle = rampart__policy_bundle__unpack(NULL, len, pb);
	assert_int_equal(bundle->folders->n_allow, 4);
	assert_string_equal(bundle->folders->allow[0]->exe, "/a");
	for (int i = 1; i < 3; i++) {
		assert_string_equal(bundle->folders->allow[i]->exe, i == 1 ? "/usr/bin/tool" : "/usr/bin/script");
		assert_string_equal(bundle->folders->allow[i]->package, "tool");
		assert_true(bundle->folders->allow[i]->children);
	}
	assert_string_equal(bundle->folders->allow[3]->exe, "/z");
	rampart__policy_bundle__free_unpacked(bundle, NULL);
	free(pb);

	assert_int_equal(rampart_compile("t.yaml", bad, strlen(bad), root, &errors, &pb, &len), -EINVAL);
	assert_int_equal(errors.n, 2);
	assert_string_equal(errors.list[0].text,
			    "package \"perl\" has no programs but interpreters, if any; expected one that has");
	assert_string_equal(errors.list[1].text,
			    "package \"absent\" is not installed here; expected one that is, or its programs by exe");
}

/* Each program of the package is an exclusion; the first has the name that is given. */
static void excluded(void **state)
{
	static const char yaml[] = HEAD "rules:\n- id: r\n  mode: audit\n  on: exec\n  exclude:\n"
					"  - {package: tool, name: t, object: /srv, children: true}\n  - {package: tool, exe: /a}\n";
	static const char bad[] = HEAD "rules:\n- id: r\n  mode: audit\n  on: exec\n  exclude: [{package: absent}]\n";
	static const char *const names[] = { "t", "t-1", "r-1" }, *const exes[] = { "/usr/bin/tool", "/usr/bin/script", "/a" };
	struct compile_errors errors;
	Rampart__PolicyBundle *bundle;
	uint8_t *pb;
	size_t len;

	assert_int_equal(rampart_compile("t.yaml", yaml, strlen(yaml), root, &errors, &pb, &len), 0);
	bundle = rampart__policy_bundle__unpack(NULL, len, pb);
	assert_int_equal(bundle->asr->n_exclusions, 3);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(bundle->asr->exclusions[i]->name, names[i]);
		assert_string_equal(bundle->asr->exclusions[i]->exe, exes[i]);
		assert_string_equal(bundle->asr->exclusions[i]->object, i < 2 ? "/srv" : "");
		assert_int_equal(bundle->asr->exclusions[i]->children, i < 2);
		assert_string_equal(bundle->asr->exclusions[i]->rule, "r");
	}
	rampart__policy_bundle__free_unpacked(bundle, NULL);
	free(pb);

	assert_int_equal(rampart_compile("t.yaml", bad, strlen(bad), root, &errors, &pb, &len), -EINVAL);
	assert_int_equal(errors.n, 1);
	assert_string_equal(errors.list[0].text,
			    "package \"absent\" is not installed here; expected one that is, or its programs by exe");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs),
		cmocka_unit_test(programs_by_pattern),
		cmocka_unit_test(without_dpkg),
		cmocka_unit_test(owner),
		cmocka_unit_test(compiled),
		cmocka_unit_test(excluded),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
