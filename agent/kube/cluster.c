// SPDX-License-Identifier: Apache-2.0
/* From what the reflectors tell to the sink, past what has not changed. */
#include "kube/cluster.h"

#include <curl/curl.h>
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "kube/cluster_private.h"
#include "kube/saved.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"

/* Pods come in dozens when a node is drained onto this one; one writing serves them. */
#define SAVE_PERIOD_MS	5000

#define ACCESS_RETRY_MS 30000

/* --- objects --------------------------------------------------------------------------
 */

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

static void replace(char **place, char *text)
{
	free(*place);
	*place = text;
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

static int take(struct follower *follower, const json_t *kept)
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
	int r = kept ? take(follower, kept) : -ENOMEM;

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

static int follow(struct follower *follower)
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

/* --- what is saved --------------------------------------------------------------------
 */

static int collect(void *data, struct saver *saver)
{
	struct cluster *cluster = data;
	int r = 0;

	for (size_t i = 0; r == 0 && i < CLUSTER_KINDS; i++) {
		struct follower *follower = &cluster->followers[i];
		char *text = NULL;
		size_t length = 0;

		/* Half of a list is not what the next life should begin with. */
		if (!follower->stale || !follower->objects.whole)
			continue;
		r = saved_text(&follower->objects, cluster->options.node, &text, &length);
		if (r == 0)
			r = saver_add(saver, cluster_kinds[i].name, text, length);
		if (r == 0) {
			follower->stale = false;
			replace(&follower->saved_problem, NULL);
		}
	}
	return r;
}

static struct follower *follower_of(struct cluster *cluster, const char *name)
{
	struct follower *follower = cluster->followers;

	while (strcmp(cluster_kinds[follower->kind].name, name) != 0)
		follower++;
	return follower;
}

static void on_save_failed(void *data, const char *name, int error)
{
	struct cluster *cluster = data;
	struct follower *follower = follower_of(cluster, name);

	replace(&follower->saved_problem, NULL);
	explain(&follower->saved_problem,
		"%s/%s: cannot be written: %s; the next start would begin with older "
		"state",
		cluster->options.directory, name, strerror(-error));
	follower->stale = true;
	saver_mark(cluster->saver);
}

static int on_saved_object(void *data, const char *text)
{
	struct follower *follower = data;
	_cleanup_(json_decrefp) json_t *object = json_loads(text, 0, NULL);

	return object ? take(follower, object) : -EBADMSG;
}

/* Return: 0, also where nothing can be used; -ENOMEM. */
static int load(struct follower *follower)
{
	const struct cluster_options *options = &follower->cluster->options;
	const char *name = cluster_kinds[follower->kind].name;
	_cleanup_(freep) char *path = NULL, *why = NULL;
	int r;

	if (asprintf(&path, "%s/%s", options->directory, name) < 0)
		return -ENOMEM;
	follower->loading = true;
	r = saved_read(path, options->offline ? NULL : options->node, on_saved_object,
		       follower, &why);
	follower->loading = false;
	follower->objects.whole = r == 0;
	follower->stale = follower->changed = false;
	if (r == 0 || r == -ENOENT || r == -ENOMEM)
		return r == -ENOMEM ? r : 0;
	explain(&follower->saved_problem, "%s: %s; it is left aside", path,
		why ? why : strerror(-r));
	return 0;
}

static bool anything_is_known(const struct cluster *cluster)
{
	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		if (cluster->followers[i].objects.whole)
			return true;
	return false;
}

/* --- the server -----------------------------------------------------------------------
 */

static int open_api(struct cluster *cluster, char **reterr_message)
{
	const struct cluster_options *options = &cluster->options;
	struct kube_access access = {0};
	int r = options->kubeconfig
			? kube_access_kubeconfig(options->kubeconfig, options->context,
						 &access, reterr_message)
			: kube_access_in_cluster(NULL, &access, reterr_message);

	if (r == 0)
		r = kube_api_new(cluster->loop, &access, &cluster->api);
	kube_access_clear(&access);
	return r;
}

static void follow_all(struct cluster *cluster)
{
	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		if (!cluster->followers[i].reflector &&
		    follow(&cluster->followers[i]) < 0)
			alarm_set(cluster->retry, ACCESS_RETRY_MS);
}

void cluster_start(struct cluster *cluster)
{
	if (cluster->options.offline)
		return;
	if (!cluster->api) {
		replace(&cluster->access_problem, NULL);
		if (open_api(cluster, &cluster->access_problem) < 0) {
			alarm_set(cluster->retry, ACCESS_RETRY_MS);
			return;
		}
	}
	follow_all(cluster);
}

static void on_retry(void *data)
{
	cluster_start(data);
}

/* --- life -----------------------------------------------------------------------------
 */

static int prepare(struct cluster *cluster, char **reterr_message)
{
	const struct saver_options saver = {.directory = cluster->options.directory,
					    .period_ms = SAVE_PERIOD_MS,
					    .collect = collect,
					    .failed = on_save_failed,
					    .data = cluster};
	int r = cluster->directory ? saver_new(cluster->loop, &saver, &cluster->saver)
				   : -ENOMEM;

	if (r < 0) {
		explain(reterr_message,
			"state directory %s: %s; make it writable, or name another "
			"with --state-directory",
			cluster->options.directory, strerror(-r));
		return r;
	}
	return alarm_new(cluster->loop, 0, on_retry, cluster, &cluster->retry);
}

int cluster_new(uv_loop_t *loop, const struct cluster_options *options,
		struct cluster **ret_cluster, char **reterr_message)
{
	struct cluster *cluster = calloc(1, sizeof(*cluster));
	int r;

	if (!cluster)
		return -ENOMEM;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	cluster->loop = loop;
	cluster->options = *options;
	cluster->options.directory = cluster->directory = strdup(options->directory);
	for (size_t i = 0; i < CLUSTER_KINDS; i++) {
		cluster->followers[i].cluster = cluster;
		cluster->followers[i].kind = (enum cluster_kind)i;
	}
	r = prepare(cluster, reterr_message);
	for (size_t i = 0; r == 0 && i < CLUSTER_KINDS; i++)
		r = load(&cluster->followers[i]);
	if (r == 0 && !options->offline)
		r = open_api(cluster, &cluster->access_problem);
	if (r < 0 && r != -ENOMEM && cluster->saver && anything_is_known(cluster))
		r = 0;
	if (r < 0) {
		explain(reterr_message, "%s",
			cluster->access_problem ? cluster->access_problem : strerror(-r));
		cluster_free(cluster);
		return r;
	}
	*ret_cluster = cluster;
	return 0;
}

struct kube_api *cluster_api(const struct cluster *cluster)
{
	return cluster->api;
}

static void free_follower(struct follower *follower)
{
	reflector_free(follower->reflector);
	objects_clear(&follower->objects);
	free(follower->problem);
	free(follower->saved_problem);
}

struct cluster *cluster_free(struct cluster *cluster)
{
	if (!cluster)
		return NULL;
	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		cluster->followers[i].reflector =
			reflector_free(cluster->followers[i].reflector);
	saver_free(cluster->saver);
	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		free_follower(&cluster->followers[i]);
	kube_api_free(cluster->api);
	alarm_free(cluster->retry);
	free(cluster->access_problem);
	free(cluster->directory);
	free(cluster);
	curl_global_cleanup();
	return NULL;
}
