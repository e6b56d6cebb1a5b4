// SPDX-License-Identifier: Apache-2.0
/* From what a kind's reflector tells to the sink, past what has not changed. */
#include <curl/curl.h>
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "kube/cluster_private.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"

static const struct cluster_sink *sink_of(const struct follower *follower)
{
	return &follower->cluster->options.sink;
}

static void changed(struct follower *follower)
{
	follower->changed = follower->stale = true;
	saver_mark(follower->cluster->saver);
}

/* While a list is under way, its end settles. @received: 0 for a list. */
static void settle(struct follower *follower, uint64_t received)
{
	if (follower->listing || !follower->changed)
		return;
	follower->changed = false;
	sink_of(follower)->settled(sink_of(follower)->data, received);
}

/* @text is taken over. */
static int put(struct follower *follower, struct object *object, const json_t *kept,
	       char *text)
{
	struct diagnostics diagnostics = {0};
	int r = sink_of(follower)->put(sink_of(follower)->data, follower->kind, kept,
				       text, &diagnostics);

	if (r < 0 && r != -EINVAL) {
		diagnostics_clear(&diagnostics);
		free(text);
		return r;
	}
	diagnostics_clear(&object->diagnostics);
	object->diagnostics = diagnostics;
	if (r == 0) {
		replace(&object->text, text);
		replace(&object->refused, NULL);
		changed(follower);
	} else {
		replace(&object->refused, text);
	}
	return 0;
}

int cluster_follower_take(struct follower *follower, const json_t *kept)
{
	_cleanup_(freep) char *key = cluster_object_key(kept);
	_cleanup_(freep) char *text = json_dumps(kept, JSON_COMPACT | JSON_SORT_KEYS);
	struct object *object;
	bool confirms;
	int r;

	if (!key || !text)
		return key ? -ENOMEM : -EPROTO;
	r = objects_get(&follower->objects, key, &object);
	if (r < 0)
		return r;
	object->listed = true;
	confirms = object->unconfirmed && cluster_kinds[follower->kind].confirm;
	object->unconfirmed = follower->loading;
	if (object_is_newest(object, text) && !confirms)
		return 0;
	r = put(follower, object, kept, TAKE_PTR(text));
	/* What was never given must not look as if it had been. */
	if (r < 0 && !object->text && !object->refused)
		objects_remove(&follower->objects, object);
	return r;
}

static void lose(struct follower *follower, struct object *object)
{
	sink_of(follower)->gone(sink_of(follower)->data, follower->kind, object->key);
	objects_remove(&follower->objects, object);
	changed(follower);
}

/* --- what the reflector tells ---------------------------------------------------------
 */

static void on_begin(void *data)
{
	struct follower *follower = data;

	follower->listing = true;
	for (size_t i = 0; i < follower->objects.n; i++)
		follower->objects.items[i].listed = false;
}

static int on_object(void *data, const json_t *object)
{
	struct follower *follower = data;
	_cleanup_(json_decrefp) json_t *kept =
		cluster_keep_object(follower->kind, object);
	int r = kept ? cluster_follower_take(follower, kept) : -ENOMEM;

	settle(follower, kube_api_received(follower->cluster->api));
	return r;
}

static int on_deleted(void *data, const json_t *object)
{
	struct follower *follower = data;
	_cleanup_(freep) char *key = cluster_object_key(object);
	struct object *found = key ? objects_find(&follower->objects, key) : NULL;

	if (!key)
		return -EPROTO;
	if (found)
		lose(follower, found);
	settle(follower, kube_api_received(follower->cluster->api));
	return 0;
}

static void on_synced(void *data)
{
	struct follower *follower = data;

	for (size_t i = follower->objects.n; i-- > 0;)
		if (!follower->objects.items[i].listed)
			lose(follower, &follower->objects.items[i]);
	follower->listing = false;
	/* An empty list is something to be saved, too. */
	if (!follower->objects.whole) {
		follower->objects.whole = true;
		changed(follower);
	}
	settle(follower, 0);
	/* A list of all pods takes some times what is kept of it. */
	malloc_trim(0);
}

static void on_problem(void *data, const char *problem)
{
	struct follower *follower = data;

	if (problem && !follower->problem)
		follower->since = clock_boot();
	replace(&follower->problem, problem ? strdup(problem) : NULL);
}

int cluster_follower_start(struct follower *follower)
{
	static const struct reflector_handler handler = {.begin = on_begin,
							 .object = on_object,
							 .deleted = on_deleted,
							 .synced = on_synced,
							 .problem = on_problem};
	const struct cluster_kind_info *info = &cluster_kinds[follower->kind];
	struct reflector_handler own = handler;
	struct cluster *cluster = follower->cluster;
	_cleanup_(freep) char *path = NULL;
	char *node;
	int r;

	own.data = follower;
	node = curl_easy_escape(NULL, cluster->options.node, 0);
	if (node)
		explain(&path, "%s%s", info->path, info->of_node ? node : "");
	curl_free(node);
	r = path ? reflector_new(cluster->loop, cluster->api, path,
				 cluster->options.silence_ms, &own, &follower->reflector)
		 : -ENOMEM;
	return r;
}

void cluster_follower_clear(struct follower *follower)
{
	follower->reflector = reflector_free(follower->reflector);
	objects_clear(&follower->objects);
	free(follower->problem);
	free(follower->saved_problem);
}
