/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_PAUSE_H
#define LSMD_HTTP_PAUSE_H

/* Pausing by hand, and taking that back. */

#include "http/request.h"

enum MHD_Result pause_answer_set(struct request *request);
enum MHD_Result pause_answer_lift(struct request *request);

#endif
