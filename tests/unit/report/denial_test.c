// SPDX-License-Identifier: Apache-2.0
#include "report/denial.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "event.h"

#define RULE 3

/* Stands for the compiler's: these tests are about events. */
int image_rule(const struct image *image, uint32_t rule, struct image_rule_info *ret_info)
{
	(void)image;
	if (rule != RULE)
		return -ENOENT;
	*ret_info = (struct image_rule_info){
		.severity = 7,
		.kind = "LsmPolicy",
		.name_space = "shop",
		.policy = "web",
		.section_name = "file",
		.rule = "secrets",
		.message = "",
		.tags = "",
	};
	return 0;
}

static void is_refused(const struct denial_event *event, size_t size)
{
	struct denial *denial;

	cr_expect(eq(int, denial_new(event, size, NULL, &event_subject, 1, &denial),
		     -EBADMSG));
}

Test(denial, refuses_a_record_that_is_too_short)
{
	struct event_buffer buffer;

	event_init(&buffer, HOOK_FILE_OPEN);
	is_refused(&buffer.event, 0);
	is_refused(&buffer.event, sizeof(buffer.event) - 1);
	EVENT_NAMES(&buffer, "a\0", "b\0");
	is_refused(&buffer.event, sizeof(buffer.event) + 3);
	buffer.event.size = UINT32_MAX;
	is_refused(&buffer.event, sizeof(buffer));
}

Test(denial, refuses_lengths_beyond_the_names)
{
	struct event_buffer buffer;

	event_init(&buffer, HOOK_FILE_OPEN);
	EVENT_NAMES(&buffer, "a\0", "b\0");
	buffer.event.object_length = 3;
	is_refused(&buffer.event, sizeof(buffer));
	buffer.event.object_length = UINT16_MAX;
	buffer.event.exe_length = UINT16_MAX;
	is_refused(&buffer.event, sizeof(buffer));
}

Test(denial, refuses_numbers_that_mean_nothing)
{
	struct event_buffer buffer;

	event_init(&buffer, HOOK_FILE_OPEN);
	buffer.event.type = EVENT_CGROUP_MADE;
	is_refused(&buffer.event, sizeof(buffer));
	event_init(&buffer, HOOK_FILE_OPEN);
	buffer.event.verdict = VERDICT_KILL + 1;
	is_refused(&buffer.event, sizeof(buffer));
	event_init(&buffer, HOOK_FILE_OPEN);
	buffer.event.would = 255;
	is_refused(&buffer.event, sizeof(buffer));
	event_init(&buffer, HOOK_COUNT);
	is_refused(&buffer.event, sizeof(buffer));
}

Test(denial, takes_a_record_that_is_padded_and_badly_aligned)
{
	char bytes[sizeof(struct event_buffer) + 4];
	struct event_buffer buffer;
	struct denial *denial;

	event_init(&buffer, HOOK_FILE_OPEN);
	EVENT_NAMES(&buffer, "a\0", "b\0");
	memcpy(bytes + 4, &buffer, sizeof(buffer));
	cr_assert(eq(int,
		     denial_new((const void *)(bytes + 4), sizeof(buffer), NULL,
				&event_subject, 9, &denial),
		     0));
	cr_expect(eq(u64, denial_sequence(denial), 9));
	denial_unref(denial);
}

Test(denial, lives_until_the_last_reference_goes)
{
	struct event_buffer buffer;
	struct denial *denial;

	event_init(&buffer, HOOK_FILE_OPEN);
	cr_assert(eq(int, event_denial(&buffer, NULL, 1, &denial), 0));
	cr_expect(eq(ptr, denial_ref(denial), denial));
	denial_unref(denial);
	cr_expect(eq(u64, denial_sequence(denial), 1));
	cr_expect(eq(ptr, denial_unref(denial), NULL));
	cr_expect(eq(ptr, denial_unref(NULL), NULL));
}

Test(denial, matches_what_a_filter_asks_for_and_nothing_else)
{
	static const struct {
		struct denial_filter filter;
		bool matches;
	} cases[] = {
		{{}, true},
		{{.name_space = "shop"}, true},
		{{.name_space = "bank"}, false},
		{{.pod = "web-0"}, true},
		{{.pod = "web"}, false},
		{{.container = "web"}, true},
		{{.container = ""}, false},
		{{.policy = "web"}, true},
		{{.policy = "db"}, false},
		{{.verdict = "deny"}, true},
		{{.verdict = "kill"}, false},
		{{.hook = "file_open"}, true},
		{{.hook = "socket_create"}, false},
		{{.since_sequence = 4}, true},
		{{.since_sequence = 5}, false},
		{{.pod = "web-0", .policy = "web", .verdict = "audit"}, false},
	};
	struct event_buffer buffer;
	struct denial *denial;
	struct image image = {.references = 1};

	event_init(&buffer, HOOK_FILE_OPEN);
	buffer.event.rule = RULE;
	cr_assert(eq(int, event_denial(&buffer, &image, 5, &denial), 0));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(denial_matches(denial, &cases[i].filter) == cases[i].matches,
			  "case %zu", i);
	denial_unref(denial);
}

/* Deterministic, so that a failure comes again. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void randomise(struct event_buffer *buffer, uint64_t *state)
{
	uint64_t *words = (uint64_t *)(void *)buffer;

	for (size_t i = 0; i < sizeof(*buffer) / sizeof(*words); i++)
		words[i] = next_random(state);
}

Test(denial, survives_random_records)
{
	uint64_t state = 0x9e3779b97f4a7c15;
	struct event_buffer buffer;
	struct image image = {.references = 1};
	unsigned taken = 0;

	for (int i = 0; i < 20000; i++) {
		struct denial *denial = NULL;
		struct denial_event *exact;
		size_t size;
		json_t *json;

		randomise(&buffer, &state);
		size = next_random(&state) % sizeof(buffer);
		/* Most of them plausible enough to come past the checks. */
		if (i % 4) {
			buffer.event.type = EVENT_DENIAL;
			buffer.event.verdict %= VERDICT_KILL + 1;
			buffer.event.would %= VERDICT_KILL + 1;
			buffer.event.hook %= HOOK_COUNT;
			buffer.event.size %= EVENT_ROOM;
			buffer.event.object_length %= 700;
			buffer.event.exe_length %= 700;
		}
		exact = malloc(size ? size : 1);
		memcpy(exact, &buffer, size);
		if (denial_new(exact, size, i % 2 ? &image : NULL, &event_subject, 1,
			       &denial) == 0) {
			taken++;
			json = denial_json(denial);
			cr_assert(ne(ptr, json, NULL));
			json_decref(json);
			denial_unref(denial);
		}
		free(exact);
	}
	cr_expect(gt(uint, taken, 1000));
}
