/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_DISPATCH_H
#define LSMD_HTTP_DISPATCH_H

/* From a request to its row of the route table, or to what is wrong with it. */

#include "http/request.h"

/** request_answer() - Answer a request that is complete. Return: as respond(). */
enum MHD_Result request_answer(struct request *request);

#endif
