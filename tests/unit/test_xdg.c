// SPDX-License-Identifier: MIT
/* Where users keep their folders, from files that are theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/xdg.c"

static char home[] = "/tmp/rampart-xdg-XXXXXX";
static char said[4096];

static void found(void *data, const char *folder, const char *below)
{
	size_t len = strlen(said);

	assert_ptr_equal(data, home);
	snprintf(said + len, sizeof(said) - len, "%s=%s;", folder, below);
}

static void enter_home(void)
{
	assert_int_equal(chdir(home), 0);
}

static void put(const char *name, const char *text, size_t len)
{
	FILE *file;

	enter_home();
	file = fopen(name, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static const char *folders_now(void)
{
	said[0] = 0;
	xdg_folders(home, found, home);
	return said;
}

static void lines(void **state)
{
	static const struct {
		const char *text, *folders;
	} cases[] = {
		{ "# made by a program\nXDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"\n", "Documents=Dokumente;" },
		{ "XDG_DOCUMENTS_DIR=\"$HOME/Documents\"\n", "" },
		{ "XDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"", "Documents=Dokumente;" },
		{ "  \tXDG_MUSIC_DIR=\"$HOME/a/b c/\"\nXDG_VIDEOS_DIR=\"$HOME/v\"\n", "Music=a/b c;Videos=v;" },
		{ "XDG_PICTURES_DIR=\"$HOME/a\\\"b\\\\c\\$d\"\n", "Pictures=a\"b\\c$d;" },
		{ "XDG_TEMPLATES_DIR=\"$HOME/\"\nXDG_PUBLICSHARE_DIR=\"$HOME//\"\n", "" },
		{ "XDG_DESKTOP_DIR=\"/etc\"\nXDG_DOWNLOAD_DIR=\"$HOMER/x\"\n", "" },
		{ "XDG_DESKTOP_DIR=$HOME/x\nXDG_DESKTOP_DIR = \"$HOME/x\"\nXDG_DESKTOP_DIR\n", "" },
		{ "XDG_DESKTOP_DIR=\"$HOME/open\nXDG_DOWNLOAD_DIR=\"$HOME/x\\\n", "" },
		{ "XDG_OTHER_DIR=\"$HOME/x\"\nXDG_DOWNLOAD_DIR=\"$HOME/geladen\"\n", "Downloads=geladen;" },
		{ "", "" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		put(".config/user-dirs.dirs", cases[i].text, strlen(cases[i].text));
		assert_string_equal(folders_now(), cases[i].folders);
	}
}

static void many(char *text, size_t len)
{
	memset(text, '#', len);
	memcpy(text + len - 32, "\nXDG_MUSIC_DIR=\"$HOME/music\"\n", 29);
}

static void length(void **state)
{
	char *text = malloc(FILE_MAX + 1);

	assert_non_null(text);
	many(text, FILE_MAX);
	put(".config/user-dirs.dirs", text, FILE_MAX);
	assert_string_equal(folders_now(), "Music=music;");
	many(text, FILE_MAX + 1);
	put(".config/user-dirs.dirs", text, FILE_MAX + 1);
	assert_string_equal(folders_now(), "");
	free(text);
}

/* A name that leads out of the home, or to something that is no file, is not followed, nor waited for. */
static void other_files(void **state)
{
	static const char text[] = "XDG_MUSIC_DIR=\"$HOME/music\"\n";

	put("moved", text, sizeof(text) - 1);
	assert_int_equal(rename(".config/user-dirs.dirs", ".config/old"), 0);
	assert_string_equal(folders_now(), "");
	assert_int_equal(symlink("../moved", ".config/user-dirs.dirs"), 0);
	assert_string_equal(folders_now(), "Music=music;");
	assert_int_equal(unlink(".config/user-dirs.dirs"), 0);
	assert_int_equal(mkdir("inner", 0700), 0);
	assert_int_equal(rename(".config", "inner/.config"), 0);
	said[0] = 0;
	assert_int_equal(symlink("../../moved", "inner/.config/user-dirs.dirs"), 0);
	xdg_folders("inner", found, home);
	assert_string_equal(said, "");
	assert_int_equal(unlink("inner/.config/user-dirs.dirs"), 0);
	assert_int_equal(mkfifo("inner/.config/user-dirs.dirs", 0600), 0);
	xdg_folders("inner", found, home);
	assert_string_equal(said, "");
	xdg_folders("nowhere", found, home);
	assert_string_equal(said, "");
}

static int make_home(void **state)
{
	if (!mkdtemp(home))
		return -1;
	enter_home();
	return mkdir(".config", 0700);
}

static int remove_home(void **state)
{
	static const char *const names[] = { "inner/.config/user-dirs.dirs", "inner/.config/old", "moved" };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		unlink(names[i]);
	rmdir("inner/.config");
	rmdir("inner");
	return chdir("/") || rmdir(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(length),
		cmocka_unit_test(other_files),
	};

	return cmocka_run_group_tests_name("xdg", tests, make_home, remove_home);
}
