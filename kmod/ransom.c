// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include <env.h>

#include "enforce.h"
#include "label.h"
#include "ransom.h"
#include "rampart.h"
#include "subject.h"

DEFINE_STATIC_KEY_FALSE(rampart_ransom_followed);
atomic_t rampart_ransom_found = ATOMIC_INIT(0);	/* images for which it was enough */

/* --- whose signs --- */

static DEFINE_SPINLOCK(signs_lock);

/* What @subject runs, and what led to it, nearest first, up to what launches. */
struct chain {
	struct image *images[1 + RAMPART_LINEAGE_MAX];
	u32 n;
};

static void find_chain(const struct rampart_view *view, const struct subject *subject, struct chain *chain)
{
	u32 i;

	chain->n = 0;
	if (!subject)
		return;
	chain->images[chain->n++] = subject->image;
	for (i = 0; i < subject->n_ancestors; i++) {
		struct image *image = subject->ancestors[i].image;

		if (rampart_image_classes(view, image).all & view->roles[RAMPART_ROLE_LAUNCHES])
			break;
		chain->images[chain->n++] = image;
	}
}

const struct image *rampart_ransom_image(const struct rampart_view *view, const struct subject *subject)
{
	struct chain chain;
	u32 i;

	find_chain(view, subject, &chain);
	for (i = 0; i < chain.n; i++)
		if (READ_ONCE(chain.images[i]->ransoms))
			return chain.images[i];
	return NULL;
}

/* The nearest for which it is enough has done it; those that led to it have not, and begin anew. */
static void count(const struct chain *chain, enum rampart_ransom_sign sign, u32 folder)
{
	u64 now = ktime_get_boottime_seconds();
	bool found = false;
	u32 i;

	spin_lock(&signs_lock);
	for (i = 0; i < chain->n; i++) {
		struct image *image = chain->images[i];

		if (found) {
			image->ransom = (struct rampart_ransom){};
			continue;
		}
		rampart_ransom_add(&image->ransom, sign, folder, now);
		found = image->ransoms || rampart_ransom_reached(&image->ransom);
		if (found && !image->ransoms) {
			WRITE_ONCE(image->ransoms, true);
			atomic_inc(&rampart_ransom_found);
			rampart_plain_again();
		}
	}
	spin_unlock(&signs_lock);
}

/* @dentry: the file that it is about, NULL: none. */
static void add_sign(const struct subject *subject, enum rampart_ransom_sign sign, const struct dentry *dentry)
{
	const struct inode *folder;
	struct exe_id id = {};
	struct chain chain;

	rcu_read_lock();
	folder = dentry ? d_inode_rcu(READ_ONCE(dentry->d_parent)) : NULL;
	if (folder)
		id = exe_id_of(folder);
	find_chain(rampart_view(), subject, &chain);
	count(&chain, sign, rampart_program_hash(&id));
	rcu_read_unlock();
}

static void add_own_sign(enum rampart_ransom_sign sign, const struct dentry *dentry)
{
	rcu_read_lock();
	add_sign(subject_of(current), sign, dentry);
	rcu_read_unlock();
}

void rampart_ransom_forget(const struct image *image)
{
	if (image->ransoms) {
		atomic_dec(&rampart_ransom_found);
		rampart_plain_again();
	}
}

void rampart_ransom_stop(const struct rampart_view *view)
{
	const struct image *image = rampart_ransom_image(view, subject_of(current));
	struct task_struct *task;

	if (!image)
		return;
	for_each_process(task)
		if (!is_global_init(task) && rampart_ransom_image(view, subject_of(task)) == image)
			send_sig(SIGSTOP, task, 1);
}

/* --- where: files in some places say nothing, others everything --- */

void rampart_ransom_change(struct dentry *dentry)
{
	if (d_is_reg(dentry) && i_size_read(d_inode(dentry)) && rampart_label_has_role(dentry, RAMPART_ROLE_CANARIES))
		add_own_sign(RAMPART_RANSOM_CANARY, dentry);
}

/* --- what is in a file --- */

/* Those on disks need no open file to read a page. FUSE does, on a disk too. */
static bool reads_without_file(const struct inode *inode)
{
	return (inode->i_sb->s_type->fs_flags & (FS_REQUIRES_DEV | FS_HAS_SUBTYPE)) == FS_REQUIRES_DEV;
}

/*
 * A page of the file that is up to date, with a reference, or NULL. Whoever has just read what he encrypts has left it in memory; only
 * @read waits for a disk, and may sleep.
 */
static struct page *page_at(const struct inode *inode, pgoff_t index, bool read)
{
	struct address_space *mapping = inode->i_mapping;
	struct page *page = find_get_page(mapping, index);

	if (page && !PageUptodate(page)) {
		put_page(page);
		page = NULL;
	}
	if (!page && read && reads_without_file(inode)) {
		page = read_mapping_page(mapping, index, NULL);
		if (IS_ERR(page))
			page = NULL;
	}
	return page;
}

/* How many bytes of the page count. */
static u32 length_at(const struct inode *inode, pgoff_t index)
{
	return clamp_t(loff_t, i_size_read(inode) - ((loff_t)index << PAGE_SHIFT), 0, RAMPART_CONTENT_MAX);
}

/* What a page of a file begins with. */
struct sample {
	u16 len;	/* 0: not known */
	u8 data[RAMPART_CONTENT_MAX];
};

static void sample_at(const struct inode *inode, pgoff_t index, struct sample *sample)
{
	u32 len = length_at(inode, index);
	struct page *page = len ? page_at(inode, index, true) : NULL;

	sample->len = 0;
	if (!page)
		return;
	memcpy_from_page(sample->data, page, 0, len);
	sample->len = len;
	put_page(page);
}

/* UNKNOWN also for what begins as @before did: to tell what it looks like costs more than all else. */
static enum rampart_content content_at(const struct inode *inode, pgoff_t index, const struct sample *before, bool read)
{
	u32 len = length_at(inode, index);
	struct page *page = len ? page_at(inode, index, read) : NULL;
	enum rampart_content content = RAMPART_CONTENT_UNKNOWN;
	const u8 *data;

	if (!page)
		return content;
	data = kmap_local_page(page);
	if (!before || before->len != len || memcmp(before->data, data, len))
		content = rampart_content(data, len, !index);
	kunmap_local(data);
	put_page(page);
	return content;
}

/* --- files that are open for writing --- */

/* How such a file looked when it was opened. */
struct written {
	struct hlist_node node;
	const struct file *file;	/* only its address, as the next */
	const struct inode *inode;
	struct subject *subject;	/* who opened it, a reference */
	pgoff_t middle;			/* 0: it has none */
	struct sample start, midst;
};

static struct kmem_cache *written_cache;
/* The last that was not needed any more: whoever opens and closes one file after the other need not ask for memory for each. */
static DEFINE_PER_CPU(struct written *, spare);
static DEFINE_SPINLOCK(written_lock);
static DEFINE_HASHTABLE(written_files, 8);	/* written_lock */

static struct written *written_new(void)
{
	struct written *written = this_cpu_xchg(spare, NULL);

	return written ?: kmem_cache_alloc(written_cache, GFP_KERNEL_ACCOUNT);
}

static void written_free(struct written *written)
{
	if (!written)
		return;
	subject_put(written->subject);
	if (this_cpu_cmpxchg(spare, NULL, written))
		kmem_cache_free(written_cache, written);
}

static struct written *take(const struct file *file)
{
	struct written *written;

	spin_lock(&written_lock);
	hash_for_each_possible(written_files, written, node, (unsigned long)file) {
		if (written->file != file)
			continue;
		hash_del(&written->node);
		spin_unlock(&written_lock);
		return written;
	}
	spin_unlock(&written_lock);
	return NULL;
}

static void forget_written(void)
{
	struct written *written;
	struct hlist_node *next;
	HLIST_HEAD(all);
	int i;

	spin_lock(&written_lock);
	hash_for_each_safe(written_files, i, next, written, node) {
		hash_del(&written->node);
		hlist_add_head(&written->node, &all);
	}
	spin_unlock(&written_lock);
	hlist_for_each_entry_safe(written, next, &all, node)
		written_free(written);
}

static void look(struct written *written, const struct inode *inode)
{
	written->inode = inode;
	written->middle = i_size_read(inode) / 2 >> PAGE_SHIFT;
	sample_at(inode, 0, &written->start);
	written->midst.len = 0;
	if (written->middle)
		sample_at(inode, written->middle, &written->midst);
}

/* An overlay opens the file below by a call of its own, and that is the one that is written to. */
static bool is_watched(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return S_ISREG(inode->i_mode) && inode == d_real_inode(file->f_path.dentry) && !(current->flags & PF_KTHREAD);
}

void rampart_ransom_open(struct file *file)
{
	struct written *written;

	if (!is_watched(file) || rampart_label_has_role(file->f_path.dentry, RAMPART_ROLE_CACHES))
		return;
	rampart_sleep_begin();
	/* One that was opened and never closed: its opening failed later. */
	written_free(take(file));
	written = written_new();
	if (!written)
		goto out;
	written->subject = subject_get(current);
	if (!written->subject) {
		written_free(written);
		goto out;
	}
	written->file = file;
	look(written, file_inode(file));
	spin_lock(&written_lock);
	hash_add(written_files, &written->node, (unsigned long)file);
	spin_unlock(&written_lock);
out:
	rampart_sleep_end();
}

static bool was_plain(const struct sample *sample, bool start)
{
	return rampart_content(sample->data, sample->len, start) == RAMPART_CONTENT_PLAIN;
}

/* Whether it looks like noise now at one of the two places, where it did not. */
static bool was_encrypted(const struct written *written, enum rampart_content start)
{
	if (start == RAMPART_CONTENT_CIPHER && was_plain(&written->start, true))
		return true;
	return written->midst.len && content_at(written->inode, written->middle, &written->midst, true) == RAMPART_CONTENT_CIPHER &&
	       was_plain(&written->midst, false);
}

static void judge(const struct written *written, const struct dentry *dentry)
{
	enum rampart_content start = content_at(written->inode, 0, &written->start, true);

	if (was_encrypted(written, start))
		add_sign(written->subject, RAMPART_RANSOM_ENCRYPTED, dentry);
	else if (!i_size_read(written->inode) && was_plain(&written->start, true))
		add_sign(written->subject, RAMPART_RANSOM_DESTROYED, dentry);
	else if (start == RAMPART_CONTENT_CIPHER)
		add_sign(written->subject, RAMPART_RANSOM_MADE, dentry);
}

/* Whoever closes it, who opened it is meant. */
void rampart_ransom_close(struct file *file)
{
	struct written *written;

	if (likely(!(file->f_mode & FMODE_WRITE)) || !S_ISREG(file_inode(file)->i_mode))
		return;
	rampart_sleep_begin();
	written = take(file);
	if (written && written->inode == file_inode(file))
		judge(written, file->f_path.dentry);
	written_free(written);
	rampart_sleep_end();
}

/* --- names --- */

/* As it is in memory. */
static enum rampart_content content_now(const struct dentry *dentry)
{
	return d_is_reg(dentry) ? content_at(d_real_inode(dentry), 0, NULL, false) : RAMPART_CONTENT_UNKNOWN;
}

void rampart_ransom_destroy(struct dentry *dentry)
{
	if (content_now(dentry) == RAMPART_CONTENT_PLAIN && !rampart_label_has_role(dentry, RAMPART_ROLE_CACHES))
		add_own_sign(RAMPART_RANSOM_DESTROYED, dentry);
}

/* What was made where it does not count may come to where it does. */
void rampart_ransom_rename(struct dentry *from, struct dentry *to, unsigned int flags)
{
	bool made;

	if (flags & RENAME_EXCHANGE || rampart_label_has_role(to, RAMPART_ROLE_CACHES))
		return;
	made = rampart_label_has_role(from, RAMPART_ROLE_CACHES);
	if ((!made && !d_is_reg(to)) || content_now(from) != RAMPART_CONTENT_CIPHER)
		return;
	if (content_now(to) == RAMPART_CONTENT_PLAIN)
		add_own_sign(RAMPART_RANSOM_ENCRYPTED, to);
	else if (made)
		add_own_sign(RAMPART_RANSOM_MADE, to);
}

void rampart_ransom_create(const struct dentry *dentry)
{
	const struct qstr *name = &dentry->d_name;

	/* The directory is locked: nobody renames it. */
	if (rampart_is_ransom_note(name->name, name->len))
		add_own_sign(RAMPART_RANSOM_NOTE, dentry);
}

void rampart_ransom_exec(void)
{
	const struct rampart_view *view;
	const struct subject *subject;

	rcu_read_lock();
	view = rampart_view();
	subject = subject_of(current);
	if (subject && rampart_image_classes(view, subject->image).all & view->roles[RAMPART_ROLE_SNAPSHOTS])
		add_own_sign(RAMPART_RANSOM_SNAPSHOTS, NULL);
	rcu_read_unlock();
}

void rampart_ransom_follow(bool follow)
{
	if (follow) {
		static_branch_enable(&rampart_ransom_followed);
		return;
	}
	static_branch_disable(&rampart_ransom_followed);
	forget_written();
}

int rampart_ransom_init(void)
{
	written_cache = KMEM_CACHE(written, 0);
	return written_cache ? 0 : -ENOMEM;
}

void rampart_ransom_exit(void)
{
	int cpu;

	forget_written();
	for_each_possible_cpu(cpu)
		if (per_cpu(spare, cpu))
			kmem_cache_free(written_cache, per_cpu(spare, cpu));
	kmem_cache_destroy(written_cache);
}
