// SPDX-License-Identifier: Apache-2.0
#include "ctl/check_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "node/root_alias.h"
#include "node/root_names.h"
#include "node/root_pattern.h"
#include "report/escape.h"
#include "util/cleanup.h"

/* One rule of a policy, and the root that it is checked against. */
struct place {
	int root;
	const struct policy *policy;
	const struct policy_rule *rule;
	json_t *notes;
};

/* "a, b and c" would need to know the last one; a list is enough. */
static char *join(const struct root_names *names)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	for (size_t i = 0; i < names->n; i++) {
		_cleanup_(freep) char *name = escape(names->items[i]);

		fprintf(stream, "%s%s", i ? ", " : "", name ? name : "");
	}
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* @message: taken over */
static int note(const struct place *place, json_t *message)
{
	return json_array_append_new(place->notes,
				     json_pack("{ss ss sI si so}", "severity", "note",
					       "file", place->policy->source, "line",
					       (json_int_t)place->rule->line, "column", 0,
					       "message", message)) < 0
		       ? -ENOMEM
		       : 0;
}

static int check_path(const struct place *place, const char *text)
{
	_cleanup_(root_pattern_clear) struct root_pattern pattern = {0};
	_cleanup_(root_names_clear) struct root_names names = {0};
	_cleanup_(freep) char *joined = NULL, *path = NULL;
	int r = root_pattern_read(text, &pattern);

	if (r < 0 || pattern.kind != ROOT_FILE)
		return r == -ENOMEM ? r : 0;
	r = root_names_find(place->root, pattern.path, &names);
	/* What is not in this root has no names there. */
	if (r < 0 || !names.n)
		return r == -ENOMEM ? r : 0;
	joined = join(&names);
	path = escape(pattern.path);
	if (!joined || !path)
		return -ENOMEM;
	return note(place,
		    json_sprintf("rule \"%s\": %s is one file with other names, which "
				 "go with it: %s",
				 place->rule->name, path, joined));
}

/* What a link to a program of many names does not allow (node/root_alias.h). */
static int check_applet(const struct place *place, const char *text)
{
	_cleanup_(freep) char *name = NULL, *path = NULL, *file = NULL;
	int r = root_alias_applet(place->root, text, &name);

	if (r < 0 || !name)
		return r == -ENOMEM ? r : 0;
	path = escape(text);
	file = escape(name);
	if (!path || !file)
		return -ENOMEM;
	return note(place,
		    json_sprintf("rule \"%s\": %s is a name of %s, which this does "
				 "not allow; name that file to allow all that it is",
				 place->rule->name, path, file));
}

static int check_applets(const struct place *place, char *const *paths, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_applet(place, paths[i]);
	return r;
}

/* What is executed, and what is excepted of that. */
static int check_executed(const struct place *place)
{
	const struct policy_rule *rule = place->rule;
	int r = 0;

	if (rule->action == ACTION_ALLOW)
		return check_applets(place, rule->paths, rule->n_paths);
	for (size_t i = 0; r == 0 && i < rule->n_paths; i++)
		r = check_path(place, rule->paths[i]);
	return r == 0 ? check_applets(place, rule->except, rule->n_except) : r;
}

static int check_rule(const struct place *place)
{
	const struct policy_rule *rule = place->rule;
	int r = 0;

	if (rule->enforcement == REFUSED)
		return 0;
	if (rule->section == SECTION_EXEC && !rule->by_name)
		r = check_executed(place);
	return r == 0 ? check_applets(place, rule->from, rule->n_from) : r;
}

static int check_policy(int root, const struct policy *policy, json_t *notes)
{
	int r = 0;

	for (size_t i = 0; i < SECTION_COUNT; i++) {
		const struct policy_section *section = &policy->sections[i];

		for (size_t j = 0; r == 0 && j < section->n_rules; j++) {
			const struct place place = {root, policy, &section->rules[j],
						    notes};

			r = check_rule(&place);
		}
	}
	return r;
}

int check_root(const struct policy_list *policies, const char *directory, json_t *notes)
{
	_cleanup_(closep) int root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = root < 0 ? -errno : 0;

	for (size_t i = 0; r == 0 && i < policies->n; i++)
		r = check_policy(root, policies->items[i], notes);
	return r;
}
