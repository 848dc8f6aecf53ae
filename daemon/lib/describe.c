// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include <yaml.h>

#include "describe.h"
#include "text.h"

static json_t *escaped_text(struct pb_view text)
{
	char *copy = malloc(4 * (size_t)text.len + 1), *out = copy;
	json_t *string;

	if (!copy)
		return NULL;
	for (u32 i = 0; i < text.len; i++) {
		if (text.data[i] >= 0x20 && text.data[i] < 0x7f)
			*out++ = text.data[i];
		else
			out += sprintf(out, "\\x%02x", text.data[i]);
	}
	string = json_stringn(copy, out - copy);
	free(copy);
	return string;
}

json_t *rampart_describe_text(struct pb_view text)
{
	json_t *string = memchr(text.data, 0, text.len) ? NULL : json_stringn((const char *)text.data, text.len);

	return string ?: escaped_text(text);
}

json_t *rampart_describe_hex(const u8 *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char hex[128];

	if (len > sizeof(hex) / 2)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	return json_stringn(hex, 2 * len);
}

static json_t *describe_digest(struct pb_view digest)
{
	return rampart_describe_hex(digest.data, digest.len);
}

static json_t *describe_programs(struct rampart_programs programs)
{
	json_t *list = json_array();

	for (u32 i = 0; i < programs.n; i++) {
		const struct rampart_program *program = &programs.v[i];
		json_t *object = json_pack("{s:o}", "exe", rampart_describe_text(program->exe));

		if (program->sha256.len)
			json_object_set_new(object, "sha256", describe_digest(program->sha256));
		if (program->children)
			json_object_set_new(object, "children", json_true());
		if (program->package.len)
			json_object_set_new(object, "package", rampart_describe_text(program->package));
		json_array_append_new(list, object);
	}
	return list;
}

static void set_programs(json_t *object, const char *key, struct rampart_programs programs)
{
	if (programs.n)
		json_object_set_new(object, key, describe_programs(programs));
}

static json_t *describe_list(const struct rampart_views *views, json_t *(*describe)(struct pb_view view))
{
	json_t *list = json_array();

	for (u32 i = 0; i < views->n; i++)
		json_array_append_new(list, describe(views->v[i]));
	return list;
}

static void set_list(json_t *object, const char *key, const struct rampart_views *views,
		     json_t *(*describe)(struct pb_view view))
{
	if (views->n)
		json_object_set_new(object, key, describe_list(views, describe));
}

json_t *rampart_describe_version(u64 version)
{
	char digits[24];

	if (version <= INT64_MAX)
		return json_integer(version);
	/* Beyond JSON's integers in jansson; in YAML both are the same digits. */
	snprintf(digits, sizeof(digits), "%" PRIu64, version);
	return json_string(digits);
}

static json_t *describe_valid(const struct rampart_policy *policy)
{
	char from[RAMPART_TIME_TEXT], until[RAMPART_TIME_TEXT];

	return json_pack("{s:s, s:s}", "from", rampart_time_text(from, policy->valid_from), "until",
			 rampart_time_text(until, policy->valid_until));
}

static json_t *describe_target(const struct rampart_policy *policy)
{
	json_t *target = json_object();

	set_list(target, "tags", &policy->tags, rampart_describe_text);
	set_list(target, "hosts", &policy->hosts, rampart_describe_text);
	return target;
}

const struct folders_mode rampart_folders_modes[] = {
	{ "off", RAMPART_MODE_OFF, RAMPART_MODE_OFF },
	{ "audit", RAMPART_MODE_AUDIT, RAMPART_MODE_AUDIT },
	{ "warn", RAMPART_MODE_WARN, RAMPART_MODE_WARN },
	{ "block", RAMPART_MODE_BLOCK, RAMPART_MODE_BLOCK },
	{ "block-disk-only", RAMPART_MODE_OFF, RAMPART_MODE_BLOCK },
	{ "audit-disk-only", RAMPART_MODE_OFF, RAMPART_MODE_AUDIT },
};

static_assert(ARRAY_SIZE(rampart_folders_modes) == RAMPART_FOLDERS_MODES, "as many as are said to be");

const char *rampart_folders_mode_word(const struct rampart_policy *policy)
{
	for (size_t i = 0; i < RAMPART_FOLDERS_MODES; i++)
		if (rampart_folders_modes[i].folders == policy->folders_mode &&
		    rampart_folders_modes[i].disks == policy->disks_mode)
			return rampart_folders_modes[i].word;
	return NULL;
}

static json_t *describe_folders(const struct rampart_policy *policy)
{
	const char *word = rampart_folders_mode_word(policy);
	json_t *folders = json_pack("{s:s}", "mode", word ?: rampart_mode_name(policy->folders_mode));

	/* No YAML makes this, but another compiler may: better a key that is unknown than one that says something else. */
	if (!word)
		json_object_set_new(folders, "disks", json_string(rampart_mode_name(policy->disks_mode)));
	set_list(folders, "protect", &policy->protect, rampart_describe_text);
	set_programs(folders, "allow", policy->allow);
	return folders;
}

static json_t *describe_secret(const struct rampart_policy *policy, u32 i)
{
	json_t *secret = json_pack("{s:o}", "path", rampart_describe_text(policy->secrets.v[i]));

	set_programs(secret, "allow", rampart_policy_readers(policy, i));
	return secret;
}

static json_t *describe_secrets(const struct rampart_policy *policy)
{
	json_t *secrets = json_pack("{s:s}", "mode", rampart_mode_name(policy->secrets_mode));
	json_t *places = json_array();

	for (u32 i = 0; i < policy->secrets.n; i++)
		json_array_append_new(places, describe_secret(policy, i));
	json_object_set_new(secrets, "places", places);
	return secrets;
}

static json_t *describe_self_protection(const struct rampart_policy *policy)
{
	json_t *self = json_pack("{s:s}", "mode", rampart_mode_name(policy->self_mode));

	set_programs(self, "updaters", policy->updaters);
	return self;
}

json_t *rampart_describe(const struct rampart_policy *policy)
{
	json_t *object = json_object();

	json_object_set_new(object, "rampart", json_integer(RAMPART_FORMAT));
	json_object_set_new(object, "name", rampart_describe_text(policy->name));
	json_object_set_new(object, "version", rampart_describe_version(policy->version));
	json_object_set_new(object, "valid", describe_valid(policy));
	if (policy->tags.n || policy->hosts.n)
		json_object_set_new(object, "target", describe_target(policy));
	/* Even when empty: leaving it out would mean the default. */
	json_object_set_new(object, "homes", describe_list(&policy->homes, rampart_describe_text));
	json_object_set_new(object, "folders", describe_folders(policy));
	if (policy->secrets_mode || policy->secrets.n)
		json_object_set_new(object, "secrets", describe_secrets(policy));
	json_object_set_new(object, "self_protection", describe_self_protection(policy));
	if (policy->rules.n)
		rampart_describe_asr(object, policy);
	if (policy->devices.mode || policy->devices.rules.n)
		json_object_set_new(object, "devices", rampart_describe_devices(&policy->devices));
	set_list(object, "revoked", &policy->revoked, describe_digest);
	return object;
}

/* --- JSON as YAML --- */

static bool emit_value(yaml_emitter_t *yaml, const json_t *value);

static bool emit_scalar(yaml_emitter_t *yaml, const char *text, size_t len)
{
	yaml_event_t event;

	return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, len, 1, 1,
					    YAML_ANY_SCALAR_STYLE) &&
	       yaml_emitter_emit(yaml, &event);
}

static bool emit_integer(yaml_emitter_t *yaml, json_int_t value)
{
	char digits[24];

	return emit_scalar(yaml, digits, snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, value));
}

static bool emit_list(yaml_emitter_t *yaml, const json_t *list)
{
	yaml_event_t event;

	if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE) ||
	    !yaml_emitter_emit(yaml, &event))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!emit_value(yaml, json_array_get(list, i)))
			return false;
	return yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(yaml, &event);
}

static bool emit_mapping(yaml_emitter_t *yaml, json_t *object)
{
	const char *key;
	json_t *value;
	yaml_event_t event;

	if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE) ||
	    !yaml_emitter_emit(yaml, &event))
		return false;
	json_object_foreach(object, key, value)
		if (!emit_scalar(yaml, key, strlen(key)) || !emit_value(yaml, value))
			return false;
	return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(yaml, &event);
}

static bool emit_value(yaml_emitter_t *yaml, const json_t *value)
{
	if (json_is_object(value))
		return emit_mapping(yaml, (json_t *)value);
	if (json_is_array(value))
		return emit_list(yaml, value);
	if (json_is_integer(value))
		return emit_integer(yaml, json_integer_value(value));
	if (json_is_true(value))
		return emit_scalar(yaml, "true", strlen("true"));
	return emit_scalar(yaml, json_string_value(value), json_string_length(value));
}

static bool emit_document(yaml_emitter_t *yaml, json_t *document)
{
	yaml_event_t event;

	return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) && yaml_emitter_emit(yaml, &event) &&
	       yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) && yaml_emitter_emit(yaml, &event) &&
	       emit_value(yaml, document) && yaml_document_end_event_initialize(&event, 1) &&
	       yaml_emitter_emit(yaml, &event) && yaml_stream_end_event_initialize(&event) &&
	       yaml_emitter_emit(yaml, &event);
}

int rampart_describe_yaml(const struct rampart_policy *policy, FILE *out)
{
	json_t *document = rampart_describe(policy);
	yaml_emitter_t yaml;
	bool good = false;

	if (document && yaml_emitter_initialize(&yaml)) {
		yaml_emitter_set_output_file(&yaml, out);
		yaml_emitter_set_unicode(&yaml, 1);
		yaml_emitter_set_width(&yaml, -1);
		good = emit_document(&yaml, document);
		yaml_emitter_delete(&yaml);
	}
	json_decref(document);
	return good ? 0 : -EIO;
}
