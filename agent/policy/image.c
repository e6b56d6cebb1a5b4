/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/compiler.h"
#include "policy/image_words.h"
#include "util/cleanup.h"

/* Numbers in the blocks that are shared: two for each word of an image. */
#define BLOCKS_LIMIT (2UL * LIMIT_IMAGE_WORDS)

/* Reason order (POLICY.md, Decision 4); what is left to chance there goes by its source.
 */
static int compare_policies(const void *a, const void *b)
{
	const struct policy *x = *(const struct policy *const *)a;
	const struct policy *y = *(const struct policy *const *)b;
	int order = (int)x->kind - (int)y->kind;

	if (!order)
		order = strcmp(x->name_space ? x->name_space : "",
			       y->name_space ? y->name_space : "");
	if (!order)
		order = strcmp(x->name, y->name);
	if (!order)
		order = strcmp(x->source ? x->source : "", y->source ? y->source : "");
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int take_policies(struct compiler *compiler, const struct policy_list *policies)
{
	compiler->policies = calloc(policies->n + 1, sizeof(*compiler->policies));
	if (!compiler->policies)
		return -ENOMEM;
	for (size_t i = 0; i < policies->n; i++)
		compiler->policies[i] = policies->items[i];
	compiler->n_policies = policies->n;
	qsort(compiler->policies, compiler->n_policies, sizeof(*compiler->policies),
	      compare_policies);
	return 0;
}

/* FNV-1a of 128 bits. Equal images are found by it; who needs certainty compares the
 * words. */
static void hash_words(struct image *image)
{
	const unsigned __int128 prime = (unsigned __int128)1 << 88 | 0x13b;
	unsigned __int128 hash =
		(unsigned __int128)0x6c62272e07bb0142ULL << 64 | 0x62b821756295c58dULL;
	const uint8_t *bytes = (const uint8_t *)image->words;

	for (size_t i = 0; i < image->n_words * sizeof(*image->words); i++)
		hash = (hash ^ bytes[i]) * prime;
	memcpy(image->hash, &hash, sizeof(image->hash));
}

int image_adopt(uint64_t *words, size_t n_words, struct image **ret_image)
{
	struct image *image = calloc(1, sizeof(*image));

	if (!image)
		return -ENOMEM;
	*image = (struct image){.references = 1,
				.words = words,
				.n_words = n_words,
				.n_rules = WORD_HI(words[IMAGE_H_SIZE])};
	hash_words(image);
	*ret_image = image;
	return 0;
}

static int finish(struct compiler *compiler, struct image **ret_image)
{
	struct words *words = &compiler->words;
	uint64_t *exact;
	int r;

	words->items[IMAGE_H_ID] = WORD(IMAGE_MAGIC, ABI_VERSION);
	words->items[IMAGE_H_SIZE] = WORD(words->n, compiler->n_rules);
	words->items[IMAGE_H_SECTIONS] = WORD(compiler->sections, compiler->denying);
	words->items[IMAGE_H_FACTS] =
		WORD(compiler->facts[SECTION_EXEC], compiler->facts[SECTION_FILE]);
	words->items[IMAGE_H_PROGRAMS] = compiler->program_sections;
	exact = calloc(words->n, sizeof(*exact));
	if (!exact)
		return -ENOMEM;
	memcpy(exact, words->items, words->n * sizeof(*exact));
	r = image_adopt(exact, words->n, ret_image);
	if (r < 0)
		free(exact);
	return r;
}

static int compile(struct compiler *compiler, const struct policy_list *policies,
		   struct image **ret_image)
{
	uint32_t header;
	int r = take_policies(compiler, policies);

	if (r == 0)
		r = words_put(&compiler->words, NULL, IMAGE_HEADER_WORDS, &header);
	if (r == 0)
		r = compiler_rules(compiler);
	if (r < 0)
		return r;
	if (!compiler->sections) {
		*ret_image = NULL;
		return 0;
	}
	r = compiler_sockets(compiler);
	if (r == 0)
		r = compiler_network(compiler);
	/* The automaton comes last, see lsm/image.h. */
	if (r == 0)
		r = compiler_paths(compiler);
	return r < 0 ? r : finish(compiler, ret_image);
}

static void compiler_clear(struct compiler *compiler)
{
	compiler_conditions_clear(compiler);
	free(compiler->policies);
	free(compiler->rules);
	words_clear(&compiler->words);
}

int image_compile_for(const struct policy_list *policies,
		      const struct image_options *options,
		      struct diagnostics *diagnostics, struct image **ret_image)
{
	_cleanup_(compiler_clear) struct compiler compiler = {
		.diagnostics = diagnostics,
		.aliases = options->aliases,
		.tiers = options->dry ? GROUP_FIRST_AUDIT : GROUP_CLUSTER,
		.sandbox = options->sandbox,
		.words = {.blocks = {.limit = BLOCKS_LIMIT}},
	};

	return compile(&compiler, policies, ret_image);
}

int image_compile(const struct policy_list *policies, struct diagnostics *diagnostics,
		  struct image **ret_image)
{
	return image_compile_for(policies, &(struct image_options){0}, diagnostics,
				 ret_image);
}

struct image *image_ref(struct image *image)
{
	if (image)
		image->references++;
	return image;
}

struct image *image_unref(struct image *image)
{
	if (!image || --image->references)
		return NULL;
	free(image->words);
	free(image);
	return NULL;
}
