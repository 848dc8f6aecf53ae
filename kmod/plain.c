// SPDX-License-Identifier: GPL-2.0-only
#include <linux/magic.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "label.h"
#include "plain.h"
#include "rampart.h"
#include "ransom.h"

unsigned long *rampart_plain_words;
unsigned long rampart_plain_stamps[RAMPART_OP_NUM];
unsigned long rampart_plain_files[BITS_TO_LONGS(RAMPART_FILE_ANCHORS)];

/* A bit that no address of an inode has, and every stamp. */
#define STAMPED 1UL

static DEFINE_RAW_SPINLOCK(lock);	/* for what follows */
static unsigned int changing;
static bool seen;
static u64 possible[2];			/* operations that depend on the place alone; [1]: while something is taken for ransomware */

static void restamp(void)
{
	unsigned long stamp = changing || !seen ? 0 : get_random_long() | STAMPED;
	bool ransom = rampart_ransom_possible();
	unsigned int op;

	lockdep_assert_held(&lock);
	/* Who has a new stamp has all that came with it. */
	smp_wmb();
	for (op = 0; op < RAMPART_OP_NUM; op++)
		WRITE_ONCE(rampart_plain_stamps[op], possible[ransom] & BIT_ULL(op) ? stamp : 0);
}

static void change(int by)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	changing += by;
	restamp();
	raw_spin_unlock_irqrestore(&lock, flags);
}

void rampart_plain_changing(void)
{
	change(1);
}

void rampart_plain_changed(void)
{
	change(-1);
}

void rampart_plain_again(void)
{
	change(0);
}

void rampart_plain_sees(bool sees)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	seen = sees;
	restamp();
	raw_spin_unlock_irqrestore(&lock, flags);
}

void rampart_plain_of(const struct rampart_view *view)
{
	const u32 wide = RAMPART_WIDE | BIT(RAMPART_TRAIT_NO_TERMINAL);
	unsigned long flags;
	unsigned int op;

	raw_spin_lock_irqsave(&lock, flags);
	memset(possible, 0, sizeof(possible));
	for (op = 0; op < RAMPART_OP_NUM; op++) {
		possible[0] |= view->wide[op] & wide ? 0 : BIT_ULL(op);
		possible[1] |= view->wide[op] & (wide | BIT(RAMPART_TRAIT_RANSOM)) ? 0 : BIT_ULL(op);
	}
	bitmap_copy(rampart_plain_files, view->file_anchors, RAMPART_FILE_ANCHORS);
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* In a control group's folder it matters which file it is: the daemon's group could be frozen. What has no folder is its own parent. */
void rampart_plain_put(const struct inode *folder, unsigned long stamp)
{
	unsigned long *slot = rampart_plain_slot(folder);

	if (READ_ONCE(*slot) == ((unsigned long)folder ^ stamp) || !S_ISDIR(folder->i_mode) || folder->i_sb->s_magic == CGROUP2_SUPER_MAGIC)
		return;
	WRITE_ONCE(*slot, (unsigned long)folder ^ stamp);
	/* rampart_plain_forget() comes after that state: either it forgets this word, or it is forgotten here. */
	smp_mb();
	if (READ_ONCE(folder->i_state) & (I_FREEING | I_WILL_FREE | I_CLEAR))
		WRITE_ONCE(*slot, 0);
}

void rampart_plain_forget(const struct inode *inode)
{
	if (!S_ISDIR(inode->i_mode))
		return;
	smp_mb();
	WRITE_ONCE(*rampart_plain_slot(inode), 0);
}

int rampart_plain_init(void)
{
	rampart_plain_words = kvcalloc(1 << RAMPART_PLAIN_BITS, sizeof(*rampart_plain_words), GFP_KERNEL);
	return rampart_plain_words ? 0 : -ENOMEM;
}

void rampart_plain_exit(void)
{
	kvfree(rampart_plain_words);
}
