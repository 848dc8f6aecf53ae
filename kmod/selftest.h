/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RAMPART_SELFTEST_H
#define RAMPART_SELFTEST_H

/* Does operations that a kernel thread can do on a file system of our own, so that the hooks' counters move. May sleep. */
void rampart_selftest_run(void);

#endif
