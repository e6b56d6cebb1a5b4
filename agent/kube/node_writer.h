/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_NODE_WRITER_H
#define LSMD_KUBE_NODE_WRITER_H

/*
 * Writes this node's LsmNode: when it changed, and about once an hour, for somebody may
 * have deleted it. By server-side apply, which makes it where it is not there and needs
 * nothing to be read before.
 */

#include <jansson.h>
#include <uv.h>

#include "kube/api.h"

struct node_writer;

struct node_writer_counts {
	uint64_t writes, failures;
	char problem[400]; /* of the last request, when it went wrong; "" */
};

/**
 * node_writer_new() - Nothing is written before the first object.
 * @node: borrowed for the writer's life
 * @pace: divides every time; 0: 1
 * Return: 0, -ENOMEM.
 */
int node_writer_new(uv_loop_t *loop, struct kube_api *api, const char *node,
		    unsigned pace, struct node_writer **ret_writer);

/**
 * node_writer_set() - The object is now this one.
 * @object: a reference is taken over
 *
 * Written some seconds after, at random, so that a policy that changes does not make all
 * agents write at once; never twice within half a minute.
 */
void node_writer_set(struct node_writer *writer, json_t *object);

/** node_writer_set_members() - How many agents write so: the more, the further apart. */
void node_writer_set_members(struct node_writer *writer, size_t members);

const struct node_writer_counts *node_writer_counts(const struct node_writer *writer);

/** node_writer_free() - The loop must run once more. Return: NULL. */
struct node_writer *node_writer_free(struct node_writer *writer);

#endif
