// SPDX-License-Identifier: Apache-2.0
#include "kube/access.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"
#include "util/file.h"

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

#define CREDENTIAL_MAX	(1U << 20)

/* As client-go: a token is read again when it is older than this. */
#define TOKEN_AGE (60 * NS_PER_SECOND)

void kube_access_clear(struct kube_access *access)
{
	free(access->server);
	free(access->ca);
	free(access->certificate);
	free(access->key);
	free(access->token);
	free(access->token_file);
	*access = (struct kube_access){0};
}

/* A token goes into a header: nothing may be in it that could end one. */
static bool is_token(const char *token)
{
	for (const char *at = token; *at; at++)
		if (*at <= ' ' || *at > '~')
			return false;
	return *token != '\0';
}

static int read_token(struct kube_access *access)
{
	_cleanup_(freep) char *text = NULL;
	size_t length;
	int r = file_read(access->token_file, CREDENTIAL_MAX, &text, &length);

	if (r < 0)
		return r;
	text[strcspn(text, "\r\n")] = '\0';
	if (!is_token(text))
		return -EBADMSG;
	free(access->token);
	access->token = TAKE_PTR(text);
	access->token_read = clock_boot();
	return 0;
}

int kube_access_renew(struct kube_access *access, bool at_once)
{
	if (!access->token_file ||
	    (!at_once && clock_boot() - access->token_read < TOKEN_AGE))
		return 0;
	return read_token(access);
}

static int set_server(struct kube_access *access, const char *host, const char *port)
{
	bool is_ipv6 = strchr(host, ':');

	if (asprintf(&access->server, "https://%s%s%s:%s", is_ipv6 ? "[" : "", host,
		     is_ipv6 ? "]" : "", port) < 0)
		access->server = NULL;
	return access->server ? 0 : -ENOMEM;
}

static int read_part(const char *directory, const char *name, char **ret_text,
		     char **reterr_message)
{
	_cleanup_(freep) char *path = NULL;
	size_t length;
	int r;

	if (asprintf(&path, "%s/%s", directory, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = file_read(path, CREDENTIAL_MAX, ret_text, &length);
	if (r < 0)
		explain(reterr_message,
			"cannot read %s: %s; give the pod a service account with "
			"automountServiceAccountToken",
			path, strerrordesc_np(-r));
	return r;
}

int kube_access_in_cluster(const char *directory, struct kube_access *ret_access,
			   char **reterr_message)
{
	_cleanup_(kube_access_clear) struct kube_access access = {0};
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	int r;

	if (!directory)
		directory = SERVICE_ACCOUNT;
	if (!host || !*host || !port || !*port) {
		explain(reterr_message,
			"KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not "
			"set; "
			"outside of a cluster give --kubeconfig, or --pods");
		return -ENOENT;
	}
	r = set_server(&access, host, port);
	if (r == 0)
		r = read_part(directory, "ca.crt", &access.ca, reterr_message);
	if (r == 0 && asprintf(&access.token_file, "%s/token", directory) < 0) {
		access.token_file = NULL;
		r = -ENOMEM;
	}
	if (r == 0)
		r = read_token(&access);
	if (r < 0) {
		explain(reterr_message,
			"cannot use the service account's token in %s: %s", directory,
			strerrordesc_np(-r));
		return r;
	}
	*ret_access = access;
	access = (struct kube_access){0};
	return 0;
}
