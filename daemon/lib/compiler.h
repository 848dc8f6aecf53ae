/* SPDX-License-Identifier: MIT */
/*
 * Private to the compiler: what reads a tree by tables of keys. compile.c has the policy, compile_program.c the programs that it
 * trusts, compile_asr.c its rules (see compile_asr.h); catalog.c reads the catalogue with it.
 */
#ifndef RAMPART_COMPILER_H
#define RAMPART_COMPILER_H

#include <stdbool.h>
#include <stddef.h>

#include <decode.h>

#include "policy.pb-c.h"
#include "tree.h"

#define COMPILER_MODES "off, audit, warn or block"

struct asr_compiler;
struct device_compiler;
struct catalog_class;
struct catalog_rule;

/* One allocation; all of them go when the message is packed. */
struct block {
	struct block *next;
	max_align_t data[];
};

/* The message while it grows. Its strings are those of the tree. */
struct compiler {
	struct compile_errors *errors;
	const char *root;		/* where packages are looked up, NULL: nowhere */
	const char *catalog_file;	/* of the catalogue, that is being read; NULL: the policy is */
	struct block *blocks;
	bool no_memory;
	Rampart__Program *program;	/* that is being read */
	Rampart__Secret *secret;	/* the place that is being read */
	struct asr_compiler *asr;	/* while rules are read */
	struct device_compiler *devices;	/* while the section devices is read */
	struct catalog_rule *catalog_rule;	/* that is being read, as the next */
	struct catalog_class *catalog_class;
	size_t n_readers;		/* programs of the places so far */
	const struct node *asr_node, *classes_node, *rules_node, *exec_node, *digests_node;	/* NULL: not given */
	Rampart__PolicyBundle bundle;
	Rampart__Target target;
	Rampart__Folders folders;
	Rampart__Secrets secrets;
	Rampart__SelfProtection self_protection;
	Rampart__Asr asr_message;
	Rampart__Devices devices_message;
};

#define COMPILER_KEYS_MAX 24	/* in one mapping */

struct key {
	const char *name;
	bool required;
	enum node_kind kind;	/* NODE_REFUSED: several, which @take looks at */
	const char *expected;
	void (*take)(struct compiler *c, const struct node *value);
};

/* What a list of texts may hold. */
struct entries {
	uint32_t max;
	const char *(*wrong)(struct pb_view text);	/* NULL: good */
	const char *expected;
};

#define COMPILER_ATTACKS_MAX 10	/* that fit in Rule.attack */

/* compiler_wrong_pattern() - what is wrong with a path in which a component may be "*". */
const char *compiler_wrong_pattern(struct pb_view path);

extern const struct entries compiler_places, compiler_digest, compiler_id, compiler_note, compiler_attack;

/* Grows by doubling; what it leaves behind goes with all else. */
struct compiler_list {
	void **v;
	size_t n, room;
};

void compiler_error(struct compiler *c, const struct node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* compiler_count_errors() - so far, for who goes on only when none came. */
static inline uint32_t compiler_count_errors(const struct compiler *c)
{
	return c->errors->n + c->errors->dropped;
}

/* compiler_allocate() - zeroed, at least one byte; NULL sets no_memory. */
void *compiler_allocate(struct compiler *c, size_t n, size_t size);
void compiler_free(struct compiler *c);

/* compiler_add() - a new element of @size bytes at the end of @list; NULL sets no_memory. */
void *compiler_add(struct compiler *c, struct compiler_list *list, size_t size);

/* compiler_append() - @element at the end of @list, unless memory is over. */
void compiler_append(struct compiler *c, struct compiler_list *list, void *element);

/* compiler_keep() - a copy of @text. */
char *compiler_keep(struct compiler *c, const char *text);

/* compiler_kind() - whether @node is of @kind; says so when not. */
bool compiler_kind(struct compiler *c, const struct node *node, enum node_kind kind, const char *what, const char *expected);

/* compiler_mapping() - has each value of @node taken by its key. @keys ends with a key without name. */
void compiler_mapping(struct compiler *c, const struct node *node, const struct key *keys);

/* compiler_cap() - how many entries of @list to read. */
uint32_t compiler_cap(struct compiler *c, const struct node *list, uint32_t max);

/* compiler_text() - one text at @to; compiler_texts() - a list of them. compiler_check() - only looks. */
void compiler_check(struct compiler *c, const struct node *node, const struct entries *entries);
void compiler_text(struct compiler *c, const struct node *value, const struct entries *entry, char **to);
char **compiler_texts(struct compiler *c, const struct node *list, const struct entries *entries, size_t *n);

/* compiler_hex() - the bytes of 64 hexadecimal digits. */
void compiler_hex(uint8_t bytes[RAMPART_FILE_DIGEST], const char *digits);
void compiler_digest_bytes(struct compiler *c, const struct node *value, ProtobufCBinaryData *digest);

/* compiler_time() - false, and an error, when it is none. */
bool compiler_time(struct compiler *c, const struct node *value, int64_t *seconds);

/* compiler_word() - which of @n words it is; @n, and an error, when it is none. @what: "mode". */
unsigned int compiler_word(struct compiler *c, const struct node *value, const char *what, const char *const *words,
			   unsigned int n, const char *expected);
void compiler_mode(struct compiler *c, const struct node *value, Rampart__Mode *mode);

/* compiler_roles() - the bit set of enum rampart_role that @list, which may be NULL, names. */
uint32_t compiler_roles(struct compiler *c, const struct node *list);

static inline struct pb_view node_view(const struct node *node)
{
	return (struct pb_view){ .data = (const u8 *)node->text, .len = node->len };
}

/* --- programs --- */

/* For the program that is being read. */
void compiler_exe(struct compiler *c, const struct node *value);
void compiler_sha256(struct compiler *c, const struct node *value);
void compiler_children(struct compiler *c, const struct node *value);
void compiler_package_name(struct compiler *c, const struct node *value);

/* compiler_program() - a new program at the end of @list, which is read from now on; NULL sets no_memory. */
Rampart__Program *compiler_program(struct compiler *c, struct compiler_list *list);

/*
 * compiler_package() - the programs of the package of @like, which is in @list: the first takes its place, the others follow at the end.
 * When none is known, that is an error; of the catalogue it is not, and @like stays without exe.
 */
void compiler_package(struct compiler *c, const struct node *name, struct compiler_list *list, Rampart__Program *like);

Rampart__Program **compiler_programs(struct compiler *c, const struct node *list, size_t *n);

/* --- rules --- */

struct catalog;

/* compile_asr() - from asr, classes, rules, exec and digests to asr_message. */
void compile_asr(struct compiler *c, const struct catalog *catalog);

/* compiler_user() - "user:FIRST-LAST" of root, a number, or two with a dash; NULL, and an error, when it is none of them. */
char *compiler_user(struct compiler *c, const struct node *entry);

/* --- devices --- */

/* compiler_devices() - from the section to devices_message. */
void compiler_devices(struct compiler *c, const struct node *value);

#endif
