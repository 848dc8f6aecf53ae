// SPDX-License-Identifier: MIT
/*
 * What comes from elsewhere and is run: script_dl_exec, mail_exec, tool_copy. The programs that fetch, save and copy are others, in the
 * catalogue's classes. What is on a removable medium: tests/vm/provenance.sh, which makes one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack.h"

#define SCRIPT "/usr/bin/asr-script"
#define SHELL "/usr/bin/dash"
#define SAY "echo worked"

/* --- other programs, in processes of their own --- */

static int copies(const char *program, const char *from, const char *to)
{
	pid_t pid = fork();

	if (!pid) {
		start(program, "copy", from, to, NULL);
		_exit(errno);
	}
	return wait_child(pid);
}

/* A download that goes to @out, which this process then has no more. */
static pid_t downloads_to(int out)
{
	pid_t pid = fork();

	if (!pid) {
		dup2(out, 1);
		start(CURL, "print", SCRIPT, NULL);
		_exit(errno);
	}
	close(out);
	return pid;
}

static int runs_shell(const char *script) { return start(SHELL, script, NULL); }
static int says(const char *program) { return start(program, "say", NULL); }

/* --- what was downloaded --- */

static int fetched_by(const char *program) { return copies(program, SCRIPT, "f"); }
static int fetched(const char *program) { return fetched_by(program) ?: runs_shell("f"); }
static int fetched_renamed(const char *unused) { return fetched_by(CURL) ?: rename("f", "notes.txt") ?: runs_shell("notes.txt"); }
static int fetched_linked(const char *unused) { return fetched_by(CURL) ?: link("f", "hard") ?: runs_shell("hard"); }
static int fetched_by_symlink(const char *unused) { return fetched_by(CURL) ?: symlink("f", "s") ?: runs_shell("s"); }
static int fetched_copied(const char *unused) { return fetched_by(CURL) ?: copies(UNZIP, "f", "unpacked") ?: runs_shell("unpacked"); }
static int fetched_executed(const char *unused) { return fetched_by(CURL) ?: start("./f", NULL); }
static int fetched_far_away(const char *unused) { return fetched_by(CURL) ?: far_away(runs_shell, "f"); }

static int fetched_sourced(const char *unused)
{
	return copies(CURL, SCRIPT, "f.sh") ?: start(SHELL, "-c", ". ./f.sh", NULL);
}

static int fetched_as_input(const char *unused)
{
	int fd;

	if (fetched_by(CURL))
		return -1;
	fd = open("f", O_RDONLY);
	dup2(fd, 0);
	return start(SHELL, NULL);
}

/* Whoever has the file open for writing already is not asked again. */
static int fetched_by_descriptor(const char *unused)
{
	return wait_child(downloads_to(open("f", O_CREAT | O_TRUNC | O_WRONLY, 0755))) ?: runs_shell("f");
}

static int fetched_through(int out, int in)
{
	downloads_to(out);
	dup2(in, 0);
	return start(SHELL, NULL);
}

static int fetched_into_pipe(const char *unused)
{
	int fds[2];

	return pipe2(fds, O_CLOEXEC) ?: fetched_through(fds[1], fds[0]);
}

static int fetched_into_named_pipe(const char *unused)
{
	int in, out;

	unlink("pipe");
	if (mkfifo("pipe", 0600))
		return -1;
	in = open("pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	out = open("pipe", O_WRONLY | O_CLOEXEC);
	return fcntl(in, F_SETFL, 0) ?: fetched_through(out, in);
}

/* A program, which a shell is to start. */
static int fetched_program(const char *unused) { return copies(CURL, PLAIN, "f") ?: start(SHELL, "-c", "./f say; exit", NULL); }

/* --- what came by mail --- */

static int mailed(void) { return copies(MAIL, PLAIN, "letter.pdf"); }
static int mailed_program(const char *unused) { return mailed() ?: says("./letter.pdf"); }
static int mailed_renamed(const char *unused) { return mailed() ?: rename("letter.pdf", "l") ?: says("./l"); }
static int mailed_far_away(const char *unused) { return mailed() ?: far_away(says, USER_WORK "/letter.pdf"); }
static int mailed_unpacked(const char *unused) { return mailed() ?: copies(UNZIP, "letter.pdf", "l") ?: says("./l"); }
static int mailed_script(const char *unused) { return copies(MAIL, SCRIPT, "l") ?: runs_shell("l"); }
static int mailed_by_loader(const char *unused) { return mailed() ?: start("/lib64/ld-linux-x86-64.so.2", "./letter.pdf", "say", NULL); }

static int mailed_moved(const char *unused)
{
	return mailed() ?: rename("letter.pdf", SHARED_WORK "/letter") ?: says(SHARED_WORK "/letter");
}

static int mailed_deleted(const char *unused)
{
	char path[64];
	int fd;

	if (mailed())
		return -1;
	fd = open("letter.pdf", O_RDONLY);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return unlink("letter.pdf") ?: says(path);
}

/* --- copies of the system's programs --- */

static int copied(const char *name) { return copies(UNZIP, SHELL, name); }
static int runs_tool(const char *name) { return start(name, "-c", SAY, NULL); }
static int tool(const char *name) { return copied(name) ?: runs_tool(name); }
static int tool_renamed(const char *unused) { return copied("./a") ?: rename("a", "kworker") ?: runs_tool("./kworker"); }
static int tool_twice(const char *unused) { return copied("./a") ?: copies(UNZIP, "a", "twice") ?: runs_tool("./twice"); }
static int tool_linked(const char *unused) { return copied("./a") ?: link("a", "hard") ?: runs_tool("./hard"); }
static int tool_far_away(const char *unused) { return copied(USER_WORK "/a") ?: far_away(runs_tool, USER_WORK "/a"); }

static int tool_by_descriptor(const char *unused)
{
	char *const args[] = { "sh", "-c", SAY, NULL };
	int fd;

	if (copied("./a"))
		return -1;
	fd = open("a", O_PATH | O_CLOEXEC);
	return fexecve(fd, args, environment);
}

const struct attack fetches[] = {
	{ "script_dl_exec", "curl", PLAIN, fetched, CURL },
	{ "script_dl_exec", "browser", PLAIN, fetched, BROWSER },
	{ "script_dl_exec", "by_root", PLAIN, fetched, CURL, ROOT },
	{ "script_dl_exec", "renamed", PLAIN, fetched_renamed },
	{ "script_dl_exec", "linked", PLAIN, fetched_linked },
	{ "script_dl_exec", "symlink", PLAIN, fetched_by_symlink },
	{ "script_dl_exec", "unpacked", PLAIN, fetched_copied },
	{ "script_dl_exec", "executed", PLAIN, fetched_executed },
	{ "script_dl_exec", "far_away", PLAIN, fetched_far_away, NULL, ELSEWHERE },
	{ "script_dl_exec", "sourced", PLAIN, fetched_sourced, NULL, ELSEWHERE },
	{ "script_dl_exec", "input", PLAIN, fetched_as_input, NULL, ELSEWHERE },
	{ "script_dl_exec", "descriptor", PLAIN, fetched_by_descriptor, NULL, ELSEWHERE },
	{ "script_dl_exec", "pipe", PLAIN, fetched_into_pipe, NULL, ELSEWHERE },
	{ "script_dl_exec", "named_pipe", PLAIN, fetched_into_named_pipe, NULL, ELSEWHERE },
	{ "script_dl_exec", "program", PLAIN, fetched_program, NULL, ELSEWHERE },
	{ "mail_exec", "program", PLAIN, mailed_program },
	{ "mail_exec", "by_root", PLAIN, mailed_program, NULL, ROOT },
	{ "mail_exec", "renamed", PLAIN, mailed_renamed },
	{ "mail_exec", "moved", PLAIN, mailed_moved },
	{ "mail_exec", "far_away", PLAIN, mailed_far_away },
	{ "mail_exec", "unpacked", PLAIN, mailed_unpacked },
	{ "mail_exec", "script", PLAIN, mailed_script, NULL, ELSEWHERE },
	{ "mail_exec", "loader", PLAIN, mailed_by_loader, NULL, ELSEWHERE },
	{ "mail_exec", "deleted", PLAIN, mailed_deleted },
	{ "tool_copy", "copy", PLAIN, tool, "./svchost" },
	{ "tool_copy", "by_root", PLAIN, tool, "/usr/local/asr-tool", ROOT },
	{ "tool_copy", "shared_folder", PLAIN, tool, SHARED_WORK "/sh" },
	{ "tool_copy", "renamed", PLAIN, tool_renamed },
	{ "tool_copy", "twice", PLAIN, tool_twice },
	{ "tool_copy", "linked", PLAIN, tool_linked },
	{ "tool_copy", "far_away", PLAIN, tool_far_away },
	{ "tool_copy", "descriptor", PLAIN, tool_by_descriptor },
	{ 0 }
};
