// SPDX-License-Identifier: Apache-2.0
/* Access to the API server, and the life of what follows it. */
#include "kube/cluster.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "kube/cluster_private.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* Pods come in dozens when a node is drained onto this one; one writing serves them. */
#define SAVE_PERIOD_MS	5000

#define ACCESS_RETRY_MS 30000

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
		    cluster_follower_start(&cluster->followers[i]) < 0)
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
					    .collect = cluster_collect,
					    .failed = cluster_save_failed,
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
		r = cluster_follower_load(&cluster->followers[i]);
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

struct cluster *cluster_free(struct cluster *cluster)
{
	if (!cluster)
		return NULL;
	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		cluster->followers[i].reflector =
			reflector_free(cluster->followers[i].reflector);
	saver_free(cluster->saver);
	for (size_t i = 0; i < CLUSTER_KINDS; i++)
		cluster_follower_clear(&cluster->followers[i]);
	kube_api_free(cluster->api);
	alarm_free(cluster->retry);
	free(cluster->access_problem);
	free(cluster->directory);
	free(cluster);
	curl_global_cleanup();
	return NULL;
}
