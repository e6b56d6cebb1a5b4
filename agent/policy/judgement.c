// SPDX-License-Identifier: Apache-2.0
#include "policy/judgement.h"

#include <errno.h>
#include <string.h>

#include "policy/event.h"
#include "policy/image_rule_json.h"
#include "policy/judgement_match.h"
#include "policy/model_names.h"
#include "policy/parse.h"
#include "util/cleanup.h"

struct judgement {
	const struct image *image;
	struct eval_result result;
	struct matches matches;
	json_t *json;
};

static void judgement_clear(struct judgement *judgement)
{
	matches_clear(&judgement->matches);
	json_decref(judgement->json);
}

static bool is_denied(const struct eval_outcome *outcome)
{
	return outcome->verdict == VERDICT_DENY || outcome->verdict == VERDICT_KILL;
}

static int add_decision(const struct judgement *judgement)
{
	const struct eval_outcome *decision = &judgement->result.decision;
	int r;

	if (!is_denied(decision))
		return 0;
	r = json_object_set_new(judgement->json, "errno",
				json_string(strerrorname_np(decision->error)));
	r |= json_object_set_new(judgement->json, "rule",
				 image_rule_json(judgement->image, decision->rule));
	return r ? -ENOMEM : 0;
}

static int add_reports(const struct judgement *judgement)
{
	json_t *reports = json_array();
	int r = json_object_set_new(judgement->json, "reports", reports);

	for (uint32_t i = 0; r == 0 && i < judgement->result.n_audits; i++) {
		const struct eval_outcome *audit = &judgement->result.audits[i];

		r = json_array_append_new(
			reports,
			json_pack("{ss so}", "would", verdict_names[audit->verdict],
				  "rule",
				  image_rule_json(judgement->image, audit->rule)));
	}
	return r ? -ENOMEM : 0;
}

static bool describes(const struct judgement *judgement, const struct match *match,
		      const struct eval_outcome *outcome,
		      struct image_rule_info *ret_info)
{
	return judgement->image &&
	       image_rule(judgement->image, outcome->rule, ret_info) == 0 &&
	       match_is(match, ret_info);
}

/* Does it decide or report? */
static bool has_effect(const struct judgement *judgement, const struct match *match)
{
	const struct eval_result *result = &judgement->result;
	struct image_rule_info info;

	if (is_denied(&result->decision) &&
	    describes(judgement, match, &result->decision, &info))
		return true;
	for (uint32_t i = 0; i < result->n_audits; i++)
		if (describes(judgement, match, &result->audits[i], &info))
			return true;
	return false;
}

static bool is_of_policy(const struct image_rule_info *info, const struct policy *policy)
{
	return !strcmp(info->kind, policy_kind_names[policy->kind]) &&
	       !strcmp(info->name_space, policy->name_space) &&
	       !strcmp(info->policy, policy->name);
}

/* What decides for a match, see match_why(). */
static bool find_ruling(const struct judgement *judgement, const struct match *match,
			struct image_rule_info *ret_info)
{
	const struct eval_result *result = &judgement->result;

	if (!judgement->image)
		return false;
	if (!match->policy->audit_mode)
		return is_denied(&result->decision) &&
		       image_rule(judgement->image, result->decision.rule, ret_info) == 0;
	for (uint32_t i = 0; i < result->n_audits; i++)
		if (is_denied(&result->audits[i]) &&
		    image_rule(judgement->image, result->audits[i].rule, ret_info) == 0 &&
		    is_of_policy(ret_info, match->policy))
			return true;
	return false;
}

static json_t *match_json(const struct match *match)
{
	const struct policy *policy = match->policy;
	const struct policy_rule *rule = match->rule;

	return json_pack("{ss ss ss ss}", "kind", policy_kind_names[policy->kind],
			 "namespace", policy->name_space, "policy", policy->name, "name",
			 rule ? rule->name : "default");
}

static json_t *other_json(const struct judgement *judgement, const struct match *match)
{
	struct image_rule_info info;
	bool has_ruling = find_ruling(judgement, match, &info);
	_cleanup_(freep) char *why =
		match_why(match, &judgement->matches, has_ruling ? &info : NULL);

	if (!why)
		return NULL;
	return json_pack("{ss so ss}", "action",
			 match->rule ? action_names[match->rule->action] : "deny", "rule",
			 match_json(match), "why", why);
}

static int add_others(const struct judgement *judgement)
{
	json_t *others = json_array();
	int r = json_object_set_new(judgement->json, "others", others);

	for (size_t i = 0; r == 0 && i < judgement->matches.n; i++) {
		const struct match *match = &judgement->matches.items[i];

		if (match->unmet || !has_effect(judgement, match))
			r = json_array_append_new(others, other_json(judgement, match));
	}
	return r ? -ENOMEM : 0;
}

int judgement_json(const struct policy_list *policies, const struct image *image,
		   const struct eval_event *event, json_t **ret_json)
{
	_cleanup_(judgement_clear) struct judgement judgement = {.image = image};
	_cleanup_(freep) char *text = event_text(event);
	int r;

	eval(image, event, &judgement.result);
	r = matches_find(policies, event, &judgement.matches);
	if (r < 0)
		return r;
	judgement.json = json_pack("{ss ss}", "event", text ? text : "", "verdict",
				   verdict_names[eval_verdict(&judgement.result)]);
	if (!judgement.json || !text)
		return -ENOMEM;
	r = add_decision(&judgement);
	if (r == 0)
		r = add_reports(&judgement);
	if (r == 0)
		r = add_others(&judgement);
	if (r == 0)
		*ret_json = TAKE_PTR(judgement.json);
	return r;
}
