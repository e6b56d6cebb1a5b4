/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LSMD_LSM_ENTERING_BPF_H
#define LSMD_LSM_ENTERING_BPF_H

/* Is the acting process on its way into a container? (DESIGN.md 12) */

#include "core.bpf.h"

/* What tells a process from a later one of the same number. */
static __always_inline __u64 current_born(void)
{
	return BPF_CORE_READ(current_task(), group_leader, start_boottime);
}

static __always_inline int task_is_entering(void)
{
	__u32 tgid = current_tgid();
	const __u64 *born = bpf_map_lookup_elem(&entering, &tgid);

	return born && *born == current_born();
}

#endif
