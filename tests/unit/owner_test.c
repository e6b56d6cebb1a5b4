// SPDX-License-Identifier: Apache-2.0
/* Whose a cgroup is. */
#include "owner.h"

#include <criterion/criterion.h>
#include <string.h>

#include "util/cleanup.h"

#define UID   "aaaaaaaa-0000-4000-8000-000000000001"
#define OTHER "bbbbbbbb-0000-4000-8000-000000000002"
#define ID    "1111111111111111111111111111111111111111111111111111111111111111"

static const char pods_text[] =
	"{kind: Pod, apiVersion: v1, metadata: {name: web, namespace: shop, uid: " UID
	"},\n"
	" spec: {containers: [{name: app}]}, status: {containerStatuses: [\n"
	"   {name: app, containerID: 'containerd://" ID "'}]}}\n"
	"---\n"
	"{kind: Pod, apiVersion: v1, metadata: {name: named, namespace: shop, uid: u2,\n"
	" annotations: {lsmd.io/cgroup: /mine}}, spec: {containers: [{name: one}]}}\n";

static struct pod_list pods;
static struct policy_list policies;
static struct diagnostics diagnostics;

static void read_both(void)
{
	static const char text[] =
		"{apiVersion: lsmd.io/v1alpha1, kind: ClusterLsmPolicy, metadata: {name: "
		"a},\n"
		" spec: {exec: {default: deny}}}\n---\n"
		"{apiVersion: lsmd.io/v1alpha1, kind: ClusterLsmPolicy, metadata: {name: "
		"b},\n"
		" spec: {unitSelector: {names: [web.service]}, cgroups: ['/batch/*'],\n"
		"  nodeSelector: {matchLabels: {pool: edge}}, exec: {default: deny}}}\n";

	cr_assert_eq(pods_parse(pods_text, strlen(pods_text), "p", &diagnostics, &pods),
		     0);
	cr_assert_eq(policy_parse(text, strlen(text), "t", &diagnostics, &policies), 0);
}

static void forget_both(void)
{
	pod_list_clear(&pods);
	policy_list_clear(&policies);
	diagnostics_clear(&diagnostics);
}

TestSuite(owner, .init = read_both, .fini = forget_both);

Test(owner, of_a_cgroup_named_after_a_pod)
{
	struct owner owner;

	cr_assert(owner_find_pod(&pods, "kubepods/pod" UID, &owner));
	cr_expect_str_eq(owner.pod->name, "web");
	cr_expect_null(owner.container);
	cr_assert(owner_find_pod(&pods, "kubepods/pod" UID "/" ID, &owner));
	cr_expect_str_eq(owner.container->name, "app");
	cr_expect_not(owner.explicit_cgroup);
}

Test(owner, of_a_cgroup_that_the_pods_file_names)
{
	struct owner owner;

	cr_assert(owner_find_pod(&pods, "mine", &owner));
	cr_expect_str_eq(owner.pod->name, "named");
	cr_expect_str_eq(owner.container->name, "one");
	cr_expect(owner.explicit_cgroup);
}

/* A container can give what it makes any name. */
Test(owner, of_what_is_made_within_is_no_other)
{
	struct owner owner;

	cr_expect_not(owner_find_pod(&pods, "kubepods/pod" UID "/" ID "/kubepods/pod" UID,
				     &owner));
	cr_expect_not(owner_find_pod(&pods, "kubepods/pod" OTHER, &owner));
}

Test(owner, of_the_host_is_asked_for_by_a_policy)
{
	_cleanup_(labels_clear) struct labels edge = {0}, none = {0};
	static const struct {
		const char *path;
		bool found;
	} cases[] = {
		{"system.slice/web.service", true},
		{"system.slice/db.service", false},
		{"system.slice/db.service/web.service", false},
		{"batch/1", true},
		{"batch", false},
	};

	cr_assert_eq(labels_add(&edge, "pool", "edge"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct policy *found =
			owner_find_host(&policies, &edge, cases[i].path);

		cr_expect_eq(found != NULL, cases[i].found, "%s", cases[i].path);
		cr_expect(!found || !strcmp(found->name, "b"));
		cr_expect_null(owner_find_host(&policies, &none, cases[i].path));
	}
}

Test(owner, of_the_host_has_its_unit_s_name)
{
	_cleanup_(freep) char *unit = owner_host_name("system.slice/web.service"),
			      *path = owner_host_name("batch/1");

	cr_expect_str_eq(unit, "web.service");
	cr_expect_str_eq(path, "/batch/1");
	cr_expect(owner_host_has_one_root("system.slice/web.service"));
	cr_expect_not(owner_host_has_one_root("system.slice"));
	cr_expect_not(owner_host_has_one_root("batch/1"));
}

/* By name and by place, before any process is looked at. */
Test(owner, of_the_host_is_never_what_the_node_needs)
{
	const struct cgroup_root root = {.fd = -1, .path = (char *)"/nowhere"};
	static const char *const paths[] = {
		"system.slice/kubelet.service",
		"system.slice/containerd.service",
		"init.scope",
		"user.slice/user-0.slice/session-1.scope",
		"kubepods/pod" UID,
		"kubepods/pod" UID "/" ID "/below",
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_(freep) char *why = NULL;

		cr_expect_eq(owner_check_host(&root, paths[i], &why), CGROUP_E_PROTECTED,
			     "%s", paths[i]);
		cr_expect_not_null(why);
	}
}

Test(owner, a_pod_that_is_not_known_is_pending_with_its_containers)
{
	struct owner owner;

	cr_assert(owner_find_pending(&pods, "kubepods/pod" OTHER, &owner));
	cr_expect(owner.pending);
	cr_expect_null(owner.pod);
	cr_expect_str_eq(owner.pod_uid, OTHER);
	cr_expect_str_eq(owner.container_id, "");
	cr_assert(owner_find_pending(&pods, "kubepods/pod" OTHER "/" ID, &owner));
	cr_expect_str_eq(owner.container_id, ID);
}

Test(owner, what_is_known_or_within_it_is_not_pending)
{
	static const char *const paths[] = {
		"kubepods/pod" UID,
		"kubepods/pod" UID "/" ID,
		"kubepods/pod" UID "/kubepods/pod" OTHER,
		"mine/kubepods/pod" OTHER,
		"kubepods/pod" OTHER "/" ID "/inner",
		"system.slice/web.service",
		"",
	};
	struct owner owner;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		cr_expect(!owner_find_pending(&pods, paths[i], &owner), "%s", paths[i]);
}
