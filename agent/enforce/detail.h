/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_DETAIL_H
#define LSMD_ENFORCE_DETAIL_H

/* The one line that goes with an outcome: what failed, and what to do. */

/**
 * detail() - Set *@reterr_detail, unless one is set already: the first is nearest the
 * cause. Return: @outcome, so that it can be returned in the same statement.
 */
__attribute__((format(printf, 3, 4))) int detail(char **reterr_detail, int outcome,
						 const char *format, ...);

#endif
