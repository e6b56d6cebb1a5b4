// SPDX-License-Identifier: Apache-2.0
#include "http/denies.h"

#include <string.h>

#include "agent.h"
#include "http/body.h"
#include "http/response.h"
#include "util/cleanup.h"

static enum MHD_Result answer_created(struct request *request, json_t *deny)
{
	const char *id = json_string_value(json_object_get(deny, "id"));
	_cleanup_(freep) char *location = NULL;

	if (id && asprintf(&location, "/v1/denies/%s", id) < 0)
		location = NULL;
	return respond_json_with(request, MHD_HTTP_CREATED, deny,
				 location ? MHD_HTTP_HEADER_LOCATION : NULL, location);
}

enum MHD_Result denies_answer_add(struct request *request)
{
	_cleanup_(json_decrefp) json_t *body = NULL;
	_cleanup_(freep) char *message = NULL;
	json_t *deny;
	enum MHD_Result refused;
	int r;

	body = body_read(request, "{\"pod\": \"NAMESPACE/NAME\", ...}", &refused);
	if (!body)
		return refused;
	r = agent_deny(request->agent, body, &deny, &message);
	if (r < 0)
		return respond_failure(request, r, message);
	return answer_created(request, deny);
}

static enum MHD_Result remove_denies(struct request *request, const char *id,
				     const char *pod)
{
	_cleanup_(freep) char *message = NULL;
	json_t *removed;
	int r = agent_allow(request->agent, id, pod, &removed, &message);

	if (r < 0)
		return respond_failure(request, r, message);
	return respond_json(request, MHD_HTTP_OK, removed);
}

enum MHD_Result denies_answer_remove(struct request *request)
{
	return remove_denies(request, request->argument, NULL);
}

enum MHD_Result denies_answer_remove_pod(struct request *request)
{
	const char *pod = request_query(request, "pod");
	const char *slash = pod ? strchr(pod, '/') : NULL;

	if (!slash || slash == pod || !slash[1] || strchr(slash + 1, '/'))
		return respond_error(
			request, MHD_HTTP_BAD_REQUEST,
			"which pod? give ?pod=NAMESPACE/NAME, or /v1/denies/ID");
	return remove_denies(request, NULL, pod);
}
