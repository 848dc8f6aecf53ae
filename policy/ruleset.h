/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A checked policy, built into what the hooks use: an automaton over path components that labels objects, the programs
 * that label subjects, and the rules. Immutable once built.
 */
#ifndef RAMPART_RULESET_H
#define RAMPART_RULESET_H

#include "device.h"

/* Object classes, a bit set. */
enum rampart_object_class {
	RAMPART_OBJ_FOLDER = 1 << 0,		/* folders.protect and everything below */
	RAMPART_OBJ_SELF = 1 << 1,		/* Rampart's own files */
	RAMPART_OBJ_TRUSTED = 1 << 2,		/* files of the programs that the policy trusts */
	RAMPART_OBJ_DAEMON_TASK = 1 << 3,	/* a process of the daemon */
	RAMPART_OBJ_TRUSTED_TASK = 1 << 4,	/* a process of a program in folders.allow */
	RAMPART_OBJ_DISK = 1 << 5,		/* a block device that is in use; no path leads to this class */
	RAMPART_OBJ_SECRET = 1 << 6,		/* secrets.places and everything below */
	RAMPART_OBJ_READER_TASK = 1 << 7,	/* a process of a program in the allow of one of secrets.places */
	RAMPART_OBJ_EXEMPT_TASK = 1 << 9,	/* a process that is exempt from one of the policy's own rules, and who asks is not */
	RAMPART_OBJ_PROGRAM = 1 << 8,	/* files that classes and exclusions name: found again when they are replaced */
};

/* The policy's own classes have the bits from here up, of objects as of programs. */
#define RAMPART_CLASS_SHIFT 10
#define RAMPART_CLASS_MASK (~0ULL << RAMPART_CLASS_SHIFT)

/* Subject classes, a bit set. Its upper half has a bit for each of secrets.places that the program may read. */
enum rampart_subject_class {
	RAMPART_SUBJ_ALLOWED = 1 << 0,	/* folders.allow */
	RAMPART_SUBJ_UPDATER = 1 << 1,	/* self_protection.updaters */
	RAMPART_SUBJ_DAEMON = 1 << 2,	/* rampartd */
};

#define RAMPART_SUBJ_SECRETS_SHIFT 32

#define RAMPART_PLACE_NONE U32_MAX

#define RAMPART_DAEMON_PATH "/usr/sbin/rampartd"

/* States of the automaton. A state is reached by the components of a path, one step each. */
#define RAMPART_STATE_DEAD 0	/* nothing here nor below */
#define RAMPART_STATE_ROOT 1	/* "/" */
#define RAMPART_STATE_HOME 2	/* a home directory, as "~" names it */

struct rampart_label {
	u64 classes;	/* of the object itself */
	u64 below;	/* of what may lie below it: it is an ancestor of these */
	u32 place;	/* index in folders.protect, or RAMPART_PLACE_NONE; the deepest, of several the first */
	u32 secrets;	/* a bit for each of secrets.places that it is in; of a process: that it may read */
	u32 secrets_below;	/* that may lie below it */
};

#define RAMPART_EXCLUSION_NONE U32_MAX

/* What a file is marked with, of enum rampart_trait. */
#define RAMPART_MARKS                                                                                                \
	(BIT_ULL(RAMPART_TRAIT_DOWNLOADED) | BIT_ULL(RAMPART_TRAIT_MAILED) | BIT_ULL(RAMPART_TRAIT_COPIED) | BIT_ULL(RAMPART_TRAIT_PACKAGED) | \
	 BIT_ULL(RAMPART_TRAIT_TOOL))

/* A program that the policy names. */
struct rampart_trust {
	struct pb_view path;	/* of the program, NUL-terminated in the ruleset's own memory */
	u64 classes;		/* enum rampart_subject_class: what it is trusted with */
	u64 members;		/* the policy's classes that it is in */
	u32 exclusion;		/* that names it, RAMPART_EXCLUSION_NONE: none does */
	bool children;		/* what it starts has them too */
	bool pinned;		/* only with this content: */
	u8 sha256[32];
};

struct rampart_rule {
	const char *name;
	u64 ops;	/* BIT(RAMPART_OP_*) */
	u64 objects;	/* enum rampart_object_class */
	u64 exempt;	/* enum rampart_subject_class */
	bool secrets;	/* exempt are instead those who may read all that it is about */
	bool asr;	/* one of the policy's own, with what follows; sets of classes, 0: whatever */
	u64 subject, not_subject, exe, not_exe, not_objects;
	u32 traits, not_traits;	/* bit sets of enum rampart_trait: any of these makes an object as well; none of these */
	u32 when;		/* all of these */
	u32 sessions;		/* bit set of enum rampart_session: any of these, 0: whatever */
	u32 users, cgroups;	/* of the policy's origins: any of these and any of those, 0: whatever */
	u32 not_origins;	/* and none of these */
	enum rampart_mode mode;
};

/* What lets through what rules of the policy's own would refuse. All text NUL-terminated. */
struct rampart_excluded {
	const char *name;
	const char *rule;	/* NULL: all */
	struct pb_view object;	/* a place, empty: wherever */
	bool children;
	s64 until;		/* seconds since 1970, 0: for good */
};

#define RAMPART_RULES_MAX (11 + RAMPART_ASR_RULES_MAX)
#define RAMPART_COMPONENTS_MAX 1000000	/* of all paths of a policy together */

struct rampart_ruleset;

/*
 * rampart_ruleset_build() - builds the published form. @policy may be freed afterwards; NULL gives the rules of a host
 * that has no policy yet: none. Returns NULL with @why set: NO_MEMORY, or OVER_CAP when the paths have too many
 * components or multiply each other too often by their "*". Context: may sleep.
 */
struct rampart_ruleset *rampart_ruleset_build(const struct rampart_policy *policy, enum rampart_reason *why);
void rampart_ruleset_free(struct rampart_ruleset *ruleset);

/* rampart_ruleset_devices() - what it says of devices, as long as it lives; NULL: nothing. Context: any. */
const struct rampart_devices *rampart_ruleset_devices(const struct rampart_ruleset *ruleset);

/* rampart_ruleset_step() - the state after one more component. Context: any. */
u32 rampart_ruleset_step(const struct rampart_ruleset *ruleset, u32 state, const char *name, u32 len);

/* rampart_ruleset_asks_name() - whether that depends on the component. Context: any. */
bool rampart_ruleset_asks_name(const struct rampart_ruleset *ruleset, u32 state);

/* rampart_ruleset_walk() - the state after all components of @path. Context: any. */
u32 rampart_ruleset_walk(const struct rampart_ruleset *ruleset, u32 state, const char *path);

/* rampart_ruleset_label() - what a state means. Context: any. */
struct rampart_label rampart_ruleset_label(const struct rampart_ruleset *ruleset, u32 state);

/* rampart_ruleset_means() - whether it means any of @classes, or any of @below for what lies below. Context: any. */
bool rampart_ruleset_means(const struct rampart_ruleset *ruleset, u32 state, u64 classes, u64 below);

/* rampart_ruleset_rules() - those that ask about @op, in order. Context: any. */
const struct rampart_rule *const *rampart_ruleset_rules(const struct rampart_ruleset *ruleset, enum rampart_op op, u32 *n);

/* rampart_ruleset_mode() - of the rule @name, OFF if there is none. Context: any. */
enum rampart_mode rampart_ruleset_mode(const struct rampart_ruleset *ruleset, const char *name);

/*
 * rampart_ruleset_wide() - which traits an operation must have any of to be of interest though it is about no place; RAMPART_WIDE: it
 * always is. 0: only places count. Context: any.
 */
#define RAMPART_WIDE (1u << 31)
u32 rampart_ruleset_wide(const struct rampart_ruleset *ruleset, enum rampart_op op);

/* rampart_ruleset_objects() - of which an object must be in one for any rule to be about its place. Context: any. */
u64 rampart_ruleset_objects(const struct rampart_ruleset *ruleset, enum rampart_op op);

/*
 * rampart_ruleset_subjects() - the classes of which one must have led to a process, or be its own, for any rule of the policy's own to
 * be about what it does; all of them if there is a rule for whoever it is. Context: any.
 */
u64 rampart_ruleset_subjects(const struct rampart_ruleset *ruleset, enum rampart_op op);

/* rampart_ruleset_traits() - all that any rule asks about. Context: any. */
u32 rampart_ruleset_traits(const struct rampart_ruleset *ruleset);

/* rampart_ruleset_sessions() - the same of sessions. Context: any. */
u32 rampart_ruleset_sessions(const struct rampart_ruleset *ruleset);

/*
 * rampart_ruleset_origins() - which of the policy's origins are true of a process: it runs as user @uid, in the control group @cgroup (NULL: that
 * is not known). rampart_ruleset_asks_origins() - whether there are any. Context: any.
 */
u32 rampart_ruleset_origins(const struct rampart_ruleset *ruleset, u32 uid, const char *cgroup);
bool rampart_ruleset_asks_origins(const struct rampart_ruleset *ruleset);

/* rampart_ruleset_keeps_marks() - whether nobody else may write the marks of files. Context: any. */
bool rampart_ruleset_keeps_marks(const struct rampart_ruleset *ruleset);

/* rampart_ruleset_aged_days() - for how long a file with the trait AGED has not changed; 0: none has it. Context: any. */
u32 rampart_ruleset_aged_days(const struct rampart_ruleset *ruleset);

/* rampart_ruleset_exempting() - classes by which a program is exempt from a rule of the policy's own. Context: any. */
u64 rampart_ruleset_exempting(const struct rampart_ruleset *ruleset);

/* rampart_ruleset_role() - the classes of whose programs @role is told. Context: any. */
u64 rampart_ruleset_role(const struct rampart_ruleset *ruleset, enum rampart_role role);

/*
 * rampart_ruleset_hashed() - the operations whose files are to be hashed: rules ask about digests of them, and there are some.
 * rampart_ruleset_digest() - which of the traits DENIED_DIGEST and TRUSTED_DIGEST a content has. Only the first RAMPART_DIGEST_KEPT bytes
 * of a digest are kept: to find another content with the same takes 2^160 hashes, to make two that have the same 2^80. Context: any.
 */
#define RAMPART_DIGEST_KEPT 20
u64 rampart_ruleset_hashed(const struct rampart_ruleset *ruleset);
u32 rampart_ruleset_digest(const struct rampart_ruleset *ruleset, const u8 digest[RAMPART_FILE_DIGEST]);

const struct rampart_excluded *rampart_ruleset_exclusions(const struct rampart_ruleset *ruleset, u32 *n);

/* rampart_ruleset_anybody() - which of them name no program. Context: any. */
const u32 *rampart_ruleset_anybody(const struct rampart_ruleset *ruleset, u32 *n);

/* rampart_ruleset_excludes() - whether @path lies in the place of @excluded, if that has one. Context: any. */
bool rampart_ruleset_excludes(const struct rampart_ruleset *ruleset, const struct rampart_excluded *excluded, const char *path);

const struct rampart_trust *rampart_ruleset_trusts(const struct rampart_ruleset *ruleset, u32 *n);

/* The literal beginnings (up to the first "*") of all patterns, NUL-terminated: where symlinks have to be resolved. */
const struct pb_view *rampart_ruleset_literals(const struct rampart_ruleset *ruleset, u32 *n);

/* Whether any of the programs passes its classes on to what it starts. */
bool rampart_ruleset_children(const struct rampart_ruleset *ruleset);

/* Operations that any rule not off asks about. */
u64 rampart_ruleset_ops(const struct rampart_ruleset *ruleset);

#endif
