// SPDX-License-Identifier: MIT
/*
 * The places are sorted by component, so that those below one directory are neighbours. A search narrows a range of
 * neighbours by one component at a time: by that component, and by "*" where the list has one there.
 */
#include "places.h"

struct search {
	const struct place *sorted;
	struct pb_view path;
	u32 skip;
};

/* "/" before all other bytes: below a directory comes before whatever only begins with its name. */
static int order(u8 c)
{
	return c == '/' ? 0 : c + 1;
}

static int compare_views(struct pb_view a, struct pb_view b)
{
	u32 len = a.len < b.len ? a.len : b.len;

	for (u32 i = 0; i < len; i++)
		if (a.data[i] != b.data[i])
			return order(a.data[i]) - order(b.data[i]);
	return a.len < b.len ? -1 : a.len > b.len;
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int c = compare_views(x->path, y->path);

	return c ? c : x->index < y->index ? -1 : 1;
}

int places_init(struct places *places, const struct rampart_views *list)
{
	places->n = list->n;
	places->sorted = calloc(list->n + 1, sizeof(*places->sorted));
	if (!places->sorted)
		return -ENOMEM;
	for (u32 i = 0; i < list->n; i++)
		places->sorted[i] = (struct place){ .path = list->v[i], .index = i };
	qsort(places->sorted, list->n, sizeof(*places->sorted), compare_places);
	return 0;
}

void places_exit(struct places *places)
{
	free(places->sorted);
}

/* The component of @path that begins at @from, which may be behind its end. */
static struct pb_view component(struct pb_view path, u32 from)
{
	u32 to = from;

	if (from >= path.len)
		return (struct pb_view){ .data = path.data, .len = 0 };
	while (to < path.len && path.data[to] != '/')
		to++;
	return (struct pb_view){ .data = path.data + from, .len = to - from };
}

/* The first of [lo, hi), which share their first @offset bytes, whose component there is not before @name. */
static u32 lower_bound(const struct search *s, u32 lo, u32 hi, u32 offset, struct pb_view name, bool behind_equal)
{
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		int c = compare_views(component(s->sorted[mid].path, offset), name);

		if (c < 0 || (behind_equal && !c))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static u32 find_below(const struct search *s, u32 lo, u32 hi, u32 theirs, u32 ours);

/* A place that ends here holds all that is below it, @s->path too. */
static u32 find_ended(const struct search *s, u32 lo, u32 hi, u32 end)
{
	for (; lo < hi && s->sorted[lo].path.len == end; lo++) {
		u32 index = s->sorted[lo].index;
		bool later = s->skip != U32_MAX && index > s->skip && !compare_views(s->sorted[lo].path, s->path);

		if (index != s->skip && !later)
			return index;
	}
	return U32_MAX;
}

/* Those of [lo, hi) that have @name at @theirs, against what @s->path has behind its own component at @ours. */
static u32 find_named(const struct search *s, u32 lo, u32 hi, u32 theirs, struct pb_view name, u32 ours)
{
	u32 first = lower_bound(s, lo, hi, theirs, name, false);
	u32 behind = lower_bound(s, first, hi, theirs, name, true);
	u32 found = find_ended(s, first, behind, theirs + name.len);

	if (found != U32_MAX || first == behind || ours >= s->path.len)
		return found;
	return find_below(s, first, behind, theirs + name.len + 1, ours + 1);
}

static u32 find_below(const struct search *s, u32 lo, u32 hi, u32 theirs, u32 ours)
{
	static const struct pb_view any = { .data = (const u8 *)"*", .len = 1 };
	struct pb_view name = component(s->path, ours);
	u32 found = find_named(s, lo, hi, theirs, name, ours + name.len);

	if (found == U32_MAX && compare_views(name, any))
		found = find_named(s, lo, hi, theirs, any, ours + name.len);
	return found;
}

u32 places_find(const struct places *places, struct pb_view path, u32 skip)
{
	struct search s = { .sorted = places->sorted, .path = path, .skip = skip };

	return find_below(&s, 0, places->n, 0, 0);
}
