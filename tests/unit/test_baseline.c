// SPDX-License-Identifier: MIT
/* baseline.c against the records of dpkg in a root made here. What is to be marked is noted only: to set the attribute takes root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include <baseline.h>

#include "files_below.h"

static char root[] = "/tmp/test-baseline-XXXXXX";
static char marked[4096];
static int mark_error;

static int note(int fd)
{
	char link[64], path[512];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	assert_true(len > (ssize_t)strlen(root));
	path[len] = '\0';
	strcat(strcat(marked, path + strlen(root)), "\n");
	return mark_error;
}

static void put(const char *path, const char *content)
{
	put_below(root, path, content, 0644);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int set_up(void **state)
{
	*marked = '\0';
	mark_error = 0;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	return !mkdtemp(root);
}

static int tear_down(void **state)
{
	return nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static struct baseline_counts run(void)
{
	struct baseline_counts counts;
	struct baseline *baseline;

	assert_int_equal(baseline_open(root, note, &baseline), 0);
	while (baseline_step(baseline))
		;
	assert_false(baseline_step(baseline));
	counts = *baseline_counts(baseline);
	baseline_close(baseline);
	return counts;
}

#define OF_A "0cc175b9c0f1b6a831c399e269772661"		/* MD5 of "a" */
#define OF_B "92eb5ffee6ae2fec3ad71c777531578f"		/* of "b" */
#define INFO "/var/lib/dpkg/info/"
#define STATUS "/var/lib/dpkg/status"

static void marks_what_is_as_installed(void **state)
{
	struct baseline_counts counts;

	put("/usr/bin/a", "a");
	put("/usr/bin/b", "b");
	put("/usr/bin/other", "a");
	put("/usr/bin/with a space", "a");
	put("/etc/a.conf", "a");
	put("/etc/edited.conf", "edited");
	put("/etc/obsolete.conf", "b");
	put(INFO "one.md5sums", OF_A "  usr/bin/a\n" OF_A "  usr/bin/with a space\n" OF_A "  usr/share/doc/left-out\n");
	put(INFO "two:amd64.md5sums", OF_A "  usr/bin/b\n" OF_B "  usr/bin/b");
	put(INFO "three.list", OF_A "  usr/bin/other\n");
	put(STATUS, "Package: one\nConffiles:\n /etc/a.conf " OF_A "\n /etc/edited.conf " OF_A "\n /etc/gone " OF_A "\n"
		    " /etc/obsolete.conf " OF_B " obsolete\n /etc/new newconffile\nDescription: x\n /usr/bin/other " OF_A "\n");
	counts = run();
	assert_int_equal(counts.marked, 5);
	assert_int_equal(counts.changed, 2);
	assert_int_equal(counts.known + counts.failed, 0);
	assert_non_null(strstr(marked, "/usr/bin/a\n"));
	assert_non_null(strstr(marked, "/usr/bin/with a space\n"));
	assert_non_null(strstr(marked, "/usr/bin/b\n"));
	assert_non_null(strstr(marked, "/etc/a.conf\n/etc/obsolete.conf\n"));
	assert_null(strstr(marked, "other"));
}

static void takes_no_other_kind_of_file(void **state)
{
	struct baseline_counts counts;
	char path[256];

	put("/usr/bin/a", "a");
	snprintf(path, sizeof(path), "%s/usr/bin/link", root);
	assert_int_equal(symlink("a", path), 0);
	snprintf(path, sizeof(path), "%s/usr/bin/pipe", root);
	assert_int_equal(mkfifo(path, 0644), 0);
	put(INFO "one.md5sums", OF_A "  usr/bin/link\n" OF_A "  usr/bin/pipe\n" OF_A "  usr/bin\n");
	counts = run();
	assert_int_equal(counts.changed, 3);
	assert_string_equal(marked, "");
}

static void skips_what_is_no_record(void **state)
{
	struct baseline_counts counts;

	put("/usr/bin/a", "a");
	put(INFO "one.md5sums", "\n" OF_A "\n" OF_A "usr/bin/a\n0cc1  usr/bin/a\n  \n" OF_A "  \n");
	put(STATUS, "Conffiles:\n /usr/bin/a\n  " OF_A "\n /usr/bin/a 0cc1\n\n \n/usr/bin/a " OF_A "\n");
	counts = run();
	assert_int_equal(counts.marked, 0);
	assert_string_equal(marked, "");
}

/* More than is read in one go, and as much as that. */
static void reads_in_parts(void **state)
{
	static const size_t sizes[] = { BASELINE_CHUNK, 3 * BASELINE_CHUNK + 1 };
	FILE *sums = create_below(root, INFO "one.md5sums", 0644);

	for (size_t i = 0; i < 2; i++) {
		unsigned char digest[EVP_MAX_MD_SIZE];
		char *content = malloc(sizes[i]), path[32];
		FILE *file;

		memset(content, 'x', sizes[i]);
		assert_true(EVP_Digest(content, sizes[i], digest, NULL, EVP_md5(), NULL));
		snprintf(path, sizeof(path), "/usr/bin/%zu", i);
		file = create_below(root, path, 0644);
		assert_int_equal(fwrite(content, 1, sizes[i], file), sizes[i]);
		fclose(file);
		for (size_t j = 0; j < 16; j++)
			fprintf(sums, "%02x", digest[j]);
		fprintf(sums, "  %s\n", path + 1);
		free(content);
	}
	fclose(sums);
	assert_int_equal(run().marked, 2);
}

static void counts_what_cannot_be_marked(void **state)
{
	struct baseline_counts counts;

	mark_error = -EOPNOTSUPP;
	put("/usr/bin/a", "a");
	put(INFO "one.md5sums", OF_A "  usr/bin/a\n");
	counts = run();
	assert_int_equal(counts.failed, 1);
	assert_int_equal(counts.marked, 0);
}

static void ends_early(void **state)
{
	struct baseline *baseline;

	put("/usr/bin/a", "a");
	put(INFO "one.md5sums", OF_A "  usr/bin/a\n");
	for (unsigned int steps = 0; steps < 6; steps++) {
		assert_int_equal(baseline_open(root, note, &baseline), 0);
		for (unsigned int i = 0; i < steps; i++)
			baseline_step(baseline);
		baseline_close(baseline);
	}
}

static void needs_dpkg(void **state)
{
	struct baseline *baseline;

	assert_int_equal(baseline_open(root, note, &baseline), -ENOENT);
	assert_null(baseline);
	assert_int_equal(baseline_open("/nowhere", note, &baseline), -ENOENT);
	assert_null(baseline);
	baseline_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(marks_what_is_as_installed), TEST(takes_no_other_kind_of_file), TEST(skips_what_is_no_record),
		TEST(reads_in_parts), TEST(counts_what_cannot_be_marked), TEST(ends_early), TEST(needs_dpkg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
