/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_BODY_H
#define LSMD_HTTP_BODY_H

/* The JSON object that a request brings. */

#include "http/request.h"

/**
 * body_read() - Read it, or answer what is wrong with it.
 * @example:     of what is to be sent
 * @ret_refused: set where there is none: what to return from the route
 * Return: a new reference; NULL: the request has been answered.
 */
json_t *body_read(struct request *request, const char *example,
		  enum MHD_Result *ret_refused);

#endif
