// SPDX-License-Identifier: MIT
/* rampartctl trusted: whom the policy in force trusts, with what, by what it is known, and whether it is there. */
#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>

#include <ruleset.h>

#include "describe.h"
#include "escape.h"
#include "policy_file.h"

/* A list of the policy that trusts programs. */
struct list {
	const char *name;
	struct pb_view place;	/* of secrets.places, or none */
	const char *may;
	struct rampart_programs programs;
};

static bool hash_file(const char *path, unsigned char digest[EVP_MAX_MD_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	FILE *file = fopen(path, "re");
	char chunk[65536];
	bool good = ctx && file && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	size_t n;

	while (good && (n = fread(chunk, 1, sizeof(chunk), file)))
		good = EVP_DigestUpdate(ctx, chunk, n);
	good = good && !ferror(file) && EVP_DigestFinal_ex(ctx, digest, NULL);
	if (file)
		fclose(file);
	EVP_MD_CTX_free(ctx);
	return good;
}

/* What keeps it from being trusted, as the kernel judges it; NULL: nothing. */
static const char *obstacle(const struct rampart_program *program, const char *path)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct stat st;

	if (stat(path, &st))
		return "absent";
	if (!S_ISREG(st.st_mode))
		return "no regular file";
	if (!program->sha256.len)
		return st.st_uid || st.st_mode & 022 ? "others than root can change it" : NULL;
	if (!hash_file(path, digest))
		return "cannot be read";
	return memcmp(digest, program->sha256.data, program->sha256.len) ? "has another content" : NULL;
}

static json_t *program_json(const struct list *list, const struct rampart_program *program)
{
	json_t *doc = json_pack("{s:o, s:s, s:s}", "exe", rampart_describe_text(program->exe), "list", list->name, "may",
				list->may);
	char *path = strndup((const char *)program->exe.data, program->exe.len);
	const char *why_not = path ? obstacle(program, path) : "out of memory";

	free(path);
	if (list->place.len)
		json_object_set_new(doc, "place", rampart_describe_text(list->place));
	if (program->sha256.len)
		json_object_set_new(doc, "sha256", rampart_describe_hex(program->sha256.data, program->sha256.len));
	if (program->package.len)
		json_object_set_new(doc, "package", rampart_describe_text(program->package));
	json_object_set_new(doc, "children", json_boolean(program->children));
	json_object_set_new(doc, "trusted", json_boolean(!why_not));
	json_object_set_new(doc, "why_not", why_not ? json_string(why_not) : json_null());
	return doc;
}

/* The rules that are not about what is in class @i, and about what that starts neither if @lineage; each id once. */
static json_t *rules_without(const struct rampart_policy *policy, u32 i, bool lineage)
{
	json_t *ids = json_object();

	for (u32 j = 0; j < policy->rules.n; j++) {
		const struct rampart_asr_rule *rule = &policy->rules.v[j];

		if ((lineage ? rule->not_subject : rule->not_exe) & BIT_ULL(i))
			json_object_setn_new(ids, (const char *)rule->id.data, rule->id.len, json_null());
	}
	return ids;
}

static void add_class(json_t *all, const struct rampart_policy *policy, u32 i, bool lineage)
{
	json_t *ids = rules_without(policy, i, lineage), *rules = json_array(), *paths = json_array(), *value;
	const struct rampart_views places = rampart_policy_class(policy, i);
	const char *id;

	json_object_foreach(ids, id, value)
		json_array_append_new(rules, json_string(id));
	json_decref(ids);
	if (!json_array_size(rules)) {
		json_decref(rules);
		json_decref(paths);
		return;
	}
	for (u32 j = 0; j < places.n; j++)
		json_array_append_new(paths, rampart_describe_text(places.v[j]));
	json_array_append_new(all, json_pack("{s:o, s:s, s:s, s:o, s:o, s:b}", "class", rampart_describe_text(policy->classes.v[i]),
					     "list", "classes", "may", "do what rules refuse to others", "rules", rules, "paths", paths,
					     "children", lineage));
}

/* A list of texts, with commas. */
static void print_texts(const json_t *texts)
{
	const json_t *text;
	size_t i;

	json_array_foreach(texts, i, text) {
		fputs(i ? ", " : "", stdout);
		escape_print(stdout, json_string_value(text));
	}
}

static void print_class(const json_t *doc)
{
	cli_print_text(doc, "class ", "class");
	fputs("\n    may do what these rules refuse to others", stdout);
	if (json_is_true(json_object_get(doc, "children")))
		fputs(", and so may what it starts", stdout);
	fputs(": ", stdout);
	print_texts(json_object_get(doc, "rules"));
	fputs("\n    as far as nobody but root can change them: ", stdout);
	print_texts(json_object_get(doc, "paths"));
	putchar('\n');
}

static void print_program(const json_t *doc)
{
	if (json_object_get(doc, "class")) {
		print_class(doc);
		return;
	}
	cli_print_text(doc, "", "exe");
	cli_print_text(doc, "\n    may ", "may");
	cli_print_text(doc, " ", "place");
	if (json_is_true(json_object_get(doc, "children")))
		fputs(", and so may what it starts", stdout);
	cli_print_text(doc, ": ", "list");
	fputs(" names it", stdout);
	cli_print_text(doc, ", from package ", "package");
	cli_print_text(doc, ", only with SHA-256 ", "sha256");
	cli_print_text(doc, "\n    NOT TRUSTED: ", "why_not");
	putchar('\n');
}

static void add_list(json_t *all, struct list list)
{
	for (u32 i = 0; i < list.programs.n; i++)
		json_array_append_new(all, program_json(&list, &list.programs.v[i]));
}

static json_t *trusted_json(const struct rampart_policy *policy)
{
	struct rampart_program rampartd = { .exe = { (const u8 *)RAMPART_DAEMON_PATH, strlen(RAMPART_DAEMON_PATH) } };
	json_t *all = json_array();

	add_list(all, (struct list){ "folders.allow", { 0 }, "write to protected folders and disks", policy->allow });
	for (u32 i = 0; i < policy->secrets.n; i++)
		add_list(all, (struct list){ "secrets.places", policy->secrets.v[i], "read",
					     rampart_policy_readers(policy, i) });
	add_list(all, (struct list){ "self_protection.updaters", { 0 }, "replace Rampart's files and trusted programs",
				     policy->updaters });
	add_list(all, (struct list){ "Rampart", { 0 }, "write to Rampart's files", { &rampartd, 1 } });
	for (u32 i = 0; i < policy->classes.n; i++) {
		add_class(all, policy, i, false);
		add_class(all, policy, i, true);
	}
	return all;
}

int cmd_trusted(struct cli *cli, int argc, char **argv)
{
	struct policy_file file;
	json_t *all;
	int code;

	if (argc != 1)
		return cli_error(cli, CLI_USAGE, "trusted: unexpected argument %s", argv[1]);
	code = policy_file_in_force(cli, &file);
	if (code != CLI_OK)
		return code;
	all = trusted_json(&file.policy);
	policy_file_free(&file);
	cli_print_list(cli, all, print_program);
	return CLI_OK;
}
