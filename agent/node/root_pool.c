// SPDX-License-Identifier: Apache-2.0
#include "node/root_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/clock.h"

#define LOOK_MS 100

enum {
	TASK_WAITING,
	TASK_RUNNING,
	TASK_GIVEN_UP, /* its thread hangs */
	TASK_ENDED,
};

/* First in, first out. */
struct tasks {
	struct root_task *first, **last;
};

struct root_pool {
	struct root_pool_options options;
	uv_async_t ended; /* some task has */
	uv_timer_t look;  /* for deadlines, while there are tasks */
	unsigned handles; /* not closed yet */
	size_t undone;	  /* tasks of which @done is to come */
	uint64_t given_up;

	pthread_mutex_t lock; /* for all below */
	pthread_cond_t wake;
	struct tasks waiting, ran;
	struct root_task *running; /* in any order */
	unsigned threads, hung, references;
	bool is_closed;
};

static void tasks_init(struct tasks *tasks)
{
	tasks->first = NULL;
	tasks->last = &tasks->first;
}

static void tasks_push(struct tasks *tasks, struct root_task *task)
{
	task->next = NULL;
	*tasks->last = task;
	tasks->last = &task->next;
}

static struct root_task *tasks_pop(struct tasks *tasks)
{
	struct root_task *task = tasks->first;

	if (task)
		tasks->first = task->next;
	if (!tasks->first)
		tasks->last = &tasks->first;
	return task;
}

static void remove_running(struct root_pool *pool, const struct root_task *task)
{
	struct root_task **at = &pool->running;

	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
}

/* Called with the lock, which it gives back. */
static void unref(struct root_pool *pool)
{
	bool is_last = --pool->references == 0;

	pthread_mutex_unlock(&pool->lock);
	if (!is_last)
		return;
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

/* --- in a thread of the pool
 * ------------------------------------------------------------- */

static void run(struct root_pool *pool, struct root_task *task)
{
	task->state = TASK_RUNNING;
	task->deadline = clock_boot() + pool->options.deadline;
	task->next = pool->running;
	pool->running = task;
	pthread_mutex_unlock(&pool->lock);
	task->run(task);
	pthread_mutex_lock(&pool->lock);
	remove_running(pool, task);
	if (task->state == TASK_GIVEN_UP)
		pool->hung--;
	else
		task->state = TASK_ENDED;
	tasks_push(&pool->ran, task);
	if (!pool->is_closed)
		uv_async_send(&pool->ended);
}

/* One more than are wanted there is when a thread that hung has come back. */
static void *work(void *data)
{
	struct root_pool *pool = data;

	pthread_mutex_lock(&pool->lock);
	while (!pool->is_closed && pool->threads - pool->hung <= pool->options.workers) {
		struct root_task *task = tasks_pop(&pool->waiting);

		if (task)
			run(pool, task);
		else
			pthread_cond_wait(&pool->wake, &pool->lock);
	}
	pool->threads--;
	unref(pool);
	return NULL;
}

/* --- in the loop's thread
 * ---------------------------------------------------------------- */

/* With the lock. */
static int start_thread(struct root_pool *pool)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int r = pthread_attr_init(&attributes);

	if (r)
		return -r;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, 256 << 10);
	r = pthread_create(&thread, &attributes, work, pool);
	pthread_attr_destroy(&attributes);
	if (r)
		return -r;
	pool->threads++;
	pool->references++;
	return 0;
}

/* What could not be started now is tried again when the pool is looked at. */
static void fill(struct root_pool *pool)
{
	while (pool->threads - pool->hung < pool->options.workers &&
	       pool->threads < pool->options.workers + pool->options.hung &&
	       start_thread(pool) == 0)
		;
}

static void finish(struct root_pool *pool, struct root_task *task, int status)
{
	pool->undone--;
	task->done(task, status);
	task->free(task);
}

static void collect(struct root_pool *pool)
{
	struct root_task *task;

	for (;;) {
		pthread_mutex_lock(&pool->lock);
		task = tasks_pop(&pool->ran);
		pthread_mutex_unlock(&pool->lock);
		if (!task)
			break;
		if (task->state == TASK_ENDED)
			finish(pool, task, 0);
		else
			task->free(task);
	}
}

/* The first running task that is late, which is given up. */
static struct root_task *give_up(struct root_pool *pool, uint64_t now)
{
	struct root_task *task;

	pthread_mutex_lock(&pool->lock);
	for (task = pool->running; task; task = task->next)
		if (task->state == TASK_RUNNING && task->deadline <= now)
			break;
	if (task) {
		task->state = TASK_GIVEN_UP;
		pool->hung++;
		fill(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	return task;
}

/* Where no thread is left to begin it, the first one that waits. */
static struct root_task *turn_away(struct root_pool *pool)
{
	struct root_task *task = NULL;

	pthread_mutex_lock(&pool->lock);
	fill(pool);
	if (pool->threads == pool->hung)
		task = tasks_pop(&pool->waiting);
	pthread_mutex_unlock(&pool->lock);
	return task;
}

static void on_look(uv_timer_t *timer)
{
	struct root_pool *pool = timer->data;
	uint64_t now = clock_boot();
	struct root_task *task;

	while ((task = give_up(pool, now))) {
		pool->given_up++;
		pool->undone--;
		task->done(task, -ETIMEDOUT);
	}
	while ((task = turn_away(pool)))
		finish(pool, task, -EBUSY);
	collect(pool);
	if (!pool->undone)
		uv_timer_stop(timer);
}

static void on_ended(uv_async_t *async)
{
	collect(async->data);
}

static void on_closed(uv_handle_t *handle)
{
	struct root_pool *pool = handle->data;

	pthread_mutex_lock(&pool->lock);
	if (--pool->handles == 0)
		unref(pool);
	else
		pthread_mutex_unlock(&pool->lock);
}

int root_pool_new(uv_loop_t *loop, const struct root_pool_options *options,
		  struct root_pool **ret_pool)
{
	struct root_pool *pool = calloc(1, sizeof(*pool));
	int r;

	if (!pool)
		return -ENOMEM;
	pool->options = *options;
	r = uv_async_init(loop, &pool->ended, on_ended);
	if (r < 0) {
		free(pool);
		return r;
	}
	uv_timer_init(loop, &pool->look);
	pool->ended.data = pool->look.data = pool;
	pool->handles = 2;
	pool->references = 1;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	tasks_init(&pool->waiting);
	tasks_init(&pool->ran);
	*ret_pool = pool;
	return 0;
}

struct root_pool *root_pool_free(struct root_pool *pool)
{
	struct root_task *task;

	if (!pool)
		return NULL;
	pthread_mutex_lock(&pool->lock);
	pool->is_closed = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	collect(pool);
	while ((task = tasks_pop(&pool->waiting)))
		finish(pool, task, -ECANCELED);
	uv_close((uv_handle_t *)&pool->ended, on_closed);
	uv_close((uv_handle_t *)&pool->look, on_closed);
	return NULL;
}

void root_pool_submit(struct root_pool *pool, struct root_task *task)
{
	pthread_mutex_lock(&pool->lock);
	task->state = TASK_WAITING;
	tasks_push(&pool->waiting, task);
	fill(pool);
	pthread_cond_signal(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	pool->undone++;
	if (!uv_is_active((uv_handle_t *)&pool->look))
		uv_timer_start(&pool->look, on_look, LOOK_MS, LOOK_MS);
}

size_t root_pool_hung(struct root_pool *pool)
{
	size_t hung;

	pthread_mutex_lock(&pool->lock);
	hung = pool->hung;
	pthread_mutex_unlock(&pool->lock);
	return hung;
}

uint64_t root_pool_given_up(const struct root_pool *pool)
{
	return pool->given_up;
}
