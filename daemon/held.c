// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "accounts.h"
#include "escape.h"
#include "held.h"
#include "holders.h"
#include "idle.h"
#include "journal.h"

#define PROCESSES 20	/* looked at in one go */
#define LINES 20	/* of the journal; the rest is counted */

struct held {
	sd_event_source *source;
	struct holders *holders;
	unsigned int found;
};

static void tell(void *data, const struct holder *holder)
{
	struct held *held = data;
	char *exe, *path;

	if (held->found++ >= LINES)
		return;
	exe = escape_text(holder->exe);
	path = escape_text(holder->path);
	journal_text(LOG_WARNING, "process %d (%s, user %u) can still write to %s: it had %s before the policy came",
		     (int)holder->pid, exe ?: "?", (unsigned int)holder->uid, path ?: "?",
		     holder->mapping ? "mapped it" : "opened it");
	free(exe);
	free(path);
}

static void stop(struct held *held)
{
	holders_close(held->holders);
	held->holders = NULL;
	held->found = 0;
	sd_event_source_set_enabled(held->source, SD_EVENT_OFF);
}

static int go_on(sd_event_source *source, void *data)
{
	struct held *held = data;

	for (unsigned int i = 0; i < PROCESSES; i++) {
		if (holders_step(held->holders, tell, held))
			continue;
		if (held->found > LINES)
			journal_text(LOG_WARNING, "%u more can still write to protected files: see rampartctl holders",
				     held->found - LINES);
		stop(held);
		break;
	}
	return 0;
}

void held_start(struct held *held, const struct rampart_policy *policy)
{
	int err;

	if (!held)
		return;
	stop(held);
	err = holders_open(&held->holders, policy, ACCOUNTS_PASSWD);
	if (err)
		journal_text(LOG_WARNING, "it could not be looked for who can still write to protected files: %s",
			     strerror(-err));
	else
		sd_event_source_set_enabled(held->source, SD_EVENT_ON);
}

int held_init(struct daemon *daemon, struct held **held)
{
	int err;

	*held = calloc(1, sizeof(**held));
	if (!*held)
		return -ENOMEM;
	err = idle_add(daemon->event, &(*held)->source, go_on, *held);
	if (err >= 0)
		return 0;
	held_exit(*held);
	*held = NULL;
	return err;
}

void held_exit(struct held *held)
{
	if (!held)
		return;
	sd_event_source_disable_unref(held->source);
	holders_close(held->holders);
	free(held);
}
