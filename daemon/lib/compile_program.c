// SPDX-License-Identifier: MIT
/* Programs that a policy trusts: named by their paths, or all of a package. */
#include <errno.h>
#include <string.h>

#include "compiler.h"
#include "interpreter.h"
#include "packages.h"
#include "text.h"

static const char *wrong_exe(struct pb_view path)
{
	return rampart_path_check(path, RAMPART_PATH_EXACT);
}

static const char *wrong_package(struct pb_view name)
{
	static const char other[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.:";

	if (name.len < 2 || name.len > RAMPART_PACKAGE_MAX || strspn((const char *)name.data, other) != name.len ||
	    strchr("+-.:", name.data[0]))
		return "is no package's name";
	return NULL;
}

void compiler_exe(struct compiler *c, const struct node *value)
{
	static const struct entries exe_entry = { 1, wrong_exe, "an absolute path without *" };

	char quote[RAMPART_QUOTE];

	compiler_text(c, value, &exe_entry, &c->program->exe);
	if (rampart_is_interpreter(value->text))
		compiler_error(c, value, "%s runs what others wrote; expected a program with one purpose, or a script",
			       rampart_quote(quote, value->text, value->len));
}

void compiler_sha256(struct compiler *c, const struct node *value)
{
	compiler_check(c, value, &compiler_digest);
	if (!compiler_digest.wrong(node_view(value)))
		compiler_digest_bytes(c, value, &c->program->sha256);
}

void compiler_children(struct compiler *c, const struct node *value)
{
	char quote[RAMPART_QUOTE];

	c->program->children = node_is(value, "true");
	if (!c->program->children && !node_is(value, "false"))
		compiler_error(c, value, "%s; expected true or false", rampart_quote(quote, value->text, value->len));
}

void compiler_package_name(struct compiler *c, const struct node *value)
{
	static const struct entries package_entry = { 1, wrong_package, "the name of a Debian package" };

	compiler_text(c, value, &package_entry, &c->program->package);
}

Rampart__Program *compiler_program(struct compiler *c, struct compiler_list *list)
{
	Rampart__Program *program = compiler_add(c, list, sizeof(*program));

	if (program)
		rampart__program__init(program);
	return program;
}

static void add_programs(struct compiler *c, struct compiler_list *list, Rampart__Program *like, char *const *paths, int n)
{
	for (int i = 0; i < n; i++) {
		Rampart__Program *program = i ? compiler_program(c, list) : like;

		if (!program)
			return;
		program->exe = compiler_keep(c, paths[i]);
		program->children = like->children;
		program->package = like->package;
	}
}

static void package_error(struct compiler *c, const struct node *name, int err)
{
	char quote[RAMPART_QUOTE];

	rampart_quote(quote, name->text, name->len);
	if (err == 0)
		compiler_error(c, name, "package %s has no programs but interpreters, if any; expected one that has", quote);
	else if (err == -ENOENT)
		compiler_error(c, name, "package %s is not installed here; expected one that is, or its programs by exe",
			       quote);
	else if (err == -ENOPKG)
		compiler_error(c, name, "packages cannot be looked up without dpkg-query; expected programs by exe");
	else
		compiler_error(c, name, "package %s cannot be looked up: %s; expected one that can", quote,
			       strerror(-err));
}

void compiler_package(struct compiler *c, const struct node *name, struct compiler_list *list, Rampart__Program *like)
{
	char **paths;
	int n = c->root ? packages_programs(c->root, like->package, &paths) : -ENOPKG;

	if (n > 0)
		add_programs(c, list, like, paths, n);
	else if (!c->catalog_file)
		package_error(c, name, n);
	if (n >= 0)
		packages_free(paths, n);
}

/* With exe, package only says where that came from. */
static void take_program(struct compiler *c, const struct node *node, struct compiler_list *list)
{
	static const struct key keys[] = {
		{ "exe", false, NODE_SCALAR, "the absolute path of a program", compiler_exe },
		{ "sha256", false, NODE_SCALAR, "64 hexadecimal digits", compiler_sha256 },
		{ "children", false, NODE_SCALAR, "true or false", compiler_children },
		{ "package", false, NODE_SCALAR, "the name of a Debian package", compiler_package_name },
		{ 0 },
	};
	const struct node *package = tree_get(node, "package"), *sha256 = tree_get(node, "sha256");
	Rampart__Program *program = compiler_program(c, list);
	uint32_t errors = compiler_count_errors(c);

	if (!program)
		return;
	c->program = program;
	compiler_mapping(c, node, keys);
	if (compiler_count_errors(c) != errors || tree_get(node, "exe"))
		return;
	if (!package)
		compiler_error(c, node, "\"exe\" is missing; expected the absolute path of a program, or \"package\"");
	else if (sha256)
		compiler_error(c, sha256, "\"sha256\" of a package; expected it of one program, by exe");
	else
		compiler_package(c, package, list, program);
}

Rampart__Program **compiler_programs(struct compiler *c, const struct node *list, size_t *n)
{
	uint32_t count = compiler_cap(c, list, RAMPART_PROGRAMS_MAX);
	struct compiler_list programs = { 0 };
	Rampart__Program **v;

	for (uint32_t i = 0; i < count && !c->no_memory; i++)
		if (compiler_kind(c, &list->items[i], NODE_MAPPING, "the program", "{exe: /absolute/path}"))
			take_program(c, &list->items[i], &programs);
	if (programs.n > RAMPART_PROGRAMS_MAX && count == list->n)
		compiler_error(c, list, "%zu programs with those of packages; expected at most %d", programs.n,
			       RAMPART_PROGRAMS_MAX);
	v = compiler_allocate(c, programs.n, sizeof(*v));
	for (size_t i = 0; v && i < programs.n; i++)
		v[i] = programs.v[i];
	*n = v ? programs.n : 0;
	return v;
}
