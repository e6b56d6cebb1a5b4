// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "../corpus.h"
#include "../policy/said.h"
#include "kube/pods.h"
#include "util/cleanup.h"

struct read {
	struct diagnostics diagnostics;
	struct pod_list list;
	char *said;
	int result;
};

static void read_clear(struct read *read)
{
	diagnostics_clear(&read->diagnostics);
	pod_list_clear(&read->list);
	free(read->said);
}

static struct read read_text(const char *text)
{
	struct read read = {0};

	read.result = pods_parse(text, strlen(text), "t", &read.diagnostics, &read.list);
	read.said = said(&read.diagnostics);
	return read;
}

/* As `kubectl get pods -A -o json` prints it, cut to what matters and some of what does
 * not. */
static const char from_kubectl[] =
	"{\"apiVersion\": \"v1\", \"kind\": \"List\", \"metadata\": "
	"{\"resourceVersion\": \"\"},"
	"\"items\": ["
	" {\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"web-0\","
	"  \"namespace\": \"shop\", \"uid\": \"8a8dcb0b-faf9-4af5-b42a-192e45022cdc\","
	"  \"labels\": {\"app\": \"web\", \"tier\": \"front\"}, \"creationTimestamp\": "
	"null},"
	"  \"spec\": {\"initContainers\": [{\"name\": \"init-db\", \"image\": "
	"\"busybox\"}],"
	"   \"containers\": [{\"name\": \"web\", \"image\": \"nginx\"}, {\"name\": "
	"\"side\"}],"
	"   \"ephemeralContainers\": [{\"name\": \"debug\"}],"
	"   \"nodeName\": \"node-a\", \"hostNetwork\": true, \"serviceAccountName\": "
	"\"web\"},"
	"  \"status\": {\"phase\": \"Running\","
	"   \"initContainerStatuses\": [{\"name\": \"init-db\", \"containerID\": "
	"\"containerd://aaa\"}],"
	"   \"containerStatuses\": [{\"name\": \"web\", \"containerID\": "
	"\"cri-o://bbb\"},"
	"    {\"name\": \"side\", \"containerID\": \"\", \"state\": {\"waiting\": {}}}],"
	"   \"ephemeralContainerStatuses\": [{\"name\": \"debug\", \"containerID\": "
	"\"docker://ccc\"}]}},"
	" {\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": "
	"\"etcd-node-a\","
	"  \"namespace\": \"kube-system\", \"uid\": "
	"\"12c11d1e-147a-4cd7-98ed-5cca412bb5ce\","
	"  \"annotations\": {\"kubernetes.io/config.hash\": \"9b1deb4d\","
	"   \"kubernetes.io/config.mirror\": \"9b1deb4d\"}}},"
	" {\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": "
	"\"shop\","
	"  \"labels\": {\"team\": \"shop\"}}}"
	"]}";

Test(pods, reads_what_kubectl_prints)
{
	_cleanup_(read_clear) struct read read = read_text(from_kubectl);
	const struct pod *pod = pods_find(&read.list, "shop", "web-0");

	cr_assert_eq(read.result, 0, "%s", read.said);
	cr_assert_str_eq(read.said, "");
	cr_assert_eq(read.list.n, 2);
	cr_assert(pod);
	cr_assert_str_eq(pod->uid, "8a8dcb0b-faf9-4af5-b42a-192e45022cdc");
	cr_assert_str_eq(pod->cgroup_uid, pod->uid);
	cr_assert_str_eq(pod->node, "node-a");
	cr_assert_str_eq(pod->phase, "Running");
	cr_assert_str_eq(pod->service_account, "web");
	cr_assert(pod->host_network);
	cr_assert_str_eq(labels_get(&pod->labels, "tier"), "front");
	cr_assert_null(pods_find(&read.list, "shop", "web-1"));
	cr_assert_null(pods_find(&read.list, "default", "web-0"));
}

Test(pods, a_file_without_anything_is_not_a_node_without_pods)
{
	static const char *const texts[] = {"", "\n", "# pods\n", "---\n", "null\n"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(read_clear) struct read read = read_text(texts[i]);

		cr_expect_eq(read.result, -EINVAL, "%s", texts[i]);
		cr_expect(strstr(read.said, "{kind: List, items: []}"), "%s", read.said);
	}
}

Test(pods, an_empty_list_is_a_node_without_pods)
{
	_cleanup_(read_clear) struct read read = read_text("{kind: List, items: []}");

	cr_expect_eq(read.result, 0, "%s", read.said);
	cr_expect_eq(read.list.n, 0);
}

Test(pods, containers_of_all_types_have_their_ids)
{
	static const struct {
		const char *name, *id;
		enum pod_container_type type;
	} expected[] = {
		{"init-db", "aaa", CONTAINER_INIT},
		{"web", "bbb", CONTAINER_MAIN},
		{"side", NULL, CONTAINER_MAIN},
		{"debug", "ccc", CONTAINER_EPHEMERAL},
	};
	_cleanup_(read_clear) struct read read = read_text(from_kubectl);
	const struct pod *pod = pods_find(&read.list, "shop", "web-0");

	cr_assert_eq(pod->n_containers, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		cr_assert_str_eq(pod->containers[i].name, expected[i].name);
		cr_assert_eq(pod->containers[i].type, expected[i].type);
		if (expected[i].id)
			cr_assert_str_eq(pod->containers[i].id, expected[i].id);
		else
			cr_assert_null(pod->containers[i].id);
	}
}

Test(pods, a_static_pod_has_its_hash_in_the_cgroups)
{
	_cleanup_(read_clear) struct read read = read_text(from_kubectl);
	const struct pod *pod = pods_find(&read.list, "kube-system", "etcd-node-a");

	cr_assert_str_eq(pod->uid, "12c11d1e-147a-4cd7-98ed-5cca412bb5ce");
	cr_assert_str_eq(pod->cgroup_uid, "9b1deb4d");
	cr_assert_str_eq(pod->phase, "");
	cr_assert_eq(pod->n_containers, 0);
}

Test(pods, namespaces_have_the_label_of_their_name)
{
	_cleanup_(read_clear) struct read read = read_text(from_kubectl);
	const struct labels *labels = pod_list_namespace_labels(&read.list, "shop");

	cr_assert_str_eq(labels_get(labels, "team"), "shop");
	cr_assert_str_eq(labels_get(labels, "kubernetes.io/metadata.name"), "shop");
	cr_assert_null(pod_list_namespace_labels(&read.list, "kube-system"));
}

Test(pods, reads_yaml_of_several_documents)
{
	_cleanup_(read_clear) struct read read =
		read_text("kind: Pod\n"
			  "metadata:\n"
			  "  name: b\n"
			  "  uid: u-1\n"
			  "  annotations: {lsmd.io/cgroup: '/demo/b, demo/b2'}\n"
			  "status: {containerStatuses: [{name: x, containerID: "
			  "'containerd://abc'}]}\n"
			  "spec: {containers: [{name: x}]}\n"
			  "---\n"
			  "kind: PodList\n"
			  "items:\n"
			  "- metadata: {name: a, uid: u-2}\n"
			  "---\n"
			  "kind: NamespaceList\n"
			  "items: [{metadata: {name: default}}]\n");

	cr_assert_eq(read.result, 0, "%s", read.said);
	cr_assert_eq(read.list.n, 2);
	cr_assert_str_eq(read.list.items[0].name, "a");
	cr_assert_str_eq(read.list.items[1].name_space, "default");
	cr_assert_eq(read.list.items[1].n_cgroups, 2);
	cr_assert_str_eq(read.list.items[1].cgroups[0], "/demo/b");
	cr_assert_str_eq(read.list.items[1].cgroups[1], "demo/b2");
	cr_assert_str_eq(read.list.items[1].containers[0].id, "abc");
	cr_assert(pod_list_namespace_labels(&read.list, "default"));
}

Test(pods, a_list_without_pods_is_no_error)
{
	_cleanup_(read_clear) struct read read =
		read_text("{\"kind\": \"List\", \"apiVersion\": \"v1\", \"items\": []}");

	cr_assert_eq(read.result, 0);
	cr_assert_eq(read.list.n, 0);
}

Test(pods, other_kinds_are_a_warning)
{
	_cleanup_(read_clear) struct read read =
		read_text("kind: Service\nmetadata: {name: a}\n");

	cr_assert_eq(read.result, 0);
	cr_assert_str_eq(read.said,
			 "t:1:1: warning: an object of kind \"Service\" is not read; "
			 "only pods and namespaces are\n");
}

#define POD(metadata, rest) "{kind: Pod, metadata: {" metadata "}" rest "}\n"
#define GOOD		    "name: a, uid: u"
#define SPEC(spec)	    POD(GOOD, ", spec: {" spec "}")

Test(pods, says_what_is_wrong_and_where)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"x", "t:1:1: error: an object is a map with kind and metadata, not a "
		      "string; give "
		      "pods as \"kubectl get pods -A -o json\" prints them\n"},
		{"a: b", "t:1:1: error: the object has no \"kind\"; add \"kind: Pod\"\n"},
		{"kind: 3",
		 "t:1:7: error: \"kind\" takes a string, not a number; give \"Pod\"\n"},
		{"kind: List", "t:1:1: error: a list without a list of \"items\"; "
			       "add the pods there\n"},
		{"kind: Pod", "t:1:1: error: a pod has no \"metadata\"; add it\n"},
		{POD("name: a", ""),
		 "t:1:23: error: a pod's \"metadata\" has no \"uid\"; add it\n"},
		{POD("uid: u", ""),
		 "t:1:23: error: a pod's \"metadata\" has no \"name\"; add it\n"},
		{POD("name: a, uid: 12", ""), "t:1:38: error: \"uid\" takes a string, "
					      "not a number; put quotes around 12\n"},
		{POD("name: a, uid: u/1", ""),
		 "t:1:38: error: \"u/1\" is no uid; a uid is at most 63 "
		 "letters, digits and \"-\"\n"},
		{POD("name: A_1, uid: u", ""),
		 "t:1:30: error: \"A_1\" is no pod's name; a name is at most 253 "
		 "lower-case letters, "
		 "digits, \"-\" and \".\", a letter or digit first and last\n"},
		{POD(GOOD ", namespace: a.b", ""),
		 "t:1:52: error: \"a.b\" is no namespace's name; a name is at most 63 "
		 "lower-case "
		 "letters, digits and \"-\", a letter or digit first and last\n"},
		{POD(GOOD ", labels: {a: 1}", ""),
		 "t:1:53: error: a label's value is a string, not a "
		 "number; put quotes around 1\n"},
		{POD(GOOD ", labels: [a]", ""),
		 "t:1:49: error: \"labels\" is a map, not a list; "
		 "write \"key: value\"\n"},
		{POD(GOOD ", annotations: {lsmd.io/cgroup: a/../b}", ""),
		 "t:1:71: error: \"a/../b\" is no path of a cgroup; give paths below the "
		 "cgroup root, "
		 "separated by commas\n"},
		{POD(GOOD ", annotations: {lsmd.io/cgroup: 'a,,b'}", ""),
		 "t:1:71: error: \"\" is no path of a cgroup; give paths below the "
		 "cgroup root, "
		 "separated by commas\n"},
		{SPEC("containers: [{image: b}]"),
		 "t:1:62: error: a container has no \"name\"; add it\n"},
		{SPEC("containers: [{name: b}, {name: b}]"),
		 "t:1:73: error: container \"b\" is there twice; give each a name of its "
		 "own\n"},
		{SPEC("containers: [{name: B}]"),
		 "t:1:69: error: \"B\" is no container's name; a name is at most 63 "
		 "lower-case letters, "
		 "digits and \"-\", a letter or digit first and last\n"},
		{SPEC("hostNetwork: 1"), "t:1:62: error: \"hostNetwork\" takes a "
					 "boolean, not a number; give true or false\n"},
		{POD(GOOD, ", status: {containerStatuses: [{name: a, containerID: "
			   "'containerd://'}]}"),
		 "t:1:94: error: \"containerID\" is no container's id; give it as the "
		 "runtime does, "
		 "\"containerd://\" and hexadecimal digits\n"},
		{POD(GOOD, "") "---\n" POD("name: b, uid: u", ""),
		 "t: error: pods \"default/a\" and \"default/b\" have the same uid, "
		 "\"u\"; "
		 "give each its own\n"},
		{POD(GOOD, "") "---\n" POD("name: a, uid: v", ""),
		 "t: error: pod \"default/a\" is there twice; keep one of them\n"},
		{POD(GOOD, "") "---\n" POD(
			 "name: b, uid: v, annotations: {kubernetes.io/config.hash: u}",
			 ""),
		 "t: error: pods \"default/a\" and \"default/b\" have the same uid in "
		 "the names of "
		 "cgroups, \"u\"; give each its own\n"},
		{"kind: Namespace\nmetadata: {name: a}\n---\nkind: Namespace\nmetadata: "
		 "{name: a}\n",
		 "t: error: namespace \"a\" is there twice; keep one of them\n"},
		{POD("name: -, uid: 1", "") "---\n" POD("name: c", ""),
		 "t:1:30: error: \"-\" is no pod's name; a name is at most 253 "
		 "lower-case letters, "
		 "digits, \"-\" and \".\", a letter or digit first and last\n"
		 "t:1:38: error: \"uid\" takes a string, not a number; put quotes around "
		 "1\n"
		 "t:3:23: error: a pod's \"metadata\" has no \"uid\"; add it\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(read_clear) struct read read = read_text(cases[i].text);

		cr_expect_eq(read.result, -EINVAL, "%s", cases[i].text);
		cr_expect_str_eq(read.said, cases[i].expected, "%s\nsays: %s not: %s",
				 cases[i].text, read.said, cases[i].expected);
	}
}

Test(pods, an_error_changes_nothing_for_the_caller)
{
	struct pod mark = {0};
	struct pod_list list = {.items = &mark, .n = 7};
	struct diagnostics diagnostics = {0};
	const char text[] = POD(GOOD, "") "---\nkind: Pod\n";

	cr_assert_eq(pods_parse(text, strlen(text), "t", &diagnostics, &list), -EINVAL);
	cr_assert_eq(list.items, &mark);
	cr_assert_eq(list.n, 7);
	cr_assert_eq(pods_read_file("/nonexistent", &diagnostics, &list), -ENOENT);
	cr_assert_eq(list.n, 7);
	diagnostics_clear(&diagnostics);
}

/* The body of a recorded answer, as a file of its own. */
static struct read read_answer(const char *corpus, const char *name)
{
	_cleanup_(json_decrefp) json_t *record = NULL;
	_cleanup_(freep) char *path = NULL, *text = NULL;
	const json_t *body;

	cr_assert_gt(asprintf(&path, "%s/apiserver/%s", corpus, name), 0);
	record = json_load_file(path, 0, NULL);
	cr_assert(record, "%s", path);
	body = json_object_get(json_object_get(record, "response"), "body");
	text = json_dumps(body, 0);
	cr_assert(text);
	return read_text(text);
}

Test(pods, reads_what_a_real_api_server_answered)
{
	const char *corpus = corpus_directory();

	{
		_cleanup_(read_clear) struct read read =
			read_answer(corpus, "list-pods-node-a.json");
		const struct pod *pod = pods_find(&read.list, "shop", "web-0");

		cr_assert_eq(read.result, 0, "%s", read.said);
		cr_assert_eq(read.list.n, 9);
		cr_assert(pod);
		cr_assert_eq(pod->n_containers, 3);
		cr_assert_eq(strlen(pod->containers[1].id), 64);
	}
	{
		_cleanup_(read_clear) struct read read =
			read_answer(corpus, "list-namespaces.json");

		cr_assert_eq(read.result, 0, "%s", read.said);
		cr_assert_eq(read.list.n_namespaces, 6);
	}
	{
		_cleanup_(read_clear) struct read read =
			read_answer(corpus, "patch-status-web-0.json");

		cr_assert_eq(read.result, 0, "%s", read.said);
		cr_assert_eq(read.list.n, 1);
	}
}
