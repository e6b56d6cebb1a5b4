/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_BY_HAND_ITEM_H
#define LSMD_BY_HAND_ITEM_H

/* One denial by hand: from a request to the item that is kept, and from it to a policy.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/model.h"

/**
 * by_hand_item_new() - Check a request (see agent_deny()) and make its item.
 * @ret_seconds: how long it holds; 0: until it is taken back
 * Return: 0; -EINVAL with @reterr_message; -ENOMEM; -EIO.
 */
int by_hand_item_new(const json_t *request, const char *name_space, const char *pod,
		     const char *uid, json_t **ret_item, uint64_t *ret_seconds,
		     char **reterr_message);

/** by_hand_item_is_whole() - Has an item that was read from disk every field? */
bool by_hand_item_is_whole(const json_t *item);

/**
 * by_hand_item_policy() - The policy of a whole item, bound to its pod and its end.
 * @until: CLOCK_BOOTTIME in ns; 0: no end
 * Return: 0; -EINVAL with @reterr_message; -ENOMEM.
 */
int by_hand_item_policy(const json_t *item, uint64_t until, struct policy **ret_policy,
			char **reterr_message);

#endif
