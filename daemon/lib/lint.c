// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "catalog.h"
#include "compile.h"
#include "lint.h"
#include "lint_devices.h"
#include "places.h"
#include "text.h"
#include "tree.h"

#define VALID_DAYS_MAX 731	/* two years, one of them a leap year */

static bool is_below(const char *path, const char *directory)
{
	size_t len = strlen(directory);

	return !strncmp(path, directory, len) && path[len] == '/';
}

/* Component by component, as the pattern @home is matched. */
static bool is_below_pattern(const char *path, const char *home)
{
	while (*home && *path) {
		size_t theirs = strcspn(home + 1, "/") + 1, ours = strcspn(path + 1, "/") + 1;
		bool any = theirs == 2 && home[1] == '*';

		if (!any && (theirs != ours || memcmp(home, path, ours)))
			return false;
		home += theirs;
		path += ours;
	}
	return !*home && *path;
}

/* "/tmp" and the like, "a home directory", or NULL. */
static const char *writable_place(const char *exe, const struct node *homes)
{
	static const char *const shared[] = { "/tmp", "/var/tmp", "/dev/shm" };

	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		if (is_below(exe, shared[i]))
			return shared[i];
	for (uint32_t i = 0; homes && i < homes->n; i++)
		if (is_below_pattern(exe, homes->items[i].text))
			return "a home directory";
	if (!homes && (is_below_pattern(exe, "/home/*") || is_below_pattern(exe, "/root")))
		return "a home directory";
	return NULL;
}

static void lint_programs(struct compile_errors *warnings, const struct node *programs, const struct node *homes)
{
	char quote[RAMPART_QUOTE];

	for (uint32_t i = 0; programs && i < programs->n; i++) {
		const struct node *exe = tree_get(&programs->items[i], "exe");
		const char *place = exe && !tree_get(&programs->items[i], "sha256") ? writable_place(exe->text, homes) : NULL;

		if (place)
			compile_error_add(warnings, exe->line, exe->column,
					  "%s is under %s, where users can write; expected its sha256, or a place that only "
					  "root can change", rampart_quote(quote, exe->text, exe->len), place);
	}
}

static void lint_places(struct compile_errors *warnings, const struct node *protect, const struct places *places)
{
	char quote[RAMPART_QUOTE];

	for (uint32_t i = 0; i < protect->n; i++) {
		const struct node *node = &protect->items[i];
		struct pb_view path = { .data = (const u8 *)node->text, .len = node->len };
		u32 outer = places_find(places, path, i);

		if (outer != U32_MAX)
			compile_error_add(warnings, node->line, node->column,
					  "%s is protected by line %u already; expected each place once",
					  rampart_quote(quote, node->text, node->len), protect->items[outer].line);
	}
}

static int lint_redundant(struct compile_errors *warnings, const struct node *protect)
{
	struct rampart_views list = { .n = protect ? protect->n : 0 };
	struct places places;
	int err;

	if (!list.n)
		return 0;
	list.v = calloc(list.n, sizeof(*list.v));
	if (!list.v)
		return -ENOMEM;
	for (uint32_t i = 0; i < list.n; i++)
		list.v[i] = (struct pb_view){ (const u8 *)protect->items[i].text, protect->items[i].len };
	err = places_init(&places, &list);
	if (!err) {
		lint_places(warnings, protect, &places);
		places_exit(&places);
	}
	free(list.v);
	return err;
}

static void lint_valid(struct compile_errors *warnings, const struct node *valid, int64_t now)
{
	const struct node *from_node = tree_get(valid, "from"), *node = tree_get(valid, "until");
	int64_t from = rampart_time_parse(from_node->text, from_node->len);
	int64_t until = rampart_time_parse(node->text, node->len);

	if (until - from > VALID_DAYS_MAX * INT64_C(86400))
		compile_error_add(warnings, node->line, node->column,
				  "valid for more than two years; expected less, since a policy cannot be called back");
	if (until <= now)
		compile_error_add(warnings, node->line, node->column, "expired already; expected a time to come");
}

static void lint_folders(struct compile_errors *warnings, const struct node *folders)
{
	const struct node *mode = tree_get(folders, "mode");
	const struct node *protect = tree_get(folders, "protect"), *allow = tree_get(folders, "allow");

	if (!folders)
		return;
	if (!node_is(mode, "off") && (!protect || !protect->n))
		compile_error_add(warnings, mode->line, mode->column,
				  "the folders rule protects nothing; expected places in protect");
	else if (node_is(mode, "block") && (!allow || !allow->n))
		compile_error_add(warnings, mode->line, mode->column,
				  "blocks every program, no one can write to the protected places; expected programs in allow");
}

/* Of the same path, both lists of programs have to name one that is to read it. */
static void lint_same_secret(struct compile_errors *warnings, const struct node *places, uint32_t i)
{
	const struct node *path = tree_get(&places->items[i], "path");
	char quote[RAMPART_QUOTE];

	for (uint32_t j = 0; j < i; j++) {
		const struct node *other = tree_get(&places->items[j], "path");

		if (strcmp(other->text, path->text))
			continue;
		compile_error_add(warnings, path->line, path->column,
				  "%s is a place in line %u already; expected each place once, with all its programs",
				  rampart_quote(quote, path->text, path->len), other->line);
		return;
	}
}

static void lint_secrets(struct compile_errors *warnings, const struct node *secrets, const struct node *homes)
{
	const struct node *mode = tree_get(secrets, "mode"), *places = tree_get(secrets, "places");
	char quote[RAMPART_QUOTE];

	if (!secrets)
		return;
	if (!node_is(mode, "off") && (!places || !places->n))
		compile_error_add(warnings, mode->line, mode->column,
				  "the secrets rule protects nothing; expected places");
	for (uint32_t i = 0; places && i < places->n; i++) {
		const struct node *path = tree_get(&places->items[i], "path");
		const struct node *allow = tree_get(&places->items[i], "allow");

		if (node_is(mode, "block") && (!allow || !allow->n))
			compile_error_add(warnings, path->line, path->column,
					  "no program can read %s; expected programs in allow",
					  rampart_quote(quote, path->text, path->len));
		lint_same_secret(warnings, places, i);
		lint_programs(warnings, allow, homes);
	}
}

static void lint_exclusion(struct compile_errors *warnings, const struct node *exclusion, int64_t now)
{
	static const char *const keys[] = { "owner", "reason", "until" };
	const struct node *until = tree_get(exclusion, "until");
	char missing[40] = "";

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!tree_get(exclusion, keys[i]))
			snprintf(missing + strlen(missing), sizeof(missing) - strlen(missing), "%s%s", *missing ? ", " : "", keys[i]);
	if (*missing)
		compile_error_add(warnings, exclusion->line, exclusion->column,
				  "an exclusion without %s; expected who answers for it, why it is needed, and for how long",
				  missing);
	if (until && rampart_time_parse(until->text, until->len) <= now)
		compile_error_add(warnings, until->line, until->column,
				  "the exclusion expired already; expected a time to come, or no such exclusion");
}

static void lint_exclusions(struct compile_errors *warnings, const struct node *list, const struct node *homes, int64_t now)
{
	for (uint32_t i = 0; list && i < list->n; i++)
		lint_exclusion(warnings, &list->items[i], now);
	lint_programs(warnings, list, homes);
}

/* Whether any list in @node has @name. */
static bool mentions(const struct node *node, const struct node *name)
{
	for (uint32_t i = 0; i < node->n; i++)
		if ((node->kind == NODE_LIST && node_is(&node->items[i], name->text)) || mentions(&node->items[i], name))
			return true;
	return false;
}

/* One that is no class of the catalogue either is most likely misspelt. */
static void lint_classes(struct compile_errors *warnings, const struct node *root)
{
	const struct node *classes = tree_get(root, "classes"), *rules = tree_get(root, "rules");

	for (uint32_t i = 0; classes && i < classes->n; i += 2) {
		const struct node *name = &classes->items[i];

		if (!catalog_find_class(rampart_catalog(), name->text) && !(rules && mentions(rules, name)))
			compile_error_add(warnings, name->line, name->column,
					  "class \"%s\" is in no rule; expected one of the catalogue, or a rule that has it",
					  name->text);
	}
}

/* Whether all that a predicate says is that somebody does something. */
static bool is_unconditional(const struct node *predicate)
{
	static const char *const keys[] = { "subject", "exe", "object", "when", "session", "user", "cgroup" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (tree_get(predicate, keys[i]))
			return false;
	return true;
}

/* To refuse modules or kexec to everybody makes sense; other operations the system itself does all the time. */
static bool is_common(const struct node *on)
{
	static const char *const rare[] = { "module", "kexec", "mount", "unload", "ptrace" };

	if (on->kind == NODE_LIST) {
		for (uint32_t i = 0; i < on->n; i++)
			if (is_common(&on->items[i]))
				return true;
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rare); i++)
		if (node_is(on, rare[i]))
			return false;
	return true;
}

static void lint_predicate(struct compile_errors *warnings, const struct node *predicate)
{
	const struct node *on = tree_get(predicate, "on");

	if (on && is_common(on) && is_unconditional(predicate))
		compile_error_add(warnings, on->line, on->column,
				  "refuses this to all programs but exceptions, whatever it is about; expected "
				  "subject, exe, object, when, session, user or cgroup");
}

static void lint_rule(struct compile_errors *warnings, const struct node *rule, const struct node *homes, int64_t now)
{
	const struct node *match = tree_get(rule, "match"), *mode = tree_get(rule, "mode");

	lint_exclusions(warnings, tree_get(rule, "exclude"), homes, now);
	if (node_is(mode, "off") || node_is(mode, "audit"))
		return;
	lint_predicate(warnings, rule);
	for (uint32_t i = 0; match && i < match->n; i++)
		lint_predicate(warnings, &match->items[i]);
}

static void lint_asr(struct compile_errors *warnings, const struct node *root, const struct node *homes, int64_t now)
{
	const struct node *asr = tree_get(root, "asr"), *rules = tree_get(root, "rules");

	for (uint32_t i = 0; asr && i < asr->n; i += 2)
		lint_exclusions(warnings, tree_get(&asr->items[i + 1], "exclude"), homes, now);
	lint_classes(warnings, root);
	for (uint32_t i = 0; rules && i < rules->n; i++)
		lint_rule(warnings, &rules->items[i], homes, now);
}

/* A place whose programs run is no barrier where users can put some. */
static void lint_exec(struct compile_errors *warnings, const struct node *exec, const struct node *homes, int64_t now)
{
	const struct node *trust = tree_get(exec, "trust");
	char quote[RAMPART_QUOTE];

	lint_exclusions(warnings, tree_get(exec, "exclude"), homes, now);
	for (uint32_t i = 0; trust && i < trust->n; i++) {
		const struct node *path = &trust->items[i];
		const char *place = path->kind != NODE_SCALAR ? NULL :
				    !strncmp(path->text, "~/", 2) ? "a home directory" : writable_place(path->text, homes);

		if (place)
			compile_error_add(warnings, path->line, path->column,
					  "%s is under %s, where users can write; expected sha256, or a place that only root can change",
					  rampart_quote(quote, path->text, path->len), place);
	}
}

static void lint_self_protection(struct compile_errors *warnings, const struct node *root)
{
	const struct node *mode = tree_get(tree_get(root, "self_protection"), "mode");

	if (!mode || node_is(mode, "off"))
		compile_error_add(warnings, mode ? mode->line : root->line, mode ? mode->column : root->column,
				  "without self_protection root can replace trusted programs; expected a mode other than off");
}

static int lint_tree(struct compile_errors *warnings, const struct node *root, int64_t now)
{
	const struct node *folders = tree_get(root, "folders"), *homes = tree_get(root, "homes");

	lint_valid(warnings, tree_get(root, "valid"), now);
	lint_folders(warnings, folders);
	lint_secrets(warnings, tree_get(root, "secrets"), homes);
	lint_asr(warnings, root, homes, now);
	lint_exec(warnings, tree_get(root, "exec"), homes, now);
	lint_devices(warnings, tree_get(root, "devices"));
	lint_self_protection(warnings, root);
	lint_programs(warnings, tree_get(folders, "allow"), homes);
	lint_programs(warnings, tree_get(tree_get(root, "self_protection"), "updaters"), homes);
	return lint_redundant(warnings, tree_get(folders, "protect"));
}

int rampart_lint(const char *filename, const char *yaml, size_t len, const char *packages, int64_t now,
		 struct compile_errors *warnings)
{
	uint8_t *pb = NULL;
	struct node root;
	size_t pb_len;
	int err;

	err = rampart_compile(filename, yaml, len, packages, warnings, &pb, &pb_len);
	free(pb);
	*warnings = (struct compile_errors){ .filename = filename };
	if (err)
		return err;
	err = tree_parse(yaml, len, warnings, &root);
	if (!err)
		err = lint_tree(warnings, &root, now);
	tree_free(&root);
	compile_errors_sort(warnings);
	return err;
}
