// SPDX-License-Identifier: MIT
/* Extended attributes and ACLs. */
#include <errno.h>
#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case.h"

static void set(const char *path, const char *name, const char *value, int flags)
{
	see(setxattr(path, name, value, strlen(value), flags));
}

static void get(const char *path, const char *name)
{
	char value[100];
	ssize_t n = getxattr(path, name, value, sizeof(value));

	if (see(n) > 0)
		see_bytes(value, n);
}

static void ordinary(void)
{
	int fd = see_open("file", O_RDONLY, 0);
	char list[20];

	set("file", "user.a", "one", 0);
	set("file", "user.a", "two", XATTR_CREATE);
	set("file", "user.a", "three", XATTR_REPLACE);
	set("file", "user.b", "x", XATTR_REPLACE);
	set("file", "user.b", "", 0);
	get("file", "user.a");
	get("file", "user.b");
	see(fgetxattr(fd, "user.a", NULL, 0));
	see(fgetxattr(fd, "user.a", list, 2));
	see(fsetxattr(fd, "user.c", "by fd", 5, 0));
	see(flistxattr(fd, list, 5));
	see(flistxattr(fd, NULL, 0));
	see(fremovexattr(fd, "user.b"));
	see(removexattr("file", "user.b"));
	see(fsetxattr(see_open("file", O_PATH, 0), "user.d", "x", 1, 0));
}

static void limits(void)
{
	static char value[70000], name[300] = "user.";

	memset(name + 5, 'n', 250);
	see(setxattr("file", name, "x", 1, 0));
	memset(name + 5, 'n', 251);
	see(setxattr("file", name, "x", 1, 0));
	see(setxattr("file", "user.big", value, 3000, 0));
	see(setxattr("file", "user.bigger", value, 5000, 0));
	see(setxattr("file", "user.biggest", value, 70000, 0));
	see(setxattr("file", "user.", "x", 1, 0));
	see(setxattr("file", "", "x", 1, 0));
	see(setxattr("file", "user.x", bad_pointer, 5, 0));
	see(setxattr("file", "user.x", "x", 1, 99));
}

static void spaces(void)
{
	set("file", "trusted.x", "x", 0);
	get("file", "trusted.x");
	set("file", "security.test", "x", 0);
	get("file", "security.test");
	set("file", "system.x", "x", 0);
	set("file", "strange.x", "x", 0);
	see(removexattr("file", "trusted.x"));
	see(removexattr("file", "security.test"));
	see(removexattr("file", "strange.x"));
}

static void kinds(void)
{
	set("dir", "user.x", "x", 0);
	set("fifo", "user.x", "x", 0);
	set("sticky", "user.x", "x", 0);
	set("readonly", "user.x", "x", 0);
	set("foreign", "user.x", "x", 0);
	see(lsetxattr("to_file", "user.x", "x", 1, 0));
	see(lsetxattr("to_file", "trusted.x", "x", 1, 0));
	see(lgetxattr("to_file", "trusted.x", NULL, 0));
}

/* cap_net_raw=ep */
static void capability(void)
{
	static const char value[] = "\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0";
	int fd;

	see(setxattr("file", "security.capability", value, 20, 0));
	see(getxattr("file", "security.capability", NULL, 0));
	fd = see_open("file", O_WRONLY, 0);
	see_write(fd, "x");
	see(getxattr("file", "security.capability", NULL, 0));
	see(setxattr("file", "security.capability", value, 7, 0));
}

struct acl {
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entries[5];
};

/* u::rw-,u:USER:PERM,g::r--,m::rwx,o::--- */
static struct acl acl_for(unsigned int id, unsigned short perm)
{
	return (struct acl){ { POSIX_ACL_XATTR_VERSION },
			     { { ACL_USER_OBJ, 6, -1 },
			       { ACL_USER, perm, id },
			       { ACL_GROUP_OBJ, 4, -1 },
			       { ACL_MASK, 7, -1 },
			       { ACL_OTHER, 0, -1 } } };
}

static void acls(void)
{
	struct acl acl = acl_for(1234, 6);

	see(setxattr("file", "system.posix_acl_access", &acl, sizeof(acl), 0));
	see_stat("file");
	see(getxattr("file", "system.posix_acl_access", &acl, sizeof(acl)));
	see(chmod("file", 0640));
	see(getxattr("file", "system.posix_acl_access", &acl, sizeof(acl)));
	see(acl.entries[3].e_perm);
	see(removexattr("file", "system.posix_acl_access"));
	see_stat("file");
	see(setxattr("foreign", "system.posix_acl_access", &acl, sizeof(acl), 0));
	see(setxattr("file", "system.posix_acl_access", &acl, sizeof(acl) - 1, 0));
	acl.entries[1].e_tag = 99;
	see(setxattr("file", "system.posix_acl_access", &acl, sizeof(acl), 0));
}

static void acls_inherited(void)
{
	struct acl acl = acl_for(1234, 7);

	see(setxattr("file", "system.posix_acl_default", &acl, sizeof(acl), 0));
	see(setxattr("dir", "system.posix_acl_default", &acl, sizeof(acl), 0));
	close(see_open("dir/new", O_CREAT | O_WRONLY, 0666));
	see(mkdir("dir/sub", 0777));
	see_stat("dir/new");
	see(getxattr("dir/new", "system.posix_acl_access", NULL, 0));
	see(getxattr("dir/sub", "system.posix_acl_default", NULL, 0));
	see(removexattr("dir", "system.posix_acl_default"));
	see(removexattr("dir", "system.posix_acl_default"));
}

const struct sequence extended[] = {
	{ "ordinary", ordinary },
	{ "limits", limits },
	{ "spaces", spaces },
	{ "kinds", kinds },
	{ "capability", capability },
	{ "acls", acls },
	{ "acls-inherited", acls_inherited },
	{}
};
