// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

/* `lsmctl eval` and `lsmctl diff`, which need no lsmd. */

TestSuite(ctl_eval, .init = start_server, .fini = stop_server, .timeout = 60);
TestSuite(ctl_diff, .init = start_server, .fini = stop_server, .timeout = 60);

#define POLICY(rule)                                                                     \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: web, "          \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {matchLabels: {app: web}}\n  exec:\n    rules:\n    "     \
	"- " rule "\n"

static const char policy[] =
	POLICY("{name: no-sh, action: deny, paths: [/bin/sh], message: No.}");
static const char other[] = POLICY("{name: no-sh, action: deny, paths: [/bin/bash]}");
static const char broken[] = POLICY("{name: no-sh, action: deny, paths: [bin/sh]}");
static const char cases[] = "namespace: shop\nlabels: {app: web}\ncases:\n"
			    "- {name: shell, exec: /bin/sh, want: deny}\n";
static const char wrong_cases[] = "namespace: shop\nlabels: {app: web}\ncases:\n"
				  "- {name: shell, exec: /bin/sh, want: kill}\n";

#define SHOP "--labels", "app=web", "-n", "shop"

Test(ctl_eval, names_the_rule_that_decides)
{
	const char *path = write_text("a.yaml", policy);

	cr_expect_eq(run("eval", "--policy", path, SHOP, "--exec", "/bin/sh", "--exec",
			 "/bin/ls"),
		     0, "%s", lsmctl.err);
	cr_expect(!!strstr(lsmctl.out, "Policies:  LsmPolicy shop/web"), "%s",
		  lsmctl.out);
	cr_expect(
		!!strstr(
			lsmctl.out,
			"exec /bin/sh  deny     EPERM  LsmPolicy shop/web  no-sh  No.\n"),
		"%s", lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "exec /bin/ls  allow    -      -"), "%s",
		  lsmctl.out);
}

Test(ctl_eval, the_verdict_is_the_exit_status_when_asked_for)
{
	const char *path = write_text("a.yaml", policy);

	cr_expect_eq(run("eval", path, SHOP, "--exit-verdict", "--exec", "/bin/sh"), 4);
	cr_expect_eq(run("eval", path, SHOP, "--exit-verdict", "--exec", "/bin/ls"), 0);
}

Test(ctl_eval, what_rules_depend_on_is_said_by_options)
{
	const char *path = write_text(
		"a.yaml", POLICY("{name: reverse, action: kill, paths: [/bin/sh], stdio: "
				 "socket, from: {not: [/usr/sbin/sshd]}}"));

	cr_expect_eq(run("eval", path, SHOP, "--exec", "/bin/sh", "--from", "/bin/node",
			 "--with", "stdio-socket", "--exit-verdict"),
		     4, "%s", lsmctl.err);
	cr_expect(
		!!strstr(lsmctl.out, "exec /bin/sh (from /bin/node, stdio-socket)  kill"),
		"%s", lsmctl.out);
	cr_expect_eq(run("eval", path, SHOP, "--exec", "/bin/sh", "--from",
			 "/usr/sbin/sshd", "--with", "stdio-socket", "--exit-verdict"),
		     0, "%s", lsmctl.out);
	cr_expect_eq(run("eval", path, SHOP, "--exec", "/bin/sh", "--exit-verdict"), 0);
	cr_expect_eq(
		run("eval", path, SHOP, "--exec", "/bin/sh", "--with", "owner-other"), 2);
	cr_expect(!!strstr(lsmctl.err,
			   "\"owner-other\" is nothing that can be so of what "
			   "is asked; leave it out"),
		  "%s", lsmctl.err);
}

/* On a merged /usr what the policy calls /bin/ls is /usr/bin/ls, for whoever asks. */
Test(ctl_eval, a_root_tells_what_the_names_of_rules_are_there)
{
	static const char list[] =
		"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: web, "
		"namespace: shop}\nspec:\n  podSelector: {}\n  exec:\n    default: deny\n"
		"    rules: [{action: allow, paths: [/bin/ls]}]\n";
	const char *path = write_text("a.yaml", list);
	char root[256], command[2048];

	snprintf(root, sizeof(root), "%s/root", server.directory);
	snprintf(command, sizeof(command),
		 "mkdir -p %s/usr/bin && ln -s usr/bin %s/bin && touch %s/usr/bin/ls "
		 "%s/usr/bin/id",
		 root, root, root, root);
	cr_assert_eq(system(command), 0);
	cr_expect_eq(run("eval", path, "-n", "shop", "--root", root, "--exit-verdict",
			 "--exec", "/bin/ls", "--exec", "/usr/bin/ls"),
		     0, "%s%s", lsmctl.out, lsmctl.err);
	cr_expect_eq(run("eval", path, "-n", "shop", "--root", root, "--exit-verdict",
			 "--exec", "/bin/id"),
		     4, "%s", lsmctl.out);
	cr_expect_eq(run("eval", path, "-n", "shop", "--exit-verdict", "--exec",
			 "/usr/bin/ls"),
		     4, "%s", lsmctl.out);
	cr_expect_eq(
		run("eval", path, "-n", "shop", "--root", "/none", "--exec", "/bin/ls"),
		2, "%s", lsmctl.out);
}

Test(ctl_eval, a_root_tells_which_program_acts)
{
	const char *path =
		write_text("a.yaml", POLICY("{name: a, action: deny, paths: [/x], "
					    "from: {not: [/bin/ls]}}"));
	char root[256], command[2048];

	snprintf(root, sizeof(root), "%s/root", server.directory);
	snprintf(command, sizeof(command),
		 "mkdir -p %s/usr/bin && ln -s usr/bin %s/bin && touch %s/usr/bin/ls",
		 root, root, root);
	cr_assert_eq(system(command), 0);
	cr_expect_eq(run("eval", path, SHOP, "--root", root, "--exit-verdict", "--exec",
			 "/x", "--from", "/bin/ls"),
		     0, "%s%s", lsmctl.out, lsmctl.err);
	cr_expect_eq(run("eval", path, SHOP, "--root", root, "--exit-verdict", "--exec",
			 "/x", "--from", "/bin/cp"),
		     4, "%s%s", lsmctl.out, lsmctl.err);
	cr_expect_eq(
		run("eval", path, SHOP, "--root", root, "--exit-verdict", "--unix", "@x"),
		0, "%s%s", lsmctl.out, lsmctl.err);
}

Test(ctl_eval, a_pod_that_nothing_selects_is_said)
{
	const char *path = write_text("a.yaml", policy);

	cr_expect_eq(run("eval", path, "--labels", "app=db", "-n", "shop", "--exec",
			 "/bin/sh"),
		     0);
	cr_expect(!!strstr(lsmctl.out, "Policies:  none selects this container"), "%s",
		  lsmctl.out);
	cr_expect_eq(run("eval", path, "--labels", "app=web", "--exec", "/bin/sh"), 0);
	cr_expect(!!strstr(lsmctl.out, "none selects"), "%s", lsmctl.out);
}

Test(ctl_eval, json_has_all_of_it)
{
	const char *path = write_text("a.yaml", policy);
	_cleanup_(json_decrefp) json_t *json = NULL;
	const json_t *event;

	cr_expect_eq(run("eval", path, SHOP, "-o", "json", "--exec", "/bin/sh"), 0);
	json = json_loads(lsmctl.out, 0, NULL);
	event = json_array_get(json_object_get(json, "events"), 0);
	cr_expect_str_eq(json_string_value(json_object_get(event, "verdict")), "deny");
	cr_expect_str_eq(json_string_value(
				 json_object_get(json_object_get(event, "rule"), "name")),
			 "no-sh");
	cr_expect_eq(json_array_size(json_object_get(json, "policies")), 1);
}

Test(ctl_eval, links_are_followed_in_a_root)
{
	const char *path = write_text("a.yaml", policy);
	_cleanup_(freep) char *link = NULL;

	cr_assert(asprintf(&link, "%s/link", server.directory) > 0);
	cr_assert_eq(symlink("/bin/sh", link), 0);
	cr_expect_eq(
		run("eval", path, SHOP, "--root", server.directory, "--exec", "/none/x"),
		2);
	cr_expect(!!strstr(lsmctl.err, "cannot be found"), "%s", lsmctl.err);
	cr_expect_eq(
		run("eval", path, SHOP, "--root", server.directory, "--exec", "/new"), 0);
	cr_expect(!!strstr(lsmctl.out, "exec /new"), "%s", lsmctl.out);
}

static const char host_policy[] =
	"apiVersion: lsmd.io/v1alpha1\nkind: ClusterLsmPolicy\nmetadata: {name: host}\n"
	"spec:\n  unitSelector: {names: [web*.service]}\n  cgroups: [/batch/**]\n"
	"  exec: {rules: [{name: no-sh, action: deny, paths: [/bin/sh]}]}\n";

Test(ctl_eval, units_and_cgroups_of_the_host)
{
	static const struct {
		const char *option, *value, *verdict;
	} rows[] = {
		{"--unit", "web-1.service", "deny"},
		{"--unit", "db.service", "allow"},
		{"--cgroup", "/system.slice/web.service", "deny"},
		{"--cgroup", "batch/a/b", "deny"},
		{"--cgroup", "/batch", "allow"},
	};
	const char *path = write_text("a.yaml", host_policy);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *wanted;

		cr_assert_gt(asprintf(&wanted, "exec /bin/sh  %s", rows[i].verdict), 0);
		cr_expect_eq(run("eval", "--policy", path, rows[i].option, rows[i].value,
				 "--exec", "/bin/sh"),
			     0, "%s", lsmctl.err);
		cr_expect(!!strstr(lsmctl.out, wanted), "%s: %s", rows[i].value,
			  lsmctl.out);
		free(wanted);
	}
	cr_expect_eq(run("eval", "--policy", path, "--unit", "web*.service", "--exec",
			 "/bin/sh"),
		     2);
	cr_expect_eq(run("eval", "--policy", path, "--unit", "web", "--exec", "/bin/sh"),
		     2);
	cr_expect_eq(run("eval", "--policy", path, "--unit", "web.service", SHOP,
			 "--exec", "/bin/sh"),
		     2);
}

Test(ctl_eval, cases_may_be_about_a_unit)
{
	const char *path = write_text("a.yaml", host_policy);
	const char *good = write_text(
		"c.yaml", "unit: web.service\ncases:\n"
			  "- {name: its shell, exec: /bin/sh, want: deny}\n"
			  "- {name: a pod's, labels: {app: web}, exec: /bin/sh, "
			  "want: allow}\n"
			  "- {name: another's, unit: db.service, exec: /bin/sh, "
			  "want: allow}\n");
	const char *both =
		write_text("d.yaml", "cases:\n- {name: x, unit: web.service, labels: "
				     "{a: b}, exec: /bin/sh, want: deny}\n");

	cr_expect_eq(run("eval", "--policy", path, "--cases", good), 0, "%s%s",
		     lsmctl.out, lsmctl.err);
	cr_expect_eq(run("eval", "--policy", path, "--cases", both), 2);
	cr_expect(!!strstr(lsmctl.err, "d.yaml:2:3: error: a unit of the host has no"),
		  "%s", lsmctl.err);
}

Test(ctl_eval, what_is_wrong_is_2)
{
	const char *path = write_text("a.yaml", policy),
		   *bad = write_text("b.yaml", broken);

	cr_expect_eq(run("eval", "--exec", "/bin/sh"), 2);
	cr_expect(!!strstr(lsmctl.err, "which policies?"), "%s", lsmctl.err);
	cr_expect_eq(run("eval", path), 2);
	cr_expect(!!strstr(lsmctl.err, "evaluate what?"), "%s", lsmctl.err);
	cr_expect_eq(run("eval", path, "--exec", "sh"), 2);
	cr_expect_eq(run("eval", path, "--labels", "app", "--exec", "/sh"), 2);
	cr_expect(!!strstr(lsmctl.err, "give KEY=VALUE"), "%s", lsmctl.err);
	cr_expect_eq(run("eval", bad, "--exec", "/bin/sh"), 2);
	cr_expect(!!strstr(lsmctl.err, "b.yaml:8:"), "%s", lsmctl.err);
	cr_expect_str_eq(lsmctl.out, "");
	cr_expect_eq(run("eval", path, "--exec", "/sh", "--report", "junit"), 2);
	cr_expect_eq(run("eval", path, "--exec", "/sh", "--cases", path), 2);
}

Test(ctl_eval, cases_are_0_when_all_are_as_wanted_and_1_when_some_are_not)
{
	const char *path = write_text("a.yaml", policy),
		   *good = write_text("good", cases);
	const char *wrong = write_text("wrong", wrong_cases);

	cr_expect_eq(run("eval", path, "--cases", good), 0, "%s", lsmctl.err);
	cr_expect_str_eq(lsmctl.out, "ok shell: exec /bin/sh\npassed: 1, failed: 0\n");
	cr_expect_eq(run("eval", path, "--cases", wrong), 1);
	cr_expect_str_eq(
		lsmctl.out,
		"not ok shell: exec /bin/sh: wanted kill, got deny with EPERM by rule "
		"no-sh of LsmPolicy shop/web, section exec\npassed: 0, failed: 1\n");
	cr_expect_eq(run("eval", path, "--cases", path), 2);
	cr_expect(!!strstr(lsmctl.err, "unknown key \"apiVersion\""), "%s", lsmctl.err);
}

Test(ctl_eval, cases_are_reported_to_programs)
{
	const char *path = write_text("a.yaml", policy),
		   *wrong = write_text("wrong", wrong_cases);
	_cleanup_(json_decrefp) json_t *json = NULL;

	cr_expect_eq(run("eval", path, "--cases", wrong, "--report", "junit"), 1);
	cr_expect(!!strstr(lsmctl.out, "<failure message=\"wanted kill, got deny"), "%s",
		  lsmctl.out);
	cr_expect_eq(run("eval", path, "--cases", wrong, "-o", "json"), 1);
	json = json_loads(lsmctl.out, 0, NULL);
	cr_expect_eq(json_integer_value(json_object_get(json, "failed")), 1);
}

Test(ctl_diff, no_difference_is_0)
{
	const char *path = write_text("a.yaml", policy);

	cr_expect_eq(run("diff", path, path), 0, "%s", lsmctl.err);
	cr_expect_str_eq(lsmctl.out, "");
	cr_expect_str_eq(lsmctl.err, "no difference\n");
}

Test(ctl_diff, differences_are_1_each_with_an_example)
{
	const char *a = write_text("a.yaml", policy), *b = write_text("b.yaml", other);

	cr_expect_eq(run("diff", a, b), 1, "%s", lsmctl.err);
	cr_expect_str_eq(lsmctl.out,
			 "CHANGE         EXAMPLE         FROM                    TO      "
			 "                FOR\n"
			 "newly allowed  exec /bin/sh    deny no-sh of shop/web  allow   "
			 "                shop: app=web\n"
			 "newly denied   exec /bin/bash  allow                   deny "
			 "no-sh of shop/web  shop: app=web\n",
			 "%s", lsmctl.out);
	cr_expect_eq(run("diff", a, b, "--labels", "app=db"), 0);
	cr_expect_eq(run("diff", a, b, SHOP), 1);
}

Test(ctl_diff, units_of_the_host_are_compared)
{
	const char *old = write_text("a.yaml", policy),
		   *new = write_text("b.yaml", host_policy);

	cr_expect_eq(run("diff", old, new), 1, "%s", lsmctl.err);
	cr_expect(!!strstr(lsmctl.out, "cgroup system.slice/webx.service"), "%s",
		  lsmctl.out);
	cr_expect(!!strstr(lsmctl.out, "app=web"), "%s", lsmctl.out);
}

Test(ctl_diff, what_it_shows_is_what_eval_says)
{
	const char *a = write_text("a.yaml", policy), *b = write_text("b.yaml", other);

	cr_expect_eq(run("eval", a, SHOP, "--exit-verdict", "--exec", "/bin/bash"), 0);
	cr_expect_eq(run("eval", b, SHOP, "--exit-verdict", "--exec", "/bin/bash"), 4);
}

Test(ctl_diff, what_is_wrong_is_2)
{
	const char *a = write_text("a.yaml", policy), *bad = write_text("b.yaml", broken);

	cr_expect_eq(run("diff", a), 2);
	cr_expect_eq(run("diff", a, a, a), 2);
	cr_expect_eq(run("diff", a, bad), 2);
	cr_expect(!!strstr(lsmctl.err, "b.yaml:8:"), "%s", lsmctl.err);
	cr_expect_eq(run("diff", "/nowhere", a), 2);
}

Test(ctl_diff, json_has_all_of_it)
{
	const char *a = write_text("a.yaml", policy), *b = write_text("b.yaml", other);
	_cleanup_(json_decrefp) json_t *json = NULL;
	const json_t *first;

	cr_expect_eq(run("diff", "-o", "json", a, b), 1);
	json = json_loads(lsmctl.out, 0, NULL);
	cr_expect_eq(json_integer_value(json_object_get(json, "containers")), 1);
	first = json_array_get(json_object_get(json, "differences"), 0);
	cr_expect_str_eq(json_string_value(json_object_get(first, "change")),
			 "newly allowed");
	cr_expect_str_eq(json_string_value(json_object_get(first, "example")),
			 "exec /bin/sh");
	cr_expect_eq(json_array_size(json_object_get(first, "for")), 1);
}
