/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_ACCEPT_H
#define LSMD_POLICY_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/image.h"

/**
 * accept_widens() - Would it mean anything for a file to be known by this accept, too?
 * @accept: from eval_accept(), of a path that the file is as well
 *
 * Only what denies, kills or audits by a rule holds for a file by what it is (DESIGN.md
 * 4).
 */
bool accept_widens(const struct image *image, uint32_t accept);

#endif
