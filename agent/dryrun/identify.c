// SPDX-License-Identifier: Apache-2.0
#include "dryrun/identify.h"

#include <errno.h>
#include <fcntl.h>

#include "node/root_pattern.h"
#include "policy/accept.h"
#include "policy/array.h"
#include "policy/eval.h"
#include "util/cleanup.h"

struct search {
	const struct image *image;
	int root, reader;
	struct enforcer_identity *found;
	size_t n;
};

static int add(struct search *search, const struct enforcer_identity *identity)
{
	struct enforcer_identity *found =
		array_grow(search->found, search->n, sizeof(*found));

	if (!found)
		return -ENOMEM;
	search->found = found;
	found[search->n++] = *identity;
	return 0;
}

static int visit(const char *path, void *data)
{
	struct search *search = data;
	struct enforcer_identity identity = {.accept = eval_accept(search->image, path)};
	_cleanup_(closep) int fd = -1;

	if (!accept_widens(search->image, identity.accept))
		return 0;
	fd = root_open(search->root, path);
	/* A name that leads nowhere is nobody's. */
	if (fd < 0 || enforcer_read_file(search->reader, fd, &identity.file) < 0)
		return 0;
	return add(search, &identity);
}

static int look_for(struct search *search, const char *path)
{
	struct root_pattern pattern;
	int r = root_pattern_read(path, &pattern);

	if (r < 0)
		return r;
	r = root_pattern_visit(&pattern, search->root, visit, search);
	root_pattern_clear(&pattern);
	/* What is not there, or too much to be looked at, has its name. */
	return r == -ENOMEM ? r : 0;
}

static int look_for_section(struct search *search, const struct policy_section *section)
{
	int r = 0;

	for (size_t i = 0; i < section->n_rules; i++) {
		const struct policy_rule *rule = &section->rules[i];

		if (rule->action == ACTION_ALLOW)
			continue;
		for (size_t k = 0; r == 0 && k < rule->n_paths; k++)
			r = look_for(search, rule->paths[k]);
	}
	return r;
}

static int look_for_all(struct search *search, const struct policy_list *policies)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < policies->n; i++) {
		const struct policy *policy = policies->items[i];

		r = look_for_section(search, &policy->sections[SECTION_EXEC]);
		if (r == 0)
			r = look_for_section(search, &policy->sections[SECTION_FILE]);
	}
	return r;
}

int identify(const struct enforcer *enforcer, const struct policy_list *policies,
	     const struct image *image, struct enforcer_identity **ret_identities,
	     size_t *ret_n)
{
	_cleanup_(closep) int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(closep) int reader = enforcer_reader(enforcer);
	struct search search = {.image = image, .root = root, .reader = reader};
	int r;

	if (root < 0)
		return -errno;
	if (reader < 0)
		return reader;
	r = look_for_all(&search, policies);
	if (r < 0) {
		free(search.found);
		return r;
	}
	*ret_identities = search.found;
	*ret_n = search.n;
	return 0;
}
