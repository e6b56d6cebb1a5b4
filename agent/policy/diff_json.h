/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_DIFF_JSON_H
#define LSMD_POLICY_DIFF_JSON_H

/* Differences of several containers, equal ones joined. */

#include <jansson.h>

#include "policy/diff.h"
#include "policy/model.h"

/* Starts as {0}. */
struct diff_list {
	json_t *items;	/* array: change, from and to (each with verdict, errno, rule),
			 * example,  untrustedName, and in "for" the containers */
	json_t *places; /* of the items, by all of them that makes them equal */
};

/**
 * diff_list_add() - Add the differences for a container.
 * @images:    that were compared
 * @selection: the container
 * Return: 0, -ENOMEM.
 */
int diff_list_add(struct diff_list *list, const struct diff *diff,
		  const struct image *const images[2], const struct selection *selection);
void diff_list_clear(struct diff_list *list);

#endif
