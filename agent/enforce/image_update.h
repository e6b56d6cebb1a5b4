/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_IMAGE_UPDATE_H
#define LSMD_ENFORCE_IMAGE_UPDATE_H

/*
 * A change of the outer map without its wait. The kernel exchanges the pointer at once,
 * and then keeps the caller until a grace period is over (maybe_wait_bpf_programs()): 12
 * ms and more, which a label's change does not have. So the call is made on a thread of
 * its own, and this one goes on as soon as the map says that it has been done.
 */

#include <stdint.h>

/**
 * image_update() - Put an inner map into an outer one, or take it out.
 * @outer: borrowed
 * @inner: borrowed; -1: delete the element, of which none need be there
 *
 * Whoever needs the grace period waits for it with image_map_wait().
 *
 * Return: 0, every program that begins now sees it; negative errno.
 */
int image_update(int outer, uint32_t index, int inner);

#endif
