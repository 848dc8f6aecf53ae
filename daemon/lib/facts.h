/* SPDX-License-Identifier: MIT */
/* What a host is: its ids and tags. */
#ifndef RAMPART_FACTS_H
#define RAMPART_FACTS_H

#include <stdbool.h>

#include <decode.h>

#define FACTS_TAGS_FILE "/etc/rampart/tags"

struct facts {
	char machine[33];	/* /etc/machine-id, 32 hexadecimal digits; empty when there is none */
	char boot[33];		/* of this boot, the same form */
	char **tags;
	unsigned int n_tags;
};

/*
 * facts_read() - @tags_file: one tag a line, empty lines and those that begin with "#" left out; absent: no tags. 0
 * or -ENOMEM.
 */
int facts_read(struct facts *facts, const char *tags_file);
void facts_free(struct facts *facts);

/*
 * facts_match() - whether a policy with these targets is for this host: by id and by tags, each of which may be
 * empty.
 */
bool facts_match(const struct facts *facts, const struct rampart_policy *policy);

#endif
