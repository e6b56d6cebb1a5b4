/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_REQUEST_H
#define LSMD_HTTP_REQUEST_H

/* One HTTP request, from its headers to its answer. */

#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/listener.h"

/* Bytes of a body; a longer one is 413. */
#define REQUEST_BODY_MAX (64U << 10)
/* Bytes of a too long body that are read and dropped, so that the client gets to read the
 * 413; beyond, the connection is cut. */
#define REQUEST_BODY_DROP (1U << 20)
/* Keys in a query. */
#define REQUEST_QUERY_MAX 16

struct query_item {
	const char *key;
	const char *value; /* NULL: "?key" alone */
};

struct request {
	struct listener *listener;
	struct agent *agent;
	struct MHD_Connection *connection;
	const char *method; /* HEAD is GET here: libmicrohttpd leaves the body out */
	char *path;
	const char
		*argument; /* what stands for "{id}" in @path; NULL: the route has none */
	struct query_item query[REQUEST_QUERY_MAX];
	size_t n_query;
	bool malformed_query; /* too many keys, one twice, or a NUL in one */
	char *body;
	size_t body_length; /* as received; beyond REQUEST_BODY_MAX nothing is kept */
	bool announced_too_much;
};

/** request_new() - Copies what does not live as long. Return: 0, -ENOMEM. */
int request_new(struct listener *listener, struct MHD_Connection *connection,
		const char *method, const char *path, struct request **ret_request);
struct request *request_free(struct request *request);

/** request_is_hopeless() - Is it to be answered without reading the body it announces? */
bool request_is_hopeless(const struct request *request);

/** request_add_body() - Take bytes. Return: 0, -ENOMEM, -EMSGSIZE: cut the connection. */
int request_add_body(struct request *request, const char *bytes, size_t length);

/** request_query() - Value of a key; NULL when it is not there. */
const char *request_query(const struct request *request, const char *key);

/** request_header() - Value of a header; NULL when it is not there. */
const char *request_header(const struct request *request, const char *name);

/**
 * number_parse() - A decimal number, digits alone, at most @max.
 * Return: 0, -EINVAL.
 */
int number_parse(const char *text, uint64_t max, uint64_t *ret_number);

#endif
