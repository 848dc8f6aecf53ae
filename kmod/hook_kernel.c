// SPDX-License-Identifier: GPL-2.0-only
/* Handlers about what becomes part of the kernel, or takes its place: process context, may sleep. */
#include "enforce.h"
#include "rampart.h"

int hook_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents)
{
	rampart_hook_seen(kernel_read_file);
	switch (id) {
	case READING_MODULE:
		return rampart_enforce_code(HOOK_kernel_read_file, RAMPART_OP_MODULE, file, 0, 0);
	case READING_KEXEC_IMAGE:
	case READING_KEXEC_INITRAMFS:
		return rampart_enforce_code(HOOK_kernel_read_file, RAMPART_OP_KEXEC, file, 0, 0);
	default:
		return 0;
	}
}

/* What comes from the memory of whoever calls: init_module(2), kexec_load(2). */
int hook_kernel_load_data(enum kernel_load_data_id id, bool contents)
{
	const u32 traits = BIT(RAMPART_TRAIT_NO_FILE);

	rampart_hook_seen(kernel_load_data);
	switch (id) {
	case LOADING_MODULE:
		return rampart_enforce_code(HOOK_kernel_load_data, RAMPART_OP_MODULE, NULL, traits, 0);
	case LOADING_KEXEC_IMAGE:
		return rampart_enforce_code(HOOK_kernel_load_data, RAMPART_OP_KEXEC, NULL, traits, 0);
	default:
		return 0;
	}
}
