/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that change what is in force: denials by hand, and taking them back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* "namespace/name", or "name" in "default". */
static const struct pod *pod_by_name(const struct agent *agent, const char *name,
				     char **reterr_message)
{
	const char *slash = strchr(name, '/');
	_cleanup_(freep) char *name_space =
		slash ? strndup(name, (size_t)(slash - name)) : strdup("default");
	const struct pod *pod =
		name_space ? pods_find(&agent->pods, name_space, slash ? slash + 1 : name)
			   : NULL;

	if (!pod)
		explain(reterr_message,
			"no pod %s/%s is known on node %s; `lsmctl pods` lists those "
			"that are",
			name_space, slash ? slash + 1 : name, agent->options.node);
	return pod;
}

static bool has_container(const struct pod *pod, const char *name)
{
	for (size_t i = 0; i < pod->n_containers; i++)
		if (!strcmp(pod->containers[i].name, name))
			return true;
	return false;
}

static int force_pod(struct agent *agent, const struct pod *pod, char **reterr_message)
{
	for (size_t i = 0; i < agent->subjects.n; i++) {
		struct subject *subject = agent->subjects.items[i];
		int r;

		if (strcmp(subject->pod_uid, pod->cgroup_uid))
			continue;
		r = force_subject(agent, subject);
		if (r < 0) {
			explain(reterr_message, "%s/%s: %s", pod->name_space, pod->name,
				subject->problem ? subject->problem : strerror(-r));
			return r == -E2BIG ? -ENOSPC : r;
		}
	}
	return 0;
}

int agent_deny(struct agent *agent, json_t *request, json_t **ret_deny,
	       char **reterr_message)
{
	const char *name = json_string_value(json_object_get(request, "pod"));
	const char *container = json_string_value(json_object_get(request, "container"));
	const struct by_hand_deny *deny;
	const struct pod *pod;
	int r;

	if (!name || !*name) {
		explain(reterr_message,
			"\"pod\" is not a string; give \"namespace/name\"");
		return -EINVAL;
	}
	pod = pod_by_name(agent, name, reterr_message);
	if (!pod)
		return -ENOENT;
	if (container && *container && !has_container(pod, container)) {
		explain(reterr_message, "pod %s/%s has no container \"%s\"",
			pod->name_space, pod->name, container);
		return -ENOENT;
	}
	r = by_hand_add(&agent->by_hand, request, pod->name_space, pod->name, pod->uid,
			&deny, reterr_message);
	if (r < 0) {
		explain(reterr_message, "it cannot be kept in %s: %s",
			agent->by_hand.path, strerror(-r));
		return r == -EINVAL || r == -ENOMEM ? r : -EIO;
	}
	*ret_deny = by_hand_deny_json(deny);
	agent_schedule_end(agent);
	r = force_pod(agent, pod, reterr_message);
	if (r < 0) {
		json_t *removed = NULL;

		/* Not in force is not to be listed: take it back whole. */
		by_hand_remove(&agent->by_hand,
			       json_string_value(json_object_get(*ret_deny, "id")), NULL,
			       &removed);
		json_decref(removed);
		json_decref(*ret_deny);
		*ret_deny = NULL;
		force_all(agent);
	}
	return r;
}

int agent_allow(struct agent *agent, const char *id, const char *pod,
		json_t **ret_removed, char **reterr_message)
{
	_cleanup_(freep) char *full = NULL;
	json_t *removed = NULL;
	int r;

	if (pod && !strchr(pod, '/')) {
		if (asprintf(&full, "default/%s", pod) < 0)
			return -ENOMEM;
		pod = full;
	}
	r = by_hand_remove(&agent->by_hand, id, pod, &removed);
	if (r == -ENOENT)
		explain(reterr_message,
			"there is no denial by hand %s%s; `lsmctl denies` lists them",
			id ? "with id " : "for pod ", id ? id : pod);
	if (r < 0)
		return r;
	force_all(agent);
	agent_schedule_end(agent);
	*ret_removed = json_pack("{s:o}", "items", removed);
	return 0;
}
