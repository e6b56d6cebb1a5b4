/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_POD_EVENT_H
#define LSMD_KUBE_POD_EVENT_H

/* One Event of core/v1 on a pod, for all denials of it by one rule, and how it is
 * written. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Bytes of the message, as the API server takes it. */
#define POD_EVENT_MESSAGE 1024

/* Texts are owned, as denial_json() has them: fit to be shown. */
struct pod_event {
	char *name_space, *pod, *uid;
	char *container;      /* "": not known */
	char *verdict;	      /* "deny" */
	char *message;	      /* about the first denial that is not written */
	char *name;	      /* of the object; NULL: there is none */
	uint64_t key;	      /* of pod, container, policy, rule and verdict */
	uint64_t first, last; /* wall clock, ns */
	uint64_t written;     /* denials that the object tells of */
	uint64_t gained;      /* those since */
	uint64_t due;	      /* not to be written before; CLOCK_BOOTTIME, ms */
};

/** pod_event_key() - Denials that have it in common have an Event in common. */
uint64_t pod_event_key(const json_t *denial);

/** pod_event_is_of_pod() - Is it the denial of a pod at all? */
bool pod_event_is_of_pod(const json_t *denial);

/**
 * pod_event_begin() - Make it that of a denial, which does not count yet.
 * Return: 0, -ENOMEM: it is cleared.
 */
int pod_event_begin(struct pod_event *event, const json_t *denial, uint64_t wall);

/** pod_event_count() - Add a denial. */
void pod_event_count(struct pod_event *event, const json_t *denial, uint64_t wall);

/** pod_event_json() - The whole object, to be created; its name is made. Return: NULL: no
 * memory. */
json_t *pod_event_json(struct pod_event *event, const char *node);

/** pod_event_patch() - The patch that brings the object up to date. */
json_t *pod_event_patch(const struct pod_event *event);

/** pod_event_path() - Where it is written, the object itself or, without one, its
 * collection. Return: owned; NULL: no memory. */
char *pod_event_path(const struct pod_event *event);

void pod_event_clear(struct pod_event *event);

#endif
