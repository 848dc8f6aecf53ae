// SPDX-License-Identifier: MIT
/*
 * What rampartd keeps on disk through crashes, which bundles it hands to the kernel, what it says of lost events, and
 * where it looks for files with several links. The kernel and the journal are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* The process that writes dies at the n-th of these points. */
static int fault_after = -1;
#define STATE_FAULT(point)                                                                                 \
	do {                                                                                               \
		if (fault_after >= 0 && fault_after-- == 0)                                                \
			_exit(7);                                                                          \
	} while (0)

/* The n-th call to come that changes the disk fails; or all from it on. */
static int fail_after = -1, fail_with;
static bool fail_on;

static bool fails(void)
{
	if (fail_after < 0 || (fail_after && fail_after--))
		return false;
	if (!fail_on)
		fail_after = -1;
	errno = fail_with;
	return true;
}

static int faulty_openat(int dir, const char *name, int flags, ...)
{
	return flags & O_CREAT && fails() ? -1 : openat(dir, name, flags, 0600);
}

static ssize_t faulty_write(int fd, const void *data, size_t len)
{
	return fails() ? -1 : write(fd, data, len);
}

static int faulty_fsync(int fd)
{
	return fails() ? -1 : fsync(fd);
}

static int faulty_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return fails() ? -1 : renameat(from_dir, from, to_dir, to);
}

#undef fail	/* the daemon has one of its own */
#include "../../daemon/intake.c"
#include "../../daemon/links.c"
#define openat faulty_openat
#define write faulty_write
#define fsync faulty_fsync
#define renameat faulty_renameat
#include "../../daemon/state.c"
#undef openat
#undef write
#undef fsync
#undef renameat

#include "../../daemon/policy.c"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "compile.h"
#include "escape.h"
#include "moment.h"

#define BOOT "0123456789abcdef0123456789abcdef"
#define NOW 1795478400LL

static char folder[64], state_path[80], key_path[80], cert_path[80];
static struct daemon host;

/* --- the kernel, made up --- */

static struct {
	bool absent;
	int error;			/* of the next load */
	uint32_t reason;
	unsigned int loads;
	uint8_t digest[32];		/* in force */
	uint64_t version;
	uint64_t generation;		/* 0: nothing is in force */
	Rampart__Floor floor;
} fake;

struct kernel *daemon_kernel(const struct daemon *daemon)
{
	return fake.absent ? NULL : (struct kernel *)&fake;
}

static void take_force(const uint8_t *blob, size_t len)
{
	struct rampart_policy policy;
	struct rampart_cms cms;

	assert_int_equal(rampart_cms_parse((struct pb_view){ .data = blob, .len = len }, &cms), RAMPART_REASON_OK);
	assert_int_equal(rampart_policy_decode(cms.content, &policy), RAMPART_REASON_OK);
	fake.version = policy.version;
	rampart_policy_free(&policy);
	assert_true(content_digest(blob, len, fake.digest));
	fake.generation++;
}

int kernel_load_policy(struct kernel *kernel, int fd, struct kernel_answer *answer)
{
	uint8_t blob[65536];

	*answer = (struct kernel_answer){ .reason = fake.reason };
	fake.loads++;
	if (fake.error)
		return fake.error;
	take_force(blob, pread(fd, blob, sizeof(blob), 0));
	assert_int_equal(fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE, F_SEAL_WRITE);
	answer->generation = fake.generation;
	return 0;
}

int kernel_disarm(struct kernel *kernel, int fd, struct kernel_answer *answer)
{
	*answer = (struct kernel_answer){ 0 };
	return 0;
}

int kernel_set_floor(struct kernel *kernel, const Rampart__Floor *floor)
{
	fake.floor = *floor;
	return 0;
}

int kernel_hint(struct kernel *kernel, uint32_t kind, const char *path)
{
	return 0;
}

int kernel_get_status(struct kernel *kernel, Rampart__Status **status)
{
	Rampart__Status *s = malloc(sizeof(*s));

	rampart__status__init(s);
	s->enforcing = true;
	s->floor_version = fake.floor.version;
	if (fake.generation) {
		s->policy = strdup("test");
		s->generation = fake.generation;
		s->version = fake.version;
		s->digest.len = 32;
		s->digest.data = malloc(32);
		memcpy(s->digest.data, fake.digest, 32);
	}
	*status = s;
	return 0;
}

/* --- the rest of the daemon, made up --- */

void homes_hint(struct homes *homes) {}
void held_start(struct held *held, const struct rampart_policy *policy) {}
void installed_start(struct installed *installed, const struct rampart_policy *policy) {}
const char *homes_path(const struct homes *homes, unsigned int i)
{
	return NULL;
}
void probe_start(struct probe *probe) {}
void probe_wait(struct probe *probe, int milliseconds) {}
void server_wake(struct server *server) {}
bool store_trim(struct store *store, int64_t now)
{
	return false;
}

static char seen_exclusions[64];

int store_see_exclusions(struct store *store, const char *names, int64_t now)
{
	snprintf(seen_exclusions, sizeof(seen_exclusions), "%s", names);
	return 0;
}

static struct store_boot stored_boot;
static bool store_broken;

void store_boot(struct store *store, const char *boot, struct store_boot *record)
{
	*record = stored_boot;
}

int store_add(struct store *store, const char *boot, Rampart__StoredEvent **events, size_t n, struct store_boot *record)
{
	if (store_broken)
		return -EIO;
	for (size_t i = 0; i < n; i++) {
		events[i]->id = events[i]->event->seq <= record->last_seq ? UINT64_MAX : 1;
		record->received += events[i]->id == 1;
		if (events[i]->event->seq > record->last_seq)
			record->last_seq = events[i]->event->seq;
	}
	return 0;
}

static unsigned int journalled_events, journalled_refusals;
static uint64_t journalled_losses;

void journal_text(int priority, const char *format, ...) {}
void journal_store(int priority, const char *text, uint64_t unstored) {}

void journal_event(const Rampart__StoredEvent *stored)
{
	journalled_events++;
}

void journal_loss(const char *class, uint64_t n, const char *where)
{
	journalled_losses += n;
}

void journal_refused(const char *what, const char *who, uint32_t reason, const char *detail)
{
	journalled_refusals++;
}

/* --- a signer, and bundles of it --- */

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
}

static void make_signer(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	FILE *file;

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const u8 *)"signer", -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	X509_gmtime_adj(X509_getm_notBefore(cert), -86400L * 365);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400L * 365 * 20);
	X509_set_pubkey(cert, key);
	add_extension(cert, NID_subject_key_identifier, "hash");
	add_extension(cert, NID_basic_constraints, "critical,CA:FALSE");
	add_extension(cert, NID_ext_key_usage, "codeSigning");
	assert_true(X509_sign(cert, key, EVP_sha256()));
	file = fopen(key_path, "w");
	assert_true(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL));
	fclose(file);
	file = fopen(cert_path, "w");
	assert_true(PEM_write_X509(file, cert));
	fclose(file);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static size_t make_bundle(unsigned int version, const char *more, u8 **der)
{
	struct compile_errors errors = { .filename = "test" };
	char yaml[512], error[200];
	size_t len, der_len;
	uint8_t *pb;

	snprintf(yaml, sizeof(yaml),
		 "rampart: 1\nname: test\nversion: %u\nvalid: {from: 2020-01-01, until: 2040-01-01}\n%s", version, more);
	assert_int_equal(rampart_compile("test", yaml, strlen(yaml), NULL, &errors, &pb, &len), 0);
	assert_int_equal(rampart_bundle_sign(pb, len, key_path, cert_path, der, &der_len, error), 0);
	free(pb);
	return der_len;
}

static struct policy_result apply(unsigned int version, const char *more, bool dry_run)
{
	struct policy_result result;
	u8 *der;
	size_t len = make_bundle(version, more, &der);

	policy_apply(&host, der, len, dry_run, &result);
	free(der);
	return result;
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

static int set_up(void **unused)
{
	strcpy(folder, "/tmp/rampart-daemon-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(state_path, sizeof(state_path), "%s/state", folder);
	snprintf(key_path, sizeof(key_path), "%s/key.pem", folder);
	snprintf(cert_path, sizeof(cert_path), "%s/cert.pem", folder);
	memset(&fake, 0, sizeof(fake));
	memset(&host, 0, sizeof(host));
	memset(&stored_boot, 0, sizeof(stored_boot));
	store_broken = false;
	journalled_events = journalled_refusals = journalled_losses = 0;
	fail_after = -1;
	fail_on = false;
	make_signer();
	host.trust = cert_path;
	host.state_path = state_path;
	strcpy(host.facts.machine, "00000000000000000000000000000001");
	strcpy(host.facts.boot, BOOT);
	assert_int_equal(state_open(&host.state, state_path), 0);
	return 0;
}

static int tear_down(void **unused)
{
	state_close(&host.state);
	remove_folder();
	return 0;
}

static void reopen(void)
{
	state_close(&host.state);
	assert_int_equal(state_open(&host.state, state_path), 0);
}

/* --- state --- */

static void test_floor_only_grows(void **unused)
{
	uint8_t one[32] = { 1 }, two[32] = { 2 };

	assert_int_equal(state_raise(&host.state, 5, one, 1000), 0);
	assert_int_equal(state_raise(&host.state, 4, two, 900), 0);
	assert_int_equal(state_raise(&host.state, 5, two, 1000), 0);
	reopen();
	assert_int_equal(host.state.floor.version, 5);
	assert_int_equal(host.state.floor.time, 1000);
	assert_memory_equal(host.state.floor.digest, one, 32);
	assert_int_equal(state_raise(&host.state, UINT64_MAX, two, 1001), 0);
	reopen();
	assert_true(host.state.floor.version == UINT64_MAX);
	assert_memory_equal(host.state.floor.digest, two, 32);
}

static void test_time_never_goes_back(void **unused)
{
	uint8_t none[32] = { 0 };

	assert_in_range(state_now(&host.state), time(NULL) - 1, time(NULL) + 1);
	assert_int_equal(state_raise(&host.state, 0, none, INT64_MAX / 2), 0);
	assert_int_equal(state_now(&host.state), INT64_MAX / 2);
}

static void test_baseline_is_recorded(void **unused)
{
	assert_false(state_has_baseline(&host.state));
	assert_int_equal(state_set_baseline(&host.state, "5 files"), 0);
	reopen();
	assert_true(state_has_baseline(&host.state));
}

static void test_damaged_floor(void **unused)
{
	uint8_t one[32] = { 1 };
	char path[128];
	int fd;

	assert_int_equal(state_raise(&host.state, 5, one, 1000), 0);
	snprintf(path, sizeof(path), "%s/floor", state_path);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, "\xff", 1, 36), 1);
	close(fd);
	reopen();
	assert_int_equal(host.state.floor.version, 0);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/floor.damaged", state_path);
	assert_int_equal(access(path, F_OK), 0);
}

/* Dies at point @n of replacing bundle and floor. False when there is no such point. */
static bool die_at(int n, const uint8_t *bundle, size_t len, const uint8_t digest[32])
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		fault_after = n;
		_exit(state_stage(&host.state, bundle, len) || state_commit(&host.state) ||
		      state_raise(&host.state, 2, digest, 2000));
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 7 || WEXITSTATUS(status) == 0);
	return WEXITSTATUS(status) == 7;
}

static void test_crash_at_every_point(void **unused)
{
	uint8_t old[5000], new[7000], one[32] = { 1 }, two[32] = { 2 }, *data;
	unsigned int points = 0, saw_old = 0, saw_new = 0;
	bool crashed = true;
	size_t len;

	memset(old, 'o', sizeof(old));
	memset(new, 'n', sizeof(new));
	while (crashed) {
		assert_int_equal(state_stage(&host.state, old, sizeof(old)), 0);
		assert_int_equal(state_commit(&host.state), 0);
		unlinkat(host.state.dir, "floor", 0);
		memset(&host.state.floor, 0, sizeof(host.state.floor));
		assert_int_equal(state_raise(&host.state, 1, one, 1000), 0);
		crashed = die_at(points, new, sizeof(new), two);
		points += crashed;
		reopen();
		assert_int_equal(state_read(&host.state, STATE_BUNDLE, &data, &len), 0);
		assert_true((len == sizeof(old) && !memcmp(data, old, len)) ||
			    (len == sizeof(new) && !memcmp(data, new, len)));
		saw_old += len == sizeof(old);
		saw_new += len == sizeof(new);
		/* Never a floor above the bundle. */
		if (host.state.floor.version == 2)
			assert_true(len == sizeof(new) && !memcmp(host.state.floor.digest, two, 32));
		else
			assert_memory_equal(host.state.floor.digest, one, 32);
		free(data);
	}
	assert_true(points >= 10 && saw_old >= 4 && saw_new >= 4);
	assert_int_equal(faccessat(host.state.dir, "floor.tmp", F_OK, 0), -1);
	assert_int_equal(faccessat(host.state.dir, "policy.bundle.new.tmp", F_OK, 0), -1);
}

/* --- policies --- */

static void test_apply(void **unused)
{
	struct policy_result result = apply(3, "", false);
	uint8_t *data;
	size_t len;

	assert_int_equal(result.error, 0);
	assert_int_equal(result.generation, 1);
	assert_int_equal(host.state.floor.version, 3);
	assert_int_equal(policy_in_force(&host, &data, &len), 0);
	free(data);
	assert_int_equal(state_read(&host.state, STATE_BUNDLE_NEW, &data, &len), -ENOENT);
	/* The same once more is fine, other content of that version or an older version is not. */
	assert_int_equal(apply(3, "", false).error, 0);
	assert_int_equal(apply(3, "homes: [\"/data/*\"]\n", false).reason, RAMPART_REASON_SAME_VERSION);
	assert_int_equal(apply(2, "", false).reason, RAMPART_REASON_ROLLED_BACK);
	assert_int_equal(fake.loads, 2);
	assert_int_equal(apply(4, "", false).error, 0);
	assert_int_equal(fake.loads, 3);
}

/* With each policy that comes into force, and when the daemon finds one. */
static void test_exclusions_are_seen(void **unused)
{
	const char *more = "rules: [{id: a, mode: block, on: exec, exclude: [{exe: /b, name: one}, {object: /c, name: two}]}]\n";

	assert_int_equal(apply(3, more, false).error, 0);
	assert_string_equal(seen_exclusions, "[\"one\",\"two\"]");
	*seen_exclusions = '\0';
	assert_int_equal(apply(4, "", true).error, 0);
	assert_string_equal(seen_exclusions, "");
	policy_restore(&host);
	assert_string_equal(seen_exclusions, "[\"one\",\"two\"]");
	assert_int_equal(apply(4, "", false).error, 0);
	assert_string_equal(seen_exclusions, "[]");
}

static void test_dry_run(void **unused)
{
	struct policy_result result = apply(3, "", true);

	assert_int_equal(result.error, 0);
	assert_int_equal(fake.loads, 0);
	assert_int_equal(host.state.floor.version, 0);
	assert_int_equal(apply(2, "", false).error, 0);
}

static void test_target(void **unused)
{
	char *tags[] = { "eng" };

	host.facts.tags = tags;
	host.facts.n_tags = 1;
	assert_int_equal(apply(1, "target: {tags: [other]}\n", false).reason, RAMPART_REASON_NOT_THIS_HOST);
	assert_int_equal(apply(1, "target: {tags: [other, eng]}\n", false).error, 0);
	assert_int_equal(apply(2, "target: {hosts: [00000000000000000000000000000002]}\n", false).reason,
			 RAMPART_REASON_NOT_THIS_HOST);
	assert_int_equal(apply(2, "target: {hosts: [00000000000000000000000000000001], tags: [other]}\n", false).reason,
			 RAMPART_REASON_NOT_THIS_HOST);
	assert_int_equal(apply(2, "target: {hosts: [00000000000000000000000000000001], tags: [eng]}\n", false).error,
			 0);
	host.facts.n_tags = 0;
	host.facts.tags = NULL;
}

static void test_kernel_refuses(void **unused)
{
	struct policy_result result;
	uint8_t *data;
	size_t len;

	assert_int_equal(apply(1, "", false).error, 0);
	assert_int_equal(state_read(&host.state, STATE_BUNDLE, &data, &len), 0);
	fake.error = -EKEYREVOKED;
	fake.reason = RAMPART_REASON_REVOKED;
	result = apply(2, "", false);
	assert_int_equal(result.reason, RAMPART_REASON_REVOKED);
	assert_int_equal(result.error, EKEYREVOKED);
	assert_int_equal(journalled_refusals, 1);
	assert_int_equal(host.state.floor.version, 1);
	free(data);
	assert_int_equal(policy_in_force(&host, &data, &len), 0);
	free(data);
	assert_int_equal(state_read(&host.state, STATE_BUNDLE_NEW, &data, &len), -ENOENT);
}

static uint64_t stored_version(void)
{
	struct rampart_policy policy;
	struct rampart_cms cms;
	uint64_t version;
	uint8_t *data;
	size_t len;

	assert_int_equal(state_read(&host.state, STATE_BUNDLE, &data, &len), 0);
	assert_int_equal(rampart_cms_parse((struct pb_view){ .data = data, .len = len }, &cms), RAMPART_REASON_OK);
	assert_int_equal(rampart_policy_decode(cms.content, &policy), RAMPART_REASON_OK);
	version = policy.version;
	rampart_policy_free(&policy);
	free(data);
	return version;
}

/* One call of an apply fails: never without a word, and what the kernel and the disk have goes together. */
static void apply_failing(int call, int error, unsigned int seen[2])
{
	struct policy_result result;

	fake.generation = fake.version = 0;
	unlinkat(host.state.dir, "floor", 0);
	reopen();
	assert_int_equal(apply(1, "", false).error, 0);
	fail_after = call;
	fail_with = error;
	result = apply(2, "", false);
	if (fail_after >= 0) {
		assert_int_equal(result.error, 0);
		return;
	}
	assert_int_equal(result.error, error);
	seen[fake.version - 1]++;
	assert_non_null(strstr(result.message, state_path));
	assert_non_null(strstr(result.message, fake.version == 1 ? "nothing was changed" : "not recorded"));
	assert_true(stored_version() <= fake.version);
	reopen();
	assert_true(host.state.floor.version >= 1 && host.state.floor.version <= stored_version());
	/* As rampartd does from time to time, and before the next one. */
	policy_save(&host);
	assert_int_equal(stored_version(), fake.version);
	assert_int_equal(host.state.floor.version, fake.version);
	assert_int_equal(faccessat(host.state.dir, "policy.bundle.new", F_OK, 0), -1);
	assert_int_equal(apply(3, "", false).error, 0);
	assert_int_equal(stored_version(), 3);
}

static void test_disk_fails(void **unused)
{
	static const int errors[] = { ENOSPC, EIO, EROFS };
	unsigned int seen[2] = { 0 };

	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++) {
		fail_after = -1;
		for (int call = 0; fail_after < 0; call++)
			apply_failing(call, errors[i], seen);
	}
	/* Of one: five before the kernel has it, seven after. */
	assert_int_equal(seen[0], 3 * 5);
	assert_int_equal(seen[1], 3 * 7);
}

/* What waits to be recorded is not displaced by another, not even by one that is refused. */
static void test_disk_stays_failed(void **unused)
{
	assert_int_equal(apply(1, "", false).error, 0);
	fail_after = 5;
	fail_with = EIO;
	fail_on = true;
	assert_int_equal(apply(2, "", false).error, EIO);
	assert_int_equal(fake.version, 2);
	assert_int_equal(apply(3, "", false).error, EIO);
	assert_int_equal(fake.version, 2);
	fail_after = -1;
	fake.error = -ESTALE;
	fake.reason = RAMPART_REASON_ROLLED_BACK;
	assert_int_equal(apply(1, "", false).reason, RAMPART_REASON_ROLLED_BACK);
	assert_int_equal(stored_version(), 2);
	assert_int_equal(host.state.floor.version, 2);
}

/* A disk that takes no write keeps no stored policy from a kernel that has just booted. */
static void test_disk_fails_after_boot(void **unused)
{
	assert_int_equal(apply(3, "", false).error, 0);
	memset(&fake, 0, sizeof(fake));
	reopen();
	fail_after = 0;
	fail_with = EROFS;
	fail_on = true;
	unlinkat(host.state.dir, "floor", 0);
	memset(&host.state.floor, 0, sizeof(host.state.floor));
	policy_restore(&host);
	assert_int_equal(fake.loads, 1);
	assert_int_equal(fake.version, 3);
}

static void test_kernel_is_absent(void **unused)
{
	uint8_t *data;
	size_t len;

	fake.absent = true;
	assert_int_equal(apply(1, "", false).error, ENODEV);
	assert_int_equal(host.state.floor.version, 0);
	assert_int_equal(state_read(&host.state, STATE_BUNDLE, &data, &len), -ENOENT);
	assert_int_equal(policy_in_force(&host, &data, &len), -ENODEV);
}

static void test_no_trust(void **unused)
{
	host.trust = "/nonexistent";
	unlink(key_path);
	make_signer();
	assert_int_equal(apply(1, "", false).error, ENOKEY);
	assert_int_equal(fake.loads, 0);
}

static void test_restored_after_boot(void **unused)
{
	assert_int_equal(apply(3, "", false).error, 0);
	memset(&fake, 0, sizeof(fake));
	reopen();
	policy_restore(&host);
	assert_int_equal(fake.loads, 1);
	assert_int_equal(fake.generation, 1);
	assert_int_equal(fake.floor.version, 3);
	/* A kernel that has it already does not get it again. */
	policy_restore(&host);
	assert_int_equal(fake.loads, 1);
}

/* Until the daemon tells it the floor, a kernel that has just booted takes any policy, from anyone. */
static void test_older_came_first(void **unused)
{
	uint8_t *older;
	size_t len = make_bundle(2, "", &older);

	assert_int_equal(apply(3, "", false).error, 0);
	memset(&fake, 0, sizeof(fake));
	take_force(older, len);
	reopen();
	policy_restore(&host);
	assert_int_equal(fake.loads, 1);
	assert_int_equal(fake.version, 3);
	free(older);
}

/* The daemon died after the kernel took a policy, or after it refused one, and before it could record that. */
static void test_settled_after_crash(void **unused)
{
	uint8_t *der, *data;
	size_t len, got;

	assert_int_equal(apply(1, "", false).error, 0);
	len = make_bundle(2, "", &der);
	assert_int_equal(state_stage(&host.state, der, len), 0);
	policy_restore(&host);
	assert_int_equal(state_read(&host.state, STATE_BUNDLE_NEW, &data, &got), -ENOENT);
	assert_int_equal(policy_in_force(&host, &data, &got), 0);
	free(data);

	assert_int_equal(state_stage(&host.state, der, len), 0);
	take_force(der, len);
	fake.floor.version = 2;
	policy_restore(&host);
	assert_int_equal(policy_in_force(&host, &data, &got), 0);
	assert_int_equal(got, len);
	assert_memory_equal(data, der, len);
	free(data);
	free(der);
}

static void test_foreign_policy_in_force(void **unused)
{
	uint8_t *data;
	size_t len;

	assert_int_equal(policy_in_force(&host, &data, &len), -ENOENT);
	assert_int_equal(apply(1, "", false).error, 0);
	memset(fake.digest, 9, 32);
	assert_int_equal(policy_in_force(&host, &data, &len), -ESTALE);
}

/* --- lost events --- */

static struct intake *open_intake(void)
{
	struct intake *intake;

	assert_true(sd_event_new(&host.event) >= 0);
	assert_int_equal(intake_init(&host, &intake), 0);
	return intake;
}

static void close_intake(struct intake *intake)
{
	intake_exit(intake);
	host.event = sd_event_unref(host.event);
}

/* A batch of @n events from @seq on; the kernel says that it dropped so many, and so many wait. */
static void take(struct intake *intake, uint64_t seq, unsigned int n, uint64_t emitted, uint64_t dropped,
		 uint64_t pending)
{
	Rampart__EventBatch batch = RAMPART__EVENT_BATCH__INIT;
	Rampart__Accounting blocks = RAMPART__ACCOUNTING__INIT, others = RAMPART__ACCOUNTING__INIT;
	Rampart__Event events[64], *list[64];

	for (unsigned int i = 0; i < n; i++) {
		rampart__event__init(&events[i]);
		events[i].seq = seq + i;
		list[i] = &events[i];
	}
	blocks.emitted = emitted;
	blocks.dropped = dropped;
	blocks.pending = pending;
	batch.blocks = &blocks;
	batch.others = &others;
	batch.events = list;
	batch.n_events = n;
	intake_batch(intake, &batch);
}

static void test_nothing_lost(void **unused)
{
	struct intake *intake = open_intake();

	take(intake, 1, 10, 10, 0, 10);
	take(intake, 11, 10, 40, 0, 30);
	take(intake, 11, 10, 40, 0, 30);
	take(intake, 21, 20, 40, 0, 0);
	assert_int_equal(journalled_losses, 0);
	assert_int_equal(journalled_events, 40);
	close_intake(intake);
}

static void test_dropped_is_said_once(void **unused)
{
	struct intake *intake = open_intake();

	take(intake, 1, 10, 10, 0, 0);
	take(intake, 11, 5, 18, 3, 0);
	assert_int_equal(journalled_losses, 3);
	take(intake, 19, 5, 23, 3, 0);
	assert_int_equal(journalled_losses, 3);
	stored_boot = intake->record;
	close_intake(intake);
	/* A daemon that is started again knows what was said. */
	intake = open_intake();
	take(intake, 24, 5, 30, 5, 0);
	assert_int_equal(journalled_losses, 5);
	close_intake(intake);
}

static void test_gap_is_said_once(void **unused)
{
	struct intake *intake = open_intake();

	take(intake, 1, 10, 10, 0, 0);
	take(intake, 15, 6, 20, 0, 0);
	assert_int_equal(journalled_losses, 4);
	take(intake, 21, 5, 25, 0, 0);
	assert_int_equal(journalled_losses, 4);
	take(intake, 30, 1, 30, 0, 4);
	assert_int_equal(journalled_losses, 4);
	close_intake(intake);
}

static void test_module_loaded_anew(void **unused)
{
	struct intake *intake = open_intake();

	take(intake, 1, 40, 40, 2, 0);
	journalled_losses = 0;
	take(intake, 1, 5, 5, 0, 0);
	assert_int_equal(journalled_losses, 0);
	assert_int_equal(intake->record.last_seq, 5);
	close_intake(intake);
}

static void test_broken_store(void **unused)
{
	struct intake *intake = open_intake();

	store_broken = true;
	take(intake, 1, 10, 10, 0, 0);
	assert_int_equal(journalled_events, 10);
	assert_int_equal(journalled_losses, 0);
	store_broken = false;
	take(intake, 11, 10, 20, 0, 0);
	assert_int_equal(journalled_events, 20);
	assert_int_equal(journalled_losses, 0);
	close_intake(intake);
}

/* --- files with several links --- */

static char found_paths[4096];

static void note_found(const char *path, void *data)
{
	size_t used = strlen(found_paths);

	snprintf(found_paths + used, sizeof(found_paths) - used, "%s ", path + strlen(folder));
}

/* Looks through these places, the second half of them secrets, given without the folder's path; @home: of the pattern "~". */
static const char *look_through(const char *home, const char *const *places)
{
	char paths[4][128];
	struct pb_view views[4], home_view;
	struct rampart_policy policy = { 0 };
	struct links *links;
	unsigned int n;

	for (n = 0; places[n]; n++) {
		snprintf(paths[n], sizeof(paths[n]), "%s%s", *places[n] == '~' ? "" : folder, places[n]);
		views[n] = (struct pb_view){ .data = (u8 *)paths[n], .len = strlen(paths[n]) };
	}
	snprintf(paths[3], sizeof(paths[3]), "%s%s", folder, home);
	home_view = (struct pb_view){ .data = (u8 *)paths[3], .len = strlen(paths[3]) };
	policy.protect = (struct rampart_views){ .v = views, .n = n / 2 };
	policy.secrets = (struct rampart_views){ .v = views + n / 2, .n = n - n / 2 };
	policy.homes = (struct rampart_views){ .v = &home_view, .n = 1 };
	found_paths[0] = '\0';
	assert_int_equal(links_init(NULL, &links), 0);
	links_on_found(links, note_found, NULL);
	links_start(links, &policy);
	while (links_step(links))
		;
	links_exit(links);
	return found_paths;
}

static void make_tree(void)
{
	char command[1024];

	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p a/b/c home/u1/Documents home/u2/Documents outside && echo x > outside/f &&"
		 " ln outside/f a/b/c/linked && echo x > a/alone && ln -s ../outside a/symlink &&"
		 " ln outside/f home/u1/Documents/l1 && ln outside/f home/u2/Documents/l2 &&"
		 " ln outside/f home/u2/other && ln -s u1 home/u3", folder);
	assert_int_equal(system(command), 0);
}

static void test_links(void **unused)
{
	make_tree();
	assert_string_equal(look_through("/none", (const char *[]){ "/a", NULL }), "/a/b/c/linked ");
	assert_string_equal(look_through("/none", (const char *[]){ "/a/b/c/linked", NULL }), "/a/b/c/linked ");
	assert_string_equal(look_through("/none", (const char *[]){ "/a/*/c", NULL }), "/a/b/c/linked ");
	assert_string_equal(look_through("/none", (const char *[]){ "/a/symlink", "/a/alone", "/none", NULL }), "");
	look_through("/home/u2", (const char *[]){ "~/Documents", NULL });
	assert_string_equal(found_paths, "/home/u2/Documents/l2 ");
	look_through("/home/*", (const char *[]){ "~/Documents", "/a", NULL });
	assert_non_null(strstr(found_paths, "/home/u1/Documents/l1 "));
	assert_non_null(strstr(found_paths, "/home/u2/Documents/l2 "));
	assert_non_null(strstr(found_paths, "/a/b/c/linked "));
	assert_null(strstr(found_paths, "other"));
	assert_null(strstr(found_paths, "u3"));
}

/* Deeper than is looked, and with names as long as they get: it ends, and nothing is written where it should not. */
static void test_links_deep(void **unused)
{
	char name[201];
	unsigned int i;
	int dir = open(folder, O_RDONLY | O_DIRECTORY), next;

	memset(name, 'd', 200);
	name[200] = '\0';
	for (i = 0; i < LINKS_DEPTH + 20; i++) {
		assert_int_equal(mkdirat(dir, name, 0700), 0);
		next = openat(dir, name, O_RDONLY | O_DIRECTORY);
		close(dir);
		dir = next;
	}
	close(dir);
	assert_string_equal(look_through("/none", (const char *[]){ "", NULL }), "");
}

/* --- texts --- */

static void test_escape(void **unused)
{
	static const char *const cases[][2] = {
		{ "", "" }, { "/srv/a b", "/srv/a b" }, { "/srv/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", NULL },
		{ "a\n\x1b[31mb\x7f", "a\\x0a\\x1b[31mb\\x7f" },
		{ "\xff\xc3", "\\xff\\xc3" },			/* no UTF-8, and cut */
		{ "\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80" },	/* overlong, surrogate */
		{ "\xc2\x9b", "\\xc2\\x9b" },			/* C1 control */
		{ "\xe2\x80\xaex", "\\xe2\\x80\\xaex" },		/* turns the text round */
		{ "\\x0a", "\\x0a" },				/* what the kernel escaped stays */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *safe = escape_text(cases[i][0]);

		assert_string_equal(safe, cases[i][1] ?: cases[i][0]);
		free(safe);
	}
}

static void test_moments(void **unused)
{
	static const char *const wrong[] = {
		"", "10", "m", "10x", "10mm", "-5m", "2026-02-30", "2026-13-01", "2026-11-24T25:00:00Z",
		"2026-11-24T08:00:00", "2026-11-24T08:00Z", "2026-11-24T08:00:00+1:00", "2026-11-24T08:00:00Zx",
		"999999999d",
	};
	const int64_t now = NOW * MOMENT_SECOND;
	char buf[MOMENT_TEXT];
	int64_t ns;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(moment_parse(wrong[i], now, &ns), -EINVAL);
	assert_int_equal(moment_parse("10m", now, &ns), 0);
	assert_int_equal(ns, now - 600 * MOMENT_SECOND);
	assert_int_equal(moment_parse("3d", now, &ns), 0);
	assert_int_equal(ns, now - 3 * 86400 * MOMENT_SECOND);
	assert_int_equal(moment_parse("2026-11-24", now, &ns), 0);
	assert_int_equal(ns, now);
	assert_int_equal(moment_parse("2026-11-24T01:30:00.25+01:30", now, &ns), 0);
	assert_int_equal(ns, now + MOMENT_SECOND / 4);
	assert_string_equal(moment_text(buf, ns, 0), "2026-11-24T00:00:00Z");
	assert_string_equal(moment_text(buf, ns, 3), "2026-11-24T00:00:00.250Z");
	assert_string_equal(moment_text(buf, -1, 9), "1969-12-31T23:59:59.999999999Z");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_floor_only_grows),	TEST(test_time_never_goes_back), TEST(test_damaged_floor),
		TEST(test_baseline_is_recorded),
		TEST(test_crash_at_every_point), TEST(test_apply),		 TEST(test_dry_run),
		TEST(test_exclusions_are_seen),
		TEST(test_target),		TEST(test_kernel_refuses),	 TEST(test_disk_fails),
		TEST(test_disk_stays_failed),	TEST(test_disk_fails_after_boot), TEST(test_kernel_is_absent),
		TEST(test_no_trust),		TEST(test_restored_after_boot),	 TEST(test_settled_after_crash),
		TEST(test_older_came_first),
		TEST(test_foreign_policy_in_force), TEST(test_nothing_lost),	 TEST(test_dropped_is_said_once),
		TEST(test_gap_is_said_once),	TEST(test_module_loaded_anew),	 TEST(test_broken_store),
		TEST(test_links),		TEST(test_links_deep),
		TEST(test_escape),		TEST(test_moments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
