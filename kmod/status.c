// SPDX-License-Identifier: GPL-2.0-only
/* What Rampart says of itself. */
#include <names.h>

#include "attach.h"
#include "event.h"
#include "host.h"
#include "load.h"
#include "rampart.h"
#include "status.h"
#include "store.h"

#define REASON_SIZE 160
#define UNRESOLVED_SIZE 1024	/* bytes of an escaped path in the list of unresolved programs */

/* What is told last; the list of unresolved programs may be long and has to leave room. */
struct unresolved {
	struct pb_writer *w;
	char text[UNRESOLVED_SIZE];
};

enum { STATUS_ENFORCING = 1, STATUS_REASON, STATUS_POLICY, STATUS_VERSION, STATUS_GENERATION, STATUS_DIGEST,
       STATUS_COUNTERS, STATUS_HOOK, STATUS_SEALED, STATUS_CHALLENGE, STATUS_DISARMED_UNTIL, STATUS_FOLDERS_MODE,
       STATUS_SELF_MODE, STATUS_BLOCKS, STATUS_OTHERS, STATUS_READER, STATUS_FLOOR_VERSION, STATUS_FLOOR_TIME,
       STATUS_HOST, STATUS_UNRESOLVED, STATUS_VALID_UNTIL, STATUS_DISKS_MODE,
       STATUS_SECRETS_MODE, STATUS_ASR_MODE, STATUS_ASR_RULES, STATUS_DEVICES_MODE, STATUS_DEVICE_RULES };

/* --- why not --- */

static unsigned int __printf(2, 3) put_reason(struct pb_writer *w, const char *format, ...)
{
	char text[REASON_SIZE];
	va_list args;

	va_start(args, format);
	vscnprintf(text, sizeof(text), format, args);
	va_end(args);
	pb_put_string(w, STATUS_REASON, text);
	return 1;
}

static unsigned int put_hook_reason(struct pb_writer *w, const struct rampart_hook_status *hook)
{
	if (!hook->needed)
		return 0;
	if (!hook->attached && hook->error == -EBUSY)
		return put_reason(w, "%s is held by another tracer (%d)", hook->name, hook->error);
	if (!hook->attached)
		return put_reason(w, "%s could not be attached (%d)", hook->name, hook->error);
	if (!hook->proven)
		return put_reason(w, "%s has not been seen to work yet", hook->name);
	return 0;
}

static unsigned int put_hook_reasons(struct pb_writer *w)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < rampart_hook_count(); i++) {
		struct rampart_hook_status hook = {};

		rampart_hook_status(i, &hook);
		n += put_hook_reason(w, &hook);
	}
	return n;
}

/* All that speaks against "enforcing"; returns how much. While disarmed, no hook is there, which needs no words. */
static unsigned int put_reasons(struct pb_writer *w, const struct rampart_policy_info *info, u64 generation)
{
	s64 until = rampart_disarmed_until();
	unsigned int n = 0;

	if (!RAMPART_SEALED)
		n += put_reason(w, "this is an unsealed test build");
	if (!generation || !info->name[0])
		n += put_reason(w, "no policy has been loaded");
	else if (rampart_info_strictest(info) == RAMPART_MODE_OFF)
		n += put_reason(w, "the policy in force turns every pillar off");
	if (rampart_store_crowded())
		n += put_reason(w, "too many links lead to one place: what some of them name is not protected");
	if (until)
		return n + put_reason(w, "disarmed until %lld", until);
	return n + put_hook_reasons(w);
}

/* --- the parts --- */

static void put_policy(struct pb_writer *w, const struct rampart_policy_info *info, u64 generation)
{
	pb_put_varint(w, STATUS_GENERATION, generation);
	if (!info->name[0])
		return;
	pb_put_string(w, STATUS_POLICY, info->name);
	pb_put_varint(w, STATUS_VERSION, info->version);
	pb_put_bytes(w, STATUS_DIGEST, info->digest, sizeof(info->digest));
	pb_put_varint(w, STATUS_FOLDERS_MODE, info->folders_mode);
	pb_put_varint(w, STATUS_SELF_MODE, info->self_mode);
	pb_put_varint(w, STATUS_VALID_UNTIL, info->valid_until);
	pb_put_varint(w, STATUS_DISKS_MODE, info->disks_mode);
	pb_put_varint(w, STATUS_SECRETS_MODE, info->secrets_mode);
	pb_put_varint(w, STATUS_ASR_MODE, info->asr_mode);
	pb_put_varint(w, STATUS_ASR_RULES, info->asr_rules);
	pb_put_varint(w, STATUS_DEVICES_MODE, info->devices_mode);
	pb_put_varint(w, STATUS_DEVICE_RULES, info->device_rules);
}

static void put_counters(struct pb_writer *w)
{
	u32 mark = pb_begin(w, STATUS_COUNTERS);

	/* The field of an outcome is its number and one. */
	for (unsigned int outcome = 0; outcome < RAMPART_OUTCOME_NUM; outcome++)
		pb_put_varint(w, outcome + 1, rampart_counter(outcome));
	pb_end(w, mark);
}

static void put_hook(struct pb_writer *w, unsigned int i)
{
	struct rampart_hook_status hook = {};
	u32 mark = pb_begin(w, STATUS_HOOK);

	rampart_hook_status(i, &hook);
	pb_put_string(w, 1, hook.name);
	pb_put_varint(w, 2, hook.needed);
	pb_put_varint(w, 3, hook.attached);
	pb_put_varint(w, 4, (s64)hook.error);
	pb_put_varint(w, 5, hook.calls);
	pb_put_varint(w, 6, hook.proven);
	pb_end(w, mark);
}

static void put_events(struct pb_writer *w)
{
	struct rampart_accounting acc;

	rampart_event_accounting(true, &acc);
	rampart_accounting_pack(w, STATUS_BLOCKS, &acc);
	rampart_event_accounting(false, &acc);
	rampart_accounting_pack(w, STATUS_OTHERS, &acc);
	pb_put_varint(w, STATUS_READER, rampart_event_reader_tgid());
}

static void put_floor(struct pb_writer *w)
{
	struct rampart_floor floor;

	rampart_floor_get(&floor);
	pb_put_varint(w, STATUS_FLOOR_VERSION, floor.version);
	pb_put_varint(w, STATUS_FLOOR_TIME, floor.time);
}

static void put_host(struct pb_writer *w)
{
	u8 challenge[RAMPART_CHALLENGE_SIZE];
	char id[RAMPART_HOST_ID_SIZE];

	rampart_challenge_get(challenge);
	pb_put_bytes(w, STATUS_CHALLENGE, challenge, sizeof(challenge));
	rampart_host_id(id);
	pb_put_string(w, STATUS_HOST, id);
}

/* As many as fit. */
static void put_unresolved(const char *path, void *ctx)
{
	struct unresolved *unresolved = ctx;
	struct pb_writer *w = unresolved->w;
	u32 len = w->len;

	if (w->overflow)
		return;
	pb_put_bytes(w, STATUS_UNRESOLVED, unresolved->text,
		     rampart_text_escape(path, strlen(path), unresolved->text, sizeof(unresolved->text)));
	if (w->overflow) {
		w->len = len;
		w->overflow = false;
	}
}

static int put_all_unresolved(struct pb_writer *w)
{
	struct unresolved *unresolved = kmalloc(sizeof(*unresolved), GFP_KERNEL);

	if (!unresolved)
		return -ENOMEM;
	unresolved->w = w;
	rampart_store_unresolved(put_unresolved, unresolved);
	kfree(unresolved);
	return 0;
}

int rampart_status_pack(struct pb_writer *w)
{
	struct rampart_policy_info info = {};
	u64 generation = rampart_store_info(&info);

	might_sleep();
	if (!put_reasons(w, &info, generation))
		pb_put_varint(w, STATUS_ENFORCING, true);
	put_policy(w, &info, generation);
	put_counters(w);
	for (unsigned int i = 0; i < rampart_hook_count(); i++)
		put_hook(w, i);
	pb_put_varint(w, STATUS_SEALED, RAMPART_SEALED);
	pb_put_varint(w, STATUS_DISARMED_UNTIL, rampart_disarmed_until());
	put_events(w);
	put_floor(w);
	put_host(w);
	if (w->overflow)
		return -EMSGSIZE;
	return put_all_unresolved(w);
}
