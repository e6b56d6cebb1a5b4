// SPDX-License-Identifier: Apache-2.0
/*
 * One request at a time, and what its answer leads to:
 *
 *     look --- not there --> create --+
 *       |                             +-- 2xx --> held: renew every ten seconds
 *       +--- free, run out --> take --+              |
 *       +--- another's --> look later <--- lost -----+
 */
#include "kube/lease.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kube/alarm.h"
#include "kube/backoff.h"
#include "kube/exchange.h"
#include "kube/lease_record.h"
#include "kube/resignation.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"

#define DURATION_S     30U
#define RENEW_MS       10000U
#define RENEW_RETRY_MS 2000U

/* A holder that could not renew for so long acts no more; the others may take over only
 * after DURATION_S. */
#define HELD_MS 20000U

/* All who look ask together about once in LOOK_SPREAD_MS; one alone no more often than
 * LOOK_LEAST_MS, and it looks at all within LOOK_MOST_MS. */
#define LOOK_SPREAD_MS 500U
#define LOOK_LEAST_MS  10000U
#define LOOK_MOST_MS   3600000U

/* Whoever ends lsmd waits for it; a server that is well answers in far less. */
#define RESIGN_MS 2000U

/* Before the number of agents is known. */
#define FIRST_LOOK_MS 60000U

struct lease {
	struct lease_options options;
	uv_loop_t *loop;
	struct exchange exchange;
	struct alarm *alarm;
	struct backoff backoff;
	struct lease_counts counts;
	char *path;	   /* of the Lease */
	char *version;	   /* resourceVersion as it was seen last; NULL: not yet */
	uint64_t seen;	   /* when that was seen first; CLOCK_BOOTTIME, ns */
	uint64_t renewed;  /* when we renewed it last, as it was asked for */
	uint64_t asked;	   /* when the request at hand was made */
	uint64_t duration; /* that the holder gave it, ms */
	size_t members;
	bool is_held;
	bool renewing; /* the request at hand */
};

static void look(struct lease *lease);

static uint64_t pace_of(const struct lease *lease)
{
	return lease->options.pace ? lease->options.pace : 1;
}

static uint64_t milliseconds_since(const struct lease *lease, uint64_t then)
{
	return (clock_boot() - then) / 1000000 * pace_of(lease);
}

static unsigned own_duration(const struct lease *lease)
{
	unsigned seconds = DURATION_S / (unsigned)pace_of(lease);

	return seconds ? seconds : 1;
}

static void hold(struct lease *lease, bool is_held)
{
	if (lease->is_held == is_held)
		return;
	lease->is_held = is_held;
	lease->options.changed(lease->options.data, is_held);
}

static void look_later(struct lease *lease)
{
	uint64_t interval = (uint64_t)lease->members * LOOK_SPREAD_MS;

	if (interval < LOOK_LEAST_MS)
		interval = LOOK_LEAST_MS;
	if (interval > LOOK_MOST_MS)
		interval = LOOK_MOST_MS;
	alarm_set(lease->alarm, random_between(interval / 2, interval + interval / 2));
}

static void fail(struct lease *lease, const struct exchange_answer *answer)
{
	uint64_t wait = backoff_next(&lease->backoff, answer->retry_after);

	lease->counts.failures++;
	snprintf(lease->counts.problem, sizeof(lease->counts.problem), "%s",
		 answer->problem);
	if (lease->is_held && milliseconds_since(lease, lease->renewed) >= HELD_MS)
		hold(lease, false);
	if (lease->is_held)
		alarm_set(lease->alarm, wait < RENEW_RETRY_MS || answer->retry_after
						? wait
						: RENEW_RETRY_MS);
	else
		alarm_set(lease->alarm, wait > LOOK_LEAST_MS ? wait : LOOK_LEAST_MS);
}

/* Return: 0, also when it is as it was; -ENOMEM. */
static int see(struct lease *lease, const struct lease_record *record)
{
	char *version;

	lease->duration = record->duration_ms * pace_of(lease);
	/* The holder knows better: it may have been written before it knew. */
	if (!lease->is_held)
		lease->members = record->members;
	if (lease->version && !strcmp(lease->version, record->version))
		return 0;
	version = strdup(record->version);
	if (!version)
		return -ENOMEM;
	free(lease->version);
	lease->version = version;
	lease->seen = clock_boot();
	return 0;
}

/* --- requests that make it ours ------------------------------------------------------
 */

static void on_written(void *data, const struct exchange_answer *answer)
{
	struct lease *lease = data;
	struct lease_record record;

	if (exchange_succeeded(answer) && lease_record_read(answer->body, &record) == 0 &&
	    see(lease, &record) == 0) {
		lease->renewed = lease->asked;
		lease->counts.problem[0] = '\0';
		backoff_reset(&lease->backoff);
		hold(lease, true);
		alarm_set(lease->alarm, RENEW_MS);
		return;
	}
	/* Somebody else wrote it: who has it now? Of several that tried to take it, those
	 * that lost have time. */
	if (answer->status == 409 && lease->renewing)
		look(lease);
	else if (answer->status == 409)
		look_later(lease);
	else
		fail(lease, answer);
}

static void write_lease(struct lease *lease, const char *method, const char *path,
			const char *content_type, json_t *body)
{
	lease->exchange.on_answer = on_written;
	lease->asked = clock_boot();
	lease->counts.writes++;
	if (!body ||
	    exchange_start(&lease->exchange, method, path, content_type, body) < 0)
		alarm_set(lease->alarm, RENEW_RETRY_MS);
	json_decref(body);
}

static void create(struct lease *lease)
{
	_cleanup_(freep) char *path =
		strndup(lease->path, (size_t)(strrchr(lease->path, '/') - lease->path));

	lease->renewing = false;
	if (path)
		write_lease(lease, "POST", path, CONTENT_JSON,
			    lease_record_new(lease->options.name, lease->options.identity,
					     own_duration(lease)));
	else
		look_later(lease);
}

static void take(struct lease *lease, const struct lease_record *record)
{
	lease->renewing = false;
	write_lease(
		lease, "PATCH", lease->path, CONTENT_MERGE,
		lease_record_take(record, lease->options.identity, own_duration(lease)));
}

static void renew(struct lease *lease)
{
	lease->renewing = true;
	write_lease(lease, "PATCH", lease->path, CONTENT_MERGE,
		    lease_record_renew(lease->version, lease->members));
}

/* --- looking --------------------------------------------------------------------------
 */

/* By the clocks of two nodes, and so only a reason to look again. */
static bool seems_over(const struct lease_record *record)
{
	return record->renewed + record->duration_ms * 1000000 < clock_wall();
}

static void judge(struct lease *lease, const struct lease_record *record)
{
	uint64_t stood = milliseconds_since(lease, lease->seen);
	bool is_ours = !strcmp(record->holder, lease->options.identity);

	if (!*record->holder || is_ours || stood >= lease->duration) {
		take(lease, record);
		return;
	}
	hold(lease, false);
	if (seems_over(record))
		alarm_set(lease->alarm,
			  random_between(lease->duration - stood,
					 lease->duration - stood + LOOK_SPREAD_MS));
	else
		look_later(lease);
}

static void on_looked(void *data, const struct exchange_answer *answer)
{
	struct lease *lease = data;
	struct lease_record record;

	if (answer->status == 404) {
		hold(lease, false);
		create(lease);
		return;
	}
	if (!exchange_succeeded(answer) || lease_record_read(answer->body, &record) < 0 ||
	    see(lease, &record) < 0) {
		fail(lease, answer);
		return;
	}
	lease->counts.problem[0] = '\0';
	backoff_reset(&lease->backoff);
	judge(lease, &record);
}

/* What the server has at hand will do for those who only look; it costs etcd nothing. */
static void look(struct lease *lease)
{
	_cleanup_(freep) char *path = NULL;

	explain(&path, "%s%s", lease->path, lease->is_held ? "" : "?resourceVersion=0");
	lease->exchange.on_answer = on_looked;
	lease->counts.reads++;
	if (!path || exchange_start(&lease->exchange, "GET", path, NULL, NULL) < 0)
		look_later(lease);
}

static void on_alarm(void *data)
{
	struct lease *lease = data;

	if (lease->is_held && !lease_is_held(lease))
		hold(lease, false);
	if (lease->is_held)
		renew(lease);
	else
		look(lease);
}

/* --- the whole ------------------------------------------------------------------------
 */

bool lease_is_held(const struct lease *lease)
{
	return lease->is_held && milliseconds_since(lease, lease->renewed) < HELD_MS;
}

void lease_set_members(struct lease *lease, size_t members)
{
	lease->members = members;
}

size_t lease_members(const struct lease *lease)
{
	return lease->members;
}

const struct lease_counts *lease_counts(const struct lease *lease)
{
	return &lease->counts;
}

/* Of a write that is on its way nobody knows yet what it has made of the Lease. */
void lease_resign(struct lease *lease)
{
	bool may_be_ours = lease->is_held || (lease->exchange.call &&
					      lease->exchange.on_answer == on_written);

	exchange_cancel(&lease->exchange);
	alarm_stop(lease->alarm);
	hold(lease, false);
	if (may_be_ours)
		resignation_hand_in(lease->loop, lease->exchange.api, lease->path,
				    lease->options.identity, RESIGN_MS);
}

struct lease *lease_free(struct lease *lease)
{
	if (!lease)
		return NULL;
	exchange_cancel(&lease->exchange);
	alarm_free(lease->alarm);
	free(lease->path);
	free(lease->version);
	free(lease);
	return NULL;
}

int lease_new(uv_loop_t *loop, struct kube_api *api, const struct lease_options *options,
	      struct lease **ret_lease)
{
	struct lease *lease = calloc(1, sizeof(*lease));

	if (!lease)
		return -ENOMEM;
	lease->options = *options;
	lease->loop = loop;
	lease->exchange = (struct exchange){.api = api, .data = lease};
	explain(&lease->path, "/apis/coordination.k8s.io/v1/namespaces/%s/leases/%s",
		options->name_space, options->name);
	if (!lease->path ||
	    alarm_new(loop, options->pace, on_alarm, lease, &lease->alarm) < 0) {
		lease_free(lease);
		return -ENOMEM;
	}
	alarm_set(lease->alarm, random_between(0, FIRST_LOOK_MS));
	*ret_lease = lease;
	return 0;
}
