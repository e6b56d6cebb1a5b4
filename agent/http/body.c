// SPDX-License-Identifier: Apache-2.0
#include "http/body.h"

#include <string.h>
#include <strings.h>

#include "http/response.h"
#include "util/cleanup.h"

static bool is_json(const struct request *request)
{
	static const char type[] = "application/json";
	const char *header = request_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
	char end;

	if (!header || strncasecmp(header, type, strlen(type)) != 0)
		return false;
	end = header[strlen(type)];
	return end == '\0' || end == ';' || end == ' ';
}

json_t *body_read(struct request *request, const char *example,
		  enum MHD_Result *ret_refused)
{
	_cleanup_(json_decrefp) json_t *body = NULL;
	json_error_t error;

	if (!is_json(request)) {
		*ret_refused =
			respond_error(request, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
				      "the body's type is not known; send Content-Type: "
				      "application/json");
		return NULL;
	}
	body = json_loadb(request->body ? request->body : "", request->body_length,
			  JSON_REJECT_DUPLICATES, &error);
	if (!body)
		*ret_refused = respond_error(request, MHD_HTTP_BAD_REQUEST,
					     "the body is no JSON: %s", error.text);
	else if (!json_is_object(body))
		*ret_refused = respond_error(request, MHD_HTTP_BAD_REQUEST,
					     "the body is no object; send %s", example);
	else
		return TAKE_PTR(body);
	return NULL;
}
