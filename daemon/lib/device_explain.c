// SPDX-License-Identifier: MIT
/*
 * A policy tells which rule decides. Which entry of it does, and who is in a group, is found by asking the same of policies that have one
 * rule with one entry, which denies: those block it where that entry holds.
 */
#include <string.h>

#include <decide.h>

#include "describe.h"
#include "device_explain.h"

static bool holds(const struct rampart_policy *policy, struct rampart_device_rule rule, struct rampart_device_entry entry,
		  const struct rampart_device *device, const struct rampart_device_user *user, enum rampart_device_access access)
{
	struct rampart_device_verdict verdict = { .outcome = RAMPART_ALLOWED };
	struct rampart_policy one = { .devices = policy->devices };
	struct rampart_devices *devices;
	enum rampart_reason why;

	rule.mode = one.devices.mode = RAMPART_MODE_BLOCK;
	entry.rule = 0;
	entry.decision = RAMPART_DECISION_DENY;
	one.devices.deny = false;
	one.devices.rules.v = &rule;
	one.devices.entries.v = &entry;
	one.devices.rules.n = one.devices.entries.n = 1;
	devices = rampart_devices_build(&one, &why);
	if (devices)
		rampart_devices_decide(devices, device, user, access, &verdict);
	rampart_devices_free(devices);
	return verdict.outcome == RAMPART_BLOCKED;
}

json_t *rampart_device_groups(const struct rampart_policy *policy, const struct rampart_device *device)
{
	const struct rampart_device_entry entry = { .access = BIT_ULL(RAMPART_ACCESS_ATTACH) };
	const struct rampart_device_user nobody = { 0 };
	json_t *list = json_array();

	for (u32 i = 0; i < policy->devices.groups.n; i++) {
		const u8 number[] = { i & 0xff, i >> 8 };
		struct rampart_device_rule rule = { .include = { number, sizeof(number) } };

		if (holds(policy, rule, entry, device, &nobody, RAMPART_ACCESS_ATTACH))
			json_array_append_new(list, rampart_describe_text(policy->devices.groups.v[i].id));
	}
	return list;
}

/* What is done with devices of these families, as the kernel's part tells it. */
static u32 accesses_of(const struct rampart_device *device)
{
	u32 accesses = BIT_ULL(RAMPART_ACCESS_ATTACH);

	if (device->families & (BIT_ULL(RAMPART_FAMILY_REMOVABLE_MEDIA) | BIT_ULL(RAMPART_FAMILY_CD_DVD)))
		accesses |= BIT_ULL(RAMPART_ACCESS_READ) | BIT_ULL(RAMPART_ACCESS_WRITE) | BIT_ULL(RAMPART_ACCESS_EXECUTE) |
			    BIT_ULL(RAMPART_ACCESS_FILE_READ) | BIT_ULL(RAMPART_ACCESS_FILE_WRITE);
	if (device->families & BIT_ULL(RAMPART_FAMILY_PRINTER))
		accesses |= BIT_ULL(RAMPART_ACCESS_PRINT);
	return accesses;
}

/* Which entry of rule @number decides, as its index in the rule; U32_MAX: none. */
static u32 find_entry(const struct rampart_policy *policy, u32 number, const struct rampart_device *device,
		      const struct rampart_device_user *user, enum rampart_device_access access)
{
	u32 index = 0;

	for (u32 i = 0; i < policy->devices.entries.n; i++) {
		const struct rampart_device_entry *entry = &policy->devices.entries.v[i];

		if (entry->rule != number)
			continue;
		if (entry->decision <= RAMPART_DECISION_DENY && holds(policy, policy->devices.rules.v[number], *entry, device, user, access))
			return index;
		index++;
	}
	return U32_MAX;
}

/* @described: the section, in words. */
static void add_entry(json_t *verdict, const struct rampart_policy *policy, const json_t *described, const struct rampart_device *device,
		      const struct rampart_device_user *user, enum rampart_device_access access)
{
	const json_t *rules = json_object_get(described, "rules"), *rule;
	const char *id = json_string_value(json_object_get(verdict, "rule"));
	json_t *says = NULL;
	u32 entry = U32_MAX;
	size_t i;

	json_array_foreach((json_t *)rules, i, rule) {
		if (entry != U32_MAX || strcmp(json_string_value(json_object_get(rule, "id")), id))
			continue;
		entry = find_entry(policy, i, device, user, access);
		says = json_array_get(json_object_get(rule, "entries"), entry);
	}
	json_object_set_new(verdict, "entry", entry == U32_MAX ? json_null() : json_integer(entry + 1));
	if (says)
		json_object_set(verdict, "says", says);
	else
		json_object_set_new(verdict, "says", json_string(policy->devices.mode == RAMPART_MODE_OFF ? "mode: off" :
								 policy->devices.deny ? "default: deny" : "default: allow"));
}

/* Hubs are decided by rules alone, since nothing on USB works without them. */
static struct rampart_device_verdict decide(const struct rampart_devices *devices, const struct rampart_device *device,
					    const struct rampart_device_user *user, enum rampart_device_access access)
{
	struct rampart_device_verdict verdict = { .outcome = RAMPART_ALLOWED, .rule = "devices" };

	if (devices)
		rampart_devices_decide(devices, device, user, access, &verdict);
	if (device->families == BIT_ULL(RAMPART_FAMILY_HUB) && !strcmp(verdict.rule, "devices"))
		verdict.outcome = RAMPART_ALLOWED;
	return verdict;
}

/* Who may not write to a medium writes to no file on it either: then *@access is what is refused. */
static struct rampart_device_verdict decide_file(const struct rampart_devices *devices, const struct rampart_device *device,
						 const struct rampart_device_user *user, enum rampart_device_access *access)
{
	struct rampart_device_verdict verdict = decide(devices, device, user, *access), whole;

	if (*access != RAMPART_ACCESS_FILE_WRITE || rampart_outcome_denies(verdict.outcome))
		return verdict;
	whole = decide(devices, device, user, RAMPART_ACCESS_WRITE);
	if (!rampart_outcome_denies(whole.outcome))
		return verdict;
	*access = RAMPART_ACCESS_WRITE;
	return whole;
}

json_t *rampart_device_verdicts(const struct rampart_policy *policy, const struct rampart_device *device,
				const struct rampart_device_user *user)
{
	json_t *list = json_array(), *described = rampart_describe_devices(&policy->devices);
	struct rampart_device_verdict verdict;
	struct rampart_devices *devices;
	enum rampart_reason why;

	devices = rampart_devices_build(policy, &why);
	for (unsigned int access = 0; access < RAMPART_ACCESS_NUM; access++) {
		/* Mostly it is the kernel that attaches. */
		struct rampart_device_user who = { .uid = user->uid, .known = user->known && access != RAMPART_ACCESS_ATTACH,
						   .minute = user->minute };
		enum rampart_device_access decided = access;
		json_t *object;

		if (!(accesses_of(device) & BIT_ULL(access)))
			continue;
		verdict = decide_file(devices, device, &who, &decided);
		object = json_pack("{s:s, s:s, s:s, s:b, s:b}", "access", rampart_device_access_name(access), "outcome",
				   rampart_outcome_name(verdict.outcome), "rule", verdict.rule, "reported", verdict.report, "notify",
				   verdict.notify);
		add_entry(object, policy, described, device, &who, decided);
		json_array_append_new(list, object);
	}
	rampart_devices_free(devices);
	json_decref(described);
	return list;
}
