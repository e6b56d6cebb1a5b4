/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/image_cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

struct image_cache_entry {
	struct policy_list policies;
	struct aliases aliases;
	bool sandbox;
	struct image *image;
	char *why; /* NULL, or why there is no image */
	int error; /* what compiling returned */
	bool used;
};

/* A dry run has one image, and needs no cache. */
static bool is_for(const struct image_cache_entry *entry,
		   const struct policy_list *policies,
		   const struct image_options *options)
{
	static const struct aliases none;

	return entry->sandbox == options->sandbox &&
	       policy_list_same(&entry->policies, policies) &&
	       aliases_equal(&entry->aliases,
			     options->aliases ? options->aliases : &none);
}

static struct image_cache_entry *find(struct image_cache *cache,
				      const struct policy_list *policies,
				      const struct image_options *options)
{
	for (size_t i = 0; i < cache->n; i++)
		if (is_for(&cache->entries[i], policies, options))
			return &cache->entries[i];
	return NULL;
}

static void entry_clear(struct image_cache_entry *entry)
{
	policy_list_clear(&entry->policies);
	aliases_clear(&entry->aliases);
	image_unref(entry->image);
	free(entry->why);
}

static int compile(struct image_cache_entry *entry)
{
	struct diagnostics diagnostics = {0};
	const struct image_options options = {.aliases = &entry->aliases,
					      .sandbox = entry->sandbox};
	int r = image_compile_for(&entry->policies, &options, &diagnostics,
				  &entry->image);

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
	       const struct image_options *options, struct image_cache_entry **ret_entry)
{
	struct image_cache_entry entry = {.sandbox = options->sandbox};
	struct image_cache_entry *entries =
		reallocarray(cache->entries, cache->n + 1, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	cache->entries = entries;
	if (policy_list_copy(policies, &entry.policies) < 0)
		return -ENOMEM;
	if (options->aliases)
		entry.error = aliases_copy(options->aliases, NULL, &entry.aliases);
	if (entry.error == 0)
		entry.error = compile(&entry);
	if (entry.error == -ENOMEM) {
		entry_clear(&entry);
		return -ENOMEM;
	}
	entries[cache->n] = entry;
	*ret_entry = &entries[cache->n++];
	return 0;
}

int image_cache_get(struct image_cache *cache, const struct policy_list *policies,
		    const struct image_options *options, char **reterr_why,
		    struct image **ret_image)
{
	struct image_cache_entry *entry = find(cache, policies, options);
	int r = entry ? 0 : add(cache, policies, options, &entry);

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

void image_cache_touch(struct image_cache *cache, const struct policy_list *policies)
{
	for (size_t i = 0; i < cache->n; i++)
		if (policy_list_same(&cache->entries[i].policies, policies))
			cache->entries[i].used = true;
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
