// SPDX-License-Identifier: Apache-2.0
#include "http/filter.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/cleanup.h"

static const struct {
	const char *key;
	size_t offset; /* of a string in struct denial_filter */
} strings[] = {
	{"namespace", offsetof(struct denial_filter, name_space)},
	{"pod", offsetof(struct denial_filter, pod)},
	{"container", offsetof(struct denial_filter, container)},
	{"policy", offsetof(struct denial_filter, policy)},
	{"verdict", offsetof(struct denial_filter, verdict)},
	{"hook", offsetof(struct denial_filter, hook)},
};

static const char **string_of(struct denial_filter *filter, size_t i)
{
	return (const char **)(void *)((char *)filter + strings[i].offset);
}

void filter_read(const struct request *request, struct denial_filter *ret_filter)
{
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		*string_of(ret_filter, i) = request_query(request, strings[i].key);
}

int filter_copy(const struct denial_filter *filter, struct denial_filter *ret_filter)
{
	struct denial_filter copy = *filter;
	bool complete = true;

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		const char **string = string_of(&copy, i);

		if (!*string)
			continue;
		*string = strdup(*string);
		complete = complete && *string;
	}
	if (!complete) {
		filter_clear(&copy);
		return -ENOMEM;
	}
	*ret_filter = copy;
	return 0;
}

void filter_clear(struct denial_filter *copy)
{
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		free((char *)*string_of(copy, i));
	*copy = (struct denial_filter){0};
}

struct denial *filter_next(const struct denial_filter *filter,
			   const struct history *history, uint64_t sequence)
{
	struct denial *denial = history_next(history, sequence);

	while (denial && !denial_matches(denial, filter))
		denial = history_next(history, denial_sequence(denial));
	return denial;
}
