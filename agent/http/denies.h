/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_DENIES_H
#define LSMD_HTTP_DENIES_H

/* Denials by hand, made and taken back. */

#include "http/request.h"

enum MHD_Result denies_answer_add(struct request *request);
enum MHD_Result denies_answer_remove(struct request *request);
enum MHD_Result denies_answer_remove_pod(struct request *request);

#endif
