// SPDX-License-Identifier: Apache-2.0
/* The start barrier: does the runtime run lsmd-oci-hook, or how would it? */
#include "doctor/barrier.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor/below.h"
#include "util/cleanup.h"

#define HOOK	 "lsmd-oci-hook"
#define SPEC_KEY "base_runtime_spec"

/* oci-hooks(5) */
static const char *const hook_directories[] = {
	"etc/containers/oci/hooks.d",
	"run/containers/oci/hooks.d",
	"usr/share/containers/oci/hooks.d",
};

static const char *const containerd_files[] = {
	"etc/containerd/config.toml",
	"var/lib/rancher/k3s/agent/etc/containerd/config.toml",
	"var/lib/rancher/rke2/agent/etc/containerd/config.toml",
};

static bool directory_names_hook(const char *root, const char *path)
{
	_cleanup_(closedirp) DIR *directory = NULL;
	_cleanup_(freep) char *full = NULL;
	const struct dirent *entry;
	bool found = false;

	if (asprintf(&full, "%s/%s", root, path) < 0) {
		full = NULL;
		return false;
	}
	directory = opendir(full);
	while (directory && !found && (entry = readdir(directory)))
		found = entry->d_name[0] != '.' && below_names(full, entry->d_name, HOOK);
	return found;
}

/* `base_runtime_spec = "/etc/containerd/lsmd.json"`, in whichever table. */
static bool containerd_names_hook(const char *root, const char *path)
{
	_cleanup_(freep) char *text = below_read(root, path), *spec = NULL;
	const char *at = text ? strstr(text, SPEC_KEY) : NULL;

	for (; at; at = strstr(at + 1, SPEC_KEY)) {
		if (sscanf(at, SPEC_KEY " = \"/%m[^\"\n]", &spec) == 1 &&
		    below_names(root, spec, HOOK))
			return true;
		free(TAKE_PTR(spec));
	}
	return false;
}

bool barrier_of_crio(const char *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(hook_directories); i++)
		if (directory_names_hook(root, hook_directories[i]))
			return true;
	return false;
}

bool barrier_of_containerd(const char *root)
{
	for (size_t i = 0; i < ARRAY_SIZE(containerd_files); i++)
		if (containerd_names_hook(root, containerd_files[i]))
			return true;
	return false;
}

static bool is_there(const char *root, const char *path)
{
	_cleanup_(freep) char *full = NULL;

	if (asprintf(&full, "%s/%s", root, path) < 0) {
		full = NULL;
		return false;
	}
	return access(full, F_OK) == 0;
}

/* Nothing is missing without one: a pod that is known is covered before it starts. */
int check_start_barrier(const struct doctor *doctor, struct finding *finding)
{
	const char *way = "none; no runtime that takes one was found";

	if (barrier_of_crio(doctor->root))
		return finding_say(finding, FINDING_OK, NULL, "CRI-O runs " HOOK);
	if (barrier_of_containerd(doctor->root))
		return finding_say(finding, FINDING_OK, NULL, "containerd runs " HOOK);
	if (!strcmp(doctor->image.family, "bottlerocket"))
		way = "none, and Bottlerocket takes none; lsmd --pending deny";
	else if (is_there(doctor->root, "etc/crio"))
		way = "none; CRI-O takes one in /etc/containers/oci/hooks.d";
	else if (is_there(doctor->root, "etc/containerd"))
		way = "none; containerd takes one by " SPEC_KEY;
	return finding_say(finding, FINDING_OK, NULL, "%s", way);
}
