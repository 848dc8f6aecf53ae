// SPDX-License-Identifier: MIT
#include <stddef.h>
#include <string.h>

#include "interpreter.h"

bool rampart_is_interpreter(const char *exe)
{
	static const char *const names[] = {
		"sh", "ash", "bash", "rbash", "dash", "zsh", "ksh", "mksh", "fish", "tcsh", "csh", "busybox", "toybox", "pwsh",
		"python", "perl", "ruby", "node", "nodejs", "deno", "bun", "php", "lua", "luajit", "tclsh", "wish", "expect",
		"awk", "gawk", "mawk", "sed", "java", "mono", "Rscript", "guile", "osascript", "gjs", "env", "gdb",
	};
	const char *name = strrchr(exe, '/') ? strrchr(exe, '/') + 1 : exe;
	/* python3.11, ruby3.1, php-cgi8.2 */
	size_t len = strcspn(name, "0123456789.-");

	/* The dynamic loader runs any program that it is given. */
	if (!strncmp(name, "ld-linux", 8) || !strncmp(name, "ld-musl", 7) || !strncmp(name, "ld.so", 5))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && !strncmp(name, names[i], len))
			return true;
	return false;
}
