// SPDX-License-Identifier: MIT
/* A library that the attacker has an allowed program load: writes to the file of the environment's PRELOAD_FILE. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* For LD_AUDIT: the loader keeps no library that does not say this. */
unsigned int la_version(unsigned int version)
{
	return version;
}

static const char *variable(char **envp, const char *name)
{
	size_t len = strlen(name);

	for (; *envp; envp++)
		if (!strncmp(*envp, name, len) && (*envp)[len] == '=')
			return *envp + len + 1;
	return NULL;
}

/* The loader passes the environment; under LD_AUDIT getenv() knows none yet. */
__attribute__((constructor)) static void attack(int argc, char **argv, char **envp)
{
	const char *name = variable(envp, "PRELOAD_FILE");
	int fd = name ? open(name, O_WRONLY | O_CREAT, 0644) : -1;

	if (fd >= 0 && write(fd, "ENCRYPTED\n", 10) != 10)
		_exit(1);
	close(fd);
}
