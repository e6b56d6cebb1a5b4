/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_DIFFERENTIAL_SUBJECT_H
#define LSMD_TESTS_DIFFERENTIAL_SUBJECT_H

/* Drawn policies and events, in the agent's own form. */

#include "drawn.h"
#include "policy/eval.h"
#include "policy/image.h"
#include "reference.h"

/**
 * subject_image() - Write policies down, read them, and compile them.
 * @ret_image: as image_compile() gives it: NULL when no rule could matter
 * Return: 0; -EINVAL when the parser refuses them, as it does what can match nothing.
 */
int subject_image(const struct drawn_policies *policies, struct image **ret_image);

/** subject_event() - An event as the core is asked about it. Borrows @drawn. */
void subject_event(const struct drawn_event *drawn, struct eval_event *ret_event);

/** subject_agrees() - Does the core say the same as the reference? */
bool subject_agrees(const struct image *image, const struct eval_result *result,
		    const struct opinions *opinions);

/** subject_is_reason() - Is a rule of an image what the reference gives for a reason? */
bool subject_is_reason(const struct image *image, uint32_t rule,
		       const struct opinion *opinion);

/** subject_same() - Do two ways of asking the core give the same? */
bool subject_same(const struct eval_result *a, const struct eval_result *b);

/** subject_print() - What the core says, for a reader. */
void subject_print(const struct image *image, const struct eval_result *result,
		   FILE *file);
void opinions_print(const struct opinions *opinions, FILE *file);

#endif
