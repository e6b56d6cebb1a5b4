/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_ALIASES_H
#define LSMD_POLICY_ALIASES_H

/*
 * Under which other names the paths of rules are known to the kernel in one root: it
 * judges by names without symbolic links, people write names with them (POLICY.md, What a
 * path means).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/model.h"

/* Both are patterns: a path as a rule has it, and as it is where no link is left. */
struct alias {
	char *written, *resolved;
	/* A link that a rule is about gave it, not those on the way there. What is denied
	 * is known by what it is, and that may become another: no such name denies. */
	bool is_target;
	uint64_t made; /* real time, ns, at which the newest of the links was there */
};

/* Starts as {0}. Sorted by what is written, then by what it is resolved to; each once. */
struct aliases {
	struct alias *items;
	size_t n, room;
};

/**
 * aliases_add() - Add a copy of an alias. One that is there already keeps its time.
 * Return: 0, -ENOMEM.
 */
int aliases_add(struct aliases *aliases, const struct alias *alias);

/**
 * aliases_find() - The first alias of a path; those of the same path follow it.
 * @aliases: NULL: none
 * Return: how many there are, with the first in @ret_first.
 */
size_t aliases_find(const struct aliases *aliases, const char *written,
		    const struct alias **ret_first);

/** aliases_equal() - Do both mean the same? */
bool aliases_equal(const struct aliases *a, const struct aliases *b);

/**
 * aliases_copy() - Copy those that concern some policies.
 * @policies: NULL: all
 * Return: 0, -ENOMEM.
 */
int aliases_copy(const struct aliases *aliases, const struct policy_list *policies,
		 struct aliases *ret_aliases);
void aliases_clear(struct aliases *aliases);

/**
 * aliases_visit() - Visit each path of some policies that may have aliases.
 *
 * Those of rules that are in force: paths, `except`, `from` and the names of sockets.
 *
 * Return: 0; what @visit returned, if that is not 0, which ends the visits.
 */
int aliases_visit(const struct policy_list *policies,
		  int (*visit)(const char *written, void *data), void *data);

#endif
