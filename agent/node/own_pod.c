// SPDX-License-Identifier: Apache-2.0
#include "node/own_pod.h"

#include <errno.h>
#include <string.h>

#include "node/cgroup_procs.h"
#include "util/cleanup.h"

enum {
	FOUND = 1,
};

static int is_self(int pid, void *data)
{
	(void)data;
	return pid == getpid() ? FOUND : 0;
}

static int look_into(int directory, const char *path, uint64_t id, void *data)
{
	char **found = data;
	int r = cgroup_procs(directory, is_self, NULL);

	(void)id;
	/* One that cannot be read is none of ours: ours can. */
	if (r != FOUND)
		return 0;
	*found = strdup(path);
	return *found ? FOUND : -ENOMEM;
}

static int own_cgroup(const struct cgroup_root *root, char **ret_path)
{
	int r = cgroup_of_process(root, getpid(), ret_path);

	if (r != -EXDEV)
		return r;
	r = cgroup_walk_directories(root, "", look_into, ret_path);
	return r == FOUND ? 0 : r < 0 ? r : -ESRCH;
}

int own_pod_find(const struct cgroup_root *root, char ret_uid[OWN_POD_UID_SIZE])
{
	_cleanup_(freep) char *path = NULL;
	struct container_cgroup parts;
	char *slash;
	int r = own_cgroup(root, &path);

	*ret_uid = '\0';
	if (r < 0)
		return r;
	/* The agent may be in a cgroup that it or its runtime made within the container.
	 */
	while (container_of_cgroup(path, &parts) != 0) {
		slash = strrchr(path, '/');
		if (!slash)
			return CONTAINER_E_NONE;
		*slash = '\0';
	}
	memcpy(ret_uid, parts.pod_uid, OWN_POD_UID_SIZE);
	return 0;
}
