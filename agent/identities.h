/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IDENTITIES_H
#define LSMD_IDENTITIES_H

/*
 * What the paths of rules are in each container (DESIGN.md 4): looked for in the
 * container's root by a few threads, again now and then, and written to the kernel. Until
 * that is done, and for what cannot be found, the names hold alone.
 */

#include <jansson.h>

#include "node/subject.h"
#include "policy/aliases.h"

struct agent;
struct identities;

/** identities_new() - @agent: its loop and its enforcer are there. Return: 0, negative
 * errno. */
int identities_new(struct agent *agent, struct identities **ret_identities);

/** identities_free() - What is in the kernel stays. Return: NULL. */
struct identities *identities_free(struct identities *identities);

/**
 * identities_publish() - Put an image in force, with the files that are known.
 * Return: as enforcer_publish().
 */
int identities_publish(struct identities *identities, struct subject *subject,
		       struct image *image);

/** identities_follow() - The subject's image or policies have changed: look again soon.
 */
void identities_follow(struct identities *identities, struct subject *subject);

/**
 * identities_aliases() - The names by which the kernel knows paths of rules in a subject.
 * @policies: those whose paths are asked about
 * Return: 0, -ENOMEM.
 */
int identities_aliases(const struct subject *subject, const struct policy_list *policies,
		       struct aliases *ret_aliases);

/**
 * identities_are_awaited() - Is what an earlier life published to stay for the moment?
 * @policies: the subject's now
 *
 * It knew the aliases of the subject's root, of which a new image would say nothing until
 * a look has found them again: what is allowed by them would be denied meanwhile.
 */
bool identities_are_awaited(const struct subject *subject,
			    const struct policy_list *policies);

/** identities_suspect() - Something was denied: is it still what it was? */
void identities_suspect(struct identities *identities, struct subject *subject);

/** identities_forget() - The subject goes. */
void identities_forget(struct subject *subject);

/** identities_json() - What is known of a subject's files; NULL: it is of no interest. */
json_t *identities_json(const struct subject *subject);

/** identities_hung() - Threads that a container's file system keeps waiting. */
size_t identities_hung(const struct identities *identities);

#endif
