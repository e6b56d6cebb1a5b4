// SPDX-License-Identifier: Apache-2.0
#include "node/unit.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

#include "util/cleanup.h"

/* What distributions call the units of the daemons that cgroup_check_subject() knows by
 * their executables. Sessions and users' managers begin as children of sshd. */
static const char *const protected_units[] = {
	"-.slice",	  "init.scope",	    "lsmd.service",    "kubelet.service",
	"kubelite*",	  "k3s*.service",   "k0s*.service",    "rke2-*.service",
	"snap.microk8s*", "snap.kubelet*",  "snap.docker*",    "containerd*.service",
	"docker.service", "cri-docker*",    "crio*.service",   "cri-o*.service",
	"ssh.service",	  "ssh@*.service",  "sshd*.service",   "user.slice",
	"user-*.slice",	  "user@*.service", "session-*.scope",
};

static bool has_suffix(const char *name, size_t length, const char *suffix)
{
	size_t n = strlen(suffix);

	return length > n && !memcmp(name + length - n, suffix, n);
}

/* systemd puts "_" before a name that could be one of the kernel's files (cg_escape()).
 */
static void unescape(const char **name, size_t *length)
{
	if (*length && **name == '_') {
		++*name;
		--*length;
	}
}

int unit_of_cgroup(const char *path, char ret_name[UNIT_NAME_SIZE])
{
	static const char *const types[] = {".service", ".scope", ".slice"};
	size_t length = strcspn(path, "/");

	for (; path[length]; length = strcspn(path, "/")) {
		if (!has_suffix(path, length, ".slice"))
			return UNIT_E_NONE;
		path += length + 1;
	}
	unescape(&path, &length);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (length >= UNIT_NAME_SIZE || !has_suffix(path, length, types[i]))
			continue;
		memcpy(ret_name, path, length);
		ret_name[length] = '\0';
		return 0;
	}
	return UNIT_E_NONE;
}

bool unit_is_protected(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(protected_units); i++)
		if (!fnmatch(protected_units[i], name, 0))
			return true;
	return false;
}
