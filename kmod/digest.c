// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was hashed is remembered, so that each program and library is read once. A digest holds as long as the file is not written to,
 * which its change time tells, with three exceptions that are not remembered therefore:
 *
 * - A clock that goes by ticks gives two changes within one of them the same time: the last change must be two seconds old. Where the file
 *   system counts changes, their number has to be the same too, whatever somebody does to the clock.
 * - Who has the file open for writing may have mapped it: such writes change no time until the page is written back.
 * - tmpfs sets no time for writes by a mapping, and network file systems know of others' changes late: only those on a disk are asked.
 */
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/iversion.h>
#include <linux/magic.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <crypto/sha2.h>

#include "compat.h"
#include "digest.h"
#include "image.h"
#include "label.h"

#define CHUNK 32768
#define SIZE_LIMIT (256LL << 20)
#define CACHE_BITS 13	/* 8,192 files in 640 KiB */
#define SETTLED_SECONDS 2

/* A file in a state of its content. All zero: none. */
struct version {
	struct exe_id id;
	loff_t size;
	u64 changes;		/* 0 where they are not counted */
	s64 seconds;
	u32 nanoseconds;
};

struct known {
	struct version version;
	u8 digest[SHA256_DIGEST_SIZE];
};

static struct known *cache;		/* cache_lock */
static DEFINE_SPINLOCK(cache_lock);

/* Whether what was read once can be another thing when it is read again, though nobody may write to the file. */
static bool is_fickle(const struct file *file)
{
	return file_inode(file)->i_sb->s_iflags & (SB_I_IMA_UNVERIFIABLE_SIGNATURE | SB_I_UNTRUSTED_MOUNTER);
}

bool rampart_file_hash(struct file *file, u8 digest[32])
{
	struct sha256_state state;
	loff_t pos = 0;
	ssize_t n;
	u8 *chunk;

	if (is_fickle(file))
		return false;
	chunk = kmalloc(CHUNK, GFP_KERNEL);
	if (!chunk)
		return false;
	sha256_init(&state);
	while ((n = kernel_read(file, chunk, CHUNK, &pos)) > 0 && !fatal_signal_pending(current)) {
		sha256_update(&state, chunk, n);
		cond_resched();
	}
	sha256_final(&state, digest);
	kfree(chunk);
	return !n;
}

/* False: what is known of it now may not hold a moment later. Below an overlay it is the file there that is read. */
static bool version_of(const struct file *file, struct version *version)
{
	struct inode *inode = d_real_inode(file->f_path.dentry);
	struct timespec64 changed = compat_inode_ctime(inode);
	bool same = inode == d_backing_inode(file->f_path.dentry);

	memset(version, 0, sizeof(*version));
	/* Below an overlay there is no path to ask which subvolume it is in. */
	if (!same && inode->i_sb->s_magic == BTRFS_SUPER_MAGIC)
		return false;
	version->id = same ? exe_id_at(&file->f_path) : exe_id_of(inode);
	version->size = i_size_read(inode);
	version->changes = IS_I_VERSION(inode) ? inode_query_iversion(inode) : 0;
	version->seconds = changed.tv_sec;
	version->nanoseconds = changed.tv_nsec;
	return version->id.ino && (inode->i_sb->s_type->fs_flags & FS_REQUIRES_DEV) && !inode_is_open_for_write(inode) &&
	       changed.tv_sec + SETTLED_SECONDS < ktime_get_real_seconds();
}

static struct known *cache_slot(const struct exe_id *id)
{
	return &cache[hash_64(id->ino ^ ((u64)id->dev << 40) ^ id->generation, CACHE_BITS)];
}

static bool cache_get(const struct version *version, u8 digest[SHA256_DIGEST_SIZE])
{
	const struct known *known = cache_slot(&version->id);
	bool found;

	spin_lock(&cache_lock);
	found = !memcmp(&known->version, version, sizeof(*version));
	if (found)
		memcpy(digest, known->digest, SHA256_DIGEST_SIZE);
	spin_unlock(&cache_lock);
	return found;
}

static void cache_put(const struct version *version, const u8 digest[SHA256_DIGEST_SIZE])
{
	struct known *known = cache_slot(&version->id);

	spin_lock(&cache_lock);
	memcpy(&known->version, version, sizeof(*version));
	memcpy(known->digest, digest, SHA256_DIGEST_SIZE);
	spin_unlock(&cache_lock);
}

static bool digest_of(struct file *file, bool may_read, u8 digest[SHA256_DIGEST_SIZE])
{
	struct version before, after;
	bool settled;

	if (is_fickle(file) || !S_ISREG(file_inode(file)->i_mode) || i_size_read(file_inode(file)) > SIZE_LIMIT)
		return false;
	settled = version_of(file, &before);
	if (settled && cache_get(&before, digest))
		return true;
	if (!may_read || !rampart_file_hash(file, digest))
		return false;
	if (settled && version_of(file, &after) && !memcmp(&before, &after, sizeof(before)))
		cache_put(&before, digest);
	return true;
}

/* While it is executed, a program is mapped as code too. */
static bool is_own_program(const struct file *file)
{
	const struct file *exe;
	bool own;

	rcu_read_lock();
	exe = current->mm ? rcu_dereference(current->mm->exe_file) : NULL;
	own = exe && file_inode(exe) == file_inode(file);
	rcu_read_unlock();
	return own;
}

/* What is memory only can be written to by whoever made it, while it is executed. On all else no one can, while the kernel forbids it. */
static bool stays_so(const struct file *file, bool reread)
{
	const struct inode *inode = file_inode(file);

	if (inode->i_sb->s_flags & SB_NOUSER)
		return false;
	if (reread && !is_own_program(file))
		return !inode_is_open_for_write(inode) && rampart_only_root_changes(&file->f_path);
	return atomic_read(&inode->i_writecount) < 0;
}

u32 rampart_digest_traits(struct file *file, bool reread, bool may_read)
{
	u8 digest[SHA256_DIGEST_SIZE];
	u32 traits;

	might_sleep();
	if (!digest_of(file, may_read, digest))
		return 0;
	rcu_read_lock();
	traits = rampart_ruleset_digest(rampart_view()->rules, digest);
	rcu_read_unlock();
	if (traits & BIT(RAMPART_TRAIT_TRUSTED_DIGEST) && !stays_so(file, reread))
		traits &= ~BIT(RAMPART_TRAIT_TRUSTED_DIGEST);
	return traits;
}

int rampart_digest_init(void)
{
	cache = kvcalloc(1 << CACHE_BITS, sizeof(*cache), GFP_KERNEL);
	return cache ? 0 : -ENOMEM;
}

void rampart_digest_exit(void)
{
	kvfree(cache);
}
