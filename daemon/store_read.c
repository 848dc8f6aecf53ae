// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_db.h"

static void bind_query(sqlite3_stmt *s, const struct store_query *query, uint32_t limit)
{
	sqlite3_bind_int64(s, 1, query->after_id < INT64_MAX ? query->after_id : INT64_MAX);
	sqlite3_bind_int64(s, 2, query->since_ns);
	sqlite3_bind_int(s, 3, query->all_users);
	sqlite3_bind_int64(s, 4, query->uid);
	sqlite3_bind_int64(s, 5, limit);
}

int store_seek(struct store *store, const struct store_query *query, uint64_t *after_id)
{
	sqlite3_stmt *s = store_db_statement(store, STORE_SEEK);
	int code;

	*after_id = query->after_id;
	if (!s)
		return -EIO;
	bind_query(s, query, query->limit);
	code = sqlite3_step(s);
	if (code == SQLITE_ROW && sqlite3_column_type(s, 0) == SQLITE_INTEGER)
		*after_id = sqlite3_column_int64(s, 0) - 1;
	sqlite3_reset(s);
	if (code == SQLITE_ROW)
		return 0;
	store_db_failed(store, code);
	return -EIO;
}

static char *copy_text(sqlite3_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	return strdup(text ?: "");
}

/* -EIO for a body that is no event: a damaged row. */
static int take_row(sqlite3_stmt *s, Rampart__StoredEvent **event)
{
	Rampart__StoredEvent *stored = malloc(sizeof(*stored));
	int err = -ENOMEM;

	if (!stored)
		return err;
	rampart__stored_event__init(stored);
	stored->id = sqlite3_column_int64(s, 0);
	stored->boot = copy_text(s, 1);
	stored->policy = copy_text(s, 2);
	stored->version = sqlite3_column_int64(s, 3);
	if (stored->boot && stored->policy) {
		const void *body = sqlite3_column_blob(s, 4);

		stored->event = rampart__event__unpack(NULL, sqlite3_column_bytes(s, 4), body);
		err = stored->event ? 0 : -EIO;
	}
	*event = stored;
	if (err)
		rampart__stored_event__free_unpacked(stored, NULL);
	return err;
}

static int append(Rampart__Response *response, Rampart__StoredEvent *event)
{
	Rampart__StoredEvent **grown = reallocarray(response->events, response->n_events + 1, sizeof(*grown));

	if (!grown) {
		rampart__stored_event__free_unpacked(event, NULL);
		return -ENOMEM;
	}
	response->events = grown;
	grown[response->n_events++] = event;
	return 0;
}

int store_read(struct store *store, const struct store_query *query, Rampart__Response *response)
{
	sqlite3_stmt *s = store_db_statement(store, STORE_READ);
	uint32_t limit = query->limit < STORE_READ_ROWS ? query->limit : STORE_READ_ROWS;
	Rampart__StoredEvent *event;
	int code, err = 0, n = 0;
	size_t bytes = 0;

	if (!s)
		return -EIO;
	bind_query(s, query, limit);
	code = sqlite3_step(s);
	while (code == SQLITE_ROW && !err && bytes < STORE_READ_BYTES) {
		bytes += sqlite3_column_bytes(s, 4);
		err = take_row(s, &event);
		if (!err)
			err = append(response, event);
		if (!err) {
			n++;
			code = sqlite3_step(s);
		}
	}
	sqlite3_reset(s);
	if (!err && code != SQLITE_ROW && code != SQLITE_DONE) {
		store_db_failed(store, code);
		err = -EIO;
	}
	return err ? err : n;
}

static int append_exclusion(sqlite3_stmt *s, Rampart__Response *response)
{
	Rampart__ExclusionHits **grown, *hits = malloc(sizeof(*hits));

	if (!hits)
		return -ENOMEM;
	rampart__exclusion_hits__init(hits);
	hits->name = copy_text(s, 0);
	hits->hits = sqlite3_column_int64(s, 1);
	hits->since_ns = sqlite3_column_int64(s, 2);
	hits->last_ns = sqlite3_column_int64(s, 3);
	grown = reallocarray(response->exclusions, response->n_exclusions + 1, sizeof(*grown));
	if (grown) {
		response->exclusions = grown;
		grown[response->n_exclusions] = hits;
	}
	if (grown && hits->name) {
		response->n_exclusions++;
		return 0;
	}
	rampart__exclusion_hits__free_unpacked(hits, NULL);
	return -ENOMEM;
}

int store_read_exclusions(struct store *store, Rampart__Response *response)
{
	sqlite3_stmt *s = store_db_statement(store, STORE_READ_EXCLUSIONS);
	int code, err = 0;

	if (!s)
		return -EIO;
	while (!err && (code = sqlite3_step(s)) == SQLITE_ROW)
		err = append_exclusion(s, response);
	sqlite3_reset(s);
	if (err || code == SQLITE_DONE)
		return err;
	store_db_failed(store, code);
	return -EIO;
}

int store_get(struct store *store, uint64_t id, Rampart__StoredEvent **event)
{
	sqlite3_stmt *s = store_db_statement(store, STORE_GET);
	int code, err = -ENOENT;

	if (!s)
		return -EIO;
	sqlite3_bind_int64(s, 1, id < INT64_MAX ? id : INT64_MAX);
	code = sqlite3_step(s);
	if (code == SQLITE_ROW)
		err = take_row(s, event);
	sqlite3_reset(s);
	if (code != SQLITE_ROW && code != SQLITE_DONE) {
		store_db_failed(store, code);
		err = -EIO;
	}
	return err;
}
