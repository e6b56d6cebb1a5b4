// SPDX-License-Identifier: Apache-2.0
#include "kube/texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE	      UINT32_MAX
#define FIRST_BUCKETS 64U

struct text {
	char *text; /* NULL: the number is free */
	uint64_t hash;
	uint32_t taken;
	uint32_t next; /* of its bucket, or of those that are free */
};

struct texts {
	struct text *items;
	uint32_t n, room; /* as many buckets as there is room */
	uint32_t *buckets;
	uint32_t free;
	size_t bytes, max_bytes;
};

uint64_t texts_hash(const char *text, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint32_t *bucket_of(const struct texts *texts, uint64_t hash)
{
	return &texts->buckets[hash & (texts->room - 1)];
}

static void link_text(struct texts *texts, uint32_t number)
{
	uint32_t *bucket = bucket_of(texts, texts->items[number].hash);

	texts->items[number].next = *bucket;
	*bucket = number;
}

static int grow(struct texts *texts)
{
	uint32_t room = texts->room ? 2 * texts->room : FIRST_BUCKETS;
	struct text *items = reallocarray(texts->items, room, sizeof(*items));
	uint32_t *buckets;

	if (!items)
		return -ENOMEM;
	texts->items = items;
	buckets = reallocarray(texts->buckets, room, sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	texts->buckets = buckets;
	texts->room = room;
	for (uint32_t i = 0; i < room; i++)
		buckets[i] = NONE;
	for (uint32_t i = 0; i < texts->n; i++)
		if (items[i].text)
			link_text(texts, i);
	return 0;
}

static uint32_t find(const struct texts *texts, const char *text, size_t length,
		     uint64_t hash)
{
	uint32_t number = texts->room ? *bucket_of(texts, hash) : NONE;

	while (number != NONE) {
		const struct text *item = &texts->items[number];

		if (item->hash == hash && !strncmp(item->text, text, length) &&
		    !item->text[length])
			break;
		number = item->next;
	}
	return number;
}

/* Return: a number that is nobody's, NONE without memory. */
static uint32_t new_number(struct texts *texts)
{
	uint32_t number = texts->free;

	if (number != NONE) {
		texts->free = texts->items[number].next;
		return number;
	}
	if (texts->n == texts->room && grow(texts) < 0)
		return NONE;
	return texts->n++;
}

int texts_take(struct texts *texts, const char *text, size_t length, uint32_t *ret_number)
{
	uint64_t hash = texts_hash(text, length);
	uint32_t number = find(texts, text, length, hash);
	char *copy;

	if (number != NONE) {
		texts->items[number].taken++;
		*ret_number = number;
		return 0;
	}
	if (length > texts->max_bytes - texts->bytes)
		return -ENOSPC;
	copy = strndup(text, length);
	number = copy ? new_number(texts) : NONE;
	if (number == NONE) {
		free(copy);
		return -ENOMEM;
	}
	texts->bytes += length;
	texts->items[number] = (struct text){.text = copy, .hash = hash, .taken = 1};
	link_text(texts, number);
	*ret_number = number;
	return 0;
}

void texts_drop(struct texts *texts, uint32_t number)
{
	struct text *item = &texts->items[number];
	uint32_t *link = bucket_of(texts, item->hash);

	if (--item->taken)
		return;
	while (*link != number)
		link = &texts->items[*link].next;
	*link = item->next;
	texts->bytes -= strlen(item->text);
	free(item->text);
	item->text = NULL;
	item->next = texts->free;
	texts->free = number;
}

const char *texts_get(const struct texts *texts, uint32_t number)
{
	return texts->items[number].text;
}

uint32_t texts_limit(const struct texts *texts)
{
	return texts->n;
}

struct texts *texts_free(struct texts *texts)
{
	if (!texts)
		return NULL;
	for (uint32_t i = 0; i < texts->n; i++)
		free(texts->items[i].text);
	free(texts->items);
	free(texts->buckets);
	free(texts);
	return NULL;
}

int texts_new(size_t max_bytes, struct texts **ret_texts)
{
	struct texts *texts = calloc(1, sizeof(*texts));

	if (!texts)
		return -ENOMEM;
	texts->free = NONE;
	texts->max_bytes = max_bytes;
	*ret_texts = texts;
	return 0;
}
