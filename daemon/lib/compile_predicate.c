// SPDX-License-Identifier: MIT
/* What rules ask of operations. */
#include <stdio.h>
#include <string.h>

#include "compile_asr.h"
#include "text.h"

#define CHANGE "change"

static const enum rampart_op changing[] = {
	RAMPART_OP_WRITE, RAMPART_OP_CREATE,  RAMPART_OP_DELETE,   RAMPART_OP_RENAME,
	RAMPART_OP_LINK,  RAMPART_OP_SETATTR, RAMPART_OP_SETXATTR, RAMPART_OP_MOUNT,
};

#define X(name, text) text,
static const char *const op_names[] = { RAMPART_RULE_OPS(X) CHANGE };
#undef X

#define X(name, text) text,
static const char *const session_names[] = { RAMPART_SESSIONS(X) };
#undef X

/* For errors: ", script, memfd", ", none, write". */
#define X(name, text) ", " text
static const char trait_list[] = RAMPART_TRAITS(X);
static const char op_list[] = RAMPART_RULE_OPS(X);
#undef X

static void unknown_name(struct compiler *c, const struct node *name, bool classes, bool traits)
{
	const struct asr_compiler *asr = c->asr;
	const char **names = compiler_allocate(c, asr->n_classes + RAMPART_TRAIT_NUM, sizeof(*names)), *near;
	const char *what = !traits ? "class" : classes ? "class or trait" : "trait";
	char quote[RAMPART_QUOTE], expected[96 + sizeof(trait_list)];
	size_t n = 0;

	if (!names)
		return;
	if (classes)
		strcpy(expected, "one of the catalogue (rampartctl asr list --json), or of \"classes\"");
	else
		snprintf(expected, sizeof(expected), "one of: %s", trait_list + strlen(", "));
	for (size_t i = 0; classes && i < asr->n_classes; i++)
		if (asr->classes[i].name)
			names[n++] = asr->classes[i].name;
	for (size_t i = 0; traits && i < RAMPART_TRAIT_NUM; i++)
		names[n++] = asr_trait_names[i];
	near = rampart_nearest(name->text, names, n);
	rampart_quote(quote, name->text, name->len);
	if (near)
		compiler_error(c, name, "unknown %s %s, did you mean \"%s\"?; expected %s", what, quote, near, expected);
	else
		compiler_error(c, name, "unknown %s %s; expected %s", what, quote, expected);
}

/* An empty list would mean whatever, where its author may have meant nothing. */
static bool is_empty(struct compiler *c, const struct node *list)
{
	if (!list->n)
		compiler_error(c, list, "an empty list; expected something in it, or no such key");
	return !list->n;
}

static void read_names(struct compiler *c, const struct node *list, bool classes, bool traits)
{
	if (is_empty(c, list))
		return;
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *name = &list->items[i];
		struct asr_class *class;

		if (!compiler_kind(c, name, NODE_SCALAR, "the entry", classes ? "the name of a class" : "a trait"))
			continue;
		class = classes ? asr_find_class(c->asr, name) : NULL;
		if (class)
			class->used |= c->asr->in_force;
		else if (!traits || asr_find_trait(name) == RAMPART_TRAIT_NUM)
			unknown_name(c, name, classes, traits);
	}
}

void asr_take_subjects(struct compiler *c, const struct node *value)
{
	read_names(c, value, true, false);
}

void asr_take_objects(struct compiler *c, const struct node *value)
{
	read_names(c, value, true, true);
}

void asr_take_when(struct compiler *c, const struct node *value)
{
	read_names(c, value, false, true);
}

void asr_take_session(struct compiler *c, const struct node *value)
{
	if (is_empty(c, value))
		return;
	for (uint32_t i = 0; i < value->n; i++) {
		unsigned int session = RAMPART_SESSION_NUM;

		if (compiler_kind(c, &value->items[i], NODE_SCALAR, "the entry", "login or none"))
			session = compiler_word(c, &value->items[i], "session", session_names, RAMPART_SESSION_NUM, "login or none");
		if (session < RAMPART_SESSION_NUM)
			c->asr->rule.sessions |= 1u << session;
	}
}

/* The bit of what a rule asks of processes; 0 with an error. */
static uint32_t origin_bit(struct compiler *c, const struct node *at, const char *text)
{
	struct compiler_list *list = &c->asr->origins;
	char *kept;
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!strcmp(list->v[i], text))
			return 1u << i;
	if (i == RAMPART_ORIGINS_MAX) {
		compiler_error(c, at, "up to here %d different users and control groups; expected no more in all rules in force",
			       RAMPART_ORIGINS_MAX);
		return 0;
	}
	kept = compiler_add(c, list, strlen(text) + 1);
	if (!kept)
		return 0;
	strcpy(kept, text);
	return 1u << i;
}

/* Each text that @spell makes of an entry is good; NULL: it has told what is wrong. */
static void take_origins(struct compiler *c, const struct node *list, const char *expected,
			 char *(*spell)(struct compiler *c, const struct node *entry), uint32_t *set)
{
	if (is_empty(c, list))
		return;
	for (uint32_t i = 0; i < list->n; i++) {
		char *text = NULL;

		if (compiler_kind(c, &list->items[i], NODE_SCALAR, "the entry", expected))
			text = spell(c, &list->items[i]);
		if (text && c->asr->in_force)
			*set |= origin_bit(c, &list->items[i], text);
	}
}

static char *spell(struct compiler *c, const char *kind, const char *first, const char *second)
{
	size_t len = strlen(kind) + strlen(first) + strlen(second) + 2;
	char *text = compiler_allocate(c, len, 1);

	if (text)
		snprintf(text, len, "%s%s%s%s", kind, first, *second ? "-" : "", second);
	return text;
}

static bool is_good(const char *text)
{
	struct rampart_origin origin;

	return rampart_origin_parse((struct pb_view){ (const uint8_t *)text, strlen(text) }, &origin);
}

char *compiler_user(struct compiler *c, const struct node *entry)
{
	const char *word = node_is(entry, "root") ? "0" : entry->text;
	char quote[RAMPART_QUOTE], *text = spell(c, "user:", word, strchr(word, '-') ? "" : word);

	if (!text || (is_good(text) && strlen(entry->text) == entry->len))
		return text;
	compiler_error(c, entry, "%s is no user; expected root, a number such as 1000, or several such as 1000-59999",
		       rampart_quote(quote, entry->text, entry->len));
	return NULL;
}

static char *spell_cgroup(struct compiler *c, const struct node *entry)
{
	static const struct entries cgroup = { RAMPART_PATH_MAX, compiler_wrong_pattern, "a path below /sys/fs/cgroup, in which a component may be *" };
	char *path = NULL;

	compiler_text(c, entry, &cgroup, &path);
	return path ? spell(c, "cgroup:", path, "") : NULL;
}

void asr_take_user(struct compiler *c, const struct node *value)
{
	take_origins(c, value, ASR_USERS, compiler_user, &c->asr->rule.users);
}

void asr_take_not_user(struct compiler *c, const struct node *value)
{
	take_origins(c, value, ASR_USERS, compiler_user, &c->asr->rule.not_origins);
}

void asr_take_cgroup(struct compiler *c, const struct node *value)
{
	take_origins(c, value, ASR_CGROUPS, spell_cgroup, &c->asr->rule.cgroups);
}

void asr_take_not_cgroup(struct compiler *c, const struct node *value)
{
	take_origins(c, value, ASR_CGROUPS, spell_cgroup, &c->asr->rule.not_origins);
}

static void take_op(struct compiler *c, const struct node *word)
{
	char expected[32 + sizeof(op_list)];
	unsigned int op;

	/* The first is "none". */
	snprintf(expected, sizeof(expected), "one of: " CHANGE "%s", op_list + strlen(", none"));
	op = 1 + compiler_word(c, word, "operation", op_names + 1, ARRAY_SIZE(op_names) - 1, expected);

	if (op < RAMPART_OP_RULES)
		c->asr->rule.ops |= BIT_ULL(op);
	for (size_t i = 0; op == RAMPART_OP_RULES && i < ARRAY_SIZE(changing); i++)
		c->asr->rule.ops |= BIT_ULL(changing[i]);
}

void asr_take_on(struct compiler *c, const struct node *value)
{
	if (value->kind == NODE_SCALAR) {
		take_op(c, value);
		return;
	}
	if (!compiler_kind(c, value, NODE_LIST, "\"on\"", "an operation or a list of them") || is_empty(c, value))
		return;
	for (uint32_t i = 0; i < value->n; i++)
		if (compiler_kind(c, &value->items[i], NODE_SCALAR, "the entry", "an operation"))
			take_op(c, &value->items[i]);
}

/* Of the rule that is being read, with its operations and what it asks of processes. */
void asr_add_predicate(struct compiler *c, const struct node *node)
{
	struct compiler_list *list = &c->asr->predicates;
	struct predicate *predicate = c->asr->in_force ? compiler_add(c, list, sizeof(*predicate)) : NULL;

	if (!predicate)
		return;
	predicate->rule = c->asr->rule;
	predicate->node = node;
	if (list->n == RAMPART_ASR_RULES_MAX + 1)
		compiler_error(c, node, "up to here %zu predicates with those of the catalogue; expected at most %d in all",
			       list->n, RAMPART_ASR_RULES_MAX);
}

void asr_take_predicates(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = { ASR_PREDICATE_KEYS(true), { 0 } };

	if (is_empty(c, list))
		return;
	for (uint32_t i = 0; i < list->n; i++) {
		if (!compiler_kind(c, &list->items[i], NODE_MAPPING, "the predicate", "{on: exec, subject: [...]}"))
			continue;
		c->asr->rule.ops = 0;
		c->asr->rule.sessions = c->asr->rule.users = c->asr->rule.cgroups = c->asr->rule.not_origins = 0;
		compiler_mapping(c, &list->items[i], keys);
		asr_add_predicate(c, &list->items[i]);
	}
}

/* --- the message --- */

static void fill_sets(const struct asr_compiler *asr, struct predicate *predicate)
{
	const struct node *node = predicate->node;
	Rampart__Rule *rule = &predicate->rule;

	rule->subject = asr_class_set(asr, tree_get(node, "subject"));
	rule->not_subject = asr_class_set(asr, tree_get(node, "not_subject"));
	rule->exe = asr_class_set(asr, tree_get(node, "exe"));
	rule->not_exe = asr_class_set(asr, tree_get(node, "not_exe"));
	rule->object = asr_class_set(asr, tree_get(node, "object"));
	rule->not_object = asr_class_set(asr, tree_get(node, "not_object"));
	rule->object_traits = asr_trait_set(tree_get(node, "object"));
	rule->not_object_traits = asr_trait_set(tree_get(node, "not_object"));
	rule->when = asr_trait_set(tree_get(node, "when"));
}

void asr_add_rules(struct compiler *c)
{
	const struct compiler_list *list = &c->asr->predicates;
	Rampart__Rule **rules = compiler_allocate(c, list->n, sizeof(*rules));

	if (!rules)
		return;
	for (size_t i = 0; i < list->n; i++) {
		struct predicate *predicate = list->v[i];

		fill_sets(c->asr, predicate);
		rules[i] = &predicate->rule;
	}
	c->asr_message.origins = (char **)c->asr->origins.v;
	c->asr_message.n_origins = c->asr->origins.n;
	c->asr_message.rules = rules;
	c->asr_message.n_rules = list->n;
}
