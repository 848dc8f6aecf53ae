/* SPDX-License-Identifier: MIT */
/* What a valid policy says that its author may not mean. */
#ifndef RAMPART_LINT_H
#define RAMPART_LINT_H

#include <stddef.h>
#include <stdint.h>

#include "compile_error.h"

/*
 * rampart_lint() - fills @warnings, sorted, about YAML that rampart_compile() accepts. @now: seconds since 1970.
 * Returns 0, -ENOMEM, or -EINVAL when it does not compile (@warnings then tells nothing).
 */
int rampart_lint(const char *filename, const char *yaml, size_t len, const char *packages, int64_t now, struct compile_errors *warnings);

#endif
