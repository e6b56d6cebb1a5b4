/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_NODE_SUBJECT_H
#define LSMD_NODE_SUBJECT_H

/* The subjects of the node: which cgroup is which container, and what is in force for it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "kube/pods.h"
#include "node/bundle.h"
#include "policy/image.h"

/* A pod's own cgroup (covers what has no subject of its own yet), one container's, or one
 * of the host that a policy selects. */
struct subject {
	uint64_t cgroup_id;
	char *cgroup; /* path below the hierarchy's root */
	uint32_t slot;
	uint32_t flags;	       /* CGROUP_F_* */
	char *pod_uid;	       /* as cgroups have it: struct pod.cgroup_uid */
	char *container_id;    /* "": the pod itself */
	bool host;	       /* no pod's: what tells of one is "" */
	bool explicit_cgroup;  /* named by the pods file, not by kubelet's naming */
	bool pending;	       /* its pod is not known (yet), see agent/pending.h */
	bool ran_before;       /* it was there before lsmd, or was known once */
	struct bundle *bundle; /* what its runtime says of it; NULL: nothing is known */

	/* Strings of the pod that survive it, for denials that arrive late. */
	char *name_space;
	char *pod;
	char *uid;
	char *container; /* name; "": not known; of the host, see owner_host_name() */

	struct subject_files
		*files;	     /* of agent/identities.c; NULL: none are looked for */
	struct image *image; /* what was published last; NULL: no rules */
	struct policy_list policies; /* that select it */
	char *problem;		     /* NULL, or why what should be in force is not */
	char *uncovered;	     /* NULL, or why not all of its cgroups are it */
	/* @image is of an earlier life, and @policies need not be its own. */
	bool adopted;
	bool seen;  /* by the scan under way */
	bool stale; /* something that its policies depend on has changed */
};

struct subject_table {
	struct subject **items; /* sorted by cgroup id */
	size_t n;
};

struct subject *subject_new(uint64_t cgroup_id, const char *cgroup);
struct subject *subject_free(struct subject *subject);

/** subject_set_owner() - Whose it is, as cgroups tell. */
int subject_set_owner(struct subject *subject, const char *pod_uid,
		      const char *container_id);

/** subject_describe() - Take names from a pod. @pod, @container: NULL where not known. */
int subject_describe(struct subject *subject, const struct pod *pod,
		     const char *container);

/** subject_problem() - Why it is not under what its policies say. Return: NULL: it is. */
const char *subject_problem(const struct subject *subject);

/** subject_table_add() - The table owns it then. Return: 0, -EEXIST, -ENOMEM. */
int subject_table_add(struct subject_table *table, struct subject *subject);
/** subject_table_remove() - Take out, and hand back to the caller. */
struct subject *subject_table_remove(struct subject_table *table, uint64_t cgroup_id);
struct subject *subject_table_find(const struct subject_table *table, uint64_t cgroup_id);
/** subject_table_of_slot() - The subject of a slot; NULL when nobody has it. */
struct subject *subject_table_of_slot(const struct subject_table *table, uint32_t slot);
void subject_table_clear(struct subject_table *table);

#endif
