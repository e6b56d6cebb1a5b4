/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_POD_H
#define LSMD_CTL_POD_H

/* Which pod is meant: "NAMESPACE/NAME", or "NAME" and -n NAMESPACE. */

#include <argp.h>

/* Borrowed from the command line. */
struct pod {
	const char *name_space; /* of -n; NULL: not said */
	char *name;		/* of --pod; NULL: not said */
};

/* Rows for a command's options, and what its parser calls for them. */
#define POD_OPTION                                                                       \
	{                                                                                \
		"pod", 'p', "[NAMESPACE/]NAME", 0, "the pod", 0                          \
	}
#define NAMESPACE_OPTION                                                                 \
	{                                                                                \
		"namespace", 'n', "NAMESPACE", 0, "the pod's namespace", 0               \
	}
error_t pod_parse(struct pod *pod, int key, char *argument);

/**
 * pod_finish() - Take "NAMESPACE/" out of the name, when all options are read.
 * Ends the program when the name is none, or --pod and -n disagree.
 */
void pod_finish(struct pod *pod, const struct argp_state *state);

/** pod_full_name() - "NAMESPACE/NAME", "default" where none is said; owned; NULL: no
 * memory. */
char *pod_full_name(const struct pod *pod);

#endif
