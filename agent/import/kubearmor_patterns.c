// SPDX-License-Identifier: Apache-2.0
/* KubeArmor's rules on patterns and on names. */
#include <errno.h>
#include <stdlib.h>

#include "import/kubearmor_paths.h"
#include "import/path.h"
#include "util/cleanup.h"

static int lack_pattern(struct importer *importer, const struct ka_rule *rule, int reason)
{
	const char *pattern = rule->node->text;

	switch (reason) {
	case PATH_E_ARGUMENTS:
		return import_lack(
			importer, rule->node, IMPORT_ARGUMENTS,
			"\"%.200s\" is about the arguments of a program, which a caller "
			"can word as it likes; name the program alone",
			pattern);
	case PATH_E_EXPRESSION:
		return import_lack(
			importer, rule->node, IMPORT_EXPRESSION,
			"\"%.200s\" is a regular expression; write a pattern with \"*\", "
			"\"**\", \"?\" and \"[...]\"",
			pattern);
	case PATH_E_ALTERNATIVES:
		return import_lack(
			importer, rule->node, IMPORT_EXPRESSION,
			"\"%.80s\" stands for more than %d patterns; write those that "
			"matter",
			pattern, PATH_ALTERNATIVES);
	default:
		return parse_error(
			&importer->parse, rule->node,
			"\"%.200s\" is no absolute pattern; begin it with \"/\"",
			pattern);
	}
}

static void path_list_freep(char ***patterns)
{
	path_list_free(*patterns);
}

/* "**" of ours in front of a name is any number of directories, none as well. */
static int read_patterns(const struct ka_rule *rule, char ***ret_patterns)
{
	char **patterns;

	if (rule->match == KA_PATTERN)
		return path_apparmor(rule->node->text, ret_patterns);
	patterns = calloc(2, sizeof(*patterns));
	if (!patterns)
		return -ENOMEM;
	patterns[0] = path_literal("/**/", rule->node->text, "");
	if (!patterns[0]) {
		free(patterns);
		return -ENOMEM;
	}
	*ret_patterns = patterns;
	return 0;
}

/* Rules on patterns stand beside those on paths: of AppArmor's, a deny rule always
 * decides. */
static int convert_pattern(struct ka_paths *paths, const struct ka_rule *rule)
{
	_cleanup_(json_decrefp) json_t *conditions = json_object();
	_cleanup_(path_list_freep) char **patterns = NULL;
	json_t *list = json_array(), *ours;
	int r = read_patterns(rule, &patterns);

	if (json_object_set_new(conditions, "paths", list))
		return -ENOMEM;
	if (r > 0)
		return lack_pattern(paths->policy->importer, rule, r);
	for (char **at = patterns; !r && *at; at++)
		r = json_add_string(list, *at);
	if (r)
		return r;
	if (ka_lets_pass(rule) && paths->denies_by_default) {
		ours = ka_rule_new(paths->policy, &rule->level, "allow");
		r = ka_emit(paths, rule,
			    rule->read_only ? ka_with_access(ours, "read") : ours,
			    conditions);
	}
	if (r || (rule->level.action == KA_ALLOW && !ka_is_static(rule)))
		return r;
	return ka_emit_stop(paths, rule,
			    rule->level.action == KA_AUDIT ? "audit" : "deny",
			    conditions);
}

int ka_convert_patterns(struct ka_paths *paths)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < paths->policy->n_rules; i++) {
		const struct ka_rule *rule = &paths->policy->rules[i];
		int e;

		if (rule->section != paths->section ||
		    (rule->match != KA_PATTERN && rule->match != KA_EXECNAME) ||
		    (rule->section == KA_PROCESS && rule->owner_only))
			continue;
		e = convert_pattern(paths, rule);
		r = e ? e : r;
	}
	return r;
}
