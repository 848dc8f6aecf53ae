/* SPDX-License-Identifier: MIT */
/* Which of many protected places holds another one. */
#ifndef RAMPART_PLACES_H
#define RAMPART_PLACES_H

#include <decode.h>

struct place {
	struct pb_view path;
	u32 index;	/* in the list that it came from */
};

struct places {
	struct place *sorted;
	u32 n;
};

/*
 * places_init() - makes @list ready to be asked. The texts are not copied.
 * Returns 0, or -ENOMEM. Free with places_exit().
 */
int places_init(struct places *places, const struct rampart_views *list);
void places_exit(struct places *places);

/*
 * places_find() - a place that holds all of what pattern @path does: it, or one above it, "*" holding any component.
 * "~" holds only "~": which directories that means is known on a host alone. Entry @skip is not looked at, nor are
 * later ones equal to @path, so that of two equal entries just the later one is superfluous; U32_MAX: none.
 * Returns an index of the list, or U32_MAX.
 */
u32 places_find(const struct places *places, struct pb_view path, u32 skip);

#endif
