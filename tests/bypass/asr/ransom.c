// SPDX-License-Identifier: MIT
/* What ransomware does to a folder of documents, in the ways that differ for who watches: ransom_score. It has worked when none is left. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#define FOLDER USER_WORK "/documents"
#define FILES 24
#define SIZE 8192

static char plain[SIZE] __attribute__((aligned(4096))), noise[SIZE] __attribute__((aligned(4096)));

static const char *document(int i)
{
	static char path[64];

	snprintf(path, sizeof(path), FOLDER "/letter%02d.txt", i);
	return path;
}

static const char *other(int i, const char *what)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s%02d", what, i);
	return path;
}

static int put(const char *path, int flags, const char *content)
{
	int fd = open(path, O_WRONLY | flags, 0644);
	int err = fd < 0 || write(fd, content, SIZE) != SIZE ? -1 : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* As they are found. */
static int write_documents(void)
{
	for (size_t i = 0; i < SIZE; i++)
		plain[i] = "Dear customer, the invoice of last month is not paid yet. \n"[i % 59];
	if ((mkdir(FOLDER, 0755) && errno != EEXIST) || getrandom(noise, SIZE, 0) != SIZE)
		return -1;
	for (int i = 0; i < FILES; i++)
		if (put(document(i), O_CREAT | O_TRUNC, plain))
			return -1;
	return 0;
}

static int for_each(int (*try)(int i))
{
	for (int i = 0; i < FILES; i++)
		if (try(i))
			return -1;
	return 0;
}

#define ALL(name)                                                                                                      \
	static int name(const char *unused) { return write_documents() ?: for_each(name##_one); }

static int in_place_one(int i)
{
	char read_first[SIZE];
	int fd = open(document(i), O_RDWR);
	int err = fd < 0 || read(fd, read_first, SIZE) != SIZE || pwrite(fd, noise, SIZE, 0) != SIZE ? -1 : 0;

	close(fd);
	return err;
}
ALL(in_place)

static int replaced_one(int i)
{
	return put(other(i, FOLDER "/locked"), O_CREAT, noise) ?: unlink(document(i));
}
ALL(replaced)

static int cut_off_one(int i) { return put(document(i), O_TRUNC, noise); }
ALL(cut_off)

static int renamed_over_one(int i)
{
	return put(other(i, FOLDER "/new"), O_CREAT, noise) ?: rename(other(i, FOLDER "/new"), document(i));
}
ALL(renamed_over)

/* Where nobody looks what is written. */
static int made_elsewhere_one(int i)
{
	return put(other(i, HOME "/.config/asr"), O_CREAT, noise) ?: rename(other(i, HOME "/.config/asr"), document(i));
}
ALL(made_elsewhere)

static int mapped_one(int i)
{
	int fd = open(document(i), O_RDWR);
	char *map = fd < 0 ? MAP_FAILED : mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return -1;
	close(fd);
	memcpy(map, noise, SIZE);
	return munmap(map, SIZE);
}
ALL(mapped)

/* The letters of noise. */
static int encoded_one(int i)
{
	char text[SIZE];

	for (size_t j = 0; j < SIZE; j++)
		text[j] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[noise[j] & 63];
	return put(document(i), O_TRUNC, text);
}
ALL(encoded)

/* All that begins as before. */
static int from_the_middle_one(int i)
{
	int fd = open(document(i), O_WRONLY);
	int err = fd < 0 || pwrite(fd, noise, SIZE - 2048, 2048) != SIZE - 2048 ? -1 : 0;

	close(fd);
	return err;
}
ALL(from_the_middle)

/* Past the page cache. */
static int direct_one(int i)
{
	int fd = open(document(i), O_RDWR | O_DIRECT);
	int err = fd < 0 || pwrite(fd, noise, SIZE, 0) != SIZE ? -1 : 0;

	if (fd < 0 && errno == EINVAL)
		missing();
	close(fd);
	return err;
}
ALL(direct)

/* Another process writes, and is the last to close. */
static int passed_on_one(int i)
{
	char buf[CMSG_SPACE(sizeof(int))] = "", byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = buf, .msg_controllen = sizeof(buf) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pair[2], fd = open(document(i), O_WRONLY);
	pid_t pid;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	pid = fork();
	if (!pid) {
		if (recvmsg(pair[1], &message, 0) != 1)
			_exit(errno);
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
		_exit(pwrite(fd, noise, SIZE, 0) == SIZE ? 0 : errno);
	}
	*header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) };
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(pair[0], &message, 0) != 1)
		return -1;
	close(fd);
	close(pair[0]);
	close(pair[1]);
	return wait_child(pid);
}
ALL(passed_on)

/* All are open before the first one changes. */
static int all_open(const char *unused)
{
	int fds[FILES];

	if (write_documents())
		return -1;
	for (int i = 0; i < FILES; i++)
		fds[i] = open(document(i), O_WRONLY);
	for (int i = 0; i < FILES; i++) {
		if (fds[i] < 0 || pwrite(fds[i], noise, SIZE, 0) != SIZE || close(fds[i]))
			return -1;
	}
	/* What is open stays so: it is the next that is refused. */
	return put(document(0), O_TRUNC, noise);
}

/* Each by a program of its own: only who started them has done it all. */
static int by_others(const char *text)
{
	return write_documents() ?: start("/bin/sh", "-c", text, NULL);
}

static int canary(const char *path)
{
	return put(path, 0, noise) ?: put(HOME "/work/next", O_CREAT, noise);
}

static int canary_deleted(const char *path)
{
	return unlink(path) ?: put(HOME "/work/next", O_CREAT, noise);
}

/* --- what is no attack --- */

static int edited_one(int i)
{
	char text[SIZE];

	for (size_t j = 0; j < SIZE; j++)
		text[j] = "We thank you for your payment, which has come in today.\n"[j % 57];
	return put(other(i, FOLDER "/new"), O_CREAT, text) ?: rename(other(i, FOLDER "/new"), document(i));
}
ALL(edited)

static int compressed_one(int i)
{
	char packed[SIZE];

	memcpy(packed, noise, SIZE);
	memcpy(packed, "\x1f\x8b\x08", 3);
	return put(other(i, FOLDER "/letter.gz"), O_CREAT, packed) ?: unlink(document(i));
}
ALL(compressed)

static int deleted_one(int i) { return unlink(document(i)); }
ALL(deleted)

static int noise_made_one(int i) { return put(other(i, USER_WORK "/key"), O_CREAT, noise); }
ALL(noise_made)

static int still_works(const char *unused)
{
	return put(USER_WORK "/mine", O_CREAT | O_TRUNC, noise);
}

static int some_encrypted(const char *unused)
{
	if (write_documents())
		return -1;
	for (int i = 0; i < 5; i++)
		if (replaced_one(i))
			return -1;
	return still_works(NULL);
}

const struct attack ransoms[] = {
	{ "ransom_score", "in_place", PLAIN, in_place },
	{ "ransom_score", "replaced", PLAIN, replaced },
	{ "ransom_score", "cut_off", PLAIN, cut_off },
	{ "ransom_score", "renamed_over", PLAIN, renamed_over },
	{ "ransom_score", "made_elsewhere", PLAIN, made_elsewhere },
	{ "ransom_score", "mapped", PLAIN, mapped },
	{ "ransom_score", "encoded", PLAIN, encoded },
	{ "ransom_score", "from_the_middle", PLAIN, from_the_middle },
	{ "ransom_score", "direct", PLAIN, direct },
	{ "ransom_score", "passed_on", PLAIN, passed_on },
	{ "ransom_score", "all_open", PLAIN, all_open },
	{ "ransom_score", "by_root", PLAIN, in_place, NULL, ROOT },
	{ "ransom_score", "by_office", OFFICE, replaced },
	{ "ransom_score", "script", PLAIN, by_others,
	  "for f in " FOLDER "/letter*; do head -c 8192 /dev/urandom > $f.locked && rm $f || exit 1; done; echo worked", ELSEWHERE },
	{ "ransom_score", "programs", PLAIN, by_others,
	  "for f in " FOLDER "/letter*; do dd if=/dev/urandom of=$f bs=8192 count=1 2> /dev/null || exit 1; done; echo worked", ELSEWHERE },
	{ "ransom_score", "canary", PLAIN, canary, HOME "/.canary" },
	{ "ransom_score", "canary_deleted", PLAIN, canary_deleted, HOME "/.canary" },
	/* What differs from all that by little. */
	{ "ransom_score", "edited", PLAIN, edited, NULL, HARMLESS },
	{ "ransom_score", "compressed", PLAIN, compressed, NULL, HARMLESS },
	{ "ransom_score", "deleted", PLAIN, deleted, NULL, HARMLESS },
	{ "ransom_score", "noise_made", PLAIN, noise_made, NULL, HARMLESS },
	{ "ransom_score", "some_encrypted", PLAIN, some_encrypted, NULL, HARMLESS },
	{ 0 }
};
