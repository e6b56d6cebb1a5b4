/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_ACCESS_H
#define LSMD_KUBE_ACCESS_H

/*
 * Where the API server is, and who we are to it: what a pod finds in its service
 * account's directory, or what a kubeconfig says.
 */

#include <stdbool.h>
#include <stdint.h>

struct kube_access {
	char *server;		 /* "https://10.0.0.1:443", without a "/" at the end */
	char *ca;		 /* PEM; NULL: those of the system */
	char *certificate, *key; /* PEM, of the client; NULL: none */
	char *token;		 /* NULL: none */
	char *token_file;	 /* where the token is read again from; NULL: it stays */
	uint64_t token_read;	 /* CLOCK_BOOTTIME, ns */
	bool insecure;		 /* any server's certificate will do */
};

/**
 * kube_access_in_cluster() - The access that a pod is given.
 * @directory: of the service account; NULL: where kubelet mounts it
 * @reterr_message: one line that says what is missing and what to do; owned
 *
 * The server is that of KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
 *
 * Return: 0, -ENOENT (not in a cluster), other negative errno.
 */
int kube_access_in_cluster(const char *directory, struct kube_access *ret_access,
			   char **reterr_message);

/**
 * kube_access_kubeconfig() - The access of a kubeconfig's context.
 * @path:    of the file; relative paths in it are relative to its directory
 * @context: NULL: the current one
 *
 * Tokens, token files, client certificates. Plugins (exec, auth-provider) are refused.
 *
 * Return: 0, -EINVAL with a message, other negative errno.
 */
int kube_access_kubeconfig(const char *path, const char *context,
			   struct kube_access *ret_access, char **reterr_message);

/**
 * kube_access_renew() - Read the token file again if that is due: kubelet replaces tokens
 * before they end, and the server is said to take a minute's old one.
 * @at_once: the server refused the token
 * Return: 0; negative errno: the last token is kept.
 */
int kube_access_renew(struct kube_access *access, bool at_once);

void kube_access_clear(struct kube_access *access);

#endif
