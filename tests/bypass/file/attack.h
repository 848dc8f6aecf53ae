/* SPDX-License-Identifier: MIT */
/* What the attacks on files share. */
#ifndef ATTACK_H
#define ATTACK_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of an attack that are no errno. */
#define DONE 200	/* it has seen itself that it worked */
#define MISSING 201	/* this kernel has not what it takes */

/* A way that is known to be open, and stands in the README. */
struct gap {
	const char *what, *meaning;
};

enum {
	NEEDS_ROOT = 1,	/* a user may not do it anyway */
	OLD = 2,	/* by a descriptor, or a mapping, that was there before the policy: old_descriptor() */
	HARMLESS = 4,	/* no attack: an allowed program's work, which must not be refused */
};

struct attack {
	const char *id, *name;
	int (*try)(void);		/* 0 or -1 with errno; NULL: see elsewhere */
	unsigned int flags;
	const char *needs;		/* a file system or a file that the kernel has to have; NULL: nothing special */
	const char *place;		/* the folder is on the file system /srv/PLACE; NULL: that of the root */
	const char *reported;		/* the path in its report: "folder", "parent", "any", "/NAME" beside the folder; NULL: the victim */
	const char *rule;		/* that refuses it; NULL: "folders" */
	const struct gap *gap;
	int (*prepare)(void);		/* makes of the victim what the attack needs; before any policy */
	const char *elsewhere;		/* where it is tested, or why it is no attack on a folder */
};

/* Each ends with an empty one. */
extern const struct attack opens[], names[], attributes[], descriptors[], mounts[], servers[], writers[], rings[], devices[];
extern const struct attack elsewhere[];

extern char folder[512];	/* the protected folder */
extern char victim[1024];	/* FOLDER/NAME */
extern char extra[1100];	/* FOLDER/NAME.new: must not come into being */
extern char work[512];		/* the attacker's own folder, on the same file system */

#define ORIGINAL "original"
#define EVIL "ENCRYPTED"

/* Writes EVIL and closes @fd, which may be -1. */
int scribble(int fd);

/* Writes @text into an existing file. */
int put(const char *path, const char *text);

/* The path of WORK/@name; of a file with EVIL in it; of a folder. In turn one of four buffers. */
const char *in_work(const char *name);
const char *evil_file(const char *name);
const char *work_folder(const char *name);

/* Writes to the victim's name below @where. */
int scribble_in(const char *where);

/* Ends the attack: the kernel cannot do what it takes. */
int missing(void);

/* Runs a shell command: 0 if it succeeded. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The victim's descriptor, open for reading and writing since before the policy. */
int old_descriptor(void);

/* One message with one descriptor over a socket. */
int send_descriptor(int sock, int fd);
int receive_descriptor(int sock);

#endif
