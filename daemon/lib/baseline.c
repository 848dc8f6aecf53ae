// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <openssl/evp.h>

#include <marks.h>
#include <names.h>

#include "baseline.h"

#define DIGITS 32	/* of an MD5 digest */
#define SUMS ".md5sums"

/* Two kinds of lists: one file of digests for each package, and then what the status of all says of their configuration files. */
struct baseline {
	int root;
	DIR *packages;		/* NULL: they are done */
	FILE *list;		/* that is being read, or NULL */
	bool configuration;	/* within such a list */
	char *line;
	size_t size;
	int fd;			/* the file that is being read, or -1 */
	EVP_MD_CTX *digest;
	char wanted[DIGITS + 1];
	unsigned char *chunk;
	int (*mark)(int fd);
	struct baseline_counts counts;
};

static u32 marks_of(int fd)
{
	u8 value[RAMPART_MARKS_SIZE];

	return rampart_marks_get(value, fgetxattr(fd, RAMPART_MARKS_XATTR, value, sizeof(value)));
}

int baseline_mark(int fd)
{
	u8 value[RAMPART_MARKS_SIZE];

	rampart_marks_put(value, marks_of(fd) | 1u << RAMPART_TRAIT_PACKAGED);
	return fsetxattr(fd, RAMPART_MARKS_XATTR, value, sizeof(value), 0) ? -errno : 0;
}

/* --- one file --- */

static void end_file(struct baseline *b)
{
	close(b->fd);
	b->fd = -1;
}

static void begin_file(struct baseline *b, const char *path, const char *digest)
{
	struct stat st;

	while (*path == '/')
		path++;
	b->fd = openat(b->root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (b->fd < 0) {
		/* Administrators leave out documentation, and delete configuration files. */
		b->counts.changed += errno != ENOENT;
		return;
	}
	memcpy(b->wanted, digest, DIGITS);
	if (marks_of(b->fd) & 1u << RAMPART_TRAIT_PACKAGED)
		b->counts.known++;
	else if (!fstat(b->fd, &st) && S_ISREG(st.st_mode) && EVP_DigestInit_ex(b->digest, EVP_md5(), NULL))
		return;
	else
		b->counts.changed++;
	end_file(b);
}

static bool is_wanted(struct baseline *b)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[DIGITS + 1];
	unsigned int len, i;

	if (!EVP_DigestFinal_ex(b->digest, digest, &len) || len != DIGITS / 2)
		return false;
	for (i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return !memcmp(hex, b->wanted, DIGITS);
}

static void read_some(struct baseline *b)
{
	ssize_t n = read(b->fd, b->chunk, BASELINE_CHUNK);

	if (n > 0 && EVP_DigestUpdate(b->digest, b->chunk, n))
		return;
	if (n || !is_wanted(b))
		b->counts.changed++;
	else if (b->mark(b->fd))
		b->counts.failed++;
	else
		b->counts.marked++;
	end_file(b);
}

/* --- lists of files --- */

static FILE *open_in(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

static bool is_digest(const char *text)
{
	return strspn(text, "0123456789abcdef") == DIGITS;
}

/* "DIGEST  PATH" */
static void take_sum(struct baseline *b, char *line)
{
	char *path = line + DIGITS;

	if (is_digest(line) && *path == ' ')
		begin_file(b, path + strspn(path, " "), line);
}

/* After "Conffiles:", with a space before each: " /PATH DIGEST", and perhaps a word more. */
static void take_status(struct baseline *b, char *line)
{
	char *end = *line == ' ' ? strchr(line + 1, ' ') : NULL;

	if (*line != ' ')
		b->configuration = !strcmp(line, "Conffiles:");
	else if (b->configuration && end && is_digest(end + 1)) {
		*end = '\0';
		begin_file(b, line + 1, end + 1);
	}
}

static bool next_list(struct baseline *b)
{
	const struct dirent *entry;

	while (b->packages && (entry = readdir(b->packages))) {
		size_t len = strlen(entry->d_name), end = strlen(SUMS);

		if (len <= end || strcmp(entry->d_name + len - end, SUMS))
			continue;
		b->list = open_in(dirfd(b->packages), entry->d_name);
		if (b->list)
			return true;
	}
	if (!b->packages)
		return false;
	closedir(b->packages);
	b->packages = NULL;
	b->list = open_in(b->root, BASELINE_DPKG "/status");
	return b->list;
}

static void read_line(struct baseline *b)
{
	ssize_t len = getline(&b->line, &b->size, b->list);

	if (len < 0) {
		fclose(b->list);
		b->list = NULL;
		return;
	}
	if (len && b->line[len - 1] == '\n')
		b->line[len - 1] = '\0';
	if (b->packages)
		take_sum(b, b->line);
	else
		take_status(b, b->line);
}

bool baseline_step(struct baseline *b)
{
	if (b->fd >= 0)
		read_some(b);
	else if (b->list || next_list(b))
		read_line(b);
	else
		return false;
	return true;
}

const struct baseline_counts *baseline_counts(const struct baseline *b)
{
	return &b->counts;
}

static DIR *open_packages(int root)
{
	int fd = openat(root, BASELINE_DPKG "/info", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !dir)
		close(fd);
	return dir;
}

int baseline_open(const char *root, int (*mark)(int fd), struct baseline **baseline)
{
	struct baseline *b = calloc(1, sizeof(*b));
	int err = -ENOMEM;

	*baseline = NULL;
	if (!b)
		return err;
	b->fd = -1;
	b->mark = mark;
	b->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->root < 0) {
		err = -errno;
		free(b);
		return err;
	}
	b->digest = EVP_MD_CTX_new();
	b->chunk = malloc(BASELINE_CHUNK);
	if (b->digest && b->chunk) {
		b->packages = open_packages(b->root);
		err = !b->packages ? -errno : EVP_DigestInit_ex(b->digest, EVP_md5(), NULL) ? 0 : -ENOTSUP;
	}
	if (err)
		baseline_close(b);
	else
		*baseline = b;
	return err;
}

void baseline_close(struct baseline *b)
{
	if (!b)
		return;
	if (b->fd >= 0)
		close(b->fd);
	if (b->list)
		fclose(b->list);
	if (b->packages)
		closedir(b->packages);
	EVP_MD_CTX_free(b->digest);
	close(b->root);
	free(b->chunk);
	free(b->line);
	free(b);
}
