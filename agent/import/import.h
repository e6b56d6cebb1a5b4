/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_IMPORT_H
#define LSMD_IMPORT_IMPORT_H

/*
 * Policies of other systems, turned into policies of lsmd (POLICY.md, From other
 * systems). What means the same is converted; whatever does not is said, with its line
 * and the reason, and nothing is guessed: a key that is not known may be the one that
 * narrows the policy.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/diagnostic.h"

enum import_origin {
	IMPORT_ANY, /* whatever a document says that it is */
	IMPORT_KUBEARMOR,
	IMPORT_NETWORK_POLICY,
	IMPORT_CILIUM,
	IMPORT_TETRAGON,
};

/* Why something has no equivalent. */
enum import_reason {
	IMPORT_HOST, /* it is about processes of the host, of which some are never denied
		      */
	IMPORT_INACTIVE,    /* its own system has it switched off */
	IMPORT_SELECTION,   /* it selects by what is no label of a pod or namespace */
	IMPORT_OWNER,	    /* the owner of an executable is not judged */
	IMPORT_ARGUMENTS,   /* the arguments of a program are not judged */
	IMPORT_EXPRESSION,  /* a regular expression, not a pattern of paths */
	IMPORT_CONFLICT,    /* it allows and blocks the same */
	IMPORT_SYSCALL,	    /* system calls by number have no hook */
	IMPORT_PRESET,	    /* a preset without a rule that means the same */
	IMPORT_PROFILE,	    /* a profile of another security module */
	IMPORT_PODS,	    /* addresses of pods: reserved */
	IMPORT_NAMES,	    /* names of hosts: reserved */
	IMPORT_SERVICES,    /* services: reserved */
	IMPORT_ENTITY,	    /* a group of addresses that only its own system knows */
	IMPORT_PORT_NAME,   /* a port's name means a number that each pod says */
	IMPORT_APPLICATION, /* what is said over a connection */
	IMPORT_ICMP,	    /* types of ICMP messages */
	IMPORT_INGRESS,	    /* who connects is not judged, only who listens */
	IMPORT_HOOK,	    /* a function or probe without a hook here */
	IMPORT_FILTER,	    /* a condition that no rule has */
	IMPORT_ACTION,	    /* an action that is no verdict */
	IMPORT_ORDER,	    /* an earlier filter exempts from a later one */
	IMPORT_OPTION,	    /* a setting of its own system */
	IMPORT_UNFIT,	    /* the result would be no policy */
	IMPORT_REASONS,
};

struct import_options {
	enum import_origin from;
	bool partial; /* convert what can be, and say of the rest that it is missing */
};

/* Documents, each counted once; of a reason those in part or refused that it holds for.
 */
struct import_counts {
	size_t converted; /* whole */
	size_t partial;	  /* with something left out */
	size_t refused;	  /* right, but not converted */
	size_t wrong; /* not what their own system would take, or not to be read at all */
	size_t reasons[IMPORT_REASONS];
};

/**
 * import_text() - Convert every document of a YAML (or JSON) text.
 * @text, @length: at most YAML_MAX_BYTES bytes; may be hostile
 * @source:        what the text is called in messages, and in the policies as their
 * origin
 * @diagnostics:   an error for what is wrong or has no equivalent, all of them; with
 *                 @options->partial the latter are warnings
 * @policies:      a JSON array; the policies are appended, keys in the language's order.
 * Each has passed policy_parse()
 * @counts:        added to
 * Return: 0, -ENOMEM.
 */
int import_text(const char *text, size_t length, const char *source,
		const struct import_options *options, struct diagnostics *diagnostics,
		json_t *policies, struct import_counts *counts);

#endif
