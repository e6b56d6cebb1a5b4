/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_IDENTIFY_H
#define LSMD_DRYRUN_IDENTIFY_H

/* What the paths of rules are on the root that a dry run has, which is this process's. */

#include "enforce/enforcer.h"
#include "policy/image.h"
#include "policy/model.h"

/**
 * identify() - Look the files up that the rules' paths name, links followed.
 * @image:    compiled from @policies
 * @ret_identities: owned
 *
 * What does not exist yet has its name alone.
 *
 * Return: 0, negative errno.
 */
int identify(const struct enforcer *enforcer, const struct policy_list *policies,
	     const struct image *image, struct enforcer_identity **ret_identities,
	     size_t *ret_n);

#endif
