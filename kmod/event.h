/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events: fixed records in per-CPU rings, written by the hooks without allocation; one worker packs them into
 * EventBatch messages for the registered reader and keeps each until the reader has acknowledged it. Per class (blocks:
 * WARNED and BLOCKED; others): emitted = delivered + dropped + pending.
 */
#ifndef RAMPART_EVENT_H
#define RAMPART_EVENT_H

#include <env.h>
#include <decide.h>

#include "subject.h"

#define RAMPART_EVENT_PATHS 800	/* bytes for both paths of a record, with their NULs */

struct rampart_event_object {
	u64 dev;
	u64 ino;
	u64 classes;
	u32 place;
	u32 flags;
	u32 tgid;
};

/* One record. Written by one hook while preemption is off, then owned by the worker. */
struct rampart_event {
	u64 seq;
	s64 time_ns;		/* ktime_get_real_ns() */
	u64 mono_ns;		/* ktime_get_boottime_ns() */
	u64 generation;
	struct subject *subject;	/* a reference, may be NULL (kernel thread) */
	struct exe_id exe;
	u64 subject_classes;
	u64 lineage, exe_classes, trusted_lineage, trusted_exe;
	u32 pid, tgid, uid, loginuid;
	u32 op_flags;
	u32 traits;
	u16 hook;
	u8 op;			/* enum rampart_op */
	u8 outcome;		/* enum rampart_outcome */
	u8 mode;
	char rule[RAMPART_ID_MAX + 1];
	char exclusion[RAMPART_ID_MAX + 1];	/* "": none */
	char comm[16];
	struct rampart_event_object object, object2;
	u16 path_len, path2_len;	/* without NUL; 0: none */
	bool is_device;		/* the second is what describes the device of the first */
	bool notify;
	/* path NUL path2 NUL: the second begins at path_len + 1, even when the first is empty */
	char paths[RAMPART_EVENT_PATHS];
};

int rampart_event_init(void);
void rampart_event_exit(void);

/*
 * rampart_event_reserve() - a record on this CPU's ring, zeroed but for @seq, @outcome and the times, or NULL when the
 * ring has no room for its class (counted as dropped). Preemption is off from a non-NULL return until
 * rampart_event_commit(). Audits and the like leave the last quarter of a ring to blocks. Context: any but NMI; neither
 * allocates nor sleeps.
 */
struct rampart_event *rampart_event_reserve(enum rampart_outcome outcome);
void rampart_event_commit(struct rampart_event *event);

/* rampart_event_by_current() - says that current has done it; classes are left to the caller. */
void rampart_event_by_current(struct rampart_event *event);

/* Counters, one per outcome; they rise even when nothing is recorded. */
void rampart_count(enum rampart_outcome outcome);
u64 rampart_counter(enum rampart_outcome outcome);

struct rampart_accounting {
	u64 emitted, delivered, dropped, pending;
};
void rampart_event_accounting(bool blocks, struct rampart_accounting *acc);
/* As the message Accounting (proto/event.proto) in field @number. */
void rampart_accounting_pack(struct pb_writer *w, u32 number, const struct rampart_accounting *acc);

/* The reader: a netlink port. set: -EBUSY while another one is registered. Context: may sleep. */
int rampart_event_reader_set(u32 portid, u32 tgid);
void rampart_event_reader_gone(u32 portid);
u32 rampart_event_reader_tgid(void);
/*
 * The reader has stored the batch with this number: it will not be sent again. -EPERM when @portid is not the reader's.
 */
int rampart_event_ack(u32 portid, u64 batch);

/*
 * rampart_text_escape() - @text for the protobuf, in ASCII: control bytes, the backslash and what is above 0x7e as
 * \xHH. When @cap is too small, "..." and the tail. Returns the length; @out is not terminated. Context: any.
 */
u32 rampart_text_escape(const char *text, u32 len, char *out, u32 cap);

#endif
