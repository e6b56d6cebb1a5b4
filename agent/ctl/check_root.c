// SPDX-License-Identifier: Apache-2.0
#include "ctl/check_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

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

static int add_note(const struct place *place, const char *path, const char *names)
{
	return json_array_append_new(
		       place->notes,
		       json_pack("{ss ss sI si so}", "severity", "note", "file",
				 place->policy->source, "line",
				 (json_int_t)place->rule->line, "column", 0, "message",
				 json_sprintf("rule \"%s\": %s is one file with other "
					      "names, which go with it: %s",
					      place->rule->name, path, names))) < 0
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
	return joined && path ? add_note(place, path, joined) : -ENOMEM;
}

static int check_rule(const struct place *place)
{
	const struct policy_rule *rule = place->rule;
	int r = 0;

	if (rule->action == ACTION_ALLOW || rule->enforcement == REFUSED || rule->by_name)
		return 0;
	for (size_t i = 0; r == 0 && i < rule->n_paths; i++)
		r = check_path(place, rule->paths[i]);
	return r;
}

int check_root(const struct policy_list *policies, const char *directory, json_t *notes)
{
	_cleanup_(closep) int root = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = root < 0 ? -errno : 0;

	for (size_t i = 0; i < policies->n; i++) {
		const struct policy *policy = policies->items[i];
		const struct policy_section *section = &policy->sections[SECTION_EXEC];

		for (size_t j = 0; r == 0 && j < section->n_rules; j++) {
			const struct place place = {root, policy, &section->rules[j],
						    notes};

			r = check_rule(&place);
		}
	}
	return r;
}
