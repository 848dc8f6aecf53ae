// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "journal.h"
#include "store_db.h"

/*
 * Only what is asked for has a column of its own; body is the whole Event, so that it can be shown, and replayed. The
 * WAL is synced when it is folded in, not at every commit: a power cut may cost the last events, never the database.
 */
static const char tables[] =
	"CREATE TABLE event("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT NOT NULL, seq INTEGER NOT NULL, time_ns INTEGER NOT NULL,"
	"  outcome INTEGER NOT NULL, op INTEGER NOT NULL, rule TEXT NOT NULL, uid INTEGER NOT NULL, exe TEXT NOT NULL,"
	"  path TEXT NOT NULL, generation INTEGER NOT NULL, policy TEXT NOT NULL, version INTEGER NOT NULL,"
	"  body BLOB NOT NULL, UNIQUE(boot, seq, time_ns)) STRICT;"
	"CREATE INDEX event_time ON event(time_ns);"
	"CREATE INDEX event_uid ON event(uid, id);"
	"CREATE TABLE boot("
	"  boot TEXT PRIMARY KEY, last_seq INTEGER NOT NULL, received INTEGER NOT NULL, gap INTEGER NOT NULL,"
	"  blocks_emitted INTEGER NOT NULL, blocks_delivered INTEGER NOT NULL, blocks_dropped INTEGER NOT NULL,"
	"  blocks_pending INTEGER NOT NULL, others_emitted INTEGER NOT NULL, others_delivered INTEGER NOT NULL,"
	"  others_dropped INTEGER NOT NULL, others_pending INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"PRAGMA user_version = 1;";

static const char exclusions[] =
	"CREATE TABLE exclusion(name TEXT PRIMARY KEY, hits INTEGER NOT NULL, since_ns INTEGER NOT NULL,"
	"  last_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"PRAGMA user_version = 2;";

/* Each makes of the version that is its index the next one. Once released none is changed. */
static const char *const schema_steps[] = { tables, exclusions };
#define SCHEMA_VERSION ((int)(sizeof(schema_steps) / sizeof(schema_steps[0])))

/*
 * Nobody else needs it meanwhile, and without others its index is memory of ours: not a mapped file, where a disk that is
 * full ends the daemon (SIGBUS).
 */
static const char pragmas[] =
	"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
	"PRAGMA journal_size_limit = 16777216;"
	"PRAGMA trusted_schema = OFF; PRAGMA secure_delete = OFF; PRAGMA cell_size_check = ON;";

static const char *const statements[STORE_STATEMENTS] = {
	[STORE_INSERT] = "INSERT INTO event(boot, seq, time_ns, outcome, op, rule, uid, exe, path, generation, policy,"
			 " version, body) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(boot, seq, time_ns) DO NOTHING",
	[STORE_SAVE_BOOT] = "INSERT OR REPLACE INTO boot VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
	[STORE_LOAD_BOOT] = "SELECT * FROM boot WHERE boot = ?",
	[STORE_DELETE_OLD] = "DELETE FROM event WHERE id IN"
			     " (SELECT id FROM event WHERE time_ns < ? ORDER BY time_ns LIMIT ?)",
	[STORE_DELETE_OLDEST] = "DELETE FROM event WHERE id IN (SELECT id FROM event ORDER BY id LIMIT ?)",
	[STORE_SEEK] = "SELECT min(id) FROM (SELECT id FROM event WHERE id > ?1 AND time_ns >= ?2 AND (?3 OR uid = ?4)"
		       " ORDER BY id DESC LIMIT ?5)",
	[STORE_READ] = "SELECT id, boot, policy, version, body FROM event WHERE id > ?1 AND time_ns >= ?2"
		       " AND (?3 OR uid = ?4) ORDER BY id LIMIT ?5",
	[STORE_GET] = "SELECT id, boot, policy, version, body FROM event WHERE id = ?",
	[STORE_SEE_EXCLUSIONS] = "INSERT OR IGNORE INTO exclusion SELECT value, 0, ?2, 0 FROM json_each(?1)",
	[STORE_HIT_EXCLUSION] = "INSERT INTO exclusion VALUES(?1, ?2, ?3, ?3) ON CONFLICT(name) DO UPDATE"
				" SET hits = hits + ?2, last_ns = max(last_ns, ?3)",
	[STORE_READ_EXCLUSIONS] = "SELECT name, hits, since_ns, last_ns FROM exclusion ORDER BY name",
};

int store_db_exec(struct store *store, const char *sql)
{
	return sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

sqlite3_stmt *store_db_statement(struct store *store, enum store_statement which)
{
	if (!store->db)
		return NULL;
	if (!store->statements[which])
		sqlite3_prepare_v3(store->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
				   &store->statements[which], NULL);
	return store->statements[which];
}

static int schema_version(struct store *store, int *version)
{
	sqlite3_stmt *statement;
	int code;

	code = sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL);
	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(statement);
	*version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int bring_up_to_date(struct store *store, int version)
{
	int code;

	code = store_db_exec(store, "BEGIN IMMEDIATE");
	for (; code == SQLITE_OK && version < SCHEMA_VERSION; version++)
		code = store_db_exec(store, schema_steps[version]);
	return code == SQLITE_OK ? store_db_exec(store, "COMMIT") : code;
}

/* SQLITE_NOTADB also for tables that this rampartd does not know. */
static int check_schema(struct store *store)
{
	int version, code;

	code = schema_version(store, &version);
	if (code != SQLITE_OK || version == SCHEMA_VERSION)
		return code;
	return version >= 0 && version < SCHEMA_VERSION ? bring_up_to_date(store, version) : SQLITE_NOTADB;
}

static int open_once(struct store *store)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
	int code;

	code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
	if (code == SQLITE_OK)
		code = store_db_exec(store, pragmas);
	if (code == SQLITE_OK)
		code = check_schema(store);
	return code;
}

void store_db_close(struct store *store)
{
	for (int i = 0; i < STORE_STATEMENTS; i++) {
		sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	sqlite3_close(store->db);
	store->db = NULL;
}

static bool is_damaged(int code)
{
	return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

/* Its log holds what is not yet folded in, and would else be played into the new one. */
static bool move_aside(struct store *store)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	char from[4096 + 8], to[4096 + 64];
	long long now = time(NULL);
	bool moved = true;

	for (unsigned int i = 0; i < 3; i++) {
		snprintf(from, sizeof(from), "%s%s", store->path, parts[i]);
		snprintf(to, sizeof(to), "%s.damaged-%lld%s", store->path, now, parts[i]);
		if (rename(from, to) < 0 && errno != ENOENT)
			moved = false;
	}
	return moved;
}

static void record_failure(struct store *store, int code)
{
	bool said = store->db && sqlite3_errcode(store->db) != SQLITE_OK;
	const char *text = said ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);

	if (!*store->failure)
		journal_store(LOG_ERR, text, store->unstored);
	snprintf(store->failure, sizeof(store->failure), "%s", text);
}

void store_db_open(struct store *store)
{
	int code = open_once(store);

	if (is_damaged(code)) {
		record_failure(store, code);
		store_db_close(store);
		if (!move_aside(store))
			return;
		journal_store(LOG_ERR, "the damaged database was moved aside, a new one is begun", store->unstored);
		code = open_once(store);
	}
	if (code == SQLITE_OK)
		return;
	record_failure(store, code);
	store_db_close(store);
}

bool store_db_failed(struct store *store, int code)
{
	record_failure(store, code);
	/* Opened while its file system was read-only, it stays so. */
	if (!is_damaged(code) && (code & 0xff) != SQLITE_READONLY)
		return false;
	store_db_close(store);
	if (is_damaged(code)) {
		if (!move_aside(store))
			return false;
		journal_store(LOG_ERR, "the damaged database was moved aside, a new one is begun", store->unstored);
	}
	store_db_open(store);
	return store->db;
}
