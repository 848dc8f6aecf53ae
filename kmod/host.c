// SPDX-License-Identifier: GPL-2.0-only
/* The identity of this host, read in the initial mount namespace. */
#include <linux/ctype.h>
#include <linux/kernel_read_file.h>
#include <linux/vmalloc.h>

#include "host.h"
#include "rampart.h"

#define ID_FILE "/etc/machine-id"
#define TAGS_FILE "/etc/rampart/tags"
#define FILE_MAX 8192	/* bytes; a longer file counts as none */
#define TAG_COMMENT '#'

/* The text of a file, to be freed with vfree(), or an empty view. */
static struct pb_view read_file(const char *path)
{
	void *data = NULL;
	ssize_t len = kernel_read_file_from_path_initns(path, 0, &data, FILE_MAX, NULL, READING_POLICY);

	if (len >= 0)
		return (struct pb_view){ .data = data, .len = len };
	if (len != -ENOENT)
		pr_notice_ratelimited("%s cannot be read (%zd)\n", path, len);
	return (struct pb_view){};
}

/* The next line without the blanks around it; false at the end. */
static bool take_line(struct pb_view *text, struct pb_view *line)
{
	const u8 *end;

	if (!text->len)
		return false;
	end = memchr(text->data, '\n', text->len);
	*line = (struct pb_view){ .data = text->data, .len = end ? end - text->data : text->len };
	text->data += line->len + !!end;
	text->len -= line->len + !!end;
	while (line->len && isspace(line->data[line->len - 1]))
		line->len--;
	while (line->len && isspace(line->data[0])) {
		line->data++;
		line->len--;
	}
	return true;
}

static bool holds(const struct rampart_views *list, struct pb_view wanted)
{
	for (u32 i = 0; i < list->n; i++)
		if (list->v[i].len == wanted.len && !memcmp(list->v[i].data, wanted.data, wanted.len))
			return true;
	return false;
}

static bool matches_tags(const struct rampart_views *tags)
{
	struct pb_view text, rest, line;
	bool found = false;

	if (!tags->n)
		return true;
	text = read_file(TAGS_FILE);
	rest = text;
	while (!found && take_line(&rest, &line))
		found = line.len && line.data[0] != TAG_COMMENT && holds(tags, line);
	vfree(text.data);
	return found;
}

static bool is_id(struct pb_view line)
{
	for (u32 i = 0; i < line.len; i++)
		if (!isdigit(line.data[i]) && (line.data[i] < 'a' || line.data[i] > 'f'))
			return false;
	return line.len == RAMPART_HOST_ID_SIZE - 1;
}

void rampart_host_id(char id[RAMPART_HOST_ID_SIZE])
{
	struct pb_view text, rest, line;

	might_sleep();
	memset(id, 0, RAMPART_HOST_ID_SIZE);
	text = read_file(ID_FILE);
	rest = text;
	if (take_line(&rest, &line) && is_id(line))
		memcpy(id, line.data, line.len);
	vfree(text.data);
}

static bool matches_hosts(const struct rampart_views *hosts)
{
	char id[RAMPART_HOST_ID_SIZE];

	if (!hosts->n)
		return true;
	rampart_host_id(id);
	return id[0] && holds(hosts, (struct pb_view){ .data = (const u8 *)id, .len = RAMPART_HOST_ID_SIZE - 1 });
}

bool rampart_host_matches(const struct rampart_policy *policy)
{
	might_sleep();
	return matches_tags(&policy->tags) && matches_hosts(&policy->hosts);
}
