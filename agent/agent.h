/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_AGENT_H
#define LSMD_AGENT_H

/*
 * The agent's state and what can be asked of it. One event loop owns it: every function
 * here is called on the loop's thread. JSON that is returned is a new reference; NULL
 * means no memory.
 */

#include <jansson.h>
#include <stdbool.h>

#include "report/history.h"
#include "report/metrics.h"

struct agent;

/** agent_status_json() - GET /v1/status. */
json_t *agent_status_json(struct agent *agent);
/** agent_pods_json() - GET /v1/pods: {"items": [...], "host": [...]}, host: units and
 * cgroups that policies select, as the containers of a pod are; "pending": those
 * of pods that are not known. */
json_t *agent_pods_json(struct agent *agent);
/** agent_policies_json() - GET /v1/policies: {"items": [...], "errors": [...]}. */
json_t *agent_policies_json(struct agent *agent);
/** agent_denies_json() - GET /v1/denies: denials by hand, {"items": [...]}. */
json_t *agent_denies_json(struct agent *agent);
/** agent_totals_json() - GET /v1/totals, harvested first: {"items": [...]}. */
json_t *agent_totals_json(struct agent *agent);
void agent_metrics(struct agent *agent, struct metrics_values *ret_values);

const struct history *agent_history(const struct agent *agent);

/** agent_is_ready() - Policies read, pods read, subjects in force. @ret_why: static text
 * if not. */
bool agent_is_ready(const struct agent *agent, const char **ret_why);

/**
 * agent_confirm() - GET /v1/containers/{id}: is what its policies say in force?
 * @ret_answer: {"id", "confirmed", "reason"}; NULL without memory
 *
 * Looks at the cgroups when it does not know the container yet.
 *
 * Return: 0; -EAGAIN: not (yet); -ENOMEM.
 */
int agent_confirm(struct agent *agent, const char *container_id, json_t **ret_answer);

/**
 * agent_deny() - Deny by hand; in force when it returns.
 * @request: {"pod": "ns/name", "container"?, "connect"|"exec"|"open"|"socket": string,
 *            "for"?: seconds, "audit"?: bool}
 * @ret_deny: the item as agent_denies_json() lists it, with "id"
 * @reterr_message: one line on what is wrong and what would be right; owned
 * Return: 0, -EINVAL (bad request), -ENOENT (no such pod or container here), -EBUSY (a
 * cgroup that is refused as subject), -ENOSPC, -ENOMEM, -EIO (kernel).
 */
int agent_deny(struct agent *agent, json_t *request, json_t **ret_deny,
	       char **reterr_message);

/**
 * agent_allow() - Take denials by hand back, by id or all of a pod ("ns/name").
 * @ret_removed: {"items": [...]} of what was removed
 * Return: 0, -ENOENT when there was none, -ENOMEM.
 */
int agent_allow(struct agent *agent, const char *id, const char *pod,
		json_t **ret_removed, char **reterr_message);

/**
 * agent_pause() - Turn every denial to audit, by hand; in force when it returns.
 * @request:   {"for"?: seconds, "reason"?: string}; replaces an earlier one
 * @ret_pause: as /v1/status has it under "pause"
 *
 * Where it cannot be kept on disk it is in force all the same, and "problem" says so.
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int agent_pause(struct agent *agent, json_t *request, json_t **ret_pause,
		char **reterr_message);

/** agent_resume() - Take it back. Return: as @ret_pause; other sources may go on. */
json_t *agent_resume(struct agent *agent);

/**
 * agent_hand_over() - End in a moment, for the lsmd that stays; all stays in force.
 * Return: 0, -EBUSY: this one stays.
 */
int agent_hand_over(struct agent *agent, char **reterr_message);

/**
 * agent_reload() - Read policies and pods again, as SIGHUP does.
 * Return: 0, -EINVAL when something has an error: that part stays as it was.
 */
int agent_reload(struct agent *agent, json_t **ret_result);

#endif
