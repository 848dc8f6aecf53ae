/* SPDX-License-Identifier: MIT */
/* A decoded policy in the words of the authoring format. */
#ifndef RAMPART_DESCRIBE_H
#define RAMPART_DESCRIBE_H

#include <stdio.h>

#include <jansson.h>

#include <decode.h>

/* rampart_describe() - as a JSON object, keys in the order of rampart-policy(5). NULL: out of memory. */
json_t *rampart_describe(const struct rampart_policy *policy);

/*
 * rampart_describe_yaml() - writes YAML that compiles to the same bytes again.
 * Returns 0 or -EIO. Texts that are not UTF-8, which the compiler never makes, are shown with \xHH.
 */
int rampart_describe_yaml(const struct rampart_policy *policy, FILE *out);

/*
 * rampart_describe_asr() - adds the rules of @policy, with all that they need of the catalogue, to @object: asr (what all of them exclude),
 * classes, rules and digests.
 */
void rampart_describe_asr(json_t *object, const struct rampart_policy *policy);

/* rampart_describe_devices() - the section devices. */
json_t *rampart_describe_devices(const struct rampart_device_policy *devices);

/* rampart_describe_predicate() - what one of asr.rules says: {"on": [...], "subject": [...], ...}. */
json_t *rampart_describe_predicate(const struct rampart_policy *policy, const struct rampart_asr_rule *rule);

/* rampart_describe_text() - @text as a JSON string; bytes outside UTF-8 and NUL as \xHH. */
json_t *rampart_describe_text(struct pb_view text);

/* rampart_describe_version() - as a JSON integer; as a string of digits where JSON has no such integer. */
json_t *rampart_describe_version(u64 version);

/* rampart_describe_hex() - @bytes as a JSON string of hexadecimal digits. */
json_t *rampart_describe_hex(const u8 *bytes, size_t len);

/* What a word in folders.mode means. */
#define RAMPART_FOLDERS_MODES 6
extern const struct folders_mode {
	const char *word;
	enum rampart_mode folders, disks;
} rampart_folders_modes[RAMPART_FOLDERS_MODES];

/* rampart_folders_mode_word() - the word for what @policy has; NULL when there is none. */
const char *rampart_folders_mode_word(const struct rampart_policy *policy);

#endif
