// SPDX-License-Identifier: Apache-2.0
/*
 * What becomes of 178 policies as people have published them, mistakes included: how many
 * of each kind are converted, and of the rest why not. A number that changes is a change
 * of meaning.
 */
#include <dirent.h>
#include <stdio.h>

#include "../corpus.h"
#include "imported.h"
#include "policy/text.h"

/* One document each. Reasons count the documents that they hold for; one may have
 * several. */
static const struct row {
	const char *kind;
	struct import_counts counts;
	size_t partial, refused; /* with --partial */
} table[] = {
	{
		.kind = "KubeArmorPolicy",
		.counts =
			{
				.converted = 114,
				.refused = 15,
				.wrong = 6, /* 4 selectors without matchLabels, 2 keys
					       that are there twice */
				.reasons =
					{
						[IMPORT_OWNER] = 7,
						[IMPORT_ARGUMENTS] = 7,
						[IMPORT_EXPRESSION] = 2,
					},
			},
		.partial = 6,
		.refused = 9, /* nothing is left of them */
	},
	{
		.kind = "KubeArmorHostPolicy",
		.counts =
			{
				.refused = 26,
				.wrong = 1, /* a key that is there twice */
				.reasons = {[IMPORT_HOST] = 26, [IMPORT_OWNER] = 2},
			},
		.partial = 24,
		.refused = 2,
	},
	{
		.kind = "CiliumNetworkPolicy",
		.counts =
			{
				.converted = 2,
				.refused = 14,
				.reasons =
					{
						[IMPORT_PODS] = 3,
						[IMPORT_ENTITY] = 2,
						[IMPORT_APPLICATION] = 2,
						[IMPORT_INGRESS] = 11,
					},
			},
		.partial = 4,
		.refused = 10, /* about ingress alone */
	},
};

static size_t row_of(const char *text)
{
	size_t i = 0;
	const char *kind = strstr(text, "\nkind: ");

	cr_assert_not_null(kind);
	while (i < ARRAY_SIZE(table) &&
	       strncmp(kind + 7, table[i].kind, strlen(table[i].kind)) != 0)
		i++;
	cr_assert_lt(i, ARRAY_SIZE(table));
	return i;
}

/* Each error says where it is; what is converted has passed the parser of our language.
 */
static void import_file(const char *path, const struct import_options *options,
			struct import_counts *counts)
{
	struct diagnostics diagnostics = {0};
	json_t *policies = json_array();
	char *text = NULL;
	size_t length;

	cr_assert_eq(text_read_file(path, &diagnostics, &text, &length), 0);
	cr_assert_eq(import_text(text, length, path, options, &diagnostics, policies,
				 &counts[row_of(text)]),
		     0);
	for (size_t i = 0; i < diagnostics.n; i++)
		cr_assert_gt(diagnostics.items[i].line, 0, "%s: %s", path,
			     diagnostics.items[i].message);
	cr_assert_eq(json_array_size(policies) == 0 && !options->partial,
		     diagnostics.n_errors != 0 && !options->partial, "%s", path);
	json_decref(policies);
	free(text);
	diagnostics_clear(&diagnostics);
}

static void import_corpus(const struct import_options *options,
			  struct import_counts *counts)
{
	char directory[4096];
	struct dirent **entries;
	size_t n_read = 0;
	int n;

	snprintf(directory, sizeof(directory), "%s/policies", corpus_directory());
	n = scandir(directory, &entries, NULL, alphasort);
	cr_assert_gt(n, 0, "%s", directory);
	for (int i = 0; i < n; i++) {
		char path[8192];

		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		if (strstr(entries[i]->d_name, ".yaml")) {
			import_file(path, options, counts);
			n_read++;
		}
		free(entries[i]);
	}
	free(entries);
	cr_assert_eq(n_read, 178);
}

static void print_counts(const struct import_counts *counts)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		fprintf(stderr,
			"%s: converted %zu, partial %zu, refused %zu, wrong %zu; "
			"reasons:",
			table[i].kind, counts[i].converted, counts[i].partial,
			counts[i].refused, counts[i].wrong);
		for (size_t r = 0; r < IMPORT_REASONS; r++)
			if (counts[i].reasons[r])
				fprintf(stderr, " %zu:%zu", r, counts[i].reasons[r]);
		fputc('\n', stderr);
	}
}

Test(import_corpus, converts_or_says_why_not)
{
	struct import_counts counts[ARRAY_SIZE(table)] = {0};
	const struct import_options options = {0};

	import_corpus(&options, counts);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (memcmp(&counts[i], &table[i].counts, sizeof(counts[i])) != 0) {
			print_counts(counts);
			cr_assert_fail("%s", table[i].kind);
		}
}

/* In part, nothing but what is wrong, or would select other pods, or has nothing left, is
 * refused. */
Test(import_corpus, converts_the_rest_in_part)
{
	struct import_counts counts[ARRAY_SIZE(table)] = {0};
	const struct import_options options = {.partial = true};

	import_corpus(&options, counts);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (counts[i].partial != table[i].partial ||
		    counts[i].refused != table[i].refused)
			print_counts(counts);
		cr_assert_eq(counts[i].partial, table[i].partial, "%s", table[i].kind);
		cr_assert_eq(counts[i].refused, table[i].refused, "%s", table[i].kind);
		cr_assert_eq(counts[i].wrong, table[i].counts.wrong, "%s", table[i].kind);
	}
}
