// SPDX-License-Identifier: Apache-2.0
/* Rules files of Falco: which rules they have after all of them are loaded, and which a
 * policy prevents. */
#include <errno.h>

#include "../policy/said.h"
#include "import/falco.h"
#include "imported.h"
#include "policy/yaml.h"

#define BASE                                                                             \
	"- required_engine_version: 26\n"                                                \
	"- required_plugin_versions: [{name: json, version: 0.7.0}]\n"                   \
	"- macro: spawned_process\n"                                                     \
	"  condition: (evt.type in (execve, execveat))\n"                                \
	"- list: shells\n"                                                               \
	"  items: [ash, bash, \"yes\", '\"(systemd)\"', \"[\"]\n"                        \
	"- rule: A shell\n"                                                              \
	"  desc: >\n"                                                                    \
	"    Somebody runs a shell.\n"                                                   \
	"  condition: >\n"                                                               \
	"    spawned_process and proc.name in (shells)\n"                                \
	"  output: A shell (user=%user.name %container.info)\n"                          \
	"  priority: WARNING\n"                                                          \
	"  tags: [maturity_stable, T1059]\n"                                             \
	"- rule: Of the cloud\n"                                                         \
	"  desc: d\n"                                                                    \
	"  condition: ct.name=x\n"                                                       \
	"  output: o\n"                                                                  \
	"  priority: informational\n"                                                    \
	"  source: aws_cloudtrail\n"                                                     \
	"- rule: Noisy\n"                                                                \
	"  desc: d\n"                                                                    \
	"  condition: always_true\n"                                                     \
	"  output: o\n"                                                                  \
	"  priority: DEBUG\n"                                                            \
	"  enabled: false\n"

struct loaded {
	struct falco_rules rules;
	struct diagnostics diagnostics;
	char *said;
	int result;
};

static void loaded_clear(struct loaded *loaded)
{
	falco_rules_clear(&loaded->rules);
	diagnostics_clear(&loaded->diagnostics);
	free(loaded->said);
}

/* One file, then another if there is one. */
static struct loaded load(const char *first, const char *second)
{
	struct loaded loaded = {0};

	loaded.result = falco_rules_read(first, strlen(first), "rules.yaml",
					 &loaded.diagnostics, &loaded.rules);
	if (second && !loaded.result)
		loaded.result = falco_rules_read(second, strlen(second), "local.yaml",
						 &loaded.diagnostics, &loaded.rules);
	loaded.said = said(&loaded.diagnostics);
	return loaded;
}

static const struct falco_rule *rule(const struct loaded *loaded, const char *name)
{
	const struct falco_rule *found = falco_rules_find(&loaded->rules, name);

	cr_assert(found, "no rule \"%s\": %s", name, loaded->said);
	return found;
}

Test(import_falco, a_rules_file_s_rules_and_nothing_else_of_it)
{
	_cleanup_(loaded_clear) struct loaded loaded = load(BASE, NULL);

	cr_assert_str_eq(loaded.said, "");
	cr_expect_eq(loaded.rules.n, 3);
	cr_expect_str_eq(rule(&loaded, "A shell")->priority, "warning");
	cr_expect_null(rule(&loaded, "A shell")->events);
	cr_expect_eq(rule(&loaded, "A shell")->line, 7);
	cr_expect_eq(rule(&loaded, "A shell")->changed_line, 0);
	cr_expect_not(rule(&loaded, "A shell")->disabled);
	cr_expect_str_eq(rule(&loaded, "Of the cloud")->events, "aws_cloudtrail");
	cr_expect(rule(&loaded, "Noisy")->disabled);
}

Test(import_falco, an_empty_file_has_no_rules)
{
	_cleanup_(loaded_clear) struct loaded loaded = load("# nothing\n", "[]\n");

	cr_assert_eq(loaded.result, 0);
	cr_expect_str_eq(loaded.said, "");
	cr_expect_eq(loaded.rules.n, 0);
}

/* What a second file does to a rule of the first. */
static const struct change {
	const char *name, *item;
	bool disabled, changed;
	const char *priority;
} changes[] = {
	{"switches off", "- {rule: A shell, enabled: false}", true, false, "warning"},
	{"appends a condition", "- {rule: A shell, append: true, condition: and not x}",
	 false, true, "warning"},
	{"appends an exception",
	 "- {rule: A shell, append: true, exceptions: [{name: e, fields: [proc.name]}]}",
	 false, true, "warning"},
	{"overrides by appending a condition",
	 "- {rule: A shell, condition: and not x, override: {condition: append}}", false,
	 true, "warning"},
	{"overrides by replacing what is not detected",
	 "- {rule: A shell, priority: NOTICE, enabled: false, override: {priority: "
	 "replace, "
	 "enabled: replace}}",
	 true, false, "notice"},
	{"defines it again",
	 "- {rule: A shell, desc: d, condition: c, output: o, priority: ALERT}", false,
	 true, "alert"},
};

Test(import_falco, later_items_change_earlier_rules)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		const struct change *change = &changes[i];
		_cleanup_(loaded_clear) struct loaded loaded = load(BASE, change->item);
		const struct falco_rule *shell = rule(&loaded, "A shell");

		cr_expect_str_eq(loaded.said, "", "%s: %s", change->name, loaded.said);
		cr_expect_eq(loaded.rules.n, 3, "%s", change->name);
		cr_expect_eq(shell->disabled, change->disabled, "%s", change->name);
		cr_expect_eq(!!shell->changed_line, change->changed, "%s", change->name);
		cr_expect_str_eq(shell->priority, change->priority, "%s", change->name);
		cr_expect_str_eq(shell->file, "rules.yaml", "%s", change->name);
	}
}

Test(import_falco, defining_it_again_switches_it_on)
{
	_cleanup_(loaded_clear) struct loaded loaded = load(
		BASE,
		"- {rule: Noisy, desc: d, condition: c, output: o, priority: ALERT}");

	cr_expect_not(rule(&loaded, "Noisy")->disabled);
}

Test(import_falco, a_rule_that_is_only_changed_is_kept)
{
	_cleanup_(loaded_clear) struct loaded loaded =
		load("- {rule: Elsewhere, append: true, condition: and not x}\n", NULL);

	cr_expect_str_eq(loaded.said, "");
	cr_expect_null(rule(&loaded, "Elsewhere")->priority);
	cr_expect_eq(rule(&loaded, "Elsewhere")->changed_line, 1);
}

static const struct wrong {
	const char *text, *said;
} wrongs[] = {
	{"kind: KubeArmorPolicy\n",
	 "rules.yaml:1:1: error: a rules file of Falco is a list, not a map; write "
	 "\"- rule: ...\"\n"},
	{"- {rules: x}\n",
	 "rules.yaml:1:3: error: no item of a rules file of Falco; an item is a rule, a "
	 "macro, a list or a required version\n"},
	{"- {rule: x, desc: d}\n",
	 "rules.yaml:1:3: error: the rule has no \"condition\", and neither \"append\", "
	 "\"override\" nor \"enabled\" that would change another; add it\n"},
	{"- {rule: [x], condition: c}\n", "rules.yaml:1:10: error: \"rule\" takes a "
					  "string, not a list; give one string\n"},
	{"- {rule: x, condition: c, enabled: maybe}\n",
	 "rules.yaml:1:36: error: \"enabled\" takes a boolean, not a string; give true "
	 "or false\n"},
	{"- {rule: x, condition: c, override: condition}\n",
	 "rules.yaml:1:37: error: \"override\" is a map, not a string; write \"key: "
	 "append\" or \"key: replace\"\n"},
};

Test(import_falco, what_is_no_rules_file_is_said_with_its_line)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		_cleanup_(loaded_clear) struct loaded loaded = load(wrongs[i].text, NULL);

		cr_expect_eq(loaded.result, -EINVAL, "%s", wrongs[i].text);
		cr_expect_str_eq(loaded.said, wrongs[i].said, "%s", loaded.said);
	}
}

Test(import_falco, a_wrong_priority_is_said_and_all_errors_at_once)
{
	_cleanup_(loaded_clear) struct loaded loaded =
		load("- {rule: x, condition: c, priority: LOUD}\n- {rule: y}\n", NULL);

	cr_expect_eq(loaded.diagnostics.n_errors, 2, "%s", loaded.said);
	cr_expect(!!strstr(loaded.said, "\"LOUD\" is no priority of Falco"), "%s",
		  loaded.said);
}

/* Names are looked up one after another. */
Test(import_falco, rules_beyond_the_limit_are_refused, .timeout = 20)
{
	_cleanup_(loaded_clear) struct loaded loaded = {0};
	_cleanup_(freep) char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (int i = 0; i < 20000; i++)
		fprintf(file, "- {rule: r%d, condition: c}\n", i);
	fclose(file);
	loaded = load(text, NULL);
	cr_expect_eq(loaded.result, -EINVAL);
	cr_expect_eq(loaded.rules.n, FALCO_RULES_MAX);
	cr_expect(!!strstr(loaded.said, ":4097:3: error: more than 4096 rules"), "%.200s",
		  loaded.said);
}

/* --- coverage */

#define POLICY(name, spec)                                                               \
	"---\napiVersion: lsmd.io/v1alpha1\nkind: ClusterLsmPolicy\n"                    \
	"metadata: {name: p, annotations: {lsmd.io/prevents: " name                      \
	", lsmd.io/how: exact}}\nspec: {" spec "}\n"
#define WHOLE	"sockets: {rules: [{action: deny, types: [raw]}]}"
#define IN_PART "network: {rules: [{action: deny, ports: [1]}]}"
#define NOWHERE "process: {rules: [{action: deny, operations: [ptrace]}]}"
#define AUDIT	"mode: audit, " WHOLE

/* Of "A shell" of BASE. */
static json_t *cover(struct loaded *loaded, const char *policy)
{
	_cleanup_(policy_list_clear) struct policy_list policies = {0};
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	json_t *coverage;

	cr_assert_eq(
		policy_parse(policy, strlen(policy), "p.yaml", &diagnostics, &policies),
		0);
	coverage = falco_coverage(&loaded->rules, &policies);
	cr_assert(coverage);
	return coverage;
}

static const struct covered {
	const char *policy;
	const char *state; /* NULL: there is none */
	int prevented;
} covered[] = {
	{POLICY("A shell", WHOLE), "enforced", 1},
	{POLICY("A shell", IN_PART), "partial", 1},
	{POLICY("A shell", WHOLE ", " NOWHERE), "partial", 1},
	{POLICY("A shell", NOWHERE), "refused", 0},
	{POLICY("A shell", AUDIT), "audit", 0},
	{POLICY("Another shell", WHOLE), NULL, 0},
};

Test(import_falco, a_policy_counts_by_what_it_says_and_what_is_in_force_of_it)
{
	_cleanup_(loaded_clear) struct loaded loaded = load(BASE, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(covered); i++) {
		json_t *coverage = cover(&loaded, covered[i].policy);
		const json_t *first =
			json_array_get(json_object_get(coverage, "rules"), 0);
		const json_t *policy = json_object_get(first, "policy");
		const char *state = json_string_value(json_object_get(policy, "state"));

		cr_expect_str_eq(json_string_value(json_object_get(first, "rule")),
				 "A shell");
		cr_expect_str_eq(state ? state : "none",
				 covered[i].state ? covered[i].state : "none", "%zu", i);
		cr_expect_eq(json_integer_value(json_object_get(coverage, "prevented")),
			     covered[i].prevented, "%zu", i);
		/* A rule that is off is neither prevented nor open. */
		cr_expect_eq(json_integer_value(json_object_get(coverage, "open")),
			     2 - covered[i].prevented, "%zu", i);
		json_decref(coverage);
	}
}

Test(import_falco, ways_that_stay_open_are_told_once)
{
	_cleanup_(loaded_clear) struct loaded loaded = load(BASE, NULL);
	json_t *coverage =
		cover(&loaded,
		      POLICY("A shell", "network: {rules: [{action: deny, ports: [1]}, "
					"{action: deny, ports: [2]}]}"));
	const json_t *first = json_array_get(json_object_get(coverage, "rules"), 0);

	cr_expect_eq(json_array_size(json_object_get(json_object_get(first, "policy"),
						     "openWays")),
		     1);
	json_decref(coverage);
}
