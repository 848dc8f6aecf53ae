/* SPDX-License-Identifier: MIT */
/* What a document of Defender's device control for macOS may say, as its schema has it: microsoft/mdatp-devicecontrol, macOS/policy. */
#ifndef RAMPART_DEVICE_SCHEMA_H
#define RAMPART_DEVICE_SCHEMA_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

enum device_kind { KIND_MEDIA, KIND_PORTABLE, KIND_APPLE, KIND_BLUETOOTH, KIND_GENERIC, KIND_NUM };

#define DEVICE_KINDS KIND_GENERIC	/* that devices are of; entries may be about all of them */

extern const struct device_kind_words {
	const char *type;	/* of entries, and of settings.features */
	const char *family;	/* of clauses; NULL: there is none */
	const char *accesses[6];
} device_kinds[KIND_NUM];

/* Where it is in the document, and what was wrong so far. */
struct schema {
	FILE *errors;
	unsigned int n_errors;
	char where[256];	/* "groups[1].query.clauses[0]", empty at the top */
	const json_t *groups;	/* of the document */
	size_t n_defined;	/* of them, where schema_check() is */
};

/* schema_wrong() - "<where>: <text>" to @schema->errors. */
void schema_wrong(struct schema *schema, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* schema_enter() - one step into the document; what it returns is for schema_leave(). */
size_t schema_enter(struct schema *schema, const char *format, ...) __attribute__((format(printf, 2, 3)));
void schema_leave(struct schema *schema, size_t outside);

/* schema_text() - that of @key in @object, never NULL. */
const char *schema_text(const json_t *object, const char *key);

/* schema_join() - @words, which NULL ends, with commas. */
#define SCHEMA_WORDS 256
void schema_join(char text[SCHEMA_WORDS], const char *const *words);

/* schema_kind() - of which kind an entry is, or a feature; KIND_NUM: of none. */
enum device_kind schema_kind(const char *type);

/* schema_check() - whether @document is one that the schema allows; else says all that it does not. */
bool schema_check(struct schema *schema, const json_t *document);

#endif
