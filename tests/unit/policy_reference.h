/* SPDX-License-Identifier: MIT */
/*
 * What rampart-policy(5) says, in the slowest and plainest way: each pattern against the text of the path, component by
 * component. It shares nothing with the ruleset but the types of what goes in and out.
 */
#ifndef RAMPART_TEST_POLICY_REFERENCE_H
#define RAMPART_TEST_POLICY_REFERENCE_H

#include <env.h>

#include "decide.h"

#define REFERENCE_LIST 24

struct texts {
	const char *v[REFERENCE_LIST];
	u32 n;
};

/* A policy as its author sees it. */
struct text_policy {
	enum rampart_mode folders_mode, self_mode;
	struct texts protect, homes, allow, updaters;
};

static inline void views_of(const struct texts *texts, struct pb_view *v, struct rampart_views *views)
{
	for (u32 i = 0; i < texts->n; i++)
		v[i] = (struct pb_view){ .data = (const u8 *)texts->v[i], .len = strlen(texts->v[i]) };
	*views = (struct rampart_views){ .v = v, .n = texts->n };
}

static inline struct rampart_ruleset *build_texts(const struct text_policy *text, enum rampart_reason *why)
{
	struct pb_view v[4][REFERENCE_LIST];
	struct rampart_policy policy = { .folders_mode = text->folders_mode, .self_mode = text->self_mode };

	views_of(&text->protect, v[0], &policy.protect);
	views_of(&text->homes, v[1], &policy.homes);
	views_of(&text->allow, v[2], &policy.allow);
	views_of(&text->updaters, v[3], &policy.updaters);
	return rampart_ruleset_build(&policy, why);
}

enum relation { APART, INSIDE, ABOVE };

static inline u32 depth_of(const char *path)
{
	u32 n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* How @path lies to the place @pattern. Both begin with "/", or with "~/" and then mean the same home. "" is "/". */
static inline enum relation relate(const char *pattern, const char *path)
{
	if ((*pattern == '~') != (*path == '~'))
		return APART;
	pattern += *pattern == '~';
	path += *path == '~';
	while (*pattern && *path) {
		size_t theirs = strcspn(++pattern, "/"), ours = strcspn(++path, "/");

		if (!(theirs == 1 && *pattern == '*') && (theirs != ours || strncmp(pattern, path, ours)))
			return APART;
		pattern += theirs;
		path += ours;
	}
	return *pattern ? ABOVE : INSIDE;
}

struct finding {
	struct rampart_label label;
	u32 depth;	/* of the pattern that gave the place */
};

static inline void find_one(struct finding *f, const char *pattern, const char *path, u32 class, u32 place)
{
	enum relation relation = relate(pattern, path);

	if (relation == ABOVE)
		f->label.below |= class;
	if (relation != INSIDE)
		return;
	f->label.classes |= class;
	if (place != RAMPART_PLACE_NONE && depth_of(pattern) > f->depth) {
		f->depth = depth_of(pattern);
		f->label.place = place;
	}
}

static inline void find_place(struct finding *f, const struct text_policy *policy, u32 i, const char *path)
{
	const char *place = policy->protect.v[i];
	static char expanded[8192];

	find_one(f, place, path, RAMPART_OBJ_FOLDER, i);
	if (*place != '~')
		return;
	for (u32 h = 0; h < policy->homes.n; h++) {
		strcpy(expanded, policy->homes.v[h]);
		strcat(expanded, place + 1);
		find_one(f, expanded, path, RAMPART_OBJ_FOLDER, i);
	}
}

static const char *const rampart_files[] = {
	"/etc/rampart",
	"/var/lib/rampart",
	"/run/rampart",
	"/usr/lib/rampart",
	"/usr/sbin/rampartd",
	"/usr/bin/rampartctl",
	"/usr/lib/systemd/system/rampart-module.service",
	"/usr/lib/systemd/system/rampartd.service",
	"/usr/lib/systemd/system/rampartd.service.d",
	"/etc/systemd/system/rampartd.service",
	"/etc/systemd/system/rampartd.service.d",
	"/run/systemd/system/rampartd.service",
	"/run/systemd/system/rampartd.service.d",
	"/run/systemd/transient/rampartd.service",
	"/etc/systemd/system.control/rampartd.service.d",
	"/run/systemd/system.control/rampartd.service.d",
};

static inline struct rampart_label reference_label(const struct text_policy *policy, const char *path)
{
	struct finding f = { .label = { .place = RAMPART_PLACE_NONE } };
	u32 i;

	for (i = 0; policy->folders_mode != RAMPART_MODE_OFF && i < policy->protect.n; i++)
		find_place(&f, policy, i, path);
	for (i = 0; i < policy->allow.n; i++)
		find_one(&f, policy->allow.v[i], path, RAMPART_OBJ_TRUSTED, RAMPART_PLACE_NONE);
	for (i = 0; i < policy->updaters.n; i++)
		find_one(&f, policy->updaters.v[i], path, RAMPART_OBJ_TRUSTED, RAMPART_PLACE_NONE);
	for (i = 0; i < ARRAY_SIZE(rampart_files); i++)
		find_one(&f, rampart_files[i], path, RAMPART_OBJ_SELF, RAMPART_PLACE_NONE);
	return f.label;
}

/* The label that the ruleset has for @path. */
static inline struct rampart_label walked_label(const struct rampart_ruleset *ruleset, const char *path)
{
	u32 state = *path == '~' ? RAMPART_STATE_HOME : RAMPART_STATE_ROOT;

	path += *path == '~';
	while (*path) {
		size_t len = strcspn(++path, "/");

		state = rampart_ruleset_step(ruleset, state, path, len);
		path += len;
	}
	return *rampart_ruleset_label(ruleset, state);
}

struct decision {
	const char *rule;	/* NULL: no rule is about it */
	enum rampart_outcome outcome;
	u32 ends;	/* that the rule is about: 1 the first, 2 the second, 3 both */
};

struct question {
	enum rampart_op op;
	u64 subject;
	struct rampart_label object, object2;
};

static inline bool is_about(const struct question *q, const struct rampart_label *object, u32 class)
{
	return (object->classes & class) || (q->op == RAMPART_OP_RENAME && (object->below & class));
}

static inline void weigh(struct decision *d, const struct question *q, const char *rule, enum rampart_mode mode,
			 u32 class, u64 exempt)
{
	static const enum rampart_outcome outcomes[] = { RAMPART_ALLOWED, RAMPART_AUDITED, RAMPART_WARNED,
							 RAMPART_BLOCKED };
	enum rampart_outcome outcome = q->subject & exempt ? RAMPART_ALLOWED : outcomes[mode];
	u32 ends = is_about(q, &q->object, class) | is_about(q, &q->object2, class) << 1;

	if (mode == RAMPART_MODE_OFF || !ends)
		return;
	/* Their numbers grow with how strict they are, but for bypassed. */
	if (d->rule && outcome <= d->outcome)
		return;
	*d = (struct decision){ .rule = rule, .outcome = outcome, .ends = ends };
}

static inline struct decision reference_decide(const struct text_policy *policy, const struct question *q)
{
	struct decision d = { .outcome = RAMPART_ALLOWED };

	switch (q->op) {
	case RAMPART_OP_WRITE:
	case RAMPART_OP_CREATE:
	case RAMPART_OP_DELETE:
	case RAMPART_OP_RENAME:
	case RAMPART_OP_LINK:
	case RAMPART_OP_SETATTR:
	case RAMPART_OP_SETXATTR:
	case RAMPART_OP_MOUNT:
		weigh(&d, q, "folders", policy->folders_mode, RAMPART_OBJ_FOLDER, RAMPART_SUBJ_ALLOWED);
		weigh(&d, q, "self_protection", policy->self_mode, RAMPART_OBJ_SELF,
		      RAMPART_SUBJ_DAEMON | RAMPART_SUBJ_UPDATER);
		weigh(&d, q, "trusted_program", policy->self_mode, RAMPART_OBJ_TRUSTED, RAMPART_SUBJ_UPDATER);
		break;
	case RAMPART_OP_PTRACE:
		weigh(&d, q, "folders", policy->folders_mode, RAMPART_OBJ_TRUSTED_TASK, RAMPART_SUBJ_ALLOWED);
		weigh(&d, q, "self_protection", policy->self_mode, RAMPART_OBJ_DAEMON_TASK, RAMPART_SUBJ_DAEMON);
		break;
	case RAMPART_OP_SIGNAL:
	case RAMPART_OP_SCHED:
		weigh(&d, q, "self_protection", policy->self_mode, RAMPART_OBJ_DAEMON_TASK, RAMPART_SUBJ_DAEMON);
		break;
	default:
		break;
	}
	return d;
}

#endif
