// SPDX-License-Identifier: Apache-2.0
#include "node/root_pool.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>

#include "util/clock.h"

#define MS 1000000ULL

static uv_loop_t loop;
static struct root_pool *pool;
static sem_t gate; /* what a file system that does not answer is waited for by */

struct job {
	struct root_task task;
	bool hangs;
	int ran, done, status, freed;
};

static void run(struct root_task *task)
{
	struct job *job = (struct job *)task;

	if (job->hangs)
		sem_wait(&gate);
	job->ran++;
}

static void on_done(struct root_task *task, int status)
{
	struct job *job = (struct job *)task;

	job->done++;
	job->status = status;
}

static void on_free(struct root_task *task)
{
	((struct job *)task)->freed++;
}

static struct job job_of(bool hangs)
{
	return (struct job){.task = {.run = run, .done = on_done, .free = on_free},
			    .hangs = hangs};
}

static void setup(void)
{
	const struct root_pool_options options = {
		.workers = 2, .hung = 2, .deadline = 500 * MS};

	uv_loop_init(&loop);
	sem_init(&gate, 0, 0);
	cr_assert_eq(root_pool_new(&loop, &options, &pool), 0);
}

static void teardown(void)
{
	if (pool)
		root_pool_free(pool);
	uv_run(&loop, UV_RUN_DEFAULT);
	cr_assert_eq(uv_loop_close(&loop), 0);
}

TestSuite(root_pool, .init = setup, .fini = teardown, .timeout = 20);

/* Until @number reaches @wanted; no longer than five seconds. */
static void wait_until(const int *number, int wanted)
{
	uint64_t end = clock_boot() + 5000 * MS;

	while (*number < wanted && clock_boot() < end) {
		uv_run(&loop, UV_RUN_NOWAIT);
		uv_sleep(1);
	}
	cr_assert_eq(*number, wanted);
}

Test(root_pool, does_what_it_is_given)
{
	struct job jobs[20];

	for (int i = 0; i < 20; i++) {
		jobs[i] = job_of(false);
		root_pool_submit(pool, &jobs[i].task);
	}
	for (int i = 0; i < 20; i++) {
		wait_until(&jobs[i].freed, 1);
		cr_assert_eq(jobs[i].ran, 1);
		cr_assert_eq(jobs[i].done, 1);
		cr_assert_eq(jobs[i].status, 0);
	}
	cr_assert_eq(root_pool_given_up(pool), 0);
}

Test(root_pool, what_hangs_is_given_up_and_freed_when_it_has_ended)
{
	struct job hanging = job_of(true);

	root_pool_submit(pool, &hanging.task);
	wait_until(&hanging.done, 1);
	cr_assert_eq(hanging.status, -ETIMEDOUT);
	cr_assert_eq(hanging.freed, 0);
	cr_assert_eq(root_pool_hung(pool), 1);
	cr_assert_eq(root_pool_given_up(pool), 1);
	sem_post(&gate);
	wait_until(&hanging.freed, 1);
	cr_assert_eq(hanging.done, 1);
	cr_assert_eq(root_pool_hung(pool), 0);
}

Test(root_pool, others_go_on_beside_what_hangs)
{
	struct job hanging[2] = {job_of(true), job_of(true)}, other = job_of(false);

	root_pool_submit(pool, &hanging[0].task);
	root_pool_submit(pool, &hanging[1].task);
	root_pool_submit(pool, &other.task);
	wait_until(&other.freed, 1);
	cr_assert_eq(other.status, 0);
	wait_until(&hanging[0].done, 1);
	wait_until(&hanging[1].done, 1);
	cr_assert_eq(root_pool_hung(pool), 2);
	sem_post(&gate);
	sem_post(&gate);
	wait_until(&hanging[0].freed, 1);
	wait_until(&hanging[1].freed, 1);
}

Test(root_pool, threads_that_hang_are_bounded)
{
	struct job hanging[4] = {job_of(true), job_of(true), job_of(true), job_of(true)};
	struct job other = job_of(false);

	for (int i = 0; i < 4; i++)
		root_pool_submit(pool, &hanging[i].task);
	for (int i = 0; i < 4; i++)
		wait_until(&hanging[i].done, 1);
	root_pool_submit(pool, &other.task);
	wait_until(&other.freed, 1);
	cr_assert_eq(other.status, -EBUSY);
	cr_assert_eq(other.ran, 0);
	for (int i = 0; i < 4; i++)
		sem_post(&gate);
	for (int i = 0; i < 4; i++)
		wait_until(&hanging[i].freed, 1);
	other = job_of(false);
	root_pool_submit(pool, &other.task);
	wait_until(&other.freed, 1);
	cr_assert_eq(other.status, 0);
}

Test(root_pool, what_has_not_begun_when_it_ends_is_cancelled)
{
	struct job hanging[2] = {job_of(true), job_of(true)}, other = job_of(false);

	root_pool_submit(pool, &hanging[0].task);
	root_pool_submit(pool, &hanging[1].task);
	uv_sleep(50);
	root_pool_submit(pool, &other.task);
	pool = root_pool_free(pool);
	cr_assert_eq(other.status, -ECANCELED);
	cr_assert_eq(other.freed, 1);
	cr_assert_eq(hanging[0].done, 0);
	sem_post(&gate);
	sem_post(&gate);
	while (hanging[0].ran + hanging[1].ran < 2)
		uv_sleep(1);
}
