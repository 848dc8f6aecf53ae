// SPDX-License-Identifier: MIT
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

/* The length of the UTF-8 sequence at @s, or 0. Reads no further than the terminating NUL. */
static unsigned int decode(const unsigned char *s, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int len = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf8 ? 4 : 0;

	if (!len)
		return 0;
	*code = len == 1 ? s[0] : s[0] & (0x7f >> len);
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

char *escape_text(const char *text)
{
	const unsigned char *s = (const unsigned char *)(text ?: "");
	char *buf = malloc(4 * strlen((const char *)s) + 1), *pos = buf;
	unsigned int len;
	uint32_t code;

	if (!buf)
		return NULL;
	while (*s) {
		len = decode(s, &code);
		if (len && is_plain(code)) {
			memcpy(pos, s, len);
			pos += len;
			s += len;
			continue;
		}
		for (len = len ?: 1; len; len--)
			pos += sprintf(pos, "\\x%02x", *s++);
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
