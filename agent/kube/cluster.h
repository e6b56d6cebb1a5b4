/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_CLUSTER_H
#define LSMD_KUBE_CLUSTER_H

/*
 * What this node needs of the API server: its own Node, its pods, the labels of
 * namespaces, and the policies that are objects. It is followed while the server answers,
 * kept while it does not, and saved for the next start.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "kube/reflector.h"
#include "policy/diagnostic.h"

struct cluster;

enum cluster_kind {
	CLUSTER_NODE,
	CLUSTER_NAMESPACES,
	CLUSTER_PODS,
	CLUSTER_POLICIES,
	CLUSTER_CLUSTER_POLICIES,
	CLUSTER_KINDS,
};

/* Whoever makes use of it. */
struct cluster_sink {
	/*
	 * An object is new or has changed.
	 * @object: the fields that are used, with apiVersion and kind; borrowed
	 * @text:   the same, as JSON; borrowed
	 * Return: 0; -EINVAL: it cannot be used, see @diagnostics, what was known of it
	 * stays; another negative errno: it is to be given again later.
	 */
	int (*put)(void *data, enum cluster_kind kind, const json_t *object,
		   const char *text, struct diagnostics *diagnostics);
	/* @key: "namespace/name", or "name" of what is in none. */
	void (*gone)(void *data, enum cluster_kind kind, const char *key);
	/* What was put and what is gone since the last time may go into force together.
	 * @received: when the bytes came that said so; CLOCK_BOOTTIME, ns. 0: a list. */
	void (*settled)(void *data, uint64_t received);
	void *data;
};

struct cluster_options {
	const char *node;	/* its name */
	const char *kubeconfig; /* file; NULL: the service account */
	const char *context;	/* of the kubeconfig; NULL: the current one */
	const char *directory;	/* where it is saved */
	unsigned silence_ms;	/* as reflector_new() has it */
	bool offline; /* only what is saved, whatever node's: a host may not know yet what
		       * its node is called */
	struct cluster_sink sink;
};

/**
 * cluster_new() - Give what an earlier life saved to the sink.
 * @options: copied, its directory too; other strings are borrowed for the cluster's life
 * @reterr_message: one line; owned
 *
 * A saved file that is damaged is told in cluster_json() and is as if it were not there.
 * Where nothing usable is saved, it is an error that the API server's address or
 * credentials are missing; else they are looked for again later.
 *
 * Return: 0, negative errno.
 */
int cluster_new(uv_loop_t *loop, const struct cluster_options *options,
		struct cluster **ret_cluster, char **reterr_message);

/** cluster_start() - Ask the API server from now on. */
void cluster_start(struct cluster *cluster);

/** cluster_api() - For requests beside those that follow; borrowed, NULL: there is no
 * access yet. */
struct kube_api *cluster_api(const struct cluster *cluster);

/** cluster_free() - Save, and end. The loop must run once more. Return: NULL. */
struct cluster *cluster_free(struct cluster *cluster);

/**
 * cluster_is_known() - Is every kind known, as the server has it now or had it last?
 * @ret_why: static text if not
 */
bool cluster_is_known(const struct cluster *cluster, const char **ret_why);

/** cluster_is_synced() - Is what is known of a kind what the server has now? */
bool cluster_is_synced(const struct cluster *cluster, enum cluster_kind kind);

/**
 * cluster_visit() - Every object of a kind, in its newest version.
 * @visit: @problem: NULL, or the first thing that is wrong with it; a negative errno ends
 * Return: 0, -ENOMEM, what @visit said.
 */
int cluster_visit(const struct cluster *cluster, enum cluster_kind kind,
		  int (*visit)(void *data, const json_t *object, const char *problem),
		  void *data);

/** cluster_json() - {"server", "requests", "bytes", "kinds": [...], "problems": [...]}; a
 * new reference, NULL: no memory. */
json_t *cluster_json(const struct cluster *cluster);

/** cluster_problems() - Append to a list what a person should know, as strings. */
void cluster_problems(const struct cluster *cluster, json_t *list);

/** cluster_diagnostics() - Append to a list what is wrong with objects, as
 * diagnostics_json(). */
void cluster_diagnostics(const struct cluster *cluster, json_t *list);

/** cluster_errors() - How many errors objects have. */
size_t cluster_errors(const struct cluster *cluster);

/* One kind's numbers, for metrics. */
struct cluster_numbers {
	const char *kind;
	bool synced;
	uint64_t objects;
	struct reflector_counts counts;
};

void cluster_numbers(const struct cluster *cluster,
		     struct cluster_numbers ret_numbers[CLUSTER_KINDS]);

/** cluster_traffic() - NULL: the server was never asked. */
const struct kube_traffic *cluster_traffic(const struct cluster *cluster);

#endif
