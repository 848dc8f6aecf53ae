/* SPDX-License-Identifier: MIT */
/* Each number with its word, once more by hand: who changes names.h has to mean it. For user space and the kernel. */
#ifndef RAMPART_NAMES_CASES_H
#define RAMPART_NAMES_CASES_H

#include <env.h>

#include "names.h"
#include "reason.h"

static const char *const mode_words[] = { "off", "audit", "warn", "block" };
static const char *const outcome_words[] = { "allowed", "audited", "warned", "bypassed", "blocked" };
static const char *const op_words[] = {
	"none", "write", "create", "delete", "rename", "link", "setattr", "setxattr", "mount", "exec", "signal",
	"ptrace", "sched", "unload", "read", "load", "module", "kexec", "interpret", "connect", "attach", "print",
};
static const char *const trait_words[] = {
	"script", "memfd", "deleted", "user_made", "executable", "no_terminal", "no_file",
	"removable", "downloaded", "mailed", "copied", "packaged", "encoded",
	"denied_digest", "trusted_digest", "tool", "provenance", "ransom", "aged", "simple_command",
};
static const char *const role_words[] = { "downloads", "mails", "packages", "copies", "interprets", "tools", "canaries",
					  "launches", "snapshots", "caches", "plain_shells" };
static const char *const session_words[] = { "login", "none" };

static const struct {
	enum rampart_reason reason;
	const char *upper;
	int err;
} reason_cases[] = {
#define X(name, err, text) { RAMPART_REASON_##name, #name, err },
	RAMPART_REASONS(X)
#undef X
};

#endif
