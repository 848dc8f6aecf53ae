/* SPDX-License-Identifier: MIT */
/* From a batch of the kernel to the store, the journal and the clients that follow. */
#ifndef RAMPART_INTAKE_H
#define RAMPART_INTAKE_H

#include <pb.h>

#include "daemon.h"

#define INTAKE_TRIM_USEC (60 * 1000000ULL)	/* how often the store is looked at for what is too old */
#define INTAKE_TRIM_AGAIN_USEC 50000		/* while there is more to delete */

int intake_init(struct daemon *daemon, struct intake **intake);
void intake_exit(struct intake *intake);

/* intake_learn() - which policy a generation is. */
void intake_learn(struct intake *intake, uint64_t generation, struct pb_view name, uint64_t version);

/*
 * intake_batch() - keeps a batch: in the store, or when that fails in the journal alone. When it returns, the batch
 * may be acknowledged. Says in the journal what was lost on the way.
 */
void intake_batch(struct intake *intake, const Rampart__EventBatch *batch);

/* intake_overrun() - the socket had no room for something that the kernel sent. */
void intake_overrun(struct intake *intake);

#endif
