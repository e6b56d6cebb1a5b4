/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_POLICY_PARSED_H
#define LSMD_TESTS_POLICY_PARSED_H

/* A policy text read, with what was said about it. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "said.h"

struct parsed {
	struct diagnostics diagnostics;
	struct policy_list policies;
	char *said;
	int result;
};

static inline void parsed_clear(struct parsed *parsed)
{
	diagnostics_clear(&parsed->diagnostics);
	policy_list_clear(&parsed->policies);
	free(parsed->said);
}

static inline struct parsed parse_text_of(const char *text, size_t length)
{
	struct parsed parsed = {0};

	parsed.result =
		policy_parse(text, length, "t", &parsed.diagnostics, &parsed.policies);
	parsed.said = said(&parsed.diagnostics);
	return parsed;
}

static inline struct parsed parse(const char *text)
{
	return parse_text_of(text, strlen(text));
}

/* The spec of an LsmPolicy; its own text begins on line 5. */
#define POLICY_HEAD                                                                      \
	"apiVersion: lsmd.io/v1alpha1\n"                                                 \
	"kind: LsmPolicy\n"                                                              \
	"metadata: {name: web}\n"                                                        \
	"spec:\n"

static inline struct parsed parse_spec(const char *spec)
{
	struct parsed parsed;
	char *text;

	cr_assert_gt(asprintf(&text, "%s%s", POLICY_HEAD, spec), 0);
	parsed = parse(text);
	free(text);
	return parsed;
}

/* The one policy of a text that has no errors. */
static inline const struct policy *only_policy(const struct parsed *parsed)
{
	cr_assert_eq(parsed->result, 0, "%s", parsed->said);
	cr_assert_eq(parsed->policies.n, 1);
	return parsed->policies.items[0];
}

#endif
