// SPDX-License-Identifier: Apache-2.0
#include "http/request.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

static enum MHD_Result add_query(void *data, enum MHD_ValueKind kind, const char *key,
				 size_t key_length, const char *value,
				 size_t value_length)
{
	struct request *request = data;

	(void)kind;
	if (request->n_query == REQUEST_QUERY_MAX || memchr(key, '\0', key_length) ||
	    (value && memchr(value, '\0', value_length)) || request_query(request, key)) {
		request->malformed_query = true;
		return MHD_NO;
	}
	request->query[request->n_query++] = (struct query_item){key, value};
	return MHD_YES;
}

static void read_announced_length(struct request *request)
{
	const char *text = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t length;

	request->announced_too_much =
		text && number_parse(text, REQUEST_BODY_DROP, &length) < 0;
}

int request_new(struct listener *listener, struct MHD_Connection *connection,
		const char *method, const char *path, struct request **ret_request)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return -ENOMEM;
	request->listener = listener;
	request->agent = listener_service(listener)->agent;
	request->connection = connection;
	request->method =
		strcmp(method, MHD_HTTP_METHOD_HEAD) == 0 ? MHD_HTTP_METHOD_GET : method;
	request->path = strdup(path);
	if (!request->path) {
		request_free(request);
		return -ENOMEM;
	}
	MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, add_query,
				    request);
	read_announced_length(request);
	*ret_request = request;
	return 0;
}

struct request *request_free(struct request *request)
{
	if (!request)
		return NULL;
	free(request->path);
	free(request->body);
	free(request);
	return NULL;
}

bool request_is_hopeless(const struct request *request)
{
	return request->announced_too_much;
}

int request_add_body(struct request *request, const char *bytes, size_t length)
{
	char *body;

	if (length > REQUEST_BODY_DROP - request->body_length)
		return -EMSGSIZE;
	if (request->body_length + length > REQUEST_BODY_MAX) {
		request->body_length += length;
		return 0;
	}
	body = realloc(request->body, request->body_length + length);
	if (!body)
		return -ENOMEM;
	memcpy(body + request->body_length, bytes, length);
	request->body = body;
	request->body_length += length;
	return 0;
}

const char *request_query(const struct request *request, const char *key)
{
	for (size_t i = 0; i < request->n_query; i++)
		if (strcmp(request->query[i].key, key) == 0)
			return request->query[i].value ? request->query[i].value : "";
	return NULL;
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

int number_parse(const char *text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number) ||
		    number > max)
			return -EINVAL;
	}
	*ret_number = number;
	return 0;
}
