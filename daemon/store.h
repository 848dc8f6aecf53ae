/* SPDX-License-Identifier: MIT */
/*
 * The event store: SQLite in WAL mode, DIR/events.db.
 *
 * Retention is by age and by size, oldest first. Ids grow and are never given twice. The same event (boot, seq, time: a
 * module that is loaded anew counts from one again) is kept once however often it arrives. A database that is
 * damaged, or of a newer rampartd, is moved aside as events.db.damaged-<seconds> and a new one begun.
 */
#ifndef RAMPART_STORE_H
#define RAMPART_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.pb-c.h"

#define STORE_AGE (30 * 86400LL)	/* seconds */
#define STORE_SIZE (256LL << 20)	/* bytes of the database, without its log of at most 16 MiB */
#define STORE_TRIM_ROWS 2000		/* deleted at most by one call of store_trim() */
#define STORE_READ_ROWS 256		/* returned at most by one call of store_read() */
#define STORE_READ_BYTES (1 << 20)	/* or so many bytes, but at least one row */

struct store;

struct store_limits {
	int64_t age;	/* seconds; 0: STORE_AGE */
	int64_t size;	/* bytes; 0: STORE_SIZE */
};

/* The kernel's accounting of a class of events, as it last said. */
struct store_class {
	uint64_t emitted, delivered, dropped, pending;
};

enum store_class_index { STORE_BLOCKS, STORE_OTHERS, STORE_CLASSES };

/* What is known of the events of one boot. */
struct store_boot {
	uint64_t last_seq;	/* highest that was kept */
	uint64_t received;	/* how many distinct ones were */
	struct store_class classes[STORE_CLASSES];
	uint64_t gap;		/* numbers up to last_seq that are neither received, dropped nor pending; reported */
};

/*
 * store_open() - 0, or a negative errno when there is no memory. A database that cannot be opened is no error here: the
 * store is then failed, which store_add() tries to mend each time. Free with store_close().
 */
int store_open(const char *path, const struct store_limits *limits, struct store **store);
void store_close(struct store *store);

/* store_failed() - what is wrong with the store, or NULL. store_unstored() - how many events were not kept for that. */
const char *store_failed(const struct store *store);
uint64_t store_unstored(const struct store *store);

/* store_boot() - what is known of @boot; all zero when nothing is. */
void store_boot(struct store *store, const char *boot, struct store_boot *record);

/*
 * store_add() - keeps @events, which are of one boot, and @record in one transaction, and sets the id of each; those
 * that were there before get UINT64_MAX. @record->received and last_seq are brought up to date. Returns 0, or -EIO
 * when none was kept (store_failed() says why), and then all ids are 0.
 */
int store_add(struct store *store, const char *boot, Rampart__StoredEvent **events, size_t n,
	      struct store_boot *record);

/* store_see_exclusions() - @names (a JSON array) are in force at @now, ns since 1970: from now on they are counted. 0 or -EIO. */
int store_see_exclusions(struct store *store, const char *names, int64_t now);

/* store_read_exclusions() - appends all that were ever in force to @response->exclusions. 0, -EIO or -ENOMEM. */
int store_read_exclusions(struct store *store, Rampart__Response *response);

/* store_trim() - deletes what is too old or too much. @now: ns since 1970. True when there is more to delete. */
bool store_trim(struct store *store, int64_t now);

struct store_query {
	int64_t since_ns;
	uint64_t after_id;
	uint32_t limit;		/* the newest so many; at least 1 */
	bool all_users;
	uint32_t uid;		/* unless all_users */
};

/* store_seek() - the id after which the newest @query->limit events that match begin. 0 or -EIO. */
int store_seek(struct store *store, const struct store_query *query, uint64_t *after_id);

/*
 * store_read() - appends what matches after @query->after_id to @response->events, oldest first. How many, or -EIO,
 * -ENOMEM.
 */
int store_read(struct store *store, const struct store_query *query, Rampart__Response *response);

/* store_get() - one event. 0 with *@event to be freed by rampart__stored_event__free_unpacked(), -ENOENT, -EIO. */
int store_get(struct store *store, uint64_t id, Rampart__StoredEvent **event);

#endif
