// SPDX-License-Identifier: MIT
/* The sections asr and rules: which rules are in force, and in what mode. */
#include <string.h>

#include "compile_asr.h"
#include "text.h"

#define ID_EXPECTED "the id of a rule"

/* As many of ATT&CK's numbers as fit, with a space between them. */
static char *join_attack(struct compiler *c, const struct node *list)
{
	uint32_t n = list->n < COMPILER_ATTACKS_MAX ? list->n : COMPILER_ATTACKS_MAX;
	char *text = compiler_allocate(c, n, strlen("T1059.004 ") + 1), *at = text;

	for (uint32_t i = 0; text && i < n; i++)
		if (list->items[i].kind == NODE_SCALAR && !compiler_attack.wrong(node_view(&list->items[i])))
			at += sprintf(at, "%s%s", at > text ? " " : "", list->items[i].text);
	return text ?: c->asr->rule.attack;
}

/* --- the catalogue's rules --- */

static void take_setting_mode(struct compiler *c, const struct node *value)
{
	c->asr->setting->mode_node = value;
	compiler_mode(c, value, &c->asr->setting->mode);
}

static void take_setting_exclude(struct compiler *c, const struct node *value)
{
	c->asr->setting->exclude = value;
}

/* NULL, and an error, when there is none. */
static struct setting *find_setting(struct compiler *c, const struct node *name)
{
	const struct catalog *catalog = c->asr->catalog;
	const struct catalog_rule *rule = catalog_find_rule(catalog, name->text);
	const char **names, *near;
	char quote[RAMPART_QUOTE];

	if (node_is(name, "*"))
		return &c->asr->all;
	if (rule && strlen(name->text) == name->len)
		return &c->asr->settings[rule - catalog->rules];
	names = compiler_allocate(c, catalog->n_rules, sizeof(*names));
	if (!names)
		return NULL;
	for (size_t i = 0; i < catalog->n_rules; i++)
		names[i] = catalog->rules[i].id;
	near = rampart_nearest(name->text, names, catalog->n_rules);
	rampart_quote(quote, name->text, name->len);
	if (near)
		compiler_error(c, name, "unknown rule %s, did you mean \"%s\"?; expected one that rampartctl asr list shows, "
			       "or \"*\"", quote, near);
	else
		compiler_error(c, name, "unknown rule %s; expected one that rampartctl asr list shows, or \"*\"", quote);
	return NULL;
}

static void take_setting(struct compiler *c, const struct node *name)
{
	static const struct key keys[] = {
		{ "mode", false, NODE_SCALAR, COMPILER_MODES, take_setting_mode },
		{ "exclude", false, NODE_LIST, "a list of exclusions, {exe: /absolute/path}", take_setting_exclude },
		{ 0 },
	};
	struct setting *setting;

	if (!compiler_kind(c, name, NODE_SCALAR, "the key", ID_EXPECTED))
		return;
	setting = find_setting(c, name);
	if (!setting)
		return;
	if (setting->name) {
		compiler_error(c, name, "rule \"%.40s\" again, given as \"%.40s\" in line %u; expected each rule once", name->text,
			       setting->name->text, setting->name->line);
		return;
	}
	setting->name = name;
	c->asr->setting = setting;
	if (compiler_kind(c, name + 1, NODE_MAPPING, "the rule", "{mode: audit, exclude: [...]}"))
		compiler_mapping(c, name + 1, keys);
}

/* exec.trust puts its rule in force, unless that has a mode of its own. */
static const struct node *mode_by_exec(const struct asr_compiler *asr, const struct catalog_rule *rule)
{
	return asr->exec.trust && !strcmp(rule->id, ASR_TRUST_EXEC) ? asr->exec.mode_node : NULL;
}

/* Of all rules together each takes the nearest mode that it has and that is no stricter. */
static void settle_mode(struct compiler *c, struct setting *setting, const struct catalog_rule *rule)
{
	const struct setting *all = &c->asr->all;
	char modes[CATALOG_MODES];

	if (!setting->mode_node && mode_by_exec(c->asr, rule)) {
		setting->mode = c->asr->exec.mode;
		setting->mode_node = c->asr->exec.mode_node;
	}
	if (setting->mode_node) {
		if (!catalog_has_mode(rule, setting->mode))
			compiler_error(c, setting->mode_node, "%s has no mode \"%s\"; expected %s", rule->id,
				       rampart_mode_name(setting->mode), catalog_modes(modes, rule));
		return;
	}
	if (setting->name && !all->mode_node && setting->name[1].kind == NODE_MAPPING)
		compiler_error(c, setting->name + 1, "\"mode\" is missing; expected " COMPILER_MODES ", here or in \"*\"");
	setting->mode = all->mode;
	while (!catalog_has_mode(rule, setting->mode))
		setting->mode--;
}

static void begin_rule(struct compiler *c, const char *id, Rampart__Mode mode)
{
	rampart__rule__init(&c->asr->rule);
	c->asr->rule.id = (char *)id;
	c->asr->rule.mode = mode;
	c->asr->in_force = mode != RAMPART__MODE__OFF;
}

/* What is off is not looked at: the catalogue is known to be good. */
static void add_catalog_rule(struct compiler *c, const struct catalog_rule *rule, const struct setting *setting)
{
	begin_rule(c, rule->id, setting->mode);
	if (c->asr->in_force) {
		c->catalog_file = rule->file;
		c->asr->rule.title = (char *)rule->title;
		c->asr->rule.attack = join_attack(c, rule->attack);
		asr_take_predicates(c, rule->match);
		asr_take_exclusions(c, rule->exclude);
		c->catalog_file = NULL;
	}
	asr_take_exclusions(c, setting->exclude);
}

static void take_asr(struct compiler *c, const struct node *asr_node)
{
	struct asr_compiler *asr = c->asr;

	asr->settings = compiler_allocate(c, asr->catalog->n_rules, sizeof(*asr->settings));
	if (!asr->settings)
		return;
	for (uint32_t i = 0; asr_node && i + 1 < asr_node->n; i += 2)
		take_setting(c, &asr_node->items[i]);
	begin_rule(c, "", RAMPART__MODE__AUDIT);
	asr_take_exclusions(c, asr->all.exclude);
	for (size_t i = 0; i < asr->catalog->n_rules; i++) {
		settle_mode(c, &asr->settings[i], &asr->catalog->rules[i]);
		add_catalog_rule(c, &asr->catalog->rules[i], &asr->settings[i]);
	}
}

/* --- the policy's own rules --- */

static void take_id(struct compiler *c, const struct node *value)
{
	const struct catalog_rule *rule = catalog_find_rule(c->asr->catalog, value->text);

	compiler_text(c, value, &compiler_id, &c->asr->rule.id);
	if (rampart_is_own_rule(value->text, value->len) || node_is(value, "all"))
		compiler_error(c, value, "\"%.40s\" is a name of Rampart's own; expected another id", value->text);
	if (c->asr->exec.deny && node_is(value, ASR_EXEC_DENY))
		compiler_error(c, value, "\"" ASR_EXEC_DENY "\" is the rule of exec.deny; expected another id");
	if (rule && c->asr->settings[rule - c->asr->catalog->rules].mode)
		compiler_error(c, value, "\"%.40s\" is a rule that \"asr\" has; expected another id", value->text);
}

static void take_rule_mode(struct compiler *c, const struct node *value)
{
	compiler_mode(c, value, &c->asr->rule.mode);
}

static void take_title(struct compiler *c, const struct node *value)
{
	compiler_text(c, value, &compiler_note, &c->asr->rule.title);
}

static void take_attack(struct compiler *c, const struct node *value)
{
	size_t n;

	compiler_texts(c, value, &compiler_attack, &n);
	c->asr->rule.attack = join_attack(c, value);
}

static void take_match(struct compiler *c, const struct node *value)
{
	c->asr->match = value;
}

static void take_exclude(struct compiler *c, const struct node *value)
{
	c->asr->exclude = value;
}

/* What holds when, either in the rule itself or in a list. */
static void take_conditions(struct compiler *c, const struct node *node)
{
	static const char *const names[] = {
		"on", "subject", "not_subject", "exe", "not_exe", "object", "not_object", "when",
		"session", "user", "not_user", "cgroup", "not_cgroup",
	};
	const struct node *given = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names) && !given; i++)
		given = tree_get(node, names[i]);
	if (!c->asr->match && !tree_get(node, "on"))
		compiler_error(c, node, "\"on\" is missing; expected an operation or a list of them, or \"match\"");
	else if (!c->asr->match)
		asr_add_predicate(c, node);
	else if (given)
		compiler_error(c, given, "conditions beside \"match\"; expected them in it");
	else
		asr_take_predicates(c, c->asr->match);
}

static void take_rule(struct compiler *c, const struct node *node)
{
	static const struct key keys[] = {
		{ "id", true, NODE_SCALAR, ID_EXPECTED, take_id },
		{ "mode", true, NODE_SCALAR, COMPILER_MODES, take_rule_mode },
		{ "title", false, NODE_SCALAR, "one line", take_title },
		{ "attack", false, NODE_LIST, "a list of techniques", take_attack },
		{ "match", false, NODE_LIST, "a list of predicates, {on: exec, subject: [...]}", take_match },
		{ "exclude", false, NODE_LIST, "a list of exclusions, {exe: /absolute/path}", take_exclude },
		ASR_PREDICATE_KEYS(false),
		{ 0 },
	};
	const struct node *mode = tree_get(node, "mode");

	begin_rule(c, "", mode && node_is(mode, "off") ? RAMPART__MODE__OFF : RAMPART__MODE__AUDIT);
	c->asr->match = c->asr->exclude = NULL;
	compiler_mapping(c, node, keys);
	take_conditions(c, node);
	asr_take_exclusions(c, c->asr->exclude);
}

static void check_id_again(struct compiler *c, const struct node *list, uint32_t i)
{
	const struct node *id = tree_get(&list->items[i], "id");

	for (uint32_t j = 0; id && j < i; j++) {
		const struct node *other = tree_get(&list->items[j], "id");

		if (other && id->kind == NODE_SCALAR && node_is(other, id->text)) {
			compiler_error(c, id, "rule \"%.40s\" again, first given in line %u; expected each id once", id->text,
				       other->line);
			return;
		}
	}
}

static void take_rules(struct compiler *c, const struct node *list)
{
	uint32_t n = list ? compiler_cap(c, list, RAMPART_ASR_RULES_MAX) : 0;

	for (uint32_t i = 0; i < n && !c->no_memory; i++) {
		if (!compiler_kind(c, &list->items[i], NODE_MAPPING, "the rule", "{id: ..., mode: ..., on: ...}"))
			continue;
		check_id_again(c, list, i);
		take_rule(c, &list->items[i]);
	}
}

/* --- all of it --- */

void compile_asr(struct compiler *c, const struct catalog *catalog)
{
	struct asr_compiler asr = { .catalog = catalog };
	const struct node *first = c->rules_node ?: c->asr_node ?: c->exec_node ?: c->classes_node ?: c->digests_node;

	if (!first || c->no_memory)
		return;
	if (!catalog) {
		compiler_error(c, first, "the catalogue of rules that is built in cannot be read; expected that it can");
		return;
	}
	c->asr = &asr;
	asr_take_classes(c, c->classes_node);
	if (!c->no_memory)
		asr_take_exec(c);
	if (!c->no_memory)
		take_asr(c, c->asr_node);
	if (!c->no_memory)
		take_rules(c, c->rules_node);
	if (!c->no_memory && asr.exec.deny)
		asr_add_exec(c);
	if (!c->no_memory)
		asr_add_classes(c, first);
	if (!c->no_memory && !c->errors->n) {
		asr_add_rules(c);
		asr_add_exclusions(c);
		asr_add_digests(c);
	}
	asr_free_digests(&asr);
	asr_free_names(&asr);
	c->asr = NULL;
}
