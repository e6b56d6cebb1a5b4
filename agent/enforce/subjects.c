// SPDX-License-Identifier: Apache-2.0

/* The part of enforcer.h that says which cgroup is under which slot. */

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "enforce/enforcer_private.h"
#include "util/cleanup.h"

int enforcer_slot_new(struct enforcer *enforcer, uint32_t *ret_slot)
{
	return slots_take(enforcer->slots, ret_slot);
}

void enforcer_slot_free(struct enforcer *enforcer, uint32_t slot)
{
	identity_map_keep(enforcer->identities, slot, 0);
	slots_give(enforcer->slots, slot);
}

uint32_t enforcer_slot_mount_namespace(const struct enforcer *enforcer, uint32_t slot)
{
	const struct slot *cell = slots_cell(enforcer->slots, slot);

	return cell ? __atomic_load_n(&cell->mount_namespace, __ATOMIC_RELAXED) : 0;
}

uint64_t enforcer_slot_arrived(const struct enforcer *enforcer, uint32_t slot)
{
	const struct slot *cell = slots_cell(enforcer->slots, slot);

	return cell ? __atomic_load_n(&cell->arrived, __ATOMIC_RELAXED) : 0;
}

/* Only programs write the map, for they alone can keep its filter in step with it. */
int enforcer_assign(struct enforcer *enforcer, uint64_t cgroup_id, uint32_t slot,
		    uint32_t flags)
{
	const uint64_t arguments[] = {cgroup_id, slot, flags};
	int r = kernel_call(&enforcer->kernel, KERNEL_ASSIGN, arguments,
			    ARRAY_SIZE(arguments));

	return r == -ENOSPC || r == -E2BIG ? ENFORCER_E_CGROUPS : r;
}

int enforcer_remove(struct enforcer *enforcer, uint64_t cgroup_id)
{
	const uint64_t arguments[] = {cgroup_id};
	int r = kernel_call(&enforcer->kernel, KERNEL_REMOVE, arguments,
			    ARRAY_SIZE(arguments));

	return r == -ENOENT ? 0 : r;
}

static bool is_of_key(uint64_t cgroup_id, const struct cgroup_value *value)
{
	return (value->flags & ~CGROUP_FLAGS) == CGROUP_TAG(cgroup_id);
}

/* One call reads the whole map, so that what @visit changes does not upset the walk. */
static int read_cgroups(const struct enforcer *enforcer, uint64_t *ids,
			struct cgroup_value *values, uint32_t *ret_n)
{
	uint32_t next, n = LIMIT_CGROUPS;
	int r = bpf_map_lookup_batch(enforcer->kernel.maps[KERNEL_CGROUPS], NULL, &next,
				     ids, values, &n, NULL);

	if (r < 0 && r != -ENOENT)
		return r;
	*ret_n = n;
	return 0;
}

int enforcer_cgroups(struct enforcer *enforcer,
		     int (*visit)(uint64_t cgroup_id, const struct cgroup_value *value,
				  void *data),
		     void *data)
{
	_cleanup_(freep) uint64_t *ids = malloc(LIMIT_CGROUPS * sizeof(*ids));
	_cleanup_(freep) struct cgroup_value *values =
		malloc(LIMIT_CGROUPS * sizeof(*values));
	uint32_t n;
	int r;

	if (!ids || !values)
		return -ENOMEM;
	r = read_cgroups(enforcer, ids, values, &n);
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		if (!is_of_key(ids[i], &values[i]))
			continue;
		values[i].flags &= CGROUP_FLAGS;
		r = visit(ids[i], &values[i], data);
	}
	return r;
}

/* --- adoption
 * ----------------------------------------------------------------------------- */

static int refer(uint64_t cgroup_id, const struct cgroup_value *value, void *data)
{
	(void)cgroup_id;
	if (value->slot && value->slot < LIMIT_SLOTS)
		bitmap_set(data, value->slot, 1, true);
	return 0;
}

static int adopt_images(struct enforcer *enforcer, const struct slot *cells)
{
	int r = image_map_adopt(&enforcer->image_map, enforcer->images);

	for (uint32_t slot = 1; r == 0 && slot < LIMIT_SLOTS; slot++) {
		uint32_t index = SLOT_IMAGE(cells[slot].image);

		if (index && index < LIMIT_IMAGES)
			r = image_map_adopt_index(&enforcer->image_map, enforcer->images,
						  index);
	}
	return r;
}

static int adopt(struct enforcer *enforcer, const struct slot *cells)
{
	_cleanup_(bitmap_clear) struct bitmap referenced = {0};
	int r = bitmap_init(&referenced, LIMIT_SLOTS);

	if (r == 0)
		r = adopt_images(enforcer, cells);
	if (r == 0)
		r = enforcer_cgroups(enforcer, refer, &referenced);
	if (r == 0)
		r = slots_adopt(enforcer->slots, cells, &referenced);
	if (r == 0)
		r = identity_map_adopt(enforcer->identities);
	if (r < 0)
		return r;
	enforcer_trim_identities(enforcer);
	images_drop_claims(enforcer->images);
	image_map_refill(&enforcer->image_map);
	return 0;
}

int enforcer_adopt(struct enforcer *enforcer)
{
	size_t size = LIMIT_SLOTS * sizeof(struct slot);
	void *cells = mmap(NULL, size, PROT_READ, MAP_SHARED,
			   enforcer->kernel.maps[KERNEL_SLOTS], 0);
	int r;

	if (cells == MAP_FAILED)
		return -errno;
	r = adopt(enforcer, cells);
	munmap(cells, size);
	return r;
}
