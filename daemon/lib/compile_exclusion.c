// SPDX-License-Identifier: MIT
/* Exclusions, and the names by which they are reported. */
#include <search.h>
#include <string.h>

#include "compile_asr.h"

/* A name that is taken. */
struct named {
	const char *name;
	uint32_t line;
};

static int compare_names(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* The one that has the name already; NULL: it is taken now. */
static const struct named *take_free_name(struct compiler *c, const char *name, uint32_t line)
{
	struct named *named = compiler_allocate(c, 1, sizeof(*named)), **found;

	if (!named)
		return NULL;
	*named = (struct named){ name, line };
	found = tsearch(named, &c->asr->names, compare_names);
	c->no_memory |= !found;
	return !found || *found == named ? NULL : *found;
}

static void take_name(struct compiler *c, const struct node *value)
{
	const struct named *other;

	compiler_text(c, value, &compiler_id, &c->asr->name);
	other = take_free_name(c, value->text, value->line);
	if (other)
		compiler_error(c, value, "name \"%.40s\" again, first given in line %u; expected another one", value->text,
			       other->line);
}

static void take_object(struct compiler *c, const struct node *value)
{
	compiler_text(c, value, &compiler_places, &c->asr->exclusion.object);
}

static void take_owner(struct compiler *c, const struct node *value)
{
	compiler_text(c, value, &compiler_note, &c->asr->exclusion.owner);
}

static void take_reason(struct compiler *c, const struct node *value)
{
	compiler_text(c, value, &compiler_note, &c->asr->exclusion.reason);
}

static void take_until(struct compiler *c, const struct node *value)
{
	compiler_time(c, value, &c->asr->exclusion.until);
}

static void check_excluded(struct compiler *c, const struct node *node)
{
	const struct node *exe = tree_get(node, "exe"), *package = tree_get(node, "package");
	const struct node *sha256 = tree_get(node, "sha256"), *children = tree_get(node, "children");

	if (!exe && !package && !tree_get(node, "object"))
		compiler_error(c, node, "whom or what it excludes is missing; expected \"exe\", \"package\" or \"object\"");
	if (sha256 && !exe)
		compiler_error(c, sha256, "\"sha256\" without \"exe\"; expected it of one program, by exe");
	if (children && !exe && !package)
		compiler_error(c, children, "\"children\" without \"exe\" or \"package\"; expected it of a program");
}

static void add_exclusion(struct compiler *c, const struct node *node, const Rampart__Program *program, bool first)
{
	struct asr_compiler *asr = c->asr;
	struct excluding *excluding = compiler_add(c, &asr->exclusions, sizeof(*excluding));
	const char *id = *asr->rule.id ? asr->rule.id : "all";

	if (!excluding)
		return;
	excluding->exclusion = asr->exclusion;
	excluding->exclusion.rule = asr->rule.id;
	excluding->exclusion.exe = program->exe;
	excluding->exclusion.sha256 = program->sha256;
	excluding->exclusion.children = program->children;
	if (asr->name && first)
		excluding->exclusion.name = asr->name;
	excluding->base = asr->name ?: id;
	if (asr->exclusions.n == RAMPART_EXCLUSIONS_MAX + 1)
		compiler_error(c, node, "more than %d exclusions; expected at most as many in all", RAMPART_EXCLUSIONS_MAX);
}

static void take_exclusion(struct compiler *c, const struct node *node)
{
	static const struct key keys[] = {
		{ "name", false, NODE_SCALAR, "the name of the exclusion", take_name },
		{ "exe", false, NODE_SCALAR, "the absolute path of a program", compiler_exe },
		{ "sha256", false, NODE_SCALAR, "64 hexadecimal digits", compiler_sha256 },
		{ "children", false, NODE_SCALAR, "true or false", compiler_children },
		{ "package", false, NODE_SCALAR, "the name of a Debian package", compiler_package_name },
		{ "object", false, NODE_SCALAR, "an absolute path or one under ~/", take_object },
		{ "owner", false, NODE_SCALAR, "who answers for it", take_owner },
		{ "reason", false, NODE_SCALAR, "why it is needed", take_reason },
		{ "until", false, NODE_SCALAR, "the first moment after it, YYYY-MM-DD", take_until },
		{ 0 },
	};
	const struct node *package = tree_get(node, "package");
	uint32_t errors = compiler_count_errors(c);
	struct compiler_list programs = { 0 };
	Rampart__Program *first = compiler_program(c, &programs);

	c->program = first;
	c->asr->name = NULL;
	rampart__exclusion__init(&c->asr->exclusion);
	if (!first)
		return;
	compiler_mapping(c, node, keys);
	check_excluded(c, node);
	if (compiler_count_errors(c) != errors || !c->asr->in_force)
		return;
	if (package && !*first->exe)
		compiler_package(c, package, &programs, first);
	/* One of the catalogue is about no program where its package is not there. */
	if (package && !*first->exe)
		return;
	for (size_t i = 0; i < programs.n && !c->no_memory; i++)
		add_exclusion(c, node, programs.v[i], !i);
}

void asr_take_exclusions(struct compiler *c, const struct node *list)
{
	for (uint32_t i = 0; list && i < list->n && !c->no_memory; i++)
		if (compiler_kind(c, &list->items[i], NODE_MAPPING, "the exclusion", "{exe: /absolute/path}"))
			take_exclusion(c, &list->items[i]);
}

/* --- the message --- */

/* "<base>-<n>", of as many bytes as a name may have. */
static char *make_name(struct compiler *c, const char *base, unsigned int n)
{
	char *name = compiler_allocate(c, 1, RAMPART_ID_MAX + 1), number[16];
	int len = snprintf(number, sizeof(number), "-%u", n);

	if (name)
		snprintf(name, RAMPART_ID_MAX + 1, "%.*s%s", RAMPART_ID_MAX - len, base, number);
	return name;
}

/* The names that are given are all taken by now. */
static void make_names(struct compiler *c)
{
	const struct compiler_list *list = &c->asr->exclusions;
	const char *base = "";
	unsigned int n = 0;

	for (size_t i = 0; i < list->n && !c->no_memory; i++) {
		struct excluding *excluding = list->v[i];
		char *name;

		if (*excluding->exclusion.name)
			continue;
		if (strcmp(base, excluding->base))
			n = 0;
		base = excluding->base;
		do
			name = make_name(c, base, ++n);
		while (name && take_free_name(c, name, 0));
		excluding->exclusion.name = name;
	}
}

void asr_add_exclusions(struct compiler *c)
{
	const struct compiler_list *list = &c->asr->exclusions;
	Rampart__Exclusion **exclusions = compiler_allocate(c, list->n, sizeof(*exclusions));

	if (!exclusions)
		return;
	make_names(c);
	for (size_t i = 0; i < list->n; i++)
		exclusions[i] = &((struct excluding *)list->v[i])->exclusion;
	c->asr_message.exclusions = exclusions;
	c->asr_message.n_exclusions = list->n;
}

static void keep_name(void *named)
{
	/* It is one of the compiler's own. */
}

void asr_free_names(struct asr_compiler *asr)
{
	tdestroy(asr->names, keep_name);
}
