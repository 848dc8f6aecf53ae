// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Whether content is noise is asked as statistics does: by the chi-squared test for a uniform distribution, over the values that occur,
 * so that what is encrypted and then written as base64 or hexadecimal digits is found as well.
 */
#include <env.h>

#include "ransom.h"

/* --- content --- */

struct magic {
	u8 offset, len;
	const char *bytes;
};

#define MAGIC(offset, bytes) { offset, sizeof(bytes) - 1, bytes }

/* Of what is as even as noise behind its first bytes. All that is not is told apart without. */
static const struct magic magics[] = {
	/* compressed */
	MAGIC(0, "PK\3\4"), MAGIC(0, "\x1f\x8b"), MAGIC(0, "BZh"), MAGIC(0, "\xfd" "7zXZ"), MAGIC(0, "\x28\xb5\x2f\xfd"),
	MAGIC(0, "7z\xbc\xaf"), MAGIC(0, "Rar!"), MAGIC(0, "\x04\x22\x4d\x18"), MAGIC(0, "LZIP"), MAGIC(0, "MSCF"),
	MAGIC(0, "\x78\x01"), MAGIC(0, "\x78\x5e"), MAGIC(0, "\x78\x9c"), MAGIC(0, "\x78\xda"), MAGIC(0, "hsqs"), MAGIC(0, "PACK"),
	/* pictures, sound, films, fonts, documents */
	MAGIC(0, "\x89PNG"), MAGIC(0, "\xff\xd8\xff"), MAGIC(0, "GIF8"), MAGIC(0, "RIFF"), MAGIC(0, "OggS"), MAGIC(0, "ID3"),
	MAGIC(0, "\xff\xfb"), MAGIC(0, "fLaC"), MAGIC(4, "ftyp"), MAGIC(0, "\x1a\x45\xdf\xa3"), MAGIC(0, "FLV\1"), MAGIC(4, "JXL "),
	MAGIC(0, "wOF2"), MAGIC(0, "wOFF"), MAGIC(0, "%PDF"), MAGIC(0, "\xd0\xcf\x11\xe0"), MAGIC(0, "SQLite format 3"), MAGIC(0, "\x7f" "ELF"),
};

static bool has_magic(const u8 *data, u32 len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(magics); i++)
		if (len >= magics[i].offset + magics[i].len && !memcmp(data + magics[i].offset, magics[i].bytes, magics[i].len))
			return true;
	return false;
}

/* Fewer tell nothing; and of fewer values than this also numbers in columns are as even. */
#define LEN_MIN 256
#define VALUES_MIN 16

static enum rampart_content evenness(const u8 *data, u32 len)
{
	u16 counts[256] = {};
	u64 squares = 0, values = 0, freedom, sum, more;
	u32 i;

	for (i = 0; i < len; i++)
		counts[data[i]]++;
	/* Lines end where they do. */
	len -= counts['\n'];
	counts['\n'] = 0;
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		squares += (u64)counts[i] * counts[i];
		values += counts[i] > 0;
	}
	if (values < VALUES_MIN)
		return RAMPART_CONTENT_PLAIN;
	/* Chi squared times len, which is not below 0; and how far it is above what is expected, of which the deviation is sqrt(2 freedom). */
	freedom = values - 1;
	sum = values * squares - (u64)len * len;
	more = sum / len > freedom ? sum / len - freedom : 0;
	return more * more > 36 * 2 * freedom ? RAMPART_CONTENT_PLAIN : RAMPART_CONTENT_CIPHER;
}

enum rampart_content rampart_content(const u8 *data, u32 len, bool start)
{
	if (len < LEN_MIN)
		return RAMPART_CONTENT_UNKNOWN;
	len = min_t(u32, len, RAMPART_CONTENT_MAX);
	return start && has_magic(data, len) ? RAMPART_CONTENT_PLAIN : evenness(data, len);
}

/* --- names --- */

/* Whether @word, in small letters, is in the name. */
static bool has_word(const char *name, u32 len, const char *word)
{
	u32 word_len = strlen(word), i, j;

	for (i = 0; i + word_len <= len; i++) {
		for (j = 0; j < word_len; j++) {
			char c = name[i + j];

			if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != word[j])
				break;
		}
		if (j == word_len)
			return true;
	}
	return false;
}

bool rampart_is_ransom_note(const char *name, u32 len)
{
	static const char *const endings[] = { ".txt", ".html", ".hta", ".htm" };
	static const char *const verbs[] = { "decrypt", "restore", "recover", "unlock", "ransom", "encrypted" };
	static const char *const others[] = { "how", "read", "file", "data", "instruction", "your", "help", "note", "me" };
	bool ending = false, verb = false, other = false;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(endings); i++) {
		u32 n = strlen(endings[i]);

		ending |= len > n && has_word(name + len - n, n, endings[i]);
	}
	if (!ending)
		return false;
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		verb |= has_word(name, len, verbs[i]);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		other |= has_word(name, len, others[i]);
	return verb && other;
}

/* --- score --- */

#define FILE 256u
#define ENOUGH (10 * FILE)
#define OTHER_MAX (5 * FILE)
#define COUNT_MAX (1000 * FILE)		/* of any; what is above it makes no difference */
#define UNPAIRED_MAX 100		/* files of each kind in one folder, the same */

static void add(u32 *count, u32 more)
{
	*count = min_t(u32, *count + more, COUNT_MAX);
}

static void age(struct rampart_ransom *ransom, u64 now)
{
	u64 minutes = now > ransom->time ? now - ransom->time : 0;
	u32 shift = min_t(u64, minutes, 31), i;

	ransom->time += minutes;
	ransom->encrypted >>= shift;
	ransom->other >>= shift;
	ransom->canary >>= shift;
	for (i = 0; i < RAMPART_RANSOM_FOLDERS; i++) {
		ransom->folders[i].destroyed >>= shift;
		ransom->folders[i].made >>= shift;
	}
}

static u32 find_folder(struct rampart_ransom *ransom, u32 id)
{
	u32 i;

	for (i = 0; i < RAMPART_RANSOM_FOLDERS; i++)
		if (ransom->folders[i].id == id)
			return i;
	i = ransom->next;
	ransom->next = (i + 1) % RAMPART_RANSOM_FOLDERS;
	ransom->folders[i].id = id;
	ransom->folders[i].destroyed = 0;
	ransom->folders[i].made = 0;
	return i;
}

/* A file that goes and one that comes, in whichever order, are one that was encrypted. */
static void pair(struct rampart_ransom *ransom, u16 *ours, u16 *others)
{
	if (*others) {
		*others -= 1;
		add(&ransom->encrypted, FILE);
	} else {
		*ours = min_t(u32, *ours + 1, UNPAIRED_MAX);
	}
}

void rampart_ransom_add(struct rampart_ransom *ransom, enum rampart_ransom_sign sign, u32 folder, u64 now)
{
	u32 i;

	age(ransom, now / 60);
	switch (sign) {
	case RAMPART_RANSOM_ENCRYPTED:
		add(&ransom->encrypted, FILE);
		break;
	case RAMPART_RANSOM_DESTROYED:
		i = find_folder(ransom, folder);
		pair(ransom, &ransom->folders[i].destroyed, &ransom->folders[i].made);
		break;
	case RAMPART_RANSOM_MADE:
		i = find_folder(ransom, folder);
		pair(ransom, &ransom->folders[i].made, &ransom->folders[i].destroyed);
		break;
	case RAMPART_RANSOM_NOTE:
	case RAMPART_RANSOM_SNAPSHOTS:
		add(&ransom->other, 3 * FILE);
		break;
	case RAMPART_RANSOM_CANARY:
		add(&ransom->canary, ENOUGH);
		break;
	}
}

/* Other signs alone are not enough: who keeps snapshots deletes the old ones. */
bool rampart_ransom_reached(const struct rampart_ransom *ransom)
{
	return ransom->encrypted + ransom->canary + min_t(u32, ransom->other, OTHER_MAX) >= ENOUGH;
}
