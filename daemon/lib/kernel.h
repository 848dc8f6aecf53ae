/* SPDX-License-Identifier: MIT */
/* The client side of the generic netlink family "rampart", see proto/rampart_netlink.h. */
#ifndef RAMPART_KERNEL_H
#define RAMPART_KERNEL_H

#include <stdint.h>

#include "control.pb-c.h"
#include "event.pb-c.h"

/*
 * One netlink socket. One that has subscribed should be used for nothing but receiving, since what waits in its buffer
 * is also what the kernel counts as delivered.
 */
struct kernel;

/* Told about each batch that arrives; @number is for kernel_acknowledge(). Must not free @batch. */
typedef void (*kernel_batch_fn)(const Rampart__EventBatch *batch, uint64_t number, void *data);

struct kernel_answer {
	uint32_t reason;	/* enum rampart_reason; OK when the kernel gave none */
	uint64_t generation;	/* 0 when the kernel gave none */
};

/*
 * kernel_open() - opens a socket and looks the family up.
 * Returns 0, -ENOENT when the module is not loaded, or another negative errno. Free with kernel_close().
 */
int kernel_open(struct kernel **kernel);
void kernel_close(struct kernel *kernel);
int kernel_fd(const struct kernel *kernel);

/*
 * The commands below return 0 or the negative errno of the acknowledgement; also -ENOENT when the module has gone,
 * -EBADMSG for an answer that is not what the contract says, -ETIMEDOUT when none came. They block while the kernel
 * works: loading a policy that needs many hooks takes seconds.
 */

/* kernel_get_status() - free *@status with rampart__status__free_unpacked(). Needs no privilege. */
int kernel_get_status(struct kernel *kernel, Rampart__Status **status);

/* kernel_why_not() - why a kernel that does not enforce does not; valid as long as @status. */
static inline const char *kernel_why_not(const Rampart__Status *status)
{
	return status->n_reasons ? status->reasons[0] : "see rampartctl doctor";
}

/* kernel_load_policy(), kernel_disarm() - @fd: a CMS message, readable. @answer is filled also when refused. */
int kernel_load_policy(struct kernel *kernel, int fd, struct kernel_answer *answer);
int kernel_disarm(struct kernel *kernel, int fd, struct kernel_answer *answer);

int kernel_grant(struct kernel *kernel, const Rampart__Grant *grant, struct kernel_answer *answer);
int kernel_set_floor(struct kernel *kernel, const Rampart__Floor *floor);

/* kernel_hint() - @kind: enum rampart_hint. -ENAMETOOLONG for a path over 4095 bytes. */
int kernel_hint(struct kernel *kernel, uint32_t kind, const char *path);
/* kernel_hint_folder() - in @home its user has @folder at @below. The same. */
int kernel_hint_folder(struct kernel *kernel, const char *home, const char *folder, const char *below);

/*
 * kernel_subscribe() - makes this socket the one reader and its buffer 8 MiB. @fn may be called before this returns.
 * -EBUSY: a live reader exists.
 */
int kernel_subscribe(struct kernel *kernel, kernel_batch_fn fn, void *data);

/*
 * kernel_acknowledge() - says, on the socket that subscribed, that batch @number is kept; the kernel then sends the
 * next one. Does not wait for an answer, so that it may be called by a kernel_batch_fn.
 */
int kernel_acknowledge(struct kernel *kernel, uint64_t number);

/*
 * kernel_receive() - takes one datagram, without waiting, and tells the subscriber.
 * Returns 0, -EAGAIN when nothing waits, -EBADMSG for a datagram that is not what the contract says (nothing of it was
 * told), or -ENOBUFS: the kernel had to leave something out since the buffer was full; what is in it is still good.
 */
int kernel_receive(struct kernel *kernel);

#endif
