// SPDX-License-Identifier: MIT
/*
 * What a power cut leaves of the daemon's folder, told by the daemon's own readers.
 *
 *   cut show FOLDER
 *   cut walk LOG DISK FILE DEVICE FOLDER   LOG is dm-log-writes' log of what was written to DISK
 *   cut at N LOG DISK FILE
 *
 * "walk" cuts the power at each entry of the log: what was written up to there goes into FILE, which DEVICE is a loop over, and
 * is mounted at FOLDER and shown. What a disk still holds in its cache comes into the log only when it is flushed, so each of
 * several such writes is also left out in turn. A mark in the log is a version that was promised by then. One line a cut:
 *
 *   N write|flush|mark|without PROMISED BUNDLE STAGED FLOOR TIME EVENTS
 *
 * BUNDLE and STAGED: the version, "-" for none, "bad" for what does not verify. EVENTS: how many the database holds, "-" or
 * "bad".
 */
#include <endian.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "bundle.h"
#include "state.h"
#include "store.h"

/* drivers/md/dm-log-writes.c */
#define LOG_MAGIC 0x6a736677736872ULL
enum { LOG_FLUSH = 1, LOG_FUA = 2, LOG_DISCARD = 4, LOG_MARK = 8 };

#define BLOCK 4096

struct log_super {
	uint64_t magic, version, entries;
	uint32_t sector_size;
} __attribute__((packed));

struct log_entry {
	uint64_t sector, sectors, flags, data_len;
};

struct write {
	uint64_t at, len;
	const uint8_t *data;
};

static const uint8_t *wal;		/* the log */
static size_t wal_size, disk_size;
static uint8_t *disk, *synced, *scratch;	/* as of the entry; as of the last flush; with a write left out */
static struct write *pending;		/* since the last flush */
static size_t n_pending;
static const char *file, *device, *folder;

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(3);
}

static void *map(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	*size = st.st_size;
	data = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		die(path);
	close(fd);
	return data;
}

/* --- what is there --- */

static void show_bundle(const struct state *state, enum state_bundle which, X509_STORE *trust)
{
	struct bundle_info info;
	uint8_t *data;
	size_t len;
	int err = state_read(state, which, &data, &len);

	if (err == -ENOENT) {
		printf(" -");
		return;
	}
	if (err || rampart_bundle_verify(data, len, trust, time(NULL), &info) != RAMPART_REASON_OK)
		printf(" bad");
	else
		printf(" %llu", (unsigned long long)info.policy.version);
	if (!err)
		bundle_info_free(&info);
	free(data);
}

static int first_column(void *data, int n, char **values, char **names)
{
	snprintf(data, 32, "%s", values[0] ?: "");
	return 0;
}

static bool ask(sqlite3 *db, const char *sql, char answer[32])
{
	return sqlite3_exec(db, sql, first_column, answer, NULL) == SQLITE_OK;
}

/* As the daemon opens it: what is damaged is moved aside then, and said to have failed. */
static void show_events(const char *path)
{
	const struct store_limits limits = { 0 };
	char found[32] = "", n[32] = "";
	struct store *store;
	sqlite3 *db;
	bool good;

	if (access(path, F_OK)) {
		printf(" -\n");
		return;
	}
	if (store_open(path, &limits, &store))
		die(path);
	good = !store_failed(store);
	store_close(store);
	good = good && sqlite3_open(path, &db) == SQLITE_OK;
	if (good) {
		good = ask(db, "PRAGMA integrity_check", found) && !strcmp(found, "ok") &&
		       ask(db, "SELECT count(*) FROM event", n);
		sqlite3_close(db);
	}
	printf(" %s\n", good ? n : "bad");
}

static void show(const char *path)
{
	char error[200], events[4096];
	static X509_STORE *trust;
	struct state state;

	if (!trust)
		trust = rampart_trust_load(RAMPART_TRUST_FILE, error);
	if (!trust || state_open(&state, path))
		die(path);
	show_bundle(&state, STATE_BUNDLE, trust);
	show_bundle(&state, STATE_BUNDLE_NEW, trust);
	printf(" %llu %lld", (unsigned long long)state.floor.version, (long long)state.floor.time);
	state_close(&state);
	snprintf(events, sizeof(events), "%s/events.db", path);
	show_events(events);
}

/* --- cutting --- */

/* Only what is different: most of it is what the cut before left. */
static void save(const uint8_t *image)
{
	static uint8_t *there;
	int fd;

	if (!there) {
		fd = open(file, O_RDWR);
		if (fd < 0)
			die(file);
		there = mmap(NULL, disk_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (there == MAP_FAILED)
			die(file);
		close(fd);
	}
	for (size_t at = 0; at < disk_size; at += BLOCK)
		if (memcmp(there + at, image + at, BLOCK))
			memcpy(there + at, image + at, BLOCK);
}

static void cut(const uint8_t *image, uint64_t n, const char *kind, unsigned long promised)
{
	if (!folder)
		return;
	save(image);
	if (mount(device, folder, "ext4", 0, NULL) < 0)
		die("mount");
	printf("%llu %s %lu", (unsigned long long)n, kind, promised);
	show(folder);
	if (umount(folder) < 0)
		die("umount");
}

static void apply(uint8_t *image, const struct write *write)
{
	if (write->at + write->len > disk_size)
		die("a write beyond the disk");
	memcpy(image + write->at, write->data, write->len);
}

/* Without the last one is what was seen before it. */
static void cut_without_each(uint64_t n, unsigned long promised)
{
	for (size_t i = 0; folder && i + 1 < n_pending; i++) {
		memcpy(scratch, synced, disk_size);
		for (size_t j = 0; j < n_pending; j++)
			if (j != i)
				apply(scratch, &pending[j]);
		cut(scratch, n, "without", promised);
	}
}

static void take_flush(uint64_t n, unsigned long promised)
{
	cut_without_each(n, promised);
	memcpy(synced, disk, disk_size);
	n_pending = 0;
}

/* To the end, or up to an entry. */
static void walk(uint64_t last)
{
	const struct log_super *super = (const void *)wal;
	size_t sector = le32toh(super->sector_size), pos = sector;
	uint64_t entries = le64toh(super->entries);
	unsigned long promised = 0;

	if (le64toh(super->magic) != LOG_MAGIC)
		die("no log");
	pending = calloc(entries, sizeof(*pending));
	cut(disk, 0, "mark", 0);
	for (uint64_t n = 1; n <= entries && n <= last; n++) {
		const struct log_entry *entry = (const void *)(wal + pos);
		uint64_t flags = le64toh(entry->flags);
		struct write write = { .at = le64toh(entry->sector) * sector, .len = le64toh(entry->sectors) * sector };

		pos += sector;
		write.data = wal + pos;
		if (flags & LOG_DISCARD)
			die("a discard");
		if (pos + write.len > wal_size)
			die("the log is too short");
		pos += write.len;
		if (flags & LOG_FLUSH)
			take_flush(n, promised);
		if (flags & LOG_MARK && le64toh(entry->data_len) < 10)	/* the last one, its own, is longer */
			promised = strtoul((const char *)(entry + 1), NULL, 10);
		apply(disk, &write);
		if (write.len && !(flags & LOG_FUA))
			pending[n_pending++] = write;
		else
			apply(synced, &write);
		cut(disk, n, flags & LOG_MARK ? "mark" : flags & LOG_FLUSH ? "flush" : "write", promised);
	}
}

int main(int argc, char **argv)
{
	bool at = argc == 6 && !strcmp(argv[1], "at");

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 3 && !strcmp(argv[1], "show")) {
		show(argv[2]);
		return 0;
	}
	if (!at && (argc != 7 || strcmp(argv[1], "walk"))) {
		fprintf(stderr, "usage: cut show FOLDER | walk LOG DISK FILE DEVICE FOLDER | at N LOG DISK FILE\n");
		return 2;
	}
	wal = map(argv[at ? 3 : 2], &wal_size);
	disk = map(argv[at ? 4 : 3], &disk_size);
	synced = malloc(disk_size);
	scratch = malloc(disk_size);
	if (!synced || !scratch)
		die("memory");
	memcpy(synced, disk, disk_size);
	file = argv[at ? 5 : 4];
	if (!at) {
		device = argv[5];
		folder = argv[6];
	}
	walk(at ? strtoull(argv[2], NULL, 10) : UINT64_MAX);
	if (at)
		save(disk);
	return 0;
}
