// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ruleset.h>

#include "compile.h"
#include "describe.h"
#include "interpreter.h"
#include "packages.h"
#include "policy.pb-c.h"
#include "text.h"
#include "tree.h"

#define TAG_MAX 64	/* bytes, as decode.h has it */
#define MODES_EXPECTED "off, audit, warn or block"
#define FOLDERS_MODES_EXPECTED "off, audit, warn, block, block-disk-only or audit-disk-only"
#define TIME_EXPECTED "a day of the calendar, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, after 1970-01-01"

/* One allocation; all of them go when the message is packed. */
struct block {
	struct block *next;
	max_align_t data[];
};

/* The message while it grows. Its strings are those of the tree. */
struct compiler {
	struct compile_errors *errors;
	const char *root;	/* where packages are looked up, NULL: nowhere */
	struct block *blocks;
	bool no_memory;
	Rampart__Program *program;	/* that is being read */
	Rampart__Secret *secret;	/* the place that is being read */
	size_t n_readers;	/* programs of the places so far */
	Rampart__PolicyBundle bundle;
	Rampart__Target target;
	Rampart__Folders folders;
	Rampart__Secrets secrets;
	Rampart__SelfProtection self_protection;
};

struct key {
	const char *name;
	bool required;
	enum node_kind kind;
	const char *expected;
	void (*take)(struct compiler *c, const struct node *value);
};

/* What a list of texts may hold. */
struct entries {
	uint32_t max;
	const char *(*wrong)(struct pb_view text);	/* NULL: good */
	const char *expected;
};

static void __attribute__((format(printf, 3, 4)))
error_at(struct compiler *c, const struct node *node, const char *format, ...)
{
	char text[sizeof(c->errors->list[0].text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	compile_error_add(c->errors, node->line, node->column, "%s", text);
}

/* Zeroed, at least one byte; NULL sets no_memory. */
static void *allocate(struct compiler *c, size_t n, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + n * size + 1);

	if (!block) {
		c->no_memory = true;
		return NULL;
	}
	block->next = c->blocks;
	c->blocks = block;
	return block->data;
}

static const char *kind_name(enum node_kind kind)
{
	return kind == NODE_SCALAR ? "a single value" : kind == NODE_LIST ? "a list" : "a mapping";
}

static bool check_kind(struct compiler *c, const struct node *node, enum node_kind kind, const char *what,
		       const char *expected)
{
	if (node->kind == kind)
		return true;
	if (node->kind != NODE_REFUSED)
		error_at(c, node, "%s is %s; expected %s", what, kind_name(node->kind), expected);
	return false;
}

static struct pb_view node_view(const struct node *node)
{
	return (struct pb_view){ .data = (const u8 *)node->text, .len = node->len };
}

static const struct key *find_key(const struct key *keys, const struct node *name)
{
	for (; keys->name; keys++)
		if (node_is(name, keys->name))
			return keys;
	return NULL;
}

static void unknown_key(struct compiler *c, const struct key *keys, const struct node *name)
{
	const char *names[16], *near;
	char quote[RAMPART_QUOTE], list[128] = "";
	size_t n;

	for (n = 0; keys[n].name; n++) {
		names[n] = keys[n].name;
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", n ? ", " : "", names[n]);
	}
	near = rampart_nearest(name->text, names, n);
	rampart_quote(quote, name->text, name->len);
	if (near)
		error_at(c, name, "unknown key %s, did you mean \"%s\"?; expected one of: %s", quote, near, list);
	else
		error_at(c, name, "unknown key %s; expected one of: %s", quote, list);
}

static void take_pair(struct compiler *c, const struct key *keys, const struct node *name, uint32_t lines[])
{
	const struct node *value = name + 1;
	const struct key *key;
	char what[48];

	if (!check_kind(c, name, NODE_SCALAR, "the key", "a word"))
		return;
	key = find_key(keys, name);
	if (!key) {
		unknown_key(c, keys, name);
		return;
	}
	if (lines[key - keys]) {
		error_at(c, name, "key \"%s\" again, first given in line %u; expected it once", key->name,
			 lines[key - keys]);
		return;
	}
	lines[key - keys] = name->line;
	snprintf(what, sizeof(what), "\"%s\"", key->name);
	if (check_kind(c, value, key->kind, what, key->expected))
		key->take(c, value);
}

/* @keys ends with a key without name. */
static void take_mapping(struct compiler *c, const struct node *node, const struct key *keys)
{
	uint32_t lines[16] = { 0 };	/* where each key was given */

	for (uint32_t i = 0; i + 1 < node->n; i += 2)
		take_pair(c, keys, &node->items[i], lines);
	for (uint32_t i = 0; keys[i].name; i++)
		if (keys[i].required && !lines[i])
			error_at(c, node, "\"%s\" is missing; expected %s", keys[i].name, keys[i].expected);
}

/* --- single values --- */

static const char *wrong_name(struct pb_view name)
{
	if (!name.len)
		return "is empty";
	if (name.len > RAMPART_NAME_MAX)
		return "is too long";
	for (u32 i = 0; i < name.len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", name.data[i]) ||
		    !name.data[i])
			return "has a character that cannot be there";
	return NULL;
}

static void take_format(struct compiler *c, const struct node *value)
{
	char quote[RAMPART_QUOTE];

	if (value->plain && node_is(value, "1"))
		c->bundle.format = RAMPART_FORMAT;
	else
		error_at(c, value, "format %s; expected 1", rampart_quote(quote, value->text, value->len));
}

static void take_name(struct compiler *c, const struct node *value)
{
	const char *wrong = wrong_name(node_view(value));
	char quote[RAMPART_QUOTE];

	c->bundle.name = value->text;
	if (wrong)
		error_at(c, value, "%s %s; expected 1 to %d of A-Z a-z 0-9 . _ -",
			 rampart_quote(quote, value->text, value->len), wrong, RAMPART_NAME_MAX);
}

static void take_version(struct compiler *c, const struct node *value)
{
	bool digits = value->plain && value->len && strspn(value->text, "0123456789") == value->len;
	char quote[RAMPART_QUOTE];

	errno = 0;
	c->bundle.version = strtoull(value->text, NULL, 10);
	if (!digits || errno || value->text[0] == '0')
		error_at(c, value, "version %s; expected a whole number from 1 to 18446744073709551615",
			 rampart_quote(quote, value->text, value->len));
}

static bool take_time(struct compiler *c, const struct node *value, int64_t *seconds)
{
	char quote[RAMPART_QUOTE];

	*seconds = rampart_time_parse(value->text, value->len);
	if (*seconds > 0)
		return true;
	error_at(c, value, "%s is no point in time; expected " TIME_EXPECTED,
		 rampart_quote(quote, value->text, value->len));
	*seconds = 0;
	return false;
}

static void take_from(struct compiler *c, const struct node *value)
{
	take_time(c, value, &c->bundle.valid_from);
}

static void take_until(struct compiler *c, const struct node *value)
{
	take_time(c, value, &c->bundle.valid_until);
}

static void take_valid(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "from", true, NODE_SCALAR, "its first moment, YYYY-MM-DD", take_from },
		{ "until", true, NODE_SCALAR, "the first moment after it, YYYY-MM-DD", take_until },
		{ 0 },
	};

	take_mapping(c, value, keys);
	if (c->bundle.valid_from && c->bundle.valid_until && c->bundle.valid_from >= c->bundle.valid_until)
		error_at(c, tree_get(value, "until"), "until is not after from; expected a later time");
}

/* Which of @n words it is; @n, and an error, when it is none. */
static unsigned int take_word(struct compiler *c, const struct node *value, const char *const *words, unsigned int n,
			      const char *expected)
{
	const char *near = rampart_nearest(value->text, words, n);
	char quote[RAMPART_QUOTE];

	for (unsigned int i = 0; i < n; i++)
		if (node_is(value, words[i]))
			return i;
	rampart_quote(quote, value->text, value->len);
	if (near)
		error_at(c, value, "unknown mode %s, did you mean \"%s\"?; expected %s", quote, near, expected);
	else
		error_at(c, value, "unknown mode %s; expected %s", quote, expected);
	return n;
}

static void take_mode(struct compiler *c, const struct node *value, Rampart__Mode *mode)
{
#define X(name, text) text,
	static const char *const words[] = { RAMPART_MODES(X) };
#undef X
	unsigned int i = take_word(c, value, words, ARRAY_SIZE(words), MODES_EXPECTED);

	if (i < ARRAY_SIZE(words))
		*mode = i;
}

/* --- lists --- */

static const char *wrong_tag(struct pb_view tag)
{
	if (!tag.len)
		return "is empty";
	if (tag.len > TAG_MAX)
		return "is too long";
	for (u32 i = 0; i < tag.len; i++)
		if (tag.data[i] < ' ' || tag.data[i] == 0x7f)
			return "has a control character";
	return NULL;
}

static const char *wrong_host(struct pb_view host)
{
	if (host.len != 32 || strspn((const char *)host.data, "0123456789abcdef") != host.len)
		return "is no machine id";
	return NULL;
}

static const char *wrong_digest(struct pb_view text)
{
	if (text.len != 64 || strspn((const char *)text.data, "0123456789abcdefABCDEF") != text.len)
		return "is no SHA-256";
	return NULL;
}

static const char *wrong_package(struct pb_view name)
{
	static const char other[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.:";

	if (name.len < 2 || name.len > RAMPART_PACKAGE_MAX || strspn((const char *)name.data, other) != name.len ||
	    strchr("+-.:", name.data[0]))
		return "is no package's name";
	return NULL;
}

static const char *wrong_place(struct pb_view path)
{
	return rampart_path_check(path, RAMPART_PATH_PLACE);
}

static const char *wrong_home(struct pb_view path)
{
	return rampart_path_check(path, RAMPART_PATH_PATTERN);
}

static const char *wrong_exe(struct pb_view path)
{
	return rampart_path_check(path, RAMPART_PATH_EXACT);
}

static const struct entries tag_entries = { RAMPART_TAGS_MAX, wrong_tag, "1 to 64 printable bytes" };
static const struct entries host_entries = { RAMPART_TAGS_MAX, wrong_host, "32 lower-case hexadecimal digits" };
static const struct entries digest_entries = { RAMPART_REVOKED_MAX, wrong_digest, "64 hexadecimal digits" };
static const struct entries home_entries = { RAMPART_PATTERNS_MAX, wrong_home,
					     "an absolute path, in which a component may be *" };
static const struct entries place_entries = { RAMPART_PATTERNS_MAX, wrong_place,
					      "an absolute path or one under ~/, in which a component may be *" };

static void check_text(struct compiler *c, const struct node *node, const struct entries *entries)
{
	char quote[RAMPART_QUOTE];
	const char *wrong;

	if (!check_kind(c, node, NODE_SCALAR, "the entry", entries->expected))
		return;
	wrong = entries->wrong(node_view(node));
	if (wrong)
		error_at(c, node, "%s %s; expected %s", rampart_quote(quote, node->text, node->len), wrong,
			 entries->expected);
}

/* How many entries of @list to read. */
static uint32_t check_cap(struct compiler *c, const struct node *list, uint32_t max)
{
	if (list->n <= max)
		return list->n;
	error_at(c, &list->items[max], "%u entries; expected at most %u", list->n, max);
	return max;
}

static char **take_texts(struct compiler *c, const struct node *list, const struct entries *entries, size_t *n)
{
	uint32_t count = check_cap(c, list, entries->max);
	char **texts = allocate(c, count, sizeof(*texts));

	if (!texts)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		texts[i] = list->items[i].text;
		check_text(c, &list->items[i], entries);
	}
	*n = count;
	return texts;
}

static void take_tags(struct compiler *c, const struct node *value)
{
	c->target.tags = take_texts(c, value, &tag_entries, &c->target.n_tags);
}

static void take_hosts(struct compiler *c, const struct node *value)
{
	c->target.hosts = take_texts(c, value, &host_entries, &c->target.n_hosts);
}

static void take_homes(struct compiler *c, const struct node *value)
{
	c->bundle.homes = take_texts(c, value, &home_entries, &c->bundle.n_homes);
}

static void take_protect(struct compiler *c, const struct node *value)
{
	c->folders.protect = take_texts(c, value, &place_entries, &c->folders.n_protect);
}

/* Good digits are known, or there is an error already. */
static unsigned int hex_value(char digit)
{
	return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

static void take_digest(struct compiler *c, const struct node *value, ProtobufCBinaryData *digest)
{
	uint8_t *bytes = allocate(c, 1, 32);

	if (!bytes)
		return;
	for (unsigned int i = 0; i < 32; i++)
		bytes[i] = hex_value(value->text[2 * i]) << 4 | hex_value(value->text[2 * i + 1]);
	*digest = (ProtobufCBinaryData){ .len = 32, .data = bytes };
}

static void take_revoked(struct compiler *c, const struct node *value)
{
	take_texts(c, value, &digest_entries, &c->bundle.n_revoked);
	c->bundle.revoked = allocate(c, c->bundle.n_revoked, sizeof(*c->bundle.revoked));
	for (size_t i = 0; i < c->bundle.n_revoked && !c->no_memory && !c->errors->n; i++)
		take_digest(c, &value->items[i], &c->bundle.revoked[i]);
}

/* One text at @to. */
static void take_text(struct compiler *c, const struct node *value, const struct entries *entry, char **to)
{
	check_text(c, value, entry);
	*to = value->text;
}

static void take_exe(struct compiler *c, const struct node *value)
{
	static const struct entries exe_entry = { 1, wrong_exe, "an absolute path without *" };

	char quote[RAMPART_QUOTE];

	take_text(c, value, &exe_entry, &c->program->exe);
	if (rampart_is_interpreter(value->text))
		error_at(c, value, "%s runs what others wrote; expected a program with one purpose, or a script",
			 rampart_quote(quote, value->text, value->len));
}

static void take_sha256(struct compiler *c, const struct node *value)
{
	check_text(c, value, &digest_entries);
	if (!wrong_digest(node_view(value)))
		take_digest(c, value, &c->program->sha256);
}

static void take_children(struct compiler *c, const struct node *value)
{
	char quote[RAMPART_QUOTE];

	c->program->children = node_is(value, "true");
	if (!c->program->children && !node_is(value, "false"))
		error_at(c, value, "%s; expected true or false", rampart_quote(quote, value->text, value->len));
}

static void take_package_name(struct compiler *c, const struct node *value)
{
	static const struct entries package_entry = { 1, wrong_package, "the name of a Debian package" };

	take_text(c, value, &package_entry, &c->program->package);
}

/* Grows by doubling; what it leaves behind goes with all else. */
struct programs {
	Rampart__Program **v;
	size_t n, room;
};

static Rampart__Program *new_program(struct compiler *c, struct programs *list)
{
	Rampart__Program *program = allocate(c, 1, sizeof(*program)), **v;

	if (list->n == list->room) {
		list->room = list->room ? 2 * list->room : 16;
		v = allocate(c, list->room, sizeof(*v));
		if (v && list->n)
			memcpy(v, list->v, list->n * sizeof(*v));
		list->v = v;
	}
	if (c->no_memory)
		return NULL;
	rampart__program__init(program);
	return list->v[list->n++] = program;
}

static char *keep_text(struct compiler *c, const char *text)
{
	char *copy = allocate(c, strlen(text), 1);

	return copy ? strcpy(copy, text) : NULL;
}

/* @like is the entry that names the package; the first of its programs takes its place. */
static void add_programs(struct compiler *c, struct programs *list, Rampart__Program *like, char *const *paths, int n)
{
	for (int i = 0; i < n; i++) {
		Rampart__Program *program = i ? new_program(c, list) : like;

		if (!program)
			return;
		program->exe = keep_text(c, paths[i]);
		program->children = like->children;
		program->package = like->package;
	}
}

static void take_package(struct compiler *c, const struct node *name, struct programs *list, Rampart__Program *like)
{
	char quote[RAMPART_QUOTE], **paths;
	int n = c->root ? packages_programs(c->root, like->package, &paths) : -ENOPKG;

	rampart_quote(quote, name->text, name->len);
	if (n > 0)
		add_programs(c, list, like, paths, n);
	else if (n == 0)
		error_at(c, name, "package %s has no programs but interpreters, if any; expected one that has", quote);
	else if (n == -ENOENT)
		error_at(c, name, "package %s is not installed here; expected one that is, or its programs by exe", quote);
	else if (n == -ENOPKG)
		error_at(c, name, "packages cannot be looked up without dpkg-query; expected programs by exe");
	else
		error_at(c, name, "package %s cannot be looked up: %s; expected one that can", quote, strerror(-n));
	if (n >= 0)
		packages_free(paths, n);
}

/* With exe, package only says where that came from. */
static void take_program(struct compiler *c, const struct node *node, struct programs *list)
{
	static const struct key keys[] = {
		{ "exe", false, NODE_SCALAR, "the absolute path of a program", take_exe },
		{ "sha256", false, NODE_SCALAR, "64 hexadecimal digits", take_sha256 },
		{ "children", false, NODE_SCALAR, "true or false", take_children },
		{ "package", false, NODE_SCALAR, "the name of a Debian package", take_package_name },
		{ 0 },
	};
	const struct node *package = tree_get(node, "package"), *sha256 = tree_get(node, "sha256");
	Rampart__Program *program = new_program(c, list);
	uint32_t errors = c->errors->n;

	if (!program)
		return;
	c->program = program;
	take_mapping(c, node, keys);
	if (c->errors->n != errors || tree_get(node, "exe"))
		return;
	if (!package)
		error_at(c, node, "\"exe\" is missing; expected the absolute path of a program, or \"package\"");
	else if (sha256)
		error_at(c, sha256, "\"sha256\" of a package; expected it of one program, by exe");
	else
		take_package(c, package, list, program);
}

static Rampart__Program **take_programs(struct compiler *c, const struct node *list, size_t *n)
{
	uint32_t count = check_cap(c, list, RAMPART_PROGRAMS_MAX);
	struct programs programs = { 0 };

	for (uint32_t i = 0; i < count && !c->no_memory; i++)
		if (check_kind(c, &list->items[i], NODE_MAPPING, "the program", "{exe: /absolute/path}"))
			take_program(c, &list->items[i], &programs);
	if (programs.n > RAMPART_PROGRAMS_MAX && count == list->n)
		error_at(c, list, "%zu programs with those of packages; expected at most %d", programs.n,
			 RAMPART_PROGRAMS_MAX);
	*n = programs.n;
	return programs.v;
}

static void take_allow(struct compiler *c, const struct node *value)
{
	c->folders.allow = take_programs(c, value, &c->folders.n_allow);
}

static void take_secret_path(struct compiler *c, const struct node *value)
{
	take_text(c, value, &place_entries, &c->secret->path);
}

static void take_secret_allow(struct compiler *c, const struct node *value)
{
	c->secret->allow = take_programs(c, value, &c->secret->n_allow);
	c->n_readers += c->secret->n_allow;
	if (c->n_readers > RAMPART_PROGRAMS_MAX && c->n_readers - c->secret->n_allow <= RAMPART_PROGRAMS_MAX)
		error_at(c, value, "up to here %zu programs in \"places\"; expected at most %d in all", c->n_readers,
			 RAMPART_PROGRAMS_MAX);
}

static void take_secret_places(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = {
		{ "path", true, NODE_SCALAR, "an absolute path or one under ~/", take_secret_path },
		{ "allow", false, NODE_LIST, "a list of programs, {exe: /absolute/path}", take_secret_allow },
		{ 0 },
	};
	uint32_t count = check_cap(c, list, RAMPART_SECRETS_MAX);
	Rampart__Secret *all = allocate(c, count, sizeof(*all));

	c->secrets.places = allocate(c, count, sizeof(*c->secrets.places));
	if (c->no_memory)
		return;
	for (uint32_t i = 0; i < count; i++) {
		rampart__secret__init(&all[i]);
		c->secrets.places[i] = c->secret = &all[i];
		if (check_kind(c, &list->items[i], NODE_MAPPING, "the place", "{path: /a/path, allow: [...]}"))
			take_mapping(c, &list->items[i], keys);
	}
	c->secrets.n_places = count;
}

static void take_updaters(struct compiler *c, const struct node *value)
{
	c->self_protection.updaters = take_programs(c, value, &c->self_protection.n_updaters);
}

/* --- the sections --- */

static void take_target(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "tags", false, NODE_LIST, "a list of tags", take_tags },
		{ "hosts", false, NODE_LIST, "a list of machine ids", take_hosts },
		{ 0 },
	};

	take_mapping(c, value, keys);
}

static void take_folders_mode(struct compiler *c, const struct node *value)
{
	const char *words[RAMPART_FOLDERS_MODES];
	unsigned int i;

	for (i = 0; i < RAMPART_FOLDERS_MODES; i++)
		words[i] = rampart_folders_modes[i].word;
	i = take_word(c, value, words, RAMPART_FOLDERS_MODES, FOLDERS_MODES_EXPECTED);
	if (i < RAMPART_FOLDERS_MODES) {
		c->folders.mode = (Rampart__Mode)rampart_folders_modes[i].folders;
		c->folders.disks = (Rampart__Mode)rampart_folders_modes[i].disks;
	}
}

static void take_folders(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "mode", true, NODE_SCALAR, FOLDERS_MODES_EXPECTED, take_folders_mode },
		{ "protect", false, NODE_LIST, "a list of paths", take_protect },
		{ "allow", false, NODE_LIST, "a list of programs, {exe: /absolute/path}", take_allow },
		{ 0 },
	};

	take_mapping(c, value, keys);
}

static void take_secrets_mode(struct compiler *c, const struct node *value)
{
	take_mode(c, value, &c->secrets.mode);
}

static void take_secrets(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "mode", true, NODE_SCALAR, MODES_EXPECTED, take_secrets_mode },
		{ "places", false, NODE_LIST, "a list of places, {path: /a/path, allow: [...]}", take_secret_places },
		{ 0 },
	};

	take_mapping(c, value, keys);
}

static void take_self_mode(struct compiler *c, const struct node *value)
{
	take_mode(c, value, &c->self_protection.mode);
}

static void take_self_protection(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "mode", true, NODE_SCALAR, MODES_EXPECTED, take_self_mode },
		{ "updaters", false, NODE_LIST, "a list of programs, {exe: /absolute/path}", take_updaters },
		{ 0 },
	};

	take_mapping(c, value, keys);
}

static void take_policy(struct compiler *c, const struct node *root)
{
	static const struct key keys[] = {
		{ "rampart", true, NODE_SCALAR, "the format, 1", take_format },
		{ "name", true, NODE_SCALAR, "a name", take_name },
		{ "version", true, NODE_SCALAR, "a whole number from 1 up", take_version },
		{ "valid", true, NODE_MAPPING, "{from: YYYY-MM-DD, until: YYYY-MM-DD}", take_valid },
		{ "target", false, NODE_MAPPING, "a mapping with tags and hosts", take_target },
		{ "homes", false, NODE_LIST, "a list of paths", take_homes },
		{ "folders", false, NODE_MAPPING, "a mapping with mode, protect and allow", take_folders },
		{ "secrets", false, NODE_MAPPING, "a mapping with mode and places", take_secrets },
		{ "self_protection", false, NODE_MAPPING, "a mapping with mode and updaters", take_self_protection },
		{ "revoked", false, NODE_LIST, "a list of SHA-256 digests", take_revoked },
		{ 0 },
	};

	if (check_kind(c, root, NODE_MAPPING, "the policy", "a mapping that begins with \"rampart: 1\""))
		take_mapping(c, root, keys);
}

/* --- from tree to bytes --- */

/* One form for each meaning: a section that says nothing is left out. */
static void attach_sections(struct compiler *c)
{
	if (c->target.n_tags || c->target.n_hosts)
		c->bundle.target = &c->target;
	if (c->folders.mode || c->folders.disks || c->folders.n_protect || c->folders.n_allow)
		c->bundle.folders = &c->folders;
	if (c->secrets.mode || c->secrets.n_places)
		c->bundle.secrets = &c->secrets;
	if (c->self_protection.mode || c->self_protection.n_updaters)
		c->bundle.self_protection = &c->self_protection;
}

/* Whether the first @n of its places give a ruleset that the kernel can keep. */
static int check_ruleset(const struct rampart_policy *policy, u32 n)
{
	struct rampart_policy part = *policy;
	enum rampart_reason reason;

	part.protect.n = n;
	rampart_ruleset_free(rampart_ruleset_build(&part, &reason));
	return reason == RAMPART_REASON_OK ? 0 : reason == RAMPART_REASON_OVER_CAP ? -E2BIG : -ENOMEM;
}

/* How many of the places, and one more, are too many together. */
static int find_excess(const struct rampart_policy *policy, u32 *good)
{
	u32 bad = policy->protect.n;
	int err = 0;

	for (*good = 0; bad - *good > 1 && err != -ENOMEM;) {
		u32 middle = *good + (bad - *good) / 2;

		err = check_ruleset(policy, middle);
		if (err)
			bad = middle;
		else
			*good = middle;
	}
	return err == -ENOMEM ? err : 0;
}

static int check_combinations(struct compiler *c, const struct node *root, const struct rampart_policy *policy)
{
	const struct node *protect = tree_get(tree_get(root, "folders"), "protect"), *at = root;
	int err = check_ruleset(policy, policy->protect.n);
	u32 good = 0;

	if (err != -E2BIG)
		return err;
	if (find_excess(policy, &good))
		return -ENOMEM;
	/* Without any of them it may be too many all the same. */
	if (good || check_ruleset(policy, 0) != -E2BIG)
		at = &protect->items[good];
	error_at(c, at,
		 "up to here the paths have more than %u components or multiply too often by their \"*\"; "
		 "expected fewer of them", RAMPART_COMPONENTS_MAX);
	return -EINVAL;
}

/* What the kernel would refuse must never leave the compiler, whatever was overlooked above. */
static int check_loads(struct compiler *c, const struct node *root, const uint8_t *pb, size_t len)
{
	struct pb_view view = { .data = pb, .len = len };
	struct rampart_policy policy;
	enum rampart_reason reason = rampart_policy_decode(view, &policy);
	int err;

	if (reason == RAMPART_REASON_NO_MEMORY)
		return -ENOMEM;
	if (reason != RAMPART_REASON_OK) {
		compile_error_add(c->errors, 1, 1, "the compiled policy would be refused (%s); expected no refusal",
				  rampart_reason_text(reason));
		return -EINVAL;
	}
	err = check_combinations(c, root, &policy);
	rampart_policy_free(&policy);
	return err;
}

static int pack(struct compiler *c, const struct node *root, uint8_t **pb, size_t *pb_len)
{
	int err;

	attach_sections(c);
	*pb_len = rampart__policy_bundle__get_packed_size(&c->bundle);
	*pb = malloc(*pb_len);
	if (!*pb)
		return -ENOMEM;
	rampart__policy_bundle__pack(&c->bundle, *pb);
	err = check_loads(c, root, *pb, *pb_len);
	if (err) {
		free(*pb);
		*pb = NULL;
	}
	return err;
}

static void compiler_init(struct compiler *c, struct compile_errors *errors)
{
	static char *const default_homes[] = { (char *)"/home/*", (char *)"/root" };

	*c = (struct compiler){ .errors = errors };
	rampart__policy_bundle__init(&c->bundle);
	rampart__target__init(&c->target);
	rampart__folders__init(&c->folders);
	rampart__secrets__init(&c->secrets);
	rampart__self_protection__init(&c->self_protection);
	c->bundle.homes = (char **)default_homes;
	c->bundle.n_homes = ARRAY_SIZE(default_homes);
}

static void compiler_exit(struct compiler *c)
{
	struct block *block;

	while ((block = c->blocks)) {
		c->blocks = block->next;
		free(block);
	}
}

static int compile_tree(const struct node *root, const char *packages, struct compile_errors *errors, uint8_t **pb, size_t *pb_len)
{
	struct compiler c;
	int err;

	compiler_init(&c, errors);
	c.root = packages;
	take_policy(&c, root);
	err = c.no_memory ? -ENOMEM : errors->n ? -EINVAL : pack(&c, root, pb, pb_len);
	compiler_exit(&c);
	return err;
}

int rampart_compile(const char *filename, const char *yaml, size_t len, const char *packages,
		    struct compile_errors *errors, uint8_t **pb, size_t *pb_len)
{
	struct node root;
	int err;

	*errors = (struct compile_errors){ .filename = filename };
	*pb = NULL;
	if (len > RAMPART_YAML_MAX) {
		compile_error_add(errors, 1, 1, "the file has %zu bytes; expected at most %u", len, RAMPART_YAML_MAX);
		return -EINVAL;
	}
	err = tree_parse(yaml, len, errors, &root);
	if (!err)
		err = compile_tree(&root, packages, errors, pb, pb_len);
	tree_free(&root);
	compile_errors_sort(errors);
	return err;
}
