// SPDX-License-Identifier: Apache-2.0
#include "enforce/map_queue.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/cleanup.h"

/* First in, first out. */
struct changes {
	struct map_change *first, **last;
};

struct map_queue {
	int outer;
	bool has_thread;
	pthread_t thread;

	pthread_mutex_t lock; /* for all below */
	pthread_cond_t wake;  /* there is something to be made, or nothing ever more */
	pthread_cond_t made_one;
	struct changes puts, removals, made;
	size_t undone;
	bool is_closed;
};

static void changes_init(struct changes *changes)
{
	changes->first = NULL;
	changes->last = &changes->first;
}

static void changes_push(struct changes *changes, struct map_change *change)
{
	change->next = NULL;
	*changes->last = change;
	changes->last = &change->next;
}

static struct map_change *changes_pop(struct changes *changes)
{
	struct map_change *change = changes->first;

	if (change)
		changes->first = change->next;
	if (!changes->first)
		changes->last = &changes->first;
	return change;
}

static void changes_clear(struct changes *changes)
{
	struct map_change *change;

	while ((change = changes_pop(changes)))
		map_change_free(change);
}

struct map_change *map_change_free(struct map_change *change)
{
	if (change)
		closep(&change->fd);
	free(change);
	return NULL;
}

/* --- in the thread
 * ----------------------------------------------------------------------- */

static int make(int outer, const struct map_change *change)
{
	int r;

	if (change->n_words)
		return bpf_map_update_elem(outer, &change->index, &change->fd, BPF_ANY);
	r = bpf_map_delete_elem(outer, &change->index);
	return r == -ENOENT ? 0 : r;
}

static struct map_change *next(struct map_queue *queue)
{
	return changes_pop(queue->puts.first ? &queue->puts : &queue->removals);
}

static void *work(void *data)
{
	struct map_queue *queue = data;

	pthread_mutex_lock(&queue->lock);
	while (!queue->is_closed) {
		struct map_change *change = next(queue);

		if (!change) {
			pthread_cond_wait(&queue->wake, &queue->lock);
			continue;
		}
		pthread_mutex_unlock(&queue->lock);
		change->result = make(queue->outer, change);
		pthread_mutex_lock(&queue->lock);
		changes_push(&queue->made, change);
		queue->undone--;
		pthread_cond_signal(&queue->made_one);
	}
	pthread_mutex_unlock(&queue->lock);
	return NULL;
}

/* --- in the owner's
 * ---------------------------------------------------------------------- */

int map_queue_new(int outer, struct map_queue **ret_queue)
{
	struct map_queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	queue->outer = outer;
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->wake, NULL);
	pthread_cond_init(&queue->made_one, NULL);
	changes_init(&queue->puts);
	changes_init(&queue->removals);
	changes_init(&queue->made);
	*ret_queue = queue;
	return 0;
}

static void end_thread(struct map_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->is_closed = true;
	pthread_cond_signal(&queue->wake);
	pthread_mutex_unlock(&queue->lock);
	pthread_join(queue->thread, NULL);
}

struct map_queue *map_queue_free(struct map_queue *queue)
{
	if (!queue)
		return NULL;
	if (queue->has_thread)
		end_thread(queue);
	changes_clear(&queue->puts);
	changes_clear(&queue->removals);
	changes_clear(&queue->made);
	pthread_cond_destroy(&queue->made_one);
	pthread_cond_destroy(&queue->wake);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
	return NULL;
}

/* Not before there is something for it to do. */
static int need_thread(struct map_queue *queue)
{
	int r;

	if (queue->has_thread)
		return 0;
	r = pthread_create(&queue->thread, NULL, work, queue);
	queue->has_thread = r == 0;
	return -r;
}

static void add(struct map_queue *queue, struct map_change *change)
{
	pthread_mutex_lock(&queue->lock);
	changes_push(change->n_words ? &queue->puts : &queue->removals, change);
	queue->undone++;
	pthread_cond_signal(&queue->wake);
	pthread_mutex_unlock(&queue->lock);
}

int map_queue_put(struct map_queue *queue, uint32_t index, int fd, uint32_t n_words)
{
	struct map_change *change = calloc(1, sizeof(*change));
	int r = change ? need_thread(queue) : -ENOMEM;

	if (r < 0) {
		free(change);
		return r;
	}
	*change = (struct map_change){.index = index, .n_words = n_words, .fd = fd};
	add(queue, change);
	return 0;
}

int map_queue_remove(struct map_queue *queue, uint32_t index)
{
	return map_queue_put(queue, index, -1, 0);
}

struct map_change *map_queue_made(struct map_queue *queue)
{
	struct map_change *change;

	pthread_mutex_lock(&queue->lock);
	change = changes_pop(&queue->made);
	pthread_mutex_unlock(&queue->lock);
	return change;
}

void map_queue_wait(struct map_queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	while (queue->undone > 0)
		pthread_cond_wait(&queue->made_one, &queue->lock);
	pthread_mutex_unlock(&queue->lock);
}
