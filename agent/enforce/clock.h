/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_CLOCK_H
#define LSMD_ENFORCE_CLOCK_H

#include "lsm/abi.h"

/**
 * clock_tell() - Tell the programs how the real time relates to the boot time.
 *
 * Files bear real times, while programs read boot time alone (no helper for another
 * before 6.1). To be told again now and then: somebody may set the clock.
 */
void clock_tell(struct state *state);

#endif
