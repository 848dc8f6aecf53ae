// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <unistd.h>

#include "bundle.h"
#include "control.h"
#include "describe.h"
#include "held.h"
#include "homes.h"
#include "installed.h"
#include "intake.h"
#include "journal.h"
#include "links.h"
#include "moment.h"
#include "policy.h"
#include "probe.h"

#define PROBE_WAIT 3000	/* milliseconds that whoever applies a policy may wait to hear whether its hooks work */

static void __attribute__((format(printf, 3, 4)))
refuse(struct policy_result *result, uint32_t reason, const char *format, ...)
{
	va_list args;

	result->reason = reason;
	result->error = rampart_reason_errno(reason);
	va_start(args, format);
	vsnprintf(result->message, sizeof(result->message), format, args);
	va_end(args);
}

static void __attribute__((format(printf, 3, 4)))
fail(struct policy_result *result, int err, const char *format, ...)
{
	va_list args;

	result->error = -err;
	va_start(args, format);
	vsnprintf(result->message, sizeof(result->message), format, args);
	va_end(args);
}

/* --- verifying --- */

static void check_floor(const struct daemon *daemon, const struct bundle_info *info, struct policy_result *result)
{
	const struct state_floor *floor = &daemon->state.floor;
	u64 version = info->policy.version;

	if (version < floor->version)
		refuse(result, RAMPART_REASON_ROLLED_BACK, "version %llu was in force here; this is version %llu",
		       (unsigned long long)floor->version, (unsigned long long)version);
	else if (version == floor->version && memcmp(info->digest, floor->digest, sizeof(floor->digest)))
		refuse(result, RAMPART_REASON_SAME_VERSION,
		       "version %llu is known with other content; raise the version", (unsigned long long)version);
}

static void check_bundle(struct daemon *daemon, const uint8_t *blob, size_t len, X509_STORE *trust,
			 struct bundle_info *info, struct policy_result *result)
{
	enum rampart_reason reason = rampart_bundle_verify(blob, len, trust, state_now(&daemon->state), info);

	if (reason != RAMPART_REASON_OK) {
		refuse(result, reason, "%s", info->detail);
		return;
	}
	check_floor(daemon, info, result);
	if (!result->error && !facts_match(&daemon->facts, &info->policy))
		refuse(result, RAMPART_REASON_NOT_THIS_HOST, "this host is %s; its tags are in " FACTS_TAGS_FILE,
		       daemon->facts.machine);
	if (result->error)
		bundle_info_free(info);
}

static X509_STORE *load_trust(const struct daemon *daemon, struct policy_result *result)
{
	char error[200];
	X509_STORE *trust = rampart_trust_load(daemon->trust, error);

	if (!trust)
		fail(result, -ENOKEY, "%s", error);
	return trust;
}

/* --- loading --- */

static void hand_over(struct daemon *daemon, int (*command)(struct kernel *, int, struct kernel_answer *),
		      const uint8_t *blob, size_t len, struct policy_result *result)
{
	struct kernel *kernel = daemon_kernel(daemon);
	struct kernel_answer answer;
	int fd, err;

	if (!kernel) {
		fail(result, -ENODEV, "the module is not loaded; nothing was changed");
		return;
	}
	fd = control_memfd("rampart-signed", blob, len);
	if (fd < 0) {
		fail(result, fd, "no memory for it: %s", strerror(-fd));
		return;
	}
	err = command(kernel, fd, &answer);
	close(fd);
	if (err && answer.reason)
		refuse(result, answer.reason, "%s", "");
	else if (err)
		fail(result, err, "the kernel answered: %s", strerror(-err));
	result->generation = answer.generation;
}

static bool put_in_force(struct daemon *daemon, const uint8_t *blob, size_t len, struct policy_result *result)
{
	hand_over(daemon, kernel_load_policy, blob, len, result);
	if (result->error)
		journal_refused("a policy", "kernel", result->reason, result->message);
	return !result->error;
}

static int raise_floor(struct daemon *daemon, const struct bundle_info *info)
{
	return state_raise(&daemon->state, info->policy.version, info->digest, state_now(&daemon->state));
}

/* Loaded is not yet enforced: a hook may be taken by another. */
static void describe_force(struct daemon *daemon, struct policy_result *result)
{
	struct kernel *kernel = daemon_kernel(daemon);
	Rampart__Status *status;

	if (!kernel || kernel_get_status(kernel, &status))
		return;
	if (!status->enforcing)
		snprintf(result->message, sizeof(result->message), "NOT ENFORCING: %s", kernel_why_not(status));
	rampart__status__free_unpacked(status, NULL);
}

/* From now on it counts that they were not hit. */
static void see_exclusions(struct daemon *daemon, const struct rampart_policy *policy)
{
	json_t *names = json_array();
	char *text;

	for (u32 i = 0; i < policy->exclusions.n; i++)
		json_array_append_new(names, rampart_describe_text(policy->exclusions.v[i].name));
	text = json_dumps(names, JSON_COMPACT);
	if (text)
		store_see_exclusions(daemon->store, text, moment_now());
	free(text);
	json_decref(names);
}

static void loaded(struct daemon *daemon, const struct bundle_info *info, struct policy_result *result)
{
	journal_text(LOG_NOTICE, "policy %.*s version %llu is in force, generation %llu", (int)info->policy.name.len,
		     info->policy.name.data, (unsigned long long)info->policy.version,
		     (unsigned long long)result->generation);
	intake_learn(daemon->intake, result->generation, info->policy.name, info->policy.version);
	homes_hint(daemon->homes);
	links_start(daemon->links, &info->policy);
	held_start(daemon->held, &info->policy);
	installed_start(daemon->installed, &info->policy);
	see_exclusions(daemon, &info->policy);
	probe_start(daemon->probe);
	probe_wait(daemon->probe, PROBE_WAIT);
	describe_force(daemon, result);
}

/* What cannot be recorded is in force all the same; policy_save() tries again. */
static void record(struct daemon *daemon, const struct bundle_info *info, struct policy_result *result)
{
	int err = state_commit(&daemon->state);

	if (!err)
		err = raise_floor(daemon, info);
	loaded(daemon, info, result);
	if (!err)
		return;
	fail(result, err, "%s: %s; the policy is in force but not recorded: a boot may bring back the one before",
	     daemon->state_path, strerror(-err));
	journal_text(LOG_ERR, "%s", result->message);
}

static void fail_unchanged(const struct daemon *daemon, int err, struct policy_result *result)
{
	fail(result, err, "%s: %s; nothing was changed", daemon->state_path, strerror(-err));
}

static void load(struct daemon *daemon, const uint8_t *blob, size_t len, const struct bundle_info *info,
		 struct policy_result *result)
{
	int err = state_stage(&daemon->state, blob, len);

	if (err) {
		state_drop(&daemon->state);
		fail_unchanged(daemon, err, result);
		return;
	}
	if (put_in_force(daemon, blob, len, result))
		record(daemon, info, result);
	else
		state_drop(&daemon->state);
}

/* bundle_info_free() what was accepted. */
static bool accept_bundle(struct daemon *daemon, const uint8_t *blob, size_t len, struct bundle_info *info,
			  struct policy_result *result)
{
	X509_STORE *trust;

	memset(result, 0, sizeof(*result));
	trust = load_trust(daemon, result);
	if (!trust)
		return false;
	check_bundle(daemon, blob, len, trust, info, result);
	X509_STORE_free(trust);
	if (result->error)
		journal_refused("a policy", "daemon", result->reason, result->message);
	return !result->error;
}

/* --- when the kernel appears --- */

static bool content_digest(const uint8_t *blob, size_t len, uint8_t digest[32])
{
	struct rampart_cms cms;

	if (rampart_cms_parse((struct pb_view){ .data = blob, .len = len }, &cms) != RAMPART_REASON_OK)
		return false;
	return EVP_Digest(cms.content.data, cms.content.len, digest, NULL, EVP_sha256(), NULL);
}

static bool is_in_force(const Rampart__Status *status, const uint8_t *blob, size_t len)
{
	uint8_t digest[32];

	return status->digest.len == 32 && content_digest(blob, len, digest) &&
	       !memcmp(digest, status->digest.data, 32);
}

static bool stored_is_in_force(const struct daemon *daemon, enum state_bundle which, const Rampart__Status *status)
{
	uint8_t *data;
	size_t len;
	bool same;

	if (state_read(&daemon->state, which, &data, &len))
		return false;
	same = is_in_force(status, data, len);
	free(data);
	return same;
}

/*
 * A crash between the kernel's answer and our record, or a record that failed: the kernel knows what became of it. The
 * floor follows the bundle, and never passes it.
 */
static int settle(struct daemon *daemon, const Rampart__Status *status)
{
	int err = 0;

	if (stored_is_in_force(daemon, STATE_BUNDLE_NEW, status))
		err = state_commit(&daemon->state);
	else
		state_drop(&daemon->state);
	if (!err && stored_is_in_force(daemon, STATE_BUNDLE, status))
		err = state_raise(&daemon->state, status->version, status->digest.data, 0);
	if (err)
		journal_text(LOG_ERR, "%s: %s; the policy in force could not be recorded", daemon->state_path,
			     strerror(-err));
	return err;
}

/* The kernel may know of more than the disk does, such as when the disk was set back. */
static void learn_floor(struct daemon *daemon, const Rampart__Status *status)
{
	static const uint8_t unknown[32];
	bool known = status->version == status->floor_version && status->digest.len == 32;

	if (state_raise(&daemon->state, known ? status->floor_version : 0, known ? status->digest.data : unknown,
			status->floor_time))
		journal_text(LOG_ERR, "the floor could not be written to %s", daemon->state_path);
}

static int catch_up(struct daemon *daemon)
{
	struct kernel *kernel = daemon_kernel(daemon);
	Rampart__Status *status;
	int err;

	if (!kernel || kernel_get_status(kernel, &status))
		return 0;
	err = settle(daemon, status);
	rampart__status__free_unpacked(status, NULL);
	return err;
}

void policy_apply(struct daemon *daemon, const uint8_t *blob, size_t len, bool dry_run, struct policy_result *result)
{
	struct bundle_info info;
	/* Else this one would take the place of one that is in force and waits beside the bundle to be recorded. */
	int err = dry_run ? 0 : catch_up(daemon);

	if (err) {
		memset(result, 0, sizeof(*result));
		fail_unchanged(daemon, err, result);
		return;
	}
	if (!accept_bundle(daemon, blob, len, &info, result))
		return;
	if (!dry_run)
		load(daemon, blob, len, &info, result);
	bundle_info_free(&info);
}

static void tell_floor(struct daemon *daemon)
{
	struct kernel *kernel = daemon_kernel(daemon);
	struct state_floor *floor = &daemon->state.floor;
	Rampart__Floor message = RAMPART__FLOOR__INIT;
	int err;

	message.version = floor->version;
	message.time = state_now(&daemon->state);
	if (floor->version) {
		message.digest.data = floor->digest;
		message.digest.len = sizeof(floor->digest);
	}
	err = kernel ? kernel_set_floor(kernel, &message) : 0;
	if (err)
		journal_text(LOG_ERR, "the kernel did not take the floor: %s", strerror(-err));
}

static bool has_policy(const Rampart__Status *status)
{
	return status->digest.len == 32 && *status->policy;
}

/* It is stored already, so a disk that takes no write does not keep it from the kernel. */
static void load_stored(struct daemon *daemon, const uint8_t *blob, size_t len, struct policy_result *result)
{
	struct bundle_info info;
	int err;

	if (!accept_bundle(daemon, blob, len, &info, result))
		return;
	if (put_in_force(daemon, blob, len, result)) {
		err = raise_floor(daemon, &info);
		if (err)
			journal_text(LOG_ERR, "%s: %s; the floor could not be written", daemon->state_path,
				     strerror(-err));
		loaded(daemon, &info, result);
	}
	bundle_info_free(&info);
}

static void restore_bundle(struct daemon *daemon)
{
	struct policy_result result;
	uint8_t *data;
	size_t len;
	int err = state_read(&daemon->state, STATE_BUNDLE, &data, &len);

	if (err == -ENOENT) {
		journal_text(LOG_NOTICE, "no policy is stored: nothing is enforced until one is applied");
		return;
	}
	if (err) {
		journal_text(LOG_ERR, "the stored policy cannot be read: %s", strerror(-err));
		return;
	}
	load_stored(daemon, data, len, &result);
	if (result.error)
		journal_text(LOG_ERR, "NOT ENFORCING: the stored policy was refused: %s %s",
			     result.reason ? rampart_reason_text(result.reason) : "", result.message);
	free(data);
}

/* Places are scanned anew also for a policy that the kernel already had: who knows what was hinted before. */
static void resume(struct daemon *daemon)
{
	struct rampart_cms cms;
	struct rampart_policy policy;
	uint8_t *data;
	size_t len;

	homes_hint(daemon->homes);
	probe_start(daemon->probe);
	if (policy_in_force(daemon, &data, &len))
		return;
	if (rampart_cms_parse((struct pb_view){ .data = data, .len = len }, &cms) == RAMPART_REASON_OK &&
	    rampart_policy_decode(cms.content, &policy) == RAMPART_REASON_OK) {
		links_start(daemon->links, &policy);
		installed_start(daemon->installed, &policy);
		see_exclusions(daemon, &policy);
		rampart_policy_free(&policy);
	}
	free(data);
}

void policy_restore(struct daemon *daemon)
{
	struct kernel *kernel = daemon_kernel(daemon);
	Rampart__Status *status;
	int err = kernel ? kernel_get_status(kernel, &status) : -ENODEV;

	if (err) {
		journal_text(LOG_ERR, "the kernel does not tell its status: %s", strerror(-err));
		return;
	}
	if (!settle(daemon, status))
		learn_floor(daemon, status);
	tell_floor(daemon);
	/* Before the floor was told, someone may have loaded an older policy. */
	if (has_policy(status) && status->version >= daemon->state.floor.version)
		resume(daemon);
	else
		restore_bundle(daemon);
	rampart__status__free_unpacked(status, NULL);
}

int policy_in_force(struct daemon *daemon, uint8_t **data, size_t *len)
{
	struct kernel *kernel = daemon_kernel(daemon);
	Rampart__Status *status;
	int err = kernel ? kernel_get_status(kernel, &status) : -ENODEV;

	if (err)
		return err;
	if (!has_policy(status))
		err = -ENOENT;
	if (!err)
		err = state_read(&daemon->state, STATE_BUNDLE, data, len);
	if (err == -ENOENT && has_policy(status))
		err = -ESTALE;
	if (!err && !is_in_force(status, *data, *len)) {
		free(*data);
		err = -ESTALE;
	}
	rampart__status__free_unpacked(status, NULL);
	return err;
}

void policy_save(struct daemon *daemon)
{
	static const uint8_t unchanged[32];
	int err;

	catch_up(daemon);
	err = state_raise(&daemon->state, 0, unchanged, state_now(&daemon->state));
	if (err)
		journal_text(LOG_ERR, "%s: the time could not be written: %s", daemon->state_path, strerror(-err));
	tell_floor(daemon);
}

/* --- disarming --- */

/* What the policy in force revokes may not end it. A policy that rampartd did not load is left to the kernel. */
static enum rampart_reason verify_token(struct daemon *daemon, const uint8_t *blob, size_t len, X509_STORE *trust,
					struct bundle_info *info)
{
	struct rampart_policy policy = { 0 };
	struct rampart_cms cms;
	enum rampart_reason reason;
	uint8_t *data = NULL;
	size_t data_len;

	if (!policy_in_force(daemon, &data, &data_len) &&
	    (rampart_cms_parse((struct pb_view){ .data = data, .len = data_len }, &cms) != RAMPART_REASON_OK ||
	     rampart_policy_decode(cms.content, &policy) != RAMPART_REASON_OK))
		memset(&policy, 0, sizeof(policy));
	reason = rampart_token_verify(blob, len, trust, state_now(&daemon->state), &policy.revoked, info);
	rampart_policy_free(&policy);
	free(data);
	return reason;
}

void policy_disarm(struct daemon *daemon, const uint8_t *blob, size_t len, struct policy_result *result)
{
	struct bundle_info info;
	enum rampart_reason reason;
	X509_STORE *trust;

	memset(result, 0, sizeof(*result));
	trust = load_trust(daemon, result);
	if (!trust)
		return;
	reason = verify_token(daemon, blob, len, trust, &info);
	X509_STORE_free(trust);
	if (reason != RAMPART_REASON_OK)
		refuse(result, reason, "%s", info.detail);
	else
		hand_over(daemon, kernel_disarm, blob, len, result);
	if (result->error)
		journal_refused("a disarm token", reason == RAMPART_REASON_OK ? "kernel" : "daemon", result->reason,
				result->message);
	else
		journal_text(LOG_WARNING, "disarmed by a token of %s", info.signer);
	bundle_info_free(&info);
}
