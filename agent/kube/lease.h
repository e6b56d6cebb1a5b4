/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_LEASE_H
#define LSMD_KUBE_LEASE_H

/*
 * Which of the agents does what is to be done once for the cluster: whoever holds an
 * object coordination.k8s.io/v1 Lease (its API reference says what the fields mean).
 *
 * The holder renews it every ten seconds. The others look at it ever less often the more
 * of them there are, so that all of them together ask about twice a second; the holder
 * writes how many there are into an annotation. One that finds it not renewed looks again
 * after its duration, by its own clock, for those of two nodes may differ; and takes it
 * with the resourceVersion that it saw, which only one of several can.
 */

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "kube/api.h"

struct lease;

/* Texts are borrowed for the lease's life. */
struct lease_options {
	const char *name_space, *name;
	const char *identity; /* of this agent */
	unsigned pace;	      /* divides every time; 0: 1 */
	/* It was won, or lost. */
	void (*changed)(void *data, bool is_held);
	void *data;
};

struct lease_counts {
	uint64_t reads, writes, failures;
	char problem[400]; /* of the last request, when it went wrong; "" */
};

/** lease_new() - Stand for it: the first look is some seconds away. Return: 0, -ENOMEM.
 */
int lease_new(uv_loop_t *loop, struct kube_api *api, const struct lease_options *options,
	      struct lease **ret_lease);

/**
 * lease_is_held() - May we act as its holder?
 *
 * By the boot clock, so that a process that stood still for a minute does not take itself
 * for the holder when it goes on.
 */
bool lease_is_held(const struct lease *lease);

/** lease_set_members() - Of the holder: how many agents there are. */
void lease_set_members(struct lease *lease, size_t members);

/** lease_members() - As the holder wrote it last; 0: not known. */
size_t lease_members(const struct lease *lease);

const struct lease_counts *lease_counts(const struct lease *lease);

/**
 * lease_resign() - Stand for it no more, and give it back where it is ours: the next that
 * looks takes it at once.
 *
 * Turns the loop until the server has answered, two seconds at most.
 */
void lease_resign(struct lease *lease);

/** lease_free() - Renew no more: it passes on when it has run out. The loop must run once
 * more. Return: NULL. */
struct lease *lease_free(struct lease *lease);

#endif
