/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_DIFFERENTIAL_REFERENCE_H
#define LSMD_TESTS_DIFFERENTIAL_REFERENCE_H

/*
 * POLICY.md as a program: slow, and to be read beside it. It knows nothing of the policy
 * parser, the compiler, images or the decision core, and takes the words of policies as
 * they were drawn. Numbers of families, types and protocols are the kernel's.
 */

#include "drawn.h"

enum reference_verdict {
	REFERENCE_ALLOW,
	REFERENCE_AUDIT,
	REFERENCE_DENY,
	REFERENCE_KILL,
};

/* A verdict and its one reason. */
struct opinion {
	enum reference_verdict verdict;
	bool closed;	/* the event could not be read: no rule says so */
	unsigned error; /* of deny and kill, the errno that the caller gets */
	unsigned place; /* of the reason among all, see POLICY.md, Decision 4 */
	const struct drawn_policy *policy; /* of allow and of closed: NULL */
	const struct drawn_rule *rule;	   /* NULL: the section's default */
	unsigned number;		   /* the rule's within its section */
};

/* Of two tiers one of audit rules each; of a policy in audit mode its verdict, and the
 * same of its audit rules; all once for each name or address of an event. */
#define OPINIONS_MAX (6 * (DRAWN_POLICIES + 1))

struct opinions {
	struct opinion decision;
	struct opinion reports[OPINIONS_MAX];
	size_t n_reports;
};

/** reference_judge() - What the policies say about an event. */
void reference_judge(const struct drawn_policies *policies,
		     const struct drawn_event *event, struct opinions *ret_opinions);

/* The parts of an event that rules are about, one form of it at a time: a file by one of
 * its names, an address that the one given stands for. */
struct call {
	const struct drawn_event *event;

	/* exec, file */
	const char *path; /* "": it has no name */
	enum {
		NAME,	  /* the one that it was found by */
		IDENTITY, /* what the file is, too */
		CALLED,	  /* the one that the caller of an exec gives */
	} by;
	bool name_counts; /* in the container's own mount namespace */
	bool is_script;	  /* that brought about the exec of an interpreter */

	/* network */
	bool is_ipv4;
	uint8_t address[16];
};

/** conditions_hold() - Do those hold that a rule has besides its object? */
bool conditions_hold(const struct drawn_rule *rule, const struct call *call);
/** conditions_are_same() - Have two rules the same ones? */
bool conditions_are_same(const struct drawn_rule *a, const struct drawn_rule *b);

/** path_is_any() - Does a path match one of some patterns (What a path means)? */
bool path_is_any(const char *path, const char (*patterns)[DRAWN_PATH_BYTES], size_t n);
/** path_is_base() - Is it of what a process cannot do without (Sections, file)? */
bool path_is_base(const char *path, bool writes);

/** socket_matches() - Does a rule of `sockets` hold for a socket that is created? */
bool socket_matches(const struct drawn_rule *rule, const struct drawn_event *event);
/** connect_matches() - Does a rule of `network` hold for a connect to one address? */
bool connect_matches(const struct drawn_rule *rule, const struct call *call);

/** unix_matches() - Does a rule of `network` hold for a unix socket? */
bool unix_matches(const struct drawn_rule *rule, const struct call *call);

#define CONNECT_ADDRESSES 2

/** connect_addresses() - The addresses that a connect is judged by. Return: how many. */
size_t connect_addresses(const struct drawn_event *event, struct call *ret_calls);
/** connect_is_readable() - Is the address long enough to be one of its family? */
bool connect_is_readable(const struct drawn_event *event);

#endif
