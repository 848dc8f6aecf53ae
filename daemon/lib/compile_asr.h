/* SPDX-License-Identifier: MIT */
/*
 * Private to compile_asr.c and the compile_*.c beside it: rules of the catalogue that the policy puts in force, and its own. Both have one
 * form, and are read by the same functions.
 *
 * Which classes a policy needs is known when all rules are read, so what they say of classes is looked at twice: it is checked when it is
 * read, and asr_add_rules() then makes sets of it.
 */
#ifndef RAMPART_COMPILE_ASR_H
#define RAMPART_COMPILE_ASR_H

#include "catalog.h"
#include "compiler.h"

struct asr_class {
	const char *name;
	const struct node *paths;	/* NULL: none */
	const struct node *add;		/* beside them, NULL: none */
	const struct compiler_list *more;	/* texts beside them, NULL: none */
	uint32_t roles;			/* bit set of enum rampart_role */
	bool used;			/* by a rule in force */
	uint32_t bit;			/* in sets, when it is */
};

/* What the policy says of a rule of the catalogue, or of all of them. */
struct setting {
	const struct node *name;	/* NULL: nothing */
	const struct node *mode_node;	/* NULL: not given */
	Rampart__Mode mode;
	const struct node *exclude;
};

/* One message, with the node that tells its sets. */
struct predicate {
	Rampart__Rule rule;
	const struct node *node;
};

struct excluding {
	Rampart__Exclusion exclusion;	/* name empty: to be made */
	const char *base;		/* what its name begins with */
};

/* SHA-256, of 32 bytes each. */
struct digests {
	uint8_t (*v)[RAMPART_FILE_DIGEST];
	size_t n, room;
};

/* The section exec, and digests. */
struct exec_section {
	const struct node *mode_node, *deny, *trust, *exclude;	/* NULL: not given */
	Rampart__Mode mode;
	struct compiler_list denied_paths, trusted_paths;	/* of texts */
	struct digests denied, trusted;
	struct digests *digests;	/* that are being read */
};

struct asr_compiler {
	const struct catalog *catalog;
	struct asr_class *classes;
	size_t n_classes;
	struct setting all, *settings;	/* one for each rule of the catalogue */
	struct setting *setting;	/* that is being read, as are the next */
	struct asr_class *class;
	Rampart__Rule rule;		/* what all messages of the rule have */
	bool in_force;			/* it is not off */
	const struct node *match, *exclude;
	Rampart__Exclusion exclusion;
	char *name;			/* of the exclusion, NULL: not given */
	struct compiler_list predicates, exclusions;
	struct compiler_list origins;	/* texts, as in Asr.origins */
	void *names;			/* of exclusions: a tree of tsearch() */
	struct exec_section exec;
};

/* --- compile_class.c --- */

/* asr_find_class() - NULL: there is none. asr_find_trait() - RAMPART_TRAIT_NUM: it is none. */
struct asr_class *asr_find_class(const struct asr_compiler *asr, const struct node *name);
unsigned int asr_find_trait(const struct node *name);
extern const char *const asr_trait_names[RAMPART_TRAIT_NUM];

/* asr_take_classes() - the catalogue's, and what the policy says of them. @classes may be NULL. */
void asr_take_classes(struct compiler *c, const struct node *classes);

/* asr_add_classes() - those that rules in force use, to the message; each gets its bit, and those of a role are told. @at: where to tell that they are too many. */
void asr_add_classes(struct compiler *c, const struct node *at);

/* asr_class_set(), asr_trait_set() - what @list, which may be NULL, names. Classes have their bits by then. */
uint64_t asr_class_set(const struct asr_compiler *asr, const struct node *list);
uint32_t asr_trait_set(const struct node *list);

/* --- compile_exec.c --- */

#define ASR_EXEC_CLASSES 2			/* that it may bring beside those that there are */
#define ASR_EXEC_DENY "exec_deny"		/* the rule that exec.deny is */
#define ASR_TRUST_EXEC "trust_exec"		/* the rule of the catalogue that exec.trust is about */

/* asr_take_exec() - reads exec and digests: before classes are added, and before the modes of rules are settled. */
void asr_take_exec(struct compiler *c);

/* asr_add_exec() - the rule of exec.deny, and its exclusions. */
void asr_add_exec(struct compiler *c);

/* asr_add_digests() - to the message, sorted. */
void asr_add_digests(struct compiler *c);
void asr_free_digests(struct asr_compiler *asr);

/* --- compile_predicate.c --- */

void asr_take_on(struct compiler *c, const struct node *value);
void asr_take_subjects(struct compiler *c, const struct node *value);
void asr_take_objects(struct compiler *c, const struct node *value);
void asr_take_when(struct compiler *c, const struct node *value);
void asr_take_session(struct compiler *c, const struct node *value);
void asr_take_user(struct compiler *c, const struct node *value);
void asr_take_not_user(struct compiler *c, const struct node *value);
void asr_take_cgroup(struct compiler *c, const struct node *value);
void asr_take_not_cgroup(struct compiler *c, const struct node *value);

#define ASR_PREDICATE_KEYS(required)                                                                                     \
	{ "on", required, NODE_REFUSED, "an operation or a list of them", asr_take_on },                                   \
	{ "subject", false, NODE_LIST, "a list of classes", asr_take_subjects },                                           \
	{ "not_subject", false, NODE_LIST, "a list of classes", asr_take_subjects },                                       \
	{ "exe", false, NODE_LIST, "a list of classes", asr_take_subjects },                                               \
	{ "not_exe", false, NODE_LIST, "a list of classes", asr_take_subjects },                                           \
	{ "object", false, NODE_LIST, "a list of classes and traits", asr_take_objects },                                  \
	{ "not_object", false, NODE_LIST, "a list of classes and traits", asr_take_objects },                              \
	{ "when", false, NODE_LIST, "a list of traits", asr_take_when },                                                   \
	{ "session", false, NODE_LIST, "a list of login and none", asr_take_session },                                     \
	{ "user", false, NODE_LIST, ASR_USERS, asr_take_user },                                                            \
	{ "not_user", false, NODE_LIST, ASR_USERS, asr_take_not_user },                                                    \
	{ "cgroup", false, NODE_LIST, ASR_CGROUPS, asr_take_cgroup },                                                      \
	{ "not_cgroup", false, NODE_LIST, ASR_CGROUPS, asr_take_not_cgroup }

#define ASR_USERS "a list of users: root, a number such as 1000, or several such as 1000-59999"
#define ASR_CGROUPS "a list of control groups, such as /system.slice/nginx.service"

/* asr_add_predicate() - @node, as one of the rule that is being read, with its operations. */
void asr_add_predicate(struct compiler *c, const struct node *node);

/* asr_take_predicates() - a list of them. */
void asr_take_predicates(struct compiler *c, const struct node *list);

/* asr_add_rules() - all predicates to the message, with their sets. */
void asr_add_rules(struct compiler *c);

/* --- compile_exclusion.c --- */

/* asr_take_exclusions() - those of the rule that is being read, without id: of all. @list may be NULL. */
void asr_take_exclusions(struct compiler *c, const struct node *list);

/* asr_add_exclusions() - to the message, each with a name. */
void asr_add_exclusions(struct compiler *c);
void asr_free_names(struct asr_compiler *asr);

#endif
