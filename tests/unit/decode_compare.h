/* SPDX-License-Identifier: MIT */
/*
 * decode.c against protobuf-c, on the same bytes: what decode.c accepts, protobuf-c must accept with the same values;
 * what only protobuf-c accepts must be refused for another reason than ENCODING, but for the three places where pb.h
 * says that it is the stricter one. A difference is printed and ends the program, for unit tests and fuzzers alike.
 */
#ifndef RAMPART_DECODE_COMPARE_H
#define RAMPART_DECODE_COMPARE_H

#include <env.h>

#include <policy.pb-c.h>

#include "decode.h"
#include "../require.h"

static void same_bytes(struct pb_view ours, const void *theirs, size_t len)
{
	REQUIRE(ours.len == len && (!len || !memcmp(ours.data, theirs, len)));
}

static void same_string(struct pb_view ours, const char *theirs)
{
	same_bytes(ours, theirs, strlen(theirs));
}

static void same_strings(struct rampart_views ours, char *const *theirs, size_t n)
{
	REQUIRE(ours.n == n);
	for (size_t i = 0; i < n; i++)
		same_string(ours.v[i], theirs[i]);
}

static void same_programs(struct rampart_programs ours, Rampart__Program *const *theirs, size_t n)
{
	REQUIRE(ours.n == n);
	for (size_t i = 0; i < n; i++) {
		same_string(ours.v[i].exe, theirs[i]->exe);
		same_bytes(ours.v[i].sha256, theirs[i]->sha256.data, theirs[i]->sha256.len);
		REQUIRE(ours.v[i].children == theirs[i]->children);
		same_string(ours.v[i].package, theirs[i]->package);
	}
}

static void same_secrets(const struct rampart_policy *ours, const Rampart__Secrets *theirs)
{
	u32 reader = 0;

	REQUIRE((int)ours->secrets_mode == (int)theirs->mode);
	REQUIRE(ours->secrets.n == theirs->n_places);
	for (size_t i = 0; i < theirs->n_places; i++) {
		const Rampart__Secret *place = theirs->places[i];

		same_string(ours->secrets.v[i], place->path);
		same_programs(rampart_policy_readers(ours, i), place->allow, place->n_allow);
		reader += place->n_allow;
	}
	REQUIRE(ours->readers.n == reader);
}

static void same_classes(const struct rampart_policy *ours, const Rampart__Asr *theirs)
{
	size_t paths = 0;

	REQUIRE(ours->classes.n == theirs->n_classes);
	for (u32 i = 0; i < ours->classes.n; i++) {
		const Rampart__Class *class = theirs->classes[i];

		same_string(ours->classes.v[i], class->name);
		same_strings(rampart_policy_class(ours, i), class->paths, class->n_paths);
		paths += class->n_paths;
		REQUIRE(ours->class_bit[i] == i);
	}
	REQUIRE(ours->class_paths.n == paths);
}

static void same_rule(const struct rampart_asr_rule *ours, const Rampart__Rule *theirs)
{
	same_string(ours->id, theirs->id);
	REQUIRE((int)ours->mode == (int)theirs->mode);
	REQUIRE(ours->ops == theirs->ops);
	REQUIRE(ours->subject == theirs->subject && ours->not_subject == theirs->not_subject);
	REQUIRE(ours->exe == theirs->exe && ours->not_exe == theirs->not_exe);
	REQUIRE(ours->object == theirs->object && ours->not_object == theirs->not_object);
	REQUIRE(ours->object_traits == theirs->object_traits && ours->not_object_traits == theirs->not_object_traits);
	REQUIRE(ours->when == theirs->when && ours->sessions == theirs->sessions);
	REQUIRE(ours->users == theirs->users && ours->cgroups == theirs->cgroups && ours->not_origins == theirs->not_origins);
	same_string(ours->title, theirs->title);
	same_string(ours->attack, theirs->attack);
}

static void same_exclusion(const struct rampart_exclusion *ours, const Rampart__Exclusion *theirs)
{
	same_string(ours->name, theirs->name);
	same_string(ours->rule, theirs->rule);
	same_string(ours->exe, theirs->exe);
	same_bytes(ours->sha256, theirs->sha256.data, theirs->sha256.len);
	REQUIRE(ours->children == theirs->children);
	same_string(ours->object, theirs->object);
	REQUIRE(ours->until == theirs->until);
	same_string(ours->owner, theirs->owner);
	same_string(ours->reason, theirs->reason);
}

static void same_asr(const struct rampart_policy *ours, const Rampart__Asr *theirs)
{
	same_classes(ours, theirs);
	REQUIRE(ours->rules.n == theirs->n_rules);
	for (u32 i = 0; i < ours->rules.n; i++)
		same_rule(&ours->rules.v[i], theirs->rules[i]);
	REQUIRE(ours->roles[RAMPART_ROLE_DOWNLOADS] == theirs->downloads && ours->roles[RAMPART_ROLE_MAILS] == theirs->mails);
	REQUIRE(ours->roles[RAMPART_ROLE_PACKAGES] == theirs->packages && ours->roles[RAMPART_ROLE_COPIES] == theirs->copies);
	REQUIRE(ours->roles[RAMPART_ROLE_INTERPRETS] == theirs->interprets);
	REQUIRE(ours->roles[RAMPART_ROLE_TOOLS] == theirs->tools && ours->roles[RAMPART_ROLE_CANARIES] == theirs->canaries);
	REQUIRE(ours->roles[RAMPART_ROLE_LAUNCHES] == theirs->launches && ours->roles[RAMPART_ROLE_SNAPSHOTS] == theirs->snapshots);
	REQUIRE(ours->roles[RAMPART_ROLE_CACHES] == theirs->caches);
	REQUIRE(ours->roles[RAMPART_ROLE_PLAIN_SHELLS] == theirs->plain_shells);
	same_strings(ours->origins, theirs->origins, theirs->n_origins);
	REQUIRE(ours->aged_days == theirs->aged_days);
	same_bytes(ours->denied_digests, theirs->denied_digests.data, theirs->denied_digests.len);
	same_bytes(ours->trusted_digests, theirs->trusted_digests.data, theirs->trusted_digests.len);
	REQUIRE(ours->exclusions.n == theirs->n_exclusions);
	for (u32 i = 0; i < ours->exclusions.n; i++)
		same_exclusion(&ours->exclusions.v[i], theirs->exclusions[i]);
}

static void same_device_rule(const struct rampart_device_rule *ours, const Rampart__DeviceRule *theirs)
{
	same_string(ours->id, theirs->id);
	REQUIRE((int)ours->mode == (int)theirs->mode);
	same_bytes(ours->include, theirs->include.data, theirs->include.len);
	same_bytes(ours->exclude, theirs->exclude.data, theirs->exclude.len);
	same_string(ours->title, theirs->title);
}

static void same_entry(const struct rampart_device_entry *ours, const Rampart__DeviceEntry *theirs)
{
	REQUIRE(ours->rule == theirs->rule && ours->decision == theirs->decision && ours->access == theirs->access);
	REQUIRE(ours->users == theirs->users && ours->notify == theirs->notify);
	REQUIRE(ours->days == theirs->days && ours->from == theirs->from && ours->until == theirs->until);
}

static void same_devices(const struct rampart_device_policy *ours, const Rampart__Devices *theirs)
{
	REQUIRE((int)ours->mode == (int)theirs->mode && ours->deny == theirs->deny);
	REQUIRE(ours->conditions.n == theirs->n_conditions && ours->groups.n == theirs->n_groups);
	REQUIRE(ours->rules.n == theirs->n_rules && ours->entries.n == theirs->n_entries);
	for (u32 i = 0; i < ours->conditions.n; i++) {
		REQUIRE(ours->conditions.v[i].kind == theirs->conditions[i]->kind);
		REQUIRE(ours->conditions.v[i].set == theirs->conditions[i]->set);
		same_string(ours->conditions.v[i].text, theirs->conditions[i]->text);
	}
	for (u32 i = 0; i < ours->groups.n; i++) {
		same_string(ours->groups.v[i].id, theirs->groups[i]->id);
		same_bytes(ours->groups.v[i].expression, theirs->groups[i]->expression.data, theirs->groups[i]->expression.len);
	}
	for (u32 i = 0; i < ours->rules.n; i++)
		same_device_rule(&ours->rules.v[i], theirs->rules[i]);
	for (u32 i = 0; i < ours->entries.n; i++)
		same_entry(&ours->entries.v[i], theirs->entries[i]);
	same_strings(ours->users, theirs->users, theirs->n_users);
}

static void same_policy(const struct rampart_policy *ours, const Rampart__PolicyBundle *theirs)
{
	const Rampart__Target no_target = RAMPART__TARGET__INIT;
	const Rampart__Folders no_folders = RAMPART__FOLDERS__INIT;
	const Rampart__Secrets no_secrets = RAMPART__SECRETS__INIT;
	const Rampart__SelfProtection no_self = RAMPART__SELF_PROTECTION__INIT;
	const Rampart__Asr no_asr = RAMPART__ASR__INIT;
	const Rampart__Devices no_devices = RAMPART__DEVICES__INIT;
	const Rampart__Target *target = theirs->target ? theirs->target : &no_target;
	const Rampart__Folders *folders = theirs->folders ? theirs->folders : &no_folders;
	const Rampart__SelfProtection *self = theirs->self_protection ? theirs->self_protection : &no_self;

	REQUIRE(theirs->format == RAMPART_FORMAT);
	same_string(ours->name, theirs->name);
	REQUIRE(ours->version == theirs->version);
	REQUIRE(ours->valid_from == theirs->valid_from && ours->valid_until == theirs->valid_until);
	same_strings(ours->tags, target->tags, target->n_tags);
	same_strings(ours->hosts, target->hosts, target->n_hosts);
	same_strings(ours->homes, theirs->homes, theirs->n_homes);
	REQUIRE((int)ours->folders_mode == (int)folders->mode);
	REQUIRE((int)ours->disks_mode == (int)folders->disks);
	same_strings(ours->protect, folders->protect, folders->n_protect);
	same_programs(ours->allow, folders->allow, folders->n_allow);
	same_secrets(ours, theirs->secrets ? theirs->secrets : &no_secrets);
	REQUIRE((int)ours->self_mode == (int)self->mode);
	same_programs(ours->updaters, self->updaters, self->n_updaters);
	REQUIRE(ours->revoked.n == theirs->n_revoked);
	for (size_t i = 0; i < theirs->n_revoked; i++)
		same_bytes(ours->revoked.v[i], theirs->revoked[i].data, theirs->revoked[i].len);
	same_asr(ours, theirs->asr ? theirs->asr : &no_asr);
	same_devices(&ours->devices, theirs->devices ? theirs->devices : &no_devices);
}

/*
 * Whether there is, anywhere in @v, something of which pb.h says that protobuf-c alone accepts it: field number 0, a
 * tag over 32 bits, a number over 64 bits. Every run of bytes counts as a message, so this may say yes too often in a
 * message that has such bytes in a string; it never says no too often.
 */
static bool has_laxity(struct pb_view v, unsigned int depth)
{
	const u8 *p = v.data, *end = v.data + v.len;

	while (p < end) {
		u64 tag = 0, len = 0;
		unsigned int n = 0;

		for (; p < end && n < 5; n++) {
			tag |= (u64)(*p & 0x7f) << (7 * n);
			if (!(*p++ & 0x80))
				break;
		}
		if (tag > U32_MAX || (tag & 0xffffffff) < 8)
			return true;
		switch (tag & 7) {
		case PB_VARINT:
			for (n = 0; p < end && *p & 0x80; p++)
				n++;
			if (n == 9 && p < end && *p > 1)
				return true;
			p++;
			break;
		case PB_BYTES:
			for (n = 0; p < end && n < 5; n++) {
				len |= (u64)(*p & 0x7f) << (7 * n);
				if (!(*p++ & 0x80))
					break;
			}
			if (len > (u64)(end - p))
				return false;
			if (depth < 3 && has_laxity((struct pb_view){ p, len }, depth + 1))
				return true;
			p += len;
			break;
		case PB_FIXED64:
			p += 8;
			break;
		case PB_FIXED32:
			p += 4;
			break;
		default:
			return false;
		}
	}
	return false;
}

static void compare_refusal(struct pb_view message, enum rampart_reason reason, const void *theirs)
{
	if (theirs && reason == RAMPART_REASON_ENCODING)
		REQUIRE(has_laxity(message, 0));
}

/* Returns what decode.c says. */
static inline enum rampart_reason compare_policy(struct pb_view message)
{
	Rampart__PolicyBundle *theirs = rampart__policy_bundle__unpack(NULL, message.len, message.data);
	struct rampart_policy ours;
	enum rampart_reason reason = rampart_policy_decode(message, &ours);

	if (reason) {
		compare_refusal(message, reason, theirs);
	} else {
		REQUIRE(theirs);
		same_policy(&ours, theirs);
		rampart_policy_free(&ours);
	}
	if (theirs)
		rampart__policy_bundle__free_unpacked(theirs, NULL);
	return reason;
}

static inline enum rampart_reason compare_token(struct pb_view message)
{
	Rampart__DisarmToken *theirs = rampart__disarm_token__unpack(NULL, message.len, message.data);
	struct rampart_disarm ours;
	enum rampart_reason reason = rampart_disarm_decode(message, &ours);

	if (reason) {
		compare_refusal(message, reason, theirs);
	} else {
		REQUIRE(theirs);
		same_bytes((struct pb_view){ ours.challenge, sizeof(ours.challenge) }, theirs->challenge.data,
			   theirs->challenge.len);
		REQUIRE(ours.valid_from == theirs->valid_from && ours.valid_until == theirs->valid_until);
	}
	if (theirs)
		rampart__disarm_token__free_unpacked(theirs, NULL);
	return reason;
}

#endif
