// SPDX-License-Identifier: Apache-2.0
#include "kube/access.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../temporary.h"
#include "util/cleanup.h"

static char directory[64];

static void make_directory(void)
{
	strcpy(directory, "/tmp/access-XXXXXX");
	temporary_make(directory);
}

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void remove_directory(void)
{
	temporary_remove(directory);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	cr_assert(!!file);
	fputs(text, file);
	fclose(file);
}

TestSuite(access, .init = make_directory, .fini = remove_directory);

#define CONFIG(cluster, user)                                                            \
	"apiVersion: v1\nkind: Config\ncurrent-context: dev\n"                           \
	"contexts: [{name: dev, context: {cluster: c, user: u}}, "                       \
	"{name: bad, context: {cluster: none, user: u}}]\n"                              \
	"clusters: [{name: c, cluster: {" cluster "}}]\n"                                \
	"users: [{name: u, user: {" user "}}]\n"

static int read_config(const char *text, const char *context, struct kube_access *access,
		       char **message)
{
	put("config", text);
	return kube_access_kubeconfig(path_of("config"), context, access, message);
}

Test(access, a_kubeconfig_gives_server_authority_and_token)
{
	struct kube_access access = {0};
	_cleanup_(freep) char *message = NULL;

	put("token", "first\n");
	cr_assert_eq(read_config(CONFIG("server: https://10.0.0.1:6443/, "
					"certificate-authority-data: UEVN",
					"tokenFile: token"),
				 NULL, &access, &message),
		     0, "%s", message);
	cr_expect_str_eq(access.server, "https://10.0.0.1:6443");
	cr_expect_str_eq(access.ca, "PEM");
	cr_expect_str_eq(access.token, "first");
	put("token", "second");
	cr_expect_eq(kube_access_renew(&access, false), 0);
	cr_expect_str_eq(access.token, "first", "it is younger than a minute");
	cr_expect_eq(kube_access_renew(&access, true), 0);
	cr_expect_str_eq(access.token, "second");
	unlink(path_of("token"));
	cr_expect_eq(kube_access_renew(&access, true), -ENOENT);
	cr_expect_str_eq(access.token, "second");
	kube_access_clear(&access);
}

Test(access, a_kubeconfig_gives_a_client_certificate)
{
	struct kube_access access = {0};
	_cleanup_(freep) char *message = NULL;

	put("ca.crt", "authority");
	cr_assert_eq(
		read_config(
			CONFIG("server: https://a, certificate-authority: ca.crt",
			       "client-certificate-data: Yw==, client-key-data: aw=="),
			"dev", &access, &message),
		0, "%s", message);
	cr_expect_str_eq(access.ca, "authority");
	cr_expect_str_eq(access.certificate, "c");
	cr_expect_str_eq(access.key, "k");
	cr_expect_null(access.token);
	kube_access_clear(&access);
}

Test(access, what_a_kubeconfig_lacks_is_said)
{
	static const struct {
		const char *text, *context, *said;
	} cases[] = {
		{CONFIG("server: http://a", "token: t"), NULL, "no https://"},
		{CONFIG("server: https://a", "token: t"), "bad",
		 "no \"none\" in \"clusters\""},
		{CONFIG("server: https://a", "token: t"), "other", "no \"other\" in"},
		{CONFIG("server: https://a", "exec: {command: aws}"), NULL,
		 "\"exec\" of a user"},
		{CONFIG("server: https://a, certificate-authority-data: \"!\"",
			"token: t"),
		 NULL, "is not base64"},
		{CONFIG("server: https://a, certificate-authority: none.crt", "token: t"),
		 NULL, "cannot read none.crt"},
		{CONFIG("server: https://a", "tokenFile: token"), NULL,
		 "cannot use the token"},
		{"kind: Config\n", NULL, "no current-context"},
		{"[", NULL, "no kubeconfig"},
		{"", NULL, "no kubeconfig"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct kube_access access = {0};
		_cleanup_(freep) char *message = NULL;

		cr_expect_lt(
			read_config(cases[i].text, cases[i].context, &access, &message),
			0);
		cr_expect(message && strstr(message, cases[i].said), "%zu: %s", i,
			  message);
	}
}

Test(access, a_pod_finds_the_server_in_its_environment)
{
	struct kube_access access = {0};
	_cleanup_(freep) char *message = NULL;

	put("token", "t");
	put("ca.crt", "authority");
	unsetenv("KUBERNETES_SERVICE_HOST");
	cr_expect_eq(kube_access_in_cluster(directory, &access, &message), -ENOENT);
	cr_expect(!!strstr(message, "--kubeconfig"), "%s", message);
	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	cr_assert_eq(kube_access_in_cluster(directory, &access, &message), 0);
	cr_expect_str_eq(access.server, "https://[fd00::1]:443");
	cr_expect_str_eq(access.ca, "authority");
	kube_access_clear(&access);
}

Test(access, a_token_that_could_end_a_header_is_refused)
{
	struct kube_access access = {0};
	_cleanup_(freep) char *message = NULL;

	setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	put("ca.crt", "authority");
	put("token", "a b");
	cr_expect_eq(kube_access_in_cluster(directory, &access, &message), -EBADMSG);
	free(TAKE_PTR(message));
	put("token", "");
	cr_expect_eq(kube_access_in_cluster(directory, &access, &message), -EBADMSG);
}
