// SPDX-License-Identifier: Apache-2.0
#include "kube/pod_read.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/kubename.h"
#include "util/cleanup.h"

/* As node/container.h has room for it, in the names of the pod's cgroups. */
#define UID_BYTES 63

#define LETTERS_AND_DIGITS                                                               \
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
 * Where kubelet notes the hash of a static pod's configuration, the mirror's note first.
 */
static const char *const static_pod_keys[] = {
	"kubernetes.io/config.mirror",
	"kubernetes.io/config.hash",
};
#define CGROUP_KEY "lsmd.io/cgroup"

static int check_uid(struct parse *parse, const struct yaml_pair *pair, const char *uid)
{
	if (strlen(uid) <= UID_BYTES && !uid[strspn(uid, LETTERS_AND_DIGITS "-")])
		return 0;
	return parse_error(
		parse, pair->value,
		"\"%.80s\" is no uid; a uid is at most %d letters, digits and \"-\"", uid,
		UID_BYTES);
}

static int read_uid(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct pod *pod = object;
	int r = parse_text(parse, pair, &pod->uid);

	return r ? r : check_uid(parse, pair, pod->uid);
}

static int read_name(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct pod *pod = object;
	int r = parse_text(parse, pair, &pod->name);

	if (r || kubename_is_subdomain(pod->name))
		return r;
	return parse_error(
		parse, pair->value,
		"\"%.80s\" is no pod's name; a name is " KUBENAME_SUBDOMAIN_FORM,
		pod->name);
}

static int read_namespace(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct pod *pod = object;
	int r = parse_text(parse, pair, &pod->name_space);

	if (r || kubename_is_label(pod->name_space))
		return r;
	return parse_error(
		parse, pair->value,
		"\"%.80s\" is no namespace's name; a name is " KUBENAME_LABEL_FORM,
		pod->name_space);
}

static int read_labels(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_labels(parse, pair, &((struct pod *)object)->labels);
}

/* Below the cgroup root: no way up, and no name twice in two spellings. */
static bool is_cgroup_path(const char *path)
{
	const char *name = path + (*path == '/');

	if (!*path)
		return false;
	for (size_t length; *name; name += length + (name[length] == '/')) {
		length = strcspn(name, "/");
		if (!length || (length == 1 && *name == '.') ||
		    (length == 2 && !strncmp(name, "..", 2)))
			return false;
	}
	return true;
}

static int read_cgroups(struct parse *parse, const struct yaml_pair *pair,
			struct pod *pod)
{
	_cleanup_(freep) char *copy = NULL;
	char *rest, *path;
	int r = parse_text(parse, pair, &copy);

	if (r)
		return r;
	rest = copy;
	while ((path = strsep(&rest, ","))) {
		path += strspn(path, " ");
		path[strcspn(path, " ")] = '\0';
		if (!is_cgroup_path(path))
			return parse_error(
				parse, pair->value,
				"\"%.200s\" is no path of a cgroup; give paths below the "
				"cgroup root, separated by commas",
				path);
		r = strings_add(&pod->cgroups, &pod->n_cgroups, path);
		if (r)
			return r;
	}
	return 0;
}

static int read_static_uid(struct parse *parse, const struct yaml_pair *pair,
			   struct pod *pod)
{
	int r = parse_text(parse, pair, &pod->cgroup_uid);

	return r ? r : check_uid(parse, pair, pod->cgroup_uid);
}

static int read_annotations(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	const struct yaml_node *map = pair->value;
	const struct yaml_node *value = NULL;
	struct yaml_node key = {.text = CGROUP_KEY};
	struct pod *pod = object;
	int r = 0;

	if (map->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (map->type != YAML_MAP)
		return parse_error(
			parse, map,
			"\"annotations\" is a map, not %s; write \"key: value\"",
			yaml_type_name(map->type));
	for (size_t i = 0; !value && i < ARRAY_SIZE(static_pod_keys); i++) {
		value = yaml_get(map, static_pod_keys[i]);
		key.text = static_pod_keys[i];
	}
	if (value)
		r = read_static_uid(parse, &(struct yaml_pair){&key, value}, pod);
	if (r < 0)
		return r;
	key.text = CGROUP_KEY;
	value = yaml_get(map, CGROUP_KEY);
	if (value) {
		int e = read_cgroups(parse, &(struct yaml_pair){&key, value}, pod);

		r = e ? e : r;
	}
	return r;
}

static int read_metadata(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"name", read_name, FIELD_REQUIRED},  {"namespace", read_namespace, 0},
		{"uid", read_uid, FIELD_REQUIRED},    {"labels", read_labels, 0},
		{"annotations", read_annotations, 0},
	};

	return parse_open_map(parse, pair->value, "a pod's \"metadata\"", fields,
			      ARRAY_SIZE(fields), object);
}

static int read_node_name(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_text(parse, pair, &((struct pod *)object)->node);
}

static int read_service_account(struct parse *parse, const struct yaml_pair *pair,
				void *object)
{
	return parse_text(parse, pair, &((struct pod *)object)->service_account);
}

static int read_host_network(struct parse *parse, const struct yaml_pair *pair,
			     void *object)
{
	return parse_bool(parse, pair, &((struct pod *)object)->host_network);
}

static int read_phase(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_text(parse, pair, &((struct pod *)object)->phase);
}

static int read_spec(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"containers", pod_read_containers, 0},
		{"initContainers", pod_read_containers, 0},
		{"ephemeralContainers", pod_read_containers, 0},
		{"nodeName", read_node_name, 0},
		{"serviceAccountName", read_service_account, 0},
		{"hostNetwork", read_host_network, 0},
	};

	return parse_open_map(parse, pair->value, "a pod's \"spec\"", fields,
			      ARRAY_SIZE(fields), object);
}

static int read_status(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"phase", read_phase, 0},
		{"containerStatuses", pod_read_containers, 0},
		{"initContainerStatuses", pod_read_containers, 0},
		{"ephemeralContainerStatuses", pod_read_containers, 0},
	};

	return parse_open_map(parse, pair->value, "a pod's \"status\"", fields,
			      ARRAY_SIZE(fields), object);
}

static int default_text(char **text, const char *value)
{
	if (*text)
		return 0;
	*text = strdup(value);
	return *text ? 0 : -ENOMEM;
}

static int fill_defaults(struct pod *pod)
{
	int r = default_text(&pod->name_space, "default");

	if (!r)
		r = default_text(&pod->cgroup_uid, pod->uid);
	if (!r)
		r = default_text(&pod->node, "");
	if (!r)
		r = default_text(&pod->phase, "");
	if (!r)
		r = default_text(&pod->service_account, "");
	return r;
}

int pod_read(struct parse *parse, const struct yaml_node *node, struct pod *pod)
{
	static const struct field metadata[] = {
		{"metadata", read_metadata, FIELD_REQUIRED}};
	static const struct field spec[] = {{"spec", read_spec, 0}};
	static const struct field status[] = {{"status", read_status, 0}};
	int wrong = parse_open_map(parse, node, "a pod", metadata, 1, pod), r;

	/* Apart, since a status fills in what the spec names, in whatever order they are
	 * written. */
	if (wrong < 0 || node->type != YAML_MAP)
		return wrong;
	r = parse_open_map(parse, node, "a pod", spec, 1, pod);
	if (r < 0)
		return r;
	wrong |= r;
	r = parse_open_map(parse, node, "a pod", status, 1, pod);
	if (r < 0)
		return r;
	wrong |= r;
	return wrong ? PARSE_E_WRONG : fill_defaults(pod);
}
