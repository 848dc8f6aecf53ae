// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "text.h"

char *escape_text(const char *text)
{
	const char *s = text ?: "", *end = s + strlen(s);
	char *buf = malloc(4 * (end - s) + 1), *pos = buf;

	if (!buf)
		return NULL;
	while (s < end) {
		unsigned int len = rampart_plain(s, end);

		if (len)
			pos = mempcpy(pos, s, len);
		else
			pos += sprintf(pos, "\\x%02x", (unsigned char)*s);
		s += len ?: 1;
	}
	*pos = '\0';
	return buf;
}

void escape_print(FILE *out, const char *text)
{
	char *safe = escape_text(text);

	fputs(safe ?: "?", out);
	free(safe);
}

json_t *escape_json(const char *text)
{
	char *safe = escape_text(text);
	json_t *string = json_string(safe ?: "?");

	free(safe);
	return string;
}
