/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. */
#ifndef RAMPART_TEST_FUZZ_H
#define RAMPART_TEST_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What is left of the input. */
struct input {
	const uint8_t *data;
	size_t len;
};

/* One byte; 0 when nothing is left. */
static inline uint8_t input_byte(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->data++;
}

/* A block, whose length is before it in two bytes; as much of it as is left. */
static inline struct input input_block(struct input *in)
{
	struct input block = { .len = input_byte(in) };

	block.len |= (size_t)input_byte(in) << 8;
	if (block.len > in->len)
		block.len = in->len;
	block.data = in->data;
	in->data += block.len;
	in->len -= block.len;
	return block;
}

/* Nobody reads what the program says; libFuzzer and the sanitizers keep their own way to the terminal. */
static inline void quiet(void)
{
	stdout = fopen("/dev/null", "w");
	stderr = stdout;
	REQUIRE(stdout);
}

#endif
