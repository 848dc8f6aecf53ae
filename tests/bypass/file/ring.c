// SPDX-License-Identifier: MIT
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"

int ring_map(struct ring *ring, int fd, const struct io_uring_params *p)
{
	char *sq = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	char *cq = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_CQ_RING);

	ring->sqes = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || ring->sqes == MAP_FAILED)
		return -1;
	ring->fd = fd;
	ring->sq_tail = (void *)(sq + p->sq_off.tail);
	ring->sq_array = (void *)(sq + p->sq_off.array);
	ring->sq_mask = *(unsigned int *)(sq + p->sq_off.ring_mask);
	ring->cq_head = (void *)(cq + p->cq_off.head);
	ring->cq_tail = (void *)(cq + p->cq_off.tail);
	ring->cqes = (void *)(cq + p->cq_off.cqes);
	ring->cq_mask = *(unsigned int *)(cq + p->cq_off.ring_mask);
	return 0;
}

int ring_open(struct ring *ring, unsigned int flags)
{
	struct io_uring_params params = { .flags = flags };
	int fd = syscall(SYS_io_uring_setup, 4, &params);

	return fd < 0 ? -1 : ring_map(ring, fd, &params);
}

int ring_submit(struct ring *ring, const struct io_uring_sqe *sqe)
{
	unsigned int at = *ring->sq_tail & ring->sq_mask;
	int result;

	ring->sqes[at] = *sqe;
	ring->sq_array[at] = at;
	__atomic_store_n(ring->sq_tail, *ring->sq_tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0) != 1)
		return -1;
	if (__atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) == *ring->cq_head) {
		errno = EIO;
		return -1;
	}
	result = ring->cqes[*ring->cq_head & ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, *ring->cq_head + 1, __ATOMIC_RELEASE);
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}
