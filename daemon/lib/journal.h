/* SPDX-License-Identifier: MIT */
/* What rampartd writes to the system journal, or to standard error where there is none. */
#ifndef RAMPART_JOURNAL_H
#define RAMPART_JOURNAL_H

#include <stdint.h>
#include <syslog.h>

#include "control.pb-c.h"

/* MESSAGE_ID of each kind of entry, documented in rampartd(8). */
#define JOURNAL_EVENT "4f257de394154c8cbe6b419053d9c608"
#define JOURNAL_LOSS "f72ca25809df4a3baab6d69a249db17b"
#define JOURNAL_REFUSED "03960fc48024447a8a0450e36cd30039"
#define JOURNAL_STORE "ea4b868a18d143df9137c0ad3f540037"

/* journal_text() - one line at a priority of syslog(3). */
void journal_text(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * journal_event() - one entry: blocks and warnings at warning, what was let through at notice. @stored->id 0: not in
 * the store.
 */
void journal_event(const Rampart__StoredEvent *stored);

/* journal_loss() - @n events of @class ("blocks", "others") were lost, and where. */
void journal_loss(const char *class, uint64_t n, const char *where);

/* journal_refused() - a bundle or token was refused by @who ("daemon", "kernel") for @reason (enum rampart_reason). */
void journal_refused(const char *what, const char *who, uint32_t reason, const char *detail);

/* journal_store() - the event store is in trouble, or well again. */
void journal_store(int priority, const char *text, uint64_t unstored);

#endif
