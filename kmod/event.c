// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events. A ring per CPU has one producer, the hook that runs there with preemption off, and one consumer, the worker.
 *
 * The worker packs records into one batch, in the order of their numbers as far as they are there, sends it to the
 * reader and keeps it until the reader says that it is stored. Meanwhile the rings fill; what no longer fits is
 * counted.
 */
#include <linux/audit.h>
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <pb.h>
#include <rampart_netlink.h>

#include "event.h"
#include "netlink.h"
#include "rampart.h"

#define RING_SIZE 512			/* records, a power of two */
#define RING_OTHERS (RING_SIZE / 4 * 3)	/* of these for what is not a block */

/* An attribute of netlink holds 64 KiB at most, and so does the message with what the kernel adds. Any event fits. */
#define BATCH_SIZE (56 * 1024)
#define EXE_MAX 4096			/* bytes of an escaped program */
#define SCRIPT_MAX 2048
#define ANCESTOR_MAX 1024
#define PATH_ESCAPED_MAX (4 * RAMPART_EVENT_PATHS)
static_assert(EXE_MAX + SCRIPT_MAX + RAMPART_LINEAGE_MAX * (ANCESTOR_MAX + 32) + PATH_ESCAPED_MAX + 1024 <= BATCH_SIZE);

#define COLLECT_JIFFIES 1		/* from the first event to its batch, so that others can come along */
#define RETRY_JIFFIES msecs_to_jiffies(20)
#define ACK_JIFFIES (5 * HZ)

enum { CLASS_OTHERS, CLASS_BLOCKS, CLASS_NUM };

struct ring {
	struct rampart_event *slots;
	u32 head;	/* written by the producer: what is before it is complete */
	u32 tail;	/* written by the worker: what is before it is free again */
	bool busy;	/* between reserve and commit */
	u64 recorded[CLASS_NUM];
	u64 dropped[CLASS_NUM];
};

static_assert(sizeof(struct rampart_event) <= 1536);
static_assert((RING_SIZE & (RING_SIZE - 1)) == 0);

static DEFINE_PER_CPU(struct ring, rings);
static DEFINE_PER_CPU(u64[RAMPART_OUTCOME_NUM], counters);
static atomic64_t last_seq = ATOMIC64_INIT(0);
static atomic64_t delivered[CLASS_NUM];

static void work_fn(struct work_struct *unused);
static struct workqueue_struct *queue;
static DECLARE_DELAYED_WORK(work, work_fn);
static atomic_t idle = ATOMIC_INIT(0);	/* 1: the worker sleeps until a commit wakes it */

static DEFINE_SPINLOCK(reader_lock);
static u32 reader_portid, reader_tgid;

/* The batch that was packed last. @len is 0 when it has been acknowledged. */
static DEFINE_MUTEX(batch_lock);
static struct {
	u8 *buf;
	u32 len;
	u64 number;
	u32 count[CLASS_NUM];
	u32 sent_to;		/* 0: not sent yet */
	unsigned long sent_at;	/* jiffies */
} batch;

static unsigned int class_of(unsigned int outcome)
{
	return outcome == RAMPART_WARNED || outcome == RAMPART_BLOCKED ? CLASS_BLOCKS : CLASS_OTHERS;
}

/* --- counters --- */

void rampart_count(enum rampart_outcome outcome)
{
	this_cpu_inc(counters[outcome]);
}

u64 rampart_counter(enum rampart_outcome outcome)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(counters, cpu)[outcome]);
	return sum;
}

/* Delivered is read first: all that was delivered had been recorded before. */
void rampart_event_accounting(bool blocks, struct rampart_accounting *acc)
{
	unsigned int class = blocks ? CLASS_BLOCKS : CLASS_OTHERS;
	u64 recorded = 0, dropped = 0;
	int cpu;

	acc->delivered = atomic64_read(&delivered[class]);
	smp_rmb();
	for_each_possible_cpu(cpu) {
		const struct ring *ring = per_cpu_ptr(&rings, cpu);

		recorded += READ_ONCE(ring->recorded[class]);
		dropped += READ_ONCE(ring->dropped[class]);
	}
	acc->dropped = dropped;
	acc->pending = recorded - acc->delivered;
	acc->emitted = recorded + dropped;
}

/* --- the hooks' side --- */

/* Room for one more of @class. */
static bool has_room(const struct ring *ring, unsigned int class)
{
	u32 taken = ring->head - smp_load_acquire(&ring->tail);

	return taken < (class == CLASS_BLOCKS ? RING_SIZE : RING_OTHERS);
}

static struct rampart_event *start_record(struct ring *ring)
{
	struct rampart_event *event = &ring->slots[ring->head & (RING_SIZE - 1)];

	memset(event, 0, offsetof(struct rampart_event, paths));
	event->paths[0] = 0;
	event->time_ns = ktime_get_real_ns();
	event->mono_ns = ktime_get_boottime_ns();
	return event;
}

struct rampart_event *rampart_event_reserve(enum rampart_outcome outcome)
{
	unsigned int class = class_of(outcome);
	struct rampart_event *event;
	struct ring *ring;
	u64 seq;

	preempt_disable();
	ring = this_cpu_ptr(&rings);
	seq = atomic64_inc_return(&last_seq);
	/* Busy: we are in an interrupt that came between reserve and commit. */
	if (READ_ONCE(ring->busy) || !ring->slots || !has_room(ring, class)) {
		this_cpu_inc(rings.dropped[class]);
		preempt_enable();
		return NULL;
	}
	WRITE_ONCE(ring->busy, true);
	barrier();
	/* An interrupt before that may have taken the last slot. */
	if (!has_room(ring, class)) {
		WRITE_ONCE(ring->busy, false);
		this_cpu_inc(rings.dropped[class]);
		preempt_enable();
		return NULL;
	}
	event = start_record(ring);
	event->seq = seq;
	event->outcome = outcome;
	return event;
}

/* Wakes the worker once. The barrier pairs with that in fall_asleep(): one of the two sees what the other wrote. */
static void wake_worker(void)
{
	smp_mb();
	if (atomic_read(&idle) && atomic_xchg(&idle, 0))
		queue_delayed_work(queue, &work, COLLECT_JIFFIES);
}

void rampart_event_commit(struct rampart_event *event)
{
	struct ring *ring = this_cpu_ptr(&rings);

	this_cpu_inc(rings.recorded[class_of(event->outcome)]);
	smp_store_release(&ring->head, ring->head + 1);
	barrier();
	WRITE_ONCE(ring->busy, false);
	wake_worker();
	preempt_enable();
}

/* --- text --- */

static bool is_plain(u8 c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

static u32 escaped_size(u8 c)
{
	return is_plain(c) ? 1 : 4;
}

static u32 put_escaped(char *out, u8 c)
{
	if (is_plain(c)) {
		out[0] = c;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex_asc_hi(c);
	out[3] = hex_asc_lo(c);
	return 4;
}

/* How many of the last bytes of @text fit into @cap when escaped. */
static u32 fitting_tail(const char *text, u32 len, u32 cap)
{
	u32 n = 0, size = 0;

	while (n < len && size + escaped_size(text[len - 1 - n]) <= cap)
		size += escaped_size(text[len - 1 - n++]);
	return n;
}

u32 rampart_text_escape(const char *text, u32 len, char *out, u32 cap)
{
	u32 n = fitting_tail(text, len, cap), size = 0;

	if (n < len) {
		if (cap < 3)
			return 0;
		memcpy(out, "...", 3);
		size = 3;
		n = fitting_tail(text, len, cap - 3);
	}
	for (u32 i = len - n; i < len; i++)
		size += put_escaped(out + size, text[i]);
	return size;
}

/* --- packing --- */

static char scratch[EXE_MAX];	/* guarded by batch_lock */
static_assert(PATH_ESCAPED_MAX <= EXE_MAX);

static void put_text(struct pb_writer *w, u32 number, const char *text, u32 len, u32 cap)
{
	lockdep_assert_held(&batch_lock);
	pb_put_bytes(w, number, scratch, rampart_text_escape(text, len, scratch, cap));
}

static void put_lineage(struct pb_writer *w, const struct subject *subject)
{
	for (u32 i = 0; i < subject->n_ancestors && i < RAMPART_LINEAGE_MAX; i++) {
		const struct ancestor *ancestor = &subject->ancestors[i];
		u32 mark = pb_begin(w, 10);

		pb_put_varint(w, 1, ancestor->pid);
		put_text(w, 2, ancestor->image->text, ancestor->image->path_len, ANCESTOR_MAX);
		pb_end(w, mark);
	}
}

static void put_subject(struct pb_writer *w, const struct rampart_event *event)
{
	const struct subject *subject = event->subject;
	u32 mark = pb_begin(w, 9);

	pb_put_varint(w, 1, event->pid);
	pb_put_varint(w, 2, event->tgid);
	pb_put_varint(w, 3, event->uid);
	pb_put_varint(w, 4, event->loginuid);
	if (subject)
		put_text(w, 5, subject->image->text, subject->image->path_len, EXE_MAX);
	put_text(w, 6, event->comm, strnlen(event->comm, sizeof(event->comm)), EXE_MAX);
	pb_put_varint(w, 7, event->exe.dev);
	pb_put_varint(w, 8, event->exe.ino);
	pb_put_varint(w, 9, event->subject_classes);
	pb_put_varint(w, 12, event->lineage);
	pb_put_varint(w, 13, event->exe_classes);
	pb_put_varint(w, 14, event->trusted_lineage);
	pb_put_varint(w, 15, event->trusted_exe);
	if (subject)
		put_lineage(w, subject);
	if (subject && subject->image->script)
		put_text(w, 11, subject->image->text + subject->image->script, subject->image->script_len, SCRIPT_MAX);
	pb_end(w, mark);
}

static void put_object(struct pb_writer *w, u32 number, const struct rampart_event_object *object, const char *path,
		       u32 path_len)
{
	u32 mark = pb_begin(w, number);

	put_text(w, 1, path, path_len, PATH_ESCAPED_MAX);
	pb_put_varint(w, 2, object->dev);
	pb_put_varint(w, 3, object->ino);
	pb_put_varint(w, 4, object->classes);
	pb_put_varint(w, 5, object->place);
	pb_put_varint(w, 6, object->tgid);
	pb_put_varint(w, 7, object->flags);
	pb_end(w, mark);
}

static bool has_object2(const struct rampart_event *event)
{
	const struct rampart_event_object *object = &event->object2;

	return event->path2_len || object->dev || object->ino || object->classes || object->tgid || object->flags;
}

void rampart_event_by_current(struct rampart_event *event)
{
	event->subject = subject_get(current);
	if (event->subject)
		event->exe = event->subject->image->id;
	event->pid = task_pid_nr(current);
	event->tgid = task_tgid_nr(current);
	event->uid = from_kuid(&init_user_ns, current_uid());
	event->loginuid = from_kuid(&init_user_ns, audit_get_loginuid(current));
	memcpy(event->comm, current->comm, sizeof(event->comm));
	event->comm[sizeof(event->comm) - 1] = 0;
}

static void put_objects(struct pb_writer *w, const struct rampart_event *event)
{
	u32 len = min_t(u32, event->path_len, RAMPART_EVENT_PATHS - 1);
	u32 start2 = len + 1;

	put_object(w, 10, &event->object, event->paths, len);
	if (event->is_device)
		put_text(w, 17, event->paths + start2, event->path2_len, PATH_ESCAPED_MAX);
	else if (has_object2(event))
		put_object(w, 11, &event->object2, event->paths + start2,
			   min_t(u32, event->path2_len, RAMPART_EVENT_PATHS - start2));
}

static void put_event(struct pb_writer *w, const struct rampart_event *event)
{
	u32 mark = pb_begin(w, 1);

	pb_put_varint(w, 1, event->seq);
	pb_put_varint(w, 2, event->time_ns);
	pb_put_varint(w, 3, event->mono_ns);
	pb_put_varint(w, 4, event->outcome);
	pb_put_varint(w, 5, event->op);
	pb_put_bytes(w, 6, event->rule, strnlen(event->rule, sizeof(event->rule)));
	pb_put_varint(w, 7, event->mode);
	pb_put_varint(w, 8, event->generation);
	put_subject(w, event);
	put_objects(w, event);
	pb_put_varint(w, 12, 1);
	pb_put_varint(w, 13, event->op_flags);
	pb_put_varint(w, 14, event->hook);
	pb_put_varint(w, 15, event->traits);
	pb_put_bytes(w, 16, event->exclusion, strnlen(event->exclusion, sizeof(event->exclusion)));
	pb_put_varint(w, 18, event->notify);
	pb_end(w, mark);
}

void rampart_accounting_pack(struct pb_writer *w, u32 number, const struct rampart_accounting *acc)
{
	u32 mark = pb_begin(w, number);

	pb_put_varint(w, 1, acc->emitted);
	pb_put_varint(w, 2, acc->delivered);
	pb_put_varint(w, 3, acc->dropped);
	pb_put_varint(w, 4, acc->pending);
	pb_end(w, mark);
}

static void put_accounting(struct pb_writer *w, u32 number, bool blocks)
{
	struct rampart_accounting acc;

	rampart_event_accounting(blocks, &acc);
	rampart_accounting_pack(w, number, &acc);
}

/* The oldest complete record of a ring, or NULL. */
static struct rampart_event *peek(struct ring *ring)
{
	if (!ring->slots || smp_load_acquire(&ring->head) == ring->tail)
		return NULL;
	return &ring->slots[ring->tail & (RING_SIZE - 1)];
}

static struct ring *oldest_ring(void)
{
	struct ring *found = NULL;
	u64 seq = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(&rings, cpu);
		const struct rampart_event *event = peek(ring);

		if (event && (!found || event->seq < seq)) {
			found = ring;
			seq = event->seq;
		}
	}
	return found;
}

static void release(struct ring *ring, struct rampart_event *event)
{
	subject_put(event->subject);
	event->subject = NULL;
	smp_store_release(&ring->tail, ring->tail + 1);
}

/* Packs the next batch. False: there is nothing to send. */
static bool pack_batch(void)
{
	struct pb_writer w = { .buf = batch.buf, .cap = BATCH_SIZE };
	struct ring *ring = oldest_ring();

	lockdep_assert_held(&batch_lock);
	if (!ring)
		return false;
	memset(batch.count, 0, sizeof(batch.count));
	put_accounting(&w, 2, true);
	put_accounting(&w, 3, false);
	for (; ring; ring = oldest_ring()) {
		struct rampart_event *event = peek(ring);
		u32 len = w.len;

		put_event(&w, event);
		if (w.overflow) {
			w.len = len;
			break;
		}
		batch.count[class_of(event->outcome)]++;
		release(ring, event);
	}
	batch.len = w.len;
	batch.number++;
	batch.sent_to = 0;
	return true;
}

/* --- sending --- */

static u32 reader(void)
{
	return READ_ONCE(reader_portid);
}

/* Returns the time until the worker has to look again, in jiffies. */
static unsigned long send_batch(u32 portid)
{
	int err;

	lockdep_assert_held(&batch_lock);
	if (batch.sent_to == portid && time_before(jiffies, batch.sent_at + ACK_JIFFIES))
		return batch.sent_at + ACK_JIFFIES - jiffies;
	err = rampart_netlink_send_batch(portid, batch.buf, batch.len, batch.number);
	if (err == -ECONNREFUSED)
		rampart_event_reader_gone(portid);
	if (err)
		return RETRY_JIFFIES;
	batch.sent_to = portid;
	batch.sent_at = jiffies;
	return ACK_JIFFIES;
}

/* All is delivered: the next commit wakes the worker. What came in just now is its own business, though. */
static void fall_asleep(void)
{
	atomic_set(&idle, 1);
	smp_mb();
	if (oldest_ring() && atomic_xchg(&idle, 0))
		queue_delayed_work(queue, &work, COLLECT_JIFFIES);
}

static void work_fn(struct work_struct *unused)
{
	u32 portid = reader();

	/* Without a reader nothing is packed; the next one starts the work again. */
	if (!portid)
		return;
	mutex_lock(&batch_lock);
	if (batch.len || pack_batch())
		queue_delayed_work(queue, &work, send_batch(portid));
	else
		fall_asleep();
	mutex_unlock(&batch_lock);
}

static void work_now(void)
{
	atomic_set(&idle, 0);
	mod_delayed_work(queue, &work, 0);
}

int rampart_event_reader_set(u32 portid, u32 tgid)
{
	int err = 0;

	might_sleep();
	spin_lock(&reader_lock);
	if (reader_portid && reader_portid != portid) {
		err = -EBUSY;
	} else {
		WRITE_ONCE(reader_tgid, tgid);
		WRITE_ONCE(reader_portid, portid);
	}
	spin_unlock(&reader_lock);
	if (err)
		return err;
	mutex_lock(&batch_lock);
	batch.sent_to = 0;	/* the port may have had another owner */
	mutex_unlock(&batch_lock);
	work_now();
	return 0;
}

void rampart_event_reader_gone(u32 portid)
{
	spin_lock(&reader_lock);
	if (reader_portid == portid) {
		WRITE_ONCE(reader_portid, 0);
		WRITE_ONCE(reader_tgid, 0);
	}
	spin_unlock(&reader_lock);
}

u32 rampart_event_reader_tgid(void)
{
	return READ_ONCE(reader_tgid);
}

int rampart_event_ack(u32 portid, u64 number)
{
	might_sleep();
	if (!portid || portid != reader())
		return -EPERM;
	mutex_lock(&batch_lock);
	if (batch.len && batch.number == number) {
		for (unsigned int class = 0; class < CLASS_NUM; class++)
			atomic64_add(batch.count[class], &delivered[class]);
		batch.len = 0;
	}
	mutex_unlock(&batch_lock);
	work_now();
	return 0;
}

/* --- init and exit --- */

static void free_rings(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(&rings, cpu);
		struct rampart_event *event;

		while ((event = peek(ring)))
			release(ring, event);
		kvfree(ring->slots);
		ring->slots = NULL;
	}
	kvfree(batch.buf);
	batch.buf = NULL;
}

static int alloc_rings(void)
{
	int cpu;

	batch.buf = kvmalloc(BATCH_SIZE, GFP_KERNEL);
	if (!batch.buf)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(&rings, cpu);

		ring->slots = kvcalloc(RING_SIZE, sizeof(*ring->slots), GFP_KERNEL);
		if (!ring->slots)
			return -ENOMEM;
	}
	return 0;
}

int rampart_event_init(void)
{
	might_sleep();
	if (alloc_rings())
		goto fail;
	queue = alloc_workqueue("rampart", WQ_UNBOUND | WQ_MEM_RECLAIM, 1);
	if (queue)
		return 0;
fail:
	free_rings();
	return -ENOMEM;
}

/* Hooks are detached and the netlink family is gone: nobody wakes the worker any more. */
void rampart_event_exit(void)
{
	might_sleep();
	if (!queue)
		return;
	rampart_event_reader_gone(reader());
	cancel_delayed_work_sync(&work);
	destroy_workqueue(queue);
	queue = NULL;
	free_rings();
}
