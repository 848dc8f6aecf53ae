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

static struct decision decide(const struct rampart_ruleset *ruleset, const struct rampart_request *q)
{
	struct rampart_verdict verdict;

	rampart_decide(ruleset, q, &verdict);
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
		struct rampart_request q = { .op = table[i].op, .subject = table[i].subject,
					     .object = label_or_none(ruleset, table[i].path),
					     .object2 = label_or_none(ruleset, table[i].path2) };
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
	struct rampart_request q = { .op = RAMPART_OP_WRITE, .object = { RAMPART_OBJ_FOLDER | RAMPART_OBJ_SELF, 0, 1 },
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
		struct rampart_request q = { .op = rows[i].op, .subject = rows[i].subject,
					     .object = { .classes = rows[i].object, .place = NO_PLACE },
					     .object2.place = NO_PLACE };
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
	struct rampart_request q = { .object = { RAMPART_OBJ_DISK, 0, NO_PLACE }, .object2.place = NO_PLACE };

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
		struct rampart_request request = { .op = rows[i].op,
						   .subject = rows[i].may_read << 32 | EDITOR | DPKG | DAEMON,
						   .object = label_or_none(ruleset, rows[i].path),
						   .object2 = label_or_none(ruleset, rows[i].path2) };
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
			struct rampart_request q = {
				.op = RAMPART_OP_PTRACE, .subject = subject << 32,
				.object = { object ? RAMPART_OBJ_READER_TASK : 0, 0, NO_PLACE, object, 0 },
				.object2.place = NO_PLACE,
			};

			assert_int_equal(decide(ruleset, &q).outcome, object & ~subject ? RAMPART_AUDITED : RAMPART_ALLOWED);
		}
	}
	rampart_ruleset_free(ruleset);
}

/* --- rules of the policy's own --- */

enum { BROWSER, SHELL, INSTALLER, STARTUP, TEMP, CRON, N_CLASSES };	/* what policy.proto counts */

/* Their bits are not in that order. */
static const struct text_class classes[N_CLASSES] = {
	[BROWSER] = { "browsers", { { "/usr/bin/browser", "/opt/browser" }, 2 }, 7 },
	[SHELL] = { "shells", { { "/bin/sh" }, 1 }, 47 },
	[INSTALLER] = { "installers", { { "/usr/bin/dpkg" }, 1 }, 0 },
	[STARTUP] = { "startup", { { "~/.config/autostart", "/etc/cron.d" }, 2 }, 31 },
	[TEMP] = { "temp", { { "/tmp", "/var/tmp" }, 2 }, 3 },
	[CRON] = { "cron", { { "/etc/cron.d/*" }, 1 }, 30 },
};

#define OP(name) BIT_ULL(RAMPART_OP_##name)
#define IN(class) BIT_ULL(class)
#define HAS(name) BIT_ULL(RAMPART_TRAIT_##name)
#define LOGIN BIT_ULL(RAMPART_SESSION_LOGIN)
#define NO_LOGIN BIT_ULL(RAMPART_SESSION_NONE)

/* One rule, and a question: programs by their classes, as the rule. */
static const struct {
	struct rampart_asr_rule rule;
	enum rampart_op op;
	u64 lineage, trusted_lineage, exe, trusted_exe;
	u32 traits, sessions, origins;
	const char *path, *path2;
	u32 ends;	/* that the rule is about; 0: it is not */
} asr_table[] = {
	/* Nothing but the operation: the first end, whatever it is, and only that one. */
	{ { .ops = OP(EXEC) }, RAMPART_OP_EXEC, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC) }, RAMPART_OP_EXEC, .path = NULL, .ends = 1 },
	{ { .ops = OP(EXEC) }, RAMPART_OP_LOAD, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC) | OP(LOAD) }, RAMPART_OP_LOAD, .path = "/x", .ends = 1 },
	{ { .ops = OP(MODULE) }, RAMPART_OP_MODULE, .ends = 1 },
	{ { .ops = OP(KEXEC) }, RAMPART_OP_KEXEC, .ends = 1 },
	{ { .ops = OP(KEXEC) }, RAMPART_OP_MODULE, .ends = 0 },
	{ { .ops = OP(RENAME) }, RAMPART_OP_RENAME, .path = "/x", .path2 = "/tmp/x", .ends = 1 },
	{ { .ops = OP(LINK) }, RAMPART_OP_LINK, .path = "/x", .path2 = "/tmp/x", .ends = 1 },
	/* Who: the program or one that led to it; only what can be trusted is exempt. */
	{ { .ops = OP(EXEC), .subject = IN(BROWSER) }, RAMPART_OP_EXEC, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .subject = IN(BROWSER) },
	  RAMPART_OP_EXEC, .lineage = IN(BROWSER), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .subject = IN(BROWSER) },
	  RAMPART_OP_EXEC, .lineage = IN(SHELL), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .subject = IN(BROWSER) },
	  RAMPART_OP_EXEC, .trusted_lineage = IN(BROWSER), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .subject = IN(BROWSER) }, RAMPART_OP_EXEC, .exe = IN(BROWSER), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .subject = IN(BROWSER) | IN(SHELL) },
	  RAMPART_OP_EXEC, .lineage = IN(SHELL) | IN(TEMP), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .not_subject = IN(SHELL) }, RAMPART_OP_EXEC, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .not_subject = IN(SHELL) },
	  RAMPART_OP_EXEC, .lineage = IN(SHELL), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .not_subject = IN(SHELL) },
	  RAMPART_OP_EXEC, .trusted_lineage = IN(SHELL), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .not_subject = IN(SHELL) },
	  RAMPART_OP_EXEC, .trusted_exe = IN(SHELL), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .not_subject = IN(SHELL) | IN(TEMP) },
	  RAMPART_OP_EXEC, .trusted_lineage = IN(TEMP) | IN(CRON), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .exe = IN(SHELL) }, RAMPART_OP_EXEC, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .exe = IN(SHELL) }, RAMPART_OP_EXEC, .lineage = IN(SHELL), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .exe = IN(SHELL) }, RAMPART_OP_EXEC, .exe = IN(SHELL), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .exe = IN(SHELL) },
	  RAMPART_OP_EXEC, .exe = IN(BROWSER), .trusted_exe = IN(SHELL), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .not_exe = IN(SHELL) }, RAMPART_OP_EXEC, .exe = IN(SHELL), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .not_exe = IN(SHELL) },
	  RAMPART_OP_EXEC, .trusted_exe = IN(SHELL), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .not_exe = IN(SHELL) },
	  RAMPART_OP_EXEC, .trusted_lineage = IN(SHELL), .path = "/x", .ends = 1 },
	/* A browser's shell, but for the installer's. */
	{ { .ops = OP(EXEC), .subject = IN(BROWSER), .not_subject = IN(INSTALLER) },
	  RAMPART_OP_EXEC, .lineage = IN(BROWSER) | IN(INSTALLER), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .subject = IN(BROWSER), .not_subject = IN(INSTALLER) },
	  RAMPART_OP_EXEC, .lineage = IN(BROWSER) | IN(INSTALLER), .trusted_lineage = IN(INSTALLER), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .subject = IN(BROWSER), .exe = IN(SHELL) },
	  RAMPART_OP_EXEC, .lineage = IN(BROWSER), .exe = IN(SHELL), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .subject = IN(BROWSER), .exe = IN(SHELL) },
	  RAMPART_OP_EXEC, .lineage = IN(SHELL), .exe = IN(SHELL), .path = "/x", .ends = 0 },
	/* To what: a class with all below it; of a program that may have been replaced, too. */
	{ { .ops = OP(EXEC), .object = IN(SHELL) }, RAMPART_OP_EXEC, .path = "/bin/sh", .ends = 1 },
	{ { .ops = OP(EXEC), .object = IN(SHELL) }, RAMPART_OP_EXEC, .path = "/bin/bash", .ends = 0 },
	{ { .ops = OP(EXEC), .object = IN(SHELL) }, RAMPART_OP_EXEC, .path = NULL, .ends = 0 },
	{ { .ops = OP(WRITE), .object = IN(STARTUP) }, RAMPART_OP_WRITE, .path = "/etc/cron.d/x", .ends = 1 },
	{ { .ops = OP(WRITE), .object = IN(STARTUP) },
	  RAMPART_OP_WRITE, .path = "/home/u/.config/autostart/a/b", .ends = 1 },
	{ { .ops = OP(WRITE), .object = IN(STARTUP) }, RAMPART_OP_WRITE, .path = "/home/u/.config", .ends = 0 },
	{ { .ops = OP(WRITE), .object = IN(TEMP) | IN(STARTUP) }, RAMPART_OP_WRITE, .path = "/var/tmp/x", .ends = 1 },
	{ { .ops = OP(WRITE), .not_object = IN(TEMP) }, RAMPART_OP_WRITE, .path = "/var/tmp/x", .ends = 0 },
	{ { .ops = OP(WRITE), .not_object = IN(TEMP) }, RAMPART_OP_WRITE, .path = "/var/x", .ends = 1 },
	{ { .ops = OP(WRITE), .object = IN(STARTUP), .not_object = IN(CRON) },
	  RAMPART_OP_WRITE, .path = "/etc/cron.d/x", .ends = 0 },
	{ { .ops = OP(WRITE), .object = IN(STARTUP), .not_object = IN(CRON) },
	  RAMPART_OP_WRITE, .path = "/etc/cron.d", .ends = 1 },
	{ { .ops = OP(WRITE), .object = IN(TEMP), .not_object = IN(TEMP) },
	  RAMPART_OP_WRITE, .path = "/tmp/x", .ends = 0 },
	/* Both ends, each by itself. */
	{ { .ops = OP(RENAME), .object = IN(TEMP) }, RAMPART_OP_RENAME, .path = "/tmp/a", .path2 = "/x", .ends = 1 },
	{ { .ops = OP(RENAME), .object = IN(TEMP) }, RAMPART_OP_RENAME, .path = "/x", .path2 = "/tmp/a", .ends = 2 },
	{ { .ops = OP(RENAME), .object = IN(TEMP) },
	  RAMPART_OP_RENAME, .path = "/var/tmp/x", .path2 = "/tmp/a", .ends = 3 },
	{ { .ops = OP(RENAME), .object = IN(TEMP) }, RAMPART_OP_RENAME, .path = "/x", .path2 = "/y", .ends = 0 },
	{ { .ops = OP(LINK), .object = IN(TEMP) }, RAMPART_OP_LINK, .path = "/x", .path2 = "/tmp/a", .ends = 2 },
	{ { .ops = OP(LINK), .object = IN(TEMP) }, RAMPART_OP_LINK, .path = "/tmp/a", .path2 = "/tmp/b", .ends = 3 },
	{ { .ops = OP(RENAME), .object = IN(STARTUP), .not_object = IN(CRON) },
	  RAMPART_OP_RENAME, .path = "/etc/cron.d/x", .path2 = "/etc/cron.d/y", .ends = 0 },
	{ { .ops = OP(RENAME), .object = IN(STARTUP), .not_object = IN(CRON) },
	  RAMPART_OP_RENAME, .path = "/etc/cron.d/x", .path2 = "/root/.config/autostart/x", .ends = 2 },
	{ { .ops = OP(RENAME), .not_object = IN(TEMP) },
	  RAMPART_OP_RENAME, .path = "/tmp/x", .path2 = "/x", .ends = 0 },
	{ { .ops = OP(RENAME), .not_object = IN(TEMP) },
	  RAMPART_OP_RENAME, .path = "/x", .path2 = "/tmp/x", .ends = 1 },
	/* To move an ancestor moves the place; to link to it or to change it does not. */
	{ { .ops = OP(RENAME), .object = IN(STARTUP) },
	  RAMPART_OP_RENAME, .path = "/home/u/.config", .path2 = "/x", .ends = 1 },
	{ { .ops = OP(RENAME), .object = IN(STARTUP) },
	  RAMPART_OP_RENAME, .path = "/x", .path2 = "/home/u/.config", .ends = 2 },
	{ { .ops = OP(RENAME), .object = IN(STARTUP) },
	  RAMPART_OP_RENAME, .path = "/etc", .path2 = "/root", .ends = 3 },
	{ { .ops = OP(LINK), .object = IN(STARTUP) }, RAMPART_OP_LINK, .path = "/etc", .path2 = "/x", .ends = 0 },
	{ { .ops = OP(SETATTR), .object = IN(STARTUP) }, RAMPART_OP_SETATTR, .path = "/etc", .ends = 0 },
	/* What is below an ancestor does not save it. */
	{ { .ops = OP(RENAME), .object = IN(STARTUP), .not_object = IN(CRON) },
	  RAMPART_OP_RENAME, .path = "/etc", .path2 = "/x", .ends = 1 },
	/* Traits make an object of the first end, are told from classes by either, and never of the second. */
	{ { .ops = OP(EXEC), .object = IN(TEMP), .object_traits = HAS(MEMFD) },
	  RAMPART_OP_EXEC, .path = "/tmp/x", .ends = 1 },
	{ { .ops = OP(EXEC), .object = IN(TEMP), .object_traits = HAS(MEMFD) },
	  RAMPART_OP_EXEC, .traits = HAS(MEMFD), .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .object = IN(TEMP), .object_traits = HAS(MEMFD) },
	  RAMPART_OP_EXEC, .traits = HAS(SCRIPT), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .object_traits = HAS(MEMFD) | HAS(DELETED) },
	  RAMPART_OP_EXEC, .traits = HAS(DELETED) | HAS(SCRIPT), .ends = 1 },
	{ { .ops = OP(EXEC), .object_traits = HAS(MEMFD), .not_object = IN(TEMP) },
	  RAMPART_OP_EXEC, .traits = HAS(MEMFD), .path = "/tmp/x", .ends = 0 },
	{ { .ops = OP(RENAME), .object = IN(TEMP), .object_traits = HAS(SCRIPT) },
	  RAMPART_OP_RENAME, .traits = HAS(SCRIPT), .path = "/x", .path2 = "/tmp/x", .ends = 3 },
	{ { .ops = OP(RENAME), .object_traits = HAS(SCRIPT) },
	  RAMPART_OP_RENAME, .traits = HAS(SCRIPT), .path = "/x", .path2 = "/tmp/x", .ends = 1 },
	{ { .ops = OP(RENAME), .object_traits = HAS(SCRIPT), .not_object = IN(TEMP) },
	  RAMPART_OP_RENAME, .traits = HAS(SCRIPT), .path = "/tmp/x", .path2 = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .not_object_traits = HAS(USER_MADE) },
	  RAMPART_OP_EXEC, .traits = HAS(USER_MADE), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .object = IN(TEMP), .not_object_traits = HAS(USER_MADE) },
	  RAMPART_OP_EXEC, .traits = HAS(USER_MADE), .path = "/tmp/x", .ends = 0 },
	{ { .ops = OP(EXEC), .object_traits = HAS(SCRIPT), .not_object_traits = HAS(SCRIPT) },
	  RAMPART_OP_EXEC, .traits = HAS(SCRIPT), .path = "/x", .ends = 0 },
	/* When: all of them, at either end. */
	{ { .ops = OP(EXEC), .when = HAS(NO_TERMINAL) | HAS(SCRIPT) },
	  RAMPART_OP_EXEC, .traits = HAS(SCRIPT), .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .when = HAS(NO_TERMINAL) | HAS(SCRIPT) },
	  RAMPART_OP_EXEC, .traits = HAS(SCRIPT) | HAS(NO_TERMINAL), .path = "/x", .ends = 1 },
	{ { .ops = OP(RENAME), .object = IN(TEMP), .when = HAS(EXECUTABLE) },
	  RAMPART_OP_RENAME, .path = "/x", .path2 = "/tmp/x", .ends = 0 },
	{ { .ops = OP(RENAME), .object = IN(TEMP), .when = HAS(EXECUTABLE) },
	  RAMPART_OP_RENAME, .traits = HAS(EXECUTABLE), .path = "/x", .path2 = "/tmp/x", .ends = 2 },
	/* In which session; one that is not known is none of them. */
	{ { .ops = OP(EXEC), .sessions = LOGIN }, RAMPART_OP_EXEC, .sessions = LOGIN, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .sessions = LOGIN }, RAMPART_OP_EXEC, .sessions = NO_LOGIN, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .sessions = NO_LOGIN }, RAMPART_OP_EXEC, .sessions = NO_LOGIN, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .sessions = LOGIN | NO_LOGIN }, RAMPART_OP_EXEC, .sessions = NO_LOGIN, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .sessions = LOGIN | NO_LOGIN }, RAMPART_OP_EXEC, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC) }, RAMPART_OP_EXEC, .sessions = NO_LOGIN, .path = "/x", .ends = 1 },
	/* As which user, and in which control group: any of those, and any of these, and none of others. */
	{ { .ops = OP(EXEC), .users = 3 }, RAMPART_OP_EXEC, .origins = 2, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .users = 3 }, RAMPART_OP_EXEC, .origins = 4, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .users = 3 }, RAMPART_OP_EXEC, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .users = 1, .cgroups = 2 }, RAMPART_OP_EXEC, .origins = 1, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .users = 1, .cgroups = 2 }, RAMPART_OP_EXEC, .origins = 2, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .users = 1, .cgroups = 2 }, RAMPART_OP_EXEC, .origins = 3, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .not_origins = 5 }, RAMPART_OP_EXEC, .origins = 4, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .not_origins = 5 }, RAMPART_OP_EXEC, .origins = 2, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .not_origins = 5 }, RAMPART_OP_EXEC, .path = "/x", .ends = 1 },
	{ { .ops = OP(EXEC), .users = 1, .not_origins = 1U << 31 }, RAMPART_OP_EXEC, .origins = 1U << 31 | 1, .path = "/x", .ends = 0 },
	{ { .ops = OP(EXEC), .object = IN(SHELL), .sessions = LOGIN },
	  RAMPART_OP_EXEC, .sessions = LOGIN, .path = "/x", .ends = 0 },
};

/* From a set by number to one by bit. */
static u64 bits_of(u64 set)
{
	u64 bits = 0;

	for (u32 i = 0; i < N_CLASSES; i++)
		if (set >> i & 1)
			bits |= BIT_ULL(RAMPART_CLASS_SHIFT + classes[i].bit);
	return bits;
}

static struct rampart_asr_rule named(struct rampart_asr_rule rule, enum rampart_mode mode)
{
	rule.id = (struct pb_view)VIEW("rule");
	rule.mode = mode;
	return rule;
}

static struct text_policy with_rules(const struct rampart_asr_rule *rules, u32 n)
{
	return (struct text_policy){ .homes = { { "/home/*", "/root" }, 2 }, .classes = classes, .n_classes = N_CLASSES,
				     .rules = rules, .n_rules = n };
}

static void asr_row(u32 i, enum rampart_mode mode)
{
	static const enum rampart_outcome outcomes[] = { RAMPART_ALLOWED, RAMPART_AUDITED, RAMPART_WARNED,
							 RAMPART_BLOCKED };
	struct rampart_asr_rule rule = named(asr_table[i].rule, mode);
	struct text_policy policy = with_rules(&rule, 1);
	enum rampart_reason why;
	struct rampart_ruleset *ruleset = build_texts(&policy, &why);
	struct rampart_request q = {
		.op = asr_table[i].op, .subject = EDITOR | DPKG | DAEMON | ~0ULL << RAMPART_SUBJ_SECRETS_SHIFT,
		.lineage = bits_of(asr_table[i].lineage), .trusted_lineage = bits_of(asr_table[i].trusted_lineage),
		.exe = bits_of(asr_table[i].exe), .trusted_exe = bits_of(asr_table[i].trusted_exe),
		.traits = asr_table[i].traits, .sessions = asr_table[i].sessions, .origins = asr_table[i].origins,
		.object = label_or_none(ruleset, asr_table[i].path),
		.object2 = label_or_none(ruleset, asr_table[i].path2),
	};
	u32 ends = mode ? asr_table[i].ends : 0;
	struct decision d = decide(ruleset, &q), should = reference_decide(&policy, &q);

	if (d.ends != ends || d.outcome != (ends ? outcomes[mode] : RAMPART_ALLOWED) || !d.rule != !ends ||
	    (d.rule && strcmp(d.rule, "rule")))
		fail_msg("row %u: %s, outcome %u, ends %u", i, d.rule ?: "no rule", d.outcome, d.ends);
	assert_int_equal(should.ends, ends);
	assert_int_equal(should.outcome, d.outcome);
	rampart_ruleset_free(ruleset);
}

static void asr_rules(test_state *state)
{
	for (u32 mode = 0; mode < RAMPART_MODE_NUM; mode++)
		asr_row(0, mode);
	for (u32 i = 0; i < ARRAY_SIZE(asr_table); i++)
		asr_row(i, RAMPART_MODE_AUDIT + i % 3);
}

/* What a rule may ask for, and what may be true of an operation: of each the same bit. */
enum {
	BY = 1 << 0, NOT_BY = 1 << 1, EXE = 1 << 2, NOT_EXE = 1 << 3, TO = 1 << 4, NOT_TO = 1 << 5, TRAIT = 1 << 6,
	NOT_TRAIT = 1 << 7, WHEN = 1 << 8, SESSION = 1 << 9, ALL = (1 << 10) - 1
};

static struct rampart_asr_rule asking(u32 for_what, enum rampart_op op)
{
	return named((struct rampart_asr_rule){
		.ops = BIT_ULL(op), .subject = for_what & BY ? IN(BROWSER) : 0, .not_subject = for_what & NOT_BY ? IN(SHELL) : 0,
		.exe = for_what & EXE ? IN(SHELL) : 0, .not_exe = for_what & NOT_EXE ? IN(BROWSER) : 0,
		.object = for_what & TO ? IN(STARTUP) : 0, .not_object = for_what & NOT_TO ? IN(CRON) : 0,
		.object_traits = for_what & TRAIT ? HAS(MEMFD) : 0, .not_object_traits = for_what & NOT_TRAIT ? HAS(DELETED) : 0,
		.when = for_what & WHEN ? HAS(NO_TERMINAL) : 0, .sessions = for_what & SESSION ? NO_LOGIN : 0,
	}, RAMPART_MODE_WARN);
}

static struct rampart_request asked(u32 what, enum rampart_op op)
{
	return (struct rampart_request){
		.op = op, .lineage = bits_of(what & BY ? IN(BROWSER) : 0),
		.trusted_lineage = bits_of(what & NOT_BY ? IN(SHELL) : 0), .exe = bits_of(what & EXE ? IN(SHELL) : 0),
		.trusted_exe = bits_of(what & NOT_EXE ? IN(BROWSER) : 0),
		.traits = (what & TRAIT ? HAS(MEMFD) : 0) | (what & NOT_TRAIT ? HAS(DELETED) : 0) |
			  (what & WHEN ? HAS(NO_TERMINAL) : 0),
		.sessions = what & SESSION ? NO_LOGIN : LOGIN,
		.object = { bits_of((what & TO ? IN(STARTUP) : 0) | (what & NOT_TO ? IN(CRON) : 0)), 0, NO_PLACE },
		.object2.place = NO_PLACE,
	};
}

/* Whether the rule holds: what it asks for is true, what it asks not to be is not, and of two kinds of object one is enough. */
static bool holds(u32 rule, u32 what)
{
	u32 needed = rule & (BY | EXE | WHEN | SESSION), excepted = rule & (NOT_BY | NOT_EXE | NOT_TO | NOT_TRAIT), object = rule & (TO | TRAIT);

	return !(needed & ~what) && !(excepted & what) && (!object || object & what);
}

/* The rule for @fields, the only one about @op, asked about each combination of what it looks at. */
static void ask_all(const struct rampart_ruleset *ruleset, u32 fields, enum rampart_op op)
{
	for (u32 what = 0; what <= ALL; what++) {
		struct rampart_request q = asked(what, op);
		bool fires = decide(ruleset, &q).rule;

		if (fires != holds(fields, what))
			fail_msg("fields %x, asked %x: %u", fields, what, fires);
	}
}

/* Each field alone, each pair, and all other combinations: as many in one policy as there are operations. */
static void every_field_with_every_other(test_state *state)
{
	enum { EACH = RAMPART_OP_NUM - 1 };
	static struct rampart_asr_rule rules[EACH];

	for (u32 first = 0; first <= ALL; first += EACH) {
		struct text_policy policy = with_rules(rules, EACH);
		enum rampart_reason why;
		struct rampart_ruleset *ruleset;

		for (u32 i = 0; i < EACH; i++)
			rules[i] = asking((first + i) & ALL, 1 + i);
		ruleset = build_texts(&policy, &why);
		assert_non_null(ruleset);
		for (u32 i = 0; i < EACH; i++)
			ask_all(ruleset, (first + i) & ALL, 1 + i);
		rampart_ruleset_free(ruleset);
	}
}

/* Each trait as an object, as what is not one, and as a condition. */
static void every_trait(test_state *state)
{
	for (u32 i = 0; i < RAMPART_TRAIT_NUM; i++) {
		struct rampart_asr_rule rules[] = {
			{ .id = VIEW("object"), .mode = RAMPART_MODE_WARN, .ops = OP(EXEC), .object_traits = BIT_ULL(i) },
			{ .id = VIEW("not"), .mode = RAMPART_MODE_WARN, .ops = OP(LOAD), .not_object_traits = BIT_ULL(i) },
			{ .id = VIEW("when"), .mode = RAMPART_MODE_WARN, .ops = OP(READ), .when = BIT_ULL(i) },
		};
		struct text_policy policy = with_rules(rules, ARRAY_SIZE(rules));
		enum rampart_reason why;
		struct rampart_ruleset *ruleset = build_texts(&policy, &why);

		/* A rule of Rampart's own asks who writes marks. */
		assert_int_equal(rampart_ruleset_traits(ruleset),
				 BIT_ULL(i) | (BIT_ULL(i) & RAMPART_MARKS ? BIT_ULL(RAMPART_TRAIT_PROVENANCE) : 0));
		/* Any two, and all but these. */
		for (u32 j = 0; j < 2 * RAMPART_TRAIT_NUM * RAMPART_TRAIT_NUM; j++) {
			u32 two = 1u << j / 2 % RAMPART_TRAIT_NUM | 1u << j / 2 / RAMPART_TRAIT_NUM, traits = j % 2 ? ~two : two;
			struct rampart_request q = { .traits = traits, .object.place = NO_PLACE, .object2.place = NO_PLACE };
			bool has = traits >> i & 1;

			q.op = RAMPART_OP_EXEC;
			assert_int_equal(!decide(ruleset, &q).rule, !has);
			q.op = RAMPART_OP_LOAD;
			assert_int_equal(!decide(ruleset, &q).rule, has);
			q.op = RAMPART_OP_READ;
			assert_int_equal(!decide(ruleset, &q).rule, !has);
		}
		rampart_ruleset_free(ruleset);
	}
}

/* Those that every policy has come first, and then as the policy has them; the strictest wins, of equals the first. */
static void asr_rules_among_others(test_state *state)
{
	enum { OFF, AUDIT, WARN, BLOCK };	/* the modes' numbers */
	static const struct {
		u32 folders, a, b;
		const char *rule;
		enum rampart_outcome outcome;
		bool exempt;	/* from folders */
	} rows[] = {
		{ OFF, OFF, OFF, NULL, RAMPART_ALLOWED, false },
		{ BLOCK, BLOCK, BLOCK, "folders", RAMPART_BLOCKED, false },
		{ BLOCK, BLOCK, BLOCK, "a", RAMPART_BLOCKED, true },
		{ WARN, WARN, BLOCK, "b", RAMPART_BLOCKED, false },
		{ OFF, WARN, WARN, "a", RAMPART_WARNED, false },
		{ AUDIT, WARN, AUDIT, "a", RAMPART_WARNED, false },
		{ WARN, AUDIT, OFF, "folders", RAMPART_WARNED, false },
		{ WARN, AUDIT, OFF, "a", RAMPART_AUDITED, true },
		{ BLOCK, OFF, OFF, "folders", RAMPART_ALLOWED, true },
		{ OFF, AUDIT, WARN, "b", RAMPART_WARNED, false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rampart_asr_rule rules[] = {
			{ .id = VIEW("a"), .mode = rows[i].a, .ops = OP(WRITE) },
			{ .id = VIEW("b"), .mode = rows[i].b, .ops = OP(WRITE) },
		};
		struct text_policy policy = with_rules(rules, ARRAY_SIZE(rules));
		struct rampart_request q = { .op = RAMPART_OP_WRITE, .subject = rows[i].exempt ? EDITOR : NOBODY,
					     .object.classes = RAMPART_OBJ_FOLDER, .object2.place = NO_PLACE };
		enum rampart_reason why;
		struct rampart_ruleset *ruleset;
		struct decision d;

		policy.folders_mode = rows[i].folders;
		ruleset = build_texts(&policy, &why);
		d = decide(ruleset, &q);
		if (d.outcome != rows[i].outcome || !d.rule != !rows[i].rule || (d.rule && strcmp(d.rule, rows[i].rule)))
			fail_msg("row %u: %s, outcome %u", i, d.rule ?: "no rule", d.outcome);
		assert_int_equal(rampart_ruleset_mode(ruleset, "folders"), rows[i].folders);
		assert_int_equal(rampart_ruleset_mode(ruleset, "a"), rows[i].a);
		assert_int_equal(rampart_ruleset_mode(ruleset, "b"), rows[i].b);
		assert_int_equal(rampart_ruleset_mode(ruleset, "c"), RAMPART_MODE_OFF);
		assert_int_equal(rampart_ruleset_mode(ruleset, ""), RAMPART_MODE_OFF);
		rampart_ruleset_free(ruleset);
	}
}

/*
 * To trace a process that one of these rules exempts is refused as strictly as by the strictest rule that exempts anybody; of that,
 * nobody is exempt.
 */
static void tracing_exempt_programs(test_state *state)
{
	static const struct rampart_exclusion exclusion = { .name = VIEW("e"), .object = VIEW("/x") };
	static const struct {
		u32 modes[2];
		u64 not_subject, not_exe;	/* of the first rule */
		bool excluded;
		enum rampart_outcome outcome;
	} rows[] = {
		{ { RAMPART_MODE_BLOCK, RAMPART_MODE_BLOCK }, 0, 0, false, RAMPART_ALLOWED },
		{ { RAMPART_MODE_BLOCK, RAMPART_MODE_AUDIT }, IN(SHELL), 0, false, RAMPART_BLOCKED },
		{ { RAMPART_MODE_WARN, RAMPART_MODE_BLOCK }, 0, IN(SHELL), false, RAMPART_WARNED },
		{ { RAMPART_MODE_OFF, RAMPART_MODE_BLOCK }, 0, IN(SHELL), false, RAMPART_ALLOWED },
		{ { RAMPART_MODE_AUDIT, RAMPART_MODE_BLOCK }, 0, 0, true, RAMPART_BLOCKED },
		{ { RAMPART_MODE_AUDIT, RAMPART_MODE_WARN }, IN(SHELL), IN(SHELL), true, RAMPART_WARNED },
		{ { RAMPART_MODE_AUDIT, RAMPART_MODE_OFF }, 0, 0, true, RAMPART_AUDITED },
		{ { RAMPART_MODE_OFF, RAMPART_MODE_OFF }, IN(SHELL), 0, true, RAMPART_ALLOWED },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rampart_asr_rule rules[] = {
			{ .id = VIEW("a"), .mode = rows[i].modes[0], .ops = OP(EXEC), .not_subject = rows[i].not_subject,
			  .not_exe = rows[i].not_exe },
			{ .id = VIEW("b"), .mode = rows[i].modes[1], .ops = OP(EXEC) },
		};
		struct text_policy policy = with_rules(rules, ARRAY_SIZE(rules));
		struct rampart_request q = { .op = RAMPART_OP_PTRACE, .subject = EDITOR | DPKG | DAEMON,
					     .object = { RAMPART_OBJ_EXEMPT_TASK, 0, NO_PLACE }, .object2.place = NO_PLACE };
		enum rampart_reason why;
		struct rampart_ruleset *ruleset;
		struct decision d;

		policy.exclusions = &exclusion;
		policy.n_exclusions = rows[i].excluded;
		ruleset = build_texts(&policy, &why);
		d = decide(ruleset, &q);
		if (d.outcome != rows[i].outcome || (d.rule && strcmp(d.rule, "exempt_program")))
			fail_msg("row %u: %s, outcome %u", i, d.rule ?: "no rule", d.outcome);
		q.op = RAMPART_OP_SIGNAL;
		assert_null(decide(ruleset, &q).rule);
		rampart_ruleset_free(ruleset);
	}
}

/* What a hook may leave out: of an operation, for all rules about it; of traits and programs, for all rules. */
static void what_the_rules_look_at(test_state *state)
{
	static const struct rampart_asr_rule rules[] = {
		{ .id = VIEW("place"), .mode = RAMPART_MODE_WARN, .ops = OP(WRITE) | OP(READ), .object = IN(TEMP), .when = HAS(SCRIPT),
		  .not_subject = IN(SHELL) },
		{ .id = VIEW("trait"), .mode = RAMPART_MODE_BLOCK, .ops = OP(EXEC) | OP(READ), .object = IN(TEMP),
		  .object_traits = HAS(MEMFD) | HAS(DELETED), .not_exe = IN(INSTALLER) },
		{ .id = VIEW("other"), .mode = RAMPART_MODE_AUDIT, .ops = OP(EXEC), .object_traits = HAS(NO_FILE),
		  .not_object_traits = HAS(EXECUTABLE), .not_subject = IN(BROWSER) },
		{ .id = VIEW("when"), .mode = RAMPART_MODE_AUDIT, .ops = OP(LOAD), .object_traits = HAS(MEMFD),
		  .when = HAS(NO_TERMINAL), .exe = IN(SHELL) | IN(CRON) },
		{ .id = VIEW("any"), .mode = RAMPART_MODE_AUDIT, .ops = OP(KEXEC) | OP(EXEC), .not_object = IN(TEMP),
		  .subject = IN(CRON) },
		{ .id = VIEW("off"), .mode = RAMPART_MODE_OFF, .ops = OP(MODULE), .when = HAS(USER_MADE), .not_exe = IN(TEMP) },
	};
	static const u32 wide[RAMPART_OP_NUM] = {
		[RAMPART_OP_READ] = HAS(MEMFD) | HAS(DELETED), [RAMPART_OP_LOAD] = HAS(NO_TERMINAL), [RAMPART_OP_KEXEC] = RAMPART_WIDE,
		[RAMPART_OP_EXEC] = HAS(MEMFD) | HAS(DELETED) | HAS(NO_FILE) | RAMPART_WIDE,
	};
	/* By their numbers in the policy; what is about whoever it is, is about all. */
	static const u64 subjects[RAMPART_OP_NUM] = {
		[RAMPART_OP_WRITE] = ~0ULL, [RAMPART_OP_READ] = ~0ULL, [RAMPART_OP_EXEC] = ~0ULL,
		[RAMPART_OP_LOAD] = IN(SHELL) | IN(CRON), [RAMPART_OP_KEXEC] = IN(CRON),
	};
	struct text_policy policy = with_rules(rules, ARRAY_SIZE(rules));
	enum rampart_reason why;
	struct rampart_ruleset *ruleset;

	policy.folders_mode = policy.self_mode = policy.secrets_mode = policy.disks_mode = RAMPART_MODE_BLOCK;
	ruleset = build_texts(&policy, &why);
	for (u32 op = 0; op < RAMPART_OP_NUM; op++) {
		assert_int_equal(rampart_ruleset_wide(ruleset, op), wide[op]);
		assert_true(rampart_ruleset_subjects(ruleset, op) == (~subjects[op] ? bits_of(subjects[op]) : ~0ULL));
	}
	assert_int_equal(rampart_ruleset_traits(ruleset), HAS(SCRIPT) | HAS(MEMFD) | HAS(DELETED) | HAS(NO_FILE) | HAS(EXECUTABLE) |
			 HAS(NO_TERMINAL));
	assert_true(rampart_ruleset_exempting(ruleset) == bits_of(IN(SHELL) | IN(INSTALLER) | IN(BROWSER)));
	assert_true(rampart_ruleset_ops(ruleset) & OP(KEXEC));
	assert_false(rampart_ruleset_ops(ruleset) & OP(MODULE));
	rampart_ruleset_free(ruleset);

	policy.n_rules = 0;
	ruleset = build_texts(&policy, &why);
	for (u32 op = 0; op < RAMPART_OP_NUM; op++) {
		assert_int_equal(rampart_ruleset_wide(ruleset, op), 0);
		assert_true(!rampart_ruleset_subjects(ruleset, op));
	}
	assert_int_equal(rampart_ruleset_traits(ruleset), 0);
	assert_true(!rampart_ruleset_exempting(ruleset));
	rampart_ruleset_free(ruleset);
}

/* What exclusions say of places. */
static void excluded_places(test_state *state)
{
	static const struct {
		const char *object, *path;
		bool excluded;
	} rows[] = {
		{ "", "/a", true }, { "", "/", true }, { "/a", "/a", true }, { "/a", "/a/b/c", true }, { "/a", "/", false },
		{ "/a", "/ab", false }, { "/ab", "/a", false }, { "/a/b", "/a", false }, { "/a/*", "/a", false },
		{ "/a/*", "/a/x", true },
		{ "/a/*", "/a/x/y", true }, { "/a/*/c", "/a/x/c", true }, { "/a/*/c", "/a/x/d", false },
		{ "/a/*/c", "/a/x/y/c", false },
		{ "/*", "/", false }, { "/*", "/x", true }, { "/a", "/A", false }, { "/a/*", "/a/*", true },
		{ "/\xff", "/\xff/x", true },
		{ "~/d", "/home/u/d", true }, { "~/d", "/home/u/d/x", true }, { "~/d", "/home/u", false }, { "~/d", "/home/d", false },
		{ "~/d", "/root/d", true }, { "~/d", "/d", false }, { "~/d", "/home/u/x/d", false }, { "~/*", "/root", false },
		{ "~/*", "/root/x", true }, { "~/*/k", "/home/u/x/k/y", true }, { "~/d", "/", false }, { "~/d", "/home", false },
	};
	struct rampart_exclusion exclusion = { .name = VIEW("e"), .exe = VIEW("/bin/a") };
	struct text_policy policy = { .homes = { { "/home/*", "/root" }, 2 }, .exclusions = &exclusion, .n_exclusions = 1 };

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct rampart_excluded *excluded;
		enum rampart_reason why;
		struct rampart_ruleset *ruleset;
		u32 n;

		exclusion.object = view_text(rows[i].object);
		ruleset = build_texts(&policy, &why);
		excluded = rampart_ruleset_exclusions(ruleset, &n);
		assert_int_equal(n, 1);
		if (rampart_ruleset_excludes(ruleset, excluded, rows[i].path) != rows[i].excluded ||
		    reference_excludes(&policy, rows[i].object, strcmp(rows[i].path, "/") ? rows[i].path : "") != rows[i].excluded)
			fail_msg("\"%s\" in \"%s\"", rows[i].path, rows[i].object);
		rampart_ruleset_free(ruleset);
	}
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

#define CLASSES_MAX 6
#define RULES_MAX 6
#define EXCLUSIONS_MAX 3

struct random_policy {
	struct text_policy policy;
	struct text_class classes[CLASSES_MAX];
	struct rampart_asr_rule rules[RULES_MAX];
	struct rampart_exclusion exclusions[EXCLUSIONS_MAX];
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

/* Each with a bit of its own, of all that there are. */
static void random_classes(struct random_policy *r, u32 wild)
{
	u64 taken = 0;

	r->policy.n_classes = random_below(CLASSES_MAX + 1);
	for (u32 i = 0; i < r->policy.n_classes; i++) {
		struct text_class *class = &r->classes[i];

		class->name = "class";	/* only the decoder tells them by it */
		do {
			class->bit = random_below(RAMPART_CLASSES_MAX);
		} while (taken & BIT_ULL(class->bit));
		taken |= BIT_ULL(class->bit);
		random_texts(r, &class->paths, 3, random_below(2) ? wild : 0, true);
	}
}

/* Mostly none, and else few, so that rules are about something. */
static u64 random_set(u32 n, u32 one_in)
{
	u64 set = 0;

	if (!n || random_below(one_in))
		return 0;
	do {
		set |= BIT_ULL(random_below(n));
	} while (!random_below(3));
	return set;
}

static void random_rules(struct random_policy *r)
{
	static const struct pb_view ids[] = { VIEW("rule0"), VIEW("rule1"), VIEW("rule2"), VIEW("rule3") };
	enum rampart_mode modes[ARRAY_SIZE(ids)];
	u32 n = r->policy.n_classes;

	for (u32 i = 0; i < ARRAY_SIZE(ids); i++)
		modes[i] = random_below(RAMPART_MODE_NUM);
	r->policy.n_rules = random_below(3) ? 1 + random_below(RULES_MAX) : 0;
	for (u32 i = 0; i < r->policy.n_rules; i++) {
		u32 id = random_below(ARRAY_SIZE(ids));

		r->rules[i] = (struct rampart_asr_rule){
			.id = ids[id], .mode = modes[id], .ops = random_u64() & random_u64() & (BIT_ULL(RAMPART_OP_NUM) - 1),
			.subject = random_set(n, 4), .not_subject = random_set(n, 4), .exe = random_set(n, 6),
			.not_exe = random_set(n, 6),
			.object = random_set(n, 2), .not_object = random_set(n, 4), .object_traits = random_set(RAMPART_TRAIT_NUM, 3),
			.not_object_traits = random_set(RAMPART_TRAIT_NUM, 4), .when = random_set(RAMPART_TRAIT_NUM, 4),
			.sessions = random_set(RAMPART_SESSION_NUM, 4), .users = random_set(6, 6), .cgroups = random_set(6, 6),
			.not_origins = random_set(6, 6),
		};
	}
}

static void random_exclusions(struct random_policy *r, u32 wild)
{
	struct texts exes, objects;

	random_texts(r, &exes, EXCLUSIONS_MAX, 0, false);
	random_texts(r, &objects, EXCLUSIONS_MAX, wild, true);
	r->policy.n_exclusions = exes.n > objects.n ? exes.n : objects.n;
	for (u32 i = 0; i < r->policy.n_exclusions; i++)
		r->exclusions[i] = (struct rampart_exclusion){
			.name = VIEW("exclusion"), .exe = view_text(i < exes.n ? exes.v[i] : ""),
			.object = view_text(i < objects.n ? objects.v[i] : ""),
		};
}

static void random_policy(struct random_policy *r)
{
	u32 wild = random_below(4);

	r->used = 0;
	r->policy.classes = r->classes;
	r->policy.rules = r->rules;
	r->policy.exclusions = r->exclusions;
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
	random_classes(r, wild);
	random_rules(r);
	random_exclusions(r, wild);
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

/* One of an exclusion's, or "". */
static const char *random_excluded(const struct random_policy *r)
{
	const struct rampart_exclusion *exclusion;

	if (!r->policy.n_exclusions)
		return "";
	exclusion = &r->exclusions[random_below(r->policy.n_exclusions)];
	return (const char *)(random_below(2) ? exclusion->exe : exclusion->object).data;
}

static void random_path(char *path, const struct random_policy *r)
{
	const struct texts *class = r->policy.n_classes ? &r->classes[random_below(r->policy.n_classes)].paths : &r->policy.protect;
	const struct texts *lists[] = { class, class, class, &r->policy.protect, &r->policy.protect, &r->policy.secrets,
					&r->policy.secrets, &r->policy.allow, &r->policy.readers, &r->policy.updaters };
	const struct texts *list = lists[random_below(ARRAY_SIZE(lists))];

	*path = 0;
	if (!random_below(8))
		meet(path, r, random_excluded(r));
	else if (random_below(4) && list->n)
		meet(path, r, list->v[random_below(list->n)]);
	else if (!random_below(4))
		strcpy(path, rampart_files[random_below(ARRAY_SIZE(rampart_files))]);
	else
		append_random(path, r->alphabet, 6, 0, true);
}

static void note_texts(const char *what, const struct texts *texts)
{
	for (u32 i = 0; i < texts->n; i++)
		note("%s %s", what, texts->v[i]);
}

static void assert_same_label(const struct random_policy *r, const char *path, struct rampart_label is)
{
	struct rampart_label should = reference_label(&r->policy, path);

	if (is.classes == should.classes && is.below == should.below && is.place == should.place &&
	    is.secrets == should.secrets && is.secrets_below == should.secrets_below)
		return;
	note_texts("protect", &r->policy.protect);
	note_texts("secret", &r->policy.secrets);
	note_texts("home", &r->policy.homes);
	for (u32 i = 0; i < r->policy.n_classes; i++) {
		note("class of bit %u", r->classes[i].bit);
		note_texts("\tpath", &r->classes[i].paths);
	}
	fail_msg("\"%s\": classes %llx below %llx place %u secrets %x below %x, expected %llx %llx %u %x %x", path,
		 (unsigned long long)is.classes, (unsigned long long)is.below, is.place, is.secrets, is.secrets_below,
		 (unsigned long long)should.classes, (unsigned long long)should.below, should.place, should.secrets,
		 should.secrets_below);
}

static u32 hits[RAMPART_OUTCOME_NUM + 1];	/* the last one: no rule */
static u32 asr_hits, wide_hits, excluded_hits;

/* Programs: what led to one has its classes too, and of nothing is more trusted than there is. */
static void random_programs(struct rampart_request *q, const struct random_policy *r)
{
	u64 all = 0;

	for (u32 i = 0; i < r->policy.n_classes; i++)
		all |= class_bit(&r->policy, i);
	q->exe = random_below(2) ? random_u64() & random_u64() & all : 0;
	q->lineage = q->exe | (random_below(2) ? random_u64() & random_u64() & all : 0);
	q->trusted_exe = random_below(2) ? q->exe & random_u64() : 0;
	q->trusted_lineage = q->trusted_exe | (random_below(2) ? q->lineage & random_u64() : 0);
	q->traits = random_below(2) ? random_u64() & (BIT_ULL(RAMPART_TRAIT_NUM) - 1) : 0;
	if (random_below(2))
		q->traits &= random_u64();
	q->sessions = random_below(4) ? BIT_ULL(random_below(RAMPART_SESSION_NUM)) : 0;
	q->origins = random_below(64) & random_below(64);
}

/* What is about no place at all is found by rampart_ruleset_wide(), or no rule is about it. */
static void assert_wide(const struct rampart_ruleset *ruleset, struct rampart_request q)
{
	struct rampart_verdict verdict;

	q.object = q.object2 = (struct rampart_label){ .place = NO_PLACE };
	rampart_decide(ruleset, &q, &verdict);
	if (!verdict.rule)
		return;
	wide_hits++;
	assert_true(verdict.rule->asr && verdict.first && !verdict.second);
	assert_true(rampart_ruleset_wide(ruleset, q.op) & (q.traits | RAMPART_WIDE));
}

/* What a rule is about is found by rampart_ruleset_objects(), or by the traits. */
static void assert_objects(const struct rampart_ruleset *ruleset, const struct rampart_request *q, const struct decision *d)
{
	u64 found = q->object.classes | q->object2.classes;

	if (q->op == RAMPART_OP_RENAME)
		found |= q->object.below | q->object2.below;
	assert_true(!d->rule || (found & rampart_ruleset_objects(ruleset, q->op)) ||
		    (rampart_ruleset_wide(ruleset, q->op) & (q->traits | RAMPART_WIDE)));
}

/* Other traits and sessions than those that rules look at change nothing; nor do other classes of what can be trusted. */
static void assert_looks_at(const struct rampart_ruleset *ruleset, struct rampart_request q, const struct decision *d)
{
	u64 exempting = rampart_ruleset_exempting(ruleset);
	struct decision other;

	q.traits ^= random_u64() & ~rampart_ruleset_traits(ruleset);
	q.sessions ^= random_u64() & ~rampart_ruleset_sessions(ruleset);
	q.trusted_lineage ^= random_u64() & ~exempting;
	q.trusted_exe ^= random_u64() & ~exempting;
	other = decide(ruleset, &q);
	assert_true(other.rule == d->rule && other.outcome == d->outcome && other.ends == d->ends);
}

/* No program of other classes, nor that comes from one, has such a rule about it. */
static void assert_subjects(const struct rampart_ruleset *ruleset, struct rampart_request q, const struct decision *d)
{
	u64 subjects = rampart_ruleset_subjects(ruleset, q.op);

	if (d->rule && !strncmp(d->rule, "rule", 4))
		assert_true(q.lineage & subjects || !~subjects);
	if (!~subjects)
		return;
	q.lineage &= ~subjects;
	q.exe &= ~subjects;
	assert_true(strncmp(decide(ruleset, &q).rule ?: "", "rule", 4));
}

static void assert_same_places(const struct random_policy *r, const struct rampart_ruleset *ruleset, const char *path)
{
	const struct rampart_excluded *excluded;
	u32 n;

	if (*path == '~')	/* of nobody in particular: no file has such a path */
		return;
	excluded = rampart_ruleset_exclusions(ruleset, &n);
	assert_int_equal(n, r->policy.n_exclusions);
	for (u32 i = 0; i < n; i++) {
		const char *object = (const char *)r->exclusions[i].object.data;
		bool is = rampart_ruleset_excludes(ruleset, &excluded[i], path);

		if (is != reference_excludes(&r->policy, object, path)) {
			note_texts("home", &r->policy.homes);
			fail_msg("\"%s\" in \"%s\": %u", path, object, is);
		}
		excluded_hits += is && *object;
	}
}

static void random_case(const struct random_policy *r, const struct rampart_ruleset *ruleset)
{
	struct rampart_request q = { .op = random_below(RAMPART_OP_NUM), .subject = random_below(3) ? 0 : random_below(8),
				     .object2.place = NO_PLACE };
	u64 secrets = random_below(2) ? random_below(32) : 0;
	static char path[TEXT_MAX], path2[TEXT_MAX];
	struct decision is, should;

	*path2 = 0;
	q.subject |= secrets << RAMPART_SUBJ_SECRETS_SHIFT;
	random_programs(&q, r);
	random_path(path, r);
	assert_same_places(r, ruleset, path);
	q.object = walked_label(ruleset, path);
	assert_same_label(r, path, q.object);
	if (q.op == RAMPART_OP_RENAME || q.op == RAMPART_OP_LINK) {
		random_path(path2, r);
		q.object2 = walked_label(ruleset, path2);
		assert_same_label(r, path2, q.object2);
	} else if (q.op == RAMPART_OP_SIGNAL || q.op == RAMPART_OP_PTRACE || q.op == RAMPART_OP_SCHED) {
		q.object = (struct rampart_label){ .place = NO_PLACE };
		q.object.classes = (RAMPART_OBJ_DAEMON_TASK | RAMPART_OBJ_TRUSTED_TASK | RAMPART_OBJ_EXEMPT_TASK) & random_u64();
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
	assert_wide(ruleset, q);
	assert_looks_at(ruleset, q, &is);
	assert_objects(ruleset, &q, &is);
	assert_subjects(ruleset, q, &is);
	asr_hits += is.rule && !strncmp(is.rule, "rule", 4);
	hits[is.rule ? is.outcome : RAMPART_OUTCOME_NUM]++;
}

/* A million decisions; a tenth where KASAN makes each ten times as dear. */
#ifdef CONFIG_KASAN
#define POLICIES 250
#else
#define POLICIES 2500
#endif
#define CASES 400

static void as_the_reference_decides(test_state *state)
{
	static char texts[1 << 20];
	static struct random_policy r;

	r.texts = texts;
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
	note("of %u: by the policy's own rules %u, about no place %u, in an exclusion's place %u", POLICIES * CASES, asr_hits,
	     wide_hits, excluded_hits);
	/* Else the comparison says little. */
	assert_true(hits[RAMPART_OUTCOME_NUM] > POLICIES * CASES / 5);
	for (u32 outcome = 0; outcome < RAMPART_OUTCOME_NUM; outcome++)
		assert_true(outcome == RAMPART_BYPASSED ? !hits[outcome] : hits[outcome] > POLICIES * CASES / 50);
	assert_true(asr_hits > POLICIES * CASES / 50 && wide_hits > POLICIES * CASES / 50 && excluded_hits > POLICIES * CASES / 50);
}

SUITE(decide,
	TEST(every_mode),
	TEST(only_warned_and_blocked_deny),
	TEST(the_strictest_rule_wins),
	TEST(tasks),
	TEST(disks),
	TEST(secrets),
	TEST(tracing_readers),
	TEST(asr_rules),
	TEST(every_field_with_every_other),
	TEST(every_trait),
	TEST(asr_rules_among_others),
	TEST(tracing_exempt_programs),
	TEST(what_the_rules_look_at),
	TEST(excluded_places),
	TEST(as_the_reference_decides));
