/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RAMPART_HOOK_FILE_H
#define RAMPART_HOOK_FILE_H

#include <linux/types.h>

/* rampart_file_judge_reads() - whether file_open judges who reads. Context: may sleep. */
void rampart_file_judge_reads(bool judge);

#endif
