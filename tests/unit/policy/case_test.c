/* SPDX-License-Identifier: Apache-2.0 */

/* Cases: what is read, what is said about a wrong file, and what comes of them. */

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parsed.h"
#include "policy/case.h"
#include "util/cleanup.h"

/* A file of the text, gone with the descriptor. */
static char *write_text(const char *text)
{
	int fd = memfd_create("cases", 0);
	char *path;

	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	cr_assert_gt(asprintf(&path, "/proc/self/fd/%d", fd), 0);
	return path;
}

static int read_text(const char *text, struct policy_cases *cases, char **ret_said)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(freep) char *path = write_text(text);
	char *all, *line;
	int r = policy_cases_read(path, &diagnostics, cases);

	all = said(&diagnostics);
	/* Without the path, which is another each time. */
	*ret_said = calloc(strlen(all) + 1, 1);
	for (char *rest = all; (line = strsep(&rest, "\n")) && *line;)
		strcat(strcat(*ret_said, line + strlen(path)), "\n");
	free(all);
	return r;
}

static void expect_wrong(const char *text, const char *wanted)
{
	struct policy_cases cases = {0};
	_cleanup_(freep) char *got = NULL;

	cr_expect_eq(read_text(text, &cases, &got), -EINVAL);
	cr_expect_str_eq(got, wanted, "%s\n--- instead of\n%s", got, wanted);
}

Test(policy_case, reads_all_there_is)
{
	_cleanup_(policy_cases_clear) struct policy_cases cases = {0};
	_cleanup_(freep) char *got = NULL;
	int r = read_text(
		"namespace: shop\nlabels: {app: web}\ncontainer: main\n"
		"nodeLabels: {pool: a}\nnamespaceLabels: {team: b}\ncases:\n"
		"- {name: a, exec: [/a, /b], open: \"/c:w\", want: kill, rule: r,\n"
		"   policy: p, errno: EACCES, labels: {}, namespace: other}\n"
		"- {name: b, connect: \"[::1]:1\", socket: unix, want: allow}\n",
		&cases, &got);

	cr_assert_eq(r, 0, "%s", got);
	cr_assert_eq(cases.n, 2);
	cr_expect_str_eq(cases.defaults.name_space, "shop");
	cr_expect_str_eq(cases.defaults.container, "main");
	cr_expect_str_eq(labels_get(&cases.defaults.labels, "app"), "web");
	cr_expect_str_eq(labels_get(&cases.defaults.node_labels, "pool"), "a");
	cr_expect_str_eq(labels_get(&cases.defaults.namespace_labels, "team"), "b");
	cr_expect_eq(cases.items[0].n_events, 3);
	cr_expect_eq(cases.items[0].want, VERDICT_KILL);
	cr_expect_eq(cases.items[0].error, EACCES);
	cr_expect_str_eq(cases.items[0].rule, "r");
	cr_expect_str_eq(cases.items[0].policy, "p");
	cr_expect(cases.items[0].subject.has_labels);
	cr_expect_eq(cases.items[0].line, 7);
	cr_expect_eq(cases.items[1].n_events, 2);
	cr_expect_not(cases.items[1].subject.has_labels);
}

Test(policy_case, every_error_is_said_with_its_place)
{
	expect_wrong(
		"cases:\n"
		"- {name: a, exec: sh, want: dney, rul: x}\n"
		"- {name: b, want: allow}\n"
		"- {exec: /a, want: deny}\n",
		":2:19: error: \"sh\" is no path of a file; give an absolute one, "
		"without "
		"\".\", \"..\", \"//\" and \"/\" at its end\n"
		":2:29: error: \"want\" cannot be \"dney\"; did you mean \"deny\"? "
		"(allow, "
		"audit, deny or kill)\n"
		":2:35: error: unknown key \"rul\" in a case; did you mean \"rule\"?\n"
		":3:3: error: the case asks nothing; give exec, open, socket, connect or "
		"unix\n"
		":4:3: error: a case has no \"name\"; add it\n");
}

Test(policy_case, what_is_said_besides_is_said_of_the_events_that_can_take_it)
{
	_cleanup_(policy_cases_clear) struct policy_cases cases = {0};
	_cleanup_(freep) char *got = NULL;
	int r = read_text(
		"cases:\n"
		"- {name: a, from: /f, with: [drifted, owner-other], called: /c,\n"
		"   exec: /a, open: /b, script: /s, fromScript: /g, want: deny}\n",
		&cases, &got);
	const struct eval_event *exec, *open;

	cr_assert_eq(r, 0, "%s", got);
	exec = &cases.items[0].events[0].eval;
	open = &cases.items[0].events[1].eval;
	cr_expect(exec->drifted && !exec->owner_other && !exec->fileless);
	cr_expect(open->owner_other && !open->drifted);
	cr_expect_str_eq(exec->program, "/f");
	cr_expect_str_eq(open->program_script, "/g");
	cr_expect_str_eq(exec->called, "/c");
	cr_expect_str_eq(exec->script, "/s");
	cr_expect_null(open->script);
}

Test(policy_case, what_can_be_said_of_none_of_its_events_is_wrong)
{
	expect_wrong(
		"cases: [{name: a, open: /a, with: drifted, want: allow}]\n",
		":1:9: error: \"drifted\" is nothing that can be so of what is asked; "
		"leave it out\n");
	expect_wrong(
		"cases: [{name: a, connect: \"[::1]:1\", script: /a, want: allow}]\n",
		":1:9: error: \"script\" is nothing that can be so of what is asked; "
		"leave it out\n");
	expect_wrong(
		"cases: [{name: a, exec: /a, with: [drift], from: a, want: allow}]\n",
		":1:36: error: \"drift\" is nothing that can be so; give fileless, "
		"drifted, stdio-socket, owner-other, other-namespace or "
		"from-other-namespace\n"
		":1:50: error: \"a\" is no path of a file; give an absolute one, "
		"without \".\", \"..\", \"//\" and \"/\" at its end\n");
}

Test(policy_case, what_is_allowed_has_no_reason)
{
	expect_wrong("cases: [{name: a, exec: /a, want: allow, errno: 1}]\n",
		     ":1:9: error: what is allowed has no rule, policy or errno; leave "
		     "them out\n");
	expect_wrong("cases: [{name: a, exec: /a, want: audit, errno: 1}]\n",
		     ":1:9: error: what is only reported has no errno; leave it out\n");
	expect_wrong("cases: [{name: a, exec: /a, want: deny, errno: EWRONG}]\n",
		     ":1:48: error: \"EWRONG\" is no errno; give a name as EPERM, or its "
		     "number\n");
}

Test(policy_case, a_file_without_cases_is_wrong)
{
	expect_wrong("namespace: shop\n",
		     ":1:1: error: a file of cases has no \"cases\"; add it\n");
	expect_wrong("cases: []\n",
		     ":1:8: error: \"cases\" is an empty list; add an item or leave "
		     "it out\n");
	expect_wrong("cases: [{name: a, exec: /a, want: deny}]\n---\na: b\n",
		     ":3:1: error: a file of cases is one document; give another its own "
		     "file\n");
	expect_wrong(
		"# nothing\n",
		": error: a file of cases is one document; give another its own file\n");
}

/* --- results
 * ---------------------------------------------------------------------------- */

static const char policies[] =
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: web, namespace: "
	"shop}\n"
	"spec:\n  podSelector: {matchLabels: {app: web}}\n"
	"  exec:\n    rules:\n"
	"    - {name: no-sh, action: deny, paths: [/bin/sh]}\n"
	"    - {name: watch, action: audit, paths: [/bin/a]}\n"
	"---\napiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: side, "
	"namespace: shop}\n"
	"spec:\n  podSelector: {}\n  containers: [side]\n"
	"  exec: {rules: [{name: all, action: kill, paths: [\"/**\"]}]}\n";

#define HEAD "namespace: shop\nlabels: {app: web}\ncases:\n"

/* What is said of the only event: "" when it is as wanted. */
static char *run(const char *text)
{
	struct parsed parsed = parse(policies);
	_cleanup_(policy_cases_clear) struct policy_cases cases = {0};
	_cleanup_(freep) char *got = NULL;
	json_t *results, *first;
	const char *message;
	char *copy;

	cr_assert_eq(parsed.result, 0, "%s", parsed.said);
	cr_assert_eq(read_text(text, &cases, &got), 0, "%s", got);
	cr_assert_eq(
		policy_cases_run(&cases, &parsed.policies, &parsed.diagnostics, &results),
		0);
	cr_assert_eq(json_array_size(results), 1);
	first = json_array_get(results, 0);
	message = json_string_value(json_object_get(first, "message"));
	cr_expect_eq(json_is_true(json_object_get(first, "ok")), !message);
	copy = strdup(message ? message : "");
	json_decref(results);
	parsed_clear(&parsed);
	return copy;
}

static void expect_result(const char *text, const char *wanted)
{
	_cleanup_(freep) char *got = run(text);

	cr_expect_str_eq(got, wanted, "%s: %s", text, got);
}

Test(policy_case, verdict_rule_policy_and_errno_have_to_be_the_wanted_ones)
{
	static const char by[] =
		", got deny with EPERM by rule no-sh of LsmPolicy shop/web, section exec";
	char wanted[256];

	expect_result(HEAD "- {name: a, exec: /bin/sh, want: deny, rule: no-sh, policy: "
			   "web, errno: 1}\n",
		      "");
	snprintf(wanted, sizeof(wanted), "wanted kill%s", by);
	expect_result(HEAD "- {name: a, exec: /bin/sh, want: kill}\n", wanted);
	snprintf(wanted, sizeof(wanted), "wanted deny by rule x%s", by);
	expect_result(HEAD "- {name: a, exec: /bin/sh, want: deny, rule: x}\n", wanted);
	snprintf(wanted, sizeof(wanted), "wanted deny of policy x%s", by);
	expect_result(HEAD "- {name: a, exec: /bin/sh, want: deny, policy: x}\n", wanted);
	snprintf(wanted, sizeof(wanted), "wanted deny with EACCES%s", by);
	expect_result(HEAD "- {name: a, exec: /bin/sh, want: deny, errno: EACCES}\n",
		      wanted);
	expect_result(HEAD "- {name: a, exec: /bin/ls, want: deny}\n",
		      "wanted deny, got allow");
	expect_result(HEAD "- {name: a, exec: /bin/ls, want: allow}\n", "");
}

Test(policy_case, a_report_is_audit)
{
	expect_result(HEAD "- {name: a, exec: /bin/a, want: audit, rule: watch}\n", "");
	expect_result(HEAD "- {name: a, exec: /bin/a, want: allow}\n",
		      "wanted allow, got audit by rule watch of LsmPolicy shop/web, "
		      "section exec");
	expect_result(
		HEAD "- {name: a, exec: /bin/a, want: audit, rule: x}\n",
		"wanted audit by rule x, got audit by rule watch of LsmPolicy shop/web, "
		"section exec");
}

Test(policy_case, a_case_says_otherwise_than_the_file)
{
	expect_result(HEAD "- {name: a, exec: /bin/sh, want: allow, labels: {}}\n", "");
	expect_result(HEAD "- {name: a, exec: /bin/sh, want: allow, namespace: other}\n",
		      "");
	expect_result(HEAD "- {name: a, exec: /bin/ls, want: kill, container: side}\n",
		      "");
	expect_result("cases: [{name: a, exec: /bin/sh, want: allow}]\n", "");
}

/* The VM ring tries each event in a container with these labels. */
Test(policy_case, results_say_whose_event_it_is_and_how_it_ends)
{
	static const char text[] = "namespace: shop\nlabels: {app: web}\n"
				   "cases: [{name: c, exec: /bin/sh, want: deny}]\n";
	struct parsed parsed = parse(policies);
	_cleanup_(policy_cases_clear) struct policy_cases cases = {0};
	_cleanup_(freep) char *got = NULL;
	json_t *results, *first, *subject;

	cr_assert_eq(parsed.result, 0, "%s", parsed.said);
	cr_assert_eq(read_text(text, &cases, &got), 0, "%s", got);
	cr_assert_eq(
		policy_cases_run(&cases, &parsed.policies, &parsed.diagnostics, &results),
		0);
	first = json_array_get(results, 0);
	subject = json_object_get(first, "subject");
	cr_expect_str_eq(json_string_value(json_object_get(first, "errno")), "EPERM");
	cr_expect_str_eq(json_string_value(json_object_get(subject, "namespace")),
			 "shop");
	cr_expect_str_eq(json_string_value(json_object_get(
				 json_object_get(subject, "labels"), "app")),
			 "web");
	json_decref(results);
	parsed_clear(&parsed);
}
