// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "control.h"
#include "journal.h"
#include "state.h"

#define BUNDLE "policy.bundle"
#define STAGED BUNDLE ".new"
#define FLOOR "floor"
#define BASELINE "baseline"
#define DIGEST 32
#define FLOOR_MAX 4096

/* A test includes this file and makes each of these points one at which the process dies. */
#ifndef STATE_FAULT
#define STATE_FAULT(point)
#endif

/* --- files --- */

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			data += n;
			len -= n;
		}
		STATE_FAULT("write");
	}
	return 0;
}

static int write_temporary(const struct state *state, const char *temporary, const uint8_t *data, size_t len)
{
	int fd = openat(state->dir, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err;

	if (fd < 0)
		return -errno;
	STATE_FAULT("create");
	err = write_all(fd, data, len);
	if (!err && fsync(fd) < 0)
		err = -errno;
	close(fd);
	STATE_FAULT("sync");
	return err;
}

static int rename_file(const struct state *state, const char *from, const char *to)
{
	STATE_FAULT("rename");
	if (renameat(state->dir, from, state->dir, to) < 0)
		return -errno;
	STATE_FAULT("sync directory");
	return fsync(state->dir) < 0 ? -errno : 0;
}

static int write_file(const struct state *state, const char *name, const uint8_t *data, size_t len)
{
	char temporary[64];
	int err;

	snprintf(temporary, sizeof(temporary), "%s.tmp", name);
	err = write_temporary(state, temporary, data, len);
	if (!err)
		err = rename_file(state, temporary, name);
	if (err)
		unlinkat(state->dir, temporary, 0);
	return err;
}

static int read_whole(int fd, size_t max, uint8_t **data, size_t *len)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > max)
		return -EFBIG;
	*data = malloc(st.st_size + 1);
	if (!*data)
		return -ENOMEM;
	for (*len = 0; *len < (size_t)st.st_size; *len += n) {
		n = read(fd, *data + *len, st.st_size - *len);
		if (n > 0)
			continue;
		free(*data);
		*data = NULL;
		return n < 0 ? -errno : -EIO;
	}
	return 0;
}

static int read_file(const struct state *state, const char *name, size_t max, uint8_t **data, size_t *len)
{
	int fd = openat(state->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int err;

	*data = NULL;
	if (fd < 0)
		return -errno;
	err = read_whole(fd, max, data, len);
	close(fd);
	return err;
}

/* --- the floor --- */

static int pack_floor(const struct state_floor *floor, uint8_t *buf, size_t cap, size_t *len)
{
	Rampart__Floor message = RAMPART__FLOOR__INIT;

	message.version = floor->version;
	message.time = floor->time;
	if (floor->version) {
		message.digest.data = (uint8_t *)floor->digest;
		message.digest.len = DIGEST;
	}
	*len = DIGEST + rampart__floor__get_packed_size(&message);
	if (*len > cap)
		return -EMSGSIZE;
	rampart__floor__pack(&message, buf + DIGEST);
	return EVP_Digest(buf + DIGEST, *len - DIGEST, buf, NULL, EVP_sha256(), NULL) ? 0 : -ENOMEM;
}

static int unpack_floor(const uint8_t *data, size_t len, struct state_floor *floor)
{
	uint8_t digest[DIGEST];
	Rampart__Floor *message;
	int err = 0;

	if (len < DIGEST || !EVP_Digest(data + DIGEST, len - DIGEST, digest, NULL, EVP_sha256(), NULL) ||
	    memcmp(digest, data, DIGEST))
		return -EBADMSG;
	message = rampart__floor__unpack(NULL, len - DIGEST, data + DIGEST);
	if (!message)
		return -EBADMSG;
	floor->version = message->version;
	floor->time = message->time;
	if (message->digest.len == DIGEST)
		memcpy(floor->digest, message->digest.data, DIGEST);
	else if (message->version)
		err = -EBADMSG;
	rampart__floor__free_unpacked(message, NULL);
	return err;
}

static int write_floor(struct state *state, const struct state_floor *floor)
{
	uint8_t buf[256];
	size_t len;
	int err;

	err = pack_floor(floor, buf, sizeof(buf), &len);
	return err ? err : write_file(state, FLOOR, buf, len);
}

static int read_floor(struct state *state)
{
	size_t len;
	uint8_t *data;
	int err;

	err = read_file(state, FLOOR, FLOOR_MAX, &data, &len);
	if (err == -ENOENT)
		return 0;
	if (!err)
		err = unpack_floor(data, len, &state->floor);
	free(data);
	if (err != -EBADMSG && err != -EFBIG)
		return err;
	journal_text(LOG_ERR, "the floor is damaged; kept as " FLOOR ".damaged, and the floor starts anew");
	memset(&state->floor, 0, sizeof(state->floor));
	return rename_file(state, FLOOR, FLOOR ".damaged");
}

int64_t state_now(const struct state *state)
{
	int64_t now = time(NULL);

	return now > state->floor.time ? now : state->floor.time;
}

int state_raise(struct state *state, uint64_t version, const uint8_t digest[32], int64_t time)
{
	struct state_floor floor = state->floor;
	int err;

	if (version > floor.version) {
		floor.version = version;
		memcpy(floor.digest, digest, DIGEST);
	}
	if (time > floor.time)
		floor.time = time;
	if (floor.version == state->floor.version && floor.time == state->floor.time)
		return 0;
	err = write_floor(state, &floor);
	if (!err)
		state->floor = floor;
	return err;
}

/* --- bundles --- */

int state_stage(struct state *state, const uint8_t *data, size_t len)
{
	return write_file(state, STAGED, data, len);
}

int state_commit(struct state *state)
{
	return rename_file(state, STAGED, BUNDLE);
}

void state_drop(struct state *state)
{
	unlinkat(state->dir, STAGED, 0);
}

int state_read(const struct state *state, enum state_bundle which, uint8_t **data, size_t *len)
{
	return read_file(state, which == STATE_BUNDLE ? BUNDLE : STAGED, CONTROL_MAX, data, len);
}

/* --- */

int state_open(struct state *state, const char *path)
{
	int err;

	memset(state, 0, sizeof(*state));
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	state->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->dir < 0)
		return -errno;
	unlinkat(state->dir, STAGED ".tmp", 0);
	unlinkat(state->dir, FLOOR ".tmp", 0);
	err = read_floor(state);
	if (err)
		state_close(state);
	return err;
}

void state_close(struct state *state)
{
	close(state->dir);
	state->dir = -1;
}

bool state_has_baseline(const struct state *state)
{
	return !faccessat(state->dir, BASELINE, F_OK, 0);
}

int state_set_baseline(struct state *state, const char *text)
{
	return write_file(state, BASELINE, (const uint8_t *)text, strlen(text));
}
