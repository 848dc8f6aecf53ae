// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text.h"

#define WORD_MAX 31	/* bytes; no word that a user can mean is longer */
#define NEAR 2

/* C0 and C1 controls (C1: C2 80 to C2 9F in UTF-8) and DEL, which could act on a terminal. */
static bool is_control(const unsigned char *s)
{
	return s[0] < 0x20 || s[0] == 0x7f || s[0] == '"' || (s[0] == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0);
}

const char *rampart_quote(char buf[RAMPART_QUOTE], const char *text, size_t len)
{
	size_t take = len > 40 ? 40 : len;
	char *out = buf;

	/* Not within a character. */
	while (take < len && take && ((unsigned char)text[take] & 0xc0) == 0x80)
		take--;
	*out++ = '"';
	for (size_t i = 0; i < take; i++) {
		unsigned char pair[2] = { text[i], i + 1 < take ? text[i + 1] : 0 };

		if (is_control(pair))
			out += sprintf(out, "\\x%02x", pair[0]);
		else
			*out++ = text[i];
	}
	strcpy(out, take < len ? "...\"" : "\"");
	return buf;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* Levenshtein's distance, one row of the table at a time. */
static unsigned int distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int row[WORD_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned int above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

const char *rampart_nearest(const char *word, const char *const *words, size_t n)
{
	size_t len = strnlen(word, WORD_MAX + 1);
	const char *best = NULL;
	unsigned int best_distance = NEAR + 1;

	if (len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t other = strnlen(words[i], WORD_MAX);
		unsigned int d = distance(word, len, words[i], other);

		/* A word that is changed throughout is another word. */
		if (d < best_distance && d < len && d < other) {
			best_distance = d;
			best = words[i];
		}
	}
	return best;
}

/* Whether @text has a digit wherever @shape has "d", and else the same bytes. */
static bool has_shape(const char *text, size_t len, const char *shape)
{
	if (len != strlen(shape))
		return false;
	for (size_t i = 0; i < len; i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return false;
	return true;
}

int64_t rampart_time_parse(const char *text, size_t len)
{
	struct tm given = { 0 }, real;
	char copy[RAMPART_TIME_TEXT];
	time_t seconds;

	if (!has_shape(text, len, "dddd-dd-dd") && !has_shape(text, len, "dddd-dd-ddTdd:dd:ddZ"))
		return -EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (sscanf(copy, "%4d-%2d-%2dT%2d:%2d:%2d", &given.tm_year, &given.tm_mon, &given.tm_mday, &given.tm_hour,
		   &given.tm_min, &given.tm_sec) < 3)
		return -EINVAL;
	given.tm_year -= 1900;
	given.tm_mon -= 1;
	real = given;
	/* timegm() moves what the calendar does not have, such as 31 February, to a day that it has. */
	seconds = timegm(&real);
	if (real.tm_mon != given.tm_mon || real.tm_mday != given.tm_mday || real.tm_hour != given.tm_hour ||
	    real.tm_min != given.tm_min || real.tm_sec != given.tm_sec || seconds <= 0)
		return -EINVAL;
	return seconds;
}

const char *rampart_time_text(char buf[RAMPART_TIME_TEXT], int64_t seconds)
{
	time_t t = seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || tm.tm_year + 1900 > 9999 || tm.tm_year + 1900 < 0)
		snprintf(buf, RAMPART_TIME_TEXT, "%lld", (long long)seconds);
	else
		strftime(buf, RAMPART_TIME_TEXT, seconds % 86400 ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d", &tm);
	return buf;
}
