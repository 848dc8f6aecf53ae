// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "text.h"

#define TIME_EXPECTED "a day of the calendar, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, after 1970-01-01"

/* Of the catalogue that is built in, which no test should have let pass: told at the policy's beginning. */
void compiler_error(struct compiler *c, const struct node *node, const char *format, ...)
{
	char text[sizeof(c->errors->list[0].text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (c->catalog_file && c->asr)
		compile_error_add(c->errors, 1, 1, "the catalogue, %s:%u:%u: %.180s", c->catalog_file, node->line,
				  node->column, text);
	else
		compile_error_add(c->errors, node->line, node->column, "%s", text);
}

/* --- memory --- */

void *compiler_allocate(struct compiler *c, size_t n, size_t size)
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

void compiler_free(struct compiler *c)
{
	struct block *block;

	while ((block = c->blocks)) {
		c->blocks = block->next;
		free(block);
	}
}

void compiler_append(struct compiler *c, struct compiler_list *list, void *element)
{
	void **v;

	if (list->n == list->room) {
		list->room = list->room ? 2 * list->room : 16;
		v = compiler_allocate(c, list->room, sizeof(*v));
		if (v && list->n)
			memcpy(v, list->v, list->n * sizeof(*v));
		list->v = v;
	}
	if (!c->no_memory)
		list->v[list->n++] = element;
}

void *compiler_add(struct compiler *c, struct compiler_list *list, size_t size)
{
	void *element = compiler_allocate(c, 1, size);

	compiler_append(c, list, element);
	return c->no_memory ? NULL : element;
}

char *compiler_keep(struct compiler *c, const char *text)
{
	char *copy = compiler_allocate(c, strlen(text), 1);

	return copy ? strcpy(copy, text) : NULL;
}

/* --- kinds and keys --- */

static const char *kind_name(enum node_kind kind)
{
	return kind == NODE_SCALAR ? "a single value" : kind == NODE_LIST ? "a list" : "a mapping";
}

bool compiler_kind(struct compiler *c, const struct node *node, enum node_kind kind, const char *what, const char *expected)
{
	if (node->kind == kind)
		return true;
	if (node->kind != NODE_REFUSED)
		compiler_error(c, node, "%s is %s; expected %s", what, kind_name(node->kind), expected);
	return false;
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
	const char *names[COMPILER_KEYS_MAX], *near;
	char quote[RAMPART_QUOTE], list[160] = "";
	size_t n;

	for (n = 0; keys[n].name; n++) {
		names[n] = keys[n].name;
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", n ? ", " : "", names[n]);
	}
	near = rampart_nearest(name->text, names, n);
	rampart_quote(quote, name->text, name->len);
	if (near)
		compiler_error(c, name, "unknown key %s, did you mean \"%s\"?; expected one of: %s", quote, near, list);
	else
		compiler_error(c, name, "unknown key %s; expected one of: %s", quote, list);
}

static void take_pair(struct compiler *c, const struct key *keys, const struct node *name, uint32_t lines[])
{
	const struct node *value = name + 1;
	const struct key *key;
	char what[48];

	if (!compiler_kind(c, name, NODE_SCALAR, "the key", "a word"))
		return;
	key = find_key(keys, name);
	if (!key) {
		unknown_key(c, keys, name);
		return;
	}
	if (lines[key - keys]) {
		compiler_error(c, name, "key \"%s\" again, first given in line %u; expected it once", key->name,
			       lines[key - keys]);
		return;
	}
	lines[key - keys] = name->line;
	snprintf(what, sizeof(what), "\"%s\"", key->name);
	if (key->kind == NODE_REFUSED || compiler_kind(c, value, key->kind, what, key->expected))
		key->take(c, value);
}

void compiler_mapping(struct compiler *c, const struct node *node, const struct key *keys)
{
	uint32_t lines[COMPILER_KEYS_MAX] = { 0 };	/* where each key was given */

	for (uint32_t i = 0; i + 1 < node->n; i += 2)
		take_pair(c, keys, &node->items[i], lines);
	for (uint32_t i = 0; keys[i].name; i++)
		if (keys[i].required && !lines[i])
			compiler_error(c, node, "\"%s\" is missing; expected %s", keys[i].name, keys[i].expected);
}

/* --- texts --- */

static const char *wrong_place(struct pb_view path)
{
	return rampart_path_check(path, RAMPART_PATH_PLACE);
}

static const char *wrong_digest(struct pb_view text)
{
	if (text.len != 64 || strspn((const char *)text.data, "0123456789abcdefABCDEF") != text.len)
		return "is no SHA-256";
	return NULL;
}

static const char *wrong_id(struct pb_view id)
{
	if (!id.len)
		return "is empty";
	if (id.len > RAMPART_ID_MAX)
		return "is too long";
	if (strspn((const char *)id.data, "abcdefghijklmnopqrstuvwxyz0123456789_-") != id.len)
		return "has a character that cannot be there";
	return NULL;
}

static const char *wrong_note(struct pb_view text)
{
	if (!text.len)
		return "is empty";
	if (text.len > RAMPART_NOTE_MAX)
		return "is too long";
	for (u32 i = 0; i < text.len; i++)
		if (text.data[i] < ' ' || text.data[i] == 0x7f)
			return "has a control character";
	return NULL;
}

/* T1059 or T1059.004 */
static const char *wrong_attack(struct pb_view id)
{
	static const char shape[] = "Tdddd.ddd";

	if (id.len != 5 && id.len != strlen(shape))
		return "is no technique";
	for (u32 i = 0; i < id.len; i++)
		if (shape[i] == 'd' ? id.data[i] < '0' || id.data[i] > '9' : id.data[i] != shape[i])
			return "is no technique";
	return NULL;
}

const struct entries compiler_places = { RAMPART_PATTERNS_MAX, wrong_place,
					 "an absolute path or one under ~/, in which a component may be *" };
const struct entries compiler_digest = { RAMPART_REVOKED_MAX, wrong_digest, "64 hexadecimal digits" };
const struct entries compiler_id = { 1, wrong_id, "1 to 31 of a-z 0-9 _ -" };
const struct entries compiler_note = { 1, wrong_note, "1 to 200 bytes in one line" };
const struct entries compiler_attack = { COMPILER_ATTACKS_MAX, wrong_attack,
					 "one of ATT&CK, such as T1059 or T1059.004" };

void compiler_check(struct compiler *c, const struct node *node, const struct entries *entries)
{
	char quote[RAMPART_QUOTE];
	const char *wrong;

	if (!compiler_kind(c, node, NODE_SCALAR, "the entry", entries->expected))
		return;
	wrong = entries->wrong(node_view(node));
	if (wrong)
		compiler_error(c, node, "%s %s; expected %s", rampart_quote(quote, node->text, node->len), wrong,
			       entries->expected);
}

uint32_t compiler_cap(struct compiler *c, const struct node *list, uint32_t max)
{
	if (list->n <= max)
		return list->n;
	compiler_error(c, &list->items[max], "%u entries; expected at most %u", list->n, max);
	return max;
}

void compiler_text(struct compiler *c, const struct node *value, const struct entries *entry, char **to)
{
	compiler_check(c, value, entry);
	*to = value->text;
}

char **compiler_texts(struct compiler *c, const struct node *list, const struct entries *entries, size_t *n)
{
	uint32_t count = compiler_cap(c, list, entries->max);
	char **texts = compiler_allocate(c, count, sizeof(*texts));

	if (!texts)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		texts[i] = list->items[i].text;
		compiler_check(c, &list->items[i], entries);
	}
	*n = count;
	return texts;
}

/* Good digits are known, or there is an error already. */
static unsigned int hex_value(char digit)
{
	return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

void compiler_hex(uint8_t bytes[RAMPART_FILE_DIGEST], const char *digits)
{
	for (unsigned int i = 0; i < RAMPART_FILE_DIGEST; i++)
		bytes[i] = hex_value(digits[2 * i]) << 4 | hex_value(digits[2 * i + 1]);
}

void compiler_digest_bytes(struct compiler *c, const struct node *value, ProtobufCBinaryData *digest)
{
	uint8_t *bytes = compiler_allocate(c, 1, RAMPART_FILE_DIGEST);

	if (!bytes)
		return;
	compiler_hex(bytes, value->text);
	*digest = (ProtobufCBinaryData){ .len = RAMPART_FILE_DIGEST, .data = bytes };
}

bool compiler_time(struct compiler *c, const struct node *value, int64_t *seconds)
{
	char quote[RAMPART_QUOTE];

	*seconds = rampart_time_parse(value->text, value->len);
	if (*seconds > 0)
		return true;
	compiler_error(c, value, "%s is no point in time; expected " TIME_EXPECTED,
		       rampart_quote(quote, value->text, value->len));
	*seconds = 0;
	return false;
}

/* --- words --- */

unsigned int compiler_word(struct compiler *c, const struct node *value, const char *what, const char *const *words,
			   unsigned int n, const char *expected)
{
	const char *near = rampart_nearest(value->text, words, n);
	char quote[RAMPART_QUOTE];

	for (unsigned int i = 0; i < n; i++)
		if (node_is(value, words[i]))
			return i;
	rampart_quote(quote, value->text, value->len);
	if (near)
		compiler_error(c, value, "unknown %s %s, did you mean \"%s\"?; expected %s", what, quote, near, expected);
	else
		compiler_error(c, value, "unknown %s %s; expected %s", what, quote, expected);
	return n;
}

void compiler_mode(struct compiler *c, const struct node *value, Rampart__Mode *mode)
{
#define X(name, text) text,
	static const char *const words[] = { RAMPART_MODES(X) };
#undef X
	unsigned int i = compiler_word(c, value, "mode", words, ARRAY_SIZE(words), COMPILER_MODES);

	if (i < ARRAY_SIZE(words))
		*mode = i;
}
