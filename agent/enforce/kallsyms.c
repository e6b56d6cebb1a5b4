// SPDX-License-Identifier: Apache-2.0
#include "enforce/kallsyms.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <string.h>

#include "util/cleanup.h"

/* Large enough that the kernel is asked a hundred times, not thousands. */
#define CHUNK	  (1U << 16)

#define NAME_SIZE 32

/* The context of the program below: it gets the name, and puts the address in its place.
 */
union question {
	char name[NAME_SIZE];
	uint64_t words[NAME_SIZE / 8];
};

#define INSN(code_, dst, src, off_, imm_)                                                \
	{                                                                                \
		.code = (code_), .dst_reg = (dst), .src_reg = (src), .off = (off_),      \
		.imm = (imm_)                                                            \
	}
#define LOAD(dst, src, offset)	INSN(BPF_LDX | BPF_MEM | BPF_DW, dst, src, offset, 0)
#define STORE(dst, src, offset) INSN(BPF_STX | BPF_MEM | BPF_DW, dst, src, offset, 0)
#define MOVE(dst, src)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define SET(dst, value)		INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define ADD(dst, value)		INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)

/* bpf_kallsyms_lookup_name(name, NAME_SIZE, 0, &address), with both on the stack. */
static const struct bpf_insn look_up[] = {
	MOVE(6, 1),
	LOAD(1, 6, 0),
	STORE(10, 1, -32),
	LOAD(1, 6, 8),
	STORE(10, 1, -24),
	LOAD(1, 6, 16),
	STORE(10, 1, -16),
	LOAD(1, 6, 24),
	STORE(10, 1, -8),
	SET(1, 0),
	STORE(10, 1, -40),
	MOVE(1, 10),
	ADD(1, -32),
	SET(2, NAME_SIZE),
	SET(3, 0),
	MOVE(4, 10),
	ADD(4, -40),
	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_kallsyms_lookup_name),
	LOAD(1, 10, -40),
	STORE(6, 1, 0),
	SET(0, 0),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

static uint64_t ask_kernel(const char *symbol)
{
	LIBBPF_OPTS(bpf_prog_load_opts, load, .prog_flags = BPF_F_SLEEPABLE);
	LIBBPF_OPTS(bpf_test_run_opts, run);
	union question question = {0};
	_cleanup_(closep) int fd = -1;

	if (strlen(symbol) >= NAME_SIZE)
		return 0;
	memcpy(question.name, symbol, strlen(symbol));
	fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "lsmd_kallsyms", "GPL", look_up,
			   ARRAY_SIZE(look_up), &load);
	if (fd < 0)
		return 0;
	run.ctx_in = &question;
	run.ctx_size_in = sizeof(question);
	return bpf_prog_test_run_opts(fd, &run) < 0 ? 0 : question.words[0];
}

/* Lines of modules have "\t[module]" behind the name. */
static int is_symbol(const char *line, const char *symbol, size_t length)
{
	const char *name = strchr(line, ' ');

	name = name ? strchr(name + 1, ' ') : NULL;
	return name && !strncmp(name + 1, symbol, length) &&
	       (name[1 + length] == '\n' || !name[1 + length]);
}

uint64_t kallsyms_find(FILE *file, const char *symbol)
{
	size_t length = strlen(symbol);
	char line[1024];

	while (fgets(line, sizeof(line), file))
		if (is_symbol(line, symbol, length))
			return strtoull(line, NULL, 16);
	return 0;
}

static uint64_t read_file(const char *symbol)
{
	_cleanup_(freep) char *buffer = malloc(CHUNK);
	_cleanup_(fclosep) FILE *file = fopen("/proc/kallsyms", "re");

	if (!file || !buffer)
		return 0;
	setvbuf(file, buffer, _IOFBF, CHUNK);
	return kallsyms_find(file, symbol);
}

uint64_t kallsyms_address(const char *symbol)
{
	uint64_t address = ask_kernel(symbol);

	return address ? address : read_file(symbol);
}
