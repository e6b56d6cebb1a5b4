// SPDX-License-Identifier: Apache-2.0
/* What each runtime writes of a container, in the form in which it does. */
#include "node/bundle.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "../temporary.h"
#include "util/cleanup.h"

#define SANDBOX	  "80e27ec50fdd0d3a14948723a52f48680ed472f044cd78e1cb6755b5a74e16b2"
#define CONTAINER "2b7c7451d4f4915c4467d90db3adae670bc9a0ec0b0b612ef36f567189e4bf0a"
#define UID	  "d5647735-a7fe-4a8f-85a5-28a46ec08802"

#define NETWORK                                                                          \
	"\"linux\": {\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"network\"}]}"
#define NO_NETWORK "\"linux\": {\"namespaces\": [{\"type\": \"pid\"}]}"

/* containerd 1.7, a container and its sandbox; kubelet with systemd's driver. */
static const char containerd_container[] =
	"{\"ociVersion\": \"1.1.0\", \"process\": {\"args\": [\"/bin/alloy\"]},"
	"\"annotations\": {\"io.kubernetes.cri.container-name\": \"alloy\","
	"\"io.kubernetes.cri.container-type\": \"container\","
	"\"io.kubernetes.cri.image-name\": \"grafana/alloy:latest\","
	"\"io.kubernetes.cri.sandbox-id\": \"" SANDBOX "\","
	"\"io.kubernetes.cri.sandbox-name\": \"alloy-ltrr7\","
	"\"io.kubernetes.cri.sandbox-namespace\": \"monitoring\","
	"\"io.kubernetes.cri.sandbox-uid\": \"" UID "\"}," NETWORK "}";
static const char containerd_sandbox[] =
	"{\"ociVersion\": \"1.1.0\", \"process\": {\"args\": [\"/pause\"]},"
	"\"annotations\": {\"io.kubernetes.cri.container-type\": \"sandbox\","
	"\"io.kubernetes.cri.sandbox-cpu-shares\": \"2\","
	"\"io.kubernetes.cri.sandbox-id\": \"" SANDBOX "\","
	"\"io.kubernetes.cri.sandbox-log-directory\": \"/var/log/pods/x\","
	"\"io.kubernetes.cri.sandbox-name\": \"alloy-ltrr7\","
	"\"io.kubernetes.cri.sandbox-namespace\": \"monitoring\","
	"\"io.kubernetes.cri.sandbox-uid\": \"" UID "\"}," NO_NETWORK "}";

/* CRI-O 1.28: its own annotations and kubelet's labels. */
static const char crio_container[] =
	"{\"ociVersion\": \"1.0.2-dev\", \"annotations\": {"
	"\"io.container.manager\": \"cri-o\","
	"\"io.kubernetes.container.name\": \"redis\","
	"\"io.kubernetes.cri-o.ContainerID\": \"" CONTAINER "\","
	"\"io.kubernetes.cri-o.ContainerType\": \"container\","
	"\"io.kubernetes.cri-o.Name\": \"k8s_redis_web-0_shop_" UID "_0\","
	"\"io.kubernetes.cri-o.SandboxID\": \"" SANDBOX "\","
	"\"io.kubernetes.pod.name\": \"web-0\","
	"\"io.kubernetes.pod.namespace\": \"shop\","
	"\"io.kubernetes.pod.uid\": \"" UID "\"}," NETWORK "}";
static const char crio_sandbox[] = "{\"ociVersion\": \"1.0.2-dev\", \"annotations\": {"
				   "\"io.kubernetes.container.name\": \"POD\","
				   "\"io.kubernetes.cri-o.ContainerType\": \"sandbox\","
				   "\"io.kubernetes.cri-o.SandboxID\": \"" SANDBOX "\","
				   "\"io.kubernetes.pod.name\": \"web-0\","
				   "\"io.kubernetes.pod.namespace\": \"shop\","
				   "\"io.kubernetes.pod.uid\": \"" UID "\"}," NETWORK "}";

/* Docker 24 under cri-dockerd. */
static const char docker_container[] =
	"{\"ID\": \"" CONTAINER "\", \"Config\": {\"Labels\": {"
	"\"annotation.io.kubernetes.container.restartCount\": \"1\","
	"\"io.kubernetes.container.name\": \"app\","
	"\"io.kubernetes.docker.type\": \"container\","
	"\"io.kubernetes.pod.name\": \"web-0\","
	"\"io.kubernetes.pod.namespace\": \"shop\","
	"\"io.kubernetes.pod.uid\": \"" UID "\","
	"\"io.kubernetes.sandbox.id\": \"" SANDBOX "\"}}}";
static const char docker_sandbox[] =
	"{\"ID\": \"" SANDBOX "\", \"Config\": {\"Labels\": {"
	"\"io.kubernetes.container.name\": \"POD\","
	"\"io.kubernetes.docker.type\": \"podsandbox\","
	"\"io.kubernetes.pod.name\": \"web-0\","
	"\"io.kubernetes.pod.namespace\": \"shop\","
	"\"io.kubernetes.pod.uid\": \"" UID "\"}},"
	"\"HostConfig\": {\"NetworkMode\": \"host\"}}";

static void bundle_freep(struct bundle **bundle)
{
	bundle_free(*bundle);
}

static void is(const char *text, enum bundle_writer writer, const char *id,
	       const struct bundle *wanted)
{
	_cleanup_(bundle_freep) struct bundle *bundle = NULL;

	cr_assert_eq(bundle_parse(text, strlen(text), writer, id, &bundle), 0);
	cr_expect_eq(bundle->sandbox, wanted->sandbox);
	cr_expect_eq(bundle_is_sandbox(bundle), wanted->sandbox);
	cr_expect_eq(bundle->host_network, wanted->host_network);
	cr_expect_str_eq(bundle->container, wanted->container);
	cr_expect_str_eq(bundle->name_space, wanted->name_space);
	cr_expect_str_eq(bundle->pod, wanted->pod);
	cr_expect_str_eq(bundle->uid, UID);
}

Test(bundle, of_containerd)
{
	is(containerd_container, BUNDLE_CONTAINERD, CONTAINER,
	   &(struct bundle){.container = (char *)"alloy",
			    .name_space = (char *)"monitoring",
			    .pod = (char *)"alloy-ltrr7"});
	is(containerd_sandbox, BUNDLE_CONTAINERD, SANDBOX,
	   &(struct bundle){.sandbox = true,
			    .container = (char *)"",
			    .name_space = (char *)"monitoring",
			    .pod = (char *)"alloy-ltrr7",
			    .host_network = true});
}

Test(bundle, of_crio)
{
	is(crio_container, BUNDLE_CRIO, CONTAINER,
	   &(struct bundle){.container = (char *)"redis",
			    .name_space = (char *)"shop",
			    .pod = (char *)"web-0"});
	is(crio_sandbox, BUNDLE_CRIO, SANDBOX,
	   &(struct bundle){.sandbox = true,
			    .container = (char *)"",
			    .name_space = (char *)"shop",
			    .pod = (char *)"web-0"});
}

Test(bundle, of_docker)
{
	is(docker_container, BUNDLE_DOCKER, CONTAINER,
	   &(struct bundle){.container = (char *)"app",
			    .name_space = (char *)"shop",
			    .pod = (char *)"web-0"});
	is(docker_sandbox, BUNDLE_DOCKER, SANDBOX,
	   &(struct bundle){.sandbox = true,
			    .container = (char *)"",
			    .name_space = (char *)"shop",
			    .pod = (char *)"web-0",
			    .host_network = true});
}

/* What a container says of itself must not make it exempt. */
Test(bundle, a_sandbox_of_another_id_is_none)
{
	_cleanup_(bundle_freep) struct bundle *bundle = NULL;

	cr_assert_eq(bundle_parse(containerd_sandbox, strlen(containerd_sandbox),
				  BUNDLE_CONTAINERD, CONTAINER, &bundle),
		     0);
	cr_expect(!bundle->sandbox);
	cr_expect(!bundle_is_sandbox(NULL));
}

Test(bundle, of_no_pod_is_none)
{
	static const char *const texts[] = {
		"{}", "{\"annotations\": {}}", "{\"annotations\": null}",
		"{\"annotations\": {\"io.kubernetes.cri.container-type\": 7}}",
		"{\"Config\": {\"Labels\": []}}"};
	struct bundle *bundle = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (unsigned writer = 0; writer <= BUNDLE_DOCKER; writer++)
			cr_expect_eq(bundle_parse(texts[i], strlen(texts[i]),
						  (enum bundle_writer)writer, CONTAINER,
						  &bundle),
				     BUNDLE_E_NONE, "%s", texts[i]);
	cr_expect_eq(bundle_parse("{", 1, BUNDLE_CRIO, CONTAINER, &bundle), -EBADMSG);
	cr_expect_eq(bundle_parse("[]", 2, BUNDLE_CRIO, CONTAINER, &bundle), -EBADMSG);
	cr_expect_eq(bundle_parse("", 0, BUNDLE_CRIO, CONTAINER, &bundle), -EBADMSG);
	cr_expect_null(bundle);
}

Test(bundle, of_the_annotations_that_a_hook_is_given)
{
	static const char *const texts[] = {containerd_container, crio_container};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(json_decrefp) json_t *config = json_loads(texts[i], 0, NULL);
		_cleanup_(bundle_freep) struct bundle *bundle = NULL;

		cr_assert_eq(bundle_of_annotations(json_object_get(config, "annotations"),
						   CONTAINER, &bundle),
			     0);
		cr_expect_str_eq(bundle->uid, UID);
	}
}

/* --- where they are kept
 * ------------------------------------------------------------------- */

static char tree[] = "/tmp/bundle_testXXXXXX";
static int root = -1;

static void make_tree(void)
{
	temporary_make(tree);
	root = open(tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(root, 0);
}

static void remove_tree(void)
{
	close(root);
	temporary_remove(tree);
}

TestSuite(bundle_find, .init = make_tree, .fini = remove_tree);

static void make_parents(const char *path)
{
	_cleanup_(freep) char *copy = strdup(path);

	for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(root, copy, 0755) < 0)
			cr_assert_eq(errno, EEXIST);
		*slash = '/';
	}
}

static int make_file(const char *path, const char *text, mode_t mode)
{
	int fd;

	make_parents(path);
	fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	cr_assert_eq(fchmod(fd, mode), 0);
	return fd;
}

static void put(const char *path, const char *text, mode_t mode)
{
	close(make_file(path, text, mode));
}

#define TASKS "run/containerd/io.containerd.runtime.v2.task/k8s.io/"

/* Only root's files are believed. */
static void needs_root(void)
{
	if (geteuid() != 0)
		cr_skip_test("files of root's are needed");
}

Test(bundle_find, looks_where_each_runtime_keeps_it)
{
	static const struct {
		const char *path, *text, *name;
	} kept[] = {
		{TASKS CONTAINER "/config.json", containerd_container, "alloy"},
		{"run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/" CONTAINER
		 "/config.json",
		 containerd_container, "alloy"},
		{"run/containers/storage/overlay-containers/" CONTAINER
		 "/userdata/config.json",
		 crio_container, "redis"},
		{"var/lib/containers/storage/overlay-containers/" CONTAINER
		 "/userdata/config.json",
		 crio_container, "redis"},
		{"var/lib/docker/containers/" CONTAINER "/config.v2.json",
		 docker_container, "app"},
	};

	needs_root();
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		_cleanup_(bundle_freep) struct bundle *bundle = NULL;

		put(kept[i].path, kept[i].text, 0600);
		cr_assert_eq(bundle_find(root, CONTAINER, &bundle), 0, "%s",
			     kept[i].path);
		cr_expect_str_eq(bundle->container, kept[i].name);
		cr_assert_eq(unlinkat(root, kept[i].path, 0), 0);
	}
}

Test(bundle_find, of_no_container_is_none)
{
	struct bundle *bundle = NULL;

	cr_expect_eq(bundle_find(root, CONTAINER, &bundle), BUNDLE_E_NONE);
	cr_expect_eq(bundle_find(root, "", &bundle), BUNDLE_E_NONE);
	cr_expect_eq(bundle_find(root, "../" CONTAINER, &bundle), BUNDLE_E_NONE);
}

Test(bundle_find, does_not_believe_what_others_may_write)
{
	struct bundle *bundle = NULL;

	needs_root();
	put(TASKS CONTAINER "/config.json", containerd_container, 0622);
	cr_expect_eq(bundle_find(root, CONTAINER, &bundle), -EPERM);
	put(TASKS CONTAINER "/config.json", containerd_container, 0644);
	cr_assert_eq(fchownat(root, TASKS CONTAINER "/config.json", 1000, 0, 0), 0);
	cr_expect_eq(bundle_find(root, CONTAINER, &bundle), -EPERM);
}

Test(bundle_find, waits_for_no_fifo_and_follows_no_link_at_the_end)
{
	struct bundle *bundle = NULL;

	make_parents(TASKS CONTAINER "/");
	cr_assert_eq(mkfifoat(root, TASKS CONTAINER "/config.json", 0600), 0);
	cr_expect_lt(bundle_find(root, CONTAINER, &bundle), 0);
	cr_assert_eq(unlinkat(root, TASKS CONTAINER "/config.json", 0), 0);
	cr_assert_eq(symlinkat("/etc/passwd", root, TASKS CONTAINER "/config.json"), 0);
	cr_expect_eq(bundle_find(root, CONTAINER, &bundle), -ELOOP);
}

Test(bundle_find, refuses_a_file_beyond_the_limit)
{
	struct bundle *bundle = NULL;
	int fd;

	needs_root();
	fd = make_file(TASKS CONTAINER "/config.json", "{}", 0600);
	cr_assert_eq(ftruncate(fd, BUNDLE_BYTES_MAX + 1), 0);
	close(fd);
	cr_expect_eq(bundle_find(root, CONTAINER, &bundle), -EFBIG);
}

/* As /var/run is one on some. */
Test(bundle_find, a_link_on_the_way_stays_within_the_root)
{
	_cleanup_(bundle_freep) struct bundle *bundle = NULL;

	needs_root();
	put("data/run/containerd/io.containerd.runtime.v2.task/k8s.io/" CONTAINER
	    "/config.json",
	    containerd_container, 0600);
	cr_assert_eq(symlinkat("/data/run", root, "run"), 0);
	cr_assert_eq(bundle_find(root, CONTAINER, &bundle), 0);
	cr_expect_str_eq(bundle->pod, "alloy-ltrr7");
}
