// SPDX-License-Identifier: MIT
/*
 * slow SCRIPT: an interpreter that takes its time. Says "ready", waits until /tmp/go is there, and only then reads SCRIPT, whose
 * second line is "append TEXT FILE". It gives room to whoever wants it to read another script than that which was executed.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char first[256], text[64], name[256];
	FILE *script, *out;

	puts("ready");
	fflush(stdout);
	while (access("/tmp/go", F_OK))
		usleep(20000);
	script = argc == 2 ? fopen(argv[1], "r") : NULL;
	if (!script || !fgets(first, sizeof(first), script) || fscanf(script, "append %63s %255s", text, name) != 2) {
		perror("slow: script");
		return 2;
	}
	out = fopen(name, "a");
	if (!out || fprintf(out, "%s\n", text) < 0 || fclose(out)) {
		perror(name);
		return 1;
	}
	return 0;
}
