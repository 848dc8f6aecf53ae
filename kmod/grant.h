/* SPDX-License-Identifier: GPL-2.0-only */
/* Grants: what users let through of the rules in warn mode, for a time and for one generation of the policy. */
#ifndef RAMPART_GRANT_H
#define RAMPART_GRANT_H

#include <env.h>
#include <pb.h>
#include <reason.h>

#include "subject.h"

#define RAMPART_GRANT_SECONDS_MAX 86400

/* rampart_grant_add() - takes a Grant message (proto/control.proto). Context: may sleep. */
enum rampart_reason rampart_grant_add(struct pb_view message);

/* rampart_grant_find() - whether a grant that is still valid covers this. Context: any; cheap while there are none. */
bool rampart_grant_find(const char *rule, const struct exe_id *exe, u32 place, u32 uid, u64 generation);

/* rampart_grant_find_device() - the same of a device: whoever uses it. */
bool rampart_grant_find_device(const char *rule, u32 place, u64 generation);

#endif
