// SPDX-License-Identifier: Apache-2.0
#include "kube/lease_record.h"

#include <criterion/criterion.h>
#include <errno.h>

#include "util/cleanup.h"

static struct lease_record record_of(json_t *object)
{
	struct lease_record record;

	cr_assert_eq(lease_record_read(object, &record), 0);
	return record;
}

Test(lease_record, reads_what_it_writes)
{
	_cleanup_(json_decrefp) json_t *object = lease_record_new("l", "node-a", 30);
	struct lease_record record;

	json_object_set_new(json_object_get(object, "metadata"), "resourceVersion",
			    json_string("7"));
	record = record_of(object);
	cr_assert_str_eq(record.holder, "node-a");
	cr_assert_str_eq(record.version, "7");
	cr_assert_eq(record.duration_ms, 30000);
	cr_assert_gt(record.renewed, 0);
	cr_assert_eq(record.members, 0);
}

Test(lease_record, takes_nonsense_for_what_makes_sense)
{
	_cleanup_(json_decrefp) json_t *object =
		json_loads("{\"metadata\": {\"resourceVersion\": \"1\", \"annotations\": "
			   "{\"lsmd.io/nodes\": \"999999999999\"}}, \"spec\": "
			   "{\"leaseDurationSeconds\": -5, \"renewTime\": \"soon\"}}",
			   0, NULL);
	struct lease_record record = record_of(object);

	cr_assert_str_eq(record.holder, "");
	cr_assert_eq(record.duration_ms, 30000);
	cr_assert_eq(record.renewed, 0);
	cr_assert_leq(record.members, 100000);
}

Test(lease_record, is_none_without_a_version)
{
	_cleanup_(json_decrefp) json_t *object = json_loads("{\"spec\": {}}", 0, NULL);
	struct lease_record record;

	cr_assert_eq(lease_record_read(object, &record), -EPROTO);
	cr_assert_eq(lease_record_read(NULL, &record), -EPROTO);
}

Test(lease_record, is_taken_with_the_version_that_was_read)
{
	const struct lease_record record = {.version = "41", .transitions = 2};
	_cleanup_(json_decrefp) json_t *patch = lease_record_take(&record, "node-b", 30);
	const char *version, *holder;
	json_int_t transitions;

	cr_assert_eq(json_unpack(patch, "{s{ss} s{ss sI}}", "metadata", "resourceVersion",
				 &version, "spec", "holderIdentity", &holder,
				 "leaseTransitions", &transitions),
		     0);
	cr_assert_str_eq(version, "41");
	cr_assert_str_eq(holder, "node-b");
	cr_assert_eq(transitions, 3);
}

Test(lease_record, is_given_back_to_nobody_with_the_version_that_was_read)
{
	_cleanup_(json_decrefp) json_t *patch = lease_record_give_back("41");
	const char *version, *holder, *renewed;
	int duration;

	cr_assert_eq(json_unpack(patch, "{s{ss} s{ss si ss}}", "metadata",
				 "resourceVersion", &version, "spec", "holderIdentity",
				 &holder, "leaseDurationSeconds", &duration, "renewTime",
				 &renewed),
		     0);
	cr_assert_str_eq(version, "41");
	cr_assert_str_eq(holder, "");
	cr_assert_eq(duration, 1);
}
