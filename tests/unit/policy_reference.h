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

/* A class of the policy's own. */
struct text_class {
	const char *name;
	struct texts paths;
	u8 bit;		/* that objects and programs have for it, counted from RAMPART_CLASS_SHIFT */
};

/* For the initialisers of rules and exclusions, whose texts have a NUL here. */
#define VIEW(literal) { .data = (const u8 *)(literal), .len = sizeof(literal) - 1 }

/* A policy as its author sees it. */
struct text_policy {
	enum rampart_mode folders_mode, disks_mode, secrets_mode, self_mode;
	struct texts protect, homes, allow, updaters;
	struct texts secrets;	/* each with one program that may read it: */
	struct texts readers;
	const struct text_class *classes;
	u32 n_classes;
	const struct rampart_asr_rule *rules;
	u32 n_rules;
	const struct rampart_exclusion *exclusions;
	u32 n_exclusions;
};

static inline struct pb_view view_text(const char *text)
{
	return (struct pb_view){ .data = (const u8 *)text, .len = strlen(text) };
}

static inline void views_of(const struct texts *texts, struct pb_view *v, struct rampart_views *views)
{
	for (u32 i = 0; i < texts->n; i++)
		v[i] = view_text(texts->v[i]);
	*views = (struct rampart_views){ .v = v, .n = texts->n };
}

static inline void programs_of(const struct texts *texts, struct rampart_program *v, struct rampart_programs *programs)
{
	for (u32 i = 0; i < texts->n; i++)
		v[i] = (struct rampart_program){ .exe = view_text(texts->v[i]) };
	*programs = (struct rampart_programs){ .v = v, .n = texts->n };
}

static inline void classes_of(const struct text_policy *text, struct rampart_policy *policy)
{
	static struct pb_view names[RAMPART_CLASSES_MAX], paths[RAMPART_CLASSES_MAX * REFERENCE_LIST];
	u32 n = 0;

	for (u32 i = 0; i < text->n_classes; i++) {
		struct rampart_views views;

		names[i] = view_text(text->classes[i].name);
		views_of(&text->classes[i].paths, paths + n, &views);
		n += views.n;
		policy->class_end[i] = n;
		policy->class_bit[i] = text->classes[i].bit;
	}
	policy->classes = (struct rampart_views){ .v = names, .n = text->n_classes };
	policy->class_paths = (struct rampart_views){ .v = paths, .n = n };
}

/* Neither is written to, but nobody said so. */
static inline void asr_of(const struct text_policy *text, struct rampart_policy *policy)
{
	classes_of(text, policy);
	policy->rules = (struct rampart_asr_rules){ .v = (void *)text->rules, .n = text->n_rules };
	policy->exclusions = (struct rampart_exclusions){ .v = (void *)text->exclusions, .n = text->n_exclusions };
}

static inline struct rampart_ruleset *build_texts(const struct text_policy *text, enum rampart_reason *why)
{
	static struct pb_view v[3][REFERENCE_LIST];
	static struct rampart_program p[3][REFERENCE_LIST];
	struct rampart_policy policy = { .folders_mode = text->folders_mode, .disks_mode = text->disks_mode,
					 .secrets_mode = text->secrets_mode, .self_mode = text->self_mode };

	views_of(&text->protect, v[0], &policy.protect);
	views_of(&text->homes, v[1], &policy.homes);
	programs_of(&text->allow, p[0], &policy.allow);
	programs_of(&text->updaters, p[1], &policy.updaters);
	views_of(&text->secrets, v[2], &policy.secrets);
	programs_of(&text->readers, p[2], &policy.readers);
	for (u32 i = 0; i < policy.secrets.n; i++)
		policy.readers_end[i] = i < policy.readers.n ? i + 1 : policy.readers.n;
	asr_of(text, &policy);
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

/*
 * Of place @place in folders.protect, or of secrets.places: the bit @secret. What lies below a place is of its classes too, but
 * for RAMPART_OBJ_PROGRAM.
 */
static inline void find_one(struct finding *f, const char *pattern, const char *path, u64 class, u32 place, u32 secret)
{
	enum relation relation = relate(pattern, path);

	if (relation == ABOVE) {
		f->label.below |= class;
		f->label.secrets_below |= secret;
	}
	if (relation != INSIDE)
		return;
	f->label.classes |= depth_of(path) > depth_of(pattern) ? class & ~(u64)RAMPART_OBJ_PROGRAM : class;
	f->label.secrets |= secret;
	if (place != RAMPART_PLACE_NONE && depth_of(pattern) > f->depth) {
		f->depth = depth_of(pattern);
		f->label.place = place;
	}
}

static inline void find_place(struct finding *f, const struct text_policy *policy, const char *place, const char *path,
			      u64 class, u32 i, u32 secret)
{
	static char expanded[8192];

	find_one(f, place, path, class, i, secret);
	if (*place != '~')
		return;
	for (u32 h = 0; h < policy->homes.n; h++) {
		strcpy(expanded, policy->homes.v[h]);
		strcat(expanded, place + 1);
		find_one(f, expanded, path, class, i, secret);
	}
}

static inline void find_files(struct finding *f, const char *const *files, u32 n, const char *path, u64 class)
{
	for (u32 i = 0; i < n; i++)
		find_one(f, files[i], path, class, RAMPART_PLACE_NONE, 0);
}

static inline u64 class_bit(const struct text_policy *policy, u32 i)
{
	return BIT_ULL(RAMPART_CLASS_SHIFT + policy->classes[i].bit);
}

static inline void find_members(struct finding *f, const struct text_policy *policy, const char *path)
{
	for (u32 i = 0; i < policy->n_classes; i++) {
		const struct texts *paths = &policy->classes[i].paths;

		for (u32 j = 0; j < paths->n; j++)
			find_place(f, policy, paths->v[j], path, class_bit(policy, i) | RAMPART_OBJ_PROGRAM,
				   RAMPART_PLACE_NONE, 0);
	}
	for (u32 i = 0; i < policy->n_exclusions; i++)
		if (policy->exclusions[i].exe.len)
			find_one(f, (const char *)policy->exclusions[i].exe.data, path, RAMPART_OBJ_PROGRAM,
				 RAMPART_PLACE_NONE, 0);
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
		find_place(&f, policy, policy->protect.v[i], path, RAMPART_OBJ_FOLDER, i, 0);
	for (i = 0; policy->secrets_mode != RAMPART_MODE_OFF && i < policy->secrets.n; i++)
		find_place(&f, policy, policy->secrets.v[i], path, RAMPART_OBJ_SECRET, RAMPART_PLACE_NONE, 1u << i);
	find_files(&f, policy->allow.v, policy->allow.n, path, RAMPART_OBJ_TRUSTED);
	find_files(&f, policy->readers.v, policy->readers.n, path, RAMPART_OBJ_TRUSTED);
	find_files(&f, policy->updaters.v, policy->updaters.n, path, RAMPART_OBJ_TRUSTED);
	find_members(&f, policy, path);
	find_files(&f, rampart_files, ARRAY_SIZE(rampart_files), path, RAMPART_OBJ_SELF);
	return f.label;
}

/* The label that the ruleset has for @path. */
static inline struct rampart_label walked_label(const struct rampart_ruleset *ruleset, const char *path)
{
	u32 state = *path == '~' ? RAMPART_STATE_HOME : RAMPART_STATE_ROOT;

	state = rampart_ruleset_walk(ruleset, state, path + (*path == '~'));
	return rampart_ruleset_label(ruleset, state);
}

struct decision {
	const char *rule;	/* NULL: no rule is about it */
	enum rampart_outcome outcome;
	u32 ends;	/* that the rule is about: 1 the first, 2 the second, 3 both */
};

static inline bool is_about(const struct rampart_request *q, const struct rampart_label *object, u64 class)
{
	return (object->classes & class) || (q->op == RAMPART_OP_RENAME && (object->below & class));
}

static inline void weigh_ends(struct decision *d, const char *rule, enum rampart_mode mode, u32 ends, bool exempt)
{
	static const enum rampart_outcome outcomes[] = { RAMPART_ALLOWED, RAMPART_AUDITED, RAMPART_WARNED,
							 RAMPART_BLOCKED };
	enum rampart_outcome outcome = exempt ? RAMPART_ALLOWED : outcomes[mode];

	if (mode == RAMPART_MODE_OFF || !ends)
		return;
	/* Their numbers grow with how strict they are, but for bypassed. */
	if (d->rule && outcome <= d->outcome)
		return;
	*d = (struct decision){ .rule = rule, .outcome = outcome, .ends = ends };
}

static inline void weigh_as(struct decision *d, const struct rampart_request *q, const char *rule, enum rampart_mode mode,
			    u64 class, bool exempt)
{
	weigh_ends(d, rule, mode, is_about(q, &q->object, class) | is_about(q, &q->object2, class) << 1, exempt);
}

static inline void weigh(struct decision *d, const struct rampart_request *q, const char *rule, enum rampart_mode mode,
			 u64 class, u64 exempt)
{
	weigh_as(d, q, rule, mode, class, q->subject & exempt);
}

/* Whether the subject may read @object in every place that has it, or of a rename has it below. */
static inline bool may_read(const struct rampart_request *q, const struct rampart_label *object)
{
	for (u32 i = 0; i < 32; i++) {
		bool about = object->secrets >> i & 1 || (q->op == RAMPART_OP_RENAME && object->secrets_below >> i & 1);

		if (about && !(q->subject >> 32 >> i & 1))
			return false;
	}
	return true;
}

static inline void weigh_secrets(struct decision *d, const struct rampart_request *q, const struct text_policy *policy, u64 class)
{
	weigh_as(d, q, "secrets", policy->secrets_mode, class, may_read(q, &q->object) && may_read(q, &q->object2));
}

static inline void weigh_builtin(struct decision *d, const struct text_policy *policy, const struct rampart_request *q)
{
	switch (q->op) {
	case RAMPART_OP_WRITE:
	case RAMPART_OP_CREATE:
	case RAMPART_OP_DELETE:
	case RAMPART_OP_RENAME:
	case RAMPART_OP_LINK:
	case RAMPART_OP_SETATTR:
	case RAMPART_OP_SETXATTR:
	case RAMPART_OP_MOUNT:
		weigh(d, q, "folders", policy->folders_mode, RAMPART_OBJ_FOLDER, RAMPART_SUBJ_ALLOWED);
		if (q->op == RAMPART_OP_WRITE)
			weigh(d, q, "disks", policy->disks_mode, RAMPART_OBJ_DISK, RAMPART_SUBJ_ALLOWED);
		if (q->op == RAMPART_OP_RENAME || q->op == RAMPART_OP_LINK || q->op == RAMPART_OP_MOUNT)
			weigh_secrets(d, q, policy, RAMPART_OBJ_SECRET);
		weigh(d, q, "self_protection", policy->self_mode, RAMPART_OBJ_SELF,
		      RAMPART_SUBJ_DAEMON | RAMPART_SUBJ_UPDATER);
		weigh(d, q, "trusted_program", policy->self_mode, RAMPART_OBJ_TRUSTED, RAMPART_SUBJ_UPDATER);
		break;
	case RAMPART_OP_READ:
		weigh_secrets(d, q, policy, RAMPART_OBJ_SECRET);
		break;
	case RAMPART_OP_PTRACE:
		weigh(d, q, "folders", policy->folders_mode, RAMPART_OBJ_TRUSTED_TASK, RAMPART_SUBJ_ALLOWED);
		weigh(d, q, "disks", policy->disks_mode, RAMPART_OBJ_TRUSTED_TASK, RAMPART_SUBJ_ALLOWED);
		weigh_secrets(d, q, policy, RAMPART_OBJ_READER_TASK);
		weigh(d, q, "self_protection", policy->self_mode, RAMPART_OBJ_DAEMON_TASK, RAMPART_SUBJ_DAEMON);
		break;
	case RAMPART_OP_SIGNAL:
	case RAMPART_OP_SCHED:
		weigh(d, q, "self_protection", policy->self_mode, RAMPART_OBJ_DAEMON_TASK, RAMPART_SUBJ_DAEMON);
		break;
	default:
		break;
	}
}

/* --- the rules of the policy's own, field by field as policy.proto has them --- */

/* Whether @classes, of an object or of programs, has one that the rule's @set names by its number in the policy. */
static inline bool any_class(const struct text_policy *policy, u64 set, u64 classes)
{
	for (u32 i = 0; i < policy->n_classes; i++)
		if (set >> i & 1 && classes & class_bit(policy, i))
			return true;
	return false;
}

static inline bool any_trait(u64 set, u32 traits)
{
	for (u32 i = 0; i < RAMPART_TRAIT_NUM; i++)
		if (set >> i & 1 && traits >> i & 1)
			return true;
	return false;
}

static inline bool all_traits(u64 set, u32 traits)
{
	for (u32 i = 0; i < RAMPART_TRAIT_NUM; i++)
		if (set >> i & 1 && !(traits >> i & 1))
			return false;
	return true;
}

/* Of a process of which nothing is known no session is the right one. */
static inline bool is_in_session(const struct rampart_asr_rule *rule, const struct rampart_request *q)
{
	if (!rule->sessions)
		return true;
	for (u32 i = 0; i < RAMPART_SESSION_NUM; i++)
		if (rule->sessions >> i & 1 && q->sessions >> i & 1)
			return true;
	return false;
}

static inline bool any_origin(u64 set, u32 origins)
{
	for (u32 i = 0; i < RAMPART_ORIGINS_MAX; i++)
		if (set >> i & 1 && origins >> i & 1)
			return true;
	return false;
}

static inline bool is_of_origin(const struct rampart_asr_rule *rule, const struct rampart_request *q)
{
	if (rule->users && !any_origin(rule->users, q->origins))
		return false;
	if (rule->cgroups && !any_origin(rule->cgroups, q->origins))
		return false;
	return !any_origin(rule->not_origins, q->origins);
}

static inline bool is_by(const struct text_policy *policy, const struct rampart_asr_rule *rule, const struct rampart_request *q)
{
	if (rule->subject && !any_class(policy, rule->subject, q->lineage))
		return false;
	if (any_class(policy, rule->not_subject, q->trusted_lineage))
		return false;
	if (rule->exe && !any_class(policy, rule->exe, q->exe))
		return false;
	return !any_class(policy, rule->not_exe, q->trusted_exe);
}

/* Whether the rule names @object, or of a rename what is below it. */
static inline bool is_to(const struct text_policy *policy, const struct rampart_asr_rule *rule, const struct rampart_request *q,
			 const struct rampart_label *object)
{
	if (any_class(policy, rule->not_object, object->classes))
		return false;
	if (any_class(policy, rule->object, object->classes))
		return true;
	return q->op == RAMPART_OP_RENAME && any_class(policy, rule->object, object->below);
}

/* Traits are of the first end; and so is what is said of whatever it is. */
static inline bool is_to_first(const struct text_policy *policy, const struct rampart_asr_rule *rule,
			       const struct rampart_request *q)
{
	if (is_to(policy, rule, q, &q->object))
		return true;
	if (any_class(policy, rule->not_object, q->object.classes))
		return false;
	return any_trait(rule->object_traits, q->traits) || (!rule->object && !rule->object_traits);
}

static inline void weigh_asr(struct decision *d, const struct text_policy *policy, const struct rampart_asr_rule *rule,
			     const struct rampart_request *q)
{
	if (!(rule->ops >> q->op & 1) || !is_by(policy, rule, q) || !is_in_session(rule, q) || !is_of_origin(rule, q))
		return;
	if (!all_traits(rule->when, q->traits) || any_trait(rule->not_object_traits, q->traits))
		return;
	weigh_ends(d, (const char *)rule->id.data, rule->mode,
		   is_to_first(policy, rule, q) | is_to(policy, rule, q, &q->object2) << 1, false);
}

/* Whoever can write the memory of a program that such a rule lets through is that program: as strict as the rule. */
static inline void weigh_exempt(struct decision *d, const struct text_policy *policy, const struct rampart_asr_rule *rule,
				const struct rampart_request *q)
{
	if (q->op == RAMPART_OP_PTRACE && (rule->not_subject || rule->not_exe || policy->n_exclusions))
		weigh(d, q, "exempt_program", rule->mode, RAMPART_OBJ_EXEMPT_TASK, 0);
}

/* Whoever can write marks decides for whom they are looked at: as strict as the rule. */
static inline void weigh_provenance(struct decision *d, const struct rampart_asr_rule *rule, const struct rampart_request *q)
{
	const u64 marks = BIT_ULL(RAMPART_TRAIT_DOWNLOADED) | BIT_ULL(RAMPART_TRAIT_MAILED) | BIT_ULL(RAMPART_TRAIT_COPIED) |
			  BIT_ULL(RAMPART_TRAIT_PACKAGED) | BIT_ULL(RAMPART_TRAIT_TOOL);

	if (q->op == RAMPART_OP_SETXATTR && q->traits >> RAMPART_TRAIT_PROVENANCE & 1 &&
	    ((rule->object_traits | rule->not_object_traits | rule->when) & marks))
		weigh_ends(d, "provenance", rule->mode, 1, q->subject & RAMPART_SUBJ_DAEMON);
}

static inline struct decision reference_decide(const struct text_policy *policy, const struct rampart_request *q)
{
	struct decision d = { .outcome = RAMPART_ALLOWED };

	weigh_builtin(&d, policy, q);
	for (u32 i = 0; i < policy->n_rules; i++)
		weigh_asr(&d, policy, &policy->rules[i], q);
	for (u32 i = 0; i < policy->n_rules; i++)
		weigh_exempt(&d, policy, &policy->rules[i], q);
	for (u32 i = 0; i < policy->n_rules; i++)
		weigh_provenance(&d, &policy->rules[i], q);
	return d;
}

/* Whether @path lies in the place @object of an exclusion, "" for wherever. */
static inline bool reference_excludes(const struct text_policy *policy, const char *object, const char *path)
{
	static char expanded[8192];

	if (!*object)
		return true;
	if (*object != '~')
		return relate(object, path) == INSIDE;
	for (u32 h = 0; h < policy->homes.n; h++) {
		strcpy(expanded, policy->homes.v[h]);
		strcat(expanded, object + 1);
		if (relate(expanded, path) == INSIDE)
			return true;
	}
	return false;
}

#endif
