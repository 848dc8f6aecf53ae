// SPDX-License-Identifier: MIT
/* The event store: what is kept, for how long, and what becomes of it when the disk or the database fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../../daemon/store.c"
#include "../../daemon/store_db.c"
#include "../../daemon/store_read.c"

#define BOOT "0123456789abcdef0123456789abcdef"
#define NOW 1795478400LL
#define BATCH_MAX 512

static char folder[] = "/tmp/rampart-store-XXXXXX";
static char path[64];

/* --- events --- */

struct batch {
	Rampart__StoredEvent stored[BATCH_MAX];
	Rampart__Event event[BATCH_MAX];
	Rampart__Subject subject[BATCH_MAX];
	Rampart__Object object[BATCH_MAX];
	Rampart__StoredEvent *list[BATCH_MAX];
};

static char long_path[900];

/* @n events from number @seq on, one a second from @time (seconds) on, of uid 1000 and 1001 in turn. */
static void make_batch(struct batch *batch, uint64_t seq, int64_t time, unsigned int n)
{
	assert_true(n <= BATCH_MAX);
	for (unsigned int i = 0; i < n; i++) {
		rampart__stored_event__init(&batch->stored[i]);
		rampart__event__init(&batch->event[i]);
		rampart__subject__init(&batch->subject[i]);
		rampart__object__init(&batch->object[i]);
		batch->stored[i].boot = BOOT;
		batch->stored[i].policy = "test";
		batch->stored[i].version = 7;
		batch->stored[i].event = &batch->event[i];
		batch->event[i].seq = seq + i;
		batch->event[i].time_ns = (time + i) * SECOND;
		batch->event[i].outcome = RAMPART__OUTCOME__BLOCKED;
		batch->event[i].rule = "folders";
		batch->event[i].generation = 3;
		batch->event[i].subject = &batch->subject[i];
		batch->event[i].object = &batch->object[i];
		batch->subject[i].uid = 1000 + (seq + i) % 2;
		batch->subject[i].exe = "/usr/bin/tool";
		batch->object[i].path = long_path;
		batch->list[i] = &batch->stored[i];
	}
}

static int add(struct store *store, uint64_t seq, int64_t time, unsigned int n, struct store_boot *record)
{
	static struct batch batch;

	make_batch(&batch, seq, time, n);
	return store_add(store, BOOT, batch.list, n, record);
}

static struct store *open_store(struct store_limits limits)
{
	struct store *store;

	assert_int_equal(store_open(path, &limits, &store), 0);
	return store;
}

/* How many there are for @uid (or all of them), read to the end. */
static unsigned int count_uid(struct store *store, bool all, uint32_t uid)
{
	struct store_query query = { .limit = UINT32_MAX, .all_users = all, .uid = uid };
	unsigned int total = 0;
	int n;

	do {
		Rampart__Response *response = malloc(sizeof(*response));

		rampart__response__init(response);
		n = store_read(store, &query, response);
		assert_true(n >= 0);
		total += n;
		if (n)
			query.after_id = response->events[n - 1]->id;
		rampart__response__free_unpacked(response, NULL);
	} while (n);
	return total;
}

static unsigned int count(struct store *store)
{
	return count_uid(store, true, 0);
}

/* Files in the folder whose name contains @part. */
static unsigned int files_with(const char *part)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned int n = 0;

	while ((entry = readdir(dir)))
		n += strstr(entry->d_name, part) != NULL;
	closedir(dir);
	return n;
}

static int set_up(void **state)
{
	strcpy(folder, "/tmp/rampart-store-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/events.db", folder);
	memset(long_path, 'p', sizeof(long_path) - 1);
	long_path[0] = '/';
	return 0;
}

static int tear_down(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while ((entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	return rmdir(folder);
}

/* --- keeping --- */

static void test_add_and_get(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 };
	Rampart__StoredEvent *event;

	assert_int_equal(add(store, 1, NOW, 3, &record), 0);
	assert_int_equal(record.received, 3);
	assert_int_equal(record.last_seq, 3);
	assert_int_equal(store_get(store, 2, &event), 0);
	assert_int_equal(event->event->seq, 2);
	assert_string_equal(event->event->object->path, long_path);
	assert_string_equal(event->policy, "test");
	assert_int_equal(event->version, 7);
	assert_string_equal(event->boot, BOOT);
	rampart__stored_event__free_unpacked(event, NULL);
	assert_int_equal(store_get(store, 4, &event), -ENOENT);
	assert_int_equal(store_get(store, UINT64_MAX, &event), -ENOENT);
	store_close(store);
}

/* The kernel sends a batch again whose acknowledgement it did not get. */
static void test_same_batch_twice(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 };
	static struct batch batch;

	assert_int_equal(add(store, 1, NOW, 4, &record), 0);
	make_batch(&batch, 1, NOW, 6);
	assert_int_equal(store_add(store, BOOT, batch.list, 6, &record), 0);
	for (unsigned int i = 0; i < 4; i++)
		assert_true(batch.stored[i].id == UINT64_MAX);
	assert_in_range(batch.stored[4].id, 5, INT64_MAX);
	assert_int_equal(record.received, 6);
	assert_int_equal(count(store), 6);
	store_close(store);
}

/* A module that was loaded anew in the same boot uses the same numbers for other events. */
static void test_same_numbers_later(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 };

	assert_int_equal(add(store, 1, NOW, 4, &record), 0);
	assert_int_equal(add(store, 1, NOW + 1000, 4, &record), 0);
	assert_int_equal(count(store), 8);
	store_close(store);
}

static void test_boot_record_survives(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { .classes = { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } }, .gap = 2 }, again;

	assert_int_equal(add(store, 10, NOW, 2, &record), 0);
	store_close(store);
	store = open_store((struct store_limits){ 0 });
	store_boot(store, BOOT, &again);
	assert_memory_equal(&again, &record, sizeof(record));
	store_boot(store, "another", &again);
	assert_int_equal(again.last_seq, 0);
	store_close(store);
}

/* --- asking --- */

static void test_users_see_their_own(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 };

	assert_int_equal(add(store, 1, NOW, 501, &record), 0);
	assert_int_equal(count(store), 501);
	assert_int_equal(count_uid(store, false, 1001), 251);
	assert_int_equal(count_uid(store, false, 1000), 250);
	assert_int_equal(count_uid(store, false, 1002), 0);
	store_close(store);
}

static void test_seek(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 };
	struct store_query query = { .limit = 10, .all_users = true };
	uint64_t after;

	assert_int_equal(store_seek(store, &query, &after), 0);
	assert_int_equal(after, 0);
	assert_int_equal(add(store, 1, NOW, 100, &record), 0);
	assert_int_equal(store_seek(store, &query, &after), 0);
	assert_int_equal(after, 90);
	query.limit = 1000;
	query.since_ns = (NOW + 95) * SECOND;
	assert_int_equal(store_seek(store, &query, &after), 0);
	assert_int_equal(after, 95);
	query.since_ns = (NOW + 1000) * SECOND;
	query.after_id = 33;
	assert_int_equal(store_seek(store, &query, &after), 0);
	assert_int_equal(after, 33);
	store_close(store);
}

/* --- retention --- */

static void test_trim_by_age(void **state)
{
	struct store *store = open_store((struct store_limits){ .age = 100 });
	struct store_boot record = { 0 };

	assert_int_equal(add(store, 1, NOW, 200, &record), 0);
	assert_false(store_trim(store, (NOW + 200) * SECOND));
	assert_int_equal(count(store), 100);
	assert_false(store_trim(store, (NOW + 5000) * SECOND));
	assert_int_equal(count(store), 0);
	/* Ids are not given again. */
	assert_int_equal(add(store, 201, NOW, 1, &record), 0);
	assert_int_equal(sqlite3_last_insert_rowid(store->db), 201);
	store_close(store);
}

static void test_trim_is_bounded(void **state)
{
	struct store *store = open_store((struct store_limits){ .age = 1 });
	struct store_boot record = { 0 };

	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(add(store, 1 + 500 * i, NOW, 500, &record), 0);
	assert_true(store_trim(store, (NOW + 5000) * SECOND));
	assert_int_equal(count(store), 5000 - STORE_TRIM_ROWS);
	assert_true(store_trim(store, (NOW + 5000) * SECOND));
	assert_false(store_trim(store, (NOW + 5000) * SECOND));
	assert_int_equal(count(store), 0);
	store_close(store);
}

static void test_trim_by_size(void **state)
{
	const int64_t size = 8 << 20;
	struct store *store = open_store((struct store_limits){ .size = size });
	struct store_boot record = { 0 };
	struct stat st;

	for (unsigned int i = 0; i < 40; i++) {
		assert_int_equal(add(store, 1 + 500 * i, NOW, 500, &record), 0);
		while (store_trim(store, NOW * SECOND))
			;
	}
	assert_false(too_large(store));
	assert_in_range(count(store), 100, 10000);
	store_close(store);
	assert_int_equal(stat(path, &st), 0);
	/* One more turn of adding may stand between two trims. */
	assert_in_range(st.st_size, 1, size + STORE_TRIM_ROWS * 4096LL);
}

/* --- exclusions --- */

struct hit {
	const char *name;
	uint64_t hits;
	int64_t since, last;
};

/* That these are all, and what is known of them. */
static void assert_hits(struct store *store, const struct hit *hits, size_t n)
{
	Rampart__Response *response = malloc(sizeof(*response));

	rampart__response__init(response);
	assert_int_equal(store_read_exclusions(store, response), 0);
	assert_int_equal(response->n_exclusions, n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(response->exclusions[i]->name, hits[i].name);
		assert_int_equal(response->exclusions[i]->hits, hits[i].hits);
		assert_int_equal(response->exclusions[i]->since_ns, hits[i].since);
		assert_int_equal(response->exclusions[i]->last_ns, hits[i].last);
	}
	rampart__response__free_unpacked(response, NULL);
}

/* Events @seq and @seq + 1: each stands for @count operations that @name let through, if @outcome says so. */
static void add_hits(struct store *store, uint64_t seq, const char *name, uint32_t count, Rampart__Outcome outcome)
{
	static struct batch batch;
	struct store_boot record = { 0 };

	make_batch(&batch, seq, NOW + seq, 2);
	for (unsigned int i = 0; i < 2; i++) {
		batch.event[i].exclusion = (char *)name;
		batch.event[i].count = count;
		batch.event[i].outcome = outcome;
	}
	assert_int_equal(store_add(store, BOOT, batch.list, 2, &record), 0);
}

static void test_exclusions(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });

	assert_hits(store, NULL, 0);
	assert_int_equal(store_see_exclusions(store, "[\"b\", \"a\", \"a\"]", 5), 0);
	add_hits(store, 1, "a", 3, RAMPART__OUTCOME__ALLOWED);
	/* Once more, the same. */
	add_hits(store, 1, "a", 3, RAMPART__OUTCOME__ALLOWED);
	add_hits(store, 3, "a", 1, RAMPART__OUTCOME__BLOCKED);
	add_hits(store, 5, "", 1, RAMPART__OUTCOME__ALLOWED);
	add_hits(store, 7, "c", 1, RAMPART__OUTCOME__ALLOWED);
	assert_int_equal(store_see_exclusions(store, "[\"a\", \"d\"]", 9), 0);
	assert_int_equal(store_see_exclusions(store, "[]", 10), 0);
	assert_hits(store, (const struct hit[]){ { "a", 6, 5, (NOW + 2) * SECOND }, { "b", 0, 5, 0 },
						 { "c", 2, (NOW + 7) * SECOND, (NOW + 8) * SECOND }, { "d", 0, 9, 0 } }, 4);
	/* What is counted does not go with the events. */
	store_trim(store, (NOW + STORE_AGE + 100) * SECOND);
	assert_int_equal(count(store), 0);
	store_close(store);
	store = open_store((struct store_limits){ 0 });
	add_hits(store, 9, "a", 1, RAMPART__OUTCOME__ALLOWED);
	assert_hits(store, (const struct hit[]){ { "a", 8, 5, (NOW + 10) * SECOND }, { "b", 0, 5, 0 },
						 { "c", 2, (NOW + 7) * SECOND, (NOW + 8) * SECOND }, { "d", 0, 9, 0 } }, 4);
	store_close(store);
}

/* A database of the first rampartd goes on to be used. */
static void test_older_tables(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 };

	assert_int_equal(add(store, 1, NOW, 3, &record), 0);
	assert_int_equal(store_db_exec(store, "DROP TABLE exclusion; PRAGMA user_version = 1"), SQLITE_OK);
	store_close(store);
	store = open_store((struct store_limits){ 0 });
	assert_null(store_failed(store));
	assert_int_equal(files_with("events.db.damaged-"), 0);
	assert_int_equal(count(store), 3);
	assert_int_equal(store_see_exclusions(store, "[\"a\"]", 5), 0);
	assert_hits(store, (const struct hit[]){ { "a", 0, 5, 0 } }, 1);
	store_close(store);
}

/* --- damage --- */

static void overwrite(const char *file, off_t from, size_t len)
{
	int fd = open(file, O_WRONLY);

	assert_true(fd >= 0);
	for (size_t i = 0; i < len; i += 7)
		assert_int_equal(pwrite(fd, "garbage", 7, from + i), 7);
	close(fd);
}

static void test_not_a_database(void **state)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	struct store_boot record = { 0 };
	struct store *store;

	close(fd);
	overwrite(path, 0, 70000);
	store = open_store((struct store_limits){ 0 });
	assert_int_equal(add(store, 1, NOW, 3, &record), 0);
	assert_null(store_failed(store));
	assert_int_equal(count(store), 3);
	assert_int_equal(files_with("events.db.damaged-"), 1);
	store_close(store);
}

static void test_damaged_pages(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 };

	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(add(store, 1 + 500 * i, NOW, 500, &record), 0);
	store_close(store);
	overwrite(path, 4096, 60 * 4096);
	store = open_store((struct store_limits){ 0 });
	for (unsigned int i = 4; i < 12; i++)
		assert_int_equal(add(store, 1 + 500 * i, NOW, 500, &record), 0);
	assert_null(store_failed(store));
	assert_int_equal(store_unstored(store), 0);
	assert_true(files_with("events.db.damaged-") >= 1);
	assert_true(count(store) >= 500);
	store_close(store);
}

static void test_newer_tables(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 };

	assert_int_equal(store_db_exec(store, "PRAGMA user_version = 99"), SQLITE_OK);
	store_close(store);
	store = open_store((struct store_limits){ 0 });
	assert_int_equal(add(store, 1, NOW, 3, &record), 0);
	assert_int_equal(files_with("events.db.damaged-"), 1);
	store_close(store);
}

/* --- a full disk: no file may grow past a limit, which is what the kernel answers a write with EFBIG for --- */

static void limit_files(rlim_t size)
{
	struct rlimit limit = { .rlim_cur = size, .rlim_max = RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_full_disk(void **state)
{
	struct store *store = open_store((struct store_limits){ 0 });
	struct store_boot record = { 0 }, before;
	unsigned int kept = 0, lost = 0;

	limit_files(4 << 20);
	for (unsigned int i = 0; i < 20; i++) {
		before = record;
		if (!add(store, 1 + 500 * i, NOW, 500, &record)) {
			kept += 500;
			continue;
		}
		lost += 500;
		assert_memory_equal(&record, &before, sizeof(record));
		assert_non_null(store_failed(store));
	}
	limit_files(RLIM_INFINITY);
	assert_true(kept > 0 && lost > 0);
	assert_int_equal(store_unstored(store), lost);
	/* Nothing that was kept is gone, and it works again without help. */
	assert_int_equal(add(store, 20000, NOW, 500, &record), 0);
	assert_null(store_failed(store));
	assert_int_equal(count(store), kept + 500);
	assert_int_equal(files_with("damaged"), 0);
	store_close(store);
}

static void test_no_folder(void **state)
{
	struct store_boot record = { 0 };
	struct store *store;

	snprintf(path, sizeof(path), "%s/sub/events.db", folder);
	store = open_store((struct store_limits){ 0 });
	assert_non_null(store_failed(store));
	assert_int_equal(add(store, 1, NOW, 3, &record), -EIO);
	assert_int_equal(store_unstored(store), 3);
	assert_false(store_trim(store, NOW * SECOND));
	*strstr(path, "/events.db") = '\0';
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(add(store, 1, NOW, 3, &record), 0);
	assert_int_equal(count(store), 3);
	store_close(store);
	for (const char *const *part = (const char *const[]){ "", "-wal", "-shm", NULL }; *part; part++) {
		snprintf(path, sizeof(path), "%s/sub/events.db%s", folder, *part);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/sub", folder);
	rmdir(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_add_and_get),	  TEST(test_same_batch_twice), TEST(test_same_numbers_later),
		TEST(test_boot_record_survives), TEST(test_users_see_their_own), TEST(test_seek),
		TEST(test_trim_by_age),	  TEST(test_trim_is_bounded),  TEST(test_trim_by_size),
		TEST(test_not_a_database), TEST(test_damaged_pages),   TEST(test_newer_tables),
		TEST(test_exclusions),	   TEST(test_older_tables),
		TEST(test_full_disk),	  TEST(test_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
