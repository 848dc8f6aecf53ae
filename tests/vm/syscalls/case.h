/* SPDX-License-Identifier: MIT */
/*
 * Ordinary file work, of which the results are compared: what the cases share. Each runs in a folder that holds what things.c
 * makes, as the user whom the command line names.
 */
#ifndef CASE_H
#define CASE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A number of calls after one another; in a process of its own. */
struct sequence {
	const char *name;
	void (*run)(void);
};

/* Each ends with an empty one. */
extern const struct sequence names[], odd_names[], data[], ranges[], mappings[], attributes[], extended[], locks[], watches[], ring[];

/* Every call on every path, and every way to open. */
void run_paths(void);
void run_opens(void);

/*
 * Runs one case: @run with @context, and prints a line with what was noted, and the digest of what is in the folder then. If
 * nothing in it worked, the next digest shows whether it changed something all the same.
 */
void run_case(const char *name, void (*run)(const void *context), const void *context);

/* Prints a line with the digest alone. */
void run_check(const char *name);

/* Who runs the cases. */
extern uid_t user;

/* What no memory is at, as the compiler must not know. */
extern void *volatile bad_pointer;

/* Notes what a call gave, its value or its errno; returns it. */
long see(long value);

/* The same of a call whose value says only that it worked, as a descriptor does. */
long see_ok(long value);

/* Notes @text, which has no end of its own. */
void see_bytes(const char *text, size_t length);

/* Notes what @path, or @fd, has: kind, mode, owner, links and size. */
void see_stat(const char *path);
void see_fstat(int fd);

/* Notes the first bytes of a file. */
void see_content(const char *path);

/* open(), noted. */
int see_open(const char *path, int flags, mode_t mode);

/* Writes @text at the descriptor's offset, noted. */
void see_write(int fd, const char *text);

/* Makes a file of @size bytes, which tell where they are. */
int make_file(const char *path, size_t size);

/* Runs @run in a child, whose notes follow; notes the signal that ends it. */
void see_child(void (*run)(void));

#endif
