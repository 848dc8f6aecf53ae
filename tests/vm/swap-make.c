// SPDX-License-Identifier: MIT
/*
 * usage: swap-make COUNT KEY CERT FOLDER POLICY...
 * Signs COUNT policies, each a version newer, that take turns: POLICY is YAML whose version is VERSION. Writes FOLDER/N.bundle,
 * N from 1.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "compile.h"

static void die(const char *what)
{
	fprintf(stderr, "swap-make: %s\n", what);
	exit(1);
}

static char *read_text(const char *path)
{
	static char text[65536];
	FILE *in = fopen(path, "r");
	size_t n = in ? fread(text, 1, sizeof(text) - 1, in) : 0;

	if (!n || !feof(in))
		die(path);
	fclose(in);
	text[n] = '\0';
	return text;
}

/* The YAML with its version. */
static char *versioned(const char *yaml, long version)
{
	const char *at = strstr(yaml, "VERSION");
	char *out;

	if (!at || asprintf(&out, "%.*s%ld%s", (int)(at - yaml), yaml, version, at + strlen("VERSION")) < 0)
		die("no VERSION in a policy");
	return out;
}

static void make(const char *yaml, const char *key, const char *cert, const char *path)
{
	struct compile_errors errors = {};
	char error[200];
	uint8_t *pb;
	size_t pb_len, der_len;
	u8 *der;
	FILE *out;

	if (rampart_compile("policy", yaml, strlen(yaml), NULL, &errors, &pb, &pb_len))
		die("a policy does not compile");
	if (rampart_bundle_sign(pb, pb_len, key, cert, &der, &der_len, error))
		die(error);
	out = fopen(path, "w");
	if (!out || fwrite(der, der_len, 1, out) != 1 || fclose(out))
		die(path);
	free(der);
	free(pb);
}

int main(int argc, char **argv)
{
	if (argc < 6) {
		fprintf(stderr, "usage: swap-make COUNT KEY CERT FOLDER POLICY...\n");
		return 2;
	}
	for (long n = 1; n <= atol(argv[1]); n++) {
		char *yaml = versioned(read_text(argv[5 + n % (argc - 5)]), n), path[4096];

		snprintf(path, sizeof(path), "%s/%ld.bundle", argv[4], n);
		make(yaml, argv[2], argv[3], path);
		free(yaml);
	}
	return 0;
}
