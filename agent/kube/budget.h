/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_BUDGET_H
#define LSMD_KUBE_BUDGET_H

/* A token bucket: so many at once, and then one a period. */

#include <stdint.h>

struct budget {
	uint64_t period_ms;
	uint64_t most;	/* tokens that it holds */
	uint64_t saved; /* milliseconds that are not spent; begins full */
	uint64_t then;	/* of the last look */
};

/** budget_init() - One that is full. @now: milliseconds of any clock that goes on */
void budget_init(struct budget *budget, uint64_t most, uint64_t period_ms, uint64_t now);

/** budget_take() - Take a token. Return: 0: taken; else milliseconds until there is one.
 */
uint64_t budget_take(struct budget *budget, uint64_t now);

#endif
