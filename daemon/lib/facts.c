// SPDX-License-Identifier: MIT
#include <systemd/sd-id128.h>

#include "facts.h"

static int add_tag(struct facts *facts, const char *tag)
{
	char **grown = reallocarray(facts->tags, facts->n_tags + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	facts->tags = grown;
	grown[facts->n_tags] = strdup(tag);
	return grown[facts->n_tags++] ? 0 : -ENOMEM;
}

static char *strip(char *line)
{
	size_t len;

	line += strspn(line, " \t");
	len = strlen(line);
	while (len && strchr(" \t\r\n", line[len - 1]))
		line[--len] = '\0';
	return line;
}

static int read_tags(struct facts *facts, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *tag;
	size_t cap = 0;
	int err = 0;

	if (!file)
		return 0;
	while (!err && getline(&line, &cap, file) > 0) {
		tag = strip(line);
		if (*tag && *tag != '#')
			err = add_tag(facts, tag);
	}
	free(line);
	fclose(file);
	return err;
}

int facts_read(struct facts *facts, const char *tags_file)
{
	sd_id128_t id;
	int err;

	memset(facts, 0, sizeof(*facts));
	if (sd_id128_get_machine(&id) >= 0)
		sd_id128_to_string(id, facts->machine);
	if (sd_id128_get_boot(&id) >= 0)
		sd_id128_to_string(id, facts->boot);
	err = read_tags(facts, tags_file);
	if (err)
		facts_free(facts);
	return err;
}

void facts_free(struct facts *facts)
{
	for (unsigned int i = 0; i < facts->n_tags; i++)
		free(facts->tags[i]);
	free(facts->tags);
	memset(facts, 0, sizeof(*facts));
}

static bool is_among(const struct rampart_views *list, const char *text)
{
	size_t len = strlen(text);

	for (u32 i = 0; i < list->n; i++)
		if (list->v[i].len == len && !memcmp(list->v[i].data, text, len))
			return true;
	return false;
}

bool facts_match(const struct facts *facts, const struct rampart_policy *policy)
{
	bool tagged = !policy->tags.n;

	for (unsigned int i = 0; i < facts->n_tags; i++)
		tagged = tagged || is_among(&policy->tags, facts->tags[i]);
	return tagged && (!policy->hosts.n || is_among(&policy->hosts, facts->machine));
}
