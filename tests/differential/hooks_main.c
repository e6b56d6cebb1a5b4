// SPDX-License-Identifier: Apache-2.0

/*
 * The real hooks, asked by real processes, against POLICY.md taken literally:
 *
 *     differential-hooks CGROUP_ROOT v1|v2 HIERARCHY [SETS [SEED]]
 *
 * It must be /bin/differential-hooks, and /bin/nothing a program that does nothing. What
 * a process gets must be what the reference says, and what the counters of rules gain
 * must be its reasons, each once. Exits with 1 when something differs.
 */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enforce/enforcer.h"
#include "hooks.h"
#include "subject.h"
#include "tests/vm/kernel/fixture.h"
#include "util/cleanup.h"

static struct hooks {
	struct worker *worker;
	char cgroup[128];
	uint64_t cgroup_id;
	uint32_t slot;
	/* What rules reported since the last event, as the core would tell it. */
	struct eval_result gained;
	uint64_t counted, n_events, n_denied, n_killed, n_reports;
} hooks;

/* --- the subject ------------------------------------------------------------------- */

static void make_subject(const char *cgroup_root)
{
	struct stat status;

	snprintf(hooks.cgroup, sizeof(hooks.cgroup), "%s/differential", cgroup_root);
	CHECK(mkdir(hooks.cgroup, 0755) == 0 && stat(hooks.cgroup, &status) == 0);
	hooks.cgroup_id = status.st_ino;
	CHECK(enforcer_slot_new(fixture.enforcer, &hooks.slot) == 0);
	CHECK(enforcer_assign(fixture.enforcer, hooks.cgroup_id, hooks.slot, 0) == 0);
	hooks.worker = worker_start(hooks.cgroup);
}

static void drop_subject(void)
{
	worker_stop(hooks.worker);
	CHECK(enforcer_remove(fixture.enforcer, hooks.cgroup_id) == 0);
	enforcer_slot_free(fixture.enforcer, hooks.slot);
	rmdir(hooks.cgroup);
}

static void publish(struct image *image)
{
	CHECK(enforcer_publish(fixture.enforcer, hooks.slot, image) == 0);
}

/* --- what came out ----------------------------------------------------------------- */

static void add_gain(uint32_t slot, const struct image *image, uint32_t counter,
		     uint32_t rule, uint64_t count, void *data)
{
	struct eval_outcome *report = &hooks.gained.audits[hooks.gained.n_audits];

	(void)image, (void)data;
	if (slot != hooks.slot || counter == COUNTER_UNRECORDED)
		return;
	hooks.counted += count;
	if (counter >= COUNTER_RULES)
		report->rule = rule;
	else
		report->rule = RULE_CLOSED;
	hooks.gained.n_audits++;
}

static void harvest_event(void)
{
	hooks.gained.n_audits = 0;
	hooks.counted = 0;
	enforcer_harvest(fixture.enforcer, add_gain, NULL);
}

static int code_expected(const struct opinion *decision, int before)
{
	if (decision->verdict == REFERENCE_KILL)
		return -SIGKILL;
	return decision->verdict == REFERENCE_DENY ? (int)decision->error : before;
}

static bool is_gained(const struct image *image, const struct opinion *opinion)
{
	bool found = opinion->verdict == REFERENCE_ALLOW;

	for (uint32_t i = 0; !found && i < hooks.gained.n_audits; i++)
		found = subject_is_reason(image, hooks.gained.audits[i].rule, opinion);
	return found;
}

/* Each reason bumps its own counter, by one. */
static bool counters_agree(const struct image *image, const struct opinions *opinions)
{
	uint64_t n =
		opinions->n_reports + (opinions->decision.verdict != REFERENCE_ALLOW);
	bool agree = hooks.counted == n && hooks.gained.n_audits == n &&
		     is_gained(image, &opinions->decision);

	for (size_t i = 0; agree && i < opinions->n_reports; i++)
		agree = is_gained(image, &opinions->reports[i]);
	return agree;
}

static void print_difference(const struct drawn_policies *policies,
			     const struct hooks_event *event, const struct image *image,
			     const struct opinions *opinions, int expected)
{
	drawn_write(policies, stdout);
	printf("# event: ");
	drawn_write_event(&event->drawn, stdout);
	printf("\n# the reference says %d\n", expected);
	opinions_print(opinions, stdout);
	printf("# the process got %d, %" PRIu64 " verdicts were counted\n", event->code,
	       hooks.counted);
	for (uint32_t i = 0; i < hooks.gained.n_audits; i++)
		hooks.gained.audits[i].verdict = VERDICT_AUDIT;
	subject_print(image, &hooks.gained, stdout);
}

/* --- the sample -------------------------------------------------------------------- */

static bool try_event(const struct drawn_policies *policies, const struct image *image,
		      unsigned i, int before)
{
	struct hooks_event *event = &worker_shared(hooks.worker)->events[i];
	struct opinions opinions;
	int expected;

	reference_judge(policies, &event->drawn, &opinions);
	expected = code_expected(&opinions.decision, before);
	worker_do(hooks.worker, i);
	harvest_event();
	hooks.n_events++;
	hooks.n_denied += opinions.decision.verdict >= REFERENCE_DENY;
	hooks.n_killed += opinions.decision.verdict == REFERENCE_KILL;
	hooks.n_reports += opinions.n_reports;
	if (event->code == expected && counters_agree(image, &opinions))
		return true;
	print_difference(policies, event, image, &opinions, expected);
	return false;
}

static void draw_set(struct random *random, struct drawn_policies *policies,
		     struct image **ret_image)
{
	*ret_image = NULL;
	while (!*ret_image) {
		draw_policies(random, policies);
		world_policies(random, policies);
		subject_image(policies, ret_image);
	}
	for (unsigned i = 0; i < HOOKS_EVENTS; i++)
		world_event(random, policies, &worker_shared(hooks.worker)->events[i]);
}

/* First without policies: what the calls come to by themselves. */
static bool try_set(uint64_t seed, uint64_t number)
{
	struct random random = random_at(seed, number);
	struct drawn_policies policies;
	int before[HOOKS_EVENTS];
	struct image *image;
	bool agree = true;

	draw_set(&random, &policies, &image);
	worker_prepare(hooks.worker);
	for (unsigned i = 0; i < HOOKS_EVENTS; i++) {
		worker_do(hooks.worker, i);
		before[i] = worker_shared(hooks.worker)->events[i].code;
	}
	worker_prepare(hooks.worker);
	publish(image);
	harvest_event();
	for (unsigned i = 0; agree && i < HOOKS_EVENTS; i++)
		agree = try_event(&policies, image, i, before[i]);
	publish(NULL);
	harvest_event();
	image_unref(image);
	if (!agree)
		printf("not ok set %" PRIu64 " of seed %" PRIu64 ": the hooks differ\n",
		       number, seed);
	return agree;
}

static int run(uint64_t sets, uint64_t seed)
{
	bool agree = true;

	for (uint64_t i = 0; agree && i < sets; i++)
		agree = try_set(seed, i);
	printf("# %" PRIu64 " events: %" PRIu64 " denied, %" PRIu64
	       " of them killed, %" PRIu64 " reports\n",
	       hooks.n_events, hooks.n_denied, hooks.n_killed, hooks.n_reports);
	if (agree &&
	    (!hooks.n_killed || hooks.n_denied == hooks.n_killed || !hooks.n_reports)) {
		printf("not ok the events leave some verdict out\n");
		return 1;
	}
	if (agree)
		printf("ok the hooks say what the policies say\n");
	return agree ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct enforcer_options options = {.pin_directory =
						   "/sys/fs/bpf/lsmd-differential",
					   .records_per_second = 1};
	_cleanup_(freep) char *why = NULL;
	int status;

	if (argc == 2 && !strcmp(argv[1], "worker"))
		return worker_run();
	if (argc < 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	options.cgroup_v1 = !strcmp(argv[2], "v1");
	options.cgroup_hierarchy = (uint32_t)strtoul(argv[3], NULL, 10);
	world_make();
	if (enforcer_open(&options, &fixture.enforcer, &why) != 0) {
		printf("not ok load: %s\n", why ? why : strerror(errno));
		return 1;
	}
	make_subject(argv[1]);
	status = run(argc > 4 ? strtoull(argv[4], NULL, 10) : 16,
		     argc > 5 ? strtoull(argv[5], NULL, 10) : 1);
	drop_subject();
	fixture.enforcer = enforcer_free(fixture.enforcer);
	enforcer_unload(options.pin_directory, &why);
	return status;
}
