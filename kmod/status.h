/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RAMPART_STATUS_H
#define RAMPART_STATUS_H

#include <env.h>
#include <pb.h>

/*
 * rampart_status_pack() - writes a Status (proto/event.proto). Says "enforcing" only when nothing at all speaks against
 * it.
 * Returns 0 or -EMSGSIZE. Context: may sleep.
 */
int rampart_status_pack(struct pb_writer *w);

#endif
