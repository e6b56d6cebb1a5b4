/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_DIFFERENTIAL_KERNEL_H
#define LSMD_TESTS_DIFFERENTIAL_KERNEL_H

/* The decision core within the kernel, asked by BPF_PROG_TEST_RUN. */

#include "policy/eval.h"

struct kernel;

/**
 * kernel_new() - Load the program.
 * @reterr_why: one line on what failed; static
 * Return: 0, negative errno.
 */
int kernel_new(struct kernel **ret_kernel, const char **reterr_why);
struct kernel *kernel_free(struct kernel *kernel);
void kernel_freep(struct kernel **kernel);

/**
 * kernel_publish() - What the questions that follow are about.
 * @image: NULL: no rules, all is allowed without asking
 * Return: 0; -E2BIG when it is larger than the test has room for.
 */
int kernel_publish(struct kernel *kernel, const struct image *image);

/**
 * kernel_eval() - eval() of several events.
 * @n: at most KERNEL_EVENTS
 * Return: 0; negative errno; -EPROTO when an event got no answer.
 */
int kernel_eval(struct kernel *kernel, const struct eval_event *events, size_t n,
		struct eval_result *ret_results);
#define KERNEL_EVENTS 256

#endif
