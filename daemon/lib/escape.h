/* SPDX-License-Identifier: MIT */
/* Makes text that others chose safe to print. */
#ifndef RAMPART_ESCAPE_H
#define RAMPART_ESCAPE_H

#include <stdio.h>

#include <jansson.h>

/*
 * escape_text() - @text (NULL: none) with each byte of a control character, of what is not UTF-8, and of the
 * characters that change the direction of text or end a line as \xHH. Returns memory to free(), or NULL.
 */
char *escape_text(const char *text);

/* escape_print() - the same, to @out. */
void escape_print(FILE *out, const char *text);

/* escape_json() - the same, as a JSON string. */
json_t *escape_json(const char *text);

#endif
