// SPDX-License-Identifier: Apache-2.0
#include "kube/objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first whose key is not before @key. */
static size_t position_of(const struct objects *objects, const char *key)
{
	size_t first = 0, last = objects->n;

	while (first < last) {
		size_t middle = first + (last - first) / 2;

		if (strcmp(objects->items[middle].key, key) < 0)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

struct object *objects_find(const struct objects *objects, const char *key)
{
	size_t at = position_of(objects, key);

	if (at == objects->n || strcmp(objects->items[at].key, key) != 0)
		return NULL;
	return &objects->items[at];
}

static int make_room(struct objects *objects)
{
	size_t room = objects->room ? objects->room * 2 : 16;
	struct object *items;

	if (objects->n < objects->room)
		return 0;
	items = reallocarray(objects->items, room, sizeof(*items));
	if (!items)
		return -ENOMEM;
	objects->items = items;
	objects->room = room;
	return 0;
}

int objects_get(struct objects *objects, const char *key, struct object **ret_object)
{
	struct object *found = objects_find(objects, key);
	size_t at = position_of(objects, key);
	char *copy;

	if (!found) {
		if (make_room(objects) < 0 || !(copy = strdup(key)))
			return -ENOMEM;
		found = &objects->items[at];
		memmove(found + 1, found, (objects->n - at) * sizeof(*found));
		*found = (struct object){.key = copy};
		objects->n++;
	}
	*ret_object = found;
	return 0;
}

bool object_is_newest(const struct object *object, const char *text)
{
	const char *newest = object->refused ? object->refused : object->text;

	return newest && !strcmp(newest, text);
}

static void object_clear(struct object *object)
{
	free(object->key);
	free(object->text);
	free(object->refused);
	diagnostics_clear(&object->diagnostics);
}

void objects_remove(struct objects *objects, struct object *object)
{
	size_t at = (size_t)(object - objects->items);

	object_clear(object);
	memmove(object, object + 1, (--objects->n - at) * sizeof(*object));
}

void objects_clear(struct objects *objects)
{
	for (size_t i = 0; i < objects->n; i++)
		object_clear(&objects->items[i]);
	free(objects->items);
	*objects = (struct objects){0};
}
