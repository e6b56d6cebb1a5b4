// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>

#include "enforce/kallsyms.h"
#include "enforce/libbpf_log.h"
#include "enforce/requirements.h"

Test(requirements, find_bpf_among_the_lsms)
{
	cr_assert_eq(requirements_lsm_lacks_bpf("lockdown,yama,bpf"), 0);
	cr_assert_eq(requirements_lsm_lacks_bpf("bpf"), 0);
	cr_assert_eq(requirements_lsm_lacks_bpf("bpf,yama"), 0);
}

Test(requirements, take_no_other_name_for_bpf)
{
	cr_assert_eq(requirements_lsm_lacks_bpf(""), 1);
	cr_assert_eq(requirements_lsm_lacks_bpf("lockdown,yama"), 1);
	cr_assert_eq(requirements_lsm_lacks_bpf("bpfilter,xbpf,bp"), 1);
}

static void check_reason(const char *log, const char *expected)
{
	unsigned long length = 0;
	const char *reason = libbpf_log_reason(log, &length);

	if (!expected) {
		cr_assert_null(reason);
		return;
	}
	cr_assert_not_null(reason);
	cr_assert_eq(length, strlen(expected));
	cr_assert_eq(strncmp(reason, expected, length), 0);
}

Test(libbpf_log, the_reason_is_the_last_line_before_the_statistics)
{
	check_reason(
		"0: R1=ctx\nR1 invalid mem access 'scalar'\nprocessed 12 insns (limit "
		"1000000)\n-- END PROG LOAD LOG --\n",
		"R1 invalid mem access 'scalar'");
	check_reason("one\n\ntwo", "two");
}

Test(libbpf_log, statistics_are_no_reason)
{
	check_reason("processed 12 insns\n-- END PROG LOAD LOG --\n", NULL);
	check_reason("", NULL);
}

static uint64_t find(const char *text, const char *symbol)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	uint64_t address;

	cr_assert_not_null(file);
	address = kallsyms_find(file, symbol);
	fclose(file);
	return address;
}

static const char symbols[] = "ffffffff81000000 T _text\n"
			      "ffffffff81000010 d rename_lock_other\n"
			      "ffffffff81000020 d rename\n"
			      "ffffffff81000030 D rename_lock\n"
			      "ffffffffc0000000 t helper\t[module]\n";

Test(kallsyms, finds_the_whole_name)
{
	cr_assert_eq(find(symbols, "rename_lock"), 0xffffffff81000030);
	cr_assert_eq(find(symbols, "rename"), 0xffffffff81000020);
}

Test(kallsyms, what_is_missing_or_hidden_is_zero)
{
	cr_assert_eq(find(symbols, "ename_lock"), 0);
	cr_assert_eq(find(symbols, "helper"), 0);
	cr_assert_eq(find("0000000000000000 D rename_lock\n", "rename_lock"), 0);
	cr_assert_eq(find("garbage\n\n \n", "rename_lock"), 0);
}
