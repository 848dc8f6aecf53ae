// SPDX-License-Identifier: MIT
/* rampartctl asr: the rules of the catalogue, from data alone. Needs neither daemon nor module. */
#include <string.h>

#include <env.h>
#include <names.h>

#include "catalog.h"
#include "cli.h"
#include "policy_file.h"
#include "text.h"

#define FOLD 100	/* columns of a paragraph */

static const char *const predicate_keys[] = {
	"on", "subject", "not_subject", "exe", "not_exe", "object", "not_object", "when",
	"session", "user", "not_user", "cgroup", "not_cgroup",
};

/* --- texts --- */

/* "a, b" of a list of words. */
static void print_joined(FILE *out, const struct node *list, const char *separator)
{
	for (uint32_t i = 0; list && i < list->n; i++)
		fprintf(out, "%s%s", i ? separator : "", list->items[i].text);
}

static void print_attack(FILE *out, const struct catalog_rule *rule)
{
	print_joined(out, rule->attack, ", ");
	if (!rule->attack_old || !rule->attack_old->n)
		return;
	fputs(" (old: ", out);
	print_joined(out, rule->attack_old, ", ");
	fputs(")", out);
}

/* Words in lines of at most FOLD columns, all but the first begun with @indent. An empty line stays one. */
static void print_folded(const char *text, const char *indent)
{
	size_t column = strlen(indent);

	while (*text) {
		size_t spaces = strspn(text, " \n"), len = strcspn(text + spaces, " \n");
		bool paragraph = spaces > 1 && text[0] == '\n' && text[1] == '\n';

		text += spaces;
		if (!len)
			break;
		if (paragraph)
			printf("\n\n%s", indent);
		else if (column + 1 + len > FOLD)
			printf("\n%s", indent);
		else if (spaces)
			putchar(' ');
		column = paragraph || column + 1 + len > FOLD ? strlen(indent) : column + !!spaces;
		printf("%.*s", (int)len, text);
		column += len;
		text += len;
	}
	putchar('\n');
}

/* --- JSON --- */

static json_t *node_json(const struct node *node)
{
	json_t *value;

	if (!node)
		return json_array();
	if (node->kind == NODE_SCALAR)
		return json_stringn(node->text, node->len);
	value = node->kind == NODE_LIST ? json_array() : json_object();
	for (uint32_t i = 0; node->kind == NODE_LIST && i < node->n; i++)
		json_array_append_new(value, node_json(&node->items[i]));
	for (uint32_t i = 0; node->kind == NODE_MAPPING && i + 1 < node->n; i += 2)
		json_object_set_new(value, node->items[i].text, node_json(&node->items[i + 1]));
	return value;
}

static json_t *modes_json(const struct catalog_rule *rule)
{
	json_t *list = json_array();

	for (unsigned int mode = 0; mode < RAMPART_MODE_NUM; mode++)
		if (catalog_has_mode(rule, mode))
			json_array_append_new(list, json_string(rampart_mode_name(mode)));
	return list;
}

static json_t *rule_json(const struct catalog_rule *rule)
{
	return json_pack("{s:s, s:s?, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", rule->id, "guid", rule->guid,
			 "title", rule->title, "stops", rule->stops, "attack", node_json(rule->attack), "attack_old",
			 node_json(rule->attack_old), "modes", modes_json(rule), "match", node_json(rule->match), "exclude",
			 node_json(rule->exclude), "false_positives", node_json(rule->false_positives), "cannot_see",
			 node_json(rule->cannot_see));
}

/* Whether @rule says something of the class @name, wherever in its predicates. */
static bool mentions(const struct catalog_rule *rule, const char *name)
{
	for (uint32_t i = 0; i < rule->match->n; i++) {
		for (size_t k = 1; k < ARRAY_SIZE(predicate_keys); k++) {
			const struct node *list = tree_get(&rule->match->items[i], predicate_keys[k]);

			for (uint32_t j = 0; list && j < list->n; j++)
				if (node_is(&list->items[j], name))
					return true;
		}
	}
	return false;
}

/* Of @rule, or with NULL all of them. */
static json_t *classes_json(const struct catalog *catalog, const struct catalog_rule *rule)
{
	json_t *list = json_array();

	for (size_t i = 0; i < catalog->n_classes; i++) {
		const struct catalog_class *class = &catalog->classes[i];

		if (!rule || mentions(rule, class->name))
			json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "name", class->name, "title", class->title,
							      "paths", node_json(class->paths)));
	}
	return list;
}

/* --- list --- */

static void print_json(const struct catalog *catalog)
{
	json_t *rules = json_array();

	for (size_t i = 0; i < catalog->n_rules; i++)
		json_array_append_new(rules, rule_json(&catalog->rules[i]));
	cli_print_json(json_pack("{s:o, s:o}", "rules", rules, "classes", classes_json(catalog, NULL)), false);
}

#define ATTACK_TEXT 512

static const char *attack_text(char buf[ATTACK_TEXT], const struct catalog_rule *rule)
{
	FILE *out = fmemopen(buf, ATTACK_TEXT, "w");

	buf[0] = '\0';
	if (out) {
		print_attack(out, rule);
		fclose(out);
	}
	buf[ATTACK_TEXT - 1] = '\0';
	return buf;
}

static void print_row(const int widths[3], const char *id, const char *guid, const char *title, const char *attack,
		      const char *modes)
{
	printf("%-*s  %-36s  %-*s  %-*s  %s\n", widths[0], id, guid, widths[1], title, widths[2], attack, modes);
}

static void print_table(const struct catalog *catalog)
{
	char attack[ATTACK_TEXT], modes[CATALOG_MODES];
	int widths[3] = { strlen("ID"), strlen("TITLE"), strlen("ATT&CK") };

	for (size_t i = 0; i < catalog->n_rules; i++) {
		const struct catalog_rule *rule = &catalog->rules[i];
		const char *texts[3] = { rule->id, rule->title, attack_text(attack, rule) };

		for (unsigned int k = 0; k < 3; k++)
			widths[k] = (int)strlen(texts[k]) > widths[k] ? (int)strlen(texts[k]) : widths[k];
	}
	print_row(widths, "ID", "GUID", "TITLE", "ATT&CK", "MODES");
	for (size_t i = 0; i < catalog->n_rules; i++) {
		const struct catalog_rule *rule = &catalog->rules[i];

		print_row(widths, rule->id, rule->guid ?: "-", rule->title, attack_text(attack, rule),
			  catalog_modes(modes, rule));
	}
}

/* In one line, as a cell of a table in Markdown. */
static void print_cell(const char *text)
{
	for (size_t i = 0; text[i]; i++) {
		size_t spaces = strspn(text + i, " \n");

		if (spaces && text[i + spaces])
			putchar(' ');
		if (spaces) {
			i += spaces - 1;
			continue;
		}
		if (text[i] == '|')
			putchar('\\');
		putchar(text[i]);
	}
}

/* One sentence after the other; what is none gets a semicolon. */
static void print_cells(const struct node *list)
{
	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct node *before = i ? &list->items[i - 1] : NULL;

		if (before)
			fputs(before->len && before->text[before->len - 1] == '.' ? " " : "; ", stdout);
		print_cell(list->items[i].text);
	}
}

static void print_markdown(const struct catalog *catalog)
{
	puts("| Rule | What it stops here | What it cannot see | ATT&CK |\n|---|---|---|---|");
	for (size_t i = 0; i < catalog->n_rules; i++) {
		const struct catalog_rule *rule = &catalog->rules[i];

		printf("| `%s` | ", rule->id);
		print_cell(rule->stops);
		fputs(" | ", stdout);
		print_cells(rule->cannot_see);
		fputs(" | ", stdout);
		print_attack(stdout, rule);
		puts(" |");
	}
}

static int asr_list(const struct cli *cli, const struct catalog *catalog, int argc, char **argv)
{
	bool markdown = argc == 2 && !strcmp(argv[1], "--markdown");

	if (argc > 1 && !markdown)
		return cli_error(cli, CLI_USAGE, "asr list: unexpected argument %s", argv[strcmp(argv[1], "--markdown") ? 1 : 2]);
	if (cli->json)
		print_json(catalog);
	else if (markdown)
		print_markdown(catalog);
	else
		print_table(catalog);
	return CLI_OK;
}

/* --- explain --- */

static void print_predicate(const struct node *predicate)
{
	for (size_t k = 0; k < ARRAY_SIZE(predicate_keys); k++) {
		const struct node *value = tree_get(predicate, predicate_keys[k]);

		if (!value)
			continue;
		printf("  %s %s: ", k ? " " : "-", predicate_keys[k]);
		if (value->kind == NODE_SCALAR)
			fputs(value->text, stdout);
		else
			print_joined(stdout, value, ", ");
		putchar('\n');
	}
}

static void print_classes(const struct catalog *catalog, const struct catalog_rule *rule)
{
	bool any = false;

	for (size_t i = 0; i < catalog->n_classes; i++) {
		const struct catalog_class *class = &catalog->classes[i];

		if (!mentions(rule, class->name))
			continue;
		printf("%s  %s: %s\n", any ? "" : "\nClasses:\n", class->name, class->title);
		for (uint32_t k = 0; k < class->paths->n; k++)
			printf("      %s\n", class->paths->items[k].text);
		any = true;
	}
}

static void print_exclusions(const struct node *list)
{
	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct node *exclusion = &list->items[i];

		fputs(i ? "  -" : "\nExcluded by default:\n  -", stdout);
		for (uint32_t k = 0; k + 1 < exclusion->n; k += 2)
			printf("%s %s: %s", k ? "," : "", exclusion->items[k].text, exclusion->items[k + 1].text);
		putchar('\n');
	}
}

static void print_texts(const char *heading, const struct node *list)
{
	for (uint32_t i = 0; list && i < list->n; i++) {
		printf("%s%s%s", i ? "" : "\n", i ? "" : heading, i ? "  - " : "\n  - ");
		print_folded(list->items[i].text, "    ");
	}
}

static void print_rule(const struct catalog *catalog, const struct catalog_rule *rule)
{
	char modes[CATALOG_MODES];

	printf("%s: %s\n\n", rule->id, rule->title);
	print_folded(rule->stops, "");
	printf("\nDefender:  %s\nModes:     %s\nATT&CK:    ", rule->guid ?: "has no such rule", catalog_modes(modes, rule));
	print_attack(stdout, rule);
	puts("\n\nIt is about operations of which any of these is true:");
	for (uint32_t i = 0; i < rule->match->n; i++)
		print_predicate(&rule->match->items[i]);
	print_classes(catalog, rule);
	print_exclusions(rule->exclude);
	print_texts("Honest work that it may stop:", rule->false_positives);
	print_texts("What it cannot see:", rule->cannot_see);
}

static int unknown_rule(const struct cli *cli, const struct catalog *catalog, const char *name)
{
	const char *names[256], *near;
	char quote[RAMPART_QUOTE];
	size_t n;

	for (n = 0; n < catalog->n_rules && n < ARRAY_SIZE(names); n++)
		names[n] = catalog->rules[n].id;
	near = rampart_nearest(name, names, n);
	rampart_quote(quote, name, strlen(name));
	if (near)
		return cli_error(cli, CLI_USAGE, "asr explain: unknown rule %s; did you mean \"%s\"?", quote, near);
	return cli_error(cli, CLI_USAGE, "asr explain: unknown rule %s; see rampartctl asr list", quote);
}

static int asr_explain(const struct cli *cli, const struct catalog *catalog, int argc, char **argv)
{
	const struct catalog_rule *rule;
	json_t *doc;

	if (argc != 2)
		return cli_error(cli, CLI_USAGE, "asr explain: the id or GUID of one rule is needed; see rampartctl asr list");
	rule = catalog_find_rule(catalog, argv[1]);
	if (!rule)
		return unknown_rule(cli, catalog, argv[1]);
	if (!cli->json) {
		print_rule(catalog, rule);
		return CLI_OK;
	}
	doc = rule_json(rule);
	json_object_set_new(doc, "classes", classes_json(catalog, rule));
	cli_print_json(doc, false);
	return CLI_OK;
}

int cmd_asr(struct cli *cli, int argc, char **argv)
{
	const struct catalog *catalog = rampart_catalog();
	char quote[RAMPART_QUOTE];

	if (!catalog)
		return cli_error(cli, CLI_ERROR, "asr: the catalogue that is built in cannot be read");
	if (argc < 2)
		return cli_error(cli, CLI_USAGE, "no asr command; see rampartctl asr --help");
	if (!strcmp(argv[1], "list"))
		return asr_list(cli, catalog, argc - 1, argv + 1);
	if (!strcmp(argv[1], "exclusions"))
		return asr_exclusions(cli, argc - 1, argv + 1);
	if (!strcmp(argv[1], "explain"))
		return asr_explain(cli, catalog, argc - 1, argv + 1);
	return cli_error(cli, CLI_USAGE, "unknown command asr %s; see rampartctl asr --help",
			 rampart_quote(quote, argv[1], strlen(argv[1])));
}
