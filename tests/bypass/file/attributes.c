// SPDX-License-Identifier: MIT
/* The file's attributes, and what file systems do by ioctl. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "attack.h"
#include "call32.h"

static const struct gap gap_subvolume = {
	"a btrfs subvolume that is, or holds, a folder",
	"the command that deletes it goes to its parent, or to any folder of the file system, and names it where no hook can see which",
};

static int chmod_file(void) { return chmod(victim, 0); }
static int chown_file(void) { return chown(victim, 12345, 12345); }
static int setxattr_file(void) { return setxattr(victim, "user.rampart", "x", 1, 0); }
static int removexattr_file(void) { return removexattr(victim, "user.keep"); }
static int fchmod_file(void) { return fchmod(open(victim, O_RDONLY), 0); }

static int utimes_file(void)
{
	struct timeval tv[2] = { { 1, 0 }, { 1, 0 } };

	return utimes(victim, tv);
}

static int set_capability(void)
{
	/* vfs_cap_data of revision 2 with CAP_CHOWN; see linux/capability.h. */
	static const uint32_t cap[5] = { 0x02000000, 1, 0, 0, 0 };

	return setxattr(victim, "security.capability", cap, sizeof(cap), 0);
}

/* See acl(5); the numbers are those of linux/posix_acl_xattr.h. */
static int set_acl(void)
{
	static const struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entries[5];
	} acl = { 2, { { 0x01, 6, ~0u }, { 0x02, 6, 12345 }, { 0x04, 4, ~0u }, { 0x10, 4, ~0u }, { 0x20, 4, ~0u } } };

	return setxattr(victim, "system.posix_acl_access", &acl, sizeof(acl), 0);
}

/* chattr +d, by a descriptor that is open for reading. */
static int set_flags(void)
{
	int fd = open(victim, O_RDONLY), flags = FS_NODUMP_FL;

	return fd < 0 ? -1 : ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

static int set_fsxattr(void)
{
	struct fsxattr attr = { .fsx_xflags = FS_XFLAG_NODUMP };
	int fd = open(victim, O_RDONLY);

	return fd < 0 ? -1 : ioctl(fd, FS_IOC_FSSETXATTR, &attr);
}

static int set_flags32(void)
{
	int *flags = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int fd = open(victim, O_RDONLY);

	if (fd < 0 || flags == MAP_FAILED)
		return -1;
	*flags = FS_NODUMP_FL;
	return call32(CALL32_IOCTL, fd, FS_IOC32_SETFLAGS, (long)flags);
}

/* It can never be written again. */
static int enable_verity(void)
{
	struct fsverity_enable_arg arg = { .version = 1, .hash_algorithm = FS_VERITY_HASH_ALG_SHA256, .block_size = 4096 };
	int fd = open(victim, O_RDONLY);

	if (fd >= 0 && !ioctl(fd, FS_IOC_ENABLE_VERITY, &arg))
		return 0;
	return errno == EOPNOTSUPP ? missing() : -1;
}

static int clone(void)
{
	int in = open(evil_file("source"), O_RDONLY), out = open(victim, O_WRONLY);

	return out < 0 ? -1 : ioctl(out, FICLONE, in);
}

static int make_subvolume(void)
{
	struct btrfs_ioctl_vol_args args = {};

	snprintf(args.name, sizeof(args.name), "%s.sub", strrchr(victim, '/') + 1);
	return ioctl(open(folder, O_RDONLY), BTRFS_IOC_SUBVOL_CREATE, &args) ?: (_exit(DONE), 0);
}

/* The protected folder is a subvolume here, and goes as a whole by a command to its parent. */
static int destroy_subvolume(void)
{
	struct btrfs_ioctl_vol_args args = {};
	char parent[512];

	strcpy(parent, folder);
	*strrchr(parent, '/') = 0;
	strcpy(args.name, strrchr(folder, '/') + 1);
	return ioctl(open(parent, O_RDONLY), BTRFS_IOC_SNAP_DESTROY, &args);
}

/* A snapshot has the allowed program's inode again; there its content is another. */
static int snapshot_program(void)
{
	return shell("btrfs -q subvolume snapshot /srv/btrfs/bin %s/snapshot && cat /bin/dash > %s/snapshot/editor && "
		     "%s/snapshot/editor -c 'echo " EVIL " > %s'", work, work, work, victim);
}

const struct attack attributes[] = {
	{ "E24", "snapshot_program", snapshot_program, NEEDS_ROOT, .place = "btrfs" },
	{ "F27a", "clone", clone, .place = "btrfs" },
	{ "F31a", "chmod", chmod_file },
	{ "F31b", "fchmod", fchmod_file },
	{ "F31c", "chown", chown_file, NEEDS_ROOT },
	{ "F31d", "utimes", utimes_file },
	{ "F32a", "setxattr", setxattr_file },
	{ "F32b", "removexattr", removexattr_file },
	{ "F32c", "acl", set_acl },
	{ "F32d", "capability", set_capability, NEEDS_ROOT },
	{ "F33a", "flags", set_flags },
	{ "F33b", "fsxattr", set_fsxattr },
	{ "F33c", "verity", enable_verity, .place = "ext4" },
	{ "F33d", "make_subvolume", make_subvolume, .place = "btrfs", .reported = "folder" },
	{ "F33e", "destroy_subvolume", destroy_subvolume, NEEDS_ROOT, .place = "subvolume", .gap = &gap_subvolume },
	{ "F34b", "flags32", set_flags32, .needs = CALL32_NEEDS },
	{}
};
