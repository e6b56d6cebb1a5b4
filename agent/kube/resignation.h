/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_RESIGNATION_H
#define LSMD_KUBE_RESIGNATION_H

/*
 * A Lease given back by whoever ends: without a holder, as client-go's leader election
 * leaves it (ReleaseOnCancel), so that nobody waits for it to run out.
 */

#include <uv.h>

#include "kube/api.h"

/**
 * resignation_hand_in() - Empty the Lease's holder, where that is us.
 * @path:     of the Lease
 * @holder:   our identity
 * @limit_ms: what the server has not answered by then is left to run out
 *
 * The Lease is read first, and written only as it was read: a request on its way may have
 * made it ours, or another may have taken it since. Turns the loop meanwhile, and so may
 * be called only outside of its callbacks.
 */
void resignation_hand_in(uv_loop_t *loop, struct kube_api *api, const char *path,
			 const char *holder, unsigned limit_ms);

#endif
