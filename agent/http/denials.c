// SPDX-License-Identifier: Apache-2.0
#include "http/denials.h"

#include <errno.h>
#include <string.h>

#include "agent.h"
#include "http/filter.h"
#include "http/response.h"
#include "report/names.h"
#include "util/cleanup.h"

const char *const denials_keys[] = {
	"limit",     "since",  "follow",  "namespace", "pod",
	"container", "policy", "verdict", "hook",      NULL,
};

struct query {
	struct denial_filter filter; /* strings borrowed from the request */
	uint64_t limit;
	bool follow;
};

static int read_number(const struct request *request, const char *key, uint64_t max,
		       uint64_t *ret_number)
{
	const char *text = request_query(request, key);

	return text ? number_parse(text, max, ret_number) : 0;
}

static int read_flag(const struct request *request, const char *key, bool *ret_flag)
{
	const char *text = request_query(request, key);

	if (!text)
		return 0;
	*ret_flag = strcmp(text, "true") == 0;
	return *ret_flag || strcmp(text, "false") == 0 ? 0 : -EINVAL;
}

static bool is_verdict(const char *text)
{
	return strcmp(text, "audit") == 0 || strcmp(text, "deny") == 0 ||
	       strcmp(text, "kill") == 0;
}

static bool is_hook(const char *text)
{
	const struct report_hook *hook;

	for (uint8_t i = 0; (hook = report_hook(i)); i++)
		if (strcmp(hook->name, text) == 0)
			return true;
	return false;
}

/* Return: NULL, or what is wrong with the query. */
static const char *read_query(const struct request *request, struct query *query)
{
	*query = (struct query){.limit = DENIALS_LIMIT_DEFAULT};
	filter_read(request, &query->filter);
	if (read_number(request, "limit", DENIALS_LIMIT_MAX, &query->limit) < 0)
		return "limit is a number from 0 to 1000";
	if (read_number(request, "since", UINT64_MAX, &query->filter.since_sequence) < 0)
		return "since is the sequence number of a denial";
	if (read_flag(request, "follow", &query->follow) < 0)
		return "follow is true or false";
	if (query->filter.verdict && !is_verdict(query->filter.verdict))
		return "verdict is audit, deny or kill";
	if (query->filter.hook && !is_hook(query->filter.hook))
		return "hook is the name of an LSM hook that is judged, as file_open";
	return NULL;
}

/* The sequence after which everything that the query asks for begins. */
static uint64_t find_first(const struct history *history, const struct query *query)
{
	uint64_t last = history_last_sequence(history),
		 since = query->filter.since_sequence;
	struct denial *oldest;

	/* A sequence of the future is from before a restart of the agent, which counts
	 * anew. */
	if (since || !query->limit)
		return query->limit && since < last ? since : last;
	oldest = history_next(history, 0);
	return oldest ? denial_sequence(oldest) - 1 : last;
}

/* The sequence after which the newest @limit of them begin. */
static uint64_t find_start(const struct history *history, const struct query *query)
{
	uint64_t start = find_first(history, query), at = start, n = 0;
	struct denial *denial;

	for (; (denial = filter_next(&query->filter, history, at)); n++)
		at = denial_sequence(denial);
	for (; n > query->limit; n--)
		start = denial_sequence(filter_next(&query->filter, history, start));
	return start;
}

static json_t *list_json(const struct history *history, const struct query *query)
{
	_cleanup_(json_decrefp) json_t *items = json_array();
	uint64_t at = find_start(history, query);
	struct denial *denial;

	while ((denial = filter_next(&query->filter, history, at))) {
		if (json_array_append_new(items, denial_json(denial)) < 0)
			return NULL;
		at = denial_sequence(denial);
	}
	return json_pack("{sO sI sI}", "items", items, "last",
			 (json_int_t)history_last_sequence(history), "dropped",
			 (json_int_t)history_dropped(history));
}

enum MHD_Result denials_answer(struct request *request)
{
	const struct history *history = agent_history(request->agent);
	struct query query;
	const char *wrong = read_query(request, &query);

	if (wrong)
		return respond_error(request, MHD_HTTP_BAD_REQUEST, "%s", wrong);
	if (query.follow) {
		uint64_t start = find_start(history, &query);

		query.filter.since_sequence =
			0; /* the start says it, and it may be of the past */
		return (enum MHD_Result)follower_start(request, &query.filter, start);
	}
	return respond_json(request, MHD_HTTP_OK, list_json(history, &query));
}
