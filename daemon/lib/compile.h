/* SPDX-License-Identifier: MIT */
/* From the authoring format, rampart-policy(5), to the bytes of a PolicyBundle. */
#ifndef RAMPART_COMPILE_H
#define RAMPART_COMPILE_H

#include <stddef.h>
#include <stdint.h>

#include "compile_error.h"

#define RAMPART_YAML_MAX (32u << 20)	/* bytes of one policy file */

/*
 * rampart_compile() - compiles @len bytes of YAML into a packed PolicyBundle.
 *
 * The same YAML gives the same bytes, and the bytes are known to pass rampart_policy_decode() and
 * rampart_ruleset_build(). @filename is for messages. @packages is the root of the file system whose packages are known: "/" is this
 * machine, NULL knows none. Returns 0 with *@pb for the caller to free(), -EINVAL with @errors filled and sorted, or -ENOMEM.
 */
int rampart_compile(const char *filename, const char *yaml, size_t len, const char *packages, struct compile_errors *errors,
		    uint8_t **pb, size_t *pb_len);

struct catalog;

/* rampart_compile_with() - the same with the rules and classes of another catalogue than the one that is built in. */
int rampart_compile_with(const struct catalog *catalog, const char *filename, const char *yaml, size_t len, const char *packages,
			 struct compile_errors *errors, uint8_t **pb, size_t *pb_len);

#endif
