/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_BUNDLE_H
#define LSMD_NODE_BUNDLE_H

/*
 * What a container's runtime has written of it before it started: its name, its pod, and
 * whether it is a pod's sandbox. It is there when the container's cgroup appears, long
 * before the pod's status tells.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Strings are never NULL: what is not said is "". */
struct bundle {
	bool sandbox;	 /* the pod's own container, in which no program of its runs */
	char *container; /* name; of a sandbox "" */
	char *name_space, *pod;
	char *uid; /* as kubelet has it, which is what it names cgroups by */
	bool host_network;
};

enum {
	BUNDLE_E_NONE = 1, /* no runtime that is known has written of it */
};

/* Who wrote it: which keys it has. */
enum bundle_writer {
	BUNDLE_CONTAINERD, /* OCI configuration with the annotations of its CRI plugin */
	BUNDLE_CRIO,	   /* OCI configuration with CRI-O's annotations */
	BUNDLE_DOCKER,	   /* Docker's own, with the labels of cri-dockerd */
};

/**
 * bundle_parse() - Read what a runtime has written of a container.
 * @container_id: what claims to be a sandbox must name itself as the pod's
 * @ret_bundle:   owned; set on success only
 * Return: 0; BUNDLE_E_NONE when it is not Kubernetes' or not of that writer; -EBADMSG:
 * no JSON; -ENOMEM.
 */
int bundle_parse(const char *text, size_t length, enum bundle_writer writer,
		 const char *container_id, struct bundle **ret_bundle);

/**
 * bundle_of_annotations() - The same of an OCI state's annotations, of either writer.
 * Return: 0, BUNDLE_E_NONE, -ENOMEM.
 */
int bundle_of_annotations(const json_t *annotations, const char *container_id,
			  struct bundle **ret_bundle);

/**
 * bundle_find() - Look where the runtimes keep their containers.
 * @host_root:    descriptor of the host's root directory; nothing outside of it is read
 * @container_id: hexadecimal digits; "" is in no bundle
 * @ret_bundle:   owned; set on success only
 *
 * Only a regular file is read that is root's and that nobody else may write, up to
 * BUNDLE_BYTES_MAX.
 *
 * Return: 0; BUNDLE_E_NONE; -EBADMSG, -EFBIG, -EPERM: it is there and is not to be
 * believed; another negative errno.
 */
int bundle_find(int host_root, const char *container_id, struct bundle **ret_bundle);

/** bundle_is_sandbox() - @bundle: NULL is none. */
bool bundle_is_sandbox(const struct bundle *bundle);

struct bundle *bundle_free(struct bundle *bundle);

/* The largest pods have some hundred KiB, nearly all of it environment and mounts. */
#define BUNDLE_BYTES_MAX (4U << 20)

#endif
