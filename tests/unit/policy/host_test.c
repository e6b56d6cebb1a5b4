// SPDX-License-Identifier: Apache-2.0
/* The selection of units and cgroups of the host. */
#include "parsed.h"
#include "policy/host.h"
#include "policy/selector.h"
#include "util/cleanup.h"

/* The spec of a ClusterLsmPolicy; its own text begins on line 5. */
static struct parsed parse_cluster(const char *spec)
{
	struct parsed parsed;
	char *text;

	cr_assert_gt(asprintf(&text,
			      "apiVersion: lsmd.io/v1alpha1\nkind: ClusterLsmPolicy\n"
			      "metadata: {name: host}\nspec:\n%s"
			      "  exec: {default: deny}\n",
			      spec),
		     0);
	parsed = parse(text);
	free(text);
	return parsed;
}

Test(host, paths_match_by_name_and_across)
{
	static const struct {
		const char *glob, *path;
		bool matches;
	} cases[] = {
		{"a.slice", "a.slice", true},
		{"a.slice", "a.slice/b", false},
		{"a.slice/*", "a.slice/b", true},
		{"a.slice/*", "a.slice", false},
		{"a.slice/*", "a.slice/b/c", false},
		{"a.slice/**", "a.slice/b/c", true},
		{"a.slice/**", "a.slice", false},
		{"**/c", "a/b/c", true},
		{"**/c", "a/b/cd", false},
		{"**c", "a/b/c", true},
		{"**", "a/b/c", true},
		{"*", "a", true},
		{"*", "a/b", false},
		{"a?c", "abc", true},
		{"a?c", "a/c", false},
		{"a*/x*/z", "ab/xy/z", true},
		{"a*/x*/z", "ab/b/xy/z", false},
		{"a/**/b*d/e", "a/bc/bd/x/bcd/e", true},
		{"a/**/b*d/e", "a/bc/bd/x/bc/d/e", false},
		{"dev-a\\x2db.slice", "dev-a\\x2db.slice", true},
		{"", "a", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		cr_expect_eq(host_path_matches(cases[i].glob, cases[i].path),
			     cases[i].matches, "%s %s", cases[i].glob, cases[i].path);
}

/* Stars that never fit must not be tried in every combination. */
Test(host, a_hostile_glob_takes_no_time, .timeout = 10)
{
	static char path[4096], glob[4096];

	memset(path, 'a', sizeof(path) - 1);
	for (size_t i = 0; i + 3 < sizeof(glob); i += 3)
		memcpy(glob + i, "**a", 3);
	glob[sizeof(glob) - 4] = 'b';
	cr_expect_not(host_path_matches(glob, path));
	for (size_t i = 0; i + 2 < sizeof(glob); i += 2)
		memcpy(glob + i, "*a", 2);
	glob[sizeof(glob) - 3] = 'b';
	cr_expect_not(host_path_matches(glob, path));
}

Test(host, a_policy_selects_units_and_cgroups)
{
	static const struct {
		const char *spec, *cgroup, *unit;
		bool selects;
	} cases[] = {
		{"  unitSelector: {names: [web.service, 'batch-*.service']}\n",
		 "system.slice/web.service", "web.service", true},
		{"  unitSelector: {names: [web.service, 'batch-*.service']}\n",
		 "system.slice/batch-7.service", "batch-7.service", true},
		{"  unitSelector: {names: [web.service]}\n", "system.slice/db.service",
		 "db.service", false},
		{"  unitSelector: {names: [web.service]}\n", "x/web.service", NULL,
		 false},
		{"  cgroups: [/batch/*]\n", "batch/7", NULL, true},
		{"  cgroups: ['batch/*']\n", "batch/7", NULL, true},
		{"  cgroups: [/batch/*]\n", "batch/7/8", NULL, false},
		{"  cgroups: [/b]\n  unitSelector: {names: [a.scope]}\n", "b", NULL,
		 true},
		{"  podSelector: {}\n", "system.slice/web.service", "web.service", false},
		{"  cgroups: [/b]\n  nodeSelector: {matchLabels: {a: b}}\n", "b", NULL,
		 false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(parsed_clear) struct parsed parsed =
			parse_cluster(cases[i].spec);
		const struct selection selection = {.cgroup = cases[i].cgroup,
						    .unit = cases[i].unit};

		cr_expect_eq(policy_selects(only_policy(&parsed), &selection),
			     cases[i].selects, "%zu", i);
		cr_expect_str_eq(parsed.said, "");
	}
}

/* A policy for a unit must not fall on every pod of the node. */
Test(host, a_policy_for_units_selects_pods_only_where_it_says_so)
{
	static const struct labels none;
	const struct selection pod = {.name_space = "shop", .pod_labels = &none};
	_cleanup_(parsed_clear) struct parsed units =
		parse_cluster("  unitSelector: {names: [web.service]}\n");
	_cleanup_(parsed_clear) struct parsed both =
		parse_cluster("  cgroups: [/web]\n  podSelector: {}\n");
	_cleanup_(parsed_clear) struct parsed namespaces =
		parse_cluster("  cgroups: [/web]\n  namespaceSelector: {}\n");

	cr_expect_not(policy_selects(only_policy(&units), &pod));
	cr_expect(policy_selects(only_policy(&both), &pod));
	cr_expect(policy_selects(only_policy(&namespaces), &pod));
}

Test(host, what_is_wrong_is_said)
{
	static const struct {
		const char *spec, *said;
	} cases[] = {
		{"  unitSelector: [web.service]\n",
		 "t:5:17: error: \"unitSelector\" is a map, not a list; write \"key: "
		 "value\"\n"},
		{"  unitSelector: {}\n",
		 "t:5:17: error: \"unitSelector\" has no \"names\"; add it\n"},
		{"  unitSelector: {names: []}\n",
		 "t:5:25: error: \"names\" is an empty list; add an item or leave it "
		 "out\n"},
		{"  unitSelector: {name: [a.service]}\n",
		 "t:5:18: error: unknown key \"name\" in \"unitSelector\"; did you mean "
		 "\"names\"?\n"
		 "t:5:17: error: \"unitSelector\" has no \"names\"; add it\n"},
		{"  unitSelector: {names: [web, a.timer, 'b*.timer', a/b.service]}\n",
		 "t:5:26: error: \"web\": no unit that has processes; write it with its "
		 "type, .service, .scope or .slice\n"
		 "t:5:31: error: \"a.timer\": no unit that has processes; write it with "
		 "its type, .service, .scope or .slice\n"
		 "t:5:40: error: \"b*.timer\": no unit that has processes; write it with "
		 "its type, .service, .scope or .slice\n"
		 "t:5:52: error: \"a/b.service\": no unit's name has such characters; "
		 "they are letters, digits and \":-_.\\@\", and globs of \"*\" and "
		 "\"?\"\n"},
		{"  cgroups: [/, a/../b, a//b, 'a[b]', './a']\n",
		 "t:5:13: error: \"/\": \"//\" or \"/\" alone can match nothing; write "
		 "names between slashes\n"
		 "t:5:16: error: \"a/../b\": \".\" and \"..\" in a path can match "
		 "nothing; leave them out\n"
		 "t:5:24: error: \"a//b\": \"//\" or \"/\" alone can match nothing; "
		 "write names between slashes\n"
		 "t:5:30: error: \"a[b]\": sets are not known here; globs are of \"*\", "
		 "\"?\" and \"**\"\n"
		 "t:5:38: error: \"./a\": \".\" and \"..\" in a path can match nothing; "
		 "leave them out\n"},
		{"  cgroups: /a\n",
		 "t:5:12: error: \"cgroups\" takes a list, not a string; write [...]\n"},
		{"  cgroups: [/a]\n  containers: [web]\n",
		 "t:6:15: error: units and cgroups have no containers; leave "
		 "\"containers\" out, or add a podSelector\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(parsed_clear) struct parsed parsed =
			parse_cluster(cases[i].spec);

		cr_expect_str_eq(parsed.said, cases[i].said, "%s", parsed.said);
	}
}

/* What a tenant could select by name would be the node's. */
Test(host, a_policy_of_a_namespace_selects_nothing_of_the_host)
{
	_cleanup_(parsed_clear) struct parsed parsed =
		parse_spec("  unitSelector: {names: [a.service]}\n  cgroups: [/a]\n"
			   "  exec: {default: deny}\n");

	cr_expect_str_eq(parsed.said,
			 "t:5:3: error: an LsmPolicy selects in its own namespace alone; "
			 "leave unitSelector out, or make it a ClusterLsmPolicy\n"
			 "t:6:3: error: an LsmPolicy selects in its own namespace alone; "
			 "leave cgroups out, or make it a ClusterLsmPolicy\n");
}

Test(host, globs_of_units_may_end_within_a_type)
{
	static const char *const right[] = {"*",       "web*",	   "web.ser*",
					    "web*ice", "a?.slice", "getty@*.service"};
	static const char *const wrong[] = {"web*.mount", "web", "*x", "a.socket"};

	for (size_t i = 0; i < ARRAY_SIZE(right); i++)
		cr_expect_null(host_check_unit(right[i]), "%s", right[i]);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		cr_expect_not_null(host_check_unit(wrong[i]), "%s", wrong[i]);
}
