/* SPDX-License-Identifier: MIT */
/* What the attacks that attack surface reduction is about share. */
#ifndef ATTACK_H
#define ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define MISSING 201	/* exit status: this system has not what it takes */

enum {
	ROOT = 1,		/* by root; else by the user, whose number is USER_ID */
	TERMINAL = 2,		/* with a controlling terminal; else without any */
	HARMLESS = 4,		/* no attack: what must go on working, in block mode too */
	ELSEWHERE = 8,		/* what is refused is another program's system call: its errno may not be seen */
	GAP = 16,		/* known to be open, or of what is harmless to be refused: cannot_see or false_positives tell */
};

#define USER_ID 1000
#define HOME "/home/user"
#define USER_WORK HOME "/work"		/* the user's */
#define ROOT_WORK "/var/tmp/asr"	/* root's, and nobody else can write there */
#define SHARED_WORK "/var/tmp/bypass"	/* anybody's */

/* Programs that this one stands in for, by a copy: as an exploited one, it does what it is told to. */
#define OFFICE "/usr/lib/libreoffice/program/soffice.bin"
#define VIEWER "/usr/bin/evince"
#define MAIL "/usr/lib/thunderbird/thunderbird"
#define CHAT "/opt/zoom/zoom"
#define BROWSER "/usr/lib/firefox/firefox"
#define WEB "/usr/sbin/nginx"
#define PHP "/usr/sbin/php-fpm8.2"
#define REMOTE "/usr/sbin/sshd"
#define EDITOR "/usr/bin/vim.basic"
#define CRONTAB "/usr/bin/crontab"
#define BOOT_TOOL "/usr/bin/grub-editenv"
#define SYSTEMD "/usr/lib/systemd/systemd"
#define PACKAGES "/usr/bin/dpkg"
#define KEYS "/usr/bin/ssh"
#define AGENT "/usr/bin/ssh-agent"
#define PASSWORDS "/usr/sbin/unix_chkpwd"
#define GIT "/usr/bin/git"
#define RSYNC "/usr/bin/rsync"
#define SETUP "/usr/bin/run-parts"
#define KUBECTL "/usr/bin/kubectl"
#define CURL "/usr/bin/curl"
#define UNZIP "/usr/bin/unzip"
#define PLAIN "/usr/bin/asr-plain"	/* in no class */

struct attack {
	const char *rule, *name;
	const char *as;				/* the program that does it */
	int (*try)(const char *arg);		/* 0, or -1 with errno; does not return if the program that it executes tells */
	const char *arg;
	unsigned int flags;
};

/* Each ends with an empty one. */
extern const struct attack execs[], loads[], reads[], writes[], traces[], kernels[], ransoms[], fetches[], brokers[], harmless[];

extern char *const environment[];	/* of what is executed */

/* Starts what has programs started for others, if it does not run yet: 0 or -1. */
int prepare_broker(void);

/* Ends the attack. */
int missing(void);

/* Into @path, of this program or of @from: 0 or -1. */
int copy_file(const char *from, const char *path, mode_t mode);
int put_file(const char *path, const char *text, int flags, mode_t mode);

/* Executes @path with these arguments, the last NULL: -1 if it cannot. */
int start(const char *path, ...) __attribute__((sentinel));

/* In another process that is the child of init, and leads a session of its own: what @try does. */
int far_away(int (*try)(const char *arg), const char *arg);

/* Waits for a child: 0 if it has succeeded, else -1 with errno, which is its exit status. */
int wait_child(pid_t pid);

#endif
