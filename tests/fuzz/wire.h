/* SPDX-License-Identifier: MIT */
/* The steps of which the inputs of fuzz_kernel and fuzz_control are made: for them and for seeds.c. */
#ifndef RAMPART_TEST_WIRE_H
#define RAMPART_TEST_WIRE_H

/* fuzz_kernel: a datagram of the kernel, and then this. */
enum kernel_step {
	KERNEL_WAIT,		/* nothing: it waits for what comes next */
	KERNEL_STATUS,
	KERNEL_LOAD,
	KERNEL_GRANT,
	KERNEL_HINT,
	KERNEL_SUBSCRIBE,
	KERNEL_RECEIVE,
	KERNEL_FLOOR,
	KERNEL_STEPS,
	KERNEL_HONEST = 0x80	/* the datagram answers what was asked, and claims no more than it has */
};

/* fuzz_control: what one of the clients does. In the upper four bits which one. */
enum control_step {
	CONTROL_ROOT,		/* connects, as root */
	CONTROL_USER,		/* connects, as one of two users */
	CONTROL_CLOSE,
	CONTROL_SEND,		/* a block */
	CONTROL_SEALED,		/* a block, in a sealed memfd */
	CONTROL_OPEN,		/* a block, in one without seals */
	CONTROL_FILES,		/* a block, with two files */
	CONTROL_READ,		/* one answer; those of clients that do not read it stay where they are */
	CONTROL_EVENT,		/* an event comes in */
	CONTROL_STEPS
};

#endif
