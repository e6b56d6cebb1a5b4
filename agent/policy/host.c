// SPDX-License-Identifier: Apache-2.0
#include "policy/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/glob.h"
#include "policy/model.h"
#include "util/cleanup.h"

#define UNIT_BYTES   255  /* UNIT_NAME_MAX of systemd, without the NUL */
#define CGROUP_BYTES 4095 /* PATH_MAX of Linux, without the NUL */

/* unit_name_is_valid() of systemd, and what globs are made of. */
#define UNIT_CHARACTERS                                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@*?"

/* The types of units whose processes stay: others have cgroups for a moment or never. */
static const char *const types[] = {".service", ".scope", ".slice"};

bool host_is_asked(const struct policy *policy)
{
	return policy->n_units || policy->n_cgroups;
}

bool host_is_all(const struct policy *policy)
{
	return host_is_asked(policy) && !policy->pod_selector.present &&
	       !policy->namespace_selector.present;
}

bool host_selects(const struct policy *policy, const struct selection *selection)
{
	for (size_t i = 0; selection->unit && i < policy->n_units; i++)
		if (glob_matches(policy->units[i], selection->unit))
			return true;
	for (size_t i = 0; i < policy->n_cgroups; i++)
		if (host_path_matches(policy->cgroups[i], selection->cgroup))
			return true;
	return false;
}

int host_cgroup_of_unit(const char *unit, char **ret_path)
{
	char *path;

	if (asprintf(&path, "system.slice/%s", unit) < 0)
		return -ENOMEM;
	*ret_path = path;
	return 0;
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), n = strlen(suffix);

	return length >= n && !strcmp(text + length - n, suffix);
}

/* What stands behind the last star or question mark; NULL: there is none. */
static const char *tail_of(const char *glob)
{
	const char *star = strrchr(glob, '*'), *mark = strrchr(glob, '?');
	const char *last = star > mark ? star : mark;

	return last ? last + 1 : NULL;
}

/* The end of a type is enough behind a star: "web*ice" can be a service. */
static bool ends_as_a_type(const char *glob)
{
	const char *tail = tail_of(glob);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (has_suffix(tail ? tail : glob, types[i]) ||
		    (tail && has_suffix(types[i], tail)))
			return true;
	return false;
}

const char *host_check_unit(const char *glob)
{
	if (strlen(glob) > UNIT_BYTES)
		return "a unit's name of more than 255 bytes can match nothing; shorten "
		       "it";
	if (glob[strspn(glob, UNIT_CHARACTERS)])
		return "no unit's name has such characters; they are letters, digits and "
		       "\":-_.\\@\", and globs of \"*\" and \"?\"";
	if (!ends_as_a_type(glob))
		return "no unit that has processes; write it with its type, .service, "
		       ".scope or .slice";
	return NULL;
}

static const char *check_name(const char *name, size_t length)
{
	if (!length)
		return "\"//\" or \"/\" alone can match nothing; write names between "
		       "slashes";
	if ((length == 1 && name[0] == '.') || (length == 2 && !memcmp(name, "..", 2)))
		return "\".\" and \"..\" in a path can match nothing; leave them out";
	return NULL;
}

const char *host_check_cgroup(const char *glob)
{
	const char *problem = NULL;

	if (strlen(glob) > CGROUP_BYTES)
		return "a path of more than 4095 bytes can match nothing; shorten it";
	if (strpbrk(glob, "[]\n"))
		return "sets are not known here; globs are of \"*\", \"?\" and \"**\"";
	if (*glob == '/')
		glob++;
	do {
		size_t length = strcspn(glob, "/");

		problem = check_name(glob, length);
		glob += length;
	} while (!problem && *glob++);
	return problem;
}

/* Where matching goes on from when what came after a star did not fit. */
struct retry {
	const char *glob; /* behind the star; NULL: there is none */
	const char *path; /* what the star took ends here */
};

bool host_path_matches(const char *glob, const char *path)
{
	struct retry star = {0}, stars = {0};

	while (*path) {
		if (glob[0] == '*' && glob[1] == '*') {
			glob += 2;
			stars = (struct retry){glob, path};
			star = (struct retry){0};
		} else if (*glob == '*') {
			star = (struct retry){++glob, path};
		} else if (*glob == *path || (*glob == '?' && *path != '/')) {
			glob++;
			path++;
		} else if (star.glob && *star.path != '/') {
			glob = star.glob;
			path = ++star.path;
		} else if (stars.glob) {
			glob = stars.glob;
			path = ++stars.path;
			star = (struct retry){0};
		} else {
			return false;
		}
	}
	return !glob[strspn(glob, "*")];
}
