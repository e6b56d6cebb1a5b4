// SPDX-License-Identifier: Apache-2.0
#include "enforce/skeleton.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "enforce/kallsyms.h"
#include "enforce/map_info.h"
#include "util/cleanup.h"

#include "lsmd.skel.h"

struct skeleton {
	struct lsmd_bpf *lsmd;
};

static void skeleton_freep(struct skeleton **skeleton)
{
	skeleton_free(*skeleton);
}

int skeleton_open(struct skeleton **ret_skeleton)
{
	_cleanup_(skeleton_freep) struct skeleton *skeleton =
		calloc(1, sizeof(*skeleton));

	if (!skeleton)
		return -ENOMEM;
	skeleton->lsmd = lsmd_bpf__open();
	if (!skeleton->lsmd)
		return -errno;
	*ret_skeleton = TAKE_PTR(skeleton);
	return 0;
}

struct skeleton *skeleton_free(struct skeleton *skeleton)
{
	if (skeleton)
		lsmd_bpf__destroy(skeleton->lsmd);
	free(skeleton);
	return NULL;
}

/* FNV-1a of 128 bits. Nobody who could make two objects collide needs to. */
static void hash(unsigned __int128 *state, const void *bytes, size_t length)
{
	const unsigned __int128 prime = (unsigned __int128)1 << 88 | 0x13b;

	for (size_t i = 0; i < length; i++)
		*state = (*state ^ ((const uint8_t *)bytes)[i]) * prime;
}

struct build_id skeleton_build_id(const struct enforcer_options *options)
{
	unsigned __int128 state =
		(unsigned __int128)0x6c62272e07bb0142ULL << 64 | 0x62b821756295c58dULL;
	const uint32_t constants[] = {options->cgroup_v1, options->cgroup_hierarchy};
	struct build_id id;
	size_t length;
	const void *bytes = lsmd_bpf__elf_bytes(&length);

	hash(&state, bytes, length);
	hash(&state, constants, sizeof(constants));
	memcpy(id.bytes, &state, sizeof(id.bytes));
	return id;
}

int skeleton_configure(struct skeleton *skeleton, const struct enforcer_options *options,
		       uint32_t generation)
{
	struct lsmd_bpf__rodata *constants = skeleton->lsmd->rodata;
	struct stat first;

	/* The number of PID 1's mount namespace: that of the host, if the agent sees its
	 * PIDs. */
	if (stat("/proc/1/ns/mnt", &first) < 0)
		return -errno;
	constants->init_mount_namespace = (uint32_t)first.st_ino;
	constants->cgroup_v1 = options->cgroup_v1;
	constants->cgroup_hierarchy = options->cgroup_hierarchy;
	constants->rename_lock_address = kallsyms_address("rename_lock");
	constants->generation = generation;
	return 0;
}

/* Of a section's name, which libbpf gives without the "?" of a program that is not loaded
 * unless it is asked for. */
#define SECTION_LSM	"lsm"
#define SECTION_TRACING "fentry/security_"

static bool section_begins(const struct bpf_program *program, const char *with)
{
	return !strncmp(bpf_program__section_name(program), with, strlen(with));
}

int skeleton_trace(struct skeleton *skeleton)
{
	struct bpf_program *program;
	bool found = false;
	int r = 0;

	bpf_object__for_each_program(program, skeleton->lsmd->obj)
	{
		if (section_begins(program, SECTION_LSM))
			r = bpf_program__set_autoload(program, false);
		else if (section_begins(program, SECTION_TRACING))
			r = bpf_program__set_autoload(program, found = true);
		if (r < 0)
			return r;
	}
	return found ? 0 : -ENOTSUP;
}

int skeleton_size_map(struct skeleton *skeleton, const char *name, uint32_t max_entries)
{
	struct bpf_map *map = bpf_object__find_map_by_name(skeleton->lsmd->obj, name);

	return map ? bpf_map__set_max_entries(map, max_entries) : -ENOENT;
}

int skeleton_program_fd(const struct skeleton *skeleton, const char *name)
{
	const struct bpf_program *program =
		bpf_object__find_program_by_name(skeleton->lsmd->obj, name);

	return program ? bpf_program__fd(program) : -ENOENT;
}

static bool is_built_for(const struct bpf_map *map, const struct bpf_map_info *info)
{
	return info->type == bpf_map__type(map) &&
	       info->key_size == bpf_map__key_size(map) &&
	       info->value_size == bpf_map__value_size(map) &&
	       info->max_entries == bpf_map__max_entries(map) &&
	       info->map_flags == bpf_map__map_flags(map);
}

int skeleton_use_map(struct skeleton *skeleton, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(skeleton->lsmd->obj, name);
	struct bpf_map_info info;
	int r;

	if (!map)
		return -ENOENT;
	r = map_info(fd, &info);
	if (r < 0)
		return r;
	return is_built_for(map, &info) ? bpf_map__reuse_fd(map, fd) : -EEXIST;
}

int skeleton_load(struct skeleton *skeleton)
{
	return lsmd_bpf__load(skeleton->lsmd);
}

int skeleton_map_fd(const struct skeleton *skeleton, const char *name)
{
	return bpf_object__find_map_fd_by_name(skeleton->lsmd->obj, name);
}

struct bpf_program *skeleton_next_program(const struct skeleton *skeleton,
					  const struct bpf_program *previous)
{
	struct bpf_program *program = (struct bpf_program *)previous;

	do {
		program = bpf_object__next_program(skeleton->lsmd->obj, program);
	} while (program && !bpf_program__autoload(program));
	return program;
}

bool skeleton_is_callable(const struct bpf_program *program)
{
	return !strchr(bpf_program__section_name(program), '/');
}
