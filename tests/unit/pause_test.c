/* SPDX-License-Identifier: Apache-2.0 */

/* The agent's side of pausing, over a kernel that is made up. */

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent_state.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/file.h"

#define HAND  (1U << PAUSE_BY_HAND)
#define FILE_ (1U << PAUSE_BY_FILE)
#define NODE  (1U << PAUSE_BY_NODE)

static struct state kernel;

void enforcer_pause(struct enforcer *enforcer, uint32_t sources, uint64_t until)
{
	(void)enforcer;
	kernel.paused = sources;
	kernel.paused_until = until;
}

const struct state *enforcer_state(const struct enforcer *enforcer)
{
	(void)enforcer;
	return &kernel;
}

static char directory[] = "/tmp/pause_test.XXXXXX";
static char file[64], kept[64];
static struct agent agent;

static void start(void)
{
	agent = (struct agent){
		.options = {.state_directory = directory, .pause_file = file}};
	cr_assert_eq(pause_open(&agent), 0);
	pause_start(&agent);
}

static void setup(void)
{
	cr_assert(mkdtemp(directory));
	snprintf(file, sizeof(file), "%s/pause", directory);
	snprintf(kept, sizeof(kept), "%s/pause.json", directory);
	start();
}

/* As a crash would: nothing is written at the end. */
static void restart(void)
{
	pause_close(&agent.pausing);
	start();
}

static void teardown(void)
{
	pause_close(&agent.pausing);
	unlink(file);
	unlink(kept);
	rmdir(directory);
}

TestSuite(pause, .init = setup, .fini = teardown, .timeout = 20);

static int ask(json_t *request)
{
	_cleanup_(freep) char *message = NULL;
	_cleanup_(json_decrefp) json_t *said = NULL;
	int r = agent_pause(&agent, request, &said, &message);

	cr_expect_eq(!!said, r == 0);
	cr_expect(r == 0 || message);
	json_decref(request);
	return r;
}

static size_t problems(void)
{
	_cleanup_(json_decrefp) json_t *list = json_array();

	pause_add_problems(&agent, list);
	return json_array_size(list);
}

Test(pause, by_hand_is_in_force_at_once_and_outlives_the_agent)
{
	cr_expect_eq(ask(json_pack("{s:i, s:s}", "for", 60, "reason", "why")), 0);
	cr_expect_eq(kernel.paused, HAND);
	cr_expect(kernel.paused_until > clock_boot() + 50 * NS_PER_SECOND);
	kernel = (struct state){0};
	restart();
	cr_expect_eq(kernel.paused, HAND);
	cr_expect_str_eq(agent.pausing.pauses.sources[PAUSE_BY_HAND].reason, "why");
	json_decref(agent_resume(&agent));
	cr_expect_eq(kernel.paused, 0);
	restart();
	cr_expect_eq(kernel.paused, 0);
}

Test(pause, requests_that_are_none_change_nothing)
{
	cr_expect_eq(ask(json_pack("{s:i}", "for", 0)), -EINVAL);
	cr_expect_eq(ask(json_pack("{s:i}", "for", -1)), -EINVAL);
	cr_expect_eq(ask(json_pack("{s:s}", "for", "10m")), -EINVAL);
	cr_expect_eq(ask(json_pack("{s:I}", "for", (json_int_t)1 << 62)), -EINVAL);
	cr_expect_eq(ask(json_pack("{s:i}", "reason", 7)), -EINVAL);
	cr_expect_eq(kernel.paused, 0);
}

Test(pause, the_annotation_pauses_until_it_goes)
{
	pause_set_annotation(&agent, "true");
	cr_expect_eq(kernel.paused, NODE);
	pause_set_annotation(&agent, "true");
	cr_expect_eq(kernel.paused, NODE);
	json_decref(agent_resume(&agent));
	cr_expect_eq(kernel.paused, NODE);
	pause_set_annotation(&agent, NULL);
	cr_expect_eq(kernel.paused, 0);
}

Test(pause, the_annotation_holds_on_until_the_node_is_seen_again)
{
	pause_set_annotation(&agent, "true");
	restart();
	cr_expect_eq(kernel.paused, NODE);
	pause_set_annotation(&agent, NULL);
	cr_expect_eq(kernel.paused, 0);
}

Test(pause, an_annotation_that_is_wrong_pauses_nothing_and_is_a_problem)
{
	pause_set_annotation(&agent, "10m");
	cr_expect_eq(kernel.paused, 0);
	cr_expect_eq(problems(), 1);
	pause_set_annotation(&agent, "true");
	cr_expect_eq(kernel.paused, NODE);
	cr_expect_eq(problems(), 0);
}

Test(pause, where_it_cannot_be_kept_it_is_in_force_all_the_same)
{
	unlink(kept);
	cr_assert_eq(rmdir(directory), 0);
	cr_expect_eq(ask(json_object()), 0);
	cr_expect_eq(kernel.paused, HAND);
	cr_expect_eq(problems(), 1);
}

Test(pause, without_what_was_kept_the_kernel_says)
{
	cr_expect_eq(ask(json_object()), 0);
	pause_set_annotation(&agent, "true");
	unlink(kept);
	restart();
	cr_expect_eq(kernel.paused, HAND | NODE);
	cr_assert_eq(file_write(kept, "{", 1), 0);
	restart();
	cr_expect_eq(kernel.paused, HAND | NODE);
}

Test(pause, the_kernel_does_not_say_it_of_the_file)
{
	unlink(kept);
	kernel.paused = FILE_;
	restart();
	cr_expect_eq(kernel.paused, 0);
	cr_assert_eq(file_write(file, "", 0), 0);
	restart();
	cr_expect_eq(kernel.paused, FILE_);
}

static void run_loop(uv_loop_t *loop, uint64_t milliseconds)
{
	uint64_t end = clock_boot() + milliseconds * 1000000;

	while (clock_boot() < end) {
		uv_run(loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
}

Test(pause, the_file_is_followed)
{
	uv_loop_t loop;

	uv_loop_init(&loop);
	agent.loop = &loop;
	pause_follow(&agent);
	run_loop(&loop, 20);
	cr_assert_eq(file_write(file, "now", 3), 0);
	run_loop(&loop, 100);
	cr_expect_eq(kernel.paused, FILE_);
	unlink(file);
	run_loop(&loop, 100);
	cr_expect_eq(kernel.paused, 0);
	uv_close((uv_handle_t *)&agent.pausing.look, NULL);
	uv_close((uv_handle_t *)&agent.pausing.watch, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
}
