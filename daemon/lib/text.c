// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text.h"

const char *const rampart_days[7] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };

#define WORD_MAX 31	/* bytes; no word that a user can mean is longer */
#define NEAR 2

/* The length of the UTF-8 sequence at @s, or 0. */
static unsigned int decode(const char *s, const char *end, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = *s;
	unsigned int len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	if ((first >= 0x80 && first < 0xc0) || first >= 0xf8 || end - s < len)
		return 0;
	*code = len == 1 ? first : first & (0x7f >> len);
	for (unsigned int i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return len;
}

static bool is_plain(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	/* Marks, embeddings, overrides and isolates of direction; separators of lines and paragraphs. */
	if (code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e))
		return false;
	return code < 0x2066 || code > 0x2069;
}

unsigned int rampart_plain(const char *s, const char *end)
{
	uint32_t code;
	unsigned int len = decode(s, end, &code);

	return len && is_plain(code) ? len : 0;
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
		unsigned int n = *s == '"' ? 0 : rampart_plain(s, text + take);

		if (n)
			out = mempcpy(out, s, n);
		else
			out += sprintf(out, "\\x%02x", (unsigned char)*s);
		s += n ?: 1;
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
