// SPDX-License-Identifier: MIT
/*
 * Does what it is told, as a program does that somebody has taken over.
 * usage: told exec PROGRAM ARGUMENT... | after FILE PROGRAM ARGUMENT... | memory PROGRAM ARGUMENT... | attach PID | wait | copy FROM TO | print FILE | load FILE
 * memory: a copy of PROGRAM that is in memory only.
 * after: in a child that nobody waits for, once FILE is there. wait: until it is killed. copy: with the mode; print: to what is open
 * already; load: as a library does.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int execute(char **argv)
{
	execv(argv[0], argv);
	perror(argv[0]);
	return 126;
}

static int execute_after(const char *file, char **argv)
{
	struct stat stat_buf;

	if (fork())
		return 0;
	setsid();
	if (fork())
		_exit(0);
	while (stat(file, &stat_buf))
		usleep(50000);
	return execute(argv);
}

static int execute_in_memory(char **argv)
{
	extern char **environ;
	int memory = memfd_create("told", 0), in = open(argv[0], O_RDONLY | O_CLOEXEC);

	while (sendfile(memory, in, NULL, 1 << 20) > 0)
		;
	fexecve(memory, argv, environ);
	perror(argv[0]);
	return 126;
}

static int attach(pid_t pid)
{
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL)) {
		perror("attach");
		return 1;
	}
	waitpid(pid, NULL, 0);
	return !!ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static int pour(int from, int to)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, n) != n)
			return 1;
	return n < 0;
}

static int copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY), out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	if (out < 0) {
		perror(in < 0 ? from : to);
		return 1;
	}
	return pour(in, out);
}

static int print(const char *file)
{
	int in = open(file, O_RDONLY);

	return in < 0 || pour(in, STDOUT_FILENO);
}

static int load(const char *file)
{
	int fd = open(file, O_RDONLY);

	return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "exec"))
		return execute(argv + 2);
	if (argc > 3 && !strcmp(argv[1], "after"))
		return execute_after(argv[2], argv + 3);
	if (argc > 2 && !strcmp(argv[1], "memory"))
		return execute_in_memory(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "attach"))
		return attach(atoi(argv[2]));
	if (argc == 2 && !strcmp(argv[1], "wait"))
		for (;;)
			pause();
	if (argc == 4 && !strcmp(argv[1], "copy"))
		return copy(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "print"))
		return print(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "load"))
		return load(argv[2]);
	fprintf(stderr, "told: exec, after, memory, attach, wait, copy, print or load\n");
	return 2;
}
