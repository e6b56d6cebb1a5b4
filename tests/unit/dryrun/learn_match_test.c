// SPDX-License-Identifier: Apache-2.0

/* The matcher against the automaton that the kernel runs. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "dryrun/learn_match.h"
#include "policy/diagnostic.h"
#include "policy/eval.h"
#include "policy/model.h"
#include "util/cleanup.h"

static const char *const patterns[] = {
	"/",	    "/a",      "/a/b",	  "/a*",      "/*",	   "/**",      "/a/*",
	"/a/**",    "/**/b",   "/a/**/b", "/a*/b",    "/?",	   "/[ab]/b",  "/[!a]",
	"/a/b*/**", "/**/*b*", "/a**b",	  "/a/**/**", "/[0-9]*/b", "/a/\\*/b",
};

static const char *const paths[] = {
	"/",	    "/a",    "/b",	  "/a/b",    "/b/b",  "/ab",	     "/a/a/b",
	"/a/c/d/b", "/ab/b", "/a/bc",	  "/a/bc/d", "/12/b", "/1x/b",	     "/x1/b",
	"/a/*/b",   "/axb",  "/a/x/xb/y", "/abb",    "/a/b/", "/a/bb/bb/bb",
};

static struct image *image_of(const char *pattern)
{
	struct diagnostics diagnostics = {0};
	struct policy_list list = {0};
	struct image *image = NULL;
	char text[512];

	snprintf(text, sizeof(text),
		 "apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: p}\n"
		 "spec:\n  podSelector: {}\n  file: {rules: [{action: deny, paths: "
		 "['%s']}]}\n",
		 pattern);
	cr_assert_eq(policy_parse(text, strlen(text), "t", &diagnostics, &list), 0, "%s",
		     pattern);
	cr_assert_eq(image_compile(&list, &diagnostics, &image), 0);
	policy_list_clear(&list);
	diagnostics_clear(&diagnostics);
	return image;
}

Test(learn_match, says_what_the_automaton_says)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct image *image = image_of(patterns[i]);
		struct matcher *matcher = NULL;

		cr_assert_eq(matcher_new(patterns[i], &matcher), 0);
		for (size_t k = 0; k < ARRAY_SIZE(paths); k++) {
			const struct eval_event event = {.kind = EVAL_OPEN,
							 .path = paths[k],
							 .access = ACCESS_READ};
			struct eval_result result;

			/* No path of the kernel's ends with a slash. */
			if (paths[k][1] && paths[k][strlen(paths[k]) - 1] == '/')
				continue;
			eval(image, &event, &result);
			cr_expect_eq(matcher_matches(matcher, paths[k]),
				     result.decision.verdict == VERDICT_DENY, "%s %s",
				     patterns[i], paths[k]);
		}
		matcher_free(matcher);
		image_unref(image);
	}
}
