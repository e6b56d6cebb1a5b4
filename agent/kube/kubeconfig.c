// SPDX-License-Identifier: Apache-2.0
/* The access that a kubeconfig gives: its lists of contexts, clusters and users, by name.
 */
#include <errno.h>
#include <string.h>

#include "kube/access.h"
#include "policy/yaml.h"
#include "util/base64.h"
#include "util/cleanup.h"
#include "util/explain.h"
#include "util/file.h"

#define CREDENTIAL_MAX (1U << 20)

struct kubeconfig {
	const char *path;
	struct yaml_tree *tree;
	const struct yaml_node *cluster, *user;
	char **reterr_message;
};

static void kubeconfig_clear(struct kubeconfig *config)
{
	yaml_tree_free(config->tree);
}

/* The named item of one of the lists: its part of that name. */
static const struct yaml_node *find(const struct kubeconfig *config, const char *list,
				    const char *part, const char *name)
{
	const struct yaml_node *items = yaml_get(config->tree->documents[0], list);

	for (size_t i = 0; items && items->type == YAML_LIST && i < items->n; i++) {
		const char *own = yaml_text(yaml_get(items->items[i], "name"));

		if (own && !strcmp(own, name))
			return yaml_get(items->items[i], part);
	}
	explain(config->reterr_message, "%s: there is no \"%s\" in \"%s\"", config->path,
		name, list);
	return NULL;
}

static int read_tree(struct kubeconfig *config)
{
	_cleanup_(freep) char *text = NULL;
	struct diagnostics diagnostics = {0};
	size_t length;
	int r = file_read(config->path, YAML_MAX_BYTES, &text, &length);

	if (r < 0) {
		explain(config->reterr_message,
			"cannot read the kubeconfig %s: %s; give another with "
			"--kubeconfig",
			config->path, strerrordesc_np(-r));
		return r;
	}
	r = yaml_read(text, length, config->path, &diagnostics, &config->tree);
	if (r == 0 && config->tree->n_documents != 1)
		r = YAML_E_BROKEN;
	if (r == YAML_E_BROKEN)
		explain(config->reterr_message, "%s: this is no kubeconfig%s%s",
			config->path, diagnostics.n ? ": " : "",
			diagnostics.n ? diagnostics.items[0].message : "");
	diagnostics_clear(&diagnostics);
	return r == YAML_E_BROKEN ? -EINVAL : r;
}

static int choose(struct kubeconfig *config, const char *context)
{
	const struct yaml_node *chosen;
	const char *cluster, *user;

	if (!context)
		context = yaml_text(
			yaml_get(config->tree->documents[0], "current-context"));
	if (!context) {
		explain(config->reterr_message,
			"%s: there is no current-context; set one with \"kubectl config "
			"use-context\"",
			config->path);
		return -EINVAL;
	}
	chosen = find(config, "contexts", "context", context);
	if (!chosen)
		return -EINVAL;
	cluster = yaml_text(yaml_get(chosen, "cluster"));
	user = yaml_text(yaml_get(chosen, "user"));
	config->cluster = find(config, "clusters", "cluster", cluster ? cluster : "");
	config->user = find(config, "users", "user", user ? user : "");
	return config->cluster && config->user ? 0 : -EINVAL;
}

/* A path as the file means it. */
static char *resolve(const struct kubeconfig *config, const char *path)
{
	const char *slash = strrchr(config->path, '/');
	char *joined;

	if (*path == '/' || !slash)
		return strdup(path);
	if (asprintf(&joined, "%.*s/%s", (int)(slash - config->path), config->path,
		     path) < 0)
		return NULL;
	return joined;
}

static int read_data(const struct kubeconfig *config, const char *key, const char *text,
		     char **ret_pem)
{
	size_t length;
	int r = base64_decode(text, (unsigned char **)ret_pem, &length);

	if (r == -EINVAL)
		explain(config->reterr_message, "%s: \"%s\" is not base64", config->path,
			key);
	return r;
}

static int read_linked(const struct kubeconfig *config, const char *path, char **ret_pem)
{
	_cleanup_(freep) char *resolved = resolve(config, path);
	size_t length;
	int r = resolved ? file_read(resolved, CREDENTIAL_MAX, ret_pem, &length)
			 : -ENOMEM;

	if (r < 0)
		explain(config->reterr_message, "%s: cannot read %s: %s", config->path,
			path, strerrordesc_np(-r));
	return r;
}

/* KEY-data has it in base64, and goes before KEY, which names a file. */
static int read_pem(const struct kubeconfig *config, const struct yaml_node *node,
		    const char *key, char **ret_pem)
{
	_cleanup_(freep) char *data_key = NULL;
	const char *text;

	if (asprintf(&data_key, "%s-data", key) < 0) {
		data_key = NULL;
		return -ENOMEM;
	}
	text = yaml_text(yaml_get(node, data_key));
	if (text)
		return read_data(config, data_key, text, ret_pem);
	text = yaml_text(yaml_get(node, key));
	return text ? read_linked(config, text, ret_pem) : 0;
}

static int read_cluster(const struct kubeconfig *config, struct kube_access *access)
{
	const char *server = yaml_text(yaml_get(config->cluster, "server"));
	const struct yaml_node *insecure =
		yaml_get(config->cluster, "insecure-skip-tls-verify");
	size_t length;

	if (!server || strncmp(server, "https://", 8) != 0) {
		explain(config->reterr_message,
			"%s: the cluster's \"server\" is no https:// address",
			config->path);
		return -EINVAL;
	}
	length = strlen(server);
	while (length > 8 && server[length - 1] == '/')
		length--;
	access->server = strndup(server, length);
	access->insecure = insecure && insecure->type == YAML_BOOL && insecure->number;
	if (!access->server)
		return -ENOMEM;
	return read_pem(config, config->cluster, "certificate-authority", &access->ca);
}

/* What would have to run programs, or to speak another protocol first. */
static int refuse_plugins(const struct kubeconfig *config)
{
	static const char *const keys[] = {"exec", "auth-provider", "username"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!yaml_get(config->user, keys[i]))
			continue;
		explain(config->reterr_message,
			"%s: \"%s\" of a user is not supported; make a token with "
			"\"kubectl "
			"create token\" and give it as \"token\" or \"tokenFile\"",
			config->path, keys[i]);
		return -EINVAL;
	}
	return 0;
}

static int read_user(const struct kubeconfig *config, struct kube_access *access)
{
	const char *token = yaml_text(yaml_get(config->user, "token"));
	const char *token_file = yaml_text(yaml_get(config->user, "tokenFile"));
	int r = refuse_plugins(config);

	if (r == 0)
		r = read_pem(config, config->user, "client-certificate",
			     &access->certificate);
	if (r == 0)
		r = read_pem(config, config->user, "client-key", &access->key);
	if (r < 0)
		return r;
	if (token_file) {
		access->token_file = resolve(config, token_file);
		r = access->token_file ? kube_access_renew(access, true) : -ENOMEM;
		if (r < 0)
			explain(config->reterr_message,
				"%s: cannot use the token in %s: %s", config->path,
				token_file, strerrordesc_np(-r));
		return r;
	}
	if (token) {
		access->token = strdup(token);
		return access->token ? 0 : -ENOMEM;
	}
	return 0;
}

int kube_access_kubeconfig(const char *path, const char *context,
			   struct kube_access *ret_access, char **reterr_message)
{
	_cleanup_(kubeconfig_clear) struct kubeconfig config = {
		.path = path, .reterr_message = reterr_message};
	_cleanup_(kube_access_clear) struct kube_access access = {0};
	int r = read_tree(&config);

	if (r == 0)
		r = choose(&config, context);
	if (r == 0)
		r = read_cluster(&config, &access);
	if (r == 0)
		r = read_user(&config, &access);
	if (r < 0) {
		explain(reterr_message, "out of memory");
		return r;
	}
	*ret_access = access;
	access = (struct kube_access){0};
	return 0;
}
