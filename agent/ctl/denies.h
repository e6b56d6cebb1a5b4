/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_DENIES_H
#define LSMD_CTL_DENIES_H

#include <jansson.h>

#include "ctl/options.h"

/** denies_print() - An array of denials by hand as a table. */
void denies_print(const json_t *items, const struct options *options);

#endif
