// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "policy/case.h"
#include "policy/image_cache.h"
#include "policy/image_rule_json.h"
#include "policy/model_names.h"
#include "policy/selected.h"
#include "util/cleanup.h"

#define NAMESPACE_DEFAULT "default"

struct run {
	const struct policy_cases *cases;
	const struct policy_list *policies;
	struct diagnostics *diagnostics;
	struct image_cache images;
	json_t *results;
};

static void run_clear(struct run *run)
{
	image_cache_clear(&run->images);
	json_decref(run->results);
}

static bool says_pod(const struct case_subject *subject)
{
	return subject->name_space || subject->container || subject->has_labels ||
	       subject->has_namespace_labels;
}

/* What a case says, else what the file says. */
static struct selection selection_of(const struct case_subject *own,
				     const struct case_subject *defaults)
{
	const char *name_space = own->name_space ? own->name_space : defaults->name_space;
	const struct case_subject *host = own->unit || says_pod(own) ? own : defaults;

	return (struct selection){
		.name_space = name_space ? name_space : NAMESPACE_DEFAULT,
		.container = own->container ? own->container : defaults->container,
		.pod_labels = &(own->has_labels ? own : defaults)->labels,
		.namespace_labels =
			&(own->has_namespace_labels ? own : defaults)->namespace_labels,
		.node_labels = &(own->has_node_labels ? own : defaults)->node_labels,
		.cgroup = host->cgroup,
		.unit = host->unit,
	};
}

/* Whom a result is due to: what denied, or of what is only reported the first report. */
static bool reason_of(const struct image *image, const struct eval_result *result,
		      struct image_rule_info *ret_info)
{
	enum verdict verdict = eval_verdict(result);

	if (!image || verdict == VERDICT_ALLOW)
		return false;
	return image_rule(image,
			  verdict == VERDICT_AUDIT ? result->audits[0].rule
						   : result->decision.rule,
			  ret_info) == 0;
}

static bool is_reason(const struct policy_case *item, const struct image_rule_info *info)
{
	return (!item->rule || !strcmp(item->rule, info->rule)) &&
	       (!item->policy || !strcmp(item->policy, info->policy));
}

/* Of several reports, one has to be the wanted one. */
static bool is_reported(const struct policy_case *item, const struct image *image,
			const struct eval_result *result)
{
	struct image_rule_info info;

	for (uint32_t i = 0; i < result->n_audits; i++)
		if (image_rule(image, result->audits[i].rule, &info) == 0 &&
		    is_reason(item, &info))
			return true;
	return false;
}

static bool is_wanted(const struct policy_case *item, const struct image *image,
		      const struct eval_result *result)
{
	struct image_rule_info info;

	if (eval_verdict(result) != item->want)
		return false;
	if (item->want == VERDICT_ALLOW)
		return true;
	if (item->want == VERDICT_AUDIT)
		return is_reported(item, image, result);
	return (!item->error || item->error == result->decision.error) &&
	       reason_of(image, result, &info) && is_reason(item, &info);
}

static void write_wanted(const struct policy_case *item, FILE *file)
{
	fprintf(file, "wanted %s", verdict_names[item->want]);
	if (item->error)
		fprintf(file, " with %s", strerrorname_np(item->error));
	if (item->rule)
		fprintf(file, " by rule %s", item->rule);
	if (item->policy)
		fprintf(file, " of policy %s", item->policy);
}

static void write_got(const struct image *image, const struct eval_result *result,
		      FILE *file)
{
	struct image_rule_info info;

	fprintf(file, ", got %s", verdict_names[eval_verdict(result)]);
	if (result->decision.verdict != VERDICT_ALLOW)
		fprintf(file, " with %s", strerrorname_np(result->decision.error));
	if (reason_of(image, result, &info))
		fprintf(file, " by rule %s of %s %s%s%s, section %s", info.rule,
			info.kind, info.name_space, *info.name_space ? "/" : "",
			info.policy, info.section_name);
}

static char *say_wrong(const struct policy_case *item, const struct image *image,
		       const struct eval_result *result)
{
	_cleanup_(freep) char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	write_wanted(item, file);
	write_got(image, result, file);
	return fclose(file) ? NULL : TAKE_PTR(text);
}

static json_t *labels_json(const struct labels *labels)
{
	_cleanup_(json_decrefp) json_t *json = json_object();

	for (size_t i = 0; i < labels->n; i++)
		if (json_object_set_new(json, labels->items[i].key,
					json_string(labels->items[i].value)) < 0)
			return NULL;
	return TAKE_PTR(json);
}

/* Whose event it is, so that it can be tried in such a container. */
static json_t *subject_json(const struct selection *selection)
{
	if (selection->cgroup)
		return json_pack("{ss ss}", "cgroup", selection->cgroup, "unit",
				 selection->unit);
	return json_pack("{ss ss* so so}", "namespace", selection->name_space,
			 "container", selection->container, "labels",
			 labels_json(selection->pod_labels), "namespaceLabels",
			 labels_json(selection->namespace_labels));
}

static json_t *result_json(const struct run *run, const struct policy_case *item,
			   const struct image *image, const struct eval_event *event)
{
	_cleanup_(freep) char *text = event_text(event);
	_cleanup_(freep) char *wrong = NULL;
	_cleanup_(json_decrefp) json_t *json = NULL;
	struct selection selection;
	struct eval_result result;
	bool ok;

	eval(image, event, &result);
	ok = is_wanted(item, image, &result);
	selection = selection_of(&item->subject, &run->cases->defaults);
	json = json_pack("{ss ss* ss sI sb ss ss so}", "name", item->name, "event", text,
			 "file", run->cases->source, "line", (json_int_t)item->line, "ok",
			 ok, "want", verdict_names[item->want], "got",
			 verdict_names[eval_verdict(&result)], "subject",
			 subject_json(&selection));
	if (!json || !text)
		return NULL;
	if (result.decision.verdict != VERDICT_ALLOW &&
	    (json_object_set_new(json, "rule",
				 image_rule_json(image, result.decision.rule)) < 0 ||
	     json_object_set_new(json, "errno",
				 json_string(strerrorname_np(result.decision.error))) <
		     0))
		return NULL;
	if (!ok) {
		wrong = say_wrong(item, image, &result);
		if (!wrong ||
		    json_object_set_new(json, "message", json_string(wrong)) < 0)
			return NULL;
	}
	return TAKE_PTR(json);
}

static int refuse(const struct run *run, const struct policy_case *item, const char *why)
{
	int r = diagnostics_add(
		run->diagnostics, SEVERITY_ERROR, run->cases->source, item->line, 0,
		"the policies of case \"%s\" cannot be compiled: %s", item->name, why);

	return r < 0 ? r : -E2BIG;
}

static int run_case(struct run *run, const struct policy_case *item)
{
	struct selection selection = selection_of(&item->subject, &run->cases->defaults);
	_cleanup_(policy_list_clear) struct policy_list selected = {0};
	_cleanup_(freep) char *why = NULL;
	struct image *image = NULL;
	int r = policies_selected(run->policies, &selection, &selected);

	if (r == 0)
		r = image_cache_get(&run->images, &selected, &(struct image_options){0},
				    &why, &image);
	if (r == -E2BIG)
		return refuse(run, item, why);
	for (size_t i = 0; r == 0 && i < item->n_events; i++)
		if (json_array_append_new(
			    run->results,
			    result_json(run, item, image, &item->events[i].eval)) < 0)
			r = -ENOMEM;
	return r;
}

int policy_cases_run(const struct policy_cases *cases, const struct policy_list *policies,
		     struct diagnostics *diagnostics, json_t **ret_results)
{
	_cleanup_(run_clear) struct run run = {
		.cases = cases,
		.policies = policies,
		.diagnostics = diagnostics,
		.results = json_array(),
	};
	int r = run.results ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < cases->n; i++)
		r = run_case(&run, &cases->items[i]);
	if (r == 0)
		*ret_results = TAKE_PTR(run.results);
	return r;
}
