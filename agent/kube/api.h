/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_API_H
#define LSMD_KUBE_API_H

/*
 * Requests to the API server on the event loop: HTTP/1.1 over TLS, connections kept. What
 * a request means is for whoever makes it (reflector.c); here is how it is carried.
 */

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "kube/access.h"

struct kube_api;
struct kube_call;

/* How a call ended. */
struct kube_result {
	/* 0: the server answered, whatever it said. -ECANCELED is never told. -ETIMEDOUT:
	 * silent for too long; -EHOSTUNREACH: not reached; -EPROTO: TLS or HTTP went
	 * wrong; -ECONNRESET: cut off; else what on_body returned. */
	int error;
	unsigned status;      /* of HTTP; 0: none came */
	unsigned retry_after; /* seconds that the server asks for; 0: does not */
	const char *message;  /* what went wrong, for people; "" when nothing did */
};

/* Strings are borrowed until kube_api_start() returns; @data for the call's life. */
struct kube_request {
	const char *method;
	const char *path;	  /* with its query; begins with "/" */
	const char *content_type; /* NULL: no body */
	const char *body;
	size_t body_length;
	unsigned silence_ms; /* no byte for so long: -ETIMEDOUT */
	/* Bytes of the body as they come, of an answer 2xx or not. Return: 0; negative
	 * errno to end the call with. */
	int (*on_body)(void *data, unsigned status, const char *bytes, size_t length);
	/* The call is over; its handle is not to be used after. Once, unless it is
	 * cancelled. */
	void (*on_end)(void *data, const struct kube_result *result);
	void *data;
};

/* What was asked of the server, for status and metrics. */
struct kube_traffic {
	uint64_t requests;
	uint64_t bytes; /* of bodies that came */
};

/**
 * kube_api_new() - Be ready to ask. Nothing is sent.
 * @access: taken over
 * Return: 0, -ENOMEM.
 */
int kube_api_new(uv_loop_t *loop, struct kube_access *access, struct kube_api **ret_api);

/** kube_api_free() - Cancel what goes on. The loop must run once more. Return: NULL. */
struct kube_api *kube_api_free(struct kube_api *api);

/**
 * kube_api_start() - Make a request.
 *
 * The token is renewed before when that is due. Neither callback runs before this
 * returns.
 *
 * Return: 0, -ENOMEM.
 */
int kube_api_start(struct kube_api *api, const struct kube_request *request,
		   struct kube_call **ret_call);

/** kube_call_cancel() - End a call; on_end is not called. NULL is well. Return: NULL. */
struct kube_call *kube_call_cancel(struct kube_call *call);

/** kube_api_refused() - The server did not take the token: read it again before the next.
 */
void kube_api_refused(struct kube_api *api);

/** kube_api_received() - When the bytes at hand came: CLOCK_BOOTTIME, ns. */
uint64_t kube_api_received(const struct kube_api *api);

const struct kube_traffic *kube_api_traffic(const struct kube_api *api);

/** kube_api_server() - Where requests go, for messages. */
const char *kube_api_server(const struct kube_api *api);

#endif
