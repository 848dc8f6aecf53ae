// SPDX-License-Identifier: MIT
#include <time.h>

#include <decode.h>

#include "intake.h"
#include "journal.h"
#include "server.h"

#define KNOWN 16

/* Immutable once filled. */
struct known_policy {
	uint64_t generation;	/* 0: not filled */
	uint64_t version;
	char name[RAMPART_NAME_MAX + 1];
};

struct intake {
	struct daemon *daemon;
	struct store_boot record;
	struct known_policy known[KNOWN];	/* the newest generations, used round and round */
	unsigned int next;
	uint64_t overruns;
	sd_event_source *trim;
};

/* --- which policy decided --- */

void intake_learn(struct intake *intake, uint64_t generation, struct pb_view name, uint64_t version)
{
	struct known_policy *slot;

	if (!intake || !generation)
		return;
	for (unsigned int i = 0; i < KNOWN; i++)
		if (intake->known[i].generation == generation)
			return;
	slot = &intake->known[intake->next++ % KNOWN];
	slot->generation = generation;
	slot->version = version;
	snprintf(slot->name, sizeof(slot->name), "%.*s", (int)name.len, (const char *)name.data);
}

static const struct known_policy *find_known(const struct intake *intake, uint64_t generation)
{
	for (unsigned int i = 0; i < KNOWN; i++)
		if (generation && intake->known[i].generation == generation)
			return &intake->known[i];
	return NULL;
}

/* Another than rampartd may have loaded it. What stays unknown is remembered as such, not asked for each event. */
static void ask_kernel(struct intake *intake, uint64_t generation)
{
	struct kernel *kernel = daemon_kernel(intake->daemon);
	Rampart__Status *status;
	struct pb_view name;

	if (kernel && !kernel_get_status(kernel, &status)) {
		name = (struct pb_view){ .data = (u8 *)status->policy, .len = strlen(status->policy) };
		intake_learn(intake, status->generation, name, status->version);
		rampart__status__free_unpacked(status, NULL);
	}
	intake_learn(intake, generation, (struct pb_view){ .data = (u8 *)"", .len = 0 }, 0);
}

static void fill(struct intake *intake, Rampart__StoredEvent *stored, Rampart__Event *event)
{
	const struct known_policy *known = find_known(intake, event->generation);

	if (!known && event->generation) {
		ask_kernel(intake, event->generation);
		known = find_known(intake, event->generation);
	}
	rampart__stored_event__init(stored);
	stored->boot = intake->daemon->facts.boot;
	stored->event = event;
	if (known) {
		stored->policy = (char *)known->name;
		stored->version = known->version;
	}
}

/* --- losses --- */

static void note_class(struct intake *intake, enum store_class_index class, const Rampart__Accounting *accounting)
{
	static const char *const names[STORE_CLASSES] = { "blocks", "others" };
	struct store_class *known = &intake->record.classes[class];

	if (!accounting)
		return;
	if (accounting->dropped > known->dropped)
		journal_loss(names[class], accounting->dropped - known->dropped, "in the kernel, whose queue was full");
	known->emitted = accounting->emitted;
	known->delivered = accounting->delivered;
	known->dropped = accounting->dropped;
	known->pending = accounting->pending;
}

/* A number up to the highest must have been received, dropped, or be still on its way. */
static void note_gap(struct intake *intake)
{
	struct store_boot *record = &intake->record;
	uint64_t accounted = record->received;

	for (int i = 0; i < STORE_CLASSES; i++)
		accounted += record->classes[i].dropped + record->classes[i].pending;
	if (record->last_seq <= accounted || record->last_seq - accounted <= record->gap)
		return;
	journal_loss("all", record->last_seq - accounted - record->gap, "on the way: their numbers are missing");
	record->gap = record->last_seq - accounted;
}

/* A module that was loaded anew counts from one again. */
static void note_restart(struct intake *intake, const Rampart__EventBatch *batch)
{
	uint64_t emitted = 0;

	if (!batch->blocks || !batch->others)
		return;
	emitted = batch->blocks->emitted + batch->others->emitted;
	if (emitted < intake->record.last_seq)
		memset(&intake->record, 0, sizeof(intake->record));
}

void intake_overrun(struct intake *intake)
{
	intake->overruns++;
	journal_text(LOG_WARNING, "the socket to the kernel had no room, %llu times by now; the kernel sends it again",
		     (unsigned long long)intake->overruns);
}

/* --- */

static void note_unstored(struct intake *intake, Rampart__StoredEvent **events, size_t n)
{
	intake->record.received += n;
	for (size_t i = 0; i < n; i++)
		if (events[i]->event->seq > intake->record.last_seq)
			intake->record.last_seq = events[i]->event->seq;
}

static void keep(struct intake *intake, const Rampart__EventBatch *batch, Rampart__StoredEvent *stored,
		 Rampart__StoredEvent **list)
{
	const char *boot = intake->daemon->facts.boot;

	for (size_t i = 0; i < batch->n_events; i++) {
		fill(intake, &stored[i], batch->events[i]);
		list[i] = &stored[i];
	}
	if (store_add(intake->daemon->store, boot, list, batch->n_events, &intake->record))
		note_unstored(intake, list, batch->n_events);
	for (size_t i = 0; i < batch->n_events; i++)
		if (stored[i].id != UINT64_MAX)
			journal_event(&stored[i]);
}

void intake_batch(struct intake *intake, const Rampart__EventBatch *batch)
{
	Rampart__StoredEvent *stored = calloc(batch->n_events + 1, sizeof(*stored));
	Rampart__StoredEvent **list = calloc(batch->n_events + 1, sizeof(*list));

	note_restart(intake, batch);
	note_class(intake, STORE_BLOCKS, batch->blocks);
	note_class(intake, STORE_OTHERS, batch->others);
	if (stored && list)
		keep(intake, batch, stored, list);
	else
		journal_loss("all", batch->n_events, "in rampartd, which had no memory for them");
	note_gap(intake);
	free(list);
	free(stored);
	if (batch->n_events && intake->daemon->server)
		server_wake(intake->daemon->server);
}

static int trim(sd_event_source *source, uint64_t usec, void *data)
{
	struct intake *intake = data;
	bool more = store_trim(intake->daemon->store, (int64_t)time(NULL) * 1000000000LL);

	sd_event_source_set_time(source, usec + (more ? INTAKE_TRIM_AGAIN_USEC : INTAKE_TRIM_USEC));
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int intake_init(struct daemon *daemon, struct intake **intake)
{
	struct intake *i = calloc(1, sizeof(*i));
	int err;

	*intake = NULL;
	if (!i)
		return -ENOMEM;
	i->daemon = daemon;
	store_boot(daemon->store, daemon->facts.boot, &i->record);
	err = sd_event_add_time_relative(daemon->event, &i->trim, CLOCK_MONOTONIC, 0, 0, trim, i);
	if (err < 0) {
		free(i);
		return err;
	}
	*intake = i;
	return 0;
}

void intake_exit(struct intake *intake)
{
	if (!intake)
		return;
	sd_event_source_disable_unref(intake->trim);
	free(intake);
}
