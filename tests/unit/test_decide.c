// SPDX-License-Identifier: MIT
/* decide() over rulesets: by table, and at random against the reference. */
#include <harness.h>

#include "policy_reference.h"

#define NO_PLACE RAMPART_PLACE_NONE

/* /srv and ~/Documents are protected, the editor may change them, and dpkg updates. Numbers: the modes. */
static struct text_policy example(enum rampart_mode folders, enum rampart_mode self)
{
	return (struct text_policy){
		.folders_mode = folders, .self_mode = self,
		.protect = { { "/srv", "~/Documents" }, 2 }, .homes = { { "/home/*", "/root" }, 2 },
		.allow = { { "/usr/bin/editor" }, 1 }, .updaters = { { "/usr/bin/dpkg" }, 1 },
	};
}

enum { NOBODY = 0, EDITOR = RAMPART_SUBJ_ALLOWED, DPKG = RAMPART_SUBJ_UPDATER, DAEMON = RAMPART_SUBJ_DAEMON };

static const struct {
	const char *path, *path2;	/* path2: the other end */
	enum rampart_op op;
	u64 subject;
	const char *rule;	/* in block mode; NULL: no rule is about it */
	bool exempt;
	u32 ends;	/* that the rule is about, as in struct decision */
} table[] = {
	{ "/srv/a", NULL, RAMPART_OP_WRITE, NOBODY, "folders", false, 1 },
	{ "/srv/a", NULL, RAMPART_OP_WRITE, EDITOR, "folders", true, 1 },
	{ "/srv/a", NULL, RAMPART_OP_WRITE, DPKG, "folders", false, 1 },
	{ "/srv/a", NULL, RAMPART_OP_WRITE, DAEMON, "folders", false, 1 },
	{ "/srv/a", NULL, RAMPART_OP_WRITE, EDITOR | DAEMON, "folders", true, 1 },
	{ "/srv", NULL, RAMPART_OP_SETATTR, NOBODY, "folders", false, 1 },
	{ "/srv/a", NULL, RAMPART_OP_CREATE, NOBODY, "folders", false, 1 },
	{ "/srv/a", NULL, RAMPART_OP_DELETE, NOBODY, "folders", false, 1 },
	{ "/srv/a", NULL, RAMPART_OP_SETXATTR, NOBODY, "folders", false, 1 },
	{ "/srv/a", NULL, RAMPART_OP_MOUNT, NOBODY, "folders", false, 1 },
	/* What no rule asks about. */
	{ "/srv/a", NULL, RAMPART_OP_NONE, NOBODY, NULL, false, 0 },
	{ "/srv/a", NULL, RAMPART_OP_EXEC, NOBODY, NULL, false, 0 },
	{ "/srv/a", NULL, RAMPART_OP_SIGNAL, NOBODY, NULL, false, 0 },
	{ "/srv/a", NULL, RAMPART_OP_UNLOAD, NOBODY, NULL, false, 0 },
	{ "/srvx", NULL, RAMPART_OP_WRITE, NOBODY, NULL, false, 0 },
	{ "/sr", NULL, RAMPART_OP_WRITE, NOBODY, NULL, false, 0 },
	/* Both ends. */
	{ "/srv/a", "/tmp/a", RAMPART_OP_RENAME, NOBODY, "folders", false, 1 },
	{ "/tmp/a", "/srv/a", RAMPART_OP_RENAME, NOBODY, "folders", false, 2 },
	{ "/tmp/a", "/home/u/Documents/a", RAMPART_OP_RENAME, NOBODY, "folders", false, 2 },
	{ "/srv/a", "/home/u/Documents/a", RAMPART_OP_RENAME, NOBODY, "folders", false, 3 },
	{ "/srv/a", "/tmp/a", RAMPART_OP_LINK, NOBODY, "folders", false, 1 },
	{ "/tmp/a", "/srv/a", RAMPART_OP_LINK, NOBODY, "folders", false, 2 },
	{ "/tmp/a", "/tmp/b", RAMPART_OP_RENAME, NOBODY, NULL, false, 0 },
	/* To move an ancestor moves the place; nothing else that is done to it does. */
	{ "/home/u", "/tmp/u", RAMPART_OP_RENAME, NOBODY, "folders", false, 1 },
	{ "/tmp/u", "/home/u", RAMPART_OP_RENAME, NOBODY, "folders", false, 2 },
	{ "/home", "/tmp/u", RAMPART_OP_RENAME, EDITOR, "folders", true, 1 },
	{ "/root", "/tmp/u", RAMPART_OP_RENAME, NOBODY, "folders", false, 1 },
	{ "/home/u", NULL, RAMPART_OP_SETATTR, NOBODY, NULL, false, 0 },
	{ "/home/u", "/tmp/a", RAMPART_OP_LINK, NOBODY, NULL, false, 0 },
	{ "/home/u", NULL, RAMPART_OP_DELETE, NOBODY, NULL, false, 0 },
	/* Rampart's own files, and those of the programs that it trusts. */
	{ "/etc/rampart/x", NULL, RAMPART_OP_WRITE, NOBODY, "self_protection", false, 1 },
	{ "/etc/rampart/x", NULL, RAMPART_OP_WRITE, EDITOR, "self_protection", false, 1 },
	{ "/etc/rampart/x", NULL, RAMPART_OP_WRITE, DPKG, "self_protection", true, 1 },
	{ "/etc/rampart/x", NULL, RAMPART_OP_WRITE, DAEMON, "self_protection", true, 1 },
	{ "/etc", "/tmp/etc", RAMPART_OP_RENAME, DAEMON | EDITOR, "self_protection", true, 1 },
	{ "/etc", "/tmp/etc", RAMPART_OP_RENAME, EDITOR, "self_protection", false, 1 },
	{ "/usr/bin/editor", NULL, RAMPART_OP_WRITE, EDITOR, "trusted_program", false, 1 },
	{ "/usr/bin/editor", NULL, RAMPART_OP_WRITE, DAEMON, "trusted_program", false, 1 },
	{ "/usr/bin/dpkg", NULL, RAMPART_OP_DELETE, DPKG, "trusted_program", true, 1 },
	{ "/usr/bin/dpkg", "/usr/bin/d", RAMPART_OP_LINK, NOBODY, "trusted_program", false, 1 },
	/* Two rules: the exemption from one is none from the other. */
	{ "/srv/a", "/etc/rampart/x", RAMPART_OP_RENAME, EDITOR, "self_protection", false, 2 },
	{ "/srv/a", "/etc/rampart/x", RAMPART_OP_RENAME, DPKG, "folders", false, 1 },
	{ "/etc/rampart/x", "/usr/bin/editor", RAMPART_OP_RENAME, DAEMON, "trusted_program", false, 2 },
	{ "/srv/a", "/etc/rampart/x", RAMPART_OP_RENAME, EDITOR | DPKG, "folders", true, 1 },
};

static struct decision decide(const struct rampart_ruleset *ruleset, const struct question *q)
{
	struct rampart_request request = { q->op, q->subject, q->object, q->object2 };
	struct rampart_verdict verdict;

	rampart_decide(ruleset, &request, &verdict);
	return (struct decision){ verdict.rule ? verdict.rule->name : NULL, verdict.outcome,
				  verdict.first | verdict.second << 1 };
}

static struct rampart_label label_or_none(const struct rampart_ruleset *ruleset, const char *path)
{
	return path ? walked_label(ruleset, path) : (struct rampart_label){ .place = NO_PLACE };
}

/* The table in one mode for all rules. */
static void decide_table(enum rampart_mode mode, enum rampart_outcome outcome)
{
	struct text_policy policy = example(mode, mode);
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);

	assert_non_null(ruleset);
	for (u32 i = 0; i < ARRAY_SIZE(table); i++) {
		struct question q = { table[i].op, table[i].subject, label_or_none(ruleset, table[i].path),
				      label_or_none(ruleset, table[i].path2) };
		struct decision d = decide(ruleset, &q);
		bool about = table[i].rule && mode != RAMPART_MODE_OFF;

		if (!d.rule != !about || (about && strcmp(d.rule, table[i].rule)) ||
		    d.outcome != (about && !table[i].exempt ? outcome : RAMPART_ALLOWED) ||
		    d.ends != (about ? table[i].ends : 0))
			fail_msg("row %u: %s, outcome %u, ends %u", i, d.rule ?: "no rule", d.outcome, d.ends);
	}
	rampart_ruleset_free(ruleset);
}

static void every_mode(test_state *state)
{
	decide_table(RAMPART_MODE_OFF, RAMPART_ALLOWED);
	decide_table(RAMPART_MODE_AUDIT, RAMPART_AUDITED);
	decide_table(RAMPART_MODE_WARN, RAMPART_WARNED);
	decide_table(RAMPART_MODE_BLOCK, RAMPART_BLOCKED);
}

static void only_warned_and_blocked_deny(test_state *state)
{
	assert_false(rampart_outcome_denies(RAMPART_ALLOWED));
	assert_false(rampart_outcome_denies(RAMPART_AUDITED));
	assert_true(rampart_outcome_denies(RAMPART_WARNED));
	assert_false(rampart_outcome_denies(RAMPART_BYPASSED));
	assert_true(rampart_outcome_denies(RAMPART_BLOCKED));
}

/* A file that two rules are about, in each pair of modes: the stricter one wins, the first of equals. */
static void the_strictest_rule_wins(test_state *state)
{
	static const enum rampart_outcome outcomes[] = { RAMPART_ALLOWED, RAMPART_AUDITED, RAMPART_WARNED,
							 RAMPART_BLOCKED };
	struct question q = { .op = RAMPART_OP_WRITE, .object = { RAMPART_OBJ_FOLDER | RAMPART_OBJ_SELF, 0, 1 },
			      .object2.place = NO_PLACE };

	for (enum rampart_mode folders = 0; folders < RAMPART_MODE_NUM; folders++) {
		for (enum rampart_mode self = 0; self < RAMPART_MODE_NUM; self++) {
			struct text_policy policy = example(folders, self);
			enum rampart_reason why;
			struct rampart_ruleset *ruleset = build_texts(&policy, &why);
			struct decision d = decide(ruleset, &q);

			assert_int_equal(d.outcome, outcomes[folders > self ? folders : self]);
			if (folders || self)
				assert_string_equal(d.rule, self > folders ? "self_protection" : "folders");
			else
				assert_null(d.rule);
			rampart_ruleset_free(ruleset);
		}
	}
}

/* Processes: the daemon's, and those of programs that may change folders. */
static void tasks(test_state *state)
{
	static const struct {
		enum rampart_op op;
		u32 object;
		u64 subject;
		const char *rule;
		enum rampart_outcome outcome;
	} rows[] = {
		{ RAMPART_OP_SIGNAL, RAMPART_OBJ_DAEMON_TASK, NOBODY, "self_protection", RAMPART_BLOCKED },
		{ RAMPART_OP_PTRACE, RAMPART_OBJ_DAEMON_TASK, NOBODY, "self_protection", RAMPART_BLOCKED },
		{ RAMPART_OP_SCHED, RAMPART_OBJ_DAEMON_TASK, NOBODY, "self_protection", RAMPART_BLOCKED },
		{ RAMPART_OP_SCHED, RAMPART_OBJ_DAEMON_TASK, DPKG | EDITOR, "self_protection", RAMPART_BLOCKED },
		{ RAMPART_OP_SIGNAL, RAMPART_OBJ_DAEMON_TASK, DAEMON, "self_protection", RAMPART_ALLOWED },
		{ RAMPART_OP_PTRACE, RAMPART_OBJ_TRUSTED_TASK, NOBODY, "folders", RAMPART_WARNED },
		{ RAMPART_OP_PTRACE, RAMPART_OBJ_TRUSTED_TASK, EDITOR, "folders", RAMPART_ALLOWED },
		{ RAMPART_OP_PTRACE, RAMPART_OBJ_TRUSTED_TASK, DAEMON, "folders", RAMPART_WARNED },
		{ RAMPART_OP_PTRACE, RAMPART_OBJ_TRUSTED_TASK | RAMPART_OBJ_DAEMON_TASK, EDITOR, "self_protection",
		  RAMPART_BLOCKED },
		{ RAMPART_OP_SIGNAL, RAMPART_OBJ_TRUSTED_TASK, NOBODY, NULL, RAMPART_ALLOWED },
		{ RAMPART_OP_WRITE, RAMPART_OBJ_TRUSTED_TASK | RAMPART_OBJ_DAEMON_TASK, NOBODY, NULL, RAMPART_ALLOWED },
	};
	struct text_policy policy = example(RAMPART_MODE_WARN, RAMPART_MODE_BLOCK);
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct question q = { rows[i].op, rows[i].subject, { .classes = rows[i].object, .place = NO_PLACE },
				      { .place = NO_PLACE } };
		struct decision d = decide(ruleset, &q);

		if (!d.rule != !rows[i].rule || (d.rule && strcmp(d.rule, rows[i].rule)) ||
		    d.outcome != rows[i].outcome)
			fail_msg("row %u: %s, outcome %u", i, d.rule ?: "no rule", d.outcome);
	}
	rampart_ruleset_free(ruleset);
}

/* Disks have a mode of their own, and folders.allow. Nothing but to write to one is a matter of this rule. */
static void disks(test_state *state)
{
	static const enum rampart_outcome outcomes[] = { RAMPART_ALLOWED, RAMPART_AUDITED, RAMPART_WARNED,
							 RAMPART_BLOCKED };
	struct question q = { .object = { RAMPART_OBJ_DISK, 0, NO_PLACE }, .object2.place = NO_PLACE };

	for (enum rampart_mode mode = 0; mode < RAMPART_MODE_NUM; mode++) {
		struct text_policy policy = { .disks_mode = mode, .allow = { { "/usr/bin/editor" }, 1 } };
		enum rampart_reason why;
		struct rampart_ruleset *ruleset = build_texts(&policy, &why);

		for (q.op = 0; q.op < RAMPART_OP_NUM; q.op++) {
			bool about = mode != RAMPART_MODE_OFF && q.op == RAMPART_OP_WRITE;
			struct decision d;

			q.subject = NOBODY;
			d = decide(ruleset, &q);
			assert_int_equal(d.outcome, about ? outcomes[mode] : RAMPART_ALLOWED);
			assert_true(about ? !strcmp(d.rule, "disks") : !d.rule);
			q.subject = EDITOR;
			assert_int_equal(decide(ruleset, &q).outcome, RAMPART_ALLOWED);
		}
		assert_int_equal(rampart_ruleset_ops(ruleset),
				 mode ? BIT_ULL(RAMPART_OP_WRITE) | BIT_ULL(RAMPART_OP_PTRACE) : 0);
		rampart_ruleset_free(ruleset);
	}
}

/* Who may read: by place, whatever other rights he has. */
static void secrets(test_state *state)
{
	enum { KEY = 1 << 0, SSH = 1 << 1, BOTH = KEY | SSH };
	static const struct {
		const char *path, *path2;
		enum rampart_op op;
		u64 may_read;
		bool exempt;
		u32 place, place2;
	} rows[] = {
		{ "/srv/key", NULL, RAMPART_OP_READ, 0, false, KEY, NO_PLACE },
		{ "/srv/key", NULL, RAMPART_OP_READ, SSH, false, KEY, NO_PLACE },
		{ "/srv/key", NULL, RAMPART_OP_READ, KEY, true, KEY, NO_PLACE },
		{ "/home/u/.ssh/id", NULL, RAMPART_OP_READ, SSH, true, SSH, NO_PLACE },
		{ "/home/u/.ssh/key/k", NULL, RAMPART_OP_READ, SSH, false, SSH | 1 << 2, NO_PLACE },
		{ "/home/u/.ssh/key/k", NULL, RAMPART_OP_READ, SSH | 1 << 2, true, SSH | 1 << 2, NO_PLACE },
		{ "/home/u/.ssh/id", "/tmp/id", RAMPART_OP_LINK, KEY, false, SSH, NO_PLACE },
		{ "/home/u/.ssh/id", "/tmp/id", RAMPART_OP_LINK, SSH, true, SSH, NO_PLACE },
		{ "/home/u/.ssh/id", "/srv/key", RAMPART_OP_RENAME, SSH, false, SSH, KEY },
		{ "/home/u/.ssh/id", "/srv/key", RAMPART_OP_RENAME, BOTH, true, SSH, KEY },
		{ "/tmp/x", "/home/u/.ssh/id", RAMPART_OP_RENAME, KEY, false, NO_PLACE, SSH },
		{ "/home/u/.ssh", NULL, RAMPART_OP_MOUNT, KEY, false, SSH, NO_PLACE },
		/* What is above a place goes with it when it moves. */
		{ "/srv", "/tmp/srv", RAMPART_OP_RENAME, SSH, false, KEY, NO_PLACE },
		{ "/srv", "/tmp/srv", RAMPART_OP_RENAME, KEY, true, KEY, NO_PLACE },
		{ "/home/u", "/tmp/u", RAMPART_OP_RENAME, SSH, false, SSH | 1 << 2, NO_PLACE },
		/* What it is not about. */
		{ "/home/u", NULL, RAMPART_OP_READ, 0, false, 0, 0 },
		{ "/srv/key", NULL, RAMPART_OP_WRITE, 0, false, 0, 0 },
		{ "/srv/key", NULL, RAMPART_OP_DELETE, 0, false, 0, 0 },
		{ "/srv/key", NULL, RAMPART_OP_SETATTR, 0, false, 0, 0 },
		{ "/srv", NULL, RAMPART_OP_MOUNT, 0, false, 0, 0 },
		{ "/srv", "/tmp/srv", RAMPART_OP_LINK, 0, false, 0, 0 },
	};
	struct text_policy policy = {
		.secrets_mode = RAMPART_MODE_BLOCK, .homes = { { "/home/*" }, 1 },
		.secrets = { { "/srv/key", "~/.ssh", "~/.ssh/key" }, 3 },
	};
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rampart_request request = { rows[i].op, rows[i].may_read << 32 | EDITOR | DPKG | DAEMON,
						   label_or_none(ruleset, rows[i].path),
						   label_or_none(ruleset, rows[i].path2) };
		bool about = rows[i].place || rows[i].place2;
		struct rampart_verdict v;

		rampart_decide(ruleset, &request, &v);
		if (!v.rule != !about ||
		    v.outcome != (about && !rows[i].exempt ? RAMPART_BLOCKED : RAMPART_ALLOWED) ||
		    (about && (rampart_rule_place(v.rule, rows[i].op, &request.object) != rows[i].place ||
			       rampart_rule_place(v.rule, rows[i].op, &request.object2) != rows[i].place2)))
			fail_msg("row %u: %s, outcome %u", i, v.rule ? v.rule->name : "no rule", v.outcome);
	}
	rampart_ruleset_free(ruleset);
}

/* To trace a program takes the right to read all that it may read. */
static void tracing_readers(test_state *state)
{
	struct text_policy policy = { .secrets_mode = RAMPART_MODE_AUDIT, .secrets = { { "/a", "/b" }, 2 } };
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);

	for (u64 subject = 0; subject < 4; subject++) {
		for (u32 object = 0; object < 4; object++) {
			struct question q = { RAMPART_OP_PTRACE, subject << 32,
					      { object ? RAMPART_OBJ_READER_TASK : 0, 0, NO_PLACE, object, 0 },
					      { .place = NO_PLACE } };

			assert_int_equal(decide(ruleset, &q).outcome, object & ~subject ? RAMPART_AUDITED : RAMPART_ALLOWED);
		}
	}
	rampart_ruleset_free(ruleset);
}

/* --- at random --- */

static char long_name[256], longer_name[256];

/* Few names, so that patterns and paths meet. A name on disk may be "*" too. */
static const struct alphabet {
	const char *names[16];
	u32 n;
} alphabets[] = {
	{ { "a" }, 1 },
	{ { "a", "b" }, 2 },
	{ { "a", "aa", "ab", "b", ".a", "a ", "~", "*" }, 8 },
	{ { "etc", "rampart", "usr", "lib", "systemd", "system", "rampartd.service", "rampartd.service.d", "bin",
	    "sbin", "rampartctl", "rampartd", "run", "var", "transient", "system.control" }, 16 },
	{ { long_name, longer_name, "\xff\x80", "x" }, 4 },
};

#define TEXT_MAX 4096

struct random_policy {
	struct text_policy policy;
	const struct alphabet *alphabet;
	char *texts;	/* memory of the paths */
	u32 used;
};

static const char *random_name(const struct alphabet *alphabet, bool on_disk)
{
	const char *name;

	do {
		name = alphabet->names[random_below(alphabet->n)];
	} while (!on_disk && !strcmp(name, "*"));
	return name;
}

/* @wild: how many in 8 components of a pattern are "*". */
static void append_random(char *path, const struct alphabet *alphabet, u32 components_max, u32 wild, bool on_disk)
{
	for (u32 n = random_below(components_max + 1); n; n--) {
		strcat(path, "/");
		strcat(path, random_below(8) < wild ? "*" : random_name(alphabet, on_disk));
	}
}

static void random_texts(struct random_policy *r, struct texts *texts, u32 max, u32 wild, bool tilde)
{
	texts->n = random_below(max + 1);
	for (u32 i = 0; i < texts->n; i++) {
		char *path = r->texts + r->used;

		strcpy(path, tilde && !random_below(4) ? "~" : "");
		strcat(path, "/");
		strcat(path, random_below(8) < wild ? "*" : random_name(r->alphabet, false));
		append_random(path, r->alphabet, 4, wild, false);
		r->used += strlen(path) + 1;
		texts->v[i] = path;
	}
}

static void random_policy(struct random_policy *r)
{
	u32 wild = random_below(4);

	r->used = 0;
	r->alphabet = &alphabets[random_below(ARRAY_SIZE(alphabets))];
	r->policy.folders_mode = random_below(8) ? 1 + random_below(3) : RAMPART_MODE_OFF;
	r->policy.disks_mode = random_below(4) ? 1 + random_below(3) : RAMPART_MODE_OFF;
	r->policy.secrets_mode = random_below(4) ? 1 + random_below(3) : RAMPART_MODE_OFF;
	r->policy.self_mode = random_below(4) ? 1 + random_below(3) : RAMPART_MODE_OFF;
	random_texts(r, &r->policy.protect, 12, wild, true);
	random_texts(r, &r->policy.homes, 3, wild, false);
	random_texts(r, &r->policy.allow, 3, 0, false);
	random_texts(r, &r->policy.updaters, 2, 0, false);
	random_texts(r, &r->policy.secrets, 5, wild, true);
	random_texts(r, &r->policy.readers, r->policy.secrets.n, 0, false);
}

/* A name for each "*", the home of somebody for "~", and then a little more or less of it. */
static void meet(char *path, const struct random_policy *r, const char *pattern)
{
	u32 drop = random_below(3) ? 0 : random_below(3);

	*path = 0;
	if (*pattern == '~' && r->policy.homes.n && random_below(4))
		meet(path, r, r->policy.homes.v[random_below(r->policy.homes.n)]);
	else if (*pattern == '~')
		strcpy(path, "~");
	pattern += *pattern == '~';
	while (*pattern) {
		size_t len = strcspn(++pattern, "/");

		strcat(path, "/");
		if (len == 1 && *pattern == '*')
			strcat(path, random_name(r->alphabet, true));
		else
			strncat(path, pattern, len);
		pattern += len;
	}
	for (; drop && strrchr(path, '/'); drop--)
		*strrchr(path, '/') = 0;
	if (!random_below(3))
		append_random(path, r->alphabet, 2, 0, true);
}

static void random_path(char *path, const struct random_policy *r)
{
	const struct texts *lists[] = { &r->policy.protect, &r->policy.protect, &r->policy.secrets, &r->policy.secrets,
					&r->policy.allow, &r->policy.readers, &r->policy.updaters };
	const struct texts *list = lists[random_below(ARRAY_SIZE(lists))];

	*path = 0;
	if (random_below(4) && list->n)
		meet(path, r, list->v[random_below(list->n)]);
	else if (!random_below(4))
		strcpy(path, rampart_files[random_below(ARRAY_SIZE(rampart_files))]);
	else
		append_random(path, r->alphabet, 6, 0, true);
}

static void assert_same_label(const struct random_policy *r, const char *path, struct rampart_label is)
{
	struct rampart_label should = reference_label(&r->policy, path);

	if (is.classes == should.classes && is.below == should.below && is.place == should.place &&
	    is.secrets == should.secrets && is.secrets_below == should.secrets_below)
		return;
	for (u32 i = 0; i < r->policy.protect.n; i++)
		note("protect %s", r->policy.protect.v[i]);
	for (u32 i = 0; i < r->policy.secrets.n; i++)
		note("secret %s", r->policy.secrets.v[i]);
	for (u32 i = 0; i < r->policy.homes.n; i++)
		note("home %s", r->policy.homes.v[i]);
	fail_msg("\"%s\": classes %x below %x place %u secrets %x below %x, expected %x %x %u %x %x", path, is.classes,
		 is.below, is.place, is.secrets, is.secrets_below, should.classes, should.below, should.place,
		 should.secrets, should.secrets_below);
}

static u32 hits[RAMPART_OUTCOME_NUM + 1];	/* the last one: no rule */

static void random_case(const struct random_policy *r, const struct rampart_ruleset *ruleset)
{
	struct question q = { .op = random_below(RAMPART_OP_NUM), .subject = random_below(3) ? 0 : random_below(8),
			      .object2.place = NO_PLACE };
	u64 secrets = random_below(2) ? random_below(32) : 0;
	static char path[TEXT_MAX], path2[TEXT_MAX];
	struct decision is, should;

	*path2 = 0;
	q.subject |= secrets << RAMPART_SUBJ_SECRETS_SHIFT;
	random_path(path, r);
	q.object = walked_label(ruleset, path);
	assert_same_label(r, path, q.object);
	if (q.op == RAMPART_OP_RENAME || q.op == RAMPART_OP_LINK) {
		random_path(path2, r);
		q.object2 = walked_label(ruleset, path2);
		assert_same_label(r, path2, q.object2);
	} else if (q.op == RAMPART_OP_SIGNAL || q.op == RAMPART_OP_PTRACE || q.op == RAMPART_OP_SCHED) {
		q.object = (struct rampart_label){ .place = NO_PLACE };
		q.object.classes = (RAMPART_OBJ_DAEMON_TASK | RAMPART_OBJ_TRUSTED_TASK) & random_u64();
		q.object.secrets = random_below(2) ? random_below(32) : 0;
		if (q.object.secrets)
			q.object.classes |= RAMPART_OBJ_READER_TASK;
	}
	if (q.op == RAMPART_OP_WRITE && !random_below(4))
		q.object.classes |= RAMPART_OBJ_DISK;
	is = decide(ruleset, &q);
	should = reference_decide(&r->policy, &q);
	if (!is.rule != !should.rule || (is.rule && strcmp(is.rule, should.rule)) || is.outcome != should.outcome ||
	    is.ends != should.ends)
		fail_msg("%s \"%s\" \"%s\" by %llx: %s, outcome %u, ends %u; expected %s, %u, %u",
			 rampart_op_name(q.op), path, path2, (unsigned long long)q.subject, is.rule ?: "no rule", is.outcome, is.ends,
			 should.rule ?: "no rule", should.outcome, should.ends);
	/* The hooks do not even ask about an operation that the ruleset says no rule is about. */
	assert_true(!is.rule || rampart_ruleset_ops(ruleset) & BIT_ULL(q.op));
	hits[is.rule ? is.outcome : RAMPART_OUTCOME_NUM]++;
}

/* A million decisions. */
#define POLICIES 2500
#define CASES 400

static void as_the_reference_decides(test_state *state)
{
	static char texts[1 << 20];
	struct random_policy r = { .texts = texts };

	memset(long_name, 'x', 255);
	memset(longer_name, 'x', 255);
	long_name[254] = 0;
	for (u32 i = 0; i < POLICIES; i++) {
		struct rampart_ruleset *ruleset;
		enum rampart_reason why;

		random_policy(&r);
		ruleset = build_texts(&r.policy, &why);
		assert_non_null(ruleset);
		assert_int_equal(why, RAMPART_REASON_OK);
		for (u32 j = 0; j < CASES; j++)
			random_case(&r, ruleset);
		rampart_ruleset_free(ruleset);
	}
	note("of %u: no rule %u, allowed %u, audited %u, warned %u, blocked %u", POLICIES * CASES,
	       hits[RAMPART_OUTCOME_NUM], hits[RAMPART_ALLOWED], hits[RAMPART_AUDITED], hits[RAMPART_WARNED],
	       hits[RAMPART_BLOCKED]);
	/* Else the comparison says little. */
	assert_true(hits[RAMPART_OUTCOME_NUM] > POLICIES * CASES / 5);
	for (u32 outcome = 0; outcome < RAMPART_OUTCOME_NUM; outcome++)
		assert_true(outcome == RAMPART_BYPASSED ? !hits[outcome] : hits[outcome] > POLICIES * CASES / 50);
}

SUITE(decide,
	TEST(every_mode),
	TEST(only_warned_and_blocked_deny),
	TEST(the_strictest_rule_wins),
	TEST(tasks),
	TEST(disks),
	TEST(secrets),
	TEST(tracing_readers),
	TEST(as_the_reference_decides));
