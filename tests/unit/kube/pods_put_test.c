// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "kube/pods.h"
#include "util/cleanup.h"

static struct pod_list list;

static void teardown(void)
{
	pod_list_clear(&list);
}

TestSuite(pods_put, .fini = teardown);

static void put(const char *name, const char *uid, const char *cgroup_uid)
{
	struct pod pod = {
		.name_space = strdup("shop"),
		.name = strdup(name),
		.uid = strdup(uid),
		.cgroup_uid = strdup(cgroup_uid ? cgroup_uid : uid),
	};

	cr_assert_eq(pods_put(&list, &pod), 0);
}

static const char *cgroup_uid_of(const char *name)
{
	const struct pod *pod = pods_find(&list, "shop", name);

	return pod ? pod->cgroup_uid : "none";
}

Test(pods_put, replaces_the_pod_of_the_same_uid)
{
	put("web", "u1", NULL);
	put("api", "u2", NULL);
	put("web", "u1", NULL);
	cr_expect_eq(list.n, 2);
	cr_expect_str_eq(cgroup_uid_of("web"), "u1");
}

Test(pods_put, keeps_what_runs_of_a_pod_that_was_made_again)
{
	put("web", "u1", NULL);
	put("web", "u2", NULL);
	cr_expect_eq(list.n, 2);
	cr_expect_str_eq(pods_find(&list, "shop", "web")->uid, "u2");
	pods_set_gone(&list, "shop", "web");
	cr_expect_eq(pods_find(&list, "shop", "web"), NULL);
	cr_expect_eq(list.n, 2);
	put("web", "u1", NULL);
	cr_expect_str_eq(pods_find(&list, "shop", "web")->uid, "u1",
			 "it was not, after all");
}

Test(pods_put, gives_a_mirror_pod_the_cgroups_of_its_static_pod)
{
	put("etcd", "u1", "hash");
	cr_expect_str_eq(cgroup_uid_of("etcd"), "hash");
	pods_set_gone(&list, "shop", "etcd");
	put("etcd", "u2", "hash");
	cr_expect_str_eq(cgroup_uid_of("etcd"), "hash", "the mirror was made again");
	cr_expect_eq(list.n, 1);
}

Test(pods_put, lets_nobody_claim_another_pod_s_cgroups)
{
	put("victim", "u1", NULL);
	put("liar", "u2", "u1");
	cr_expect_str_eq(cgroup_uid_of("victim"), "u1");
	cr_expect_str_eq(cgroup_uid_of("liar"), "u2");
}

Test(pods_put, takes_a_claim_back_when_the_owner_comes)
{
	put("liar", "u2", "u1");
	put("victim", "u1", NULL);
	cr_expect_str_eq(cgroup_uid_of("victim"), "u1");
	cr_expect_str_eq(cgroup_uid_of("liar"), "u2");
}

static void put_namespace(const char *name, const char *value)
{
	struct labels labels = {0};

	cr_assert_eq(labels_add(&labels, "team", value), 0);
	cr_assert_eq(pods_put_namespace(&list, name, &labels), 0);
}

static const char *team_of(const char *name)
{
	const struct labels *labels = pod_list_namespace_labels(&list, name);

	return labels ? labels_get(labels, "team") : "none";
}

Test(pods_put, knows_namespaces_in_whatever_order_they_come)
{
	put_namespace("m", "1");
	put_namespace("z", "2");
	put_namespace("a", "3");
	put_namespace("m", "4");
	cr_expect_eq(list.n_namespaces, 3);
	cr_expect_str_eq(team_of("a"), "3");
	cr_expect_str_eq(team_of("m"), "4");
	pods_remove_namespace(&list, "a");
	pods_remove_namespace(&list, "not there");
	cr_expect_str_eq(team_of("a"), "none");
	cr_expect_str_eq(team_of("z"), "2");
}
