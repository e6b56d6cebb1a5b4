/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_UTIL_EXPLAIN_H
#define LSMD_UTIL_EXPLAIN_H

/**
 * explain() - Say what went wrong, unless somebody nearer to it already has.
 * @reterr_message: left alone when it is set; owned by the caller; stays NULL without
 * memory
 */
void explain(char **reterr_message, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
