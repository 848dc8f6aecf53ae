// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "catalog.h"
#include "compiler.h"
#include "text.h"

#define CLASSES_FILE "classes.yaml"

/* --- classes.yaml --- */

static void take_class_name(struct compiler *c, const struct node *value)
{
	compiler_check(c, value, &compiler_id);
	c->catalog_class->name = value->text;
}

static void take_class_title(struct compiler *c, const struct node *value)
{
	compiler_check(c, value, &compiler_note);
	c->catalog_class->title = value->text;
}

static void take_class_paths(struct compiler *c, const struct node *value)
{
	for (uint32_t i = 0; i < value->n; i++)
		compiler_check(c, &value->items[i], &compiler_places);
	c->catalog_class->paths = value;
}

static void take_class_roles(struct compiler *c, const struct node *value)
{
	compiler_roles(c, value);
	c->catalog_class->roles = value;
}

static void take_classes(struct compiler *c, const struct node *root, struct catalog *catalog)
{
	static const struct key keys[] = {
		{ "name", true, NODE_SCALAR, "the name of the class", take_class_name },
		{ "title", true, NODE_SCALAR, "what it is", take_class_title },
		{ "paths", true, NODE_LIST, "a list of paths", take_class_paths },
		{ "roles", false, NODE_LIST, "a list of roles", take_class_roles },
		{ 0 },
	};
	const struct node *entry = root->items;

	if (!compiler_kind(c, root, NODE_LIST, "the file", "a list of classes"))
		return;
	catalog->classes = calloc(root->n + 1, sizeof(*catalog->classes));
	c->no_memory |= !catalog->classes;
	for (uint32_t i = 0; i < root->n && !c->no_memory; i++, entry++) {
		c->catalog_class = &catalog->classes[catalog->n_classes];
		if (!compiler_kind(c, entry, NODE_MAPPING, "the class", "{name: ..., title: ..., paths: [...]}"))
			continue;
		compiler_mapping(c, entry, keys);
		if (c->catalog_class->name && catalog_find_class(catalog, c->catalog_class->name))
			compiler_error(c, entry, "class \"%s\" again; expected it once", c->catalog_class->name);
		/* What is not counted is written over by the next. */
		catalog->n_classes += !compiler_count_errors(c);
	}
}

/* --- the file of a rule --- */

static void take_id(struct compiler *c, const struct node *value)
{
	struct catalog_rule *rule = c->catalog_rule;
	size_t len = strlen(rule->file) - strlen(".yaml");

	compiler_check(c, value, &compiler_id);
	rule->id = value->text;
	if (value->len != len || memcmp(value->text, rule->file, len))
		compiler_error(c, value, "\"%.40s\" in %.40s; expected the file's name", value->text, rule->file);
}

static const char *wrong_guid(struct pb_view guid)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < strlen(shape); i++)
		if (guid.len != strlen(shape) ||
		    (shape[i] == 'x' ? !strchr("0123456789abcdef", guid.data[i] ?: 'x') : guid.data[i] != '-'))
			return "is no GUID";
	return NULL;
}

static void take_guid(struct compiler *c, const struct node *value)
{
	static const struct entries guid_entry = { 1, wrong_guid, "one in lower case" };

	compiler_check(c, value, &guid_entry);
	c->catalog_rule->guid = value->text;
}

static void take_title(struct compiler *c, const struct node *value)
{
	compiler_check(c, value, &compiler_note);
	c->catalog_rule->title = value->text;
}

static void take_stops(struct compiler *c, const struct node *value)
{
	c->catalog_rule->stops = value->text;
}

static const struct node *check_attack(struct compiler *c, const struct node *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		compiler_check(c, &list->items[i], &compiler_attack);
	return list;
}

static void take_attack(struct compiler *c, const struct node *value)
{
	c->catalog_rule->attack = check_attack(c, value);
}

static void take_attack_old(struct compiler *c, const struct node *value)
{
	c->catalog_rule->attack_old = check_attack(c, value);
}

static void take_modes(struct compiler *c, const struct node *value)
{
	for (uint32_t i = 0; i < value->n; i++) {
		Rampart__Mode mode = RAMPART__MODE__OFF;

		compiler_mode(c, &value->items[i], &mode);
		c->catalog_rule->modes |= mode ? 1u << mode : 0;
	}
	if (!c->catalog_rule->modes)
		compiler_error(c, value, "no mode but off; expected " COMPILER_MODES);
}

static void take_match(struct compiler *c, const struct node *value)
{
	c->catalog_rule->match = value;
}

static void take_exclude(struct compiler *c, const struct node *value)
{
	c->catalog_rule->exclude = value;
}

static const struct node *check_texts(struct compiler *c, const struct node *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		compiler_kind(c, &list->items[i], NODE_SCALAR, "the entry", "a text");
	return list;
}

static void take_false_positives(struct compiler *c, const struct node *value)
{
	c->catalog_rule->false_positives = check_texts(c, value);
}

static void take_cannot_see(struct compiler *c, const struct node *value)
{
	c->catalog_rule->cannot_see = check_texts(c, value);
}

static void take_rule(struct compiler *c, const struct node *root, struct catalog *catalog)
{
	static const struct key keys[] = {
		{ "id", true, NODE_SCALAR, "the name of the rule", take_id },
		{ "guid", false, NODE_SCALAR, "that of Defender's rule", take_guid },
		{ "title", true, NODE_SCALAR, "one line", take_title },
		{ "stops", true, NODE_SCALAR, "what it stops, and why", take_stops },
		{ "attack", true, NODE_LIST, "a list of techniques", take_attack },
		{ "attack_old", false, NODE_LIST, "a list of techniques", take_attack_old },
		{ "modes", true, NODE_LIST, "a list of modes", take_modes },
		{ "match", true, NODE_LIST, "a list of predicates", take_match },
		{ "exclude", false, NODE_LIST, "a list of exclusions", take_exclude },
		{ "false_positives", false, NODE_LIST, "a list of texts", take_false_positives },
		{ "cannot_see", false, NODE_LIST, "a list of texts", take_cannot_see },
		{ 0 },
	};
	struct catalog_rule *rule = &catalog->rules[catalog->n_rules];

	rule->file = c->catalog_file;
	c->catalog_rule = rule;
	if (!compiler_kind(c, root, NODE_MAPPING, "the file", "a mapping that begins with \"id\""))
		return;
	compiler_mapping(c, root, keys);
	if (rule->guid && catalog_find_rule(catalog, rule->guid))
		compiler_error(c, root, "GUID %.40s again; expected one rule with it", rule->guid);
	catalog->n_rules += !compiler_count_errors(c);
}

/* --- all files --- */

static int parse_file(struct catalog *catalog, const struct catalog_file *file, struct compile_errors *errors)
{
	struct compiler c = { .errors = errors, .catalog_file = file->name };
	struct node *tree = &catalog->trees[catalog->n_trees++];
	int err = tree_parse(file->text, strlen(file->text), errors, tree);

	if (err)
		return err;
	if (!strcmp(file->name, CLASSES_FILE))
		take_classes(&c, tree, catalog);
	else
		take_rule(&c, tree, catalog);
	compiler_free(&c);
	return c.no_memory ? -ENOMEM : errors->n ? -EINVAL : 0;
}

int catalog_parse(struct catalog *catalog, const struct catalog_file *files, size_t n, struct compile_errors *errors)
{
	int err = 0;

	*errors = (struct compile_errors){ 0 };
	*catalog = (struct catalog){
		.rules = calloc(n + 1, sizeof(*catalog->rules)), .trees = calloc(n + 1, sizeof(*catalog->trees)),
	};
	if (!catalog->rules || !catalog->trees)
		return -ENOMEM;
	for (size_t i = 0; i < n && !err; i++) {
		errors->filename = files[i].name;
		err = parse_file(catalog, &files[i], errors);
	}
	compile_errors_sort(errors);
	return err;
}

void catalog_free(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->n_trees; i++)
		tree_free(&catalog->trees[i]);
	free(catalog->trees);
	free(catalog->rules);
	free(catalog->classes);
	*catalog = (struct catalog){ 0 };
}

/* An empty one ends it, for a catalogue without files is one too. */
static const struct catalog_file files[] = {
#include <catalog_files.h>
	{ 0 },
};

const struct catalog_file *rampart_catalog_files(size_t *n)
{
	*n = ARRAY_SIZE(files) - 1;
	return files;
}

const struct catalog *rampart_catalog(void)
{
	static struct catalog catalog;
	struct compile_errors errors;

	if (!catalog.trees && catalog_parse(&catalog, files, ARRAY_SIZE(files) - 1, &errors)) {
		catalog_free(&catalog);
		return NULL;
	}
	return &catalog;
}

/* --- looking things up --- */

const struct catalog_rule *catalog_find_rule(const struct catalog *catalog, const char *name)
{
	for (size_t i = 0; catalog && i < catalog->n_rules; i++) {
		const struct catalog_rule *rule = &catalog->rules[i];

		if (!strcmp(rule->id, name) || (rule->guid && !strcasecmp(rule->guid, name)))
			return rule;
	}
	return NULL;
}

const struct catalog_class *catalog_find_class(const struct catalog *catalog, const char *name)
{
	for (size_t i = 0; catalog && i < catalog->n_classes; i++)
		if (!strcmp(catalog->classes[i].name, name))
			return &catalog->classes[i];
	return NULL;
}

bool catalog_has_mode(const struct catalog_rule *rule, unsigned int mode)
{
	return mode == RAMPART_MODE_OFF || rule->modes >> mode & 1;
}

const char *catalog_modes(char buf[CATALOG_MODES], const struct catalog_rule *rule)
{
	char *at = buf + sprintf(buf, "off");

	for (unsigned int mode = 1; mode < RAMPART_MODE_NUM; mode++)
		if (catalog_has_mode(rule, mode))
			at += sprintf(at, "%s%s", rule->modes >> mode == 1 ? " or " : ", ", rampart_mode_name(mode));
	return buf;
}
