/* SPDX-License-Identifier: MIT */
/* Who else has put code on a kernel function. Only one may do so directly, which is how Rampart does it. */
#ifndef RAMPART_TRACING_H
#define RAMPART_TRACING_H

#include <stddef.h>

/*
 * tracing_holder() - describes who holds @function, such as: BPF link 12, program 34 "file_open" of process 567
 * (bpftrace). Falls back to what ftrace itself tells. Returns @buf, empty when nobody was found; needs root.
 */
const char *tracing_holder(const char *function, char *buf, size_t size);

#endif
