/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_API_PRIVATE_H
#define LSMD_KUBE_API_PRIVATE_H

/* For api.c and call.c alone. */

#include <curl/curl.h>

#include "kube/alarm.h"
#include "kube/api.h"

struct kube_api {
	struct kube_access access;
	bool token_refused;
	CURLM *multi;
	uv_loop_t *loop;
	struct alarm *alarm; /* of libcurl */
	struct kube_call *calls;
	struct kube_traffic traffic;
	uint64_t received; /* the bytes at hand; CLOCK_BOOTTIME, ns */
};

struct kube_call {
	struct kube_api *api;
	struct kube_call *next;
	CURL *curl;
	struct curl_slist *headers;
	struct alarm *silence;
	int stopped; /* what on_body returned, or -ETIMEDOUT */
	char error[CURL_ERROR_SIZE];
	struct kube_request request; /* its callbacks and silence alone */
};

/** kube_call_end() - Tell how a call ended, and free it. */
void kube_call_end(struct kube_call *call, CURLcode code);

#endif
