/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_DIFFERENTIAL_CASE_H
#define LSMD_TESTS_DIFFERENTIAL_CASE_H

/*
 * A case is an event and the policies it is judged by, told by a seed and a number.
 * CASE_EVENTS cases in a row share their policies, since those are dear to compile.
 */

#include "drawn.h"
#include "kernel.h"
#include "policy/image.h"
#include "reference.h"

#define CASE_EVENTS 64

/* Policies that were drawn, and accepted by the parser. */
struct case_set {
	uint64_t seed;
	uint64_t number; /* of the set: the case's by CASE_EVENTS */
	struct drawn_policies policies;
	struct image *image; /* NULL: no rule could matter */
	unsigned n_refused;  /* that were drawn before */
};

/** case_set_draw() - Return: 0; negative errno when nothing that is drawn is accepted. */
int case_set_draw(uint64_t seed, uint64_t number, struct case_set *ret_set);
void case_set_clear(struct case_set *set);
/** case_event_draw() - The event of one of the set's cases. @i: below CASE_EVENTS */
void case_event_draw(const struct case_set *set, size_t i, struct drawn_event *ret_event);

/* The three ways to be answered. */
struct case_answers {
	struct opinions reference;
	struct eval_result host;
	struct eval_result kernel;
};

/**
 * case_answer() - Ask all ways about several events.
 * @kernel: NULL: not asked, and said to be as the host
 * Return: 0; negative errno of asking the kernel.
 */
int case_answer(struct kernel *kernel, const struct drawn_policies *policies,
		const struct image *image, const struct drawn_event *events, size_t n,
		struct case_answers *ret_answers);

/** case_holds() - Are all answers the same? */
bool case_holds(const struct image *image, const struct case_answers *answers);

/** case_minimise() - Drop what is not needed for the answers to differ. */
void case_minimise(struct kernel *kernel, struct drawn_policies *policies,
		   const struct drawn_event *event);

/** case_print() - Policies, event and answers, for a reader. */
void case_print(struct kernel *kernel, const struct drawn_policies *policies,
		const struct drawn_event *event, FILE *file);

#endif
