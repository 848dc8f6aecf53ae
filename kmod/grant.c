// SPDX-License-Identifier: GPL-2.0-only
/* A small fixed table. It is looked at only for what would be denied with a warning, and then mostly empty. */
#include <linux/ktime.h>
#include <linux/spinlock.h>

#include <names.h>

#include "device.h"
#include "grant.h"
#include "label.h"
#include "rampart.h"

#define GRANTS_MAX 256
#define RULE_MAX RAMPART_ID_MAX	/* bytes of a rule's name, as in struct rampart_event */

struct grant {
	char rule[RULE_MAX + 1];
	u64 dev;
	u64 ino;
	u32 place;
	u32 uid;
	u64 generation;
	u64 expiry;	/* ktime_get_boottime_ns(); 0: the slot is free */
};

static DEFINE_RAW_SPINLOCK(lock);
static struct grant grants[GRANTS_MAX];
static unsigned int used;	/* slots that are not free; written under the lock */

/* --- the message --- */

enum { FIELD_RULE = 1, FIELD_DEV, FIELD_INO, FIELD_PLACE, FIELD_UID, FIELD_SECONDS, FIELD_GENERATION };

static enum rampart_reason take_u32(const struct pb_field *field, u32 *value)
{
	if (field->value > U32_MAX)
		return RAMPART_REASON_BAD_VALUE;
	*value = field->value;
	return RAMPART_REASON_OK;
}

static enum rampart_reason take_rule(struct pb_view text, char rule[RULE_MAX + 1])
{
	if (text.len > RULE_MAX || memchr(text.data, 0, text.len))
		return RAMPART_REASON_BAD_VALUE;
	memcpy(rule, text.data, text.len);
	return RAMPART_REASON_OK;
}

static enum rampart_reason take_field(const struct pb_field *field, struct grant *grant, u32 *seconds)
{
	if (field->type != (field->number == FIELD_RULE ? PB_BYTES : PB_VARINT))
		return RAMPART_REASON_UNKNOWN_FIELD;
	switch (field->number) {
	case FIELD_RULE:
		return take_rule(field->bytes, grant->rule);
	case FIELD_DEV:
		grant->dev = field->value;
		return RAMPART_REASON_OK;
	case FIELD_INO:
		grant->ino = field->value;
		return RAMPART_REASON_OK;
	case FIELD_PLACE:
		return take_u32(field, &grant->place);
	case FIELD_UID:
		return take_u32(field, &grant->uid);
	case FIELD_SECONDS:
		return take_u32(field, seconds);
	case FIELD_GENERATION:
		grant->generation = field->value;
		return RAMPART_REASON_OK;
	default:
		return RAMPART_REASON_UNKNOWN_FIELD;
	}
}

static enum rampart_reason decode(struct pb_view message, struct grant *grant, u32 *seconds)
{
	struct pb_reader reader = pb_reader(message);
	enum rampart_reason reason;
	struct pb_field field;
	u32 seen = 0;
	int ret;

	while ((ret = pb_next(&reader, &field)) > 0) {
		if (field.number > FIELD_GENERATION)
			return RAMPART_REASON_UNKNOWN_FIELD;
		if (seen & 1u << field.number)
			return RAMPART_REASON_BAD_VALUE;
		seen |= 1u << field.number;
		reason = take_field(&field, grant, seconds);
		if (reason)
			return reason;
	}
	if (ret < 0)
		return ret == -EPROTO ? RAMPART_REASON_UNKNOWN_FIELD : RAMPART_REASON_ENCODING;
	if (!grant->rule[0] || !*seconds || !grant->generation)
		return RAMPART_REASON_MISSING_FIELD;
	return *seconds <= RAMPART_GRANT_SECONDS_MAX ? RAMPART_REASON_OK : RAMPART_REASON_BAD_VALUE;
}

/* A device is granted to whoever uses it, and to the kernel, which has no program. */
static bool is_of_device(const struct grant *grant)
{
	return !grant->ino;
}

static enum rampart_reason check(const struct grant *grant)
{
	const struct rampart_view *view;
	enum rampart_mode mode;
	bool stale;

	rcu_read_lock();
	view = rampart_view();
	stale = view->generation != grant->generation || !view->info.name[0];
	mode = is_of_device(grant) ? rampart_devices_mode(rampart_ruleset_devices(view->rules), grant->rule) :
				     rampart_ruleset_mode(view->rules, grant->rule);
	rcu_read_unlock();
	if (stale)
		return RAMPART_REASON_STALE;
	return mode == RAMPART_MODE_WARN ? RAMPART_REASON_OK : RAMPART_REASON_NOT_WARN;
}

/* --- the table --- */

static bool is_same(const struct grant *a, const struct grant *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->place == b->place && a->uid == b->uid &&
	       a->generation == b->generation && !strcmp(a->rule, b->rule);
}

/* Frees what counts no more, and finds the slot for @grant: its own, or a free one, or none. */
static struct grant *find_slot(const struct grant *grant, u64 now)
{
	struct grant *slot = NULL;
	unsigned int left = 0;

	lockdep_assert_held(&lock);
	for (struct grant *g = grants; g < grants + GRANTS_MAX; g++) {
		if (g->expiry && (g->expiry <= now || g->generation < grant->generation))
			g->expiry = 0;
		if (g->expiry)
			left++;
		if (g->expiry && is_same(g, grant))
			slot = g;
		else if (!g->expiry && !slot)
			slot = g;
	}
	WRITE_ONCE(used, left);
	return slot;
}

static enum rampart_reason insert(const struct grant *grant, u64 now)
{
	struct grant *slot;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	slot = find_slot(grant, now);
	if (slot) {
		WRITE_ONCE(used, used + !slot->expiry);
		*slot = *grant;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	return slot ? RAMPART_REASON_OK : RAMPART_REASON_OVER_CAP;
}

enum rampart_reason rampart_grant_add(struct pb_view message)
{
	u64 now = ktime_get_boottime_ns();
	struct grant grant = {};
	enum rampart_reason reason;
	u32 seconds = 0;

	might_sleep();
	reason = decode(message, &grant, &seconds);
	if (!reason)
		reason = check(&grant);
	if (!reason) {
		grant.expiry = now + (u64)seconds * NSEC_PER_SEC;
		reason = insert(&grant, now);
	}
	if (!reason && is_of_device(&grant))
		rampart_devices_again();
	if (reason)
		pr_notice_ratelimited("grant refused: %s\n", rampart_reason_text(reason));
	return reason;
}

/* Sets the rule of @wanted. */
static bool find(struct grant *wanted, const char *rule)
{
	bool found = false;
	unsigned long flags;
	u64 now;

	if (!READ_ONCE(used) || strscpy(wanted->rule, rule, sizeof(wanted->rule)) < 0)
		return false;
	now = ktime_get_boottime_ns();
	raw_spin_lock_irqsave(&lock, flags);
	for (const struct grant *g = grants; g < grants + GRANTS_MAX && !found; g++)
		found = g->expiry > now && is_same(g, wanted);
	raw_spin_unlock_irqrestore(&lock, flags);
	return found;
}

bool rampart_grant_find(const char *rule, const struct exe_id *exe, u32 place, u32 uid, u64 generation)
{
	struct grant wanted = {
		.dev = exe->dev, .ino = exe->ino, .place = place, .uid = uid, .generation = generation,
	};

	return exe->ino && find(&wanted, rule);
}

bool rampart_grant_find_device(const char *rule, u32 place, u64 generation)
{
	return find(&(struct grant){ .place = place, .generation = generation }, rule);
}
