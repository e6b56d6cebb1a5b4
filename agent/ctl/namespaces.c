// SPDX-License-Identifier: Apache-2.0
#include "ctl/namespaces.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/kubename.h"
#include "util/cleanup.h"

error_t namespaces_parse(const struct argp_state *state, const char *text,
			 char ***namespaces, size_t *n)
{
	_cleanup_(freep) char *copy = strdup(text);
	char *rest = copy, *name;

	if (!copy)
		return ENOMEM;
	while ((name = strsep(&rest, ","))) {
		if (!kubename_is_label(name))
			argp_error(state, "--exempt-namespaces: \"%s\" is no namespace",
				   name);
		if (strings_add(namespaces, n, name) < 0)
			return ENOMEM;
	}
	return 0;
}
