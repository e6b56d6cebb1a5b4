// SPDX-License-Identifier: Apache-2.0
#include "dryrun/findings.h"

#include <string.h>
#include <sys/wait.h>

#include "policy/model_names.h"
#include "report/names.h"
#include "util/cleanup.h"
#include "util/printable.h"

/* --- one rule -------------------------------------------------------------------------
 */

static json_t *text_json(const char *text)
{
	_cleanup_(freep) char *shown = printable(text, strlen(text));

	return shown ? json_string(shown) : NULL;
}

static json_t *object_json(const struct tally_entry *entry)
{
	_cleanup_(freep) char *text = access_text(&entry->access);

	if (!text)
		return NULL;
	return json_pack("{ss sI s{sI so so}}", "object", text, "count",
			 (json_int_t)entry->count, "first", "pid", (json_int_t)entry->pid,
			 "command", text_json(entry->command), "executable",
			 text_json(entry->executable));
}

static json_t *objects_json(struct tally *tally, uint32_t rule)
{
	json_t *objects = json_array();
	size_t n;
	const struct tally_entry *const *entries = tally_entries(tally, &n);

	for (size_t i = 0; i < n; i++)
		if (entries[i]->rule == rule &&
		    json_array_append_new(objects, object_json(entries[i])) < 0) {
			json_decref(objects);
			return NULL;
		}
	return objects;
}

static bool is_of_policy(const struct image_rule_info *info, const struct policy *policy)
{
	return !strcmp(info->kind, policy_kind_names[policy->kind]) &&
	       !strcmp(info->name_space, policy->name_space ? policy->name_space : "") &&
	       !strcmp(info->policy, policy->name);
}

static const struct policy *policy_of(const struct policy_list *policies,
				      const struct image_rule_info *info)
{
	for (size_t i = 0; i < policies->n; i++)
		if (is_of_policy(info, policies->items[i]))
			return policies->items[i];
	return NULL;
}

static unsigned line_of(const struct policy *policy, const struct image_rule_info *info)
{
	const struct policy_section *section;

	if (!policy)
		return 0;
	section = &policy->sections[info->section];
	for (size_t i = 0; !info->is_default && i < section->n_rules; i++)
		if (!strcmp(section->rules[i].name, info->rule))
			return section->rules[i].line;
	return section->line;
}

static json_t *rule_json(const struct run *run, const struct image_rule_info *info,
			 const struct policy *policy, uint32_t rule)
{
	return json_pack("{s{ss ss ss} ss ss ss sI ss si ss sI so}", "policy", "kind",
			 info->kind, "namespace", info->name_space, "name", info->policy,
			 "section", info->section_name, "rule", info->rule, "file",
			 policy && policy->source ? policy->source : "", "line",
			 (json_int_t)line_of(policy, info), "would",
			 report_verdict_name((uint8_t)info->verdict), "severity",
			 (int)info->severity, "message", info->message, "count",
			 (json_int_t)run->counts.rules[rule], "objects",
			 objects_json(run->tally, rule));
}

static json_t *unread_json(const struct run *run)
{
	return json_pack("{s{ss ss ss} ss ss ss si ss si ss sI so}", "policy", "kind", "",
			 "namespace", "", "name", "", "section", "", "rule", "", "file",
			 "", "line", 0, "would", report_verdict_name(VERDICT_DENY),
			 "severity", 0, "message",
			 "it could not be read, and a rule could have applied", "count",
			 (json_int_t)run->counts.unread, "objects",
			 objects_json(run->tally, RULE_CLOSED));
}

/* --- all of them ----------------------------------------------------------------------
 */

static json_t *rules_json(const struct run *run, const struct image *image,
			  const struct policy_list *policies, const struct policy *skip)
{
	_cleanup_(json_decrefp) json_t *rules = json_array();
	struct image_rule_info info;

	for (uint32_t rule = 0; image_rule(image, rule, &info) == 0; rule++) {
		const struct policy *policy = policy_of(policies, &info);

		if (info.verdict == VERDICT_ALLOW || (skip && policy == skip))
			continue;
		if (json_array_append_new(rules, rule_json(run, &info, policy, rule)) < 0)
			return NULL;
	}
	if (run->counts.unread && json_array_append_new(rules, unread_json(run)) < 0)
		return NULL;
	return TAKE_PTR(rules);
}

static json_t *exit_json(int status)
{
	if (WIFSIGNALED(status))
		return json_pack("{ss+}", "signal", "SIG",
				 sigabbrev_np(WTERMSIG(status))
					 ? sigabbrev_np(WTERMSIG(status))
					 : "?");
	return json_pack("{si}", "status", WEXITSTATUS(status));
}

static json_int_t sum(const json_t *rules, bool denied)
{
	json_int_t total = 0;
	const json_t *rule;
	size_t i;

	json_array_foreach (rules, i, rule) {
		const char *would = json_string_value(json_object_get(rule, "would"));

		if ((strcmp(would, "audit") != 0) == denied)
			total += json_integer_value(json_object_get(rule, "count"));
	}
	return total;
}

static json_t *words_json(char *const argv[])
{
	json_t *words = json_array();

	for (size_t i = 0; argv[i]; i++)
		json_array_append_new(words, text_json(argv[i]));
	return words;
}

static json_t *running_json(const struct run *run)
{
	json_t *pids = json_array();

	for (size_t i = 0; i < run->n_running; i++)
		json_array_append_new(pids, json_integer(run->running[i]));
	return pids;
}

json_t *findings_json(const struct run *run, const struct image *image,
		      const struct policy_list *policies, const struct policy *skip,
		      char *const argv[])
{
	json_t *rules = image ? rules_json(run, image, policies, skip) : json_array();

	if (!rules)
		return NULL;
	return json_pack("{so so ss sI sI sI sI so so}", "command", words_json(argv),
			 "exit", exit_json(run->status), "hooks",
			 run->tracing ? "tracing" : "lsm", "denied", sum(rules, true),
			 "audited", sum(rules, false), "unread",
			 (json_int_t)run->counts.unread, "unrecorded",
			 (json_int_t)run->counts.unrecorded, "running", running_json(run),
			 "rules", rules);
}

bool findings_are_denials(const json_t *findings)
{
	return json_integer_value(json_object_get(findings, "denied")) > 0;
}
