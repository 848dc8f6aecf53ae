// SPDX-License-Identifier: GPL-2.0-only
/* Handlers about mounts: process context, may sleep, no lock of ours. Nothing may be mounted on a place. */
#include <linux/capability.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>

#include "enforce.h"
#include "rampart.h"

/* Only who has power over the initial namespace can change the mounts that anchors come from. */
static void after_mount(void)
{
	if (ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN))
		rampart_store_refresh_later(false, false);
}

static int mount_on(enum rampart_hook hook, struct dentry *dentry, u32 flags)
{
	int err = rampart_enforce_dentry(hook, RAMPART_OP_MOUNT, dentry, flags);

	if (!err)
		after_mount();
	return err;
}

int hook_sb_mount(const char *dev_name, const struct path *path, const char *type, unsigned long flags, void *data)
{
	rampart_hook_seen(sb_mount);
	return mount_on(HOOK_sb_mount, path->dentry, flags);
}

int hook_move_mount(const struct path *from, const struct path *to)
{
	rampart_hook_seen(move_mount);
	return mount_on(HOOK_move_mount, to->dentry, 0);
}

/* Unmounting harms no data; what is mounted where has to be learnt again. */
int hook_sb_umount(struct vfsmount *mnt, int flags)
{
	rampart_hook_seen(sb_umount);
	after_mount();
	return 0;
}
