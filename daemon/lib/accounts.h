/* SPDX-License-Identifier: MIT */
/* The home directories of the accounts that can log in. */
#ifndef RAMPART_ACCOUNTS_H
#define RAMPART_ACCOUNTS_H

#include <stdbool.h>

#define ACCOUNTS_PASSWD "/etc/passwd"
#define ACCOUNTS_MAX 100000	/* looked at */

/*
 * accounts_homes() - calls @fn with the home directory of each account of the file @passwd that can log in (root, and user
 * ids from 1000), until it returns false. The directory need not be there. 0 or a negative errno.
 */
int accounts_homes(const char *passwd, bool (*fn)(void *data, const char *home), void *data);

#endif
