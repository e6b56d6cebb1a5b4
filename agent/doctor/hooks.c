// SPDX-License-Identifier: Apache-2.0
/* What programs attach to: the kernel's hooks, and who else is there. */
#include "doctor/hooks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "enforce/skeleton.h"
#include "util/cleanup.h"

#define SECTION "lsm/"

/* BPF_MAX_TRAMP_LINKS of <linux/bpf.h>: programs on one function. */
#define HOOK_ROOM 38

static inline void skeleton_freep(struct skeleton **skeleton)
{
	skeleton_free(*skeleton);
}

static inline void btf_freep(struct btf **btf)
{
	btf__free(*btf);
}

/* The hook of a program, "file_open"; NULL: it is on something else. */
static const char *hook_of(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);

	return strncmp(section, SECTION, strlen(SECTION)) ? NULL
							  : section + strlen(SECTION);
}

/* The kernel has an empty function for each hook, for programs to attach to. */
static bool has_hook(const struct btf *types, const char *hook)
{
	char name[128];

	snprintf(name, sizeof(name), "bpf_lsm_%s", hook);
	return btf__find_by_name_kind(types, name, BTF_KIND_FUNC) > 0;
}

static int say_hooks(struct finding *finding, size_t n, const char *lacks)
{
	if (!*lacks)
		return finding_say(finding, FINDING_OK, NULL, "all %zu are there", n);
	return finding_say(finding, FINDING_WARNING,
			   "lsmctl check and lsmctl policies say which rules are refused "
			   "or in part for it; a newer kernel has more",
			   "not in this kernel:%s", lacks);
}

int hooks_judge(const struct btf *types, struct finding *finding)
{
	_cleanup_(skeleton_freep) struct skeleton *skeleton = NULL;
	const struct bpf_program *program = NULL;
	char lacks[512] = "";
	size_t n = 0, length = 0;
	int r = skeleton_open(&skeleton);

	if (r < 0)
		return finding_say(finding, FINDING_WARNING, NULL,
				   "the programs cannot be read: %s",
				   strerrordesc_np(-r));
	while ((program = skeleton_next_program(skeleton, program))) {
		const char *hook = hook_of(program);

		n += !!hook;
		if (hook && !has_hook(types, hook) && length < sizeof(lacks))
			length += (size_t)snprintf(lacks + length, sizeof(lacks) - length,
						   " %s", hook);
	}
	return say_hooks(finding, n, lacks);
}

int check_hooks(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(btf_freep) struct btf *types = btf__load_vmlinux_btf();

	(void)doctor;
	if (!types)
		return finding_say(finding, FINDING_WARNING, NULL,
				   "the kernel's types cannot be read: %s",
				   strerrordesc_np(errno));
	return hooks_judge(types, finding);
}

/* --- other programs -------------------------------------------------------------------
 */

static bool is_own(const struct skeleton *skeleton, const char *name)
{
	const struct bpf_program *program = NULL;

	while ((program = skeleton_next_program(skeleton, program)))
		if (!strncmp(bpf_program__name(program), name, BPF_OBJ_NAME_LEN - 1))
			return true;
	return false;
}

/* Return: is the program on an LSM hook and another's? */
static bool is_neighbour(uint32_t id, const struct skeleton *skeleton,
			 struct bpf_prog_info *ret_info)
{
	_cleanup_(closep) int fd = bpf_prog_get_fd_by_id(id);
	uint32_t size = sizeof(*ret_info);

	memset(ret_info, 0, sizeof(*ret_info));
	return fd >= 0 && bpf_obj_get_info_by_fd(fd, ret_info, &size) == 0 &&
	       ret_info->type == BPF_PROG_TYPE_LSM && !is_own(skeleton, ret_info->name);
}

static int say_neighbours(struct finding *finding, size_t n, const char *names)
{
	if (n == 0)
		return finding_say(finding, FINDING_OK, NULL, "none but lsmd's");
	if (n < HOOK_ROOM / 2)
		return finding_say(finding, FINDING_OK, NULL,
				   "%zu of others, which can only deny more:%s", n,
				   names);
	return finding_say(
		finding, FINDING_WARNING,
		"a hook has room for 38 programs: when other systems fill one, "
		"lsmctl status says so, and rules that need it are not in force",
		"%zu of others:%s", n, names);
}

int check_neighbours(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(skeleton_freep) struct skeleton *skeleton = NULL;
	struct bpf_prog_info info;
	char names[256] = "";
	size_t n = 0, length = 0;
	uint32_t id = 0;

	(void)doctor;
	if (skeleton_open(&skeleton) < 0)
		return finding_say(finding, FINDING_WARNING, NULL,
				   "the programs cannot be read");
	while (bpf_prog_get_next_id(id, &id) == 0) {
		if (!is_neighbour(id, skeleton, &info))
			continue;
		n++;
		if (length < sizeof(names))
			length += (size_t)snprintf(names + length, sizeof(names) - length,
						   " %.15s", info.name);
	}
	if (errno != ENOENT)
		return finding_say(finding, FINDING_WARNING, "run it with CAP_SYS_ADMIN",
				   "programs cannot be listed: %s",
				   strerrordesc_np(errno));
	return say_neighbours(finding, n, names);
}
