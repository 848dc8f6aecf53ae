// SPDX-License-Identifier: MIT
/*
 * usage: seeds FOLDER: writes the cases of the unit tests, one to a file, into
 * FOLDER/{fuzz_decode,fuzz_disarm,fuzz_cms}.
 */
#include <env.h>

#include <err.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/cms_cases.h"
#include "../unit/decode_cases.h"

static void make_folder(const char *name)
{
	if (mkdir(name, 0777) && errno != EEXIST)
		err(1, "%s", name);
}

static void write_cases(const char *folder, const struct decode_case *cases, unsigned int n)
{
	make_folder(folder);
	for (unsigned int i = 0; i < n; i++) {
		char name[64];
		FILE *f;

		snprintf(name, sizeof(name), "%s/%u", folder, i);
		f = fopen(name, "wb");
		if (!f || fwrite(cases[i].bytes, 1, cases[i].len, f) != cases[i].len || fclose(f))
			err(1, "%s", name);
	}
}

/* The keys are used for these and then deleted: no secret is left that could sign something. */
static void write_messages(const char *folder)
{
	make_folder(folder);
	if (system("printf 'what was signed' >content"))
		errx(1, "content cannot be written");
	if (system(CMS_SIGNERS_SCRIPT))
		errx(1, "openssl cannot make the signers: see log");
	for (unsigned int i = 0; i < ARRAY_SIZE(cms_cases); i++) {
		char command[512], name[64];

		snprintf(name, sizeof(name), "%s/%u", folder, i);
		snprintf(command, sizeof(command), CMS_SIGN "%3$s 2>>log", "content", name, cms_cases[i].arguments);
		if (system(command))
			errx(1, "%s: openssl cannot make it: see log", cms_cases[i].name);
	}
	if (system("rm -f *.key *.crt content log"))
		errx(1, "the keys cannot be deleted");
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: seeds FOLDER\n", stderr);
		return 2;
	}
	make_folder(argv[1]);
	if (chdir(argv[1]))
		err(1, "%s", argv[1]);
	write_cases("fuzz_decode", policy_cases, ARRAY_SIZE(policy_cases));
	write_cases("fuzz_disarm", token_cases, ARRAY_SIZE(token_cases));
	write_messages("fuzz_cms");
	return 0;
}
