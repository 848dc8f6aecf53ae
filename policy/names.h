/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Modes, outcomes, operations, traits and sessions with their names: one X-list each. The numbers equal those of proto/ (a test asserts
 * it).
 */
#ifndef RAMPART_NAMES_H
#define RAMPART_NAMES_H

#include <env.h>

#define RAMPART_MODES(X) X(OFF, "off") X(AUDIT, "audit") X(WARN, "warn") X(BLOCK, "block")

#define RAMPART_OUTCOMES(X)                                                                                \
	X(ALLOWED, "allowed") X(AUDITED, "audited") X(WARNED, "warned") X(BYPASSED, "bypassed") X(BLOCKED, "blocked")

#define RAMPART_OPS(X)                                                                                     \
	X(NONE, "none")                                                                                    \
	X(WRITE, "write")                                                                                  \
	X(CREATE, "create")                                                                                \
	X(DELETE, "delete")                                                                                \
	X(RENAME, "rename")                                                                                \
	X(LINK, "link")                                                                                    \
	X(SETATTR, "setattr")                                                                              \
	X(SETXATTR, "setxattr")                                                                            \
	X(MOUNT, "mount")                                                                                  \
	X(EXEC, "exec")                                                                                    \
	X(SIGNAL, "signal")                                                                                \
	X(PTRACE, "ptrace")                                                                                \
	X(SCHED, "sched")                                                                                  \
	X(UNLOAD, "unload")                                                                                \
	X(READ, "read")                                                                                    \
	X(LOAD, "load")                                                                                    \
	X(MODULE, "module")                                                                                \
	X(KEXEC, "kexec")                                                                                  \
	X(INTERPRET, "interpret")                                                                          \
	X(CONNECT, "connect")

#define RAMPART_TRAITS(X)                                                                                  \
	X(SCRIPT, "script")                                                                                \
	X(MEMFD, "memfd")                                                                                  \
	X(DELETED, "deleted")                                                                              \
	X(USER_MADE, "user_made")                                                                          \
	X(EXECUTABLE, "executable")                                                                        \
	X(NO_TERMINAL, "no_terminal")                                                                      \
	X(NO_FILE, "no_file")                                                                              \
	X(REMOVABLE, "removable")                                                                          \
	X(DOWNLOADED, "downloaded")                                                                        \
	X(MAILED, "mailed")                                                                                \
	X(COPIED, "copied")                                                                                \
	X(PACKAGED, "packaged")                                                                            \
	X(ENCODED, "encoded")                                                                              \
	X(DENIED_DIGEST, "denied_digest")                                                                  \
	X(TRUSTED_DIGEST, "trusted_digest")                                                                \
	X(TOOL, "tool")                                                                                    \
	X(PROVENANCE, "provenance")                                                                        \
	X(RANSOM, "ransom")                                                                                \
	X(AGED, "aged")                                                                                    \
	X(SIMPLE_COMMAND, "simple_command")

/* How a process came about. */
#define RAMPART_SESSIONS(X) X(LOGIN, "login") X(NONE, "none")

/* What programs and files of classes are: fields of Asr in proto/policy.proto, in its order. */
#define RAMPART_ROLES(X)                                                                                   \
	X(DOWNLOADS, "downloads")                                                                          \
	X(MAILS, "mails")                                                                                  \
	X(PACKAGES, "packages")                                                                            \
	X(COPIES, "copies")                                                                                \
	X(INTERPRETS, "interprets")                                                                        \
	X(TOOLS, "tools")                                                                                  \
	X(CANARIES, "canaries")                                                                            \
	X(LAUNCHES, "launches")                                                                            \
	X(SNAPSHOTS, "snapshots")                                                                          \
	X(CACHES, "caches")                                                                                \
	X(PLAIN_SHELLS, "plain_shells")

enum rampart_mode {
#define X(name, text) RAMPART_MODE_##name,
	RAMPART_MODES(X)
#undef X
	RAMPART_MODE_NUM
};

enum rampart_outcome {
#define X(name, text) RAMPART_##name,
	RAMPART_OUTCOMES(X)
#undef X
	RAMPART_OUTCOME_NUM
};

enum rampart_op {
#define X(name, text) RAMPART_OP_##name,
	RAMPART_OPS(X)
#undef X
	RAMPART_OP_NUM
};

/* Bit numbers. */
enum rampart_trait {
#define X(name, text) RAMPART_TRAIT_##name,
	RAMPART_TRAITS(X)
#undef X
	RAMPART_TRAIT_NUM
};

/* Bit numbers. */
enum rampart_session {
#define X(name, text) RAMPART_SESSION_##name,
	RAMPART_SESSIONS(X)
#undef X
	RAMPART_SESSION_NUM
};

enum rampart_role {
#define X(name, text) RAMPART_ROLE_##name,
	RAMPART_ROLES(X)
#undef X
	RAMPART_ROLE_NUM
};

/* Rampart's own rules; a rule of the policy's own has another id. */
#define RAMPART_OWN_RULES(X)                                                                               \
	X("folders") X("disks") X("secrets") X("self_protection") X("trusted_program") X("exempt_program") X("provenance")

/* rampart_is_own_rule() - whether @len bytes at @name are the name of one of them. */
bool rampart_is_own_rule(const char *name, u32 len);

/* Of an event's object: Object.flags in proto/event.proto. */
enum rampart_object_flag {
	RAMPART_OBJECT_ANCESTOR = 1 << 0,
	RAMPART_OBJECT_CUT = 1 << 2,
	RAMPART_OBJECT_CONCERNED = 1 << 3,
};

/* The word for a number; "?" when it is out of range. Never NULL. */
const char *rampart_mode_name(unsigned int mode);
const char *rampart_outcome_name(unsigned int outcome);
const char *rampart_op_name(unsigned int op);
const char *rampart_trait_name(unsigned int trait);
const char *rampart_session_name(unsigned int session);
const char *rampart_role_name(unsigned int role);

#endif
