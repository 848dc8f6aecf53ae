// SPDX-License-Identifier: MIT
/*
 * What the kernel reports, on its whole way: decoded, counted, kept in a store in memory, read back the same, written to
 * the journal, and shown by rampartctl. The input: blocks, each an EventBatch.
 */
#include "../../daemon/cli/event_print.h"
#include "escape.h"
#include "fuzz.h"
#include "intake.h"
#include "server.h"

/* --- the rest of the daemon, made up --- */

static struct daemon host = { .server = (struct server *)&host };
static unsigned int woken;

struct kernel *daemon_kernel(const struct daemon *daemon)
{
	return (struct kernel *)&host;
}

/* Knows generation 1, and gives up at what it is asked of any other. */
int kernel_get_status(struct kernel *kernel, Rampart__Status **status)
{
	Rampart__Status *s = malloc(sizeof(*s));

	rampart__status__init(s);
	s->generation = 1;
	s->version = 7;
	s->policy = strdup("fuzzed");
	*status = s;
	return 0;
}

void server_wake(struct server *server)
{
	woken++;
}

/* The machine's own journal is not for this. */
int sd_journal_send(const char *format, ...)
{
	return 0;
}

/* --- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	quiet();
	strcpy(host.facts.boot, "0123456789abcdef0123456789abcdef");
	REQUIRE(sd_event_new(&host.event) >= 0);
	return 0;
}

static bool same_event(const Rampart__Event *a, const Rampart__Event *b)
{
	size_t len = rampart__event__get_packed_size(a);
	uint8_t *first = malloc(len + 1), *second = malloc(len + 1);
	bool same = rampart__event__get_packed_size(b) == len;

	if (same) {
		rampart__event__pack(a, first);
		rampart__event__pack(b, second);
		same = !memcmp(first, second, len);
	}
	free(second);
	free(first);
	return same;
}

static bool is_in(const Rampart__Event *event, const Rampart__EventBatch *const *batches, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		for (size_t j = 0; j < batches[i]->n_events; j++)
			if (same_event(event, batches[i]->events[j]))
				return true;
	return false;
}

/* What is printed can neither act on a terminal nor break a document. */
static void show(const Rampart__StoredEvent *stored)
{
	json_t *doc = event_json(stored), *value;
	char *text = json_dumps(doc, JSON_ENSURE_ASCII), *safe;
	const char *key;

	REQUIRE(doc && text);
	json_object_foreach(doc, key, value) {
		if (!json_is_string(value))
			continue;
		safe = escape_text(json_string_value(value));
		REQUIRE(!strcmp(safe, json_string_value(value)));
		free(safe);
	}
	event_line(stored);
	free(text);
	json_decref(doc);
}

/* How many events are in the store; each is one that came. */
static size_t read_back(const Rampart__EventBatch *const *batches, unsigned int n)
{
	struct store_query query = { .since_ns = INT64_MIN, .limit = UINT32_MAX, .all_users = true };
	size_t total = 0;
	int rows;

	do {
		Rampart__Response response = RAMPART__RESPONSE__INIT;

		rows = store_read(host.store, &query, &response);
		REQUIRE(rows >= 0);
		for (size_t i = 0; i < response.n_events; i++) {
			REQUIRE(is_in(response.events[i]->event, batches, n));
			show(response.events[i]);
			query.after_id = response.events[i]->id;
			rampart__stored_event__free_unpacked(response.events[i], NULL);
		}
		total += rows;
		free(response.events);
	} while (rows);
	return total;
}

#define BATCHES 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct store_limits limits = { 0 };
	struct input in = { data, size };
	Rampart__EventBatch *batches[BATCHES];
	size_t events = 0, kept;
	unsigned int n = 0;

	REQUIRE(!store_open(":memory:", &limits, &host.store) && !intake_init(&host, &host.intake));
	while (in.len && n < BATCHES) {
		struct input block = input_block(&in);

		batches[n] = rampart__event_batch__unpack(NULL, block.len, block.data);
		if (!batches[n])
			continue;
		woken = 0;
		intake_batch(host.intake, batches[n]);
		REQUIRE(woken == !!batches[n]->n_events);
		events += batches[n++]->n_events;
	}
	kept = read_back((const Rampart__EventBatch *const *)batches, n);
	REQUIRE(kept <= events && (kept || !events) && !store_unstored(host.store));
	while (n)
		rampart__event_batch__free_unpacked(batches[--n], NULL);
	intake_exit(host.intake);
	store_close(host.store);
	return 0;
}
