/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_IMPORT_IMPORTED_H
#define LSMD_TESTS_IMPORT_IMPORTED_H

/* A text imported, with what was said about it, and the result read and compiled. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "../policy/said.h"
#include "import/import.h"
#include "policy/eval.h"
#include "util/cleanup.h"

struct imported {
	struct diagnostics diagnostics;
	struct import_counts counts;
	json_t *policies;
	char *said;
	char *text; /* of the first policy's spec, compact; NULL: none */
};

static inline void imported_clear(struct imported *imported)
{
	diagnostics_clear(&imported->diagnostics);
	json_decref(imported->policies);
	free(imported->said);
	free(imported->text);
}

static inline struct imported import_with(const char *text,
					  const struct import_options *options)
{
	struct imported imported = {.policies = json_array()};
	json_t *spec;

	cr_assert_eq(import_text(text, strlen(text), "t", options, &imported.diagnostics,
				 imported.policies, &imported.counts),
		     0);
	imported.said = said(&imported.diagnostics);
	spec = json_object_get(json_array_get(imported.policies, 0), "spec");
	if (spec) {
		/* Where it comes from is a matter of one test alone. */
		json_object_del(spec, "description");
		imported.text = json_dumps(spec, JSON_COMPACT);
	}
	return imported;
}

static inline struct imported import(const char *text)
{
	const struct import_options options = {0};

	return import_with(text, &options);
}

static inline struct imported import_partial(const char *text)
{
	const struct import_options options = {.partial = true};

	return import_with(text, &options);
}

/* The compiled image of all that was imported; NULL where there is nothing in force. */
static inline struct image *image_of(const struct imported *imported)
{
	struct diagnostics diagnostics = {0};
	struct policy_list policies = {0};
	struct image *image = NULL;
	json_t *policy;
	size_t i;

	json_array_foreach (imported->policies, i, policy) {
		struct policy_list one = {0};
		char *text = json_dumps(policy, JSON_COMPACT);

		cr_assert_eq(policy_parse(text, strlen(text), "o", &diagnostics, &one), 0,
			     "%s", text);
		policies.items = reallocarray(policies.items, policies.n + one.n,
					      sizeof(*policies.items));
		memcpy(policies.items + policies.n, one.items,
		       one.n * sizeof(*one.items));
		policies.n += one.n;
		free(one.items);
		free(text);
	}
	policy_list_sort(&policies);
	cr_assert_eq(image_compile(&policies, &diagnostics, &image), 0);
	policy_list_clear(&policies);
	diagnostics_clear(&diagnostics);
	return image;
}

/* What the caller gets: 0 when it may. */
static inline bool is_denied(const struct image *image, const struct eval_event *event)
{
	struct eval_result result;

	eval(image, event, &result);
	return result.decision.verdict != VERDICT_ALLOW;
}

#define assert_spec(imported, expected)                                                  \
	cr_assert_str_eq((imported).text ? (imported).text : "", expected, "%s\n%s",     \
			 (imported).text, (imported).said)
#define assert_said(imported, expected)                                                  \
	cr_assert_not_null(strstr((imported).said, expected), "%s", (imported).said)
#define assert_reason(imported, reason)                                                  \
	cr_assert_eq((imported).counts.reasons[reason], 1, "%s", (imported).said)

/* A sequence of numbers that is the same in every run. */
static inline uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

#endif
