/* SPDX-License-Identifier: MIT */
/* Moments, in nanoseconds since 1970, as they are read from and shown to people. */
#ifndef RAMPART_MOMENT_H
#define RAMPART_MOMENT_H

#include <stdint.h>

#define MOMENT_SECOND 1000000000LL

int64_t moment_now(void);

/* moment_text() - RFC 3339, UTC, with @digits (0 to 9) of the second's fraction. Returns @buf. */
#define MOMENT_TEXT 40
const char *moment_text(char buf[MOMENT_TEXT], int64_t ns, unsigned int digits);

/*
 * moment_parse() - "90s", "10m", "2h", "3d" before @now, or RFC 3339 such as 2026-03-01T08:00:00Z, ...:00.5+01:00, or a
 * date alone (its first moment, UTC). Returns 0 or -EINVAL.
 */
int moment_parse(const char *text, int64_t now, int64_t *ns);

#endif
