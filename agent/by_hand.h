/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_BY_HAND_H
#define LSMD_BY_HAND_H

/*
 * Denials by hand (`lsmctl deny`): bound to a pod's uid, part of the cluster's tier, kept
 * on disk. Each is a policy of its own, read by the same parser as every other.
 */

#include <jansson.h>
#include <stdint.h>

#include "policy/model.h"

struct by_hand_deny {
	json_t *item; /* see by_hand_deny_json() */
	struct policy *policy;
	uint64_t until; /* CLOCK_BOOTTIME, ns; 0: no end */
};

struct by_hand {
	char *path; /* of the file they are kept in */
	struct by_hand_deny *items;
	size_t n;
};

/**
 * by_hand_open() - Read those that an earlier life kept, less what has ended since.
 * @path: made with the first denial
 * Return: 0; -EBADMSG when the file is damaged, its detail in @reterr_message; negative
 * errno.
 */
int by_hand_open(const char *path, struct by_hand *ret_by_hand, char **reterr_message);
void by_hand_close(struct by_hand *by_hand);

/**
 * by_hand_add() - Make one and keep it on disk.
 * @request: see agent_deny(); checked here
 * @name_space, @pod, @uid: of the pod it is bound to
 * @ret_deny: borrowed, until the next change
 * Return: 0; -EINVAL with @reterr_message; -ENOMEM; negative errno of writing the file,
 * nothing has changed then.
 */
int by_hand_add(struct by_hand *by_hand, json_t *request, const char *name_space,
		const char *pod, const char *uid, const struct by_hand_deny **ret_deny,
		char **reterr_message);

/**
 * by_hand_remove() - Take back by @id, or all of a pod ("namespace/name") where it is
 * NULL.
 * @ret_removed: an array of them, as by_hand_deny_json() gives them
 * Return: 0, -ENOENT, -ENOMEM, negative errno of writing the file, nothing has changed
 * then.
 */
int by_hand_remove(struct by_hand *by_hand, const char *id, const char *pod,
		   json_t **ret_removed);

/** by_hand_deny_json() - One as GET /v1/denies gives it, with what remains of it. Owned.
 */
json_t *by_hand_deny_json(const struct by_hand_deny *deny);

/** by_hand_expire() - Forget what has ended. Return: how many. */
size_t by_hand_expire(struct by_hand *by_hand);

/** by_hand_next_end() - The boot time at which the next one ends; 0: none does. */
uint64_t by_hand_next_end(const struct by_hand *by_hand);

#endif
