/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_TAINT_H
#define LSMD_KUBE_TAINT_H

/*
 * The start-up taint: a new node is registered with lsmd.io/agent-not-ready, so that no
 * pod comes before its agent is ready, which then takes it away. By a JSON patch (RFC
 * 6902) that tests for it first: others change the same list.
 */

#include <jansson.h>
#include <stdbool.h>
#include <uv.h>

#include "kube/api.h"

#define TAINT_KEY "lsmd.io/agent-not-ready"

struct taint;

struct taint_options {
	const char *node; /* its name; borrowed for the taint's life */
	/* Is everything in force? Asked once a second while the taint is there. */
	bool (*is_ready)(void *data);
	/* Whom to ask; NULL: there is no access yet. */
	struct kube_api *(*api)(void *data);
	void *data;
};

/** taint_new() - Nothing is asked before the taint was seen. Return: 0, -ENOMEM. */
int taint_new(uv_loop_t *loop, const struct taint_options *options,
	      struct taint **ret_taint);

/** taint_tell() - Tell of the Node object, with each of its versions. */
void taint_tell(struct taint *taint, const json_t *node);

/** taint_problem() - Why it is still there; borrowed, NULL: it is not, or is waited for.
 */
const char *taint_problem(const struct taint *taint);

/** taint_free() - Before the API's end. The loop must run once more. Return: NULL. */
struct taint *taint_free(struct taint *taint);

#endif
