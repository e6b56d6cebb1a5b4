// SPDX-License-Identifier: Apache-2.0
#include "node/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "util/cleanup.h"
#include "util/file.h"

/* The keys of one writer. */
struct keys {
	const char *type, *sandbox; /* the key, and what a sandbox has there */
	const char *sandbox_id;	    /* NULL: it does not say */
	const char *container, *name_space, *pod, *uid;
};

static const struct keys keys[] = {
	/* containerd: internal/cri/annotations */
	[BUNDLE_CONTAINERD] = {.type = "io.kubernetes.cri.container-type",
			       .sandbox = "sandbox",
			       .sandbox_id = "io.kubernetes.cri.sandbox-id",
			       .container = "io.kubernetes.cri.container-name",
			       .name_space = "io.kubernetes.cri.sandbox-namespace",
			       .pod = "io.kubernetes.cri.sandbox-name",
			       .uid = "io.kubernetes.cri.sandbox-uid"},
	/* CRI-O: pkg/annotations; the rest are kubelet's labels, which it adds */
	[BUNDLE_CRIO] = {.type = "io.kubernetes.cri-o.ContainerType",
			 .sandbox = "sandbox",
			 .sandbox_id = "io.kubernetes.cri-o.SandboxID",
			 .container = "io.kubernetes.container.name",
			 .name_space = "io.kubernetes.pod.namespace",
			 .pod = "io.kubernetes.pod.name",
			 .uid = "io.kubernetes.pod.uid"},
	/* cri-dockerd: core/convert.go */
	[BUNDLE_DOCKER] = {.type = "io.kubernetes.docker.type",
			   .sandbox = "podsandbox",
			   .container = "io.kubernetes.container.name",
			   .name_space = "io.kubernetes.pod.namespace",
			   .pod = "io.kubernetes.pod.name",
			   .uid = "io.kubernetes.pod.uid"},
};

#define CONTAINERD_TASKS "io.containerd.runtime.v2.task/k8s.io"

/* Where they are kept, below the host's root. */
static const struct place {
	const char *directory, *file;
	enum bundle_writer writer;
} places[] = {
	{"run/containerd/" CONTAINERD_TASKS, "config.json", BUNDLE_CONTAINERD},
	{"run/containers/storage/overlay-containers", "userdata/config.json",
	 BUNDLE_CRIO},
	{"var/lib/containers/storage/overlay-containers", "userdata/config.json",
	 BUNDLE_CRIO},
	{"var/lib/docker/containers", "config.v2.json", BUNDLE_DOCKER},
	/* k3s and RKE2, k0s, MicroK8s */
	{"run/k3s/containerd/" CONTAINERD_TASKS, "config.json", BUNDLE_CONTAINERD},
	{"run/k0s/containerd/" CONTAINERD_TASKS, "config.json", BUNDLE_CONTAINERD},
	{"var/snap/microk8s/common/run/containerd/" CONTAINERD_TASKS, "config.json",
	 BUNDLE_CONTAINERD},
};

struct bundle *bundle_free(struct bundle *bundle)
{
	if (!bundle)
		return NULL;
	free(bundle->container);
	free(bundle->name_space);
	free(bundle->pod);
	free(bundle->uid);
	free(bundle);
	return NULL;
}

static void bundle_freep(struct bundle **bundle)
{
	bundle_free(*bundle);
}

bool bundle_is_sandbox(const struct bundle *bundle)
{
	return bundle && bundle->sandbox;
}

/* --- reading
 * ------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* A sandbox is exempt from rules, so it must be the runtime that says so: of its own id,
 * which nobody knew before, where the runtime tells that. */
static bool is_sandbox(const json_t *said, const struct keys *by,
		       const char *container_id)
{
	return !strcmp(text_of(said, by->type), by->sandbox) &&
	       (!by->sandbox_id || !strcmp(text_of(said, by->sandbox_id), container_id));
}

static int read_said(const json_t *said, const struct keys *by, const char *container_id,
		     struct bundle **ret_bundle)
{
	_cleanup_(bundle_freep) struct bundle *bundle = NULL;

	if (!*text_of(said, by->type))
		return BUNDLE_E_NONE;
	bundle = calloc(1, sizeof(*bundle));
	if (!bundle)
		return -ENOMEM;
	bundle->sandbox = is_sandbox(said, by, container_id);
	/* Some call a sandbox "POD", which no container can be called. */
	bundle->container = strdup(bundle->sandbox ? "" : text_of(said, by->container));
	bundle->name_space = strdup(text_of(said, by->name_space));
	bundle->pod = strdup(text_of(said, by->pod));
	bundle->uid = strdup(text_of(said, by->uid));
	if (!bundle->container || !bundle->name_space || !bundle->pod || !bundle->uid)
		return -ENOMEM;
	*ret_bundle = TAKE_PTR(bundle);
	return 0;
}

/* A container in the host's network has no network namespace listed. */
static bool oci_has_host_network(const json_t *config)
{
	const json_t *namespaces =
		json_object_get(json_object_get(config, "linux"), "namespaces");
	const json_t *item;
	size_t i;

	json_array_foreach (namespaces, i, item)
		if (!strcmp(text_of(item, "type"), "network"))
			return false;
	return json_is_array(namespaces);
}

int bundle_parse(const char *text, size_t length, enum bundle_writer writer,
		 const char *container_id, struct bundle **ret_bundle)
{
	_cleanup_(json_decrefp) json_t *config = json_loadb(text, length, 0, NULL);
	const json_t *said;
	int r;

	if (!json_is_object(config))
		return -EBADMSG;
	said = writer == BUNDLE_DOCKER
		       ? json_object_get(json_object_get(config, "Config"), "Labels")
		       : json_object_get(config, "annotations");
	r = read_said(said, &keys[writer], container_id, ret_bundle);
	if (r != 0)
		return r;
	(*ret_bundle)->host_network =
		writer == BUNDLE_DOCKER
			? !strcmp(text_of(json_object_get(config, "HostConfig"),
					  "NetworkMode"),
				  "host")
			: oci_has_host_network(config);
	return 0;
}

int bundle_of_annotations(const json_t *annotations, const char *container_id,
			  struct bundle **ret_bundle)
{
	int r = read_said(annotations, &keys[BUNDLE_CONTAINERD], container_id,
			  ret_bundle);

	return r == BUNDLE_E_NONE ? read_said(annotations, &keys[BUNDLE_CRIO],
					      container_id, ret_bundle)
				  : r;
}

/* --- finding
 * ------------------------------------------------------------------------------- */

/* A FIFO must not keep it waiting, nor a link lead it elsewhere. */
static int open_below(int host_root, const char *path)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	/* EAGAIN: somebody renamed something meanwhile. */
	for (int tries = 0; tries < 8; tries++) {
		fd = syscall(SYS_openat2, host_root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

static int check_file(int fd, size_t *ret_size)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_uid != 0 ||
	    status.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	if (status.st_size > BUNDLE_BYTES_MAX)
		return -EFBIG;
	*ret_size = (size_t)status.st_size;
	return 0;
}

static int read_file(int fd, char **ret_text, size_t *ret_length)
{
	_cleanup_(freep) char *text = NULL;
	size_t size = 0, length = 0;
	int r = check_file(fd, &size);

	if (r < 0)
		return r;
	text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	r = file_read_all(fd, text, size, &length);
	if (r < 0)
		return r;
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}

static int read_place(int host_root, const struct place *place, const char *container_id,
		      struct bundle **ret_bundle)
{
	_cleanup_(freep) char *path = NULL, *text = NULL;
	_cleanup_(closep) int fd = -1;
	size_t length = 0;
	int r;

	if (asprintf(&path, "%s/%s/%s", place->directory, container_id, place->file) <
	    0) {
		path = NULL;
		return -ENOMEM;
	}
	fd = open_below(host_root, path);
	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? BUNDLE_E_NONE : fd;
	r = read_file(fd, &text, &length);
	return r < 0 ? r
		     : bundle_parse(text, length, place->writer, container_id,
				    ret_bundle);
}

int bundle_find(int host_root, const char *container_id, struct bundle **ret_bundle)
{
	if (!*container_id ||
	    container_id[strspn(container_id, "0123456789abcdef")] != '\0')
		return BUNDLE_E_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int r = read_place(host_root, &places[i], container_id, ret_bundle);

		if (r != BUNDLE_E_NONE)
			return r;
	}
	return BUNDLE_E_NONE;
}
