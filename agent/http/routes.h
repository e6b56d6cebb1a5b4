/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_ROUTES_H
#define LSMD_HTTP_ROUTES_H

/* Every endpoint of the agent, in one table. */

#include "http/request.h"

struct route {
	const char *method;
	const char *path; /* a last "{id}" stands for one name */
	bool control;	  /* on the control socket alone */
	enum MHD_Result (*answer)(struct request *request);
	const char *const *keys; /* of the query, ended by NULL */
	const char *help;	 /* as GET /v1 says it */
};

extern const struct route routes[];
extern const size_t n_routes;

#endif
