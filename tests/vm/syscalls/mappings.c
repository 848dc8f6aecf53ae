// SPDX-License-Identifier: MIT
/* Files in memory. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "case.h"

#define PAGE 4096

static char *map(int fd, int prot, int flags)
{
	void *at = mmap(NULL, 2 * PAGE, prot, flags, fd, 0);

	see_ok(at == MAP_FAILED ? -1 : 0);
	return at;
}

static void shared(void)
{
	int fd = make_file("big", 2 * PAGE);
	char *at = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED), text[6];

	memcpy(at + 100, "mapped", 6);
	see(pread(fd, text, 6, 100));
	see_bytes(text, 6);
	see(pwrite(fd, "write", 5, PAGE));
	see_bytes(at + PAGE, 5);
	see(msync(at, 2 * PAGE, MS_SYNC));
	see(msync(at, 2 * PAGE, MS_ASYNC | MS_INVALIDATE));
	see(msync(at + 1, PAGE, MS_SYNC));
	see(madvise(at, PAGE, MADV_DONTNEED));
	see_bytes(at + 100, 6);
	see(madvise(at, PAGE, MADV_REMOVE));
	close(fd);
	see(unlink("big"));
	memcpy(at, "gone", 4);
	see(munmap(at, 2 * PAGE));
}

static void private(void)
{
	int fd = make_file("big", 2 * PAGE);
	char *at = map(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE), text[6];

	memcpy(at, "mine", 4);
	see(pread(fd, text, 4, 0));
	see_bytes(text, 4);
	see(pwrite(fd, "theirs", 6, 0));
	see_bytes(at, 6);
	see(msync(at, 2 * PAGE, MS_SYNC));
	see_content("big");
}

static void rights(void)
{
	int read_only = see_open("file", O_RDONLY, 0), write_only = see_open("file", O_WRONLY, 0);
	char *at;

	map(read_only, PROT_READ | PROT_WRITE, MAP_SHARED);
	map(read_only, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	map(write_only, PROT_WRITE, MAP_SHARED);
	map(write_only, PROT_READ, MAP_PRIVATE);
	at = map(read_only, PROT_READ, MAP_SHARED);
	see(mprotect(at, PAGE, PROT_READ | PROT_WRITE));
	at = map(read_only, PROT_READ, MAP_PRIVATE);
	see(mprotect(at, PAGE, PROT_READ | PROT_WRITE));
	at = map(see_open("file", O_RDWR, 0), PROT_READ, MAP_SHARED);
	see(mprotect(at, PAGE, PROT_READ | PROT_WRITE));
	memcpy(at, "CONTENT", 7);
	see(mprotect(at, PAGE, PROT_READ | PROT_EXEC));
	see_content("file");
}

static void wrong(void)
{
	map(see_open("dir", O_RDONLY, 0), PROT_READ, MAP_SHARED);
	map(see_open("file", O_PATH, 0), PROT_READ, MAP_SHARED);
	map(-1, PROT_READ, MAP_SHARED);
	map(see_open("file", O_RDWR, 0), PROT_READ, 0);
	map(see_open("file", O_RDWR, 0), PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE | MAP_SYNC);
	map(see_open("file", O_RDWR, 0), PROT_READ | PROT_WRITE, MAP_SHARED_VALIDATE);
	see_ok((long)mmap(NULL, 0, PROT_READ, MAP_SHARED, see_open("file", O_RDWR, 0), 0));
	see_ok((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, see_open("file", O_RDWR, 0), 1));
}

static void past_end(void)
{
	char *at = map(see_open("file", O_RDWR, 0), PROT_READ | PROT_WRITE, MAP_SHARED);

	at[100] = 'x';
	see_content("file");
	at[PAGE] = 'x';
}

static void cut(void)
{
	int fd = make_file("big", 2 * PAGE);
	char *at = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);

	see(ftruncate(fd, 10));
	see_bytes(at, 12);
	see(ftruncate(fd, 2 * PAGE));
	at[PAGE] = 'y';
	see(ftruncate(fd, PAGE));
	at[PAGE] = 'z';
}

static void write_to_read_only(void)
{
	char *at = map(see_open("file", O_RDONLY, 0), PROT_READ, MAP_SHARED);

	at[0] = 'x';
}

static void moved(void)
{
	int fd = make_file("big", 4 * PAGE);
	char *at = map(fd, PROT_READ | PROT_WRITE, MAP_SHARED);

	at = mremap(at, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	see_ok(at == MAP_FAILED ? -1 : 0);
	memcpy(at + 3 * PAGE, "far", 3);
	see(mlock(at, PAGE));
	see(remap_file_pages(at, PAGE, 0, 1, 0));
	see(pwrite(fd, at + PAGE, PAGE, 0));
	see(read(see_open("file", O_RDONLY, 0), at + PAGE, PAGE));
}

const struct sequence mappings[] = {
	{ "shared", shared },
	{ "private", private },
	{ "rights", rights },
	{ "wrong", wrong },
	{ "past-end", past_end },
	{ "cut", cut },
	{ "write-to-read-only", write_to_read_only },
	{ "moved", moved },
	{}
};
