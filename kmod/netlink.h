/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family (proto/rampart_netlink.h). */
#ifndef RAMPART_KMOD_NETLINK_H
#define RAMPART_KMOD_NETLINK_H

#include <env.h>

/* From here on user space gives orders: last in the init ladder, first in exit. Context: may sleep. */
int rampart_netlink_init(void);
void rampart_netlink_exit(void);

/*
 * rampart_netlink_send_batch() - one EventBatch to the reader. 0: it is in the socket's buffer. -EAGAIN or -ENOMEM: try
 * again; -ECONNREFUSED: nobody there. Context: may sleep.
 */
int rampart_netlink_send_batch(u32 portid, const u8 *data, u32 len, u64 number);

#endif
