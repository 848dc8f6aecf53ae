/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What an interpreter is told by its arguments: which script to run, and whether text that it is given hides what it does. */
#ifndef RAMPART_ARGUMENTS_H
#define RAMPART_ARGUMENTS_H

#include <env.h>

#define RAMPART_ARGUMENTS_TAIL 64

/* Zeroed at first, but for max, path and path_size. What is read is said; the rest is the reader's. */
struct rampart_arguments {
	u32 max;	/* how many arguments there are: what follows them is none */
	u64 script;	/* read, when all is fed: rampart_name_hash() of the first argument that is no option, without folders; 0: none */
	char *path;	/* where that argument goes, NUL-terminated, NULL: nowhere */
	u32 path_size;
	u32 path_len;	/* read: 0: it did not fit, or is none */
	bool standard_input;	/* read: it is told to read that, by -s or - */
	bool simple;	/* read: it is given nothing but -c and a command that is simple, see below */
	bool encoded;	/* read: an argument has encoded text in it, or what decodes text and what runs it */
	u32 n;		/* arguments that have ended, the program's own name is the first */
	u32 len;	/* bytes of the one that is being read */
	u64 name;	/* hash of what follows the last slash so far */
	bool option, text, only_c, sinks, decodes, at_sink;
	u8 last;
	u8 second;
	u32 run, upper, lower, digits, slashes;	/* of characters that base64 has */
	u32 escapes;
	u32 tail_len;
	u8 tail[RAMPART_ARGUMENTS_TAIL];	/* the end of what was read of this argument, white space as one space */
};

/* rampart_arguments_feed() - @len more bytes of arguments that each end in NUL. Context: any. */
void rampart_arguments_feed(struct rampart_arguments *args, const u8 *data, u32 len);

/* rampart_name_hash() - never 0. Context: any. */
u64 rampart_name_hash(const u8 *name, u32 len);

/*
 * rampart_is_simple_command() - whether a shell that is told @text does nothing but execute one program, with words that mean nothing to the
 * shell: as if that were executed without a shell. It may be told to throw away what that says. Context: any.
 */
bool rampart_is_simple_command(const char *text, u32 len);

/* rampart_is_script_name() - whether files whose name ends like this are run by interpreters. Context: any. */
bool rampart_is_script_name(const char *name, u32 len);

#endif
