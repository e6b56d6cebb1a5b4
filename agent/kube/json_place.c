// SPDX-License-Identifier: Apache-2.0
#include "kube/json_place.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define DEPTH_MAX 30

/* An object or a list that is open. */
struct frame {
	bool is_list, wants_key;
	size_t index;	 /* of a list */
	const char *key; /* of an object; NULL: none yet */
	int key_length;
};

struct walk {
	struct frame frames[DEPTH_MAX];
	size_t depth;
};

/* A character is a byte and those that continue it. */
static const char *character_at(const char *text, unsigned column)
{
	for (; *text; text++)
		if (((unsigned char)*text & 0xc0) != 0x80 && --column == 0)
			return text;
	return NULL;
}

/* @at: the opening quote. Return: behind the closing one. */
static const char *string_end(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

static void take_string(struct walk *walk, const char *at, const char *end)
{
	struct frame *top = walk->depth ? &walk->frames[walk->depth - 1] : NULL;
	int length = (int)(end - at) - 2;

	if (!top || !top->wants_key)
		return;
	top->wants_key = false;
	top->key = at + 1;
	top->key_length = length > 0 ? length : 0;
}

static void take_comma(struct walk *walk)
{
	struct frame *top = walk->depth ? &walk->frames[walk->depth - 1] : NULL;

	if (!top)
		return;
	top->index++;
	top->wants_key = !top->is_list;
	top->key = NULL;
}

/* Return: behind the token; NULL: too deep. */
static const char *take(struct walk *walk, const char *at)
{
	const char *end = *at == '"' ? string_end(at) : at + 1;

	switch (*at) {
	case '"':
		take_string(walk, at, end);
		break;
	case ',':
		take_comma(walk);
		break;
	case '{':
	case '[':
		if (walk->depth == DEPTH_MAX)
			return NULL;
		walk->frames[walk->depth++] =
			(struct frame){.is_list = *at == '[', .wants_key = *at == '{'};
		break;
	case '}':
	case ']':
		walk->depth -= walk->depth > 0;
		break;
	default:
		break;
	}
	return end;
}

static char *path_of(const struct walk *walk)
{
	char *path = NULL;
	size_t length;
	FILE *file = open_memstream(&path, &length);

	if (!file)
		return NULL;
	for (size_t i = 0; i < walk->depth; i++) {
		const struct frame *frame = &walk->frames[i];

		if (frame->is_list)
			fprintf(file, "[%zu]", frame->index);
		else if (frame->key)
			fprintf(file, "%s%.*s", i ? "." : "", frame->key_length,
				frame->key);
	}
	if (fclose(file) == 0)
		return path;
	free(path);
	return NULL;
}

char *json_place(const char *text, unsigned column)
{
	const char *target = column ? character_at(text, column) : NULL;
	struct walk walk = {.depth = 0};

	if (!target)
		return NULL;
	while (text < target) {
		text = take(&walk, text);
		if (!text)
			return NULL;
	}
	/* A key is a place of its own. */
	if (text == target && *text == '"')
		take(&walk, text);
	return walk.depth ? path_of(&walk) : NULL;
}
