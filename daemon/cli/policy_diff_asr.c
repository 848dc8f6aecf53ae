// SPDX-License-Identifier: MIT
/* What policy_diff() compares of rules: texts for what they ask, for their classes and exclusions. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "policy_file.h"
#include "text.h"

#define VIEW(view) (int)(view).len, (const char *)(view).data

static bool same_view(struct pb_view a, struct pb_view b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

/* Takes @text, whose length asprintf() returned. */
static bool add_name(struct rampart_views *names, char *text, int len)
{
	if (len < 0)
		return false;
	names->v[names->n++] = (struct pb_view){ .data = (const u8 *)text, .len = len };
	return true;
}

/* Only those of rules that are in force: others change nothing for a host. */
bool asr_name_predicates(struct rampart_views *names, const struct rampart_policy *policy)
{
	bool good = true;

	for (u32 i = 0; i < policy->rules.n && good; i++) {
		json_t *predicate = rampart_describe_predicate(policy, &policy->rules.v[i]);
		char *words = json_dumps(predicate, 0), *text = NULL;
		int len = -1;

		if (words)
			len = asprintf(&text, "%.*s: %s", VIEW(policy->rules.v[i].id), words);
		good = add_name(names, text, len);
		free(words);
		json_decref(predicate);
	}
	return good;
}

bool asr_name_classes(struct rampart_views *names, const struct rampart_policy *policy)
{
	for (u32 i = 0; i < policy->classes.n; i++) {
		struct rampart_views paths = rampart_policy_class(policy, i);

		for (u32 j = 0; j < paths.n; j++) {
			char *text;
			int len = asprintf(&text, "%.*s: %.*s", VIEW(policy->classes.v[i]), VIEW(paths.v[j]));

			if (!add_name(names, text, len))
				return false;
		}
	}
	return true;
}

bool asr_name_exclusions(struct rampart_views *names, const struct rampart_policy *policy)
{
	static const struct pb_view all = { (const u8 *)"all rules", 9 }, anybody = { (const u8 *)"any program", 11 };

	for (u32 i = 0; i < policy->exclusions.n; i++) {
		const struct rampart_exclusion *exclusion = &policy->exclusions.v[i];
		json_t *sha256 = rampart_describe_hex(exclusion->sha256.data, exclusion->sha256.len);
		char until[RAMPART_TIME_TEXT], *text;
		int len = asprintf(&text, "%.*s: %.*s: %.*s%s%s%s%s%.*s%s%s", VIEW(exclusion->rule.len ? exclusion->rule : all),
				   VIEW(exclusion->name), VIEW(exclusion->exe.len ? exclusion->exe : anybody),
				   exclusion->sha256.len ? ", only with SHA-256 " : "", json_string_value(sha256),
				   exclusion->children ? ", and what it starts" : "", exclusion->object.len ? ", at " : "",
				   VIEW(exclusion->object), exclusion->until ? ", until " : "",
				   exclusion->until ? rampart_time_text(until, exclusion->until) : "");

		json_decref(sha256);
		if (!add_name(names, text, len))
			return false;
	}
	return true;
}

static enum rampart_mode rule_mode(const struct rampart_policy *policy, struct pb_view id)
{
	for (u32 i = 0; i < policy->rules.n; i++)
		if (same_view(policy->rules.v[i].id, id))
			return policy->rules.v[i].mode;
	return RAMPART_MODE_OFF;
}

/* Whether an earlier one of @rules, up to @n, has this id. */
static bool has_id(const struct rampart_asr_rules *rules, u32 n, struct pb_view id)
{
	for (u32 i = 0; i < n; i++)
		if (same_view(rules->v[i].id, id))
			return true;
	return false;
}

void asr_diff_modes(const struct rampart_policy *a, const struct rampart_policy *b, policy_change change, json_t *changes)
{
	const struct rampart_policy *policies[] = { a, b };

	for (unsigned int k = 0; k < 2; k++) {
		const struct rampart_asr_rules *rules = &policies[k]->rules;

		for (u32 i = 0; i < rules->n; i++) {
			struct pb_view id = rules->v[i].id;
			char what[sizeof("asr.") + RAMPART_ID_MAX];

			if (has_id(rules, i, id) || (k && has_id(&a->rules, a->rules.n, id)))
				continue;
			snprintf(what, sizeof(what), "asr.%.*s", VIEW(id));
			change(changes, what, rampart_mode_name(rule_mode(a, id)), rampart_mode_name(rule_mode(b, id)), NULL);
		}
	}
}
