/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_MAP_QUEUE_H
#define LSMD_ENFORCE_MAP_QUEUE_H

/*
 * Changes of a map of maps, made one after another by a thread of their own: after each
 * the kernel keeps the caller for a grace period (maybe_wait_bpf_programs()), which is
 * tens of milliseconds that the agent's loop does not have. Whatever is added is made;
 * what comes in goes before what goes out, since somebody may be about to want it.
 *
 * All functions are for one thread, the owner's.
 */

#include <stdint.h>

struct map_queue;

struct map_change {
	struct map_change *next;
	uint32_t index;
	uint32_t n_words; /* of the map to put there; 0: what is there is taken out */
	int fd;		  /* of that map; -1 */
	int result; /* 0, also where there was nothing to take out; negative errno */
};

/** map_queue_new() - @outer: of the map of maps; borrowed. Return: 0, negative errno. */
int map_queue_new(int outer, struct map_queue **ret_queue);

/** map_queue_free() - What was not begun is not made. Return: NULL. */
struct map_queue *map_queue_free(struct map_queue *queue);

/**
 * map_queue_put() - Put a map in; of one index there may be one change at a time.
 * @fd: taken over on success
 * Return: 0, negative errno: nothing will be made.
 */
int map_queue_put(struct map_queue *queue, uint32_t index, int fd, uint32_t n_words);

/** map_queue_remove() - Take out what is there. Return: as above. */
int map_queue_remove(struct map_queue *queue, uint32_t index);

/**
 * map_queue_made() - A change that was made, or failed; each is handed over once.
 * Return: the caller's, for map_change_free(); NULL: there is none at the moment.
 */
struct map_change *map_queue_made(struct map_queue *queue);

/** map_change_free() - Closes its descriptor, too. Return: NULL. */
struct map_change *map_change_free(struct map_change *change);

/** map_queue_wait() - Until all that was added is made. */
void map_queue_wait(struct map_queue *queue);

#endif
