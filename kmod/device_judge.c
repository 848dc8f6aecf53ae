// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "device_judge.h"
#include "event.h"
#include "grant.h"
#include "label.h"
#include "rampart.h"

#define TEXT_MAX 256	/* of a device in an event */

static u32 minute_of_week(void)
{
	/* 1970-01-01 was a Thursday. */
	u64 minutes = div_u64(ktime_get_real_seconds(), 60) + 3 * RAMPART_DAY_MINUTES;

	return minutes % (7 * RAMPART_DAY_MINUTES);
}

/* What an event, and a grant, calls the device, whichever function it is about: never RAMPART_PLACE_NONE. */
static u32 place_of(const struct rampart_facts *facts)
{
	u32 hash = 0;

	for (unsigned int i = 0; i < RAMPART_DEVICE_TEXT_NUM; i++)
		if (i != RAMPART_DEVICE_INTERFACE && facts->device.texts[i])
			hash = jhash(facts->device.texts[i], strlen(facts->device.texts[i]), hash);
	return hash & ~1u;
}

void rampart_device_decide(const struct rampart_facts *facts, u32 states, enum rampart_device_access access,
			   struct rampart_decision *decision)
{
	struct rampart_device device = facts->device;
	const struct rampart_device_user user = { .uid = from_kuid(&init_user_ns, current_uid()),
						  .known = !(current->flags & PF_KTHREAD),
						  .minute = minute_of_week() };
	const struct rampart_devices *devices;
	const struct rampart_view *view;

	device.states |= states;
	*decision = (struct rampart_decision){};
	rcu_read_lock();
	view = rampart_view();
	devices = rampart_ruleset_devices(view->rules);
	decision->generation = view->generation;
	if (devices && rampart_devices_accesses(devices) & BIT(access)) {
		rampart_devices_decide(devices, &device, &user, access, &decision->verdict);
		strscpy(decision->rule, decision->verdict.rule, sizeof(decision->rule));
		decision->judged = true;
	}
	rcu_read_unlock();
	decision->verdict.rule = NULL;
	if (decision->verdict.outcome == RAMPART_WARNED && decision->judged &&
	    rampart_grant_find_device(decision->rule, place_of(facts), decision->generation))
		decision->verdict.outcome = RAMPART_BYPASSED;
}

bool rampart_devices_ask_states(u32 states)
{
	return rampart_devices_states(rampart_ruleset_devices(rampart_view()->rules)) & states;
}

static void report_path(struct rampart_event *event, const struct rampart_device_use *use)
{
	u32 room = RAMPART_EVENT_PATHS - TEXT_MAX;
	bool cut = false;

	if (!use->dentry) {
		event->path_len = scnprintf(event->paths, room, "/sys%s", use->path ?: "");
		return;
	}
	rcu_read_lock();
	event->path_len = rampart_label_path(rampart_view(), use->dentry, event->paths, room, &cut);
	rcu_read_unlock();
	if (cut)
		event->object.flags |= RAMPART_OBJECT_CUT;
}

int rampart_device_conclude(const struct rampart_facts *facts, const struct rampart_decision *decision, const struct rampart_device_use *use)
{
	enum rampart_outcome outcome = decision->verdict.outcome;
	struct rampart_event *event;

	if (!decision->judged)
		return 0;
	rampart_count(outcome);
	if (outcome == RAMPART_ALLOWED && !decision->verdict.report)
		return 0;
	event = rampart_event_reserve(outcome);
	if (event) {
		rampart_event_by_current(event);
		event->generation = decision->generation;
		event->hook = use->hook;
		event->op = use->op;
		event->outcome = outcome;
		event->mode = decision->verdict.mode;
		strscpy(event->rule, decision->rule, sizeof(event->rule));
		event->object.place = place_of(facts);
		event->object2.place = RAMPART_PLACE_NONE;
		event->object.flags = RAMPART_OBJECT_CONCERNED;
		report_path(event, use);
		event->is_device = true;
		event->notify = decision->verdict.notify;
		event->path2_len = rampart_facts_text(facts, event->paths + event->path_len + 1, TEXT_MAX);
		rampart_event_commit(event);
	}
	return rampart_outcome_denies(outcome) ? -EPERM : 0;
}
