// SPDX-License-Identifier: Apache-2.0
#include "ctl/eval_print.h"

#include <string.h>

#include "ctl/command.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "policy/model_names.h"
#include "util/cleanup.h"

static void write_policy(const json_t *rule, FILE *file)
{
	const char *name_space = json_text(rule, "namespace");

	if (json_is_object(rule))
		fprintf(file, "%s %s%s%s", json_text(rule, "kind"), name_space,
			*name_space ? "/" : "", json_text(rule, "policy"));
}

static void write_rule_policy(const json_t *item, FILE *file)
{
	write_policy(json_object_get(item, "rule"), file);
}

static const struct column verdict_columns[] = {
	{.title = "EVENT", .path = "event"},
	{.title = "VERDICT", .path = "verdict", .coloured = true},
	{.title = "ERRNO", .path = "errno"},
	{.title = "POLICY", .write = write_rule_policy},
	{.title = "RULE", .path = "rule.name"},
	{.title = "MESSAGE", .path = "rule.message"},
};

static const struct column other_columns[] = {
	{.title = "EVENT", .path = "event"},
	{.title = "ACTION", .path = "action"},
	{.title = "POLICY", .write = write_rule_policy},
	{.title = "RULE", .path = "rule.name"},
	{.title = "WHY IT DOES NOT DECIDE", .path = "why"},
};

/* Reports and what makes no difference, of all events, as rows of one table. */
static json_t *list_others(const json_t *events)
{
	json_t *rows = json_array(), *event, *item;
	size_t i, k;

	json_array_foreach (events, i, event) {
		json_t *name = json_object_get(event, "event");

		json_array_foreach (json_object_get(event, "reports"), k, item)
			json_array_append_new(
				rows, json_pack("{sO sO sO ss}", "event", name, "action",
						json_object_get(item, "would"), "rule",
						json_object_get(item, "rule"), "why",
						"it is only reported"));
		json_array_foreach (json_object_get(event, "others"), k, item)
			json_array_append_new(
				rows, json_pack("{sO sO sO sO}", "event", name, "action",
						json_object_get(item, "action"), "rule",
						json_object_get(item, "rule"), "why",
						json_object_get(item, "why")));
	}
	return rows;
}

static json_t *list_policies(const struct policy_list *policies)
{
	json_t *list = json_array();

	for (size_t i = 0; i < policies->n; i++) {
		const struct policy *policy = policies->items[i];

		json_array_append_new(list, json_pack("{ss ss ss}", "kind",
						      policy_kind_names[policy->kind],
						      "namespace", policy->name_space,
						      "policy", policy->name));
	}
	return list;
}

static void write_policies(const json_t *list, FILE *file)
{
	size_t i;
	json_t *policy;

	json_array_foreach (list, i, policy) {
		fputs(i ? ", " : "", file);
		write_policy(policy, file);
	}
	if (!json_array_size(list))
		fputs("none selects this container", file);
}

static void print_tables(const json_t *policies, const json_t *events,
			 const struct options *options)
{
	json_t *others = list_others(events);

	report_line("Policies", write_policies, policies);
	fputc('\n', stdout);
	table_print(verdict_columns, ARRAY_SIZE(verdict_columns), events, options, "");
	if (json_array_size(others)) {
		fputc('\n', stdout);
		table_print(other_columns, ARRAY_SIZE(other_columns), others, options,
			    "");
	}
	json_decref(others);
}

static bool is_any_denied(const json_t *events)
{
	size_t i;
	json_t *event;

	json_array_foreach (events, i, event) {
		const char *verdict = json_text(event, "verdict");

		if (!strcmp(verdict, "deny") || !strcmp(verdict, "kill"))
			return true;
	}
	return false;
}

int eval_print(const struct policy_list *policies, const json_t *events,
	       const struct options *options)
{
	json_t *selected = list_policies(policies);

	if (options->output == OUTPUT_JSON) {
		json_t *json =
			json_pack("{sO sO}", "policies", selected, "events", events);

		terminal_json(json);
		json_decref(json);
	} else {
		print_tables(selected, events, options);
	}
	json_decref(selected);
	return is_any_denied(events) ? EXIT_DENIED : EXIT_DONE;
}
