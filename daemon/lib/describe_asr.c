// SPDX-License-Identifier: MIT
/* Rules in the words of the authoring format, as if all of them were the policy's own: no catalogue is needed to read them. */
#include <string.h>

#include "describe.h"
#include "text.h"

static bool same_view(struct pb_view a, struct pb_view b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

static void set_text(json_t *object, const char *key, struct pb_view text)
{
	if (text.len)
		json_object_set_new(object, key, rampart_describe_text(text));
}

/* --- classes --- */

static json_t *describe_roles(const struct rampart_policy *policy, u32 i)
{
	json_t *list = json_array();

	for (unsigned int role = 0; role < RAMPART_ROLE_NUM; role++)
		if (policy->roles[role] >> i & 1)
			json_array_append_new(list, json_string(rampart_role_name(role)));
	return list;
}

static json_t *describe_class(const struct rampart_policy *policy, u32 i)
{
	struct rampart_views paths = rampart_policy_class(policy, i);
	json_t *list = json_array(), *roles = describe_roles(policy, i);

	for (u32 j = 0; j < paths.n; j++)
		json_array_append_new(list, rampart_describe_text(paths.v[j]));
	list = json_pack("{s:o}", "paths", list);
	if (json_array_size(roles))
		json_object_set(list, "roles", roles);
	json_decref(roles);
	return list;
}

static json_t *describe_classes(const struct rampart_policy *policy)
{
	json_t *classes = json_object();

	for (u32 i = 0; i < policy->classes.n; i++) {
		json_t *name = rampart_describe_text(policy->classes.v[i]);

		json_object_set_new(classes, json_string_value(name), describe_class(policy, i));
		json_decref(name);
	}
	return classes;
}

/* --- predicates --- */

static json_t *describe_ops(u64 ops)
{
	json_t *list = json_array();

	for (unsigned int op = 0; op < RAMPART_OP_NUM; op++)
		if (ops >> op & 1)
			json_array_append_new(list, json_string(rampart_op_name(op)));
	return list;
}

static void set_names(json_t *object, const char *key, const struct rampart_policy *policy, u64 classes, u64 traits)
{
	json_t *list;

	if (!classes && !traits)
		return;
	list = json_array();
	for (u32 i = 0; i < policy->classes.n; i++)
		if (classes >> i & 1)
			json_array_append_new(list, rampart_describe_text(policy->classes.v[i]));
	for (unsigned int i = 0; i < RAMPART_TRAIT_NUM; i++)
		if (traits >> i & 1)
			json_array_append_new(list, json_string(rampart_trait_name(i)));
	json_object_set_new(object, key, list);
}

static json_t *describe_sessions(u64 sessions)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < RAMPART_SESSION_NUM; i++)
		if (sessions >> i & 1)
			json_array_append_new(list, json_string(rampart_session_name(i)));
	return list;
}

/* Those of @set that are about users, or about control groups, as rules name them. */
static void set_origins(json_t *object, const char *key, const struct rampart_policy *policy, u64 set, bool cgroups)
{
	json_t *list = json_array();

	for (u32 i = 0; i < policy->origins.n; i++) {
		struct rampart_origin origin;

		if (!(set >> i & 1) || !rampart_origin_parse(policy->origins.v[i], &origin) || !origin.cgroup.len == cgroups)
			continue;
		if (cgroups)
			json_array_append_new(list, rampart_describe_text(origin.cgroup));
		else if (origin.first == origin.last)
			json_array_append_new(list, json_integer(origin.first));
		else
			json_array_append_new(list, json_sprintf("%u-%u", origin.first, origin.last));
	}
	if (json_array_size(list))
		json_object_set(object, key, list);
	json_decref(list);
}

json_t *rampart_describe_predicate(const struct rampart_policy *policy, const struct rampart_asr_rule *rule)
{
	json_t *object = json_pack("{s:o}", "on", describe_ops(rule->ops));

	set_names(object, "subject", policy, rule->subject, 0);
	set_names(object, "not_subject", policy, rule->not_subject, 0);
	set_names(object, "exe", policy, rule->exe, 0);
	set_names(object, "not_exe", policy, rule->not_exe, 0);
	set_names(object, "object", policy, rule->object, rule->object_traits);
	set_names(object, "not_object", policy, rule->not_object, rule->not_object_traits);
	set_names(object, "when", policy, 0, rule->when);
	if (rule->sessions)
		json_object_set_new(object, "session", describe_sessions(rule->sessions));
	set_origins(object, "user", policy, rule->users, false);
	set_origins(object, "not_user", policy, rule->not_origins, false);
	set_origins(object, "cgroup", policy, rule->cgroups, true);
	set_origins(object, "not_cgroup", policy, rule->not_origins, true);
	return object;
}

/* --- exclusions --- */

static json_t *describe_exclusion(const struct rampart_exclusion *exclusion)
{
	json_t *object = json_pack("{s:o}", "name", rampart_describe_text(exclusion->name));
	char until[RAMPART_TIME_TEXT];

	set_text(object, "exe", exclusion->exe);
	if (exclusion->sha256.len)
		json_object_set_new(object, "sha256", rampart_describe_hex(exclusion->sha256.data, exclusion->sha256.len));
	if (exclusion->children)
		json_object_set_new(object, "children", json_true());
	set_text(object, "object", exclusion->object);
	set_text(object, "owner", exclusion->owner);
	set_text(object, "reason", exclusion->reason);
	if (exclusion->until)
		json_object_set_new(object, "until", json_string(rampart_time_text(until, exclusion->until)));
	return object;
}

/* Those of all rules are those of the rule without an id. */
static void set_exclusions(json_t *object, const struct rampart_policy *policy, struct pb_view id)
{
	json_t *list = json_array();

	for (u32 i = 0; i < policy->exclusions.n; i++)
		if (same_view(policy->exclusions.v[i].rule, id))
			json_array_append_new(list, describe_exclusion(&policy->exclusions.v[i]));
	if (json_array_size(list))
		json_object_set_new(object, "exclude", list);
	else
		json_decref(list);
}

/* --- rules --- */

static json_t *describe_attack(struct pb_view attack)
{
	const u8 *end = attack.data + attack.len, *at = attack.data;
	json_t *list = json_array();

	while (at < end) {
		const u8 *space = memchr(at, ' ', end - at) ?: end;

		json_array_append_new(list, rampart_describe_text((struct pb_view){ at, space - at }));
		at = space + 1;
	}
	return list;
}

/* The one that begins at rule @first; *@next is the first of the next one. */
static json_t *describe_rule(const struct rampart_policy *policy, u32 first, u32 *next)
{
	const struct rampart_asr_rule *rule = &policy->rules.v[first];
	json_t *match = json_array();
	json_t *object = json_pack("{s:o, s:s}", "id", rampart_describe_text(rule->id), "mode",
				   rampart_mode_name(rule->mode));

	set_text(object, "title", rule->title);
	if (rule->attack.len)
		json_object_set_new(object, "attack", describe_attack(rule->attack));
	for (*next = first; *next < policy->rules.n && same_view(policy->rules.v[*next].id, rule->id); ++*next)
		json_array_append_new(match, rampart_describe_predicate(policy, &policy->rules.v[*next]));
	json_object_set_new(object, "match", match);
	set_exclusions(object, policy, rule->id);
	return object;
}

static void set_digests(json_t *object, const char *key, struct pb_view digests)
{
	json_t *list;

	if (!digests.len)
		return;
	list = json_array();
	for (u32 i = 0; i < digests.len; i += RAMPART_FILE_DIGEST)
		json_array_append_new(list, rampart_describe_hex(digests.data + i, RAMPART_FILE_DIGEST));
	json_object_set_new(object, key, list);
}

static void describe_digests(json_t *object, const struct rampart_policy *policy)
{
	json_t *digests = json_object();

	set_digests(digests, "denied", policy->denied_digests);
	set_digests(digests, "trusted", policy->trusted_digests);
	if (json_object_size(digests))
		json_object_set_new(object, "digests", digests);
	else
		json_decref(digests);
}

void rampart_describe_asr(json_t *object, const struct rampart_policy *policy)
{
	json_t *rules = json_array(), *all = json_object();

	set_exclusions(all, policy, (struct pb_view){ 0 });
	if (json_object_size(all))
		json_object_set_new(object, "asr", json_pack("{s:o}", "*", all));
	else
		json_decref(all);
	if (policy->classes.n)
		json_object_set_new(object, "classes", describe_classes(policy));
	for (u32 i = 0; i < policy->rules.n;)
		json_array_append_new(rules, describe_rule(policy, i, &i));
	json_object_set_new(object, "rules", rules);
	describe_digests(object, policy);
	if (policy->aged_days)
		json_object_set_new(object, "aged_days", json_integer(policy->aged_days));
}
