// SPDX-License-Identifier: Apache-2.0
/*
 * Another system's programs on LSM hooks, as a node has them that runs more than lsmd.
 *
 *   stranger NAME COUNT
 *
 * loads so many on file_open that allow everything, says "loaded", and keeps them until
 * it is killed.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int load(const char *name)
{
	/* return 0 */
	const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_LSM_MAC);
	int hook = libbpf_find_vmlinux_btf_id("file_open", BPF_LSM_MAC);

	if (hook < 0)
		return hook;
	options.attach_btf_id = (__u32)hook;
	return bpf_prog_load(BPF_PROG_TYPE_LSM, name, "GPL", instructions,
			     sizeof(instructions) / sizeof(*instructions), &options);
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[2]) : 0;

	if (n < 1) {
		fprintf(stderr, "usage: stranger NAME COUNT\n");
		return 2;
	}
	while (n--) {
		if (load(argv[1]) < 0) {
			perror("stranger");
			return 1;
		}
	}
	puts("loaded");
	fflush(stdout);
	pause();
	return 0;
}
