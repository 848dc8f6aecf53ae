// SPDX-License-Identifier: MIT
/* Classes: those of the catalogue, with what the policy says of them. */
#include "compile_asr.h"

#define X(name, text) text,
const char *const asr_trait_names[] = { RAMPART_TRAITS(X) };
static const char *const role_names[] = { RAMPART_ROLES(X) };
#undef X

/* For errors. */
#define X(name, text) ", " text
static const char role_list[] = RAMPART_ROLES(X);
#undef X

struct asr_class *asr_find_class(const struct asr_compiler *asr, const struct node *name)
{
	for (size_t i = 0; i < asr->n_classes; i++)
		if (asr->classes[i].name && node_is(name, asr->classes[i].name))
			return &asr->classes[i];
	return NULL;
}

/* RAMPART_TRAIT_NUM: it is none. */
unsigned int asr_find_trait(const struct node *name)
{
	unsigned int i = 0;

	while (i < RAMPART_TRAIT_NUM && !node_is(name, asr_trait_names[i]))
		i++;
	return i;
}

static const struct node *check_places(struct compiler *c, const struct node *list)
{
	uint32_t n = compiler_cap(c, list, compiler_places.max);

	for (uint32_t i = 0; i < n; i++)
		compiler_check(c, &list->items[i], &compiler_places);
	return list;
}

static void take_add(struct compiler *c, const struct node *value)
{
	c->asr->class->add = check_places(c, value);
}

static void take_paths(struct compiler *c, const struct node *value)
{
	c->asr->class->paths = check_places(c, value);
}

uint32_t compiler_roles(struct compiler *c, const struct node *list)
{
	uint32_t set = 0;

	for (uint32_t i = 0; list && i < list->n; i++) {
		unsigned int role = RAMPART_ROLE_NUM;

		if (compiler_kind(c, &list->items[i], NODE_SCALAR, "the entry", "a role"))
			role = compiler_word(c, &list->items[i], "role", role_names, ARRAY_SIZE(role_names), role_list + strlen(", "));
		set |= role < RAMPART_ROLE_NUM ? 1u << role : 0;
	}
	return set;
}

static void take_roles(struct compiler *c, const struct node *value)
{
	c->asr->class->roles = compiler_roles(c, value);
}

/* Where @given goes: onto the class that it adds to, or behind all others. */
static void keep_class(struct asr_compiler *asr, const struct asr_class *given, struct asr_class *known)
{
	if (known && given->add) {
		known->add = given->add;
		known->roles |= given->roles;
		return;
	}
	if (known)
		known->name = NULL;
	asr->classes[asr->n_classes++] = *given;
}

static void take_class(struct compiler *c, const struct node *name)
{
	static const struct key keys[] = {
		{ "add", false, NODE_LIST, "a list of paths", take_add },
		{ "paths", false, NODE_LIST, "a list of paths", take_paths },
		{ "roles", false, NODE_LIST, "a list of roles", take_roles },
		{ 0 },
	};
	struct asr_class given = { .name = name->text };

	if (!compiler_kind(c, name, NODE_SCALAR, "the key", "the name of a class"))
		return;
	compiler_check(c, name, &compiler_id);
	if (asr_find_trait(name) < RAMPART_TRAIT_NUM)
		compiler_error(c, name, "\"%s\" is the name of a trait; expected another name", name->text);
	if (!compiler_kind(c, name + 1, NODE_MAPPING, "the class", "{add: [/a/path]}"))
		return;
	c->asr->class = &given;
	compiler_mapping(c, name + 1, keys);
	if (!given.add == !given.paths)
		compiler_error(c, name + 1, "%s; expected \"add\", or \"paths\" for all that are in the class",
			       given.add ? "\"add\" and \"paths\"" : "neither \"add\" nor \"paths\"");
	else
		keep_class(c->asr, &given, asr_find_class(c->asr, name));
}

/* Whether the key at @i of @mapping was given before: that is an error. */
static bool is_repeated(struct compiler *c, const struct node *mapping, uint32_t i)
{
	const struct node *name = &mapping->items[i];

	for (uint32_t j = 0; j < i; j += 2) {
		if (name->kind != NODE_SCALAR || !node_is(&mapping->items[j], name->text))
			continue;
		compiler_error(c, name, "key \"%.40s\" again, first given in line %u; expected it once", name->text,
			       mapping->items[j].line);
		return true;
	}
	return false;
}

void asr_take_classes(struct compiler *c, const struct node *classes)
{
	struct asr_compiler *asr = c->asr;
	const struct catalog *catalog = asr->catalog;
	uint32_t n = classes ? classes->n / 2 : 0;

	if (n > RAMPART_CLASSES_MAX) {
		compiler_error(c, &classes->items[2 * RAMPART_CLASSES_MAX], "%u classes; expected at most %u", n,
			       RAMPART_CLASSES_MAX);
		n = RAMPART_CLASSES_MAX;
	}
	asr->classes = compiler_allocate(c, catalog->n_classes + n + ASR_EXEC_CLASSES, sizeof(*asr->classes));
	if (!asr->classes)
		return;
	for (; asr->n_classes < catalog->n_classes; asr->n_classes++)
		asr->classes[asr->n_classes] = (struct asr_class){ .name = catalog->classes[asr->n_classes].name,
								   .paths = catalog->classes[asr->n_classes].paths,
								   .roles = compiler_roles(c, catalog->classes[asr->n_classes].roles) };
	for (uint32_t i = 0; i < n; i++)
		if (!is_repeated(c, classes, 2 * i))
			take_class(c, &classes->items[2 * i]);
}

/* --- the message --- */

static size_t count_paths(const struct asr_class *class)
{
	return (class->paths ? class->paths->n : 0) + (class->add ? class->add->n : 0) + (class->more ? class->more->n : 0);
}

static void add_class(struct compiler *c, const struct asr_class *class)
{
	Rampart__Class *message = compiler_allocate(c, 1, sizeof(*message));
	const struct node *lists[] = { class->paths, class->add };
	char **paths = compiler_allocate(c, count_paths(class), sizeof(*paths));

	if (!message || !paths)
		return;
	rampart__class__init(message);
	message->name = (char *)class->name;
	message->paths = paths;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (uint32_t j = 0; lists[i] && j < lists[i]->n; j++)
			paths[message->n_paths++] = lists[i]->items[j].text;
	for (size_t i = 0; class->more && i < class->more->n; i++)
		paths[message->n_paths++] = class->more->v[i];
	c->asr_message.classes[c->asr_message.n_classes++] = message;
}

/* The roles that what rules in force ask for comes from. */
static uint32_t roles_asked(const struct compiler_list *predicates)
{
	static const struct {
		uint32_t trait, roles;
	} from[] = {
		{ RAMPART_TRAIT_DOWNLOADED, 1u << RAMPART_ROLE_DOWNLOADS | 1u << RAMPART_ROLE_COPIES },
		{ RAMPART_TRAIT_MAILED, 1u << RAMPART_ROLE_MAILS | 1u << RAMPART_ROLE_COPIES },
		{ RAMPART_TRAIT_COPIED, 1u << RAMPART_ROLE_COPIES },
		{ RAMPART_TRAIT_TOOL, 1u << RAMPART_ROLE_TOOLS | 1u << RAMPART_ROLE_COPIES },
		{ RAMPART_TRAIT_PACKAGED, 1u << RAMPART_ROLE_PACKAGES },
		{ RAMPART_TRAIT_ENCODED, 1u << RAMPART_ROLE_INTERPRETS },
		{ RAMPART_TRAIT_SIMPLE_COMMAND, 1u << RAMPART_ROLE_INTERPRETS | 1u << RAMPART_ROLE_PLAIN_SHELLS },
		{ RAMPART_TRAIT_RANSOM, 1u << RAMPART_ROLE_CANARIES | 1u << RAMPART_ROLE_LAUNCHES | 1u << RAMPART_ROLE_SNAPSHOTS |
						 1u << RAMPART_ROLE_CACHES },
	};
	uint32_t roles = 0;

	for (size_t i = 0; i < predicates->n; i++) {
		const struct predicate *predicate = predicates->v[i];
		uint32_t traits = asr_trait_set(tree_get(predicate->node, "object")) |
				  asr_trait_set(tree_get(predicate->node, "not_object")) |
				  asr_trait_set(tree_get(predicate->node, "when"));

		for (size_t j = 0; j < ARRAY_SIZE(from); j++)
			roles |= traits >> from[j].trait & 1 ? from[j].roles : 0;
		if (predicate->rule.ops & BIT_ULL(RAMPART_OP_INTERPRET))
			roles |= 1u << RAMPART_ROLE_INTERPRETS;
	}
	return roles;
}

static uint64_t role_set(const struct asr_compiler *asr, enum rampart_role role)
{
	uint64_t set = 0;

	for (size_t i = 0; i < asr->n_classes; i++)
		if (asr->classes[i].used && asr->classes[i].roles >> role & 1)
			set |= BIT_ULL(asr->classes[i].bit);
	return set;
}

static void add_roles(struct compiler *c)
{
	c->asr_message.downloads = role_set(c->asr, RAMPART_ROLE_DOWNLOADS);
	c->asr_message.mails = role_set(c->asr, RAMPART_ROLE_MAILS);
	c->asr_message.packages = role_set(c->asr, RAMPART_ROLE_PACKAGES);
	c->asr_message.copies = role_set(c->asr, RAMPART_ROLE_COPIES);
	c->asr_message.interprets = role_set(c->asr, RAMPART_ROLE_INTERPRETS);
	c->asr_message.tools = role_set(c->asr, RAMPART_ROLE_TOOLS);
	c->asr_message.canaries = role_set(c->asr, RAMPART_ROLE_CANARIES);
	c->asr_message.launches = role_set(c->asr, RAMPART_ROLE_LAUNCHES);
	c->asr_message.snapshots = role_set(c->asr, RAMPART_ROLE_SNAPSHOTS);
	c->asr_message.caches = role_set(c->asr, RAMPART_ROLE_CACHES);
	c->asr_message.plain_shells = role_set(c->asr, RAMPART_ROLE_PLAIN_SHELLS);
}

/* Those that rules in force use; each gets its bit. */
void asr_add_classes(struct compiler *c, const struct node *at)
{
	struct asr_compiler *asr = c->asr;
	uint32_t n = 0, roles = roles_asked(&asr->predicates);
	size_t n_paths = 0;

	for (size_t i = 0; i < asr->n_classes; i++)
		asr->classes[i].used |= asr->classes[i].name && asr->classes[i].roles & roles;
	for (size_t i = 0; i < asr->n_classes; i++) {
		if (!asr->classes[i].used)
			continue;
		asr->classes[i].bit = n++;
		n_paths += count_paths(&asr->classes[i]);
	}
	if (n > RAMPART_CLASSES_MAX)
		compiler_error(c, at, "the rules in force use %u classes; expected at most %d, by fewer rules or wider classes",
			       n, RAMPART_CLASSES_MAX);
	if (n_paths > RAMPART_PATTERNS_MAX)
		compiler_error(c, at, "%zu paths in the classes of the rules in force; expected at most %d", n_paths,
			       RAMPART_PATTERNS_MAX);
	c->asr_message.classes = compiler_allocate(c, n, sizeof(*c->asr_message.classes));
	for (size_t i = 0; c->asr_message.classes && i < asr->n_classes; i++)
		if (asr->classes[i].used)
			add_class(c, &asr->classes[i]);
	if (n <= RAMPART_CLASSES_MAX)
		add_roles(c);
}

uint64_t asr_class_set(const struct asr_compiler *asr, const struct node *list)
{
	uint64_t set = 0;

	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct asr_class *class = asr_find_class(asr, &list->items[i]);

		set |= class ? BIT_ULL(class->bit) : 0;
	}
	return set;
}

uint32_t asr_trait_set(const struct node *list)
{
	uint32_t set = 0;

	for (uint32_t i = 0; list && i < list->n; i++) {
		unsigned int trait = asr_find_trait(&list->items[i]);

		set |= trait < RAMPART_TRAIT_NUM ? 1u << trait : 0;
	}
	return set;
}
