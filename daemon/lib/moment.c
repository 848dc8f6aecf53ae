// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "moment.h"

int64_t moment_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * MOMENT_SECOND + ts.tv_nsec;
}

const char *moment_text(char buf[MOMENT_TEXT], int64_t ns, unsigned int digits)
{
	time_t seconds = ns / MOMENT_SECOND - (ns % MOMENT_SECOND < 0);
	int64_t rest = ns - seconds * MOMENT_SECOND;
	struct tm tm;
	size_t n;

	if (!gmtime_r(&seconds, &tm))
		memset(&tm, 0, sizeof(tm));
	n = strftime(buf, MOMENT_TEXT - 12, "%Y-%m-%dT%H:%M:%S", &tm);
	if (digits) {
		snprintf(buf + n, 12, ".%09lld", (long long)rest);
		n += 1 + (digits < 9 ? digits : 9);
	}
	strcpy(buf + n, "Z");
	return buf;
}

static int parse_age(const char *text, int64_t *age)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	n = strtoul(text, &end, 10);
	for (unsigned int i = 0; !errno && n <= 100000 && i < 4; i++) {
		if (end[0] != units[i].unit || end[1])
			continue;
		*age = n * units[i].seconds * MOMENT_SECOND;
		return 0;
	}
	return -EINVAL;
}

/* ".5" as nanoseconds. */
static const char *parse_fraction(const char *text, int64_t *ns)
{
	int64_t unit = MOMENT_SECOND / 10;

	if (*text != '.' || !isdigit((unsigned char)text[1]))
		return text;
	for (text++; isdigit((unsigned char)*text); text++, unit /= 10)
		*ns += (*text - '0') * unit;
	return text;
}

/* "Z" or "+01:00", to the end. */
static int parse_zone(const char *text, int64_t *seconds)
{
	int hours, minutes, n = 0;

	if (!strcmp(text, "Z") || !strcmp(text, "z")) {
		*seconds = 0;
		return 0;
	}
	if ((*text != '+' && *text != '-') || strlen(text) != 6 || !isdigit((unsigned char)text[1]) ||
	    sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &n) != 2 || n != 5)
		return -EINVAL;
	*seconds = (hours * 60 + minutes) * 60 * (*text == '-' ? -1 : 1);
	return 0;
}

/* timegm() would make the 31st of June the 1st of July. */
static bool to_seconds(struct tm *tm, time_t *seconds)
{
	struct tm given = *tm;

	*seconds = timegm(tm);
	return tm->tm_mon == given.tm_mon && tm->tm_mday == given.tm_mday && tm->tm_hour == given.tm_hour &&
	       tm->tm_min == given.tm_min;
}

static int parse_absolute(const char *text, int64_t *ns)
{
	int64_t fraction = 0, zone = 0;
	struct tm tm = { 0 };
	time_t seconds;
	const char *rest = strptime(text, "%Y-%m-%d", &tm);

	if (!rest)
		return -EINVAL;
	if (*rest) {
		if (*rest != 'T' && *rest != 't' && *rest != ' ')
			return -EINVAL;
		rest = strptime(rest + 1, "%H:%M:%S", &tm);
		if (!rest || parse_zone(parse_fraction(rest, &fraction), &zone))
			return -EINVAL;
	}
	if (!to_seconds(&tm, &seconds))
		return -EINVAL;
	*ns = (seconds - zone) * MOMENT_SECOND + fraction;
	return 0;
}

int moment_parse(const char *text, int64_t now, int64_t *ns)
{
	int64_t age;

	if (parse_age(text, &age))
		return parse_absolute(text, ns);
	*ns = now - age;
	return 0;
}
