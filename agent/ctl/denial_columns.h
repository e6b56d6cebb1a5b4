/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_DENIAL_COLUMNS_H
#define LSMD_CTL_DENIAL_COLUMNS_H

/* How a denial is shown to people. Its JSON is described in report/denial.h. */

#include "ctl/table.h"

extern const struct column denial_columns[];
extern const size_t n_denial_columns;

#endif
