// SPDX-License-Identifier: Apache-2.0
#include "enforce/bpffs.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "enforce/detail.h"
#include "enforce/enforcer.h"
#include "enforce/requirements.h"
#include "util/cleanup.h"

#define MOUNT_POINT "/sys/fs/bpf"

/* Number of the first pid namespace (PROC_PID_INIT_INO, include/linux/proc_ns.h). */
#define FIRST_PID_NAMESPACE 0xeffffffcUL

/* 1, 0, or negative errno. */
static int is_bpffs(const char *path)
{
	_cleanup_(freep) char *directory = strdup(path);
	struct statfs status;

	if (!directory)
		return -ENOMEM;
	while (statfs(directory, &status) < 0) {
		char *slash = strrchr(directory, '/');

		if (errno != ENOENT || !slash || slash == directory)
			return -errno;
		*slash = '\0';
	}
	return (unsigned long)status.f_type == BPF_FS_MAGIC;
}

/* A mount in a container's namespace would vanish with the agent, and enforcement with
 * it. */
static bool is_host(void)
{
	struct stat pids, first, own;

	return stat("/proc/self/ns/pid", &pids) == 0 &&
	       pids.st_ino == FIRST_PID_NAMESPACE &&
	       stat("/proc/1/ns/mnt", &first) == 0 &&
	       stat("/proc/self/ns/mnt", &own) == 0 && first.st_ino == own.st_ino;
}

static bool is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return !strncmp(path, directory, length) &&
	       (path[length] == '/' || !path[length]);
}

int bpffs_require(const char *path, char **reterr_detail)
{
	int r = is_bpffs(path);

	if (r == 0 && is_below(path, MOUNT_POINT) && is_host() &&
	    mount("bpf", MOUNT_POINT, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "mode=700") == 0)
		r = is_bpffs(path);
	if (r == -EACCES || r == -EPERM)
		return requirements_explain(r, "look at the pin directory",
					    reterr_detail);
	if (r < 0 && r != -ENOENT)
		return detail(reterr_detail, r, "%s: %s", path, strerror(-r));
	if (r == 1)
		return 0;
	return detail(reterr_detail, ENFORCER_E_BPFFS,
		      "%s is not on a bpf file system: on the host, "
		      "mount -t bpf bpf " MOUNT_POINT
		      ", and mount that into the agent's container",
		      path);
}
