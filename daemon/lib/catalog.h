/* SPDX-License-Identifier: MIT */
/* The catalogue of attack surface reduction rules, and of classes of programs and places: policy/catalog, which is built in. */
#ifndef RAMPART_CATALOG_H
#define RAMPART_CATALOG_H

#include "tree.h"

struct catalog_file {
	const char *name;	/* "classes.yaml", or that of a rule, which is named by its id */
	const char *text;
};

struct catalog_class {
	const char *name, *title;
	const struct node *paths;	/* a list of places */
	const struct node *roles;	/* a list of words, NULL: none */
};

/* Lists are NULL where none is given; strings and lists last as long as the catalogue. */
struct catalog_rule {
	const char *file;
	const char *id;
	const char *guid;	/* Defender's, NULL: it has no such rule */
	const char *title;
	const char *stops;	/* for people, may have several lines, as the texts of false_positives and cannot_see */
	unsigned int modes;	/* that it has beside off: 1 << enum rampart_mode */
	const struct node *attack, *attack_old, *match, *exclude, *false_positives, *cannot_see;
};

struct catalog {
	struct catalog_class *classes;
	struct catalog_rule *rules;	/* in the order of the files */
	size_t n_classes, n_rules;
	struct node *trees;		/* of all files, which the strings are in */
	size_t n_trees;
};

/*
 * catalog_parse() - reads @files into @catalog, which catalog_free() frees in any case. What rules say of classes and operations is
 * looked at when they are compiled. Returns 0, -EINVAL with @errors filled for the first file that is bad, or -ENOMEM.
 */
int catalog_parse(struct catalog *catalog, const struct catalog_file *files, size_t n, struct compile_errors *errors);
void catalog_free(struct catalog *catalog);

/* rampart_catalog() - the one that is built in, read when it is first asked for; NULL: it cannot be read. */
const struct catalog *rampart_catalog(void);

/* rampart_catalog_files() - what that is read from. */
const struct catalog_file *rampart_catalog_files(size_t *n);

/* catalog_find_rule() - by its id or its GUID, of either case; NULL: there is none, or no @catalog. */
const struct catalog_rule *catalog_find_rule(const struct catalog *catalog, const char *name);

const struct catalog_class *catalog_find_class(const struct catalog *catalog, const char *name);

/* catalog_has_mode() - whether @rule can be in @mode, off included. */
bool catalog_has_mode(const struct catalog_rule *rule, unsigned int mode);

/* catalog_modes() - "off, audit or block": all that @rule can be in. Returns @buf. */
#define CATALOG_MODES 32
const char *catalog_modes(char buf[CATALOG_MODES], const struct catalog_rule *rule);

#endif
