// SPDX-License-Identifier: Apache-2.0
#include "record.h"
#include "util/cleanup.h"

Test(tally, counts_by_rule_and_access_and_keeps_the_first)
{
	_cleanup_(tally_freep) struct tally *tally = NULL;
	const struct tally_entry *const *entries;
	struct record first = opened("/etc/shadow", ACCESS_READ);
	struct record second = first;
	size_t n;

	cr_assert_eq(tally_new(&tally), 0);
	second.event.pid = 99;
	strcpy(second.event.comm, "later");
	count(tally, first, 3, 1);
	count(tally, second, 3, 2);
	count(tally, first, 1, 1);
	count(tally, opened("/etc/passwd", ACCESS_READ), 3, 1);

	entries = tally_entries(tally, &n);
	cr_assert_eq(n, 3);
	cr_expect_eq(entries[0]->rule, 1);
	cr_expect_str_eq(entries[1]->access.path, "/etc/passwd");
	cr_expect_str_eq(entries[2]->access.path, "/etc/shadow");
	cr_expect_eq(entries[2]->count, 3);
	cr_expect_eq(entries[2]->pid, 1234);
	cr_expect_str_eq(entries[2]->command, "cat");
	cr_expect_str_eq(entries[2]->executable, "/usr/bin/cat");
}

Test(tally, knows_the_processes_it_saw)
{
	_cleanup_(tally_freep) struct tally *tally = NULL;
	struct record record = executed("/bin/sh");

	cr_assert_eq(tally_new(&tally), 0);
	record.event.tid = 1235;
	record.event.ppid = 77;
	count(tally, record, 0, 1);
	cr_expect(tally_has_pid(tally, 1234));
	cr_expect(tally_has_pid(tally, 1235));
	cr_expect(tally_has_pid(tally, 77));
	cr_expect(!tally_has_pid(tally, 78));
	cr_expect(!tally_has_pid(tally, UINT32_MAX));
}

Test(tally, that_is_empty_has_no_entries)
{
	_cleanup_(tally_freep) struct tally *tally = NULL;
	size_t n = 1;

	cr_assert_eq(tally_new(&tally), 0);
	tally_entries(tally, &n);
	cr_expect_eq(n, 0);
}
