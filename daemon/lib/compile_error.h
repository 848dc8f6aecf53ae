/* SPDX-License-Identifier: MIT */
/* Errors and warnings about places in a policy file. */
#ifndef RAMPART_COMPILE_ERROR_H
#define RAMPART_COMPILE_ERROR_H

#include <stdint.h>
#include <stdio.h>

#define COMPILE_ERRORS_MAX 20		/* more are counted, not kept */

struct compile_error {
	uint32_t line;		/* from 1 */
	uint32_t column;	/* from 1, in characters */
	char text[384];		/* "what is wrong; what was expected", printable */
};

/* Errors of one file, or the warnings of rampart_lint(). Start with { .filename = ... } */
struct compile_errors {
	const char *filename;
	struct compile_error list[COMPILE_ERRORS_MAX];
	uint32_t n;		/* of @list */
	uint32_t dropped;	/* found beyond the last of @list */
};

void compile_error_add(struct compile_errors *errors, uint32_t line, uint32_t column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* compile_errors_sort() - by line, then column. */
void compile_errors_sort(struct compile_errors *errors);

/* compile_errors_print() - "file.yaml:LINE:COLUMN: <label>text" each, then how many were left out. */
void compile_errors_print(const struct compile_errors *errors, const char *label, FILE *out);

#endif
