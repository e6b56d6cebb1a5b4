/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_RESPONSE_H
#define LSMD_HTTP_RESPONSE_H

/* Answers. Each function queues one; MHD_NO cuts the connection. */

#include <jansson.h>

#include "http/request.h"

/** respond_json() - @json is taken; NULL answers 500, out of memory. */
enum MHD_Result respond_json(struct request *request, unsigned status, json_t *json);

/** respond_json_with() - As respond_json(), with one more header. */
enum MHD_Result respond_json_with(struct request *request, unsigned status, json_t *json,
				  const char *header, const char *value);

/** respond_text() - @text is taken (from malloc()); NULL cuts the connection. */
enum MHD_Result respond_text(struct request *request, unsigned status,
			     const char *content_type, char *text, size_t length);

/** respond_error() - {"error": "..."}; what is not fit to be shown is escaped. */
enum MHD_Result respond_error(struct request *request, unsigned status,
			      const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** response_status() - What an error of the agent (negative errno) is over HTTP. */
unsigned response_status(int error);

/** respond_failure() - respond_error() of what the agent said; @message NULL: of the
 * errno. */
enum MHD_Result respond_failure(struct request *request, int error, const char *message);

/** error_json() - The object that respond_error() sends; a new reference, NULL: no
 * memory. */
json_t *error_json(const char *message);

/** respond() - Queue and let go of a response that the caller made, with the common
 * headers. */
enum MHD_Result respond(struct request *request, unsigned status,
			const char *content_type, struct MHD_Response *response);

#endif
