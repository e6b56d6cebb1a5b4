/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_DENIALS_H
#define LSMD_HTTP_DENIALS_H

/* GET /v1/denials: the last denials as a list, or every one from now on as a stream. */

#include "http/request.h"

/* Denials in one answer. */
#define DENIALS_LIMIT_DEFAULT 100
#define DENIALS_LIMIT_MAX     1000

/* The keys of the query, ended by NULL. */
extern const char *const denials_keys[];

enum MHD_Result denials_answer(struct request *request);

#endif
