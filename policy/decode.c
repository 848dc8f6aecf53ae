// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * PolicyBundle and DisarmToken, decoded by tables: one row for each field of proto/policy.proto.
 *
 * A bundle is walked twice. The first walk checks everything and counts the lists; the second only fills them, so
 * that one allocation per list has the exact size, and nothing is allocated for a message that is refused anyway.
 *
 * No message may have a field 6 of type FIXED64: its tag is 0x31, which is how signed attributes begin. Anyone can
 * pass the signed attributes of a CMS message off as the content of another one, with a signature that verifies.
 */
#include <env.h>

#include "decode.h"
#include "device.h"

#define TAG_MAX 64
#define HOST_LEN 32
#define DIGEST_LEN RAMPART_FILE_DIGEST
#define CHALLENGE_LEN 16
#define ATTACK_MAX 100
#define COMPONENTS_MAX 64
#define COMPONENT_MAX 255

/* What is decoded into, until all of it is known to be good. */
struct bundle {
	u64 format;
	struct rampart_policy policy;
	struct pb_view name;	/* of the secret or the class that is being read */
};

struct token {
	struct pb_view challenge;
	s64 valid_from;
	s64 valid_until;
};

enum kind {
	KIND_NUMBER,	/* u64, or s64 in two's complement */
	KIND_FORMAT,
	KIND_MODE,
	KIND_BOOL,
	KIND_VIEW,	/* string or bytes */
	KIND_VIEWS,	/* repeated string or bytes */
	KIND_STRUCTS,	/* repeated message, each in a struct of its own */
	KIND_MESSAGE,	/* one nested message, its members in the same struct */
	KIND_GROUPS,	/* repeated message: a name, and entries that follow those of the groups before it */
};

/**
 * struct member - one field of a message
 * @number: the field's number
 * @kind: what it is; decides the wire type, and whether it may be repeated
 * @required: neither absent nor zero nor empty
 * @cap: entries in a list
 * @offset: of the value in the struct that is decoded into
 * @check: what every view must fulfil
 * @nested: the members of a nested message
 * @size: of a struct in a list of them
 * @entries: of groups, where the list of all their entries is
 * @ends: of groups, where their array of ends is
 */
struct member {
	u32 number;
	enum kind kind;
	bool required;
	u32 cap;
	size_t offset;
	enum rampart_reason (*check)(struct pb_view v);
	const struct message *nested;
	size_t size;
	size_t entries, ends;
};

struct message {
	const struct member *members;
	unsigned int n;
};

#define MESSAGE(list) { .members = (list), .n = ARRAY_SIZE(list) }

/* --- checks of values --- */

static const char *check_component(const u8 *name, size_t len, enum rampart_path_kind kind)
{
	if (!len)
		return "has an empty component (\"//\", or a slash at its end)";
	if (len > COMPONENT_MAX)
		return "has a component of more than 255 bytes";
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return "has a \".\" or \"..\" component";
	if (!memchr(name, '*', len))
		return NULL;
	if (kind == RAMPART_PATH_EXACT)
		return "must not have a wildcard";
	return len == 1 ? NULL : "has a \"*\" that is not a whole component";
}

const char *rampart_path_check(struct pb_view path, enum rampart_path_kind kind)
{
	const u8 *pos = path.data;
	const u8 *end = path.data + path.len;
	unsigned int components = 0;

	if (path.len < 2)
		return path.len && *pos == '/' ? "must not be the root directory" :
						 "is too short to be an absolute path";
	if (path.len > RAMPART_PATH_MAX)
		return "is longer than 4095 bytes";
	if (memchr(pos, 0, path.len))
		return "has a NUL byte";
	if (kind == RAMPART_PATH_PLACE && *pos == '~')
		pos++;
	if (*pos != '/')
		return kind == RAMPART_PATH_PLACE ? "must begin with \"/\" or \"~/\"" : "must begin with \"/\"";

	while (pos < end) {
		const u8 *name = pos + 1;
		const u8 *slash = memchr(name, '/', end - name);
		const char *wrong;

		pos = slash ? slash : end;
		wrong = check_component(name, pos - name, kind);
		if (wrong)
			return wrong;
		if (++components > COMPONENTS_MAX)
			return "has more than 64 components";
	}
	return NULL;
}

static enum rampart_reason check_path(struct pb_view v, enum rampart_path_kind kind)
{
	if (v.len > RAMPART_PATH_MAX)
		return RAMPART_REASON_OVER_CAP;
	return rampart_path_check(v, kind) ? RAMPART_REASON_BAD_VALUE : RAMPART_REASON_OK;
}

static enum rampart_reason check_exe(struct pb_view v)
{
	return check_path(v, RAMPART_PATH_EXACT);
}

static enum rampart_reason check_home(struct pb_view v)
{
	return check_path(v, RAMPART_PATH_PATTERN);
}

static enum rampart_reason check_place(struct pb_view v)
{
	return check_path(v, RAMPART_PATH_PLACE);
}

static bool is_alnum(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static enum rampart_reason check_name(struct pb_view v)
{
	if (v.len > RAMPART_NAME_MAX)
		return RAMPART_REASON_OVER_CAP;
	for (u32 i = 0; i < v.len; i++)
		if (!is_alnum(v.data[i]) && v.data[i] != '.' && v.data[i] != '_' && v.data[i] != '-')
			return RAMPART_REASON_BAD_VALUE;
	return RAMPART_REASON_OK;
}

/* Texts end up in status lines, so no control bytes. */
static enum rampart_reason check_text(struct pb_view v, u32 max)
{
	if (v.len > max)
		return RAMPART_REASON_OVER_CAP;
	for (u32 i = 0; i < v.len; i++)
		if (v.data[i] < ' ' || v.data[i] == 0x7f)
			return RAMPART_REASON_BAD_VALUE;
	return RAMPART_REASON_OK;
}

static enum rampart_reason check_tag(struct pb_view v)
{
	return v.len ? check_text(v, TAG_MAX) : RAMPART_REASON_BAD_VALUE;
}

static enum rampart_reason check_host(struct pb_view v)
{
	if (v.len != HOST_LEN)
		return RAMPART_REASON_BAD_VALUE;
	for (u32 i = 0; i < v.len; i++)
		if (!(v.data[i] >= '0' && v.data[i] <= '9') && !(v.data[i] >= 'a' && v.data[i] <= 'f'))
			return RAMPART_REASON_BAD_VALUE;
	return RAMPART_REASON_OK;
}

static enum rampart_reason check_digest(struct pb_view v)
{
	return v.len == DIGEST_LEN ? RAMPART_REASON_OK : RAMPART_REASON_BAD_VALUE;
}

static enum rampart_reason check_sha256(struct pb_view v)
{
	return v.len ? check_digest(v) : RAMPART_REASON_OK;
}

static enum rampart_reason check_digests(struct pb_view v)
{
	if (v.len % DIGEST_LEN)
		return RAMPART_REASON_BAD_VALUE;
	if (v.len / DIGEST_LEN > RAMPART_DIGESTS_MAX)
		return RAMPART_REASON_OVER_CAP;
	for (u32 i = DIGEST_LEN; i < v.len; i += DIGEST_LEN) {
		if (memcmp(v.data + i - DIGEST_LEN, v.data + i, DIGEST_LEN) >= 0)
			return RAMPART_REASON_BAD_VALUE;
		env_relax();
	}
	return RAMPART_REASON_OK;
}

static enum rampart_reason check_package(struct pb_view v)
{
	if (v.len > RAMPART_PACKAGE_MAX)
		return RAMPART_REASON_OVER_CAP;
	for (u32 i = 0; i < v.len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789+-.:", v.data[i]) || !v.data[i])
			return RAMPART_REASON_BAD_VALUE;
	return RAMPART_REASON_OK;
}

static enum rampart_reason check_id(struct pb_view v)
{
	if (v.len > RAMPART_ID_MAX)
		return RAMPART_REASON_OVER_CAP;
	for (u32 i = 0; i < v.len; i++)
		if (!(v.data[i] >= '0' && v.data[i] <= '9') && !(v.data[i] >= 'a' && v.data[i] <= 'z') && v.data[i] != '_' &&
		    v.data[i] != '-')
			return RAMPART_REASON_BAD_VALUE;
	return RAMPART_REASON_OK;
}

static enum rampart_reason check_note(struct pb_view v)
{
	return check_text(v, RAMPART_NOTE_MAX);
}

static enum rampart_reason check_attack(struct pb_view v)
{
	return check_text(v, ATTACK_MAX);
}

static enum rampart_reason check_exe_or_none(struct pb_view v)
{
	return v.len ? check_exe(v) : RAMPART_REASON_OK;
}

static enum rampart_reason check_place_or_none(struct pb_view v)
{
	return v.len ? check_place(v) : RAMPART_REASON_OK;
}

/* At least one digit, and no zero before others. */
static bool take_digits(struct pb_view *text, u32 *number)
{
	u64 n = 0;
	u32 len = 0;

	for (; len < text->len && text->data[len] >= '0' && text->data[len] <= '9' && n <= U32_MAX; len++)
		n = 10 * n + text->data[len] - '0';
	if (!len || n > U32_MAX || (len > 1 && text->data[0] == '0'))
		return false;
	*number = n;
	text->data += len;
	text->len -= len;
	return true;
}

static bool take_word(struct pb_view *text, const char *word)
{
	u32 len = strlen(word);

	if (text->len < len || memcmp(text->data, word, len))
		return false;
	text->data += len;
	text->len -= len;
	return true;
}

bool rampart_origin_parse(struct pb_view text, struct rampart_origin *origin)
{
	*origin = (struct rampart_origin){};
	if (take_word(&text, "cgroup:")) {
		origin->cgroup = text;
		return !rampart_path_check(text, RAMPART_PATH_PATTERN);
	}
	return take_word(&text, "user:") && take_digits(&text, &origin->first) && take_word(&text, "-") &&
	       take_digits(&text, &origin->last) && !text.len && origin->first <= origin->last;
}

static enum rampart_reason check_origin(struct pb_view v)
{
	struct rampart_origin origin;

	return rampart_origin_parse(v, &origin) ? RAMPART_REASON_OK : RAMPART_REASON_BAD_VALUE;
}

static enum rampart_reason check_user(struct pb_view v)
{
	struct rampart_origin origin;

	return rampart_origin_parse(v, &origin) && !origin.cgroup.len ? RAMPART_REASON_OK : RAMPART_REASON_BAD_VALUE;
}

static enum rampart_reason check_expression(struct pb_view v)
{
	return v.len > RAMPART_DEVICE_TOKENS_MAX * RAMPART_DEVICE_TOKEN_SIZE ? RAMPART_REASON_OVER_CAP : RAMPART_REASON_OK;
}

/* Numbers of groups. */
static enum rampart_reason check_numbers(struct pb_view v)
{
	if (v.len > 2 * RAMPART_DEVICE_TOKENS_MAX)
		return RAMPART_REASON_OVER_CAP;
	return v.len % 2 ? RAMPART_REASON_BAD_VALUE : RAMPART_REASON_OK;
}

static enum rampart_reason check_challenge(struct pb_view v)
{
	return v.len == CHALLENGE_LEN ? RAMPART_REASON_OK : RAMPART_REASON_BAD_VALUE;
}

/* --- the messages --- */

#define AT(m) .offset = offsetof(struct bundle, m)
#define PROGRAMS .cap = RAMPART_PROGRAMS_MAX, .nested = &program_message, .size = sizeof(struct rampart_program)

static const struct member target_members[] = {
	{ 1, KIND_VIEWS, AT(policy.tags), .cap = RAMPART_TAGS_MAX, .check = check_tag },
	{ 2, KIND_VIEWS, AT(policy.hosts), .cap = RAMPART_TAGS_MAX, .check = check_host },
};

#define OF(m) .offset = offsetof(struct rampart_program, m)

static const struct member program_members[] = {
	{ 1, KIND_VIEW, OF(exe), .required = true, .check = check_exe },
	{ 2, KIND_VIEW, OF(sha256), .check = check_sha256 },
	{ 3, KIND_BOOL, OF(children) },
	{ 4, KIND_VIEW, OF(package), .check = check_package },
};
#undef OF

static const struct message program_message = MESSAGE(program_members);

static const struct member folders_members[] = {
	{ 1, KIND_MODE, AT(policy.folders_mode) },
	{ 2, KIND_VIEWS, AT(policy.protect), .cap = RAMPART_PATTERNS_MAX, .check = check_place },
	{ 3, KIND_STRUCTS, AT(policy.allow), PROGRAMS },
	{ 4, KIND_MODE, AT(policy.disks_mode) },
};

static const struct member secret_members[] = {
	{ 1, KIND_VIEW, AT(name), .required = true, .check = check_place },
	{ 2, KIND_STRUCTS, AT(policy.readers), PROGRAMS },
};

static const struct message secret_message = MESSAGE(secret_members);

static const struct member secrets_members[] = {
	{ 1, KIND_MODE, AT(policy.secrets_mode) },
	{ 2, KIND_GROUPS, AT(policy.secrets), .cap = RAMPART_SECRETS_MAX, .nested = &secret_message,
	  .entries = offsetof(struct bundle, policy.readers.n), .ends = offsetof(struct bundle, policy.readers_end) },
};

static const struct member self_members[] = {
	{ 1, KIND_MODE, AT(policy.self_mode) },
	{ 2, KIND_STRUCTS, AT(policy.updaters), PROGRAMS },
};

static const struct member class_members[] = {
	{ 1, KIND_VIEW, AT(name), .required = true, .check = check_id },
	{ 2, KIND_VIEWS, AT(policy.class_paths), .cap = RAMPART_PATTERNS_MAX, .check = check_place },
};

#define OF(m) .offset = offsetof(struct rampart_asr_rule, m)

static const struct member rule_members[] = {
	{ 1, KIND_VIEW, OF(id), .required = true, .check = check_id },
	{ 2, KIND_MODE, OF(mode) },
	{ 3, KIND_NUMBER, OF(ops), .required = true },
	{ 4, KIND_NUMBER, OF(subject) },
	{ 5, KIND_NUMBER, OF(not_subject) },
	{ 6, KIND_NUMBER, OF(exe) },
	{ 7, KIND_NUMBER, OF(not_exe) },
	{ 8, KIND_NUMBER, OF(object) },
	{ 9, KIND_NUMBER, OF(not_object) },
	{ 10, KIND_NUMBER, OF(object_traits) },
	{ 11, KIND_NUMBER, OF(not_object_traits) },
	{ 12, KIND_NUMBER, OF(when) },
	{ 13, KIND_VIEW, OF(title), .check = check_note },
	{ 14, KIND_VIEW, OF(attack), .check = check_attack },
	{ 16, KIND_NUMBER, OF(sessions) },
	{ 17, KIND_NUMBER, OF(users) },
	{ 18, KIND_NUMBER, OF(cgroups) },
	{ 19, KIND_NUMBER, OF(not_origins) },
};
#undef OF

#define OF(m) .offset = offsetof(struct rampart_exclusion, m)

static const struct member exclusion_members[] = {
	{ 1, KIND_VIEW, OF(name), .required = true, .check = check_id },
	{ 2, KIND_VIEW, OF(rule), .check = check_id },
	{ 3, KIND_VIEW, OF(exe), .check = check_exe_or_none },
	{ 4, KIND_VIEW, OF(sha256), .check = check_sha256 },
	{ 5, KIND_BOOL, OF(children) },
	{ 6, KIND_VIEW, OF(object), .check = check_place_or_none },
	{ 7, KIND_NUMBER, OF(until) },
	{ 8, KIND_VIEW, OF(owner), .check = check_note },
	{ 9, KIND_VIEW, OF(reason), .check = check_note },
};
#undef OF

static const struct message class_message = MESSAGE(class_members);
static const struct message rule_message = MESSAGE(rule_members);
static const struct message exclusion_message = MESSAGE(exclusion_members);

static const struct member asr_members[] = {
	{ 1, KIND_GROUPS, AT(policy.classes), .cap = RAMPART_CLASSES_MAX, .nested = &class_message,
	  .entries = offsetof(struct bundle, policy.class_paths.n), .ends = offsetof(struct bundle, policy.class_end) },
	{ 2, KIND_STRUCTS, AT(policy.rules), .cap = RAMPART_ASR_RULES_MAX, .nested = &rule_message,
	  .size = sizeof(struct rampart_asr_rule) },
	{ 3, KIND_STRUCTS, AT(policy.exclusions), .cap = RAMPART_EXCLUSIONS_MAX, .nested = &exclusion_message,
	  .size = sizeof(struct rampart_exclusion) },
	{ 4, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_DOWNLOADS]) },
	{ 5, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_MAILS]) },
	{ 6, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_PACKAGES]) },
	{ 7, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_COPIES]) },
	{ 8, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_INTERPRETS]) },
	{ 9, KIND_VIEW, AT(policy.denied_digests), .check = check_digests },
	{ 10, KIND_VIEW, AT(policy.trusted_digests), .check = check_digests },
	{ 11, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_TOOLS]) },
	{ 12, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_CANARIES]) },
	{ 13, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_LAUNCHES]) },
	{ 14, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_SNAPSHOTS]) },
	{ 15, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_CACHES]) },
	{ 16, KIND_VIEWS, AT(policy.origins), .cap = RAMPART_ORIGINS_MAX, .check = check_origin },
	{ 17, KIND_NUMBER, AT(policy.aged_days) },
	{ 18, KIND_NUMBER, AT(policy.roles[RAMPART_ROLE_PLAIN_SHELLS]) },
};

#define OF(m) .offset = offsetof(struct rampart_device_condition, m)

static const struct member condition_members[] = {
	{ 1, KIND_NUMBER, OF(kind) },
	{ 2, KIND_NUMBER, OF(set) },
	{ 3, KIND_VIEW, OF(text), .check = check_note },
};
#undef OF

#define OF(m) .offset = offsetof(struct rampart_device_group, m)

static const struct member group_members[] = {
	{ 1, KIND_VIEW, OF(id), .required = true, .check = check_id },
	{ 2, KIND_VIEW, OF(expression), .required = true, .check = check_expression },
};
#undef OF

#define OF(m) .offset = offsetof(struct rampart_device_rule, m)

static const struct member device_rule_members[] = {
	{ 1, KIND_VIEW, OF(id), .required = true, .check = check_id },
	{ 2, KIND_MODE, OF(mode) },
	{ 3, KIND_VIEW, OF(include), .check = check_numbers },
	{ 4, KIND_VIEW, OF(exclude), .check = check_numbers },
	{ 5, KIND_VIEW, OF(title), .check = check_note },
};
#undef OF

#define OF(m) .offset = offsetof(struct rampart_device_entry, m)

static const struct member entry_members[] = {
	{ 1, KIND_NUMBER, OF(rule) },
	{ 2, KIND_NUMBER, OF(decision) },
	{ 3, KIND_NUMBER, OF(access), .required = true },
	{ 4, KIND_NUMBER, OF(users) },
	{ 5, KIND_BOOL, OF(notify) },
	{ 6, KIND_NUMBER, OF(days) },
	{ 7, KIND_NUMBER, OF(from) },
	{ 8, KIND_NUMBER, OF(until) },
};
#undef OF

static const struct message condition_message = MESSAGE(condition_members);
static const struct message group_message = MESSAGE(group_members);
static const struct message device_rule_message = MESSAGE(device_rule_members);
static const struct message entry_message = MESSAGE(entry_members);

#define DEVICE_LIST(list, message, type) \
	KIND_STRUCTS, AT(policy.devices.list), .cap = RAMPART_DEVICE_LIST_MAX, .nested = &(message), .size = sizeof(type)

static const struct member devices_members[] = {
	{ 1, KIND_MODE, AT(policy.devices.mode) },
	{ 2, KIND_BOOL, AT(policy.devices.deny) },
	{ 3, DEVICE_LIST(conditions, condition_message, struct rampart_device_condition) },
	{ 4, DEVICE_LIST(groups, group_message, struct rampart_device_group) },
	{ 5, DEVICE_LIST(rules, device_rule_message, struct rampart_device_rule) },
	{ 6, DEVICE_LIST(entries, entry_message, struct rampart_device_entry) },
	{ 7, KIND_VIEWS, AT(policy.devices.users), .cap = RAMPART_DEVICE_USERS_MAX, .check = check_user },
};

static const struct message target_message = MESSAGE(target_members);
static const struct message folders_message = MESSAGE(folders_members);
static const struct message secrets_message = MESSAGE(secrets_members);
static const struct message self_message = MESSAGE(self_members);
static const struct message asr_message = MESSAGE(asr_members);
static const struct message devices_message = MESSAGE(devices_members);

static const struct member bundle_members[] = {
	{ 1, KIND_FORMAT, AT(format), .required = true },
	{ 2, KIND_VIEW, AT(policy.name), .required = true, .check = check_name },
	{ 3, KIND_NUMBER, AT(policy.version), .required = true },
	{ 4, KIND_NUMBER, AT(policy.valid_from), .required = true },
	{ 5, KIND_NUMBER, AT(policy.valid_until), .required = true },
	{ 6, KIND_MESSAGE, .nested = &target_message },
	{ 7, KIND_VIEWS, AT(policy.homes), .cap = RAMPART_PATTERNS_MAX, .check = check_home },
	{ 8, KIND_MESSAGE, .nested = &folders_message },
	{ 9, KIND_MESSAGE, .nested = &self_message },
	{ 10, KIND_VIEWS, AT(policy.revoked), .cap = RAMPART_REVOKED_MAX, .check = check_digest },
	{ 11, KIND_MESSAGE, .nested = &secrets_message },
	{ 12, KIND_MESSAGE, .nested = &asr_message },
	{ 13, KIND_MESSAGE, .nested = &devices_message },
};

static const struct member token_members[] = {
	{ 101, KIND_VIEW, .offset = offsetof(struct token, challenge), .required = true, .check = check_challenge },
	{ 102, KIND_NUMBER, .offset = offsetof(struct token, valid_from), .required = true },
	{ 103, KIND_NUMBER, .offset = offsetof(struct token, valid_until), .required = true },
};

static const struct message bundle_message = MESSAGE(bundle_members);
static const struct message token_message = MESSAGE(token_members);

/* --- the walk --- */

static enum rampart_reason walk(const struct message *message, struct pb_view bytes, void *base);

static bool is_repeated(const struct member *member)
{
	return member->kind == KIND_VIEWS || member->kind == KIND_STRUCTS || member->kind == KIND_GROUPS;
}

static enum pb_type wire_type(const struct member *member)
{
	return member->kind <= KIND_BOOL ? PB_VARINT : PB_BYTES;
}

/* Counts, or fills once there is an array to fill. */
static enum rampart_reason append(struct rampart_views *list, struct pb_view v, u32 cap)
{
	if (list->n == cap)
		return RAMPART_REASON_OVER_CAP;
	if (list->v)
		list->v[list->n] = v;
	list->n++;
	return RAMPART_REASON_OK;
}

static enum rampart_reason take_number(const struct member *member, u64 value, void *at)
{
	if (!value && member->required)
		return RAMPART_REASON_MISSING_FIELD;
	switch (member->kind) {
	case KIND_MODE:
		if (value >= RAMPART_MODE_NUM)
			return RAMPART_REASON_BAD_VALUE;
		*(enum rampart_mode *)at = value;
		return RAMPART_REASON_OK;
	case KIND_BOOL:
		if (value > 1)
			return RAMPART_REASON_BAD_VALUE;
		*(bool *)at = value;
		return RAMPART_REASON_OK;
	case KIND_FORMAT:
		if (value != RAMPART_FORMAT)
			return RAMPART_REASON_BAD_VALUE;
		fallthrough;
	default:
		*(u64 *)at = value;
		return RAMPART_REASON_OK;
	}
}

static enum rampart_reason take_bytes(const struct member *member, struct pb_view v, void *at)
{
	enum rampart_reason reason;

	if (!v.len && member->required)
		return RAMPART_REASON_MISSING_FIELD;
	reason = member->check(v);
	if (reason)
		return reason;
	if (member->kind == KIND_VIEWS)
		return append(at, v, member->cap);
	*(struct pb_view *)at = v;
	return RAMPART_REASON_OK;
}

/* A list of any structs: programs, rules, exclusions. */
struct structs {
	void *v;
	u32 n;
} __attribute__((may_alias));

static_assert(sizeof(struct structs) == sizeof(struct rampart_programs), "the same for all of them");
static_assert(offsetof(struct structs, n) == offsetof(struct rampart_programs, n), "the same for all of them");

union any_struct {
	struct rampart_program program;
	struct rampart_asr_rule rule;
	struct rampart_exclusion exclusion;
	struct rampart_device_condition condition;
	struct rampart_device_group group;
	struct rampart_device_rule device_rule;
	struct rampart_device_entry entry;
};

static enum rampart_reason take_struct(const struct member *member, struct pb_view v, struct structs *list)
{
	union any_struct any;
	enum rampart_reason reason;

	memset(&any, 0, sizeof(any));
	reason = walk(member->nested, v, &any);
	if (reason)
		return reason;
	if (list->n == member->cap)
		return RAMPART_REASON_OVER_CAP;
	if (list->v)
		memcpy((u8 *)list->v + list->n * member->size, &any, member->size);
	list->n++;
	return RAMPART_REASON_OK;
}

static enum rampart_reason take_group(const struct member *member, struct pb_view v, struct bundle *bundle)
{
	struct rampart_views *names = (void *)((u8 *)bundle + member->offset);
	const u32 *entries = (void *)((u8 *)bundle + member->entries);
	u32 *ends = (void *)((u8 *)bundle + member->ends);
	enum rampart_reason reason = walk(member->nested, v, bundle);

	if (!reason)
		reason = append(names, bundle->name, member->cap);
	if (!reason)
		ends[names->n - 1] = *entries;
	return reason;
}

static enum rampart_reason take(const struct member *member, const struct pb_field *field, void *base)
{
	void *at = (u8 *)base + member->offset;

	switch (member->kind) {
	case KIND_MESSAGE:
		return walk(member->nested, field->bytes, base);
	case KIND_STRUCTS:
		return take_struct(member, field->bytes, at);
	case KIND_GROUPS:
		return take_group(member, field->bytes, base);
	case KIND_VIEW:
	case KIND_VIEWS:
		return take_bytes(member, field->bytes, at);
	default:
		return take_number(member, field->value, at);
	}
}

static int find(const struct message *message, const struct pb_field *field)
{
	for (unsigned int i = 0; i < message->n; i++)
		if (message->members[i].number == field->number)
			return wire_type(&message->members[i]) == field->type ? (int)i : -1;
	return -1;
}

/* Recursion ends with the tables: bundle, secrets, secret, program; bundle, asr, class; bundle, devices, rule. */
static enum rampart_reason walk(const struct message *message, struct pb_view bytes, void *base)
{
	struct pb_reader reader = pb_reader(bytes);
	struct pb_field field;
	u32 seen = 0;
	int ret;

	while ((ret = pb_next(&reader, &field)) > 0) {
		int i = find(message, &field);
		enum rampart_reason reason;

		if (i < 0)
			return RAMPART_REASON_UNKNOWN_FIELD;
		if (seen & 1u << i && !is_repeated(&message->members[i]))
			return RAMPART_REASON_BAD_VALUE;
		seen |= 1u << i;
		reason = take(&message->members[i], &field, base);
		if (reason)
			return reason;
		env_relax();
	}
	if (ret)
		return ret == -EPROTO ? RAMPART_REASON_UNKNOWN_FIELD : RAMPART_REASON_ENCODING;

	for (unsigned int i = 0; i < message->n; i++)
		if (message->members[i].required && !(seen & 1u << i))
			return RAMPART_REASON_MISSING_FIELD;
	return RAMPART_REASON_OK;
}

static const size_t lists[] = {
	offsetof(struct rampart_policy, tags),    offsetof(struct rampart_policy, hosts),
	offsetof(struct rampart_policy, homes),   offsetof(struct rampart_policy, protect),
	offsetof(struct rampart_policy, revoked), offsetof(struct rampart_policy, secrets),
	offsetof(struct rampart_policy, classes), offsetof(struct rampart_policy, class_paths),
	offsetof(struct rampart_policy, origins), offsetof(struct rampart_policy, devices.users),
};

static const struct {
	size_t offset, size;
} struct_lists[] = {
	{ offsetof(struct rampart_policy, allow), sizeof(struct rampart_program) },
	{ offsetof(struct rampart_policy, updaters), sizeof(struct rampart_program) },
	{ offsetof(struct rampart_policy, readers), sizeof(struct rampart_program) },
	{ offsetof(struct rampart_policy, rules), sizeof(struct rampart_asr_rule) },
	{ offsetof(struct rampart_policy, exclusions), sizeof(struct rampart_exclusion) },
	{ offsetof(struct rampart_policy, devices.conditions), sizeof(struct rampart_device_condition) },
	{ offsetof(struct rampart_policy, devices.groups), sizeof(struct rampart_device_group) },
	{ offsetof(struct rampart_policy, devices.rules), sizeof(struct rampart_device_rule) },
	{ offsetof(struct rampart_policy, devices.entries), sizeof(struct rampart_device_entry) },
};

static struct rampart_views *list_at(struct rampart_policy *policy, unsigned int i)
{
	return (void *)((u8 *)policy + lists[i]);
}

static struct structs *structs_at(struct rampart_policy *policy, unsigned int i)
{
	return (void *)((u8 *)policy + struct_lists[i].offset);
}

/* Room for the @n entries that were counted; none are in it yet. Nothing more once one has failed. */
static void *allocate_list(u32 *n, size_t size, bool *failed)
{
	void *v = *n && !*failed ? env_calloc(*n, size) : NULL;

	*failed |= *n && !v;
	*n = 0;
	return v;
}

static enum rampart_reason allocate_lists(struct rampart_policy *policy)
{
	bool failed = false;

	for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++) {
		struct rampart_views *list = list_at(policy, i);

		list->v = allocate_list(&list->n, sizeof(*list->v), &failed);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(struct_lists); i++) {
		struct structs *list = structs_at(policy, i);

		list->v = allocate_list(&list->n, struct_lists[i].size, &failed);
	}
	return failed ? RAMPART_REASON_NO_MEMORY : RAMPART_REASON_OK;
}

void rampart_policy_free(struct rampart_policy *policy)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++) {
		struct rampart_views *list = list_at(policy, i);

		env_free(list->v);
		*list = (struct rampart_views){};
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(struct_lists); i++) {
		struct structs *list = structs_at(policy, i);

		env_free(list->v);
		*list = (struct structs){};
	}
}

static bool same_view(struct pb_view a, struct pb_view b)
{
	return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

static bool classes_differ(const struct rampart_views *classes)
{
	for (u32 i = 0; i < classes->n; i++)
		for (u32 j = 0; j < i; j++)
			if (same_view(classes->v[i], classes->v[j]))
				return false;
	return true;
}

static const struct rampart_asr_rule *find_rule(const struct rampart_asr_rules *rules, struct pb_view id)
{
	for (u32 i = 0; i < rules->n; i++)
		if (same_view(rules->v[i].id, id))
			return &rules->v[i];
	return NULL;
}

/* Sets of the policy's origins, by kind. */
struct origins {
	u64 users, cgroups;
};

static struct origins origins_of(const struct rampart_policy *policy)
{
	struct origins origins = {};

	for (u32 i = 0; i < policy->origins.n; i++) {
		struct rampart_origin origin;

		rampart_origin_parse(policy->origins.v[i], &origin);
		*(origin.cgroup.len ? &origins.cgroups : &origins.users) |= BIT_ULL(i);
	}
	return origins;
}

static bool origins_are_good(const struct origins *origins, const struct rampart_asr_rule *rule)
{
	return !(rule->users & ~origins->users) && !(rule->cgroups & ~origins->cgroups) &&
	       !(rule->not_origins & ~(origins->users | origins->cgroups));
}

static bool rule_is_good(const struct rampart_policy *policy, const struct origins *origins, const struct rampart_asr_rule *rule)
{
	u64 classes = rule->subject | rule->not_subject | rule->exe | rule->not_exe | rule->object | rule->not_object;
	u64 traits = rule->object_traits | rule->not_object_traits | rule->when;

	return !(classes >> policy->classes.n) && !(traits >> RAMPART_TRAIT_NUM) && !(rule->sessions >> RAMPART_SESSION_NUM) &&
	       origins_are_good(origins, rule) && !(rule->ops >> RAMPART_OP_RULES) && !(rule->ops & BIT_ULL(RAMPART_OP_NONE)) &&
	       !rampart_is_own_rule((const char *)rule->id.data, rule->id.len) &&
	       find_rule(&policy->rules, rule->id)->mode == rule->mode;
}

/* Of what was decoded, what only all of it together can tell. */
static enum rampart_reason check_asr(const struct rampart_policy *policy)
{
	const struct rampart_exclusion *exclusion = policy->exclusions.v;
	const struct origins origins = origins_of(policy);
	u32 i;

	if (!classes_differ(&policy->classes) || policy->aged_days > RAMPART_AGED_DAYS_MAX)
		return RAMPART_REASON_BAD_VALUE;
	for (i = 0; i < RAMPART_ROLE_NUM; i++)
		if (policy->roles[i] >> policy->classes.n)
			return RAMPART_REASON_BAD_VALUE;
	for (i = 0; i < policy->rules.n; i++)
		if (!rule_is_good(policy, &origins, &policy->rules.v[i]))
			return RAMPART_REASON_BAD_VALUE;
	for (i = 0; i < policy->exclusions.n; i++, exclusion++) {
		if (exclusion->rule.len && !find_rule(&policy->rules, exclusion->rule))
			return RAMPART_REASON_BAD_VALUE;
		/* What is about nobody and nothing would end the rule. */
		if (!exclusion->exe.len && (!exclusion->object.len || exclusion->sha256.len || exclusion->children))
			return RAMPART_REASON_BAD_VALUE;
		env_relax();
	}
	return RAMPART_REASON_OK;
}

static bool condition_is_good(const struct rampart_device_condition *condition)
{
	static const u32 bits[RAMPART_CONDITION_TEXT] = {
		[RAMPART_CONDITION_FAMILY] = RAMPART_FAMILY_NUM,
		[RAMPART_CONDITION_HAS] = RAMPART_FAMILY_NUM,
		[RAMPART_CONDITION_STATE] = RAMPART_STATE_NUM,
	};

	if (condition->kind < RAMPART_CONDITION_TEXT)
		return condition->set && !(condition->set >> bits[condition->kind]) && !condition->text.len;
	return condition->kind < RAMPART_CONDITION_NUM && condition->text.len && !condition->set;
}

static bool numbers_are_good(struct pb_view numbers, u32 n)
{
	for (u32 i = 0; i < numbers.len; i += 2)
		if ((numbers.data[i] | (u32)numbers.data[i + 1] << 8) >= n)
			return false;
	return true;
}

/* @rule: that the entry before it belongs to. */
static bool entry_is_good(const struct rampart_device_policy *devices, const struct rampart_device_entry *entry, u64 rule)
{
	return entry->rule >= rule && entry->rule < devices->rules.n && entry->decision < RAMPART_DECISION_NUM &&
	       !(entry->access >> RAMPART_ACCESS_NUM) && !(entry->users >> devices->users.n) && entry->days < BIT_ULL(7) &&
	       entry->until <= RAMPART_DAY_MINUTES && (entry->until ? entry->from < entry->until : !entry->from);
}

static enum rampart_reason check_devices(const struct rampart_device_policy *devices)
{
	u64 rule = 0;
	u32 i;

	for (i = 0; i < devices->conditions.n; i++)
		if (!condition_is_good(&devices->conditions.v[i]))
			return RAMPART_REASON_BAD_VALUE;
	for (i = 0; i < devices->groups.n; i++) {
		if (!rampart_device_expression_check(devices->groups.v[i].expression, devices->conditions.n))
			return RAMPART_REASON_BAD_VALUE;
		env_relax();
	}
	for (i = 0; i < devices->rules.n; i++) {
		const struct rampart_device_rule *of = &devices->rules.v[i];

		if (!numbers_are_good(of->include, devices->groups.n) || !numbers_are_good(of->exclude, devices->groups.n) ||
		    rampart_is_own_rule((const char *)of->id.data, of->id.len))
			return RAMPART_REASON_BAD_VALUE;
		env_relax();
	}
	for (i = 0; i < devices->entries.n; i++) {
		if (!entry_is_good(devices, &devices->entries.v[i], rule))
			return RAMPART_REASON_BAD_VALUE;
		rule = devices->entries.v[i].rule;
	}
	return RAMPART_REASON_OK;
}

enum rampart_reason rampart_policy_decode(struct pb_view message, struct rampart_policy *policy)
{
	struct bundle bundle = {};
	enum rampart_reason reason;

	*policy = (struct rampart_policy){};
	reason = walk(&bundle_message, message, &bundle);
	if (reason)
		return reason;
	if (bundle.policy.valid_from >= bundle.policy.valid_until)
		return RAMPART_REASON_BAD_VALUE;

	reason = allocate_lists(&bundle.policy);
	if (!reason)
		reason = walk(&bundle_message, message, &bundle);
	if (!reason)
		reason = check_asr(&bundle.policy);
	if (!reason)
		reason = check_devices(&bundle.policy.devices);
	if (reason) {
		rampart_policy_free(&bundle.policy);
		return reason;
	}
	for (u32 i = 0; i < RAMPART_CLASSES_MAX; i++)
		bundle.policy.class_bit[i] = i;
	*policy = bundle.policy;
	return RAMPART_REASON_OK;
}

enum rampart_reason rampart_disarm_decode(struct pb_view message, struct rampart_disarm *token)
{
	struct token raw = {};
	enum rampart_reason reason;

	*token = (struct rampart_disarm){};
	reason = walk(&token_message, message, &raw);
	if (reason)
		return reason;
	/* In unsigned arithmetic, where the difference cannot overflow. */
	if (raw.valid_from >= raw.valid_until ||
	    (u64)raw.valid_until - (u64)raw.valid_from > RAMPART_DISARM_SECONDS_MAX)
		return RAMPART_REASON_BAD_VALUE;

	memcpy(token->challenge, raw.challenge.data, sizeof(token->challenge));
	token->valid_from = raw.valid_from;
	token->valid_until = raw.valid_until;
	return RAMPART_REASON_OK;
}
