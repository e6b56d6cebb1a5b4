// SPDX-License-Identifier: Apache-2.0
#include "owner.h"

#include <errno.h>
#include <string.h>

#include "node/unit.h"
#include "policy/host.h"
#include "util/cleanup.h"

static const struct pod *pod_by_cgroup_uid(const struct pod_list *pods, const char *uid)
{
	for (size_t i = 0; i < pods->n; i++)
		if (!strcmp(pods->items[i].cgroup_uid, uid))
			return &pods->items[i];
	return NULL;
}

static const struct pod_container *container_by_id(const struct pod *pod, const char *id)
{
	for (size_t i = 0; i < pod->n_containers; i++)
		if (pod->containers[i].id && !strcmp(pod->containers[i].id, id))
			return &pod->containers[i];
	return NULL;
}

/* A cgroup that the pods file names: the pod's, and its container's where it has just
 * one. */
static const struct pod *pod_by_path(const struct pod_list *pods, const char *path)
{
	while (*path == '/')
		path++;
	for (size_t i = 0; i < pods->n; i++) {
		for (size_t j = 0; j < pods->items[i].n_cgroups; j++) {
			const char *named = pods->items[i].cgroups[j];

			while (*named == '/')
				named++;
			if (!strcmp(named, path))
				return &pods->items[i];
		}
	}
	return NULL;
}

/* Does the path lead through a container or pod that is known? What is made in there may
 * bear any name, another pod's too, and is still the same subject's. */
static bool is_inside_another(const struct pod_list *pods, const char *path)
{
	_cleanup_(freep) char *prefix = strdup(path);
	struct container_cgroup outer, inner;

	if (!prefix || container_of_cgroup(path, &inner) != 0)
		return true;
	for (char *slash = strrchr(prefix, '/'); slash; slash = strrchr(prefix, '/')) {
		*slash = '\0';
		if (container_of_cgroup(prefix, &outer) != 0 ||
		    !pod_by_cgroup_uid(pods, outer.pod_uid))
			continue;
		if (*outer.container_id || strcmp(outer.pod_uid, inner.pod_uid))
			return true;
	}
	return false;
}

/* Does the path lead through a cgroup that the pods file names? */
static bool is_inside_named(const struct pod_list *pods, const char *path)
{
	_cleanup_(freep) char *prefix = strdup(path);

	if (!prefix)
		return true;
	for (char *slash = strrchr(prefix, '/'); slash; slash = strrchr(prefix, '/')) {
		*slash = '\0';
		if (pod_by_path(pods, prefix))
			return true;
	}
	return false;
}

bool owner_find_pod(const struct pod_list *pods, const char *path,
		    struct owner *ret_owner)
{
	struct owner owner = {0};
	struct container_cgroup parts;

	owner.pod = pod_by_path(pods, path);
	if (owner.pod) {
		owner.explicit_cgroup = true;
		if (owner.pod->n_containers == 1)
			owner.container = &owner.pod->containers[0];
	} else if (container_of_cgroup(path, &parts) == 0 &&
		   !is_inside_another(pods, path)) {
		owner.pod = pod_by_cgroup_uid(pods, parts.pod_uid);
		memcpy(owner.pod_uid, parts.pod_uid, sizeof(owner.pod_uid));
		memcpy(owner.container_id, parts.container_id,
		       sizeof(owner.container_id));
		if (owner.pod && *parts.container_id)
			owner.container = container_by_id(owner.pod, parts.container_id);
	}
	*ret_owner = owner;
	return owner.pod != NULL;
}

bool owner_find_pending(const struct pod_list *pods, const char *path,
			struct owner *ret_owner)
{
	struct container_cgroup parts;
	struct owner owner;

	if (owner_find_pod(pods, path, &owner) ||
	    container_of_cgroup(path, &parts) != 0 || is_inside_another(pods, path) ||
	    is_inside_named(pods, path))
		return false;
	owner.pending = true;
	*ret_owner = owner;
	return true;
}

const struct policy *owner_find_host(const struct policy_list *policies,
				     const struct labels *node_labels, const char *path)
{
	char unit[UNIT_NAME_SIZE];
	const struct selection selection = {
		.node_labels = node_labels,
		.cgroup = path,
		.unit = unit_of_cgroup(path, unit) == 0 ? unit : NULL,
	};

	for (size_t i = 0; i < policies->n; i++)
		if (host_is_asked(policies->items[i]) &&
		    policy_selects(policies->items[i], &selection))
			return policies->items[i];
	return NULL;
}

static int protect(const char *why, char **reterr_why)
{
	*reterr_why = strdup(why);
	return *reterr_why ? CGROUP_E_PROTECTED : -ENOMEM;
}

static int find_pods(const char *path, uint64_t id, void *data)
{
	(void)id;
	(void)data;
	return container_is_in_pod(path) ? CGROUP_E_PROTECTED : 0;
}

int owner_check_host(const struct cgroup_root *root, const char *path, char **reterr_why)
{
	char unit[UNIT_NAME_SIZE];
	int r;

	if (unit_of_cgroup(path, unit) == 0 && unit_is_protected(unit))
		return protect("a node cannot live without such a unit", reterr_why);
	if (container_is_in_pod(path))
		return protect("it is in a pod, which a podSelector selects", reterr_why);
	r = cgroup_walk(root, path, find_pods, NULL);
	if (r == CGROUP_E_PROTECTED)
		return protect("it holds pods, which a podSelector selects", reterr_why);
	return r < 0 ? r : cgroup_check_subject(root, path, reterr_why);
}

bool owner_host_has_one_root(const char *path)
{
	char unit[UNIT_NAME_SIZE];

	return unit_of_cgroup(path, unit) == 0 &&
	       strcmp(strrchr(unit, '.'), ".slice") != 0;
}

char *owner_host_name(const char *path)
{
	char unit[UNIT_NAME_SIZE], *name;

	if (unit_of_cgroup(path, unit) == 0)
		return strdup(unit);
	return asprintf(&name, "/%s", path) < 0 ? NULL : name;
}
