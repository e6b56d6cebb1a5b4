// SPDX-License-Identifier: Apache-2.0
#include "http/dispatch.h"

#include <string.h>

#include "http/response.h"
#include "http/routes.h"
#include "util/cleanup.h"

/* Return: whether the path is the route's. @ret_argument: within @path, NULL without
 * "{id}". */
static bool route_matches(const struct route *route, const char *path,
			  const char **ret_argument)
{
	const char *name = strchr(route->path, '{');
	size_t fixed = name ? (size_t)(name - route->path) : strlen(route->path);

	*ret_argument = name ? path + fixed : NULL;
	if (strncmp(path, route->path, fixed) != 0)
		return false;
	return name ? path[fixed] && !strchr(path + fixed, '/') : !path[fixed];
}

/* What a path can be asked for: its route for the request's method, and all of its
 * methods. */
struct target {
	const struct route *route;
	char allow[64];
};

static void allow_method(struct target *target, const char *method)
{
	size_t used = strlen(target->allow);
	const char *more = strcmp(method, "GET") == 0 ? ", HEAD" : "";

	snprintf(target->allow + used, sizeof(target->allow) - used, "%s%s%s",
		 used ? ", " : "", method, more);
}

static void find_target(struct request *request, struct target *target)
{
	bool control = !listener_read_only(request->listener);

	for (size_t i = 0; i < n_routes; i++) {
		const char *argument;

		if ((routes[i].control && !control) ||
		    !route_matches(&routes[i], request->path, &argument))
			continue;
		allow_method(target, routes[i].method);
		if (strcmp(routes[i].method, request->method) != 0)
			continue;
		target->route = &routes[i];
		request->argument = argument;
	}
}

static enum MHD_Result refuse_method(struct request *request, const struct target *target)
{
	bool read_only = listener_read_only(request->listener);
	json_t *error =
		error_json(read_only ? "this address is read-only; use the control socket"
				     : "not with this method; GET /v1 lists the routes");

	return respond_json_with(request, MHD_HTTP_METHOD_NOT_ALLOWED, error,
				 MHD_HTTP_HEADER_ALLOW,
				 target->allow[0] ? target->allow : "GET, HEAD");
}

static bool is_key(const struct route *route, const char *key)
{
	for (const char *const *known = route->keys; *known; known++)
		if (strcmp(*known, key) == 0)
			return true;
	return false;
}

/* Return: the keys that the route does not know, joined; owned, NULL when there are none.
 */
static char *unknown_keys(const struct request *request, const struct route *route)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	for (size_t i = 0; i < request->n_query; i++)
		if (!is_key(route, request->query[i].key))
			fprintf(file, "%s\"%.64s\"", ftell(file) ? ", " : "",
				request->query[i].key);
	if (fclose(file) || !size) {
		free(text);
		return NULL;
	}
	return text;
}

static enum MHD_Result answer_route(struct request *request, const struct route *route)
{
	_cleanup_(freep) char *unknown = NULL;

	if (request->malformed_query)
		return respond_error(
			request, MHD_HTTP_BAD_REQUEST,
			"the query has a key twice, a NUL, or more than %d keys",
			REQUEST_QUERY_MAX);
	unknown = unknown_keys(request, route);
	if (unknown)
		return respond_error(request, MHD_HTTP_BAD_REQUEST,
				     "%s does not know the query's %s; see GET /v1",
				     route->path, unknown);
	return route->answer(request);
}

enum MHD_Result request_answer(struct request *request)
{
	bool reads = strcmp(request->method, MHD_HTTP_METHOD_GET) == 0;
	struct target target = {0};

	find_target(request, &target);
	if (listener_read_only(request->listener) && !reads)
		return refuse_method(request, &target);
	if (!target.route && target.allow[0])
		return refuse_method(request, &target);
	if (!target.route)
		return respond_error(request, MHD_HTTP_NOT_FOUND,
				     "there is no %.128s; GET /v1 lists the routes",
				     request->path);
	if (request->announced_too_much || request->body_length > REQUEST_BODY_MAX)
		return respond_error(request, MHD_HTTP_CONTENT_TOO_LARGE,
				     "the body is too large; at most %u bytes",
				     REQUEST_BODY_MAX);
	return answer_route(request, target.route);
}
