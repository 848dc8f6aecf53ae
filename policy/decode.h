/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* From the bytes that were signed to a checked policy. Messages: proto/policy.proto. */
#ifndef RAMPART_DECODE_H
#define RAMPART_DECODE_H

#include "names.h"
#include "pb.h"
#include "reason.h"

#define RAMPART_FORMAT 1
#define RAMPART_NAME_MAX 64		/* bytes of a policy's name: [A-Za-z0-9._-]+ */
#define RAMPART_PATTERNS_MAX 100000	/* folders.protect, homes */
#define RAMPART_PROGRAMS_MAX 10000	/* folders.allow, self_protection.updaters */
#define RAMPART_SECRETS_MAX 32		/* secrets.places; RAMPART_PROGRAMS_MAX in the allow of all of them */
#define RAMPART_PACKAGE_MAX 64		/* bytes of a package's name */
#define RAMPART_TAGS_MAX 64		/* target.tags, target.hosts; 64 bytes each */
#define RAMPART_REVOKED_MAX 1024
#define RAMPART_CLASSES_MAX 54		/* asr.classes; RAMPART_PATTERNS_MAX paths in all of them */
#define RAMPART_ASR_RULES_MAX 128	/* asr.rules */
#define RAMPART_EXCLUSIONS_MAX 100000	/* asr.exclusions */
#define RAMPART_ORIGINS_MAX 32		/* asr.origins */
#define RAMPART_AGED_DAYS_MAX 3650
#define RAMPART_DIGESTS_MAX 1000000	/* asr.denied_digests, asr.trusted_digests; RAMPART_FILE_DIGEST bytes each */
#define RAMPART_FILE_DIGEST 32
#define RAMPART_ID_MAX 31		/* bytes of the name of a class, a rule or an exclusion: [a-z0-9_-]+ */
#define RAMPART_NOTE_MAX 200		/* bytes of a title, an owner, a reason: UTF-8 without control bytes */
#define RAMPART_DEVICE_LIST_MAX 65535	/* each of devices.conditions, groups, rules, entries */
#define RAMPART_DEVICE_USERS_MAX 32	/* devices.users */
#define RAMPART_DEVICE_TOKENS_MAX 4096	/* of a group's expression */
#define RAMPART_DEVICE_DEPTH_MAX 32	/* values that an expression may have to remember */
#define RAMPART_DAY_MINUTES 1440
#define RAMPART_PATH_MAX 4095
#define RAMPART_DISARM_SECONDS_MAX 86400

struct rampart_views {
	struct pb_view *v;
	u32 n;
};

/* One whom the policy trusts. */
struct rampart_program {
	struct pb_view exe;
	struct pb_view sha256;	/* 32 bytes, or none */
	struct pb_view package;	/* may be none */
	bool children;
};

struct rampart_programs {
	struct rampart_program *v;
	u32 n;
};

/* One of asr.rules; sets of classes by their index in asr.classes. */
struct rampart_asr_rule {
	struct pb_view id;
	enum rampart_mode mode;
	u64 ops;
	u64 subject, not_subject, exe, not_exe, object, not_object;
	u64 object_traits, not_object_traits, when, sessions;
	u64 users, cgroups, not_origins;	/* by their index in asr.origins */
	struct pb_view title, attack;
};

struct rampart_asr_rules {
	struct rampart_asr_rule *v;
	u32 n;
};

struct rampart_exclusion {
	struct pb_view name;
	struct pb_view rule;	/* may be none, as the others but name */
	struct pb_view exe, sha256, object;
	bool children;
	s64 until;		/* 0: for good */
	struct pb_view owner, reason;
};

struct rampart_exclusions {
	struct rampart_exclusion *v;
	u32 n;
};

/* Numbers of DeviceCondition.kind: sets, then what is compared as text. */
enum rampart_device_condition_kind {
	RAMPART_CONDITION_FAMILY,	/* this function of the device is of any of these */
	RAMPART_CONDITION_HAS,		/* any function of the device is */
	RAMPART_CONDITION_STATE,
	RAMPART_CONDITION_TEXT,		/* and above: enum rampart_device_text */
	RAMPART_CONDITION_NUM = RAMPART_CONDITION_TEXT + RAMPART_DEVICE_TEXT_NUM,
};

/* First byte of a token of DeviceGroup.expression. */
enum rampart_device_token {
	RAMPART_TOKEN_CONDITION,	/* with its number */
	RAMPART_TOKEN_ALL,		/* with of how many values, as the next two */
	RAMPART_TOKEN_ANY,
	RAMPART_TOKEN_NONE,
	RAMPART_TOKEN_NUM,
};

#define RAMPART_DEVICE_TOKEN_SIZE 3

struct rampart_device_condition {
	u64 kind, set;
	struct pb_view text;
};

struct rampart_device_group {
	struct pb_view id, expression;
};

struct rampart_device_rule {
	struct pb_view id;
	enum rampart_mode mode;
	struct pb_view include, exclude;	/* numbers of groups, two bytes each, the low one first */
	struct pb_view title;
};

struct rampart_device_entry {
	u64 rule, decision, access, users;
	bool notify;
	u64 days, from, until;
};

struct rampart_device_policy {
	enum rampart_mode mode;
	bool deny;	/* what no rule decides */
	struct {
		struct rampart_device_condition *v;
		u32 n;
	} conditions;
	struct {
		struct rampart_device_group *v;
		u32 n;
	} groups;
	struct {
		struct rampart_device_rule *v;
		u32 n;
	} rules;
	struct {
		struct rampart_device_entry *v;
		u32 n;
	} entries;	/* of one rule after the other */
	struct rampart_views users;	/* rampart_origin_parse(), none of them a cgroup */
};

/* Everything points into the message that was decoded, which must outlive it. */
struct rampart_policy {
	struct pb_view name;
	u64 version;
	s64 valid_from;
	s64 valid_until;
	struct rampart_views tags;
	struct rampart_views hosts;
	struct rampart_views homes;
	enum rampart_mode folders_mode;
	enum rampart_mode disks_mode;
	struct rampart_views protect;
	struct rampart_programs allow;
	enum rampart_mode secrets_mode;
	struct rampart_views secrets;	/* path of each */
	struct rampart_programs readers;	/* of one place after the other */
	u32 readers_end[RAMPART_SECRETS_MAX];	/* by place: how many readers it and those before it have */
	enum rampart_mode self_mode;
	struct rampart_programs updaters;
	struct rampart_views revoked;	/* 32 bytes each */
	struct rampart_views classes;	/* name of each */
	struct rampart_views class_paths;	/* of one class after the other */
	u32 class_end[RAMPART_CLASSES_MAX];	/* by class: how many paths it and those before it have */
	u8 class_bit[RAMPART_CLASSES_MAX];	/* by class: which of the class bits it has; decoding gives them in order */
	struct rampart_views origins;	/* rampart_origin_parse() */
	struct rampart_asr_rules rules;
	struct rampart_exclusions exclusions;
	u64 roles[RAMPART_ROLE_NUM];	/* sets of classes by their index */
	u64 aged_days;	/* 0: none */
	struct pb_view denied_digests, trusted_digests;	/* RAMPART_FILE_DIGEST bytes each, in ascending order, each once */
	struct rampart_device_policy devices;
};

/* One of asr.origins. */
struct rampart_origin {
	struct pb_view cgroup;	/* a pattern; none: it is about users */
	u32 first, last;	/* of these numbers */
};

struct rampart_disarm {
	u8 challenge[16];
	s64 valid_from;
	s64 valid_until;
};

/*
 * rampart_policy_decode() - decodes and checks a PolicyBundle.
 *
 * Refused: unknown fields and wire types (UNKNOWN_FIELD), bytes that are not protobuf (ENCODING), a singular field
 * given twice (BAD_VALUE), a format, name, version, moment of validity or exe that is missing, zero or empty, which
 * proto3 does not tell apart (MISSING_FIELD), more or longer entries than the caps above (OVER_CAP). Checked values
 * (BAD_VALUE): format 1; the name's characters; from < until; modes known; every pattern and exe as
 * rampart_path_check() has it; tags not empty and without control bytes; hosts 32 lower-case hexadecimal digits;
 * revoked and sha256 32 bytes; names of classes once each, sets of them, of operations, of traits and of sessions without unknown bits, those of
 * origins with the right kinds only,
 * several rules with one id in one mode, and none with that of a rule of Rampart's own; an exclusion's rule the id of one of them, and either its exe or its object
 * given; digests of files whole, in ascending order and once each; package at most RAMPART_PACKAGE_MAX bytes of a-z, 0-9 and "+-.:", or none.
 * Returns RAMPART_REASON_OK, and then the caller must call rampart_policy_free(). On any other reason nothing is left.
 * Context: may sleep (allocates).
 */
enum rampart_reason rampart_policy_decode(struct pb_view message, struct rampart_policy *policy);
void rampart_policy_free(struct rampart_policy *policy);

/*
 * rampart_disarm_decode() - the same for a DisarmToken: challenge of 16 bytes, from < until <= from + 86400, all
 * required.
 */
enum rampart_reason rampart_disarm_decode(struct pb_view message, struct rampart_disarm *token);

/* rampart_policy_readers() - the programs that may read place @i of secrets.places. */
static inline struct rampart_programs rampart_policy_readers(const struct rampart_policy *policy, u32 i)
{
	u32 first = i ? policy->readers_end[i - 1] : 0, n = policy->readers_end[i] - first;

	return (struct rampart_programs){ .v = n ? policy->readers.v + first : NULL, .n = n };
}

/* rampart_policy_class() - the paths of class @i of asr.classes. */
static inline struct rampart_views rampart_policy_class(const struct rampart_policy *policy, u32 i)
{
	u32 first = i ? policy->class_end[i - 1] : 0, n = policy->class_end[i] - first;

	return (struct rampart_views){ .v = n ? policy->class_paths.v + first : NULL, .n = n };
}

/* rampart_origin_parse() - "user:FIRST-LAST" or "cgroup:PATH"; false: it is neither. Context: any. */
bool rampart_origin_parse(struct pb_view text, struct rampart_origin *origin);

enum rampart_path_kind {
	RAMPART_PATH_EXACT,	/* a program */
	RAMPART_PATH_PATTERN,	/* homes, cgroups: components may be "*" */
	RAMPART_PATH_PLACE,	/* folders.protect, secrets.places, classes, objects of exclusions: as PATTERN, and may begin with "~/" */
};

/*
 * rampart_path_check() - absolute, 2 to RAMPART_PATH_MAX bytes, no NUL, no empty, "." or ".." component, no trailing
 * slash, at most 64 components of at most 255 bytes, and "*" only as a whole component where @kind allows it.
 * "/" itself is refused. Returns NULL when good, else a constant text that says what is wrong (used for errors in
 * YAML too).
 */
const char *rampart_path_check(struct pb_view path, enum rampart_path_kind kind);

#endif
