// SPDX-License-Identifier: Apache-2.0
#include "http/routes.h"

#include <errno.h>
#include <string.h>

#include "agent.h"
#include "http/denials.h"
#include "http/denies.h"
#include "http/pause.h"
#include "http/response.h"
#include "report/metrics.h"
#include "util/cleanup.h"

static enum MHD_Result answer_routes(struct request *request);

static enum MHD_Result answer_status(struct request *request)
{
	return respond_json(request, MHD_HTTP_OK, agent_status_json(request->agent));
}

static enum MHD_Result answer_pods(struct request *request)
{
	return respond_json(request, MHD_HTTP_OK, agent_pods_json(request->agent));
}

static enum MHD_Result answer_policies(struct request *request)
{
	return respond_json(request, MHD_HTTP_OK, agent_policies_json(request->agent));
}

static enum MHD_Result answer_totals(struct request *request)
{
	return respond_json(request, MHD_HTTP_OK, agent_totals_json(request->agent));
}

static enum MHD_Result answer_denies(struct request *request)
{
	return respond_json(request, MHD_HTTP_OK, agent_denies_json(request->agent));
}

static enum MHD_Result answer_word(struct request *request, unsigned status,
				   const char *word)
{
	_cleanup_(freep) char *text = NULL;
	int length = asprintf(&text, "%s\n", word);

	if (length < 0)
		text = NULL;
	return respond_text(request, status, "text/plain; charset=utf-8", TAKE_PTR(text),
			    (size_t)length);
}

static enum MHD_Result answer_health(struct request *request)
{
	return answer_word(request, MHD_HTTP_OK, "ok");
}

static enum MHD_Result answer_ready(struct request *request)
{
	const char *why = "not ready";

	if (agent_is_ready(request->agent, &why))
		return answer_word(request, MHD_HTTP_OK, "ok");
	return answer_word(request, MHD_HTTP_SERVICE_UNAVAILABLE, why);
}

static enum MHD_Result answer_metrics(struct request *request)
{
	struct metrics_values values = {0};
	char *text = NULL;
	size_t length = 0;

	agent_metrics(request->agent, &values);
	if (metrics_text(&values, &text, &length) < 0)
		return respond_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR,
				     "lsmd is out of memory; try again");
	return respond_text(request, MHD_HTTP_OK,
			    "text/plain; version=0.0.4; charset=utf-8", text, length);
}

static enum MHD_Result answer_container(struct request *request)
{
	json_t *answer = NULL;
	int r = agent_confirm(request->agent, request->argument, &answer);

	return respond_json(request, r == 0 ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
			    answer);
}

static enum MHD_Result answer_reload(struct request *request)
{
	_cleanup_(json_decrefp) json_t *result = NULL;
	_cleanup_(json_decrefp) json_t *error = NULL;
	int r = agent_reload(request->agent, &result);

	if (r == 0)
		return respond_json(request, MHD_HTTP_OK, TAKE_PTR(result));
	if (r != -EINVAL)
		return respond_failure(request, r, NULL);
	error = error_json("something has an error; what it replaces stays in force");
	if (error && result && json_object_update_missing(error, result) < 0)
		return respond_failure(request, -ENOMEM, NULL);
	return respond_json(request, response_status(r), TAKE_PTR(error));
}

static enum MHD_Result answer_handover(struct request *request)
{
	_cleanup_(freep) char *message = NULL;
	int r = agent_hand_over(request->agent, &message);

	if (r < 0)
		return respond_failure(request, r, message);
	return respond_json(request, MHD_HTTP_OK, json_pack("{s:b}", "ok", 1));
}

static const char *const no_keys[] = {NULL};
static const char *const pod_keys[] = {"pod", NULL};

const struct route routes[] = {
	{"GET", "/v1", false, answer_routes, no_keys, "this list"},
	{"GET", "/v1/status", false, answer_status, no_keys,
	 "the agent and what is in force"},
	{"GET", "/v1/pods", false, answer_pods, no_keys,
	 "pods, their containers and policies"},
	{"GET", "/v1/containers/{id}", true, answer_container, no_keys,
	 "is what a container's policies say in force? 503: not yet"},
	{"GET", "/v1/policies", false, answer_policies, no_keys,
	 "policies and their errors"},
	{"GET", "/v1/denials", false, denials_answer, denials_keys,
	 "the last denials; follow=true: a stream, one a line"},
	{"GET", "/v1/totals", false, answer_totals, no_keys, "exact counts of denials"},
	{"GET", "/v1/denies", false, answer_denies, no_keys, "denials by hand"},
	{"POST", "/v1/denies", true, denies_answer_add, no_keys, "deny by hand"},
	{"DELETE", "/v1/denies", true, denies_answer_remove_pod, pod_keys,
	 "take back all denials by hand of pod=NAMESPACE/NAME"},
	{"DELETE", "/v1/denies/{id}", true, denies_answer_remove, no_keys,
	 "take back one"},
	{"POST", "/v1/pause", true, pause_answer_set, no_keys,
	 "turn every denial to audit, by hand"},
	{"DELETE", "/v1/pause", true, pause_answer_lift, no_keys,
	 "take that back; a file or an annotation may go on pausing"},
	{"POST", "/v1/handover", true, answer_handover, no_keys,
	 "the lsmd of the boot: go, another one stays"},
	{"POST", "/v1/reload", true, answer_reload, no_keys,
	 "read policies and pods again"},
	{"GET", "/healthz", false, answer_health, no_keys, "does the agent's loop turn?"},
	{"GET", "/readyz", false, answer_ready, no_keys, "is everything in force?"},
	{"GET", "/metrics", false, answer_metrics, no_keys, "Prometheus text format"},
};

static enum MHD_Result answer_routes(struct request *request)
{
	_cleanup_(json_decrefp) json_t *items = json_array();
	bool control = !listener_read_only(request->listener);

	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		const struct route *route = &routes[i];

		if (route->control && !control)
			continue;
		json_array_append_new(items, json_pack("{ssssss}", "method",
						       route->method, "path", route->path,
						       "help", route->help));
	}
	return respond_json(request, MHD_HTTP_OK, json_pack("{sO}", "items", items));
}

const size_t n_routes = ARRAY_SIZE(routes);
