// SPDX-License-Identifier: Apache-2.0
#include "policy/image_rule_json.h"

#include "util/cleanup.h"

enum verdict eval_verdict(const struct eval_result *result)
{
	if (result->decision.verdict == VERDICT_ALLOW && result->n_audits)
		return VERDICT_AUDIT;
	return result->decision.verdict;
}

json_t *image_rule_json(const struct image *image, uint32_t rule)
{
	struct image_rule_info info;
	json_t *json;

	if (!image || image_rule(image, rule, &info) < 0)
		return json_null();
	json = json_pack("{ss ss ss ss ss}", "kind", info.kind, "namespace",
			 info.name_space, "policy", info.policy, "section",
			 info.section_name, "name", info.rule);
	if (*info.message && json &&
	    json_object_set_new(json, "message", json_string(info.message)) < 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}
