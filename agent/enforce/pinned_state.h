/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_PINNED_STATE_H
#define LSMD_ENFORCE_PINNED_STATE_H

/*
 * Pausing through the pinned state alone: for a node whose lsmd is away or stuck. It
 * takes no lock, since one that is stuck holds it; each word is stored at once.
 */

#include <stdint.h>

#include "lsm/abi.h"

/** pinned_state_set() - Pause, or end it, in a state that is mapped; as enforcer_pause().
 */
void pinned_state_set(struct state *state, uint32_t sources, uint64_t until);

/**
 * pinned_state_pause() - enforcer_pause() without an enforcer.
 * Return: 0; -ENOENT: nothing is in force on this node; -EPROTO: what is in force is of
 * an lsmd that is none of this version's kin; -EPERM, -EACCES; another negative errno.
 */
int pinned_state_pause(const char *pin_directory, uint32_t sources, uint64_t until);

/**
 * pinned_state_read() - What is pinned says of pausing.
 * Return: as pinned_state_pause().
 */
int pinned_state_read(const char *pin_directory, uint32_t *ret_sources,
		      uint64_t *ret_until);

#endif
