/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/image_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

struct image_cache_entry {
	struct policy_list policies;
	bool sandbox;
	struct image *image;
	char *why; /* NULL, or why there is no image */
	int error; /* what compiling returned */
	bool used;
};

/* Policies are immutable and shared: the same set is the same pointers. */
static bool same_set(const struct policy_list *a, const struct policy_list *b)
{
	return a->n == b->n &&
	       (a->n == 0 || !memcmp(a->items, b->items, a->n * sizeof(*a->items)));
}

static struct image_cache_entry *find(struct image_cache *cache,
				      const struct policy_list *policies, bool sandbox)
{
	for (size_t i = 0; i < cache->n; i++)
		if (cache->entries[i].sandbox == sandbox &&
		    same_set(&cache->entries[i].policies, policies))
			return &cache->entries[i];
	return NULL;
}

static void entry_clear(struct image_cache_entry *entry)
{
	policy_list_clear(&entry->policies);
	image_unref(entry->image);
	free(entry->why);
}

static int copy_list(const struct policy_list *from, struct policy_list *ret_list)
{
	struct policy_list list = {0};

	if (from->n > 0) {
		list.items = calloc(from->n, sizeof(*list.items));
		if (!list.items)
			return -ENOMEM;
	}
	for (; list.n < from->n; list.n++)
		list.items[list.n] = policy_ref(from->items[list.n]);
	*ret_list = list;
	return 0;
}

static int compile(struct image_cache_entry *entry)
{
	struct diagnostics diagnostics = {0};
	int r = (entry->sandbox ? image_compile_sandbox : image_compile)(
		&entry->policies, &diagnostics, &entry->image);

	if (r < 0 && r != -ENOMEM && diagnostics.n > 0 &&
	    asprintf(&entry->why, "%s:%u: %s", diagnostics.items[0].source,
		     diagnostics.items[0].line, diagnostics.items[0].message) < 0) {
		entry->why = NULL;
		r = -ENOMEM;
	}
	diagnostics_clear(&diagnostics);
	return r;
}

static int add(struct image_cache *cache, const struct policy_list *policies,
	       bool sandbox, struct image_cache_entry **ret_entry)
{
	struct image_cache_entry entry = {.sandbox = sandbox};
	struct image_cache_entry *entries =
		reallocarray(cache->entries, cache->n + 1, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	cache->entries = entries;
	if (copy_list(policies, &entry.policies) < 0)
		return -ENOMEM;
	entry.error = compile(&entry);
	if (entry.error == -ENOMEM) {
		entry_clear(&entry);
		return -ENOMEM;
	}
	entries[cache->n] = entry;
	*ret_entry = &entries[cache->n++];
	return 0;
}

static int get(struct image_cache *cache, const struct policy_list *policies,
	       bool sandbox, char **reterr_why, struct image **ret_image)
{
	struct image_cache_entry *entry = find(cache, policies, sandbox);
	int r = entry ? 0 : add(cache, policies, sandbox, &entry);

	if (r < 0)
		return r;
	entry->used = true;
	if (entry->error == 0) {
		*ret_image = entry->image;
		return 0;
	}
	*reterr_why = strdup(entry->why ? entry->why : strerror(-entry->error));
	return *reterr_why ? entry->error : -ENOMEM;
}

int image_cache_get(struct image_cache *cache, const struct policy_list *policies,
		    char **reterr_why, struct image **ret_image)
{
	return get(cache, policies, false, reterr_why, ret_image);
}

int image_cache_get_sandbox(struct image_cache *cache, const struct policy_list *policies,
			    char **reterr_why, struct image **ret_image)
{
	return get(cache, policies, true, reterr_why, ret_image);
}

void image_cache_touch(struct image_cache *cache, const struct policy_list *policies)
{
	for (int sandbox = 0; sandbox <= 1; sandbox++) {
		struct image_cache_entry *entry = find(cache, policies, sandbox);

		if (entry)
			entry->used = true;
	}
}

void image_cache_trim(struct image_cache *cache)
{
	size_t kept = 0;

	for (size_t i = 0; i < cache->n; i++) {
		if (!cache->entries[i].used) {
			entry_clear(&cache->entries[i]);
			continue;
		}
		cache->entries[i].used = false;
		cache->entries[kept++] = cache->entries[i];
	}
	cache->n = kept;
}

void image_cache_clear(struct image_cache *cache)
{
	for (size_t i = 0; i < cache->n; i++)
		entry_clear(&cache->entries[i]);
	free(cache->entries);
	*cache = (struct image_cache){0};
}
