// SPDX-License-Identifier: Apache-2.0
/*
 * Kubelet names a pod's cgroup (pkg/kubelet/cm/pod_container_manager_linux.go), the
 * runtime the container's below it. Names are matched as a whole and by their parents:
 * anything else is not a pod.
 */
#include "node/container.h"

#include <string.h>

#include "util/cleanup.h"

#define ID_DIGITS   64
#define HASH_DIGITS 32

/* What runtimes put in front of a container's id. */
static const struct {
	const char *prefix;
	const char *runtime;
} runtimes[] = {
	{"cri-containerd", "containerd"},
	{"crio", "cri-o"},
	{"docker", "docker"},
};

/* A part of the path; not ended by NUL. */
struct component {
	const char *start;
	size_t length;
};

/* Where the first pod in a path was found. */
struct pod_match {
	char uid[64];
	struct component
		container; /* what the same component says of the container, or empty */
	const char *rest;  /* of the path, behind the component */
};

static bool next_component(const char **path, struct component *ret_component)
{
	*path += strspn(*path, "/");
	ret_component->start = *path;
	ret_component->length = strcspn(*path, "/");
	*path += ret_component->length;
	return ret_component->length;
}

static bool component_is(const struct component *component, const char *text)
{
	return component->length == strlen(text) &&
	       !memcmp(component->start, text, component->length);
}

static bool strip_prefix(struct component *component, const char *prefix)
{
	size_t length = strlen(prefix);

	if (component->length < length || memcmp(component->start, prefix, length))
		return false;
	component->start += length;
	component->length -= length;
	return true;
}

static bool strip_suffix(struct component *component, const char *suffix)
{
	size_t length = strlen(suffix);

	if (component->length < length ||
	    memcmp(component->start + component->length - length, suffix, length))
		return false;
	component->length -= length;
	return true;
}

static bool is_hex(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!memchr("0123456789abcdef", text[i], 16))
			return false;
	return true;
}

/* A uuid whose groups are parted by @dash, or the hash of a static pod's manifest. */
static bool read_uid(const struct component *text, char dash, char uid[64])
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (text->length == HASH_DIGITS && is_hex(text->start, HASH_DIGITS)) {
		memcpy(uid, text->start, HASH_DIGITS);
		uid[HASH_DIGITS] = '\0';
		return true;
	}
	if (text->length != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		bool fits = shape[i] == '-' ? text->start[i] == dash
					    : is_hex(text->start + i, 1);

		if (!fits)
			return false;
		uid[i] = shape[i] == '-' ? '-' : text->start[i];
	}
	uid[sizeof(shape) - 1] = '\0';
	return true;
}

/* "kubepods", or with --cgroup-root, "kubelet-kubepods"; and a class of service behind
 * it. */
static bool is_pods_slice(struct component stem)
{
	if (!strip_suffix(&stem, "-burstable"))
		strip_suffix(&stem, "-besteffort");
	return strip_suffix(&stem, "kubepods") &&
	       (!stem.length || stem.start[stem.length - 1] == '-');
}

/* systemd's driver: "kubepods-burstable-pod<uid_>.slice", alone or with ":runtime:id"
 * behind. */
static bool match_slice(const struct component *name, struct pod_match *match)
{
	const char *colon = memchr(name->start, ':', name->length);
	struct component slice = *name;
	struct component uid;

	match->container = (struct component){};
	if (colon) {
		slice.length = (size_t)(colon - name->start);
		match->container =
			(struct component){colon + 1, name->length - slice.length - 1};
	}
	if ((colon && !match->container.length) || !strip_suffix(&slice, ".slice"))
		return false;
	for (size_t length = HASH_DIGITS; length <= HASH_DIGITS + 4; length += 4) {
		if (slice.length < length)
			return false;
		uid = (struct component){slice.start + slice.length - length, length};
		if (!read_uid(&uid, '_', match->uid))
			continue;
		slice.length -= length;
		return strip_suffix(&slice, "-pod") && is_pods_slice(slice);
	}
	return false;
}

/* cgroupfs's driver: "kubepods/pod<uid>", "kubepods/burstable/pod<uid>". */
static bool match_directory(const struct component *name, const struct component *parent,
			    const struct component *grandparent, struct pod_match *match)
{
	bool has_class =
		component_is(parent, "burstable") || component_is(parent, "besteffort");
	struct component uid = *name;

	match->container = (struct component){};
	return component_is(has_class ? grandparent : parent, "kubepods") &&
	       strip_prefix(&uid, "pod") && read_uid(&uid, '-', match->uid);
}

static bool find_pod(const char *path, struct pod_match *ret_match)
{
	struct component name, parent = {}, grandparent = {};

	while (next_component(&path, &name)) {
		if (match_slice(&name, ret_match) ||
		    match_directory(&name, &parent, &grandparent, ret_match)) {
			ret_match->rest = path;
			return true;
		}
		grandparent = parent;
		parent = name;
	}
	return false;
}

/* "<id>", "<runtime>-<id>" and "<runtime>-<id>.scope"; with ':' where a slice was not
 * made. */
static bool read_container(struct component name, char separator,
			   struct container_cgroup *ret)
{
	const char *runtime = "";

	if (separator == '-')
		strip_suffix(&name, ".scope");
	for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
		struct component id = name;

		if (!strip_prefix(&id, runtimes[i].prefix) || !id.length ||
		    id.start[0] != separator)
			continue;
		name = (struct component){id.start + 1, id.length - 1};
		runtime = runtimes[i].runtime;
		break;
	}
	if (name.length != ID_DIGITS || !is_hex(name.start, name.length))
		return false;
	memcpy(ret->container_id, name.start, ID_DIGITS);
	strcpy(ret->runtime, runtime);
	return true;
}

int container_of_cgroup(const char *path, struct container_cgroup *ret_container)
{
	struct container_cgroup container = {};
	struct component name, below;
	struct pod_match match;
	bool is_below;

	if (!find_pod(path, &match))
		return CONTAINER_E_NONE;
	strcpy(container.pod_uid, match.uid);
	is_below = next_component(&match.rest, &name);
	if (match.container.length) {
		if (is_below || !read_container(match.container, ':', &container))
			return CONTAINER_E_NONE;
	} else if (is_below) {
		if (next_component(&match.rest, &below) ||
		    !read_container(name, '-', &container))
			return CONTAINER_E_NONE;
	}
	*ret_container = container;
	return 0;
}

bool container_is_in_pod(const char *path)
{
	struct pod_match match;

	return find_pod(path, &match);
}
