// SPDX-License-Identifier: Apache-2.0
#include "doctor/kubelet.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/below.h"
#include "node/process.h"
#include "util/cleanup.h"
#include "util/file.h"

#define ARGUMENTS_MAX (64U << 10)

/* As /proc/PID/comm has them. The others are distributions in one program. */
static const char *const names[] = {"kubelet",	 "kubelite", "k3s-server",
				    "k3s-agent", "rke2",     "k0s"};

/* Where the configuration is that the arguments do not name. */
static const char *const files[] = {
	"etc/rancher/k3s/config.yaml",
	"etc/rancher/rke2/config.yaml",
	"var/snap/microk8s/current/args/kubelet",
};

static int open_of(int pid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool is_kubelet(int pid)
{
	_cleanup_(closep) int fd = open_of(pid, "comm");
	char name[32] = "";
	size_t length = 0;

	if (fd < 0 || file_read_all(fd, name, sizeof(name) - 1, &length) < 0)
		return false;
	name[strcspn(name, "\n")] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* procfs ends each argument with a zero. */
static char *arguments_of(int pid)
{
	_cleanup_(closep) int fd = open_of(pid, "cmdline");
	char *text = calloc(1, ARGUMENTS_MAX + 1);
	size_t length = 0;

	if (text && fd >= 0 && file_read_all(fd, text, ARGUMENTS_MAX, &length) == 0)
		for (size_t i = 0; i + 1 < length; i++)
			if (!text[i])
				text[i] = ' ';
	return text;
}

int kubelet_find(struct kubelet *ret_kubelet)
{
	_cleanup_(closedirp) DIR *proc = opendir("/proc");
	long ticks_per_second = sysconf(_SC_CLK_TCK);
	const struct dirent *entry;
	uint64_t ticks;

	while (proc && (entry = readdir(proc))) {
		int pid = atoi(entry->d_name);

		if (pid <= 0 || !is_kubelet(pid) || process_birth(pid, &ticks) < 0)
			continue;
		*ret_kubelet = (struct kubelet){
			.pid = pid,
			.started = ticks / (uint64_t)ticks_per_second,
			.arguments = arguments_of(pid),
		};
		return ret_kubelet->arguments ? 0 : -ENOMEM;
	}
	return -ESRCH;
}

void kubelet_clear(struct kubelet *kubelet)
{
	free(kubelet->arguments);
	*kubelet = (struct kubelet){0};
}

/* --config=FILE or --config FILE */
static bool configuration_names(const char *arguments, const char *root, const char *key)
{
	static const char flag[] = "--config";
	const char *at = arguments;

	while ((at = strstr(at, flag))) {
		_cleanup_(freep) char *path = NULL;

		at += sizeof(flag) - 1;
		if ((*at == '=' || *at == ' ') && sscanf(at + 1, "%ms", &path) == 1 &&
		    below_names(root, path, key))
			return true;
	}
	return false;
}

bool kubelet_has_taint(const struct kubelet *kubelet, const char *root, const char *key)
{
	if (strstr(kubelet->arguments, key) ||
	    configuration_names(kubelet->arguments, root, key))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (below_names(root, files[i], key))
			return true;
	return false;
}
