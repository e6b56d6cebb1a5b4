/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HOOK_BARRIER_H
#define LSMD_HOOK_BARRIER_H

/* Waiting until lsmd confirms what holds for a container. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hook/state.h"

struct barrier {
	const char *socket_path;
	const char *const *exempt; /* namespaces */
	size_t n_exempt;
	uint64_t timeout; /* ns */
};

/**
 * barrier_concerns() - Is it to be waited for? Not what is no pod's, nor what is of an
 * exempt namespace: lsmd itself, and what it cannot do without, start before it.
 */
bool barrier_concerns(const struct barrier *barrier, const struct container_state *state);

/**
 * barrier_wait() - Ask until it is confirmed.
 * Return: 0; -ETIMEDOUT: lsmd answered, and it was not confirmed in time; another
 * negative errno: the last reason for which it did not answer.
 */
int barrier_wait(const struct barrier *barrier, const char *container_id);

#endif
