/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_FILTER_H
#define LSMD_HTTP_FILTER_H

/* Which denials a request asks for, as its query says. */

#include "http/request.h"
#include "report/history.h"

/** filter_read() - Take the strings of a query; borrowed from the request. */
void filter_read(const struct request *request, struct denial_filter *ret_filter);

/** filter_copy() - A copy with strings of its own. Return: 0, -ENOMEM. */
int filter_copy(const struct denial_filter *filter, struct denial_filter *ret_filter);
void filter_clear(struct denial_filter *copy);

/** filter_next() - The first denial after @sequence that matches; borrowed, NULL: none.
 */
struct denial *filter_next(const struct denial_filter *filter,
			   const struct history *history, uint64_t sequence);

#endif
