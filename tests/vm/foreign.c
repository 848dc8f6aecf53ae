// SPDX-License-Identifier: MIT
/*
 * usage: foreign fentry|lsm FUNCTION
 * Attaches a BPF program that does nothing to FUNCTION of the kernel, says "attached" and stays until it is ended.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int load(const char *kind, const char *function)
{
	static const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	bool lsm = !strcmp(kind, "lsm");
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = lsm ? BPF_LSM_MAC : BPF_TRACE_FENTRY);
	int id = libbpf_find_vmlinux_btf_id(function, options.expected_attach_type);

	if (id < 0)
		return id;
	options.attach_btf_id = id;
	return bpf_prog_load(lsm ? BPF_PROG_TYPE_LSM : BPF_PROG_TYPE_TRACING, "foreign", "GPL", program, 2, &options);
}

int main(int argc, char **argv)
{
	int program, link;

	if (argc != 3) {
		fprintf(stderr, "usage: foreign fentry|lsm FUNCTION\n");
		return 2;
	}
	program = load(argv[1], argv[2]);
	if (program < 0) {
		fprintf(stderr, "%s cannot be loaded: %s\n", argv[2], strerror(-program));
		return 1;
	}
	link = bpf_raw_tracepoint_open(NULL, program);
	if (link < 0) {
		fprintf(stderr, "%s cannot be attached: %s\n", argv[2], strerror(-link));
		return 1;
	}
	puts("attached");
	fflush(stdout);
	close(program);
	for (;;)
		pause();
}
