/* SPDX-License-Identifier: MIT */
/* Words, quoted text and times, as they are read from and shown to people. */
#ifndef RAMPART_TEXT_H
#define RAMPART_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * rampart_plain() - the bytes of the character at @s, before @end, when it is safe to print as it is. 0: not UTF-8, a
 * control character, one that changes the direction of text or ends a line.
 */
unsigned int rampart_plain(const char *s, const char *end);

/* rampart_quote() - at most 40 bytes of @text as "…", what is not plain as \xHH, for messages. Returns @buf. */
#define RAMPART_QUOTE 176
const char *rampart_quote(char buf[RAMPART_QUOTE], const char *text, size_t len);

/* rampart_nearest() - the one of @n @words at an edit distance of at most 2 from @word, or NULL. */
const char *rampart_nearest(const char *word, const char *const *words, size_t n);

/*
 * rampart_time_parse() - "YYYY-MM-DD" (its first moment, UTC) or "YYYY-MM-DDTHH:MM:SSZ", later than 1970-01-01.
 * Returns seconds since 1970, or -EINVAL for anything else, such as a day that the calendar does not have.
 */
int64_t rampart_time_parse(const char *text, size_t len);

/* rampart_time_text() - the inverse, the short form where it says all. Returns @buf. */
#define RAMPART_TIME_TEXT 32
const char *rampart_time_text(char buf[RAMPART_TIME_TEXT], int64_t seconds);

/* Monday is the first. */
extern const char *const rampart_days[7];

#endif
