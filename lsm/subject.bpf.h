/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_SUBJECT_BPF_H
#define LSMD_LSM_SUBJECT_BPF_H

/* Whose rules a cgroup is under: filter, hash, slot, image, in the order of what they spare. */

#include "core.bpf.h"

/* A cgroup's value as one number; 0: no subject. */
#define VALUE(slot, flags) WORD(slot, flags)
#define VALUE_SLOT(value) WORD_LO(value)
#define VALUE_FLAGS(value) (WORD_HI(value) & CGROUP_FLAGS)

/* Levels that a climb tries above the cgroup, and then below the hierarchy's root, where
 * containers are. What lies between is passed over. */
#define CLIMB_NEAR 64
#define CLIMB_TOP 32

static __always_inline int filter_holds(__u64 id)
{
	__u32 cell = FILTER_CELL(id);
	const __u32 *count = bpf_map_lookup_elem(&filter, &cell);

	return count && READ_ONCE(*count);
}

/* The value under a cgroup's own id. An element's memory may be another cgroup's by the time
 * that it is read; its tag then tells. */
static __always_inline __u64 value_of_id(__u64 id)
{
	const struct cgroup_value *found = bpf_map_lookup_elem(&cgroups, &id);
	__u64 value;

	if (!found)
		return 0;
	value = *(const volatile __u64 *)found;
	return (WORD_HI(value) & ~CGROUP_FLAGS) == CGROUP_TAG(id) ? value : 0;
}

/* Where a cgroup keeps its ancestors by level. 6.1 turned their ids into themselves. Clang would
 * take both offsets, one of which does not exist, in advance: hence the barriers. */
struct ancestors {
	__u64 offset;
	int are_ids;
};

static __always_inline struct ancestors ancestors_find(void)
{
	struct ancestors ancestors = {};

	if (bpf_core_field_exists(struct cgroup___ancestors, ancestors)) {
		ancestors.offset = bpf_core_field_offset(struct cgroup___ancestors, ancestors);
		__asm__ volatile("" : "+r"(ancestors.offset));
	} else {
		ancestors.are_ids = 1;
		ancestors.offset = bpf_core_field_offset(struct cgroup___ids, ancestor_ids);
		__asm__ volatile("" : "+r"(ancestors.offset));
	}
	return ancestors;
}

/**
 * ancestor_value() - Find what a cgroup's ancestor has.
 * @cgroup: struct cgroup
 * @level:  of the ancestor, from the hierarchy's root
 * Return: its value, 0 when it has none of its own.
 */
__global __u64 ancestor_value(__u64 cgroup, __u32 level)
{
	struct ancestors ancestors = ancestors_find();
	__u64 id = 0;

	bpf_probe_read_kernel(&id, sizeof(id),
			      (const void *)(cgroup + ancestors.offset + level * sizeof(__u64)));
	if (!ancestors.are_ids)
		id = BPF_CORE_READ((const struct cgroup *)id, kn, id);
	return filter_holds(id) ? value_of_id(id) : 0;
}

/**
 * subject_climb() - Find the nearest ancestor of a cgroup that has a slot.
 * @cgroup: struct cgroup
 *
 * For what the map had no room for. Also runs for a cgroup that only shares a cell of the
 * filter with another, and then finds nothing.
 *
 * Return: its value, or 0.
 */
__global __u64 subject_climb(__u64 cgroup)
{
	__u32 i, own = BPF_CORE_READ((const struct cgroup *)cgroup, level);
	__u64 value;

	for (i = 1; i <= CLIMB_NEAR; i++) {
		if (i > own)
			return 0;
		value = ancestor_value(cgroup, own - i);
		if (value)
			return value;
		VERIFIER_FORGET(own, (__u32)cgroup);
	}
	for (i = 1; i <= CLIMB_TOP; i++) {
		value = CLIMB_TOP - i < own ? ancestor_value(cgroup, CLIMB_TOP - i) : 0;
		if (value)
			return value;
		VERIFIER_FORGET(own, (__u32)cgroup);
	}
	return 0;
}

/* The value that holds for a cgroup, its own or inherited. */
static __always_inline __u64 value_of_cgroup(const struct cgroup *cgroup)
{
	__u64 value, id = BPF_CORE_READ(cgroup, kn, id);

	if (!filter_holds(id))
		return 0;
	value = value_of_id(id);
	return value ? value : subject_climb(address_of(cgroup));
}

/* As value_of_cgroup(), for the acting task, without touching the task where it can. */
static __always_inline __u64 value_of_current(void)
{
	__u64 value, id = current_cgroup_id();

	if (!filter_holds(id))
		return 0;
	value = value_of_id(id);
	return value ? value : subject_climb(address_of(task_cgroup(current_task())));
}

/**
 * struct subject - What the acting task is under, read once for one verdict.
 * @value: of its cgroup
 * @word:  slot.image; 0: no rules
 * @image: the opened image; no map only if the agent broke its promise (abi.h, "images")
 * @sections: IMAGE_HAS_* bits; all, so that the hook goes on and closes, without an image
 */
struct subject {
	__u64 value;
	__u64 word;
	image_t image;
	__u32 sections;
};

/**
 * subject_open() - Read what is in force for a subject.
 * Return: 0 when it has no rules.
 */
static __always_inline int subject_open(struct subject *subject, __u64 value)
{
	__u32 slot_number = VALUE_SLOT(value);
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	if (!slot)
		return 0;
	subject->value = value;
	subject->word = READ_ONCE(slot->image);
	if (!SLOT_IMAGE(subject->word))
		return 0;
	subject->image = image_open(SLOT_IMAGE(subject->word));
	subject->sections = ~0U;
	if (subject->image.map)
		subject->sections = WORD_LO(image_word(subject->image, IMAGE_H_SECTIONS));
	return 1;
}

#endif
