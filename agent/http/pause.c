// SPDX-License-Identifier: Apache-2.0
#include "http/pause.h"

#include "agent.h"
#include "http/body.h"
#include "http/response.h"
#include "util/cleanup.h"

enum MHD_Result pause_answer_set(struct request *request)
{
	_cleanup_(json_decrefp) json_t *body = NULL;
	_cleanup_(freep) char *message = NULL;
	enum MHD_Result refused;
	json_t *pause;
	int r;

	body = body_read(request, "{}, or {\"for\": SECONDS, \"reason\": \"...\"}",
			 &refused);
	if (!body)
		return refused;
	r = agent_pause(request->agent, body, &pause, &message);
	if (r < 0)
		return respond_failure(request, r, message);
	return respond_json(request, MHD_HTTP_OK, pause);
}

enum MHD_Result pause_answer_lift(struct request *request)
{
	return respond_json(request, MHD_HTTP_OK, agent_resume(request->agent));
}
