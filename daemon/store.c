// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "store_db.h"

#define SECOND 1000000000LL

int store_open(const char *path, const struct store_limits *limits, struct store **store)
{
	struct store *s = calloc(1, sizeof(*s));

	*store = s;
	if (!s)
		return -ENOMEM;
	s->path = strdup(path);
	if (!s->path) {
		free(s);
		return -ENOMEM;
	}
	s->limits = *limits;
	s->limits.age = limits->age ?: STORE_AGE;
	s->limits.size = limits->size ?: STORE_SIZE;
	store_db_open(s);
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_db_close(store);
	free(store->path);
	free(store);
}

const char *store_failed(const struct store *store)
{
	return *store->failure ? store->failure : NULL;
}

uint64_t store_unstored(const struct store *store)
{
	return store->unstored;
}

/* --- what is known of a boot --- */

void store_boot(struct store *store, const char *boot, struct store_boot *record)
{
	sqlite3_stmt *s = store_db_statement(store, STORE_LOAD_BOOT);

	memset(record, 0, sizeof(*record));
	if (!s)
		return;
	sqlite3_bind_text(s, 1, boot, -1, SQLITE_STATIC);
	if (sqlite3_step(s) == SQLITE_ROW) {
		record->last_seq = sqlite3_column_int64(s, 1);
		record->received = sqlite3_column_int64(s, 2);
		record->gap = sqlite3_column_int64(s, 3);
		for (int i = 0; i < STORE_CLASSES; i++)
			record->classes[i] = (struct store_class){
				.emitted = sqlite3_column_int64(s, 4 + 4 * i),
				.delivered = sqlite3_column_int64(s, 5 + 4 * i),
				.dropped = sqlite3_column_int64(s, 6 + 4 * i),
				.pending = sqlite3_column_int64(s, 7 + 4 * i),
			};
	}
	sqlite3_reset(s);
}

static int save_boot(struct store *store, const char *boot, const struct store_boot *record)
{
	sqlite3_stmt *s = store_db_statement(store, STORE_SAVE_BOOT);
	int code;

	if (!s)
		return SQLITE_ERROR;
	sqlite3_bind_text(s, 1, boot, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, record->last_seq);
	sqlite3_bind_int64(s, 3, record->received);
	sqlite3_bind_int64(s, 4, record->gap);
	for (int i = 0; i < STORE_CLASSES; i++) {
		sqlite3_bind_int64(s, 5 + 4 * i, record->classes[i].emitted);
		sqlite3_bind_int64(s, 6 + 4 * i, record->classes[i].delivered);
		sqlite3_bind_int64(s, 7 + 4 * i, record->classes[i].dropped);
		sqlite3_bind_int64(s, 8 + 4 * i, record->classes[i].pending);
	}
	code = sqlite3_step(s);
	sqlite3_reset(s);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* --- adding --- */

static void bind_event(sqlite3_stmt *s, const Rampart__StoredEvent *stored)
{
	const Rampart__Event *event = stored->event;

	sqlite3_bind_text(s, 1, stored->boot, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, event->seq);
	sqlite3_bind_int64(s, 3, event->time_ns);
	sqlite3_bind_int(s, 4, event->outcome);
	sqlite3_bind_int(s, 5, event->op);
	sqlite3_bind_text(s, 6, event->rule, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 7, event->subject ? event->subject->uid : 0);
	sqlite3_bind_text(s, 8, event->subject ? event->subject->exe : "", -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 9, event->object ? event->object->path : "", -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 10, event->generation);
	sqlite3_bind_text(s, 11, stored->policy, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 12, stored->version);
}

static int insert(struct store *store, Rampart__StoredEvent *stored)
{
	sqlite3_stmt *s = store_db_statement(store, STORE_INSERT);
	size_t len = rampart__event__get_packed_size(stored->event);
	uint8_t *body = malloc(len + 1);
	int code = SQLITE_NOMEM;

	if (!s)
		code = sqlite3_errcode(store->db);
	if (!s || !body)
		goto free_body;
	rampart__event__pack(stored->event, body);
	bind_event(s, stored);
	sqlite3_bind_blob(s, 13, body, len, SQLITE_STATIC);
	code = sqlite3_step(s);
	stored->id = sqlite3_changes(store->db) ? (uint64_t)sqlite3_last_insert_rowid(store->db) : UINT64_MAX;
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
free_body:
	free(body);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* An exclusion that let it through, and whatever it stands for. */
static int count_hit(struct store *store, const Rampart__Event *event)
{
	sqlite3_stmt *s;
	int code;

	if (!*event->exclusion || event->outcome != RAMPART__OUTCOME__ALLOWED)
		return SQLITE_OK;
	s = store_db_statement(store, STORE_HIT_EXCLUSION);
	if (!s)
		return sqlite3_errcode(store->db);
	sqlite3_bind_text(s, 1, event->exclusion, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, event->count ?: 1);
	sqlite3_bind_int64(s, 3, event->time_ns);
	code = sqlite3_step(s);
	sqlite3_reset(s);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int add_all(struct store *store, const char *boot, Rampart__StoredEvent **events, size_t n,
		   struct store_boot *record)
{
	struct store_boot grown = *record;
	int code = store_db_exec(store, "BEGIN IMMEDIATE");

	for (size_t i = 0; code == SQLITE_OK && i < n; i++) {
		code = insert(store, events[i]);
		if (code != SQLITE_OK || events[i]->id == UINT64_MAX)
			continue;
		code = count_hit(store, events[i]->event);
		grown.received++;
		if (events[i]->event->seq > grown.last_seq)
			grown.last_seq = events[i]->event->seq;
	}
	if (code == SQLITE_OK)
		code = save_boot(store, boot, &grown);
	if (code == SQLITE_OK)
		code = store_db_exec(store, "COMMIT");
	if (code == SQLITE_OK)
		*record = grown;
	return code;
}

static void recovered(struct store *store)
{
	if (!*store->failure)
		return;
	*store->failure = '\0';
	journal_store(LOG_NOTICE, "written again", store->unstored);
}

int store_add(struct store *store, const char *boot, Rampart__StoredEvent **events, size_t n,
	      struct store_boot *record)
{
	int code;

	/* The second try is for a database that had to be begun, or opened, anew. */
	for (int try = 0; try < 2; try++) {
		if (!store->db)
			store_db_open(store);
		if (!store->db)
			break;
		code = add_all(store, boot, events, n, record);
		if (code == SQLITE_OK) {
			recovered(store);
			return 0;
		}
		if (store_db_failed(store, code))
			continue;
		if (store->db && !sqlite3_get_autocommit(store->db))
			store_db_exec(store, "ROLLBACK");
		break;
	}
	for (size_t i = 0; i < n; i++)
		events[i]->id = 0;
	store->unstored += n;
	return -EIO;
}

/* --- exclusions --- */

int store_see_exclusions(struct store *store, const char *names, int64_t now)
{
	sqlite3_stmt *s = store_db_statement(store, STORE_SEE_EXCLUSIONS);
	int code;

	if (!s)
		return -EIO;
	sqlite3_bind_text(s, 1, names, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, now);
	code = sqlite3_step(s);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	if (code == SQLITE_DONE)
		return 0;
	store_db_failed(store, code);
	return -EIO;
}

/* --- retention --- */

static int64_t pragma_value(struct store *store, const char *sql)
{
	sqlite3_stmt *s;
	int64_t value = 0;

	if (sqlite3_prepare_v2(store->db, sql, -1, &s, NULL) != SQLITE_OK)
		return 0;
	if (sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return value;
}

/* Pages that are free will be used again, so they do not count, and the file is never made smaller. */
static bool too_large(struct store *store)
{
	int64_t pages = pragma_value(store, "PRAGMA page_count") - pragma_value(store, "PRAGMA freelist_count");

	return pages * pragma_value(store, "PRAGMA page_size") > store->limits.size;
}

/* Returns how many rows went, or -1. */
static int delete_some(struct store *store, enum store_statement which, int64_t before)
{
	sqlite3_stmt *s = store_db_statement(store, which);
	int code, n = 1;

	if (!s)
		return -1;
	if (which == STORE_DELETE_OLD)
		sqlite3_bind_int64(s, n++, before);
	sqlite3_bind_int(s, n, STORE_TRIM_ROWS);
	code = sqlite3_step(s);
	n = code == SQLITE_DONE ? sqlite3_changes(store->db) : -1;
	sqlite3_reset(s);
	if (n < 0)
		store_db_failed(store, code);
	return n;
}

bool store_trim(struct store *store, int64_t now)
{
	int n;

	if (!store->db)
		return false;
	n = delete_some(store, STORE_DELETE_OLD, now - store->limits.age * SECOND);
	if (n >= 0 && n < STORE_TRIM_ROWS && too_large(store))
		n = delete_some(store, STORE_DELETE_OLDEST, 0);
	return n == STORE_TRIM_ROWS;
}
