// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cgroups: who inherits which slot. The only programs that change the maps `cgroups` and
 * `filter`: a cell of the filter is raised before its cgroup can be found, and lowered after it
 * is gone, so that a zero never lies.
 *
 * Decides nothing itself. What finds no room is found by climbing (subject.bpf.h).
 */

#include "subject.bpf.h"

static __always_inline void filter_add(__u64 id, __u32 change)
{
	__u32 cell = FILTER_CELL(id);
	__u32 *count = bpf_map_lookup_elem(&filter, &cell);

	if (count)
		__sync_fetch_and_add(count, change);
}

static __always_inline void slot_add(__u32 slot_number, __u32 change)
{
	struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	if (slot)
		__sync_fetch_and_add(&slot->cgroups, change);
}

static __always_inline void set_overflow(void)
{
	struct state *now_state = state_get();

	if (now_state)
		WRITE_ONCE(now_state->overflow, 1);
}

/* Enter a cgroup. When the map has no room, its cell stays raised: look-ups then climb. */
static __always_inline int cgroup_insert(__u64 id, __u32 slot, __u32 flags)
{
	struct cgroup_value value = {
		.slot = slot,
		.flags = (flags & CGROUP_FLAGS) | CGROUP_TAG(id),
	};
	long error;

	filter_add(id, 1);
	error = bpf_map_update_elem(&cgroups, &id, &value, BPF_NOEXIST);
	if (!error) {
		slot_add(slot, 1);
		return 0;
	}
	if (error == -EEXIST) {
		filter_add(id, -1);
		return -EEXIST;
	}
	set_overflow();
	return -ENOSPC;
}

/* Return: 0, or -ENOENT when it was not in the map; then nothing is lowered. */
static __always_inline int cgroup_delete(__u64 id)
{
	const struct cgroup_value *value = bpf_map_lookup_elem(&cgroups, &id);
	__u32 slot;

	if (!value)
		return -ENOENT;
	slot = READ_ONCE(value->slot);
	if (bpf_map_delete_elem(&cgroups, &id))
		return -ENOENT;
	filter_add(id, -1);
	slot_add(slot, -1);
	return 0;
}

static __always_inline void cgroup_tell(__u32 type, __u64 id, __u64 parent)
{
	struct cgroup_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	struct state *now_state;

	if (!event) {
		now_state = state_get();
		if (now_state)
			__sync_fetch_and_add(&now_state->lost_cgroup_events, 1);
		return;
	}
	event->type = type;
	event->hierarchy = cgroup_hierarchy;
	event->id = id;
	event->parent = parent;
	bpf_ringbuf_submit(event, 0);
}

/* Has a subject's share of the map been used up? Then the cgroup is left to climbing. */
static __always_inline int quota_is_used(__u32 slot_number)
{
	const struct slot *slot = bpf_map_lookup_elem(&slots, &slot_number);

	return slot && (__s32)READ_ONCE(slot->cgroups) >= LIMIT_SUBJECT_CGROUPS;
}

static __always_inline void cgroup_inherit(__u64 id, __u64 value)
{
	if (quota_is_used(VALUE_SLOT(value)))
		filter_add(id, 1);
	else
		cgroup_insert(id, VALUE_SLOT(value), VALUE_FLAGS(value));
}

/*
 * tp_btf/cgroup_mkdir: cgroup_mkdir(), under cgroup_mutex, before the directory becomes visible
 * and anyone can enter it; from 4.19 on.
 */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_mkdir, struct cgroup *cgroup, const char *path)
{
	__u64 value, id = cgroup->kn->id;
	struct cgroup *parent;

	if ((__u32)cgroup->root->hierarchy_id != cgroup_hierarchy || !cgroup->self.parent)
		return 0;
	parent = cgroup->self.parent->cgroup;
	value = value_of_cgroup(parent);
	if (value)
		cgroup_inherit(id, value);
	cgroup_tell(EVENT_CGROUP_MADE, id, parent->kn->id);
	return 0;
}

/* tp_btf/cgroup_rmdir: cgroup_rmdir(), once the cgroup is empty and dead; from 4.19 on. */
SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(cgroup_rmdir, struct cgroup *cgroup, const char *path)
{
	__u64 parent = 0, id = cgroup->kn->id;

	if ((__u32)cgroup->root->hierarchy_id != cgroup_hierarchy)
		return 0;
	if (cgroup->self.parent)
		parent = cgroup->self.parent->cgroup->kn->id;
	cgroup_delete(id);
	cgroup_tell(EVENT_CGROUP_REMOVED, id, parent);
	return 0;
}

/*
 * Point a cgroup at a slot; run by the agent (BPF_PROG_TEST_RUN). Arguments: cgroup id, slot,
 * CGROUP_F_*.
 *
 * One that is there is changed in one store. Should it vanish at that very moment, the store may
 * hit another's element, which then bears a foreign tag: its look-ups climb, and the agent
 * is told to look at the tree again.
 *
 * Return: 0; -ENOSPC when the map is full (it then has what its ancestors have); -ESTALE as said.
 */
SEC("raw_tp")
int cgroup_assign(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 old, slot = ctx->args[1], flags = ctx->args[2] & CGROUP_FLAGS;
	__u64 id = ctx->args[0];
	struct cgroup_value *value = bpf_map_lookup_elem(&cgroups, &id);

	if (!value)
		return cgroup_insert(id, slot, flags);
	old = READ_ONCE(value->slot);
	*(volatile __u64 *)value = WORD(slot, flags | CGROUP_TAG(id));
	if (bpf_map_lookup_elem(&cgroups, &id) != value)
		return -ESTALE;
	slot_add(old, -1);
	slot_add(slot, 1);
	return 0;
}

/*
 * Make a cgroup nobody's; run by the agent. Argument: cgroup id.
 *
 * Return: 0, -ENOENT when it was nobody's.
 */
SEC("raw_tp")
int cgroup_remove(struct bpf_raw_tracepoint_args *ctx)
{
	return cgroup_delete(ctx->args[0]);
}

char LICENSE[] SEC("license") = "GPL";
