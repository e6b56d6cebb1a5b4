// SPDX-License-Identifier: Apache-2.0
/* What the containers' runtimes say of the subjects. The pod's status is the fallback. */
#include "bundles.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "node/bundle.h"
#include "util/explain.h"

/* PID 1 has the host's root, also where lsmd is in a container that shares its PIDs. */
int bundles_open(const char *host_root, int *ret_fd, char **reterr_message)
{
	int fd = open(host_root ? host_root : "/proc/1/root",
		      O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && !host_root)
		fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		int r = -errno;

		explain(reterr_message,
			"the host's root %s: %s; mount it there, or name another place "
			"with --host-root",
			host_root ? host_root : "/", strerror(-r));
		return r;
	}
	*ret_fd = fd;
	return 0;
}

/* Kubelet names the cgroup, the runtime writes the bundle: they must mean one pod. */
static bool is_of_pod(const struct bundle *bundle, const char *pod_uid)
{
	return !*bundle->uid || !strcmp(bundle->uid, pod_uid);
}

bool bundles_read(int host_root, struct subject *subject)
{
	struct bundle *bundle;

	if (subject->bundle || subject->host || subject->explicit_cgroup ||
	    bundle_find(host_root, subject->container_id, &bundle) != 0)
		return false;
	if (!is_of_pod(bundle, subject->pod_uid)) {
		bundle_free(bundle);
		return false;
	}
	subject->bundle = bundle;
	return true;
}

const char *bundles_container(const struct subject *subject,
			      const struct pod_container *container)
{
	if (container)
		return container->name;
	return subject->bundle ? subject->bundle->container : NULL;
}

int bundles_describe(struct subject *subject)
{
	const struct bundle *bundle = subject->bundle;
	const struct pod pod = {
		.name_space = bundle ? bundle->name_space : (char *)"",
		.name = bundle ? bundle->pod : (char *)"",
		.uid = subject->pod_uid,
	};

	return subject_describe(subject, &pod, bundles_container(subject, NULL));
}
