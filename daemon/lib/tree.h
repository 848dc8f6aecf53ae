/* SPDX-License-Identifier: MIT */
/* A YAML document, without anchors, aliases and tags, as a tree in which every node knows its place in the file. */
#ifndef RAMPART_TREE_H
#define RAMPART_TREE_H

#include <stdbool.h>

#include "compile_error.h"

#define TREE_DEPTH_MAX 24
#define TREE_NODES_MAX 3000000	/* more than a policy at all of its caps needs */

enum node_kind {
	NODE_REFUSED,	/* an error was given for it; say no more */
	NODE_SCALAR,
	NODE_LIST,
	NODE_MAPPING,
};

struct node {
	enum node_kind kind;
	bool plain;		/* SCALAR: not quoted */
	uint32_t line;		/* from 1 */
	uint32_t column;	/* from 1 */
	uint32_t len;		/* SCALAR: of @text, which may hold NUL and has one behind it */
	uint32_t n;		/* LIST, MAPPING: of @items; in a mapping key and value take turns */
	uint32_t cap;
	char *text;
	struct node *items;
};

/*
 * tree_parse() - reads the one document of @yaml into @root, which the caller frees with tree_free() in any case.
 * Returns 0 (@errors may have grown all the same), -EINVAL when there is no whole tree, or -ENOMEM.
 */
int tree_parse(const char *yaml, size_t len, struct compile_errors *errors, struct node *root);
void tree_free(struct node *root);

/* tree_get() - the value of @key in mapping @node; NULL when there is none or @node is NULL or no mapping. */
const struct node *tree_get(const struct node *node, const char *key);

bool node_is(const struct node *node, const char *text);

#endif
