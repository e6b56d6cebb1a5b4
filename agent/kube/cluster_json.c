// SPDX-License-Identifier: Apache-2.0
/* What is told of the API server: for status, metrics and readiness. */
#include <string.h>

#include "kube/cluster_private.h"
#include "util/cleanup.h"
#include "util/clock.h"

static bool is_synced(const struct follower *follower)
{
	return follower->reflector && reflector_is_synced(follower->reflector) &&
	       !follower->problem;
}

/* A kind that is not installed has no objects. */
static bool is_known(const struct follower *follower)
{
	return follower->objects.whole ||
	       (follower->reflector && reflector_is_absent(follower->reflector));
}

bool cluster_is_known(const struct cluster *cluster, const char **ret_why)
{
	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		if (!is_known(&cluster->followers[i])) {
			*ret_why = cluster_kinds[i].unknown;
			return false;
		}
	return true;
}

bool cluster_is_synced(const struct cluster *cluster, enum cluster_kind kind)
{
	return is_synced(&cluster->followers[kind]);
}

static const char *first_error(const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->n; i++)
		if (diagnostics->items[i].severity == SEVERITY_ERROR)
			return diagnostics->items[i].message;
	return "it cannot be read";
}

int cluster_visit(const struct cluster *cluster, enum cluster_kind kind,
		  int (*visit)(void *data, const json_t *object, const char *problem),
		  void *data)
{
	const struct objects *objects = &cluster->followers[kind].objects;
	int r = 0;

	for (size_t i = 0; r == 0 && i < objects->n; i++) {
		const struct object *object = &objects->items[i];
		const char *text = object->refused ? object->refused : object->text;
		_cleanup_(json_decrefp) json_t *json = json_loads(text, 0, NULL);

		r = json ? visit(data, json,
				 object->refused ? first_error(&object->diagnostics)
						 : NULL)
			 : -ENOMEM;
	}
	return r;
}

static json_t *follower_json(const struct follower *follower)
{
	static const struct reflector_counts none;
	const struct reflector_counts *counts =
		follower->reflector ? reflector_counts(follower->reflector) : &none;
	json_t *item = json_pack(
		"{s:s, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I}", "kind",
		cluster_kinds[follower->kind].name, "synced", (int)is_synced(follower),
		"known", (int)is_known(follower), "objects",
		(json_int_t)follower->objects.n, "lists", (json_int_t)counts->lists,
		"watches", (json_int_t)counts->watches, "events",
		(json_int_t)counts->events, "expired", (json_int_t)counts->expired,
		"failures", (json_int_t)counts->failures);

	if (item && follower->problem) {
		json_object_set_new(item, "problem", json_string(follower->problem));
		json_object_set_new(
			item, "problemSeconds",
			json_integer((json_int_t)((clock_boot() - follower->since) /
						  NS_PER_SECOND)));
	}
	return item;
}

json_t *cluster_json(const struct cluster *cluster)
{
	const struct kube_traffic *traffic = cluster_traffic(cluster);
	json_t *kinds = json_array();

	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		json_array_append_new(kinds, follower_json(&cluster->followers[i]));
	return json_pack("{s:s, s:I, s:I, s:o}", "server",
			 cluster->api ? kube_api_server(cluster->api) : "", "requests",
			 (json_int_t)(traffic ? traffic->requests : 0), "bytes",
			 (json_int_t)(traffic ? traffic->bytes : 0), "kinds", kinds);
}

static void say(json_t *list, const char *problem)
{
	if (problem)
		json_array_append_new(list, json_string(problem));
}

void cluster_problems(const struct cluster *cluster, json_t *list)
{
	say(list, cluster->access_problem);
	for (size_t i = 0; i < CLUSTER_KINDS; i++) {
		const struct follower *follower = &cluster->followers[i];

		if (follower->problem)
			json_array_append_new(
				list,
				json_sprintf("%s; what is known of %s stays in "
					     "force",
					     follower->problem, cluster_kinds[i].name));
		say(list, follower->saved_problem);
	}
}

void cluster_diagnostics(const struct cluster *cluster, json_t *list)
{
	for (size_t i = 0; i < CLUSTER_KINDS; i++) {
		const struct objects *objects = &cluster->followers[i].objects;

		for (size_t j = 0; j < objects->n; j++) {
			json_t *items = diagnostics_json(&objects->items[j].diagnostics);

			json_array_extend(list, items);
			json_decref(items);
		}
	}
}

size_t cluster_errors(const struct cluster *cluster)
{
	size_t errors = 0;

	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		for (size_t j = 0; j < cluster->followers[i].objects.n; j++)
			errors += cluster->followers[i]
					  .objects.items[j]
					  .diagnostics.n_errors;
	return errors;
}

void cluster_numbers(const struct cluster *cluster,
		     struct cluster_numbers ret_numbers[CLUSTER_KINDS])
{
	for (size_t i = 0; i < CLUSTER_KINDS; i++) {
		const struct follower *follower = &cluster->followers[i];

		ret_numbers[i] = (struct cluster_numbers){
			.kind = cluster_kinds[i].name,
			.synced = is_synced(follower),
			.objects = follower->objects.n,
		};
		if (follower->reflector)
			ret_numbers[i].counts = *reflector_counts(follower->reflector);
	}
}

const struct kube_traffic *cluster_traffic(const struct cluster *cluster)
{
	return cluster->api ? kube_api_traffic(cluster->api) : NULL;
}
