/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What tells ransomware: files that turn into what looks like noise, and what goes with it. */
#ifndef RAMPART_RANSOM_H
#define RAMPART_RANSOM_H

#include <env.h>

/* What a piece of a file looks like. */
enum rampart_content {
	RAMPART_CONTENT_UNKNOWN,	/* too short to tell */
	RAMPART_CONTENT_PLAIN,		/* of a kind that is known, or not like noise */
	RAMPART_CONTENT_CIPHER,		/* each of its bytes is as frequent as any other: encrypted, or compressed by what leaves no magic number */
};

#define RAMPART_CONTENT_MAX 512	/* more bytes are not looked at */

/* rampart_content() - what @len bytes look like; @start: they are the first of the file. Context: any; 512 bytes of stack. */
enum rampart_content rampart_content(const u8 *data, u32 len, bool start);

/* rampart_is_ransom_note() - whether a new file of this name tells people how to get theirs back. Context: any. */
bool rampart_is_ransom_note(const char *name, u32 len);

enum rampart_ransom_sign {
	RAMPART_RANSOM_ENCRYPTED,	/* a plain file is none any more */
	RAMPART_RANSOM_DESTROYED,	/* a plain file is deleted or cut off */
	RAMPART_RANSOM_MADE,		/* one is written that is none, and was none; with the one before, in one folder, this is the first one */
	RAMPART_RANSOM_NOTE,
	RAMPART_RANSOM_SNAPSHOTS,	/* what deletes snapshots is executed */
	RAMPART_RANSOM_CANARY,		/* a file that nobody has a reason to change is changed */
};

#define RAMPART_RANSOM_FOLDERS 8	/* the last ones in which something was destroyed or made */

/* Of what one exec ran and all that came of it. Zeroed at first; the caller sees to it that one changes it at a time. */
struct rampart_ransom {
	u64 time;	/* of the last sign, in minutes */
	u32 encrypted, other, canary;	/* in 256ths of a file; each minute that passes halves them, as the next */
	struct {
		u32 id;
		u16 destroyed, made;	/* files, those that have become a pair are not in it */
	} folders[RAMPART_RANSOM_FOLDERS];
	u32 next;	/* of folders, to be used again */
};

/*
 * rampart_ransom_add() - a sign at @now, seconds of any clock that does not go back. @folder: which one the file is in, by any number.
 * Context: any.
 */
void rampart_ransom_add(struct rampart_ransom *ransom, enum rampart_ransom_sign sign, u32 folder, u64 now);

/* rampart_ransom_reached() - whether the signs are enough: ten files within a minute or two, five with other signs, or a canary. */
bool rampart_ransom_reached(const struct rampart_ransom *ransom);

#endif
