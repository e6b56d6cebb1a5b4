/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_CHECK_PRINT_H
#define LSMD_CTL_CHECK_PRINT_H

/* What `lsmctl check` found: as lines, as JSON and as SARIF. */

#include <jansson.h>

#include "ctl/options.h"

struct check_result {
	size_t n_policies;
	const json_t *findings; /* as diagnostics_json() has them; a "note" is one too */
};

/** check_count() - How many findings are an "error", a "warning", a "note"? */
size_t check_count(const json_t *findings, const char *severity);

/** check_print() - All of it to stdout. Return: 0, -ENOMEM. */
int check_print(const struct check_result *result, enum output output);

#endif
