// SPDX-License-Identifier: Apache-2.0
#include "http/response.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/printable.h"

#define JSON_TYPE "application/json"

enum MHD_Result respond(struct request *request, unsigned status,
			const char *content_type, struct MHD_Response *response)
{
	enum MHD_Result result = MHD_NO;

	if (!response)
		return MHD_NO;
	/* What is served here is text of strangers: never to be guessed at, never to be
	 * kept. */
	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				    content_type) &&
	    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") &&
	    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"))
		result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static struct MHD_Response *make_response(char *text, size_t length)
{
	struct MHD_Response *response;

	if (!text)
		return NULL;
	response = MHD_create_response_from_buffer_with_free_callback(length, text, free);
	if (!response)
		free(text);
	return response;
}

enum MHD_Result respond_text(struct request *request, unsigned status,
			     const char *content_type, char *text, size_t length)
{
	return respond(request, status, content_type, make_response(text, length));
}

static struct MHD_Response *make_json_response(const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	return make_response(text, text ? strlen(text) : 0);
}

enum MHD_Result respond_json_with(struct request *request, unsigned status, json_t *json,
				  const char *header, const char *value)
{
	_cleanup_(json_decrefp) json_t *owned = json;
	struct MHD_Response *response;

	if (!owned)
		return respond_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR,
				     "lsmd is out of memory; try again");
	response = make_json_response(owned);
	if (response && header)
		MHD_add_response_header(response, header, value);
	return respond(request, status, JSON_TYPE, response);
}

enum MHD_Result respond_json(struct request *request, unsigned status, json_t *json)
{
	return respond_json_with(request, status, json, NULL, NULL);
}

json_t *error_json(const char *message)
{
	_cleanup_(freep) char *shown = printable(message, strlen(message));

	return shown ? json_pack("{ss}", "error", shown) : NULL;
}

enum MHD_Result respond_error(struct request *request, unsigned status,
			      const char *format, ...)
{
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_(freep) char *message = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&message, format, arguments);
	va_end(arguments);
	if (length < 0)
		message = NULL;
	json = message ? error_json(message) : NULL;
	if (!json)
		return MHD_NO;
	return respond(request, status, JSON_TYPE, make_json_response(json));
}

unsigned response_status(int error)
{
	static const struct {
		int error;
		unsigned status;
	} table[] = {
		{EINVAL, MHD_HTTP_UNPROCESSABLE_CONTENT},
		{ENOENT, MHD_HTTP_NOT_FOUND},
		{EBUSY, MHD_HTTP_CONFLICT},
		{ENOSPC, MHD_HTTP_SERVICE_UNAVAILABLE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].error == -error)
			return table[i].status;
	return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

enum MHD_Result respond_failure(struct request *request, int error, const char *message)
{
	return respond_error(request, response_status(error), "%s",
			     message ? message : strerrordesc_np(-error));
}
