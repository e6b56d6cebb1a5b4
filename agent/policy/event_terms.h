/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_EVENT_TERMS_H
#define LSMD_POLICY_EVENT_TERMS_H

/*
 * What people say of events besides what these are about:
 *
 *     from        PATH   the acting program's executable
 *     fromScript  PATH   the script that it runs
 *     script      PATH   exec: the script whose `#!` names the file
 *     called      PATH   exec: the name that the caller gives
 *     identity    PATH   exec, open, unix: a rule's path that is the same file
 *     with        WORDS  what is so of the file and the process, see event_words
 */

#include "policy/event.h"

/* A word of `with`: of which kinds of events it can be said. */
struct event_word {
	const char *name;
	uint32_t kinds; /* bits of enum eval_kind */
	size_t flag;	/* offset in struct eval_event */
};

#define EVENT_WORDS 6
extern const struct event_word event_words[EVENT_WORDS];

/* Starts as {0}. */
struct event_terms {
	char *texts[EVENT_TEXTS];
	uint32_t words; /* bit N: event_words[N] */
	bool said;	/* anything is */
};

/**
 * event_terms_add() - Read one.
 * @name:           "from", "with" and so on; any other is refused
 * @reterr_message: with -EINVAL "what is wrong; what would be right"; owned
 *
 * Words have commas between, and can be said in several calls. Of the others the last
 * holds.
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int event_terms_add(struct event_terms *terms, const char *name, const char *text,
		    char **reterr_message);

/**
 * event_terms_apply() - Say of each event what can be said of one of its kind.
 * @reterr_message: with -EINVAL, when something can be said of none of them
 * Return: 0, -EINVAL, -ENOMEM.
 */
int event_terms_apply(const struct event_terms *terms, struct event *events, size_t n,
		      char **reterr_message);
void event_terms_clear(struct event_terms *terms);

#endif
