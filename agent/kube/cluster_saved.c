// SPDX-License-Identifier: Apache-2.0
/* What is kept of each kind on disk, and taken from there at the start. */
#include <errno.h>
#include <string.h>

#include "kube/cluster_private.h"
#include "kube/saved.h"
#include "util/cleanup.h"
#include "util/explain.h"

int cluster_collect(void *data, struct saver *saver)
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

void cluster_save_failed(void *data, const char *name, int error)
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

	return object ? cluster_follower_take(follower, object) : -EBADMSG;
}

int cluster_follower_load(struct follower *follower)
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
