// SPDX-License-Identifier: Apache-2.0
#include "cluster_policies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "kube/json_place.h"
#include "policy/host.h"
#include "util/cleanup.h"

/* --- marks ----------------------------------------------------------------------------
 */

static bool is_under(const struct subject *subject, const struct policy *policy)
{
	for (size_t i = 0; i < subject->policies.n; i++)
		if (subject->policies.items[i] == policy)
			return true;
	return false;
}

/* @old, @new: NULL where there is none. */
static void mark_policy(struct agent *agent, const struct policy *old,
			const struct policy *new)
{
	for (size_t i = 0; i < agent->subjects.n; i++) {
		struct subject *subject = agent->subjects.items[i];

		subject->stale |= (old && is_under(subject, old)) ||
				  (new &&force_would_select(agent, subject, new));
	}
	/* What selects units makes subjects. */
	agent->scan_wanted |= (old && host_is_asked(old)) || (new &&host_is_asked(new));
}

/* --- objects --------------------------------------------------------------------------
 */

/* Nobody has seen the line of JSON that an object was read from. */
static void name_places(struct diagnostics *diagnostics, const char *text)
{
	for (size_t i = 0; i < diagnostics->n; i++) {
		struct diagnostic *item = &diagnostics->items[i];
		_cleanup_(freep) char *place =
			item->line ? json_place(text, item->column) : NULL;
		char *message;

		item->line = item->column = 0;
		if (!place)
			continue;
		if (asprintf(&message, "%s: %s", place, item->message) < 0)
			continue;
		free(item->message);
		item->message = message;
	}
}

int cluster_policies_put(struct agent *agent, const json_t *object, const char *text,
			 struct diagnostics *diagnostics)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));
	const json_t *metadata = json_object_get(object, "metadata");
	const char *name_space =
		json_string_value(json_object_get(metadata, "namespace"));
	const char *name = json_string_value(json_object_get(metadata, "name"));
	struct policy *old, *new;
	_cleanup_(freep) char *source = NULL;
	int r;

	if (asprintf(&source, "%s/%s%s%s", kind, name_space ? name_space : "",
		     name_space ? "/" : "", name) < 0) {
		source = NULL;
		return -ENOMEM;
	}
	agent->untold = true;
	r = policy_store_put(agent->store, text, source, diagnostics, &old, &new);
	name_places(diagnostics, text);
	if (r < 0)
		return r;
	mark_policy(agent, old, new);
	policy_unref(old);
	policy_unref(new);
	return 0;
}

static void lose_policy(struct agent *agent, enum policy_kind kind,
			const char *name_space, const char *name)
{
	struct policy *old;

	if (policy_store_remove(agent->store, kind, name_space, name, &old) < 0)
		return;
	mark_policy(agent, old, NULL);
	policy_unref(old);
}

void cluster_policies_lose(struct agent *agent, const char *key)
{
	const char *slash = strchr(key, '/');
	_cleanup_(freep) char *name_space =
		slash ? strndup(key, (size_t)(slash - key)) : NULL;

	if (name_space)
		lose_policy(agent, POLICY_NAMESPACED, name_space, slash + 1);
}

void cluster_policies_lose_cluster(struct agent *agent, const char *key)
{
	lose_policy(agent, POLICY_CLUSTER, "", key);
}
