/* SPDX-License-Identifier: MIT */
/* Inside of the event store: the database and its statements. */
#ifndef RAMPART_STORE_DB_H
#define RAMPART_STORE_DB_H

#include <sqlite3.h>

#include "store.h"

enum store_statement {
	STORE_INSERT,
	STORE_SAVE_BOOT,
	STORE_LOAD_BOOT,
	STORE_DELETE_OLD,
	STORE_DELETE_OLDEST,
	STORE_SEEK,
	STORE_READ,
	STORE_GET,
	STORE_SEE_EXCLUSIONS,
	STORE_HIT_EXCLUSION,
	STORE_READ_EXCLUSIONS,
	STORE_STATEMENTS
};

struct store {
	sqlite3 *db;			/* NULL: could not be opened */
	sqlite3_stmt *statements[STORE_STATEMENTS];	/* prepared when first used */
	char *path;
	struct store_limits limits;
	uint64_t unstored;
	char failure[256];		/* empty: well */
};

/* store_db_open() - opens or makes the database, moving a damaged one aside. Whether it succeeded is store->db. */
void store_db_open(struct store *store);
void store_db_close(struct store *store);

/* store_db_statement() - ready to be bound, or NULL. The caller must call sqlite3_reset() when done. */
sqlite3_stmt *store_db_statement(struct store *store, enum store_statement which);

/* store_db_exec() - an SQLite result code. */
int store_db_exec(struct store *store, const char *sql);

/*
 * store_db_failed() - records what SQLite last said. A damaged database is moved aside and a new one opened, and one that
 * could only be read is opened anew: then true.
 */
bool store_db_failed(struct store *store, int code);

#endif
