// SPDX-License-Identifier: Apache-2.0
#include "policy/selections.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "policy/image.h"
#include "policy/sets.h"
#include "util/cleanup.h"

/* Numbers in all sets; what is beyond is far more than anyone would read. */
#define SETS_ITEMS   (16U << 20)
#define HASH_NUMBERS 4 /* image.hash as numbers */

struct search {
	const struct policy_list *lists;
	const struct policy **policies; /* of both lists */
	uint32_t *effects;		/* what each does: equal numbers, equal effect */
	size_t n;
	struct sets effect_sets, key_sets;
	uint32_t *key;
	struct selections selections;
};

void selections_clear(struct selections *selections)
{
	for (size_t i = 0; i < selections->n; i++)
		made_up_clear(&selections->items[i]);
	free(selections->items);
	*selections = (struct selections){0};
}

static void search_clear(struct search *search)
{
	free(search->policies);
	free(search->effects);
	free(search->key);
	sets_clear(&search->effect_sets);
	sets_clear(&search->key_sets);
	selections_clear(&search->selections);
}

static int hash_policy(const struct policy *policy, uint32_t hash[HASH_NUMBERS])
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	struct policy copy = *policy;
	struct policy *items[] = {&copy};
	struct image *image = NULL;
	const struct policy_list list = {.items = items, .n = 1};
	int r = image_compile(&list, &diagnostics, &image);

	if (r < 0)
		return r;
	if (image)
		memcpy(hash, image->hash, sizeof(image->hash));
	image_unref(image);
	return 0;
}

/*
 * What a policy does, as a number: by its image, and by that with each default set to
 * deny, in which its allow rules show as well.
 */
static int find_effect(struct search *search, const struct policy *policy,
		       uint32_t *ret_effect)
{
	uint32_t hashes[2 * HASH_NUMBERS + 1] = {0};
	struct policy strict = *policy;
	int r = hash_policy(policy, hashes);

	for (size_t i = 0; i < SECTION_COUNT; i++)
		strict.sections[i].default_deny = true;
	if (r == 0)
		r = hash_policy(&strict, hashes + HASH_NUMBERS);
	/* What cannot be compiled is like nothing else; whoever compiles will tell of it.
	 */
	if (r == -E2BIG)
		hashes[2 * HASH_NUMBERS] = (uint32_t)search->effect_sets.n + 1;
	else if (r < 0)
		return r;
	return sets_intern(&search->effect_sets, hashes, ARRAY_SIZE(hashes), ret_effect);
}

static int prepare(struct search *search)
{
	size_t n = search->lists[0].n + search->lists[1].n;
	int r = 0;

	search->policies = calloc(n + 1, sizeof(*search->policies));
	search->effects = calloc(n + 1, sizeof(*search->effects));
	search->key = calloc(n + 1, sizeof(*search->key));
	if (!search->policies || !search->effects || !search->key)
		return -ENOMEM;
	for (size_t list = 0; list < 2; list++)
		for (size_t i = 0; r == 0 && i < search->lists[list].n; i++) {
			search->policies[search->n] = search->lists[list].items[i];
			r = find_effect(search, search->policies[search->n],
					&search->effects[search->n]);
			search->n++;
		}
	return r;
}

/* The effects of those of a list that select a container, behind the @n numbers of the
 * key. */
static size_t add_effects(const struct search *search, size_t first, size_t end,
			  const struct selection *selection, size_t n)
{
	for (size_t i = first; i < end; i++)
		if (policy_selects(search->policies[i], selection))
			search->key[n++] = search->effects[i];
	return n;
}

/* @made_up is taken over when it is kept; else it is as it was. */
static int keep_if_new(struct search *search, struct made_up *made_up)
{
	const struct selection selection = made_up_selection(made_up);
	size_t n_old = add_effects(search, 0, search->lists[0].n, &selection, 0);
	size_t n =
		add_effects(search, search->lists[0].n, search->n, &selection, n_old + 1);
	size_t n_new = n - n_old - 1, known = search->key_sets.n;
	struct made_up *grown;
	uint32_t id;
	int r;

	if (n_old == n_new &&
	    !memcmp(search->key, search->key + n_old + 1, n_old * sizeof(*search->key)))
		return 0;
	search->key[n_old] = UINT32_MAX; /* between the old and the new, and no effect */
	r = sets_intern(&search->key_sets, search->key, n, &id);
	if (r < 0 || id < known)
		return r;
	grown = array_grow(search->selections.items, search->selections.n,
			   sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	search->selections.items = grown;
	grown[search->selections.n++] = *made_up;
	*made_up = (struct made_up){0};
	return 0;
}

typedef int satisfy_fn(const struct policy *const *policies, size_t n,
		       struct made_up *ret_made_up);

static int try(struct search *search, size_t a, size_t b, satisfy_fn *satisfy)
{
	const struct policy *const policies[] = {search->policies[a],
						 search->policies[b]};
	_cleanup_(made_up_clear) struct made_up made_up = {0};
	int r = satisfy(policies, a == b ? 1 : 2, &made_up);

	if (r < 0)
		return r;
	return r == SATISFY_E_NONE ? 0 : keep_if_new(search, &made_up);
}

static int try_both(struct search *search, size_t a, size_t b)
{
	int r = try(search, a, b, satisfy_policies);

	return r ? r : try(search, a, b, satisfy_on_host);
}

static bool is_of_tier(const struct policy *a, const struct policy *b)
{
	return a->kind == b->kind && !strcmp(a->name_space, b->name_space);
}

static int try_all(struct search *search)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < search->n; i++)
		r = try_both(search, i, i);
	for (size_t i = 0; r == 0 && i < search->n; i++)
		for (size_t k = i + 1; r == 0 && k < search->n; k++)
			if (is_of_tier(search->policies[i], search->policies[k]))
				r = try_both(search, i, k);
	return r;
}

int selections_of(const struct policy_list lists[2], struct selections *ret_selections)
{
	_cleanup_(search_clear) struct search search = {
		.lists = lists,
		.effect_sets = {.limit = SETS_ITEMS},
		.key_sets = {.limit = SETS_ITEMS},
	};
	int r = prepare(&search);

	if (r == 0)
		r = try_all(&search);
	if (r < 0)
		return r;
	*ret_selections = search.selections;
	search.selections = (struct selections){0};
	return 0;
}
