/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which host this is, for policies that are not for every host: /etc/machine-id, and one tag a line in
 * /etc/rampart/tags.
 */
#ifndef RAMPART_HOST_H
#define RAMPART_HOST_H

#include <env.h>
#include <decode.h>

#define RAMPART_HOST_ID_SIZE 33

/*
 * rampart_host_matches() - whether the target of @policy is this host: any of its tags, and any of its machine ids,
 * where it names some. Reads the files anew each time. Context: may sleep.
 */
bool rampart_host_matches(const struct rampart_policy *policy);

/* rampart_host_id() - the machine id, or "". Context: may sleep. */
void rampart_host_id(char id[RAMPART_HOST_ID_SIZE]);

#endif
