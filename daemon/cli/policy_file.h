/* SPDX-License-Identifier: MIT */
/* What the subcommands of `rampartctl policy` share: policies in files, and the one in force. */
#ifndef RAMPART_POLICY_FILE_H
#define RAMPART_POLICY_FILE_H

#include <decode.h>

#include "cli.h"

/* A policy from YAML, a .pb or a bundle (whose signature is not looked at). */
struct policy_file {
	uint8_t *data;			/* what is to be freed, in which the others point */
	struct pb_view content;		/* the PolicyBundle */
	struct rampart_policy policy;
	bool is_signed;
};

/* policy_file_load() - reads and decodes @path, whose kind its content tells; .yaml and .yml are compiled. */
int policy_file_load(const struct cli *cli, const char *path, struct policy_file *file);

/* policy_file_in_force() - asks the daemon. CLI_ERROR when there is none. */
int policy_file_in_force(const struct cli *cli, struct policy_file *file);

void policy_file_free(struct policy_file *file);

/* policy_file_compile() - reads and compiles YAML, with the packages below @root; on errors prints all of them. */
int policy_file_compile(const struct cli *cli, const char *path, const char *root, uint8_t **pb, size_t *len);

/* What getopt found; see cmd_policy.c. */
struct policy_options {
	const char *output;
	const char *key;
	const char *cert;
	const char *trust;
	const char *challenge;
	const char *hours;
	bool dry_run;
	bool strict;
	const char *root;
	const char *files[2];
	int n_files;
};

/*
 * What policy_diff() compares of asr: texts, in memory of malloc(), of what rules ask, of paths in classes, of exclusions. @names has room.
 * False: out of memory.
 */
bool asr_name_predicates(struct rampart_views *names, const struct rampart_policy *policy);
bool asr_name_classes(struct rampart_views *names, const struct rampart_policy *policy);
bool asr_name_exclusions(struct rampart_views *names, const struct rampart_policy *policy);

/* The same of devices. */
bool devices_name_groups(struct rampart_views *names, const struct rampart_policy *policy);
bool devices_name_rules(struct rampart_views *names, const struct rampart_policy *policy);
bool devices_name_allowed(struct rampart_views *names, const struct rampart_policy *policy);
bool devices_name_denied(struct rampart_views *names, const struct rampart_policy *policy);
bool devices_name_reported(struct rampart_views *names, const struct rampart_policy *policy);

/* Adds to @changes if @old and @new differ; @effect, for people, may be NULL. */
typedef void (*policy_change)(json_t *changes, const char *what, const char *old, const char *new, const char *effect);

/*
 * asr_diff_modes(), devices_diff() - call @change for each rule whose mode is another one; a rule that is not there is off. The second also
 * for the default and the order of rules and entries.
 */
void asr_diff_modes(const struct rampart_policy *a, const struct rampart_policy *b, policy_change change, json_t *changes);
void devices_diff(json_t *changes, const struct rampart_policy *a, const struct rampart_policy *b, policy_change change);

/* asr_exclusions() - rampartctl asr exclusions. */
int asr_exclusions(const struct cli *cli, int argc, char **argv);

int policy_apply(const struct cli *cli, const struct policy_options *options);
int policy_diff(const struct cli *cli, const struct policy_options *options);

#endif
