// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <ruleset.h>

#include "catalog.h"
#include "compile.h"
#include "compiler.h"
#include "describe.h"
#include "text.h"

#define TAG_MAX 64	/* bytes, as decode.h has it */
#define FOLDERS_MODES_EXPECTED "off, audit, warn, block, block-disk-only or audit-disk-only"

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
		compiler_error(c, value, "format %s; expected 1", rampart_quote(quote, value->text, value->len));
}

static void take_name(struct compiler *c, const struct node *value)
{
	const char *wrong = wrong_name(node_view(value));
	char quote[RAMPART_QUOTE];

	c->bundle.name = value->text;
	if (wrong)
		compiler_error(c, value, "%s %s; expected 1 to %d of A-Z a-z 0-9 . _ -",
			 rampart_quote(quote, value->text, value->len), wrong, RAMPART_NAME_MAX);
}

static uint64_t take_number(struct compiler *c, const struct node *value, const char *what, uint64_t most)
{
	bool digits = value->plain && value->len && strspn(value->text, "0123456789") == value->len;
	char quote[RAMPART_QUOTE];
	uint64_t number;

	errno = 0;
	number = strtoull(value->text, NULL, 10);
	if (!digits || errno || value->text[0] == '0' || number > most)
		compiler_error(c, value, "%s %s; expected a whole number from 1 to %" PRIu64, what,
			       rampart_quote(quote, value->text, value->len), most);
	return number;
}

static void take_version(struct compiler *c, const struct node *value)
{
	c->bundle.version = take_number(c, value, "version", UINT64_MAX);
}

static void take_aged_days(struct compiler *c, const struct node *value)
{
	c->asr_message.aged_days = take_number(c, value, "aged_days", RAMPART_AGED_DAYS_MAX);
}

static void take_from(struct compiler *c, const struct node *value)
{
	compiler_time(c, value, &c->bundle.valid_from);
}

static void take_until(struct compiler *c, const struct node *value)
{
	compiler_time(c, value, &c->bundle.valid_until);
}

static void take_valid(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "from", true, NODE_SCALAR, "its first moment, YYYY-MM-DD", take_from },
		{ "until", true, NODE_SCALAR, "the first moment after it, YYYY-MM-DD", take_until },
		{ 0 },
	};

	compiler_mapping(c, value, keys);
	if (c->bundle.valid_from && c->bundle.valid_until && c->bundle.valid_from >= c->bundle.valid_until)
		compiler_error(c, tree_get(value, "until"), "until is not after from; expected a later time");
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

const char *compiler_wrong_pattern(struct pb_view path)
{
	return rampart_path_check(path, RAMPART_PATH_PATTERN);
}

static const struct entries tag_entries = { RAMPART_TAGS_MAX, wrong_tag, "1 to 64 printable bytes" };
static const struct entries host_entries = { RAMPART_TAGS_MAX, wrong_host, "32 lower-case hexadecimal digits" };
static const struct entries home_entries = { RAMPART_PATTERNS_MAX, compiler_wrong_pattern,
					     "an absolute path, in which a component may be *" };

static void take_tags(struct compiler *c, const struct node *value)
{
	c->target.tags = compiler_texts(c, value, &tag_entries, &c->target.n_tags);
}

static void take_hosts(struct compiler *c, const struct node *value)
{
	c->target.hosts = compiler_texts(c, value, &host_entries, &c->target.n_hosts);
}

static void take_homes(struct compiler *c, const struct node *value)
{
	c->bundle.homes = compiler_texts(c, value, &home_entries, &c->bundle.n_homes);
}

static void take_protect(struct compiler *c, const struct node *value)
{
	c->folders.protect = compiler_texts(c, value, &compiler_places, &c->folders.n_protect);
}

static void take_revoked(struct compiler *c, const struct node *value)
{
	compiler_texts(c, value, &compiler_digest, &c->bundle.n_revoked);
	c->bundle.revoked = compiler_allocate(c, c->bundle.n_revoked, sizeof(*c->bundle.revoked));
	for (size_t i = 0; i < c->bundle.n_revoked && !c->no_memory && !c->errors->n; i++)
		compiler_digest_bytes(c, &value->items[i], &c->bundle.revoked[i]);
}

static void take_allow(struct compiler *c, const struct node *value)
{
	c->folders.allow = compiler_programs(c, value, &c->folders.n_allow);
}

static void take_secret_path(struct compiler *c, const struct node *value)
{
	compiler_text(c, value, &compiler_places, &c->secret->path);
}

static void take_secret_allow(struct compiler *c, const struct node *value)
{
	c->secret->allow = compiler_programs(c, value, &c->secret->n_allow);
	c->n_readers += c->secret->n_allow;
	if (c->n_readers > RAMPART_PROGRAMS_MAX && c->n_readers - c->secret->n_allow <= RAMPART_PROGRAMS_MAX)
		compiler_error(c, value, "up to here %zu programs in \"places\"; expected at most %d in all", c->n_readers,
			 RAMPART_PROGRAMS_MAX);
}

static void take_secret_places(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = {
		{ "path", true, NODE_SCALAR, "an absolute path or one under ~/", take_secret_path },
		{ "allow", false, NODE_LIST, "a list of programs, {exe: /absolute/path}", take_secret_allow },
		{ 0 },
	};
	uint32_t count = compiler_cap(c, list, RAMPART_SECRETS_MAX);
	Rampart__Secret *all = compiler_allocate(c, count, sizeof(*all));

	c->secrets.places = compiler_allocate(c, count, sizeof(*c->secrets.places));
	if (c->no_memory)
		return;
	for (uint32_t i = 0; i < count; i++) {
		rampart__secret__init(&all[i]);
		c->secrets.places[i] = c->secret = &all[i];
		if (compiler_kind(c, &list->items[i], NODE_MAPPING, "the place", "{path: /a/path, allow: [...]}"))
			compiler_mapping(c, &list->items[i], keys);
	}
	c->secrets.n_places = count;
}

static void take_updaters(struct compiler *c, const struct node *value)
{
	c->self_protection.updaters = compiler_programs(c, value, &c->self_protection.n_updaters);
}

/* --- the sections --- */

static void take_target(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "tags", false, NODE_LIST, "a list of tags", take_tags },
		{ "hosts", false, NODE_LIST, "a list of machine ids", take_hosts },
		{ 0 },
	};

	compiler_mapping(c, value, keys);
}

static void take_folders_mode(struct compiler *c, const struct node *value)
{
	const char *words[RAMPART_FOLDERS_MODES];
	unsigned int i;

	for (i = 0; i < RAMPART_FOLDERS_MODES; i++)
		words[i] = rampart_folders_modes[i].word;
	i = compiler_word(c, value, "mode", words, RAMPART_FOLDERS_MODES, FOLDERS_MODES_EXPECTED);
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

	compiler_mapping(c, value, keys);
}

static void take_secrets_mode(struct compiler *c, const struct node *value)
{
	compiler_mode(c, value, &c->secrets.mode);
}

static void take_secrets(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "mode", true, NODE_SCALAR, COMPILER_MODES, take_secrets_mode },
		{ "places", false, NODE_LIST, "a list of places, {path: /a/path, allow: [...]}", take_secret_places },
		{ 0 },
	};

	compiler_mapping(c, value, keys);
}

static void take_self_mode(struct compiler *c, const struct node *value)
{
	compiler_mode(c, value, &c->self_protection.mode);
}

static void take_self_protection(struct compiler *c, const struct node *value)
{
	static const struct key keys[] = {
		{ "mode", true, NODE_SCALAR, COMPILER_MODES, take_self_mode },
		{ "updaters", false, NODE_LIST, "a list of programs, {exe: /absolute/path}", take_updaters },
		{ 0 },
	};

	compiler_mapping(c, value, keys);
}

/* What these say hangs together, in whatever order they are given: compile_asr() reads them. */
static void take_asr(struct compiler *c, const struct node *value)
{
	c->asr_node = value;
}

static void take_classes(struct compiler *c, const struct node *value)
{
	c->classes_node = value;
}

static void take_rules(struct compiler *c, const struct node *value)
{
	c->rules_node = value;
}

static void take_exec(struct compiler *c, const struct node *value)
{
	c->exec_node = value;
}

static void take_digests(struct compiler *c, const struct node *value)
{
	c->digests_node = value;
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
		{ "asr", false, NODE_MAPPING, "a mapping with rules of the catalogue", take_asr },
		{ "classes", false, NODE_MAPPING, "a mapping with classes, {a-class: {add: [...]}}", take_classes },
		{ "rules", false, NODE_LIST, "a list of rules, {id: ..., mode: ..., on: ...}", take_rules },
		{ "exec", false, NODE_MAPPING, "a mapping with mode, deny and trust", take_exec },
		{ "digests", false, NODE_MAPPING, "a mapping with denied and trusted", take_digests },
		{ "aged_days", false, NODE_SCALAR, "a whole number from 1 up", take_aged_days },
		{ "devices", false, NODE_MAPPING, "a mapping with mode, default, groups and rules", compiler_devices },
		{ "revoked", false, NODE_LIST, "a list of SHA-256 digests", take_revoked },
		{ 0 },
	};

	if (compiler_kind(c, root, NODE_MAPPING, "the policy", "a mapping that begins with \"rampart: 1\""))
		compiler_mapping(c, root, keys);
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
	if (c->asr_message.n_rules)
		c->bundle.asr = &c->asr_message;
	if (c->devices_message.mode || c->devices_message.n_rules)
		c->bundle.devices = &c->devices_message;
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
	compiler_error(c, at, "up to here the paths have more than %u components or multiply too often by their \"*\"; "
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
	rampart__asr__init(&c->asr_message);
	rampart__devices__init(&c->devices_message);
	c->bundle.homes = (char **)default_homes;
	c->bundle.n_homes = ARRAY_SIZE(default_homes);
}

static int compile_tree(const struct node *root, const struct catalog *catalog, const char *packages,
			struct compile_errors *errors, uint8_t **pb, size_t *pb_len)
{
	struct compiler c;
	int err;

	compiler_init(&c, errors);
	c.root = packages;
	take_policy(&c, root);
	compile_asr(&c, catalog);
	err = c.no_memory ? -ENOMEM : errors->n ? -EINVAL : pack(&c, root, pb, pb_len);
	compiler_free(&c);
	return err;
}

int rampart_compile_with(const struct catalog *catalog, const char *filename, const char *yaml, size_t len, const char *packages,
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
		err = compile_tree(&root, catalog, packages, errors, pb, pb_len);
	tree_free(&root);
	compile_errors_sort(errors);
	return err;
}

int rampart_compile(const char *filename, const char *yaml, size_t len, const char *packages,
		    struct compile_errors *errors, uint8_t **pb, size_t *pb_len)
{
	return rampart_compile_with(rampart_catalog(), filename, yaml, len, packages, errors, pb, pb_len);
}
