// SPDX-License-Identifier: Apache-2.0
#include "enforce/identity_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lsm/abi.h"
#include "policy/room.h"
#include "util/cleanup.h"

struct entry {
	struct identity_key key;
	uint32_t accept;
};

/* Of one slot, in no order. */
struct entries {
	struct entry *items;
	size_t n, room;
};

struct identity_map {
	int fd;
	struct entries *slots; /* by number */
	size_t n_slots, room;
};

static void identity_map_freep(struct identity_map **map)
{
	identity_map_free(*map);
}

int identity_map_new(int fd, struct identity_map **ret_map)
{
	_cleanup_(identity_map_freep) struct identity_map *map = calloc(1, sizeof(*map));

	if (!map)
		return -ENOMEM;
	map->fd = fd;
	*ret_map = TAKE_PTR(map);
	return 0;
}

struct identity_map *identity_map_free(struct identity_map *map)
{
	if (!map)
		return NULL;
	for (size_t slot = 0; slot < map->n_slots; slot++)
		free(map->slots[slot].items);
	free(map->slots);
	free(map);
	return NULL;
}

static int entries_of(struct identity_map *map, uint32_t slot,
		      struct entries **ret_entries)
{
	size_t n = (size_t)slot + 1;

	if (n > map->n_slots) {
		if (room_for(&map->slots, &map->room, n) < 0)
			return -ENOMEM;
		memset(map->slots + map->n_slots, 0,
		       (n - map->n_slots) * sizeof(*map->slots));
		map->n_slots = n;
	}
	*ret_entries = &map->slots[slot];
	return 0;
}

/* --- the kernel's map, and what is known of it
 * ------------------------------------------- */

static int entry_write(const struct identity_map *map, struct entry *entry,
		       uint32_t accept)
{
	int r = bpf_map_update_elem(map->fd, &entry->key, &accept, BPF_ANY);

	if (r == 0)
		entry->accept = accept;
	return r;
}

static int entry_add(const struct identity_map *map, struct entries *entries,
		     const struct entry *entry)
{
	int r = room_for(&entries->items, &entries->room, entries->n + 1);

	if (r == 0)
		r = bpf_map_update_elem(map->fd, &entry->key, &entry->accept, BPF_ANY);
	if (r == 0)
		entries->items[entries->n++] = *entry;
	return r;
}

/* The last entry takes the place of the one that goes. */
static void entry_remove(const struct identity_map *map, struct entries *entries,
			 size_t at)
{
	bpf_map_delete_elem(map->fd, &entries->items[at].key);
	entries->items[at] = entries->items[--entries->n];
}

/* --- putting
 * ----------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct identity_key) + sizeof(uint32_t));
}

static bool same_file(const struct identity_key *a, const struct identity_key *b)
{
	return a->inode == b->inode && a->device == b->device;
}

/* What is wanted of one file. */
struct wanted {
	const struct entry *items;
	size_t n;
};

static bool wants(const struct wanted *wanted, uint32_t accept)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (wanted->items[i].accept == accept)
			return true;
	return false;
}

/* Entries that there are of one file, by number. */
struct numbered {
	struct entry *items[LIMIT_IDENTITY_ACCEPTS];
	uint32_t n;
};

static struct numbered find_file(const struct entries *entries,
				 const struct identity_key *file)
{
	struct numbered numbered = {0};

	for (size_t i = 0; i < entries->n; i++) {
		struct entry *entry = &entries->items[i];

		if (entry->key.image != file->image || !same_file(&entry->key, file) ||
		    entry->key.number >= LIMIT_IDENTITY_ACCEPTS)
			continue;
		numbered.items[entry->key.number] = entry;
		if (numbered.n <= entry->key.number)
			numbered.n = entry->key.number + 1;
	}
	return numbered;
}

static bool has(const struct numbered *numbered, uint32_t accept)
{
	for (uint32_t i = 0; i < numbered->n; i++)
		if (numbered->items[i] && numbered->items[i]->accept == accept)
			return true;
	return false;
}

/* An accept that is not wanted any more, whose number another can have. */
static struct entry *find_spare(const struct numbered *numbered,
				const struct wanted *wanted)
{
	for (uint32_t i = 0; i < numbered->n; i++)
		if (numbered->items[i] && !wants(wanted, numbered->items[i]->accept))
			return numbered->items[i];
	return NULL;
}

static int put_accept(const struct identity_map *map, struct entries *entries,
		      const struct wanted *wanted, const struct entry *item)
{
	struct numbered numbered = find_file(entries, &item->key);
	struct entry added = *item, *spare;

	if (has(&numbered, item->accept))
		return 0;
	spare = find_spare(&numbered, wanted);
	if (spare)
		return entry_write(map, spare, item->accept);
	if (numbered.n == LIMIT_IDENTITY_ACCEPTS)
		return -E2BIG;
	added.key.number = numbered.n;
	return entry_add(map, entries, &added);
}

/* Return: how many found no room. */
static size_t put_file(const struct identity_map *map, struct entries *entries,
		       const struct wanted *wanted)
{
	size_t missing = 0;

	for (size_t i = 0; i < wanted->n; i++)
		missing += put_accept(map, entries, wanted, &wanted->items[i]) < 0;
	return missing;
}

/* The items of the file that one of them is about. @items: sorted. */
static struct wanted wanted_of(const struct entry *items, size_t n,
			       const struct identity_key *file)
{
	struct wanted wanted = {0};
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(&items[middle].key, file,
			   offsetof(struct identity_key, number)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	wanted.items = items + low;
	while (low + wanted.n < n && same_file(&items[low + wanted.n].key, file))
		wanted.n++;
	return wanted;
}

/* Numbers have no gap: the highest takes over the one that goes. */
static void remove_unwanted(const struct identity_map *map, struct entries *entries,
			    const struct entry *items, size_t n, uint32_t image)
{
	for (size_t i = 0; i < entries->n;) {
		struct entry *entry = &entries->items[i], *last;
		struct numbered numbered;
		struct wanted wanted;

		if (entry->key.image != image) {
			i++;
			continue;
		}
		wanted = wanted_of(items, n, &entry->key);
		if (wants(&wanted, entry->accept)) {
			i++;
			continue;
		}
		numbered = find_file(entries, &entry->key);
		last = numbered.items[numbered.n - 1];
		if (last != entry && entry_write(map, entry, last->accept) < 0) {
			i++;
			continue;
		}
		entry_remove(map, entries, (size_t)(last - entries->items));
	}
}

static struct entry *sorted_items(uint32_t slot, uint32_t image,
				  const struct enforcer_identity *identities, size_t *n)
{
	struct entry *items = calloc(*n + 1, sizeof(*items));
	size_t kept = 0;

	if (!items)
		return NULL;
	for (size_t i = 0; i < *n; i++)
		items[i] = (struct entry){
			.key = {.inode = identities[i].file.inode,
				.device = identities[i].file.device,
				.slot = slot,
				.image = image},
			.accept = identities[i].accept,
		};
	qsort(items, *n, sizeof(*items), compare);
	for (size_t i = 0; i < *n; i++)
		if (!kept || compare(&items[kept - 1], &items[i]))
			items[kept++] = items[i];
	*n = kept;
	return items;
}

int identity_map_put(struct identity_map *map, uint32_t slot, uint32_t image,
		     const struct enforcer_identity *identities, size_t n,
		     size_t *ret_missing)
{
	_cleanup_(freep) struct entry *items = sorted_items(slot, image, identities, &n);
	struct entries *entries;
	int r = items ? entries_of(map, slot, &entries) : -ENOMEM;

	if (r < 0)
		return r;
	*ret_missing = 0;
	for (size_t i = 0; i < n;) {
		struct wanted wanted = wanted_of(items, n, &items[i].key);

		*ret_missing += put_file(map, entries, &wanted);
		i += wanted.n;
	}
	remove_unwanted(map, entries, items, n, image);
	return 0;
}

/* --- removing
 * ---------------------------------------------------------------------------- */

void identity_map_keep(struct identity_map *map, uint32_t slot, uint32_t image)
{
	struct entries *entries = slot < map->n_slots ? &map->slots[slot] : NULL;

	for (size_t i = 0; entries && i < entries->n;) {
		if (image && entries->items[i].key.image == image)
			i++;
		else
			entry_remove(map, entries, i);
	}
	if (entries && !entries->n) {
		free(entries->items);
		*entries = (struct entries){0};
	}
}

void identity_map_keep_all(struct identity_map *map,
			   uint32_t (*image_of)(uint32_t slot, const void *data),
			   const void *data)
{
	for (uint32_t slot = 0; slot < map->n_slots; slot++)
		if (map->slots[slot].n)
			identity_map_keep(map, slot, image_of(slot, data));
}

size_t identity_map_count(const struct identity_map *map)
{
	size_t n = 0;

	for (size_t slot = 0; slot < map->n_slots; slot++)
		n += map->slots[slot].n;
	return n;
}

/* --- adoption
 * ---------------------------------------------------------------------------- */

static int adopt_one(struct identity_map *map, const struct identity_key *key,
		     uint32_t accept)
{
	struct entries *entries;
	int r = key->slot < LIMIT_SLOTS ? entries_of(map, key->slot, &entries) : -ERANGE;

	if (r == 0)
		r = room_for(&entries->items, &entries->room, entries->n + 1);
	if (r == 0)
		entries->items[entries->n++] =
			(struct entry){.key = *key, .accept = accept};
	return r;
}

int identity_map_adopt(struct identity_map *map)
{
	_cleanup_(freep) struct identity_key *keys =
		malloc(LIMIT_IDENTITIES * sizeof(*keys));
	_cleanup_(freep) uint32_t *accepts = malloc(LIMIT_IDENTITIES * sizeof(*accepts));
	uint32_t next, n = LIMIT_IDENTITIES;
	int r;

	if (!keys || !accepts)
		return -ENOMEM;
	r = bpf_map_lookup_batch(map->fd, NULL, &next, keys, accepts, &n, NULL);
	if (r < 0 && r != -ENOENT)
		return r;
	r = 0;
	for (uint32_t i = 0; r == 0 && i < n; i++)
		r = adopt_one(map, &keys[i], accepts[i]);
	return r;
}
