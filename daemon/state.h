/* SPDX-License-Identifier: MIT */
/*
 * What must survive a crash: the bundle in force and the floor, below which no policy and no clock counts.
 *
 *   DIR/policy.bundle      in force when rampartd last looked
 *   DIR/policy.bundle.new  handed to the kernel, whose answer was not yet recorded
 *   DIR/floor              SHA-256 of what follows, then a packed Floor
 *   DIR/baseline           what came of marking the files of packages, a line of text
 *
 * Each is written beside itself, synced, renamed, and the directory synced: a reader finds the old or the new, whole.
 */
#ifndef RAMPART_STATE_H
#define RAMPART_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state_floor {
	uint64_t version;
	uint8_t digest[32];	/* SHA-256 of the content that has this version */
	int64_t time;		/* latest time seen, seconds since 1970 */
};

struct state {
	int dir;
	struct state_floor floor;	/* as it is on disk; never lower than it was */
};

enum state_bundle { STATE_BUNDLE, STATE_BUNDLE_NEW };

/*
 * state_open() - makes the directory (0700) when it is not there, takes away what a crash left half, reads the floor.
 * A floor that is damaged is moved aside, said in the journal, and counts as zero. Returns 0 or a negative errno.
 */
int state_open(struct state *state, const char *path);
void state_close(struct state *state);

/* state_now() - the clock, or the latest time seen where that is later; seconds since 1970. */
int64_t state_now(const struct state *state);

/*
 * state_raise() - makes the floor at least this; @digest counts when @version is higher. Writes only when something
 * grows. Returns 0 or a negative errno, and then the floor is as it was.
 */
int state_raise(struct state *state, uint64_t version, const uint8_t digest[32], int64_t time);

/* state_stage() - writes the bundle that is about to be handed to the kernel. */
int state_stage(struct state *state, const uint8_t *data, size_t len);

/* state_commit() - the staged bundle is the one in force. state_drop() - it is not. */
int state_commit(struct state *state);
void state_drop(struct state *state);

/* state_has_baseline() - whether it was recorded. state_set_baseline() - does so: 0 or a negative errno. */
bool state_has_baseline(const struct state *state);
int state_set_baseline(struct state *state, const char *text);

/* state_read() - 0 with *@data to free(), -ENOENT when there is none, or another negative errno. */
int state_read(const struct state *state, enum state_bundle which, uint8_t **data, size_t *len);

#endif
