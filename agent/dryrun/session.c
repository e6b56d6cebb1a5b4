// SPDX-License-Identifier: Apache-2.0
#include "dryrun/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dryrun/identify.h"
#include "enforce/enforcer.h"
#include "enforce/requirements.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* A build opens a hundred thousand files in a second. */
#define RING_SIZE    (16U << 20)

#define PROGRAMS_MAX 64

struct session {
	struct enforcer *enforcer;
	struct image *image;
	uint32_t slot;
	bool tracing;
	/* While consuming. */
	struct tally *tally;
	int result;
};

static int open_enforcer(struct session *session, const struct scratch *scratch,
			 bool tracing, char **reterr_detail)
{
	const struct enforcer_options options = {
		.cgroup_v1 = scratch->root.v1,
		.cgroup_hierarchy = scratch->root.hierarchy,
		.records_per_second = UINT32_MAX,
		.unpinned = true,
		.tracing = tracing,
		.ring_size = RING_SIZE,
	};

	session->tracing = tracing;
	return enforcer_open(&options, &session->enforcer, reterr_detail);
}

static int load(struct session *session, const struct scratch *scratch,
		char **reterr_detail)
{
	bool tracing = !requirements_lsm_is_active();
	int r = open_enforcer(session, scratch, tracing, reterr_detail);

	if (r != ENFORCER_E_LOAD || tracing)
		return r;
	free(*reterr_detail);
	return open_enforcer(session, scratch, true, reterr_detail);
}

/* --- is everything seen that is to be judged? -----------------------------------------
 */

/* Part of the names of the hook and of the function that calls it. */
static const struct {
	enum image_section section;
	const char *hook;
} seen_by[] = {
	{SECTION_EXEC, "bprm_check"},
	{SECTION_FILE, "file_open"},
	{SECTION_SOCKETS, "socket_create"},
	{SECTION_NETWORK, "socket_connect"},
};

static bool is_attached(const struct session *session, const char *hook)
{
	struct enforcer_program programs[PROGRAMS_MAX];
	size_t n = enforcer_programs(session->enforcer, programs, PROGRAMS_MAX);

	for (size_t i = 0; i < n && i < PROGRAMS_MAX; i++)
		if (programs[i].attached && strstr(programs[i].attach_to, hook))
			return true;
	return false;
}

/* A section that nothing is seen of would pass for one that nothing was done against. */
static int check_hooks(const struct session *session, char **reterr_detail)
{
	uint32_t sections =
		session->image ? WORD_LO(session->image->words[IMAGE_H_SECTIONS]) : 0;

	for (size_t i = 0; i < ARRAY_SIZE(seen_by); i++) {
		if (!(sections & IMAGE_HAS(seen_by[i].section)) ||
		    is_attached(session, seen_by[i].hook))
			continue;
		explain(reterr_detail,
			"nothing is seen of %s without BPF-LSM: boot with lsm=...,bpf",
			seen_by[i].hook);
		return -ENOTSUP;
	}
	return 0;
}

/* --- opening --------------------------------------------------------------------------
 */

static int publish(const struct session *session, const struct policy_list *policies)
{
	_cleanup_(freep) struct enforcer_identity *identities = NULL;
	size_t n, missing;
	int r = identify(session->enforcer, policies, session->image, &identities, &n);

	if (r < 0)
		return r;
	return enforcer_publish_identified(session->enforcer, session->slot,
					   session->image, identities, n, &missing);
}

/* An event that cannot be read is decided as closed. To be paused makes a report of it.
 */
static int put_in_force(struct session *session, const struct scratch *scratch,
			const struct policy_list *policies)
{
	struct enforcer *enforcer = session->enforcer;
	int r;

	enforcer_pause(enforcer, 1, 0);
	r = enforcer_slot_new(enforcer, &session->slot);
	if (r == 0 && session->image)
		r = publish(session, policies);
	if (r == 0)
		r = enforcer_assign(enforcer, scratch->id, session->slot,
				    CGROUP_F_HOST_ROOT);
	return r;
}

int session_new(struct image *image, const struct policy_list *policies,
		const struct scratch *scratch, struct session **ret_session,
		char **reterr_detail)
{
	_cleanup_(session_freep) struct session *session = calloc(1, sizeof(*session));
	int r;

	if (!session)
		return -ENOMEM;
	session->image = image_ref(image);
	r = load(session, scratch, reterr_detail);
	if (r == 0)
		r = check_hooks(session, reterr_detail);
	if (r)
		return r;
	r = put_in_force(session, scratch, policies);
	if (r) {
		explain(reterr_detail, "put the policies in force: %s",
			r < 0 ? strerror(-r) : "a table of the kernel is full");
		return r;
	}
	*ret_session = TAKE_PTR(session);
	return 0;
}

struct session *session_free(struct session *session)
{
	if (!session)
		return NULL;
	enforcer_free(session->enforcer);
	image_unref(session->image);
	free(session);
	return NULL;
}

int session_fd(const struct session *session)
{
	return enforcer_event_fd(session->enforcer);
}

static void on_denial(const struct denial_event *event, const struct image *image,
		      void *data)
{
	struct session *session = data;

	(void)image;
	if (session->result == 0)
		session->result = tally_add(session->tally, event);
}

/* Of the whole node, and none of a dry run's business. */
static void on_cgroup(const struct cgroup_event *event, void *data)
{
	(void)event;
	(void)data;
}

int session_consume(struct session *session, struct tally *tally)
{
	const struct enforcer_events handlers = {on_denial, on_cgroup, session};
	int n;

	session->tally = tally;
	do
		n = enforcer_consume(session->enforcer, &handlers);
	while (n > 0 && session->result == 0);
	return session->result ? session->result : n;
}

static void on_gain(uint32_t slot, const struct image *image, uint32_t counter,
		    uint32_t rule, uint64_t count, void *data)
{
	struct session_counts *counts = data;

	(void)slot;
	(void)image;
	if (counter >= COUNTER_RULES)
		counts->rules[rule] += count;
	else if (counter == COUNTER_UNRECORDED)
		counts->unrecorded += count;
	else
		counts->unread += count;
}

int session_counts(struct session *session, struct session_counts *ret_counts)
{
	struct session_counts counts = {0};

	counts.rules = calloc((session->image ? session->image->n_rules : 0) + 1UL,
			      sizeof(*counts.rules));
	if (!counts.rules)
		return -ENOMEM;
	enforcer_harvest(session->enforcer, on_gain, &counts);
	*ret_counts = counts;
	return 0;
}

bool session_has_seen(const struct session *session)
{
	return enforcer_slot_mount_namespace(session->enforcer, session->slot) != 0;
}

bool session_is_tracing(const struct session *session)
{
	return session->tracing;
}
