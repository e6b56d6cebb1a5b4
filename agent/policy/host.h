/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_HOST_H
#define LSMD_POLICY_HOST_H

/*
 * What policies select beside pods (POLICY.md, Selection): systemd's units by name, and
 * cgroups of the host by path.
 */

#include <stdbool.h>

struct policy;
struct selection;

/** host_is_asked() - Does the policy select units or cgroups? */
bool host_is_asked(const struct policy *policy);

/** host_is_all() - Does it select nothing else: no podSelector, no namespaceSelector? */
bool host_is_all(const struct policy *policy);

/** host_selects() - Does the policy name this unit, or this cgroup? */
bool host_selects(const struct policy *policy, const struct selection *selection);

/**
 * host_cgroup_of_unit() - Where a unit's cgroup is if nothing else is said of it.
 * @ret_path: below system.slice; owned
 * Return: 0, -ENOMEM.
 */
int host_cgroup_of_unit(const char *unit, char **ret_path);

/**
 * host_check_unit() - Can a glob match the name of a unit that has processes?
 * Return: NULL when it can; else "what is wrong; what would be right", static.
 */
const char *host_check_unit(const char *glob);

/** host_check_cgroup() - The same of a cgroup's path, with or without a "/" in front. */
const char *host_check_cgroup(const char *glob);

/**
 * host_path_matches() - Match a path below the hierarchy's root, without a "/" in front.
 *
 * "*" is any characters of a name, "?" one, and two stars cross "/". Other characters
 * stand for themselves, a backslash too: systemd's escapes are full of them. Takes at
 * most the square of the path's length in steps.
 */
bool host_path_matches(const char *glob, const char *path);

#endif
