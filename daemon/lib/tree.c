// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "text.h"
#include "tree.h"

struct builder {
	yaml_parser_t yaml;
	const char *input;
	size_t len;
	struct compile_errors *errors;
	uint32_t nodes;
};

static int build(struct builder *b, yaml_event_t *event, unsigned int depth, struct node *node);

/* The reader knows only the offset of what it could not read. */
static yaml_mark_t offset_mark(const struct builder *b)
{
	yaml_mark_t mark = { 0 };

	for (size_t i = 0; i < b->yaml.problem_offset && i < b->len; i++) {
		mark.column++;
		if (b->input[i] == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return mark;
}

static int syntax_error(struct builder *b)
{
	const yaml_parser_t *p = &b->yaml;
	yaml_mark_t mark = p->error == YAML_READER_ERROR ? offset_mark(b) : p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (p->context)
		compile_error_add(b->errors, mark.line + 1, mark.column + 1,
				  "%s %s (begun in line %zu); expected well-formed YAML", p->problem, p->context,
				  p->context_mark.line + 1);
	else
		compile_error_add(b->errors, mark.line + 1, mark.column + 1, "%s; expected well-formed YAML in UTF-8",
				  p->problem);
	return -EINVAL;
}

static int next(struct builder *b, yaml_event_t *event)
{
	return yaml_parser_parse(&b->yaml, event) ? 0 : syntax_error(b);
}

static void __attribute__((format(printf, 3, 4)))
refuse(struct builder *b, const yaml_event_t *event, const char *what, ...)
{
	char text[160];
	va_list args;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	compile_error_add(b->errors, event->start_mark.line + 1, event->start_mark.column + 1, "%s", text);
}

static int grow(struct node *parent)
{
	uint32_t cap = parent->cap ? parent->cap * 2 : 4;
	struct node *items = reallocarray(parent->items, cap, sizeof(*items));

	if (!items)
		return -ENOMEM;
	parent->items = items;
	parent->cap = cap;
	return 0;
}

static int build_child(struct builder *b, yaml_event_t *event, unsigned int depth, struct node *parent)
{
	struct node *child;

	if (parent->n == parent->cap && grow(parent))
		return -ENOMEM;
	child = &parent->items[parent->n++];
	*child = (struct node){ .kind = NODE_REFUSED };
	return build(b, event, depth, child);
}

static int build_children(struct builder *b, yaml_event_type_t end, unsigned int depth, struct node *parent)
{
	yaml_event_t event;
	int err;

	for (;;) {
		err = next(b, &event);
		if (err)
			return err;
		if (event.type == end)
			break;
		err = build_child(b, &event, depth, parent);
		yaml_event_delete(&event);
		if (err)
			return err;
	}
	yaml_event_delete(&event);
	return 0;
}

static void check_properties(struct builder *b, const yaml_event_t *event, const yaml_char_t *anchor,
			     const yaml_char_t *tag)
{
	char quote[RAMPART_QUOTE];

	if (anchor)
		refuse(b, event, "anchor &%.40s; expected no anchors", (const char *)anchor);
	if (tag)
		refuse(b, event, "tag %s; expected no tags",
		       rampart_quote(quote, (const char *)tag, strlen((const char *)tag)));
}

static int build_scalar(struct builder *b, yaml_event_t *event, struct node *node)
{
	check_properties(b, event, event->data.scalar.anchor, event->data.scalar.tag);
	node->kind = NODE_SCALAR;
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->len = event->data.scalar.length;
	node->text = (char *)event->data.scalar.value;
	event->data.scalar.value = NULL;	/* the node's from here on */
	return 0;
}

static int build_list(struct builder *b, yaml_event_t *event, unsigned int depth, struct node *node)
{
	check_properties(b, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
	node->kind = NODE_LIST;
	return build_children(b, YAML_SEQUENCE_END_EVENT, depth + 1, node);
}

static int build_mapping(struct builder *b, yaml_event_t *event, unsigned int depth, struct node *node)
{
	check_properties(b, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
	node->kind = NODE_MAPPING;
	return build_children(b, YAML_MAPPING_END_EVENT, depth + 1, node);
}

static int build(struct builder *b, yaml_event_t *event, unsigned int depth, struct node *node)
{
	node->line = event->start_mark.line + 1;
	node->column = event->start_mark.column + 1;
	if (depth > TREE_DEPTH_MAX) {
		refuse(b, event, "nested too deeply; expected at most %d levels", TREE_DEPTH_MAX);
		return -EINVAL;
	}
	if (++b->nodes > TREE_NODES_MAX) {
		refuse(b, event, "too many entries in all; expected at most %d", TREE_NODES_MAX);
		return -EINVAL;
	}
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return build_scalar(b, event, node);
	case YAML_SEQUENCE_START_EVENT:
		return build_list(b, event, depth, node);
	case YAML_MAPPING_START_EVENT:
		return build_mapping(b, event, depth, node);
	default:
		refuse(b, event, "alias *%.40s; expected no aliases", (const char *)event->data.alias.anchor);
		return 0;
	}
}

/* Takes an event around the document. */
static int take_event(struct builder *b, yaml_event_type_t *type, yaml_mark_t *mark)
{
	yaml_event_t event;
	int err = next(b, &event);

	if (err)
		return err;
	*type = event.type;
	*mark = event.start_mark;
	yaml_event_delete(&event);
	return 0;
}

static int build_root(struct builder *b, struct node *root)
{
	yaml_event_t event;
	int err = next(b, &event);

	if (err)
		return err;
	err = build(b, &event, 1, root);
	yaml_event_delete(&event);
	return err;
}

/* Behind the root: DOCUMENT-END, then STREAM-END. */
static int end_document(struct builder *b)
{
	yaml_event_type_t type;
	yaml_mark_t mark;
	int err;

	err = take_event(b, &type, &mark);
	if (!err)
		err = take_event(b, &type, &mark);
	if (!err && type != YAML_STREAM_END_EVENT)
		compile_error_add(b->errors, mark.line + 1, mark.column + 1,
				  "a second document begins; expected one policy in a file");
	return err;
}

/* Before the root: STREAM-START, then DOCUMENT-START, or STREAM-END when there is none. */
static int build_document(struct builder *b, struct node *root)
{
	yaml_event_type_t type;
	yaml_mark_t mark;
	int err;

	err = take_event(b, &type, &mark);
	if (!err)
		err = take_event(b, &type, &mark);
	if (err)
		return err;
	if (type == YAML_STREAM_END_EVENT) {
		compile_error_add(b->errors, 1, 1,
				  "the file is empty; expected a policy that begins with \"rampart: 1\"");
		return -EINVAL;
	}
	err = build_root(b, root);
	return err ?: end_document(b);
}

int tree_parse(const char *yaml, size_t len, struct compile_errors *errors, struct node *root)
{
	struct builder b = { .errors = errors };
	int err;

	/* The parser takes a byte order mark only when it may choose the encoding too. */
	if (len >= 3 && !memcmp(yaml, "\xef\xbb\xbf", 3)) {
		yaml += 3;
		len -= 3;
	}
	b.input = yaml;
	b.len = len;
	memset(root, 0, sizeof(*root));
	if (!yaml_parser_initialize(&b.yaml))
		return -ENOMEM;
	yaml_parser_set_encoding(&b.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.yaml, (const unsigned char *)yaml, len);
	err = build_document(&b, root);
	yaml_parser_delete(&b.yaml);
	return err;
}

void tree_free(struct node *root)
{
	for (uint32_t i = 0; i < root->n; i++)
		tree_free(&root->items[i]);
	free(root->items);
	free(root->text);
	memset(root, 0, sizeof(*root));
}

bool node_is(const struct node *node, const char *text)
{
	return node->kind == NODE_SCALAR && node->len == strlen(text) && !memcmp(node->text, text, node->len);
}

const struct node *tree_get(const struct node *node, const char *key)
{
	if (!node || node->kind != NODE_MAPPING)
		return NULL;
	for (uint32_t i = 0; i + 1 < node->n; i += 2)
		if (node_is(&node->items[i], key))
			return &node->items[i + 1];
	return NULL;
}
