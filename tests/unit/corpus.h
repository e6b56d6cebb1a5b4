/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_CORPUS_H
#define LSMD_TESTS_CORPUS_H

/* The corpus of other systems' policies and recorded answers, which lies beside the
 * repository. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

/* Return: its directory. Skips the test where it is absent, and fails it there on CI. */
static inline const char *corpus_directory(void)
{
	/* Beside the repository, from it and from a build directory in it. */
	static const char *const places[] = {"../shared/corpus", "../../shared/corpus"};
	const char *named = getenv("LSMD_CORPUS");

	if (named)
		return named;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!access(places[i], R_OK))
			return places[i];
	cr_assert_null(getenv("CI"), "no corpus; LSMD_CORPUS must name it on CI");
	cr_skip("no corpus; LSMD_CORPUS can name it");
	return NULL;
}

#endif
