// SPDX-License-Identifier: Apache-2.0
#include "privileges.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "util/cleanup.h"

#define BIT(capability) (UINT64_C(1) << (capability))

static const uint64_t needed = BIT(CAP_SYS_ADMIN) | BIT(CAP_BPF) | BIT(CAP_PERFMON) |
			       BIT(CAP_SYS_RESOURCE) | BIT(CAP_SYS_PTRACE) |
			       BIT(CAP_DAC_OVERRIDE);

static uint64_t status_of(const char *name)
{
	_cleanup_(fclosep) FILE *file = fopen("/proc/self/status", "re");
	size_t length = strlen(name);
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, length) && line[length] == ':')
			return strtoull(line + length + 1, NULL, 16);
	cr_assert_fail("%s is not in /proc/self/status", name);
	return 0;
}

static void keeps(uint64_t wanted, bool low_port)
{
	uint64_t before = status_of("CapPrm"), bounds = status_of("CapBnd");
	bool may_drop_bounds = status_of("CapEff") & BIT(CAP_SETPCAP);

	cr_assert_eq(privileges_drop(low_port), 0);
	cr_expect_eq(status_of("CapPrm"), before & wanted);
	cr_expect_eq(status_of("CapEff"), before & wanted);
	cr_expect_eq(status_of("CapInh"), 0);
	cr_expect_eq(status_of("CapAmb"), 0);
	cr_expect_eq(status_of("CapBnd"), may_drop_bounds ? bounds & wanted : bounds);
	cr_expect_eq(status_of("NoNewPrivs"), 1);
}

Test(privileges, what_is_not_needed_is_given_up_for_good)
{
	keeps(needed, false);
	/* And again, with nothing more to give up. */
	keeps(needed, false);
}

Test(privileges, a_port_below_1024_takes_one_more)
{
	keeps(needed | BIT(CAP_NET_BIND_SERVICE), true);
}
