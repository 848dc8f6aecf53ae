/* SPDX-License-Identifier: MIT */
/* io_uring by its raw system calls, one request at a time. */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>

#define RING_FTRUNCATE 55	/* IORING_OP_FTRUNCATE, since 6.9 */

struct ring {
	int fd;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	unsigned int *sq_tail, *sq_array, *cq_head, *cq_tail;
	unsigned int sq_mask, cq_mask;
};

/* A new ring, with what io_uring_setup() takes as flags. 0, or -1 with errno. */
int ring_open(struct ring *ring, unsigned int flags);

/* Maps the ring that @fd is, whoever made it. */
int ring_map(struct ring *ring, int fd, const struct io_uring_params *params);

/* What the request gave, or -1 with errno. */
int ring_submit(struct ring *ring, const struct io_uring_sqe *sqe);

/* The same; 0 for any success. Ends the attack if the kernel does not know the operation. */
int ring_submit_known(struct ring *ring, const struct io_uring_sqe *sqe);

#endif
