// SPDX-License-Identifier: Apache-2.0
/* The containers of a pod: their names are in its spec, their ids in its status. */
#include <errno.h>
#include <string.h>

#include "kube/pod_read.h"
#include "policy/array.h"
#include "policy/kubename.h"
#include "util/cleanup.h"

/* As node/container.h has room for it. */
#define ID_BYTES 79

/* Of one list. Each name is held against all others, and no pod comes near to it. */
#define CONTAINERS_MAX 1024

#define ID_CHARACTERS  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

static struct pod_container *find_container(const struct pod *pod, const char *name)
{
	for (size_t i = 0; i < pod->n_containers; i++)
		if (!strcmp(pod->containers[i].name, name))
			return &pod->containers[i];
	return NULL;
}

static int add_container(struct pod *pod, const char *name, enum pod_container_type type,
			 struct pod_container **ret_container)
{
	struct pod_container *containers =
		array_grow(pod->containers, pod->n_containers, sizeof(*containers));
	char *copy;

	if (!containers)
		return -ENOMEM;
	pod->containers = containers;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	*ret_container = &containers[pod->n_containers++];
	**ret_container = (struct pod_container){.name = copy, .type = type};
	return 0;
}

/* One container of the spec, or one status. */
struct container_reader {
	struct pod *pod;
	enum pod_container_type type;
	const char *name, *id; /* borrowed from the tree */
};

static int read_container_name(struct parse *parse, const struct yaml_pair *pair,
			       void *object)
{
	struct container_reader *reader = object;
	int r = parse_string(parse, pair, &reader->name);

	if (r || kubename_is_label(reader->name))
		return r;
	return parse_error(
		parse, pair->value,
		"\"%.80s\" is no container's name; a name is " KUBENAME_LABEL_FORM,
		reader->name);
}

/* "" until the runtime has made the container. */
static int read_container_id(struct parse *parse, const struct yaml_pair *pair,
			     void *object)
{
	struct container_reader *reader = object;
	const char *text = yaml_text(pair->value), *scheme;

	if (text && !*text)
		return 0;
	if (text) {
		scheme = strstr(text, "://");
		text = scheme ? scheme + 3 : text;
	}
	if (!text || !*text || strlen(text) > ID_BYTES ||
	    text[strspn(text, ID_CHARACTERS)])
		return parse_error(
			parse, pair->value,
			"\"containerID\" is no container's id; give it as the runtime "
			"does, \"containerd://\" and hexadecimal digits");
	reader->id = text;
	return 0;
}

static int read_spec_container(struct parse *parse, const struct yaml_pair *pair,
			       void *object)
{
	static const struct field fields[] = {
		{"name", read_container_name, FIELD_REQUIRED}};
	struct container_reader reader = *(const struct container_reader *)object;
	struct pod_container *container;
	int r = parse_open_map(parse, pair->value, "a container", fields,
			       ARRAY_SIZE(fields), &reader);

	if (r)
		return r;
	if (find_container(reader.pod, reader.name))
		return parse_error(
			parse, pair->value,
			"container \"%s\" is there twice; give each a name of its own",
			reader.name);
	return add_container(reader.pod, reader.name, reader.type, &container);
}

static int read_status_container(struct parse *parse, const struct yaml_pair *pair,
				 void *object)
{
	static const struct field fields[] = {
		{"name", read_container_name, FIELD_REQUIRED},
		{"containerID", read_container_id, 0},
	};
	struct container_reader reader = *(const struct container_reader *)object;
	struct pod_container *container;
	int r = parse_open_map(parse, pair->value, "a container's status", fields,
			       ARRAY_SIZE(fields), &reader);

	if (r)
		return r;
	container = find_container(reader.pod, reader.name);
	if (!container)
		r = add_container(reader.pod, reader.name, reader.type, &container);
	if (r || !reader.id)
		return r;
	free(container->id);
	container->id = strdup(reader.id);
	return container->id ? 0 : -ENOMEM;
}

/* The lists of containers, by the key that they have in spec and in status. */
static const struct container_list {
	const char *key;
	enum pod_container_type type;
	int (*read)(struct parse *parse, const struct yaml_pair *pair, void *object);
} container_lists[] = {
	{"containers", CONTAINER_MAIN, read_spec_container},
	{"initContainers", CONTAINER_INIT, read_spec_container},
	{"ephemeralContainers", CONTAINER_EPHEMERAL, read_spec_container},
	{"containerStatuses", CONTAINER_MAIN, read_status_container},
	{"initContainerStatuses", CONTAINER_INIT, read_status_container},
	{"ephemeralContainerStatuses", CONTAINER_EPHEMERAL, read_status_container},
};

int pod_read_containers(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct container_reader reader = {.pod = object};
	const struct container_list *list = container_lists;

	while (strcmp(list->key, pair->key->text) != 0)
		list++;
	reader.type = list->type;
	if (pair->value->type == YAML_LIST && !pair->value->n)
		return 0;
	if (pair->value->type == YAML_LIST && pair->value->n > CONTAINERS_MAX)
		return parse_error(parse, pair->value,
				   "\"%s\" has more than %d items; leave some out",
				   pair->key->text, CONTAINERS_MAX);
	return parse_list(parse, pair, list->read, &reader);
}
