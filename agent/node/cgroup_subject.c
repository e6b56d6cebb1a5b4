// SPDX-License-Identifier: Apache-2.0
/* What a node cannot live without is never a subject. Fails closed: in doubt it is
 * refused. */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/param.h>

#include "node/cgroup.h"
#include "node/cgroup_procs.h"
#include "node/container.h"
#include "util/cleanup.h"

/* Executables of the node's own daemons. Containers' shims and monitors
 * (containerd-shim*, conmon) are not among them: there is one for each container. */
static const char *const daemons[] = {
	"kubelet",    "kubelite", "hyperkube",	 "k3s",	 "k0s",	 "rke2",
	"containerd", "dockerd",  "cri-dockerd", "crio", "sshd", "sshd-session",
};

struct check {
	bool names_count;
	char *why;
};

static int read_executable(int pid, char name[PATH_MAX])
{
	static const char mark[] = " (deleted)";
	char path[64], *end, *base;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	length = readlink(path, name, PATH_MAX - 1);
	if (length < 0)
		return -errno;
	name[length] = '\0';
	/* A daemon that was upgraded under its own feet. */
	end = name + length - MIN((size_t)length, sizeof(mark) - 1);
	if (!strcmp(end, mark))
		*end = '\0';
	base = strrchr(name, '/');
	if (base)
		memmove(name, base + 1, strlen(base));
	return 0;
}

/* Basename of a process's executable, or its own word for it where that cannot be read.
 */
static int read_name(int pid, char name[PATH_MAX])
{
	_cleanup_(fclosep) FILE *file = NULL;
	char path[64];

	if (read_executable(pid, name) == 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	if (!fgets(name, PATH_MAX, file))
		name[0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	return 0;
}

static bool is_daemon(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(daemons); i++)
		if (!strcmp(name, daemons[i]))
			return true;
	return false;
}

/* NSpid has a number for each PID namespace from PID 1's inwards; reading it needs no
 * right. */
static bool is_in_first_pid_namespace(int pid)
{
	_cleanup_(fclosep) FILE *file = NULL;
	_cleanup_(freep) char *line = NULL;
	char path[64], *numbers;
	size_t size = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return true;
	while (getline(&line, &size, file) > 0) {
		if (strncmp(line, "NSpid:", 6) != 0)
			continue;
		numbers = line + 6;
		numbers += strspn(numbers, "\t ");
		return !numbers[strcspn(numbers, "\t ")];
	}
	return true;
}

static bool is_agent(int id)
{
	char path[64];

	/* A thread of the agent's, too: a threaded cgroup lists those. */
	snprintf(path, sizeof(path), "/proc/self/task/%d", id);
	return access(path, F_OK) == 0;
}

__attribute__((format(printf, 2, 3))) static int protect(struct check *check,
							 const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = vasprintf(&check->why, format, arguments);
	va_end(arguments);
	return r < 0 ? -ENOMEM : CGROUP_E_PROTECTED;
}

static int check_process(int pid, void *data)
{
	struct check *check = data;
	char name[PATH_MAX] = "";

	if (pid == 0)
		return protect(check,
			       "it holds processes that the agent's PID namespace hides");
	if (is_agent(pid))
		return protect(check, "it holds the agent itself");
	if (pid != 1 && !check->names_count)
		return 0;
	if (read_name(pid, name) < 0 && pid != 1)
		return 0;
	if (pid == 1)
		return protect(check, "it holds PID 1 (%s)", name);
	if (is_daemon(name) && is_in_first_pid_namespace(pid))
		return protect(check, "it holds %s (PID %d)", name, pid);
	return 0;
}

static int check_directory(int directory, const char *path, uint64_t id, void *data)
{
	(void)path;
	(void)id;
	return cgroup_procs(directory, check_process, data);
}

int cgroup_check_subject(const struct cgroup_root *root, const char *path,
			 char **reterr_why)
{
	struct check check = {.names_count = !container_is_in_pod(path)};
	uint64_t id, root_id;
	int r;

	r = cgroup_id(root, path, &id);
	if (r < 0)
		return r;
	r = cgroup_id(root, "", &root_id);
	if (r < 0)
		return r;
	if (id == root_id)
		r = protect(&check, "it is the root of the cgroup tree");
	else
		r = cgroup_walk_directories(root, path, check_directory, &check);
	if (r == CGROUP_E_PROTECTED)
		*reterr_why = check.why;
	return r;
}
