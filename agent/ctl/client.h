/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_CLIENT_H
#define LSMD_CTL_CLIENT_H

/*
 * lsmd's API over its unix socket (libcurl). Each function says on stderr what went wrong
 * and returns an enum exit_code.
 */

#include <jansson.h>
#include <stddef.h>

#include "ctl/command.h"
#include "ctl/options.h"

/**
 * client_request() - One request, one JSON reply.
 * @method:    "GET", "POST" or "DELETE"
 * @body:      NULL: none; borrowed
 * @ret_reply: the reply, also of a refusal; NULL where there is none; a new reference
 */
int client_request(const struct options *options, const char *method, const char *path,
		   const json_t *body, json_t **ret_reply);

/** client_get() - client_request() to read. */
int client_get(const struct options *options, const char *path, json_t **ret_reply);

/**
 * client_stream() - Follow a stream of JSON objects until SIGINT or SIGTERM, which is
 * EXIT_DONE; that the stream ends by itself is EXIT_UNREACHABLE.
 * @on_line: gets each object, borrowed
 */
int client_stream(const struct options *options, const char *path,
		  void (*on_line)(const json_t *line, void *data), void *data);

struct parameter {
	const char *key;
	const char *value; /* NULL: left out */
};

/**
 * client_path() - "BASE", or "BASE/NAME", and "?key=value&...", escaped.
 * @name: NULL: none
 * Return: owned; NULL: no memory, and that is said.
 */
char *client_path(const char *base, const char *name, const struct parameter *parameters,
		  size_t n);

#endif
