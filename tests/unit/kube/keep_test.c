// SPDX-License-Identifier: Apache-2.0
#include "kube/keep.h"

#include <criterion/criterion.h>
#include <string.h>

#include "kube/cluster_private.h"
#include "util/cleanup.h"

static const struct keep item[] = {{"name", NULL}, {0}};
static const struct keep table[] = {
	{"all", NULL}, {"items", item}, {"map", item}, {"own/*", NULL}, {0}};

static void expect(const char *from, const char *wanted)
{
	_cleanup_(json_decrefp) json_t *object = json_loads(from, 0, NULL);
	_cleanup_(json_decrefp) json_t *kept = keep_fields(object, table);
	_cleanup_(freep) char *text = json_dumps(kept, JSON_COMPACT | JSON_SORT_KEYS);

	cr_expect_str_eq(text, wanted);
}

Test(keep, leaves_out_what_no_field_names)
{
	expect("{\"all\": {\"x\": [1]}, \"other\": 2}", "{\"all\":{\"x\":[1]}}");
	expect("{\"map\": {\"name\": \"n\", \"x\": 1}}", "{\"map\":{\"name\":\"n\"}}");
}

Test(keep, keeps_of_each_item_of_a_list)
{
	expect("{\"items\": [{\"name\": \"a\", \"x\": 1}, {\"x\": 2}]}",
	       "{\"items\":[{\"name\":\"a\"},{}]}");
}

Test(keep, keeps_keys_that_begin_so)
{
	expect("{\"own/a\": 1, \"own/b\": 2, \"owner\": 3}", "{\"own/a\":1,\"own/b\":2}");
}

Test(keep, survives_other_types_than_it_expects)
{
	expect("{\"items\": null, \"map\": [1, \"x\"]}",
	       "{\"items\":null,\"map\":[1,\"x\"]}");
}

static char *kept_pod(const char *annotation)
{
	_cleanup_(json_decrefp) json_t *pod =
		json_pack("{s:{s:s, s:s, s:s, s:{s:s}, s:[i]}, s:{s:s, s:[{s:s, s:s}]}}",
			  "metadata", "name", "web", "namespace", "shop", "uid", "u",
			  "annotations", annotation, "v", "managedFields", 1, "spec",
			  "nodeName", "n", "containers", "name", "app", "image", "i");
	_cleanup_(json_decrefp) json_t *kept = cluster_keep_object(CLUSTER_PODS, pod);

	return json_dumps(kept, JSON_COMPACT | JSON_SORT_KEYS);
}

Test(cluster_keep_object, does_not_let_a_tenant_name_cgroups)
{
	_cleanup_(freep) char *cgroup = kept_pod("lsmd.io/cgroup");
	_cleanup_(freep) char *hash = kept_pod("kubernetes.io/config.hash");

	cr_expect(!strstr(cgroup, "lsmd.io/cgroup"), "%s", cgroup);
	cr_expect(!strstr(hash, "config.hash"), "%s", hash);
}

Test(cluster_keep_object, says_what_it_is)
{
	_cleanup_(freep) char *text = kept_pod("kubernetes.io/config.mirror");

	cr_expect_str_eq(
		text, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":"
		      "{\"annotations\":{\"kubernetes.io/config.mirror\":\"v\"},\"name\":"
		      "\"web\",\"namespace\":\"shop\",\"uid\":\"u\"},\"spec\":"
		      "{\"containers\":[{\"name\":\"app\"}],\"nodeName\":\"n\"}}");
}
