// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mount.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "device_judge.h"
#include "disk.h"
#include "medium.h"
#include "plain.h"
#include "rampart.h"

DEFINE_STATIC_KEY_FALSE(rampart_media_judged);

#define MEDIA_MAX 4096
#define STACKED_MAX 4096
#define DEPTH_MAX 4		/* of stacks that are followed */

/* Where in a stack: the sequence number of the disk, since another medium in the same drive has another, and which part of it. */
struct layer {
	u64 seq;
	dev_t dev;
	dev_t whole;
};

/* What was opened, a disk or a part of one. Immutable but for @used and whether it is encrypted. */
struct medium {
	struct hlist_node node;
	struct rcu_head rcu;
	struct layer layer;
	unsigned long used;	/* jiffies, of the last time that somebody asked */
	char *path;		/* in sysfs, may be NULL */
	bool removable;		/* else no policy is about it, and @facts are not set */
	bool encrypted;
	struct rampart_facts facts;
};

static DEFINE_HASHTABLE(media, 8);	/* by sequence number; media_lock for writing, RCU for reading */
static DEFINE_SPINLOCK(media_lock);
static unsigned int n_media;		/* media_lock */

/* One device is made of another. */
struct stacked {
	struct list_head list;
	struct rcu_head rcu;
	dev_t upper;		/* a whole disk */
	struct layer lower;
};

static LIST_HEAD(stack);		/* media_lock for writing, RCU for reading */
static unsigned int n_stacked;		/* media_lock */

static struct block_device *bdev_of(const struct dentry *dentry)
{
	const struct super_block *sb = dentry->d_sb;

	if (d_backing_inode(dentry))
		sb = d_real_inode(dentry)->i_sb;
	return sb->s_bdev;
}

static struct layer layer_of(const struct block_device *bdev)
{
	const struct gendisk *disk = bdev->bd_disk;

	return (struct layer){ .seq = disk->diskseq, .dev = bdev->bd_dev, .whole = MKDEV(disk->major, disk->first_minor) };
}

static struct medium *find(const struct layer *layer)
{
	struct medium *medium;

	hash_for_each_possible_rcu(media, medium, node, layer->seq, lockdep_is_held(&media_lock))
		if (medium->layer.seq == layer->seq && medium->layer.dev == layer->dev)
			return medium;
	return NULL;
}

static void medium_free(struct rcu_head *head)
{
	struct medium *medium = container_of(head, struct medium, rcu);

	kfree(medium->path);
	kfree(medium);
}

static void forget(struct medium *medium)
{
	lockdep_assert_held(&media_lock);
	hash_del_rcu(&medium->node);
	n_media--;
	call_rcu(&medium->rcu, medium_free);
}

/* One that no policy is about goes before one that can be taken out. */
static bool is_older(const struct medium *medium, const struct medium *other)
{
	if (medium->removable != other->removable)
		return other->removable;
	return time_before(READ_ONCE(medium->used), READ_ONCE(other->used));
}

static void forget_oldest(void)
{
	struct medium *medium, *oldest = NULL;
	int bucket;

	lockdep_assert_held(&media_lock);
	hash_for_each(media, bucket, medium, node)
		if (!oldest || is_older(medium, oldest))
			oldest = medium;
	if (oldest)
		forget(oldest);
}

/* Takes @medium. */
static void remember(struct medium *medium)
{
	spin_lock(&media_lock);
	if (find(&medium->layer)) {
		medium_free(&medium->rcu);
	} else {
		if (n_media == MEDIA_MAX)
			forget_oldest();
		hash_add_rcu(media, &medium->node, medium->layer.seq);
		n_media++;
	}
	spin_unlock(&media_lock);
}

/*
 * As long as a live disk cannot be deleted none of the devices above it can: their removal waits for the disk's, which takes this lock.
 */
static int see(struct block_device *bdev)
{
	const struct layer layer = layer_of(bdev);
	struct gendisk *disk = bdev->bd_disk;
	struct medium *medium;
	bool known;

	might_sleep();
	rcu_read_lock();
	known = find(&layer);
	rcu_read_unlock();
	if (known)
		return 0;
	medium = kzalloc(sizeof(*medium), GFP_KERNEL);
	if (!medium)
		return -ENOMEM;
	mutex_lock(&disk->open_mutex);
	known = disk_live(disk);
	if (known) {
		medium->layer = layer_of(bdev);
		medium->used = jiffies;
		medium->removable = rampart_facts_of_disk(disk, &medium->facts);
		medium->path = kobject_get_path(&bdev->bd_device.kobj, GFP_KERNEL);
	}
	mutex_unlock(&disk->open_mutex);
	if (known)
		remember(medium);
	else
		kfree(medium);
	return 0;
}

/* --- encryption --- */

/* What is encrypted begins like this, of either version. */
static const u8 luks[] = { 'L', 'U', 'K', 'S', 0xba, 0xbe };

struct look {
	struct work_struct work;
	dev_t dev;
	bool encrypted;
};

/* In a worker, whose opening of the device is nobody's. */
static void look(struct work_struct *work)
{
	struct look *look = container_of(work, struct look, work);
	u8 start[sizeof(luks)];

	look->encrypted = !compat_read_start(look->dev, start, sizeof(start)) && !memcmp(start, luks, sizeof(luks));
}

/* Each time that somebody opens it, since whoever may write to it may encrypt it. */
static void look_for_encryption(const struct layer *layer)
{
	struct look its = { .dev = layer->dev };
	struct medium *medium;
	bool removable;

	rcu_read_lock();
	medium = find(layer);
	removable = medium && medium->removable && rampart_devices_ask_states(BIT(RAMPART_STATE_ENCRYPTED));
	rcu_read_unlock();
	if (!removable)
		return;
	INIT_WORK_ONSTACK(&its.work, look);
	schedule_work(&its.work);
	flush_work(&its.work);
	destroy_work_on_stack(&its.work);
	rcu_read_lock();
	medium = find(layer);
	if (medium)
		WRITE_ONCE(medium->encrypted, its.encrypted);
	rcu_read_unlock();
}

/* --- stacks --- */

/* @lower: NULL: whatever it is made of. */
static void unstack(dev_t upper, const struct block_device *lower)
{
	struct stacked *stacked, *tmp;

	lockdep_assert_held(&media_lock);
	list_for_each_entry_safe(stacked, tmp, &stack, list) {
		if (stacked->upper != upper ||
		    (lower && (stacked->lower.seq != lower->bd_disk->diskseq || stacked->lower.dev != lower->bd_dev)))
			continue;
		list_del_rcu(&stacked->list);
		kfree_rcu(stacked, rcu);
		n_stacked--;
	}
}

/* @upper is made of @lower from now on, and of nothing else if @alone. */
static int restack(dev_t upper, struct block_device *lower, bool alone)
{
	struct stacked *new = kmalloc(sizeof(*new), GFP_KERNEL);
	int err = new ? see(lower) : -ENOMEM;

	if (err)
		goto out;
	new->upper = upper;
	new->lower = layer_of(lower);
	spin_lock(&media_lock);
	unstack(upper, alone ? NULL : lower);
	if (n_stacked < STACKED_MAX) {
		list_add_tail_rcu(&new->list, &stack);
		n_stacked++;
		new = NULL;
	} else {
		err = -ENOSPC;
	}
	spin_unlock(&media_lock);
	rampart_plain_again();
	if (err)
		pr_err_ratelimited("a device is not made: %d are made of others already\n", STACKED_MAX);
out:
	kfree(new);
	return err;
}

int rampart_medium_stack(dev_t upper, struct block_device *lower)
{
	return restack(upper, lower, false);
}

void rampart_medium_unstack(dev_t upper, struct block_device *lower)
{
	spin_lock(&media_lock);
	unstack(upper, lower);
	spin_unlock(&media_lock);
	rampart_plain_again();
}

int rampart_medium_loop(dev_t upper, struct file *backing)
{
	const struct inode *inode = file_inode(backing);
	struct block_device *bdev = S_ISBLK(inode->i_mode) ? rampart_disk_get(inode->i_rdev) : NULL, *lower = bdev;
	int err = 0;

	if (!lower)
		lower = bdev_of(backing->f_path.dentry);
	if (lower) {
		err = restack(upper, lower, true);
	} else {
		/* As memory is. */
		spin_lock(&media_lock);
		unstack(upper, NULL);
		spin_unlock(&media_lock);
	}
	if (bdev)
		put_device(&bdev->bd_device);
	return err;
}

/* --- verdicts --- */

/* @direct: it has the file system itself, so that it is not encrypted whatever it begins with. */
static int judge_medium(struct medium *medium, enum rampart_device_access access, struct rampart_device_use *use, bool direct)
{
	u32 states = READ_ONCE(medium->encrypted) && !direct ? BIT(RAMPART_STATE_ENCRYPTED) : 0;
	struct rampart_decision decision;

	WRITE_ONCE(medium->used, jiffies);
	rampart_device_decide(&medium->facts, states, access, &decision);
	use->path = medium->path;
	return rampart_device_conclude(&medium->facts, &decision, use);
}

/* All media that @layer is made of. Caller holds rcu_read_lock(). */
static int judge_layer(const struct layer *layer, enum rampart_device_access access, struct rampart_device_use *use, unsigned int depth)
{
	struct medium *medium = find(layer);
	const struct stacked *stacked;
	int err = medium && medium->removable ? judge_medium(medium, access, use, use->dentry && !depth) : 0;

	if (err || depth == DEPTH_MAX)
		return err;
	list_for_each_entry_rcu(stacked, &stack, list) {
		if (stacked->upper != layer->whole)
			continue;
		err = judge_layer(&stacked->lower, access, use, depth + 1);
		if (err)
			return err;
	}
	return 0;
}

static int judge(const struct block_device *bdev, enum rampart_device_access access, struct rampart_device_use *use)
{
	const struct layer layer = layer_of(bdev);
	int err;

	rcu_read_lock();
	err = judge_layer(&layer, access, use, 0);
	rcu_read_unlock();
	return err;
}

/* EROFS makes mount(8) and others try again without writing. */
int rampart_medium_open(dev_t devt, bool reads, bool writes)
{
	struct rampart_device_use use = { .hook = HOOK_devcgroup_check_permission, .op = RAMPART_OP_READ };
	struct block_device *bdev;
	int err;

	/* The kernel looks for partitions. */
	if (current->flags & PF_KTHREAD)
		return 0;
	bdev = rampart_disk_get(devt);
	if (!bdev)
		return 0;
	err = see(bdev);
	if (!err) {
		const struct layer layer = layer_of(bdev);

		look_for_encryption(&layer);
	}
	if (!err && reads)
		err = judge(bdev, RAMPART_ACCESS_READ, &use);
	use.op = RAMPART_OP_WRITE;
	if (!err && writes && judge(bdev, RAMPART_ACCESS_WRITE, &use))
		err = -EROFS;
	put_device(&bdev->bd_device);
	return err;
}

int rampart_medium_remount(struct fs_context *fc)
{
	struct super_block *sb = fc->root->d_sb;
	struct rampart_device_use use = { .hook = HOOK_reconfigure_super, .op = RAMPART_OP_MOUNT };

	if (!sb->s_bdev || !sb_rdonly(sb) || !(fc->sb_flags_mask & SB_RDONLY) || fc->sb_flags & SB_RDONLY)
		return 0;
	if (see(sb->s_bdev))
		return -ENOMEM;
	return judge(sb->s_bdev, RAMPART_ACCESS_WRITE, &use) ? -EROFS : 0;
}

/* --- files --- */

int rampart_medium_see(struct dentry *dentry)
{
	struct block_device *bdev = bdev_of(dentry);

	return bdev ? see(bdev) : 0;
}

/* What else than the operation's own access would refuse it: a medium that is read-only as a whole has no file that is written to. */
int rampart_medium_file(enum rampart_hook hook, enum rampart_op op, struct dentry *dentry)
{
	struct rampart_device_use use = { .hook = hook, .op = op, .dentry = dentry };
	const struct block_device *bdev = bdev_of(dentry);

	if (!bdev)
		return 0;
	switch (op) {
	case RAMPART_OP_READ:
		return judge(bdev, RAMPART_ACCESS_FILE_READ, &use);
	case RAMPART_OP_EXEC:
	case RAMPART_OP_LOAD:
	case RAMPART_OP_INTERPRET:
	case RAMPART_OP_MODULE:
	case RAMPART_OP_KEXEC:
		return judge(bdev, RAMPART_ACCESS_EXECUTE, &use);
	case RAMPART_OP_WRITE:
	case RAMPART_OP_CREATE:
	case RAMPART_OP_DELETE:
	case RAMPART_OP_RENAME:
	case RAMPART_OP_LINK:
	case RAMPART_OP_SETATTR:
	case RAMPART_OP_SETXATTR:
		return judge(bdev, RAMPART_ACCESS_FILE_WRITE, &use) ?: judge(bdev, RAMPART_ACCESS_WRITE, &use);
	default:
		return 0;
	}
}

static bool is_fixed(const struct layer *layer, unsigned int depth)
{
	const struct medium *medium = find(layer);
	const struct stacked *stacked;

	if (!medium || medium->removable || depth == DEPTH_MAX)
		return false;
	list_for_each_entry_rcu(stacked, &stack, list)
		if (stacked->upper == layer->whole && !is_fixed(&stacked->lower, depth + 1))
			return false;
	return true;
}

bool rampart_medium_is_fixed(const struct dentry *dentry)
{
	const struct block_device *bdev = bdev_of(dentry);
	struct layer layer;
	bool fixed;

	if (!bdev)
		return true;
	layer = layer_of(bdev);
	rcu_read_lock();
	fixed = is_fixed(&layer, 0);
	rcu_read_unlock();
	return fixed;
}

/* What is known of plain folders is not what it was. */
void rampart_media_judge(bool judge)
{
	if (judge)
		static_branch_enable(&rampart_media_judged);
	else
		static_branch_disable(&rampart_media_judged);
	rampart_plain_again();
}

void rampart_medium_exit(void)
{
	struct stacked *stacked, *next;
	struct hlist_node *tmp;
	struct medium *medium;
	int bucket;

	spin_lock(&media_lock);
	hash_for_each_safe(media, bucket, tmp, medium, node)
		forget(medium);
	list_for_each_entry_safe(stacked, next, &stack, list)
		kfree(stacked);
	spin_unlock(&media_lock);
	rcu_barrier();
}
