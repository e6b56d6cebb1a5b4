/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_LEARN_MATCH_H
#define LSMD_DRYRUN_LEARN_MATCH_H

/* One pattern against many paths, without compiling an image for it. */

#include <stdbool.h>

struct matcher;

/** matcher_new() - @pattern: as policies have them. Return: 0, -EINVAL, -ENOMEM. */
int matcher_new(const char *pattern, struct matcher **ret_matcher);
struct matcher *matcher_free(struct matcher *matcher);

/** matcher_matches() - @path: absolute. Takes the product of both lengths at most. */
bool matcher_matches(struct matcher *matcher, const char *path);

#endif
