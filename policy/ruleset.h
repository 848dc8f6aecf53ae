/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A checked policy, built into what the hooks use: an automaton over path components that labels objects, the programs
 * that label subjects, and the rules. Immutable once built.
 */
#ifndef RAMPART_RULESET_H
#define RAMPART_RULESET_H

#include "decode.h"

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
};

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
	u16 classes;	/* of the object itself */
	u16 below;	/* of what may lie below it: it is an ancestor of these */
	u32 place;	/* index in folders.protect, or RAMPART_PLACE_NONE; the deepest, of several the first */
	u32 secrets;	/* a bit for each of secrets.places that it is in; of a process: that it may read */
	u32 secrets_below;	/* that may lie below it */
};

struct rampart_trust {
	struct pb_view path;	/* of the program, NUL-terminated in the ruleset's own memory */
	u64 classes;
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
	enum rampart_mode mode;
};

#define RAMPART_RULES_MAX 16
#define RAMPART_COMPONENTS_MAX 1000000	/* of all paths of a policy together */

struct rampart_ruleset;

/*
 * rampart_ruleset_build() - builds the published form. @policy may be freed afterwards; NULL gives the rules of a host
 * that has no policy yet: none. Returns NULL with @why set: NO_MEMORY, or OVER_CAP when the paths have too many
 * components or multiply each other too often by their "*". Context: may sleep.
 */
struct rampart_ruleset *rampart_ruleset_build(const struct rampart_policy *policy, enum rampart_reason *why);
void rampart_ruleset_free(struct rampart_ruleset *ruleset);

/* rampart_ruleset_step() - the state after one more component. Context: any. */
u32 rampart_ruleset_step(const struct rampart_ruleset *ruleset, u32 state, const char *name, u32 len);

/* rampart_ruleset_walk() - the state after all components of @path. Context: any. */
u32 rampart_ruleset_walk(const struct rampart_ruleset *ruleset, u32 state, const char *path);

/* rampart_ruleset_label() - what a state means. Context: any. */
const struct rampart_label *rampart_ruleset_label(const struct rampart_ruleset *ruleset, u32 state);

const struct rampart_rule *rampart_ruleset_rules(const struct rampart_ruleset *ruleset, u32 *n);
const struct rampart_trust *rampart_ruleset_trusts(const struct rampart_ruleset *ruleset, u32 *n);

/* The literal beginnings (up to the first "*") of all patterns, NUL-terminated: where symlinks have to be resolved. */
const struct pb_view *rampart_ruleset_literals(const struct rampart_ruleset *ruleset, u32 *n);

/* Whether any of the programs passes its classes on to what it starts. */
bool rampart_ruleset_children(const struct rampart_ruleset *ruleset);

/* Operations that any rule not off asks about. */
u64 rampart_ruleset_ops(const struct rampart_ruleset *ruleset);

#endif
