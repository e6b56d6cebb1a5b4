/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_WINDOW_H
#define LSMD_ENFORCE_WINDOW_H

/*
 * The memory of an array map, mapped from its start only as far as it is used: every page
 * that is mapped counts as the agent's, and the maps are made for far more than a node
 * mostly has.
 */

#include <stddef.h>
#include <stdint.h>

struct window {
	uint8_t *base; /* its address never changes */
	size_t size;   /* of the whole map */
	size_t mapped;
	int fd; /* borrowed */
};

/** window_open() - @size: bytes of the map. Return: 0, negative errno. */
int window_open(int fd, size_t size, struct window *ret_window);
void window_close(struct window *window);

/**
 * window_reach() - Make [0, end) accessible.
 * Return: 0; -ERANGE beyond the map; another negative errno.
 */
int window_reach(struct window *window, size_t end);

#endif
