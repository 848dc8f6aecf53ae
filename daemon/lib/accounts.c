// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include <env.h>

#include "accounts.h"

static bool is_login(const struct passwd *account)
{
	static const char *const closed[] = { "/nologin", "/false" };
	size_t len = strlen(account->pw_shell);

	for (unsigned int i = 0; i < ARRAY_SIZE(closed); i++) {
		size_t end = strlen(closed[i]);

		if (len >= end && !strcmp(account->pw_shell + len - end, closed[i]))
			return false;
	}
	return account->pw_uid == 0 || account->pw_uid >= 1000;
}

int accounts_homes(const char *passwd, bool (*fn)(void *data, const char *home), void *data)
{
	FILE *file = fopen(passwd, "re");
	struct passwd *account;
	bool more = true;

	if (!file)
		return -errno;
	for (unsigned int n = 0; more && n < ACCOUNTS_MAX && (account = fgetpwent(file)); n++)
		if (is_login(account) && account->pw_dir[0] == '/' && account->pw_dir[1])
			more = fn(data, account->pw_dir);
	fclose(file);
	return 0;
}
