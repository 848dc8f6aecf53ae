/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Modes, outcomes, operations, traits, sessions, and what is said of devices, with their names: one X-list each. The numbers equal those
 * of proto/ (a test asserts it).
 */
#ifndef RAMPART_NAMES_H
#define RAMPART_NAMES_H

#include <env.h>

#define RAMPART_MODES(X) X(OFF, "off") X(AUDIT, "audit") X(WARN, "warn") X(BLOCK, "block")

#define RAMPART_OUTCOMES(X)                                                                                \
	X(ALLOWED, "allowed") X(AUDITED, "audited") X(WARNED, "warned") X(BYPASSED, "bypassed") X(BLOCKED, "blocked")

/* What a rule of Asr may be about, and what is done with devices. */
#define RAMPART_RULE_OPS(X)                                                                                     \
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
#define RAMPART_OPS(X) RAMPART_RULE_OPS(X) X(ATTACH, "attach") X(PRINT, "print")

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

/* What a device has as text; NAME is what it calls itself, INTERFACE its class, subclass and protocol as aa:bb:cc. */
#define RAMPART_DEVICE_TEXTS(X)                                                                            \
	X(BUS, "bus")                                                                                      \
	X(VENDOR, "vendor")                                                                                \
	X(PRODUCT, "product")                                                                              \
	X(SERIAL, "serial")                                                                                \
	X(NAME, "name")                                                                                    \
	X(PORT, "port")                                                                                    \
	X(INTERFACE, "interface")

/* What a device, or one of its functions, is for. */
#define RAMPART_DEVICE_FAMILIES(X)                                                                         \
	X(REMOVABLE_MEDIA, "removable_media")                                                              \
	X(CD_DVD, "cd_dvd")                                                                                \
	X(PORTABLE, "portable")                                                                            \
	X(PRINTER, "printer")                                                                              \
	X(BLUETOOTH, "bluetooth")                                                                          \
	X(NETWORK, "network")                                                                              \
	X(MODEM, "modem")                                                                                  \
	X(HID, "hid")                                                                                      \
	X(KEYBOARD, "keyboard")                                                                            \
	X(MOUSE, "mouse")                                                                                  \
	X(AUDIO, "audio")                                                                                  \
	X(VIDEO, "video")                                                                                  \
	X(SMART_CARD, "smart_card")                                                                        \
	X(HUB, "hub")                                                                                      \
	X(OTHER, "other")

/* How it is there. VIRTUAL: no port of this machine has it; KEYBOARD_PRESENT: another keyboard works. */
#define RAMPART_DEVICE_STATES(X) X(ENCRYPTED, "encrypted") X(VIRTUAL, "virtual") X(KEYBOARD_PRESENT, "keyboard_present")

/* What is done with it. READ and WRITE are of the medium as a whole, FILE_READ and FILE_WRITE of files on it. */
#define RAMPART_DEVICE_ACCESSES(X)                                                                         \
	X(ATTACH, "attach")                                                                                \
	X(READ, "read")                                                                                    \
	X(WRITE, "write")                                                                                  \
	X(EXECUTE, "execute")                                                                              \
	X(FILE_READ, "file_read")                                                                          \
	X(FILE_WRITE, "file_write")                                                                        \
	X(PRINT, "print")

#define RAMPART_DEVICE_DECISIONS(X)                                                                        \
	X(ALLOW, "allow") X(DENY, "deny") X(AUDIT_ALLOWED, "audit_allowed") X(AUDIT_DENIED, "audit_denied")

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

/* RAMPART_RULE_OPS are below. */
#define RAMPART_OP_RULES RAMPART_OP_ATTACH

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

enum rampart_device_text {
#define X(name, text) RAMPART_DEVICE_##name,
	RAMPART_DEVICE_TEXTS(X)
#undef X
	RAMPART_DEVICE_TEXT_NUM
};

/* Bit numbers, as the next two. */
enum rampart_device_family {
#define X(name, text) RAMPART_FAMILY_##name,
	RAMPART_DEVICE_FAMILIES(X)
#undef X
	RAMPART_FAMILY_NUM
};

enum rampart_device_state {
#define X(name, text) RAMPART_STATE_##name,
	RAMPART_DEVICE_STATES(X)
#undef X
	RAMPART_STATE_NUM
};

enum rampart_device_access {
#define X(name, text) RAMPART_ACCESS_##name,
	RAMPART_DEVICE_ACCESSES(X)
#undef X
	RAMPART_ACCESS_NUM
};

enum rampart_device_decision {
#define X(name, text) RAMPART_DECISION_##name,
	RAMPART_DEVICE_DECISIONS(X)
#undef X
	RAMPART_DECISION_NUM
};

/* Rampart's own rules; a rule of the policy's own has another id. */
#define RAMPART_OWN_RULES(X)                                                                               \
	X("folders") X("disks") X("secrets") X("self_protection") X("trusted_program") X("exempt_program") X("provenance") \
	X("devices")

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
const char *rampart_device_text_name(unsigned int text);
const char *rampart_device_family_name(unsigned int family);
const char *rampart_device_state_name(unsigned int state);
const char *rampart_device_access_name(unsigned int access);
const char *rampart_device_decision_name(unsigned int decision);

#endif
