/* SPDX-License-Identifier: GPL-2.0-only */
/* What every file of the module shares. */
#ifndef RAMPART_KMOD_H
#define RAMPART_KMOD_H

#undef pr_fmt
#define pr_fmt(fmt) "rampart: " fmt

#include <linux/module.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "compat.h"

/* A build for tests only (make unsealed): root may switch it off, to show what the seal prevents. */
#ifdef RAMPART_UNSEALED
#define RAMPART_SEALED false
#else
#define RAMPART_SEALED true
#endif

#endif
