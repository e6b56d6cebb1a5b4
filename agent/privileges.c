// SPDX-License-Identifier: Apache-2.0
#include "privileges.h"

#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "util/cleanup.h"

/* The DaemonSet and lsmd.service give these; CAP_NET_BIND_SERVICE is for nobody there. */
static const struct {
	cap_value_t capability;
	bool low_port_only;
} kept[] = {
	{CAP_SYS_ADMIN, false},	   /* BPF objects by their id */
	{CAP_BPF, false},	   /* maps and programs */
	{CAP_PERFMON, false},	   /* programs that read kernel memory */
	{CAP_SYS_RESOURCE, false}, /* locked memory, to which kernels before 5.11 charge
				      maps */
	{CAP_SYS_PTRACE, false}, /* /proc/PID/root of processes that are another user's */
	{CAP_DAC_OVERRIDE, false}, /* files in roots of containers, whoever owns them */
	{CAP_NET_BIND_SERVICE, true},
};

static bool is_kept(cap_value_t capability, bool low_port)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (kept[i].capability == capability)
			return low_port || !kept[i].low_port_only;
	return false;
}

static void drop_bounds(bool low_port)
{
	for (cap_value_t i = 0; i < cap_max_bits(); i++)
		if (!is_kept(i, low_port))
			cap_drop_bound(i);
}

/* Of what is permitted now. */
static int fill(cap_t now, cap_t next, bool low_port)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		const cap_value_t one = kept[i].capability;
		cap_flag_value_t has = CAP_CLEAR;

		if (!is_kept(one, low_port) ||
		    cap_get_flag(now, one, CAP_PERMITTED, &has) < 0 || has == CAP_CLEAR)
			continue;
		if (cap_set_flag(next, CAP_PERMITTED, 1, &one, CAP_SET) < 0 ||
		    cap_set_flag(next, CAP_EFFECTIVE, 1, &one, CAP_SET) < 0)
			return -errno;
	}
	return 0;
}

int privileges_drop(bool low_port)
{
	cap_t now = cap_get_proc(), next = cap_init();
	int r = now && next ? fill(now, next, low_port) : -ENOMEM;

	if (r == 0) {
		drop_bounds(low_port);
		if (cap_set_proc(next) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
			r = -errno;
	}
	cap_free(now);
	cap_free(next);
	return r;
}
