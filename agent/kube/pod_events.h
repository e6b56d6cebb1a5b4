/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_POD_EVENTS_H
#define LSMD_KUBE_POD_EVENTS_H

/*
 * Events on pods for their denials, as `kubectl describe pod` shows them: one object for
 * each pod, policy and rule, whose count goes up at most once in five minutes; all of
 * them together by a token bucket. They are a convenience: what must be exact is the
 * agent's own totals.
 */

#include <jansson.h>
#include <uv.h>

#include "kube/api.h"

struct pod_events;

struct pod_events_options {
	const char *node; /* name of this one; borrowed for its life */
	unsigned pace;	  /* divides every time, for tests; 0: 1 */
};

/* For status and metrics. */
struct pod_events_counts {
	uint64_t written;  /* objects made, or counted up */
	uint64_t denials;  /* that the objects written stand for */
	uint64_t dropped;  /* denials that no Event tells of */
	uint64_t failures; /* requests that went wrong, tried again or not */
};

/** pod_events_new() - Return: 0, -ENOMEM. */
int pod_events_new(uv_loop_t *loop, struct kube_api *api,
		   const struct pod_events_options *options,
		   struct pod_events **ret_events);

/**
 * pod_events_add() - A denial happened. Never waits; what finds no room is counted as
 * dropped. Denials of what is no pod are passed over.
 * @denial: as denial_json() gives it; borrowed for the call
 */
void pod_events_add(struct pod_events *events, const json_t *denial);

const struct pod_events_counts *pod_events_counts(const struct pod_events *events);

/** pod_events_free() - What is not written yet is dropped. The loop must run once more.
 * Return: NULL. */
struct pod_events *pod_events_free(struct pod_events *events);

#endif
