/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_SAVER_H
#define LSMD_KUBE_SAVER_H

/*
 * Writes files some time after they became stale, on a thread of its own: a disk that is
 * slow to sync must not hold up a change of label.
 */

#include <stddef.h>
#include <uv.h>

struct saver;

struct saver_options {
	const char *directory; /* made when missing; copied */
	unsigned period_ms;    /* between the first change and the writing */
	/* Hands over with saver_add() what is stale. Return: 0, negative errno. */
	int (*collect)(void *data, struct saver *saver);
	/* A file could not be written: it is stale still. */
	void (*failed)(void *data, const char *name, int error);
	void *data;
};

/** saver_new() - Return: 0, negative errno of making the directory. */
int saver_new(uv_loop_t *loop, const struct saver_options *options,
	      struct saver **ret_saver);

/** saver_mark() - Something is stale: collect and write within the period. */
void saver_mark(struct saver *saver);

/** saver_add() - Have a file written. @text: taken over. Return: 0, -ENOMEM. */
int saver_add(struct saver *saver, const char *name, char *text, size_t length);

/** saver_free() - Write what is stale at once, and end. The loop must run once more.
 * Return: NULL. */
struct saver *saver_free(struct saver *saver);

#endif
