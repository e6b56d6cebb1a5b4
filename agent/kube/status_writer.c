// SPDX-License-Identifier: Apache-2.0
/*
 * In rounds, one request at a time: count; then for each policy whose status is to be
 * another than what was written last, read the object and, where it differs, write.
 *
 *     wait -- something changed --> count --> read --> write --> next policy --> wait
 */
#include "kube/status_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/alarm.h"
#include "kube/backoff.h"
#include "kube/exchange.h"
#include "kube/policy_merge.h"
#include "kube/policy_status.h"
#include "kube/reflector.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define NODES_PATH "/apis/lsmd.io/v1alpha1/lsmnodes"

/* Between the begins of two rounds, so often may the status of one policy be written. */
#define ROUND_MS 15000U

/* What comes together shall be counted together. */
#define GATHER_MS 2000U

/* Every agent watches the policies, and so each status that is written is told to all of
 * them: that shall be no more than two thousand times a second. */
#define TOLD_PER_MS 2U

/* Of one policy in a round: somebody else may change it between reading and writing. */
#define CONFLICTS_MAX 3U

struct status_writer {
	struct status_writer_options options;
	struct reflector *nodes;
	struct policy_merge *merge;
	struct exchange exchange;
	struct alarm *alarm;
	struct backoff backoff;
	struct status_writer_counts counts;
	size_t at;	/* policy, of the round */
	uint64_t began; /* the round; CLOCK_BOOTTIME, ns; 0: none was */
	unsigned conflicts;
	bool in_round;
	bool changed; /* since the round began */
};

static void go_on(struct status_writer *writer);

/* The policy that it is the turn of, as all reports have it at this moment: they may
 * change between two requests. Return: NULL: all had theirs, or there is no memory. */
static struct policy_tally *tally_at(struct status_writer *writer)
{
	struct policy_tally *tallies;
	size_t n;

	if (policy_merge_count(writer->merge, &tallies, &n) < 0) {
		writer->changed = true;
		return NULL;
	}
	return writer->at < n ? &tallies[writer->at] : NULL;
}

/* --- rounds
 * ----------------------------------------------------------------------------- */

static uint64_t pace_of(const struct status_writer *writer)
{
	return writer->options.pace ? writer->options.pace : 1;
}

static void wait_for_round(struct status_writer *writer)
{
	uint64_t passed = (clock_boot() - writer->began) / 1000000 * pace_of(writer);
	uint64_t wait = GATHER_MS;

	if (writer->began && passed + GATHER_MS < ROUND_MS)
		wait = ROUND_MS - passed;
	alarm_set_by(writer->alarm, wait);
}

static void note_change(struct status_writer *writer)
{
	writer->changed = true;
	if (!writer->in_round && reflector_is_synced(writer->nodes))
		wait_for_round(writer);
}

static void end_round(struct status_writer *writer)
{
	writer->in_round = false;
	alarm_stop(writer->alarm);
	if (writer->changed)
		wait_for_round(writer);
}

static void begin_round(struct status_writer *writer)
{
	writer->began = clock_boot();
	writer->in_round = true;
	writer->changed = false;
	writer->at = 0;
	writer->conflicts = 0;
	go_on(writer);
}

static void next_policy(struct status_writer *writer, uint64_t wait)
{
	writer->at++;
	writer->conflicts = 0;
	writer->counts.problem[0] = '\0';
	backoff_reset(&writer->backoff);
	alarm_set(writer->alarm, wait);
}

/* What waiting does not mend must not hold up the other policies: it is tried again when
 * something changes. */
static void fail(struct status_writer *writer, const struct exchange_answer *answer)
{
	if (exchange_is_hopeless(answer))
		next_policy(writer, 0);
	writer->counts.failures++;
	snprintf(writer->counts.problem, sizeof(writer->counts.problem), "%s",
		 answer->problem);
	if (!exchange_is_hopeless(answer))
		alarm_set(writer->alarm,
			  backoff_next(&writer->backoff, answer->retry_after));
}

/* --- requests
 * ---------------------------------------------------------------------------- */

static void ask(struct status_writer *writer, const char *method, char *path,
		const json_t *body,
		void (*on_answer)(void *data, const struct exchange_answer *answer))
{
	writer->exchange.on_answer = on_answer;
	if (!path ||
	    exchange_start(&writer->exchange, method, path, CONTENT_MERGE, body) < 0)
		alarm_set(writer->alarm, backoff_next(&writer->backoff, 0));
}

static void forget_written(struct status_writer *writer)
{
	struct policy_tally *tally = tally_at(writer);

	if (tally)
		tally->written = 0;
}

/* A policy that is gone, 404, has no status; our own report is about to say so. */
static void on_written(void *data, const struct exchange_answer *answer)
{
	struct status_writer *writer = data;

	if (answer->status == 409 && ++writer->conflicts < CONFLICTS_MAX) {
		forget_written(writer);
		go_on(writer);
		return;
	}
	if (!exchange_succeeded(answer) && answer->status != 404) {
		forget_written(writer);
		fail(writer, answer);
		return;
	}
	if (exchange_succeeded(answer))
		writer->counts.writes++;
	next_policy(writer, policy_merge_nodes(writer->merge) / TOLD_PER_MS);
}

static void write_status(struct status_writer *writer, const json_t *object)
{
	struct policy_tally *tally = tally_at(writer);
	const json_t *old = json_object_get(object, "status");
	_cleanup_(json_decrefp) json_t *status = NULL, *patch = NULL;
	_cleanup_(freep) char *path = NULL;

	if (!tally) {
		end_round(writer);
		return;
	}
	tally->written = policy_status_digest(tally);
	status = policy_status_json(tally, old, clock_wall());
	if (json_equal(status, old)) {
		next_policy(writer, 0);
		return;
	}
	patch = json_pack("{s{ss*} sO}", "metadata", "resourceVersion",
			  metadata_text(object, "resourceVersion"), "status", status);
	path = policy_status_path(tally->policy, "/status");
	ask(writer, "PATCH", path, patch, on_written);
}

static void on_read(void *data, const struct exchange_answer *answer)
{
	struct status_writer *writer = data;

	if (answer->status == 404)
		next_policy(writer, 0);
	else if (!exchange_succeeded(answer))
		fail(writer, answer);
	else
		write_status(writer, answer->body);
}

/* Read the next policy whose status is not to be what was written of it last. */
static void go_on(struct status_writer *writer)
{
	_cleanup_(freep) char *path = NULL;
	struct policy_tally *tally;

	if (!writer->options.may_write(writer->options.data)) {
		alarm_set(writer->alarm, GATHER_MS);
		return;
	}
	while ((tally = tally_at(writer)) &&
	       policy_status_digest(tally) == tally->written)
		writer->at++;
	if (!tally) {
		end_round(writer);
		return;
	}
	writer->counts.reads++;
	path = policy_status_path(tally->policy, "");
	ask(writer, "GET", path, NULL, on_read);
}

static void on_alarm(void *data)
{
	struct status_writer *writer = data;

	if (writer->in_round)
		go_on(writer);
	else
		begin_round(writer);
}

/* --- nodes
 * -------------------------------------------------------------------------------- */

static void tell_nodes(struct status_writer *writer)
{
	if (reflector_is_synced(writer->nodes))
		writer->options.nodes(writer->options.data,
				      policy_merge_nodes(writer->merge));
}

static void on_begin(void *data)
{
	struct status_writer *writer = data;

	policy_merge_begin(writer->merge);
}

static int on_object(void *data, const json_t *object)
{
	_cleanup_(node_report_clear) struct node_report report = {0};
	struct status_writer *writer = data;
	const char *name = metadata_text(object, "name");
	int r = name ? node_report_read(object, &report) : 0;

	if (r == 0 && name)
		r = policy_merge_node(writer->merge, name, &report);
	note_change(writer);
	tell_nodes(writer);
	return r;
}

static int on_deleted(void *data, const json_t *object)
{
	struct status_writer *writer = data;
	const char *name = metadata_text(object, "name");

	if (name)
		policy_merge_forget(writer->merge, name);
	note_change(writer);
	tell_nodes(writer);
	return 0;
}

static void on_synced(void *data)
{
	struct status_writer *writer = data;

	policy_merge_end(writer->merge);
	note_change(writer);
	tell_nodes(writer);
}

static void on_problem(void *data, const char *problem)
{
	struct status_writer *writer = data;

	snprintf(writer->counts.problem, sizeof(writer->counts.problem), "%s",
		 problem ? problem : "");
}

/* --- the whole
 * ---------------------------------------------------------------------------- */

int status_writer_policies(struct status_writer *writer, const struct node_report *own)
{
	int r = policy_merge_policies(writer->merge, own);

	/* The turn was that of another policy, perhaps: what was asked for it is dropped,
	 * and asked again where it is still to be asked. */
	exchange_cancel(&writer->exchange);
	writer->at = 0;
	writer->conflicts = 0;
	if (writer->in_round)
		alarm_set_by(writer->alarm, 0);
	note_change(writer);
	return r;
}

const struct status_writer_counts *
status_writer_counts(const struct status_writer *writer)
{
	return &writer->counts;
}

struct status_writer *status_writer_free(struct status_writer *writer)
{
	if (!writer)
		return NULL;
	reflector_free(writer->nodes);
	exchange_cancel(&writer->exchange);
	alarm_free(writer->alarm);
	policy_merge_free(writer->merge);
	free(writer);
	return NULL;
}

int status_writer_new(uv_loop_t *loop, struct kube_api *api,
		      const struct status_writer_options *options,
		      struct status_writer **ret_writer)
{
	struct status_writer *writer = calloc(1, sizeof(*writer));
	const struct reflector_handler handler = {
		.begin = on_begin,
		.object = on_object,
		.deleted = on_deleted,
		.synced = on_synced,
		.problem = on_problem,
		.data = writer,
	};

	if (!writer)
		return -ENOMEM;
	writer->options = *options;
	writer->exchange = (struct exchange){.api = api, .data = writer};
	if (policy_merge_new(&writer->merge) < 0 ||
	    alarm_new(loop, options->pace, on_alarm, writer, &writer->alarm) < 0 ||
	    reflector_new(loop, api, NODES_PATH, 0, &handler, &writer->nodes) < 0) {
		status_writer_free(writer);
		return -ENOMEM;
	}
	*ret_writer = writer;
	return 0;
}
