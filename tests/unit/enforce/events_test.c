// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "enforce/events.h"

union record {
	struct denial_event event;
	char bytes[256];
};

static union record record;
static size_t size;

static void setup(void)
{
	static const char names[] = "passwd\0etc\0sh\0bin";

	memset(&record, 0, sizeof(record));
	record.event.type = EVENT_DENIAL;
	record.event.verdict = VERDICT_DENY;
	record.event.would = VERDICT_DENY;
	record.event.hook = HOOK_FILE_OPEN;
	record.event.object_length = 11;
	record.event.exe_length = 7;
	record.event.size = 18;
	memcpy(record.event.names, names, sizeof(names));
	size = sizeof(record.event) + 18;
}

static bool is_valid(void)
{
	return denial_event_is_valid(&record.event, size);
}

TestSuite(events, .init = setup);

Test(events, a_whole_record_is_believed)
{
	cr_assert(is_valid());
	size += 6; /* the ring rounds up */
	cr_assert(is_valid());
}

Test(events, a_record_without_names_is_believed)
{
	record.event.object_length = record.event.exe_length = 0;
	record.event.size = 0;
	size = sizeof(record.event);
	cr_assert(is_valid());
}

Test(events, names_beyond_the_record_are_not)
{
	record.event.size = 19;
	cr_assert_not(is_valid());
}

Test(events, lengths_beyond_the_names_are_not)
{
	record.event.exe_length = 8;
	cr_assert_not(is_valid());
	record.event.object_length = UINT16_MAX;
	record.event.exe_length = UINT16_MAX;
	cr_assert_not(is_valid());
}

Test(events, a_path_without_end_is_not)
{
	record.event.names[10] = 'x';
	cr_assert_not(is_valid());
	setup();
	record.event.names[17] = 'x';
	cr_assert_not(is_valid());
}

Test(events, an_unknown_number_is_not)
{
	record.event.verdict = VERDICT_KILL + 1;
	cr_assert_not(is_valid());
	setup();
	record.event.would = VERDICT_KILL + 1;
	cr_assert_not(is_valid());
	setup();
	record.event.hook = HOOK_COUNT;
	cr_assert_not(is_valid());
}

Test(events, a_comm_without_end_is_not)
{
	memset(record.event.comm, 'x', sizeof(record.event.comm));
	cr_assert_not(is_valid());
}
