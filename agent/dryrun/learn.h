/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_LEARN_H
#define LSMD_DRYRUN_LEARN_H

/* From what a run did to a policy that allows just that. */

#include <stddef.h>
#include <stdint.h>

#include "dryrun/run.h"
#include "policy/image.h"
#include "policy/model.h"

/**
 * learn_policy() - The policy of which a run is learned: in audit mode, it denies all
 * that can be denied by default, and so has every access reported.
 * Return: 0, -ENOMEM.
 */
int learn_policy(struct policy **ret_policy);

struct learn_options {
	const char *file; /* that it goes to, and is named after */
	const char *name_space;
	const struct labels *labels; /* of the pods that it is to select; none: all */
	char *const *command;
};

struct learned {
	char *text; /* YAML; the same for the same accesses */
	size_t length;
	char **lacks; /* accesses that no rule can allow, safe to be shown */
	size_t n_lacks;
	uint64_t unrecorded; /* accesses of which there is no record */
};

/**
 * learn_from() - Write the policy, and hold it against the run.
 * @learner: as learn_policy() made it, one of those that @image is made of
 *
 * Each access of the run is decided by the policy as the kernel would; what it would
 * deny all the same is among @ret_learned's lacks.
 *
 * Return: 0, -ENOMEM.
 */
int learn_from(const struct run *run, const struct image *image,
	       const struct policy *learner, const struct learn_options *options,
	       struct learned *ret_learned);
void learned_clear(struct learned *learned);

#endif
