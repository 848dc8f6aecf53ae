// SPDX-License-Identifier: MIT
/*
 * The sections exec and digests. What exec denies is a rule of its own, and what it trusts is let through by the rule trust_exec of the
 * catalogue: both are rules as all others are then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile_asr.h"
#include "packages.h"
#include "text.h"

#define DENIED_CLASS "exec_denied"
#define TRUSTED_CLASS "exec_trusted"
#define PACKAGES_WORD "packages"
#define DIGEST_EXPECTED "64 hexadecimal digits"
#define DENY_EXPECTED "{path: /a/path}, {sha256: ...} or {package: name}"
#define TRUST_EXPECTED "packages, a path or {sha256: ...}"
#define FILE_EXPECTED "the path of a file with a SHA-256 in each line"
#define FILE_MAX (128l << 20)	/* bytes of a file of digests */

/* --- digests --- */

static void add_digest(struct compiler *c, struct digests *digests, const char *hex)
{
	if (digests->n == digests->room) {
		size_t room = digests->room ? 2 * digests->room : 64;
		void *v = realloc(digests->v, room * sizeof(*digests->v));

		if (!v) {
			c->no_memory = true;
			return;
		}
		digests->v = v;
		digests->room = room;
	}
	compiler_hex(digests->v[digests->n++], hex);
}

static void take_digest(struct compiler *c, const struct node *value)
{
	compiler_check(c, value, &compiler_digest);
	if (value->kind == NODE_SCALAR && !compiler_digest.wrong(node_view(value)))
		add_digest(c, c->asr->exec.digests, value->text);
}

static void take_digest_list(struct compiler *c, const struct node *list, struct digests *digests)
{
	c->asr->exec.digests = digests;
	for (uint32_t i = 0; i < list->n && !c->no_memory; i++)
		take_digest(c, &list->items[i]);
}

/* One line, which ends at @end: a digest, and what sha256sum(1) prints behind it; "#" begins a comment. */
static bool take_line(struct compiler *c, const char *line, const char *end)
{
	size_t len = end - line, digits = 0;

	while (digits < len && strchr("0123456789abcdefABCDEF", line[digits]) && line[digits])
		digits++;
	if (digits == 64 && (len == 64 || strchr(" \t\r", line[64]))) {
		add_digest(c, c->asr->exec.digests, line);
		return true;
	}
	return !len || *line == '#' || (len == 1 && *line == '\r');
}

static void take_lines(struct compiler *c, const struct node *value, const char *text, size_t len)
{
	const char *at = text, *last = text + len;
	char quote[RAMPART_QUOTE];

	for (unsigned int line = 1; at < last && !c->no_memory; line++) {
		const char *end = memchr(at, '\n', last - at) ?: last;

		if (!take_line(c, at, end)) {
			compiler_error(c, value, "line %u of %s is no SHA-256; expected " DIGEST_EXPECTED " in each line", line,
				       rampart_quote(quote, value->text, value->len));
			return;
		}
		at = end + 1;
	}
}

/* One that is not absolute begins in the folder of the policy's own file. */
static int open_beside(const char *policy, const char *path)
{
	const char *slash = *path == '/' ? NULL : strrchr(policy, '/');
	char *full;
	int fd;

	if (asprintf(&full, "%.*s%s", slash ? (int)(slash - policy) + 1 : 0, policy, path) < 0)
		return -1;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	free(full);
	return fd;
}

/* All of a file that is one, and not too large; NULL with errno. */
static char *read_all(int fd, size_t *len)
{
	struct stat st;
	ssize_t n = 1;
	char *text;

	if (fstat(fd, &st))
		return NULL;
	errno = !S_ISREG(st.st_mode) ? EINVAL : st.st_size > FILE_MAX ? EFBIG : 0;
	text = errno ? NULL : malloc(st.st_size + 1);
	for (*len = 0; text && *len < (size_t)st.st_size && n > 0; *len += n > 0 ? n : 0)
		n = read(fd, text + *len, st.st_size - *len);
	if (n >= 0)
		return text;
	free(text);
	return NULL;
}

static void take_file(struct compiler *c, const struct node *value, struct digests *digests)
{
	int fd = open_beside(c->errors->filename, value->text);
	char quote[RAMPART_QUOTE];
	size_t len;
	char *text = fd < 0 ? NULL : read_all(fd, &len);

	c->asr->exec.digests = digests;
	if (text)
		take_lines(c, value, text, len);
	else
		compiler_error(c, value, "%s cannot be read: %s; expected " FILE_EXPECTED,
			       rampart_quote(quote, value->text, value->len), strerror(errno));
	free(text);
	if (fd >= 0)
		close(fd);
}

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, RAMPART_FILE_DIGEST);
}

static void add_digests(struct compiler *c, struct digests *digests, ProtobufCBinaryData *field, const char *word)
{
	const struct node *at = c->exec_node ?: c->digests_node;
	size_t n = 0;

	if (!digests->n)
		return;
	qsort(digests->v, digests->n, sizeof(*digests->v), compare_digests);
	for (size_t i = 0; i < digests->n; i++)
		if (!n || compare_digests(digests->v[i], digests->v[n - 1]))
			memmove(digests->v[n++], digests->v[i], sizeof(*digests->v));
	if (n > RAMPART_DIGESTS_MAX) {
		compiler_error(c, at, "%zu digests that are %s; expected at most %d", n, word, RAMPART_DIGESTS_MAX);
		return;
	}
	field->data = compiler_allocate(c, n, sizeof(*digests->v));
	field->len = field->data ? n * sizeof(*digests->v) : 0;
	if (field->data)
		memcpy(field->data, digests->v, field->len);
}

void asr_add_digests(struct compiler *c)
{
	add_digests(c, &c->asr->exec.denied, &c->asr_message.denied_digests, "denied");
	add_digests(c, &c->asr->exec.trusted, &c->asr_message.trusted_digests, "trusted");
}

void asr_free_digests(struct asr_compiler *asr)
{
	free(asr->exec.denied.v);
	free(asr->exec.trusted.v);
}

/* --- what is denied --- */

static void add_path(struct compiler *c, struct compiler_list *list, const char *path)
{
	char *copy = compiler_add(c, list, strlen(path) + 1);

	if (copy)
		strcpy(copy, path);
}

static void take_denied_path(struct compiler *c, const struct node *value)
{
	compiler_check(c, value, &compiler_places);
	add_path(c, &c->asr->exec.denied_paths, value->text);
}

static void take_denied_digest(struct compiler *c, const struct node *value)
{
	c->asr->exec.digests = &c->asr->exec.denied;
	take_digest(c, value);
}

static const char *wrong_pattern(struct pb_view name)
{
	if (name.len < 2 || name.len > RAMPART_PACKAGE_MAX || strchr("+-.:*?", name.data[0]) ||
	    strspn((const char *)name.data, "abcdefghijklmnopqrstuvwxyz0123456789+-.:*?") != name.len)
		return "is no package's name";
	return NULL;
}

static void take_denied_package(struct compiler *c, const struct node *value)
{
	static const struct entries pattern = { 1, wrong_pattern, "the name of a Debian package, in which * stands for any text" };
	char quote[RAMPART_QUOTE], **paths = NULL;
	int n;

	compiler_check(c, value, &pattern);
	if (pattern.wrong(node_view(value)))
		return;
	n = c->root ? packages_all_programs(c->root, value->text, &paths) : -ENOPKG;
	for (int i = 0; i < n; i++)
		add_path(c, &c->asr->exec.denied_paths, paths[i]);
	rampart_quote(quote, value->text, value->len);
	if (n == -ENOPKG)
		compiler_error(c, value, "packages cannot be looked up without dpkg-query; expected programs by path");
	else if (n == 0 || n == -ENOENT)
		compiler_error(c, value, "no package %s with programs is installed here; expected one that is, or its programs by "
			       "path", quote);
	else if (n < 0)
		compiler_error(c, value, "package %s cannot be looked up: %s; expected one that can", quote, strerror(-n));
	if (n >= 0)
		packages_free(paths, n);
}

static void take_deny(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = {
		{ "path", false, NODE_SCALAR, "an absolute path or one under ~/", take_denied_path },
		{ "sha256", false, NODE_SCALAR, DIGEST_EXPECTED, take_denied_digest },
		{ "package", false, NODE_SCALAR, "the name of a Debian package", take_denied_package },
		{ 0 },
	};

	c->asr->exec.deny = list;
	for (uint32_t i = 0; i < list->n && !c->no_memory; i++) {
		const struct node *node = &list->items[i];

		if (!compiler_kind(c, node, NODE_MAPPING, "the entry", DENY_EXPECTED))
			continue;
		compiler_mapping(c, node, keys);
		if (node->n != 2)
			compiler_error(c, node, "%u keys; expected one: " DENY_EXPECTED, node->n / 2);
	}
}

static void take_deny_file(struct compiler *c, const struct node *value)
{
	if (!c->asr->exec.deny)
		c->asr->exec.deny = value;
	take_file(c, value, &c->asr->exec.denied);
}

/* --- what is trusted --- */

static void take_trusted_digest(struct compiler *c, const struct node *value)
{
	c->asr->exec.digests = &c->asr->exec.trusted;
	take_digest(c, value);
}

static void take_trust(struct compiler *c, const struct node *list)
{
	static const struct key keys[] = {
		{ "sha256", true, NODE_SCALAR, DIGEST_EXPECTED, take_trusted_digest },
		{ 0 },
	};
	bool packages = false;

	c->asr->exec.trust = list;
	for (uint32_t i = 0; i < list->n && !c->no_memory; i++) {
		const struct node *node = &list->items[i];

		if (node->kind == NODE_MAPPING) {
			compiler_mapping(c, node, keys);
		} else if (compiler_kind(c, node, NODE_SCALAR, "the entry", TRUST_EXPECTED)) {
			if (node_is(node, PACKAGES_WORD)) {
				packages = true;
				continue;
			}
			compiler_check(c, node, &compiler_places);
			add_path(c, &c->asr->exec.trusted_paths, node->text);
		}
	}
	/* Nothing is there that could start, not even what loads the next policy. */
	if (!packages)
		compiler_error(c, list, "\"" PACKAGES_WORD "\" is missing; expected it, since the system itself would not start without");
}

static void take_trust_file(struct compiler *c, const struct node *value)
{
	take_file(c, value, &c->asr->exec.trusted);
}

/* --- both sections --- */

static void take_mode(struct compiler *c, const struct node *value)
{
	c->asr->exec.mode_node = value;
	compiler_mode(c, value, &c->asr->exec.mode);
}

static void take_exclude(struct compiler *c, const struct node *value)
{
	c->asr->exec.exclude = value;
}

static void take_denied(struct compiler *c, const struct node *value)
{
	take_digest_list(c, value, &c->asr->exec.denied);
}

static void take_trusted(struct compiler *c, const struct node *value)
{
	take_digest_list(c, value, &c->asr->exec.trusted);
}

/* The class, which is made if there is none, has these too. */
static void give_class(struct asr_compiler *asr, const char *name, const struct compiler_list *paths)
{
	const struct node node = { .kind = NODE_SCALAR, .text = (char *)name, .len = strlen(name) };
	struct asr_class *class = asr_find_class(asr, &node);

	if (!class) {
		class = &asr->classes[asr->n_classes++];
		*class = (struct asr_class){ .name = name };
	}
	class->more = paths;
}

void asr_take_exec(struct compiler *c)
{
	static const struct key exec_keys[] = {
		{ "mode", true, NODE_SCALAR, COMPILER_MODES, take_mode },
		{ "deny", false, NODE_LIST, "a list of " DENY_EXPECTED, take_deny },
		{ "deny_file", false, NODE_SCALAR, FILE_EXPECTED, take_deny_file },
		{ "trust", false, NODE_LIST, "a list of " TRUST_EXPECTED, take_trust },
		{ "trust_file", false, NODE_SCALAR, FILE_EXPECTED, take_trust_file },
		{ "exclude", false, NODE_LIST, "a list of exclusions, {exe: /absolute/path}", take_exclude },
		{ 0 },
	};
	static const struct key digests_keys[] = {
		{ "denied", false, NODE_LIST, "a list of SHA-256 digests", take_denied },
		{ "trusted", false, NODE_LIST, "a list of SHA-256 digests", take_trusted },
		{ 0 },
	};
	const struct node *trust_file = tree_get(c->exec_node, "trust_file");
	struct exec_section *exec = &c->asr->exec;

	if (c->exec_node) {
		compiler_mapping(c, c->exec_node, exec_keys);
		if (!exec->deny && !exec->trust && !trust_file)
			compiler_error(c, c->exec_node, "neither \"deny\" nor \"trust\"; expected one of them, or both");
		if (exec->trust && !catalog_find_rule(c->asr->catalog, ASR_TRUST_EXEC))
			compiler_error(c, exec->trust, "the catalogue has no rule " ASR_TRUST_EXEC "; expected no \"trust\"");
		if (trust_file && !exec->trust)
			compiler_error(c, trust_file, "\"trust_file\" without \"trust\"; expected that, with \"" PACKAGES_WORD "\"");
		if (exec->exclude && !exec->deny)
			compiler_error(c, exec->exclude, "\"exclude\" without \"deny\"; expected that of " ASR_TRUST_EXEC " in asr");
	}
	if (c->digests_node)
		compiler_mapping(c, c->digests_node, digests_keys);
	if (exec->deny)
		give_class(c->asr, DENIED_CLASS, &exec->denied_paths);
	if (exec->trust)
		give_class(c->asr, TRUSTED_CLASS, &exec->trusted_paths);
}

#define NAME(word) { .kind = NODE_SCALAR, .text = (char *)(word), .len = sizeof(word) - 1 }

void asr_add_exec(struct compiler *c)
{
	static struct node objects[] = { NAME(DENIED_CLASS), NAME("denied_digest") };
	static struct node pair[] = { NAME("object"), { .kind = NODE_LIST, .n = ARRAY_SIZE(objects), .items = objects } };
	static const struct node predicate = { .kind = NODE_MAPPING, .n = ARRAY_SIZE(pair), .items = pair };

	rampart__rule__init(&c->asr->rule);
	c->asr->rule.id = (char *)ASR_EXEC_DENY;
	c->asr->rule.title = (char *)"Block what exec.deny names";
	c->asr->rule.attack = (char *)"T1204.002 T1588.002";
	c->asr->rule.mode = c->asr->exec.mode;
	c->asr->rule.ops = BIT_ULL(RAMPART_OP_EXEC) | BIT_ULL(RAMPART_OP_LOAD) | BIT_ULL(RAMPART_OP_INTERPRET);
	c->asr->in_force = c->asr->exec.mode != RAMPART__MODE__OFF;
	asr_take_objects(c, &pair[1]);
	asr_add_predicate(c, &predicate);
	asr_take_exclusions(c, c->asr->exec.exclude);
}
