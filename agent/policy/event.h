/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_EVENT_H
#define LSMD_POLICY_EVENT_H

/*
 * What a process may do, as people write it:
 *
 *     exec     PATH|-                          -: a file that has no name
 *     open     PATH[:r|w|rw]                  reading where nothing is said
 *     socket   FAMILY[,TYPE[,PROTOCOL]]       the type that the family is mostly used
 * with connect  ADDRESS:PORT[/PROTOCOL]        TCP; an IPv6 address in brackets
 *     unix     PATH|@NAME                      a unix socket, by its file or without one
 */

#include <stddef.h>

#include "policy/eval.h"

#define EVENT_KINDS (EVAL_UNIX + 1)

/* Texts besides, see policy/event_terms.h. */
enum event_text {
	EVENT_FROM,
	EVENT_FROM_SCRIPT,
	EVENT_SCRIPT,
	EVENT_CALLED,
	EVENT_IDENTITY,
	EVENT_TEXTS,
};

struct event {
	struct eval_event eval;	  /* borrows the others */
	char *path;		  /* NULL: not of a path */
	char *texts[EVENT_TEXTS]; /* NULL: not said */
};

/** event_kind_name() - "exec", "open", "socket", "connect" or "unix". */
const char *event_kind_name(enum eval_kind kind);

/**
 * event_parse() - Read an event.
 * @ret_event:      set on success only; owned, see event_clear()
 * @reterr_message: with -EINVAL "what is wrong; what would be right"; owned
 *
 * A path is taken as the walk of the dentries gives it: absolute, no ".", "..", "//" and
 * "/" at the end. What cannot be one is refused and never tidied up.
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int event_parse(enum eval_kind kind, const char *text, struct event *ret_event,
		char **reterr_message);

/** event_check_path() - Can a file be called so? Return: 0, -EINVAL. */
int event_check_path(const char *path, char **reterr_message);

/**
 * event_text() - "exec /bin/sh": its kind, what event_parse() reads, and in brackets what
 * is said besides; safe to be shown. Return: owned; NULL: no memory.
 */
char *event_text(const struct eval_event *event);

/** event_copy() - Copy an event with what it borrows. Return: 0, -ENOMEM. */
int event_copy(const struct eval_event *event, struct event *ret_event);
void event_clear(struct event *event);

#endif
