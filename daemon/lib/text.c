// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text.h"

#define WORD_MAX 31	/* bytes; no word that a user can mean is longer */
#define NEAR 2

/*
 * How many of the bytes at @s, before @end, must be escaped: C0 controls, DEL and C1 controls (C2 80 to C2 9F in UTF-8)
 * could act on a terminal, a quotation mark would end the text.
 */
static unsigned int controls(const char *s, const char *end)
{
	unsigned char c = *s, second = s + 1 < end ? s[1] : 0;

	if (c < 0x20 || c == 0x7f || c == '"')
		return 1;
	return c == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : 0;
}

const char *rampart_quote(char buf[RAMPART_QUOTE], const char *text, size_t len)
{
	size_t take = len > 40 ? 40 : len;
	char *out = buf;

	/* Not within a character. */
	while (take < len && take && ((unsigned char)text[take] & 0xc0) == 0x80)
		take--;
	*out++ = '"';
	for (const char *s = text; s < text + take;) {
		unsigned int n = controls(s, text + take);

		if (!n)
			*out++ = *s++;
		for (; n; n--)
			out += sprintf(out, "\\x%02x", (unsigned char)*s++);
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

/* Insertions, deletions, substitutions and swaps of neighbours. Both words have at most WORD_MAX bytes. */
static unsigned int distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= b_len; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		for (size_t j = 1; j <= b_len; j++) {
			bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];

			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (swapped && d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	}
	return d[a_len][b_len];
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
