// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/platform_device.h>
#include <linux/sched/signal.h>
#include <linux/security.h>

#include "attach.h"
#include "hooks.h"
#include "rampart.h"
#include "selftest.h"

/* Writing, truncating and removing a file on a tmpfs of our own: file_open, inode_create, inode_setattr, inode_unlink. */
static void touch_files(void)
{
	struct file_system_type *type = get_fs_type("tmpfs");
	struct vfsmount *mnt;
	struct file *file;

	if (!type)
		return;
	mnt = vfs_kern_mount(type, SB_KERNMOUNT, "tmpfs", NULL);
	module_put(type->owner);
	if (IS_ERR(mnt))
		return;
	file = file_open_root_mnt(mnt, "selftest", O_CREAT | O_RDWR | O_TRUNC, 0600);
	if (!IS_ERR(file)) {
		vfs_truncate(&file->f_path, 0);
		filp_close(file, NULL);
	}
	kern_unmount(mnt);
}

/* As those ask who load a module or a kernel, but of nothing. IMA looks at no file as long as its content is still to come. */
static void ask_of_nothing(void)
{
	security_kernel_read_file(NULL, READING_POLICY, true);
	security_kernel_load_data(LOADING_POLICY, true);
}

static int nothing(struct platform_device *pdev)
{
	return 0;
}

/* A driver that takes a device, of which there are none else. */
static void bind_driver(void)
{
	static struct platform_driver driver = { .probe = nothing, .driver.name = "rampart-selftest" };
	struct platform_device *pdev;

	if (platform_driver_register(&driver))
		return;
	pdev = platform_device_register_simple("rampart-selftest", PLATFORM_DEVID_NONE, NULL, 0);
	if (!IS_ERR(pdev))
		platform_device_unregister(pdev);
	platform_driver_unregister(&driver);
}

/* Of nothing, which Rampart lets nobody do. */
static void stack_nothing(void)
{
	if (rampart_attached(HOOK_bd_link_disk_holder))
		bd_link_disk_holder(NULL, NULL);
	if (rampart_attached(HOOK_bd_unlink_disk_holder))
		bd_unlink_disk_holder(NULL, NULL);
}

/*
 * What cannot be done from here (mounting, tracing, renaming, ...) the daemon does at its start: until then `status` says
 * which hook has not been seen to work.
 */
void rampart_selftest_run(void)
{
	touch_files();
	ask_of_nothing();
	bind_driver();
	stack_nothing();
	kill_pid(task_pid(current), 0, 0);
}
