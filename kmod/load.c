// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading: read, verify, decode, check, build, publish. Nothing that has been in force changes before the last step,
 * and that cannot fail half-way.
 */
#include <crypto/algapi.h>
#include <crypto/sha2.h>
#include <linux/kernel_read_file.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include <cms.h>
#include <decode.h>
#include <ruleset.h>

#include "attach.h"
#include "host.h"
#include "load.h"
#include "rampart.h"
#include "store.h"

#define REVOKED_MAX (4 * RAMPART_REVOKED_MAX)

/* Serialises loading and disarming, which may take seconds. */
static DEFINE_MUTEX(lock);

/* What status tells, and must not wait for: written under both locks, read under either. */
static DEFINE_SPINLOCK(told_lock);
static struct rampart_floor rampart_floor;
static u8 challenge[RAMPART_CHALLENGE_SIZE];

/* Digests of the signers that any policy since boot has revoked. Protected by lock. */
static u8 (*revoked)[RAMPART_DIGEST_SIZE];
static u32 revoked_count;

/* A signed file. @data is ours. */
struct signed_file {
	void *data;
	struct pb_view content;
	struct rampart_signers signers;
	s64 now;	/* the moment that everything in it is judged by */
};

static void renew_challenge(void)
{
	u8 fresh[RAMPART_CHALLENGE_SIZE];

	get_random_bytes(fresh, sizeof(fresh));
	spin_lock(&told_lock);
	memcpy(challenge, fresh, sizeof(challenge));
	spin_unlock(&told_lock);
}

void rampart_load_init(void)
{
	renew_challenge();
}

void rampart_load_exit(void)
{
	mutex_lock(&lock);
	kvfree(revoked);
	revoked = NULL;
	revoked_count = 0;
	mutex_unlock(&lock);
}

/* --- reading --- */

static enum rampart_reason read_file(int fd, struct signed_file *file)
{
	ssize_t len = kernel_read_file_from_fd(fd, 0, &file->data, RAMPART_CMS_MAX, NULL, READING_POLICY);

	if (len == -EFBIG)
		return RAMPART_REASON_TOO_LARGE;
	if (len == -ENOMEM)
		return RAMPART_REASON_NO_MEMORY;
	if (len < 0)
		return RAMPART_REASON_UNREADABLE;
	return rampart_verify((struct pb_view){ .data = file->data, .len = len }, file->now, &file->content,
			      &file->signers);
}

static bool is_revoked(const u8 digest[RAMPART_DIGEST_SIZE])
{
	lockdep_assert_held(&lock);
	for (u32 i = 0; i < revoked_count; i++)
		if (!memcmp(revoked[i], digest, RAMPART_DIGEST_SIZE))
			return true;
	return false;
}

/* Context: may sleep; takes what it read with it until close_file(), whatever it returns. */
static enum rampart_reason open_file(int fd, struct signed_file *file)
{
	enum rampart_reason reason;

	lockdep_assert_held(&lock);
	*file = (struct signed_file){ .now = max_t(s64, rampart_floor.time, ktime_get_real_seconds()) };
	reason = read_file(fd, file);
	for (u32 i = 0; !reason && i < file->signers.n; i++)
		if (is_revoked(file->signers.digest[i]))
			reason = RAMPART_REASON_REVOKED;
	return reason;
}

static void close_file(struct signed_file *file)
{
	vfree(file->data);
}

/* --- the floor --- */

static void raise_floor(const struct rampart_floor *to)
{
	lockdep_assert_held(&lock);
	spin_lock(&told_lock);
	rampart_floor_raise(&rampart_floor, to);
	spin_unlock(&told_lock);
}

void rampart_floor_set(const struct rampart_floor *to)
{
	might_sleep();
	mutex_lock(&lock);
	raise_floor(to);
	mutex_unlock(&lock);
}

void rampart_floor_get(struct rampart_floor *floor)
{
	spin_lock(&told_lock);
	*floor = rampart_floor;
	spin_unlock(&told_lock);
}

/* --- a policy --- */

static enum rampart_reason check_revoked(const struct rampart_policy *policy, const struct rampart_signers *signers)
{
	for (u32 i = 0; i < policy->revoked.n; i++)
		for (u32 j = 0; j < signers->n; j++)
			if (!memcmp(policy->revoked.v[i].data, signers->digest[j], RAMPART_DIGEST_SIZE))
				return RAMPART_REASON_REVOKED;
	return RAMPART_REASON_OK;
}

static enum rampart_reason check_time(s64 from, s64 until, s64 now)
{
	if (now < from)
		return RAMPART_REASON_NOT_YET;
	return now < until ? RAMPART_REASON_OK : RAMPART_REASON_EXPIRED;
}

static enum rampart_reason check_policy(const struct rampart_policy *policy, const struct signed_file *file,
					const u8 digest[RAMPART_DIGEST_SIZE])
{
	enum rampart_reason reason = check_revoked(policy, &file->signers);

	if (!reason)
		reason = check_time(policy->valid_from, policy->valid_until, file->now);
	if (!reason && !rampart_host_matches(policy))
		reason = RAMPART_REASON_NOT_THIS_HOST;
	if (!reason)
		reason = rampart_floor_check(&rampart_floor, policy->version, digest);
	return reason;
}

/* The list as it will be once @policy is in force: @list and @count, to be given to take_revoked() or kvfree(). */
static enum rampart_reason join_revoked(const struct rampart_policy *policy, u8 (**list)[RAMPART_DIGEST_SIZE],
					u32 *count)
{
	*list = NULL;
	*count = 0;
	if (!revoked_count && !policy->revoked.n)
		return RAMPART_REASON_OK;
	*list = kvcalloc(revoked_count + policy->revoked.n, RAMPART_DIGEST_SIZE, GFP_KERNEL);
	if (!*list)
		return RAMPART_REASON_NO_MEMORY;
	if (revoked_count)
		memcpy(*list, revoked, (size_t)revoked_count * RAMPART_DIGEST_SIZE);
	*count = revoked_count;
	for (u32 i = 0; i < policy->revoked.n; i++)
		if (!is_revoked(policy->revoked.v[i].data))
			memcpy((*list)[(*count)++], policy->revoked.v[i].data, RAMPART_DIGEST_SIZE);
	if (*count <= REVOKED_MAX)
		return RAMPART_REASON_OK;
	kvfree(*list);
	*list = NULL;
	return RAMPART_REASON_OVER_CAP;
}

static void take_revoked(u8 (*list)[RAMPART_DIGEST_SIZE], u32 count)
{
	lockdep_assert_held(&lock);
	kvfree(revoked);
	revoked = list;
	revoked_count = count;
}

/*
 * Which bit a class has, by its name, is the same in every policy: what is remembered of the programs that led to one outlives the
 * policy of their time. A name keeps its bit until the module goes.
 */
static enum rampart_reason assign_classes(struct rampart_policy *policy)
{
	static char names[RAMPART_CLASSES_MAX][RAMPART_ID_MAX + 1];
	static u32 n_names;
	u32 i, bit;

	lockdep_assert_held(&lock);
	for (i = 0; i < policy->classes.n; i++) {
		struct pb_view name = policy->classes.v[i];

		for (bit = 0; bit < n_names; bit++)
			if (strlen(names[bit]) == name.len && !memcmp(names[bit], name.data, name.len))
				break;
		if (bit == RAMPART_CLASSES_MAX)
			return RAMPART_REASON_OVER_CAP;
		if (bit == n_names)
			memcpy(names[n_names++], name.data, name.len);
		policy->class_bit[i] = bit;
	}
	return RAMPART_REASON_OK;
}

static enum rampart_reason publish_ruleset(const struct rampart_policy *policy, const struct rampart_policy_info *info,
					   u64 *generation)
{
	enum rampart_reason reason = RAMPART_REASON_NO_MEMORY;
	struct rampart_ruleset *ruleset = rampart_ruleset_build(policy, &reason);

	if (!ruleset)
		return reason;
	if (!rampart_store_publish(ruleset, info, generation))
		return RAMPART_REASON_OK;
	rampart_ruleset_free(ruleset);
	return RAMPART_REASON_NO_MEMORY;
}

static enum rampart_reason publish(const struct rampart_policy *policy, const struct rampart_policy_info *info, s64 now,
				   u64 *generation)
{
	struct rampart_floor floor = { .version = info->version, .time = now };
	enum rampart_reason reason;
	u8 (*list)[RAMPART_DIGEST_SIZE];
	u32 count;

	reason = join_revoked(policy, &list, &count);
	if (reason)
		return reason;
	reason = publish_ruleset(policy, info, generation);
	if (reason) {
		kvfree(list);
		return reason;
	}
	take_revoked(list, count);
	memcpy(floor.digest, info->digest, sizeof(floor.digest));
	raise_floor(&floor);
	return RAMPART_REASON_OK;
}

/* The rules with one id, which follow each other or not, count once. */
static void describe_rules(const struct rampart_policy *policy, struct rampart_policy_info *info)
{
	const struct rampart_asr_rule *rule = policy->rules.v;
	u32 i, j;

	for (i = 0; i < policy->rules.n; i++) {
		info->asr_mode = max_t(u8, info->asr_mode, rule[i].mode);
		for (j = 0; j < i; j++)
			if (rule[i].id.len == rule[j].id.len && !memcmp(rule[i].id.data, rule[j].id.data, rule[i].id.len))
				break;
		info->asr_rules += j == i && rule[i].mode != RAMPART_MODE_OFF;
	}
}

static void describe_devices(const struct rampart_device_policy *devices, struct rampart_policy_info *info)
{
	u32 i;

	if (devices->mode == RAMPART_MODE_OFF)
		return;
	if (devices->deny)
		info->devices_mode = devices->mode;
	for (i = 0; i < devices->rules.n; i++) {
		info->devices_mode = max_t(u8, info->devices_mode, devices->rules.v[i].mode);
		info->device_rules += devices->rules.v[i].mode != RAMPART_MODE_OFF;
	}
}

static void describe(const struct rampart_policy *policy, struct rampart_policy_info *info)
{
	memcpy(info->name, policy->name.data, min_t(u32, policy->name.len, RAMPART_NAME_MAX));
	info->version = policy->version;
	info->valid_until = policy->valid_until;
	info->folders_mode = policy->folders_mode;
	info->disks_mode = policy->disks_mode;
	info->secrets_mode = policy->secrets_mode;
	info->self_mode = policy->self_mode;
	describe_rules(policy, info);
	describe_devices(&policy->devices, info);
}

/* Whether this very policy is in force already, and in which generation. */
static bool is_in_force(const struct rampart_policy_info *info, u64 *generation)
{
	struct rampart_policy_info current_info = {};
	u64 current_generation = rampart_store_info(&current_info);

	if (!current_info.name[0] || current_info.version != info->version ||
	    memcmp(current_info.digest, info->digest, sizeof(info->digest)))
		return false;
	*generation = current_generation;
	return true;
}

static enum rampart_reason load_content(const struct signed_file *file, u64 *generation)
{
	struct rampart_policy_info info = {};
	struct rampart_policy policy;
	enum rampart_reason reason;

	sha256(file->content.data, file->content.len, info.digest);
	reason = rampart_policy_decode(file->content, &policy);
	if (reason)
		return reason;
	describe(&policy, &info);
	reason = check_policy(&policy, file, info.digest);
	if (!reason && !is_in_force(&info, generation))
		reason = assign_classes(&policy) ?: publish(&policy, &info, file->now, generation);
	if (!reason)
		pr_info_ratelimited("policy %s version %llu is in force, generation %llu\n", info.name, info.version,
				    *generation);
	rampart_policy_free(&policy);
	return reason;
}

enum rampart_reason rampart_load_fd(int fd, u64 *generation)
{
	struct signed_file file;
	enum rampart_reason reason;

	might_sleep();
	*generation = 0;
	mutex_lock(&lock);
	reason = open_file(fd, &file);
	if (!reason)
		reason = load_content(&file, generation);
	close_file(&file);
	mutex_unlock(&lock);
	if (reason)
		pr_notice_ratelimited("policy refused: %s\n", rampart_reason_text(reason));
	return reason;
}

/* --- disarming --- */

static enum rampart_reason use_token(const struct signed_file *file)
{
	struct rampart_disarm token;
	enum rampart_reason reason = rampart_disarm_decode(file->content, &token);

	lockdep_assert_held(&lock);
	if (reason)
		return reason;
	if (crypto_memneq(token.challenge, challenge, sizeof(challenge)))
		return RAMPART_REASON_CHALLENGE;
	reason = check_time(token.valid_from, token.valid_until, file->now);
	if (reason)
		return reason;
	/* Used up, whatever comes of it. */
	renew_challenge();
	return rampart_disarm(token.valid_until) ? RAMPART_REASON_ATTACH : RAMPART_REASON_OK;
}

enum rampart_reason rampart_disarm_fd(int fd)
{
	struct signed_file file;
	enum rampart_reason reason;

	might_sleep();
	mutex_lock(&lock);
	reason = open_file(fd, &file);
	if (!reason)
		reason = use_token(&file);
	close_file(&file);
	mutex_unlock(&lock);
	if (reason)
		pr_notice_ratelimited("disarm token refused: %s\n", rampart_reason_text(reason));
	return reason;
}

void rampart_challenge_get(u8 out[RAMPART_CHALLENGE_SIZE])
{
	spin_lock(&told_lock);
	memcpy(out, challenge, RAMPART_CHALLENGE_SIZE);
	spin_unlock(&told_lock);
}
