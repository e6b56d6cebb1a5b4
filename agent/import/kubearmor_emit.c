// SPDX-License-Identifier: Apache-2.0
/* Rules of ours, as those of KubeArmor on paths want them. */
#include <errno.h>

#include "import/kubearmor_paths.h"

enum image_section ka_section_of(const struct ka_paths *paths)
{
	return paths->section == KA_FILE ? SECTION_FILE : SECTION_EXEC;
}

int ka_emit(struct ka_paths *paths, const struct ka_rule *rule, json_t *ours,
	    json_t *conditions)
{
	bool failed = !ours || !conditions || json_object_update(ours, conditions);

	if (failed) {
		json_decref(ours);
		return -ENOMEM;
	}
	return draft_rule(&paths->policy->importer->draft, ka_section_of(paths), ours,
			  rule->node->line);
}

json_t *ka_with_access(json_t *rule, const char *access)
{
	if (rule && json_object_set_new(rule, "access", json_pack("[s]", access))) {
		json_decref(rule);
		return NULL;
	}
	return rule;
}

static json_t *with_other_owner(json_t *rule)
{
	if (rule && json_object_set_new(rule, "owner", json_string("other"))) {
		json_decref(rule);
		return NULL;
	}
	return rule;
}

int ka_emit_stop(struct ka_paths *paths, const struct ka_rule *rule, const char *action,
		 json_t *conditions)
{
	struct ka_policy *policy = paths->policy;
	int r = 0;

	if (rule->owner_only)
		r = ka_emit(paths, rule,
			    with_other_owner(ka_rule_new(policy, &rule->level, action)),
			    conditions);
	if (!r && rule->read_only)
		r = ka_emit(paths, rule,
			    ka_with_access(ka_rule_new(policy, &rule->level, action),
					   "write"),
			    conditions);
	if (!r && !ka_is_static(rule))
		r = ka_emit(paths, rule, ka_rule_new(policy, &rule->level, action),
			    conditions);
	return r;
}
