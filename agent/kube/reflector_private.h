/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_REFLECTOR_PRIVATE_H
#define LSMD_KUBE_REFLECTOR_PRIVATE_H

/* For the files reflector*.c alone. */

#include "kube/alarm.h"
#include "kube/backoff.h"
#include "kube/lines.h"
#include "kube/reflector.h"

struct reflector {
	uv_loop_t *loop;
	struct kube_api *api;
	struct kube_call *call;
	struct alarm *wait;
	struct reflector_handler handler;
	struct reflector_counts counts;
	struct backoff backoff;
	char *path;
	char *version;	/* resourceVersion to go on from; NULL: list */
	char *fallback; /* version that a list may be served from; NULL: the newest */
	char *next;	/* token of the next page; NULL: the first */
	struct lines body;
	char *refusal;	/* what an ERROR event said */
	uint64_t began; /* the watch at hand, by uv_now() */
	unsigned silence_ms;
	bool heard; /* an event of the watch at hand */
	bool expired;
	bool synced;
	bool absent;
	bool troubled; /* a problem was told */
};

/* A state that asks. */
struct reflector_state {
	/* With its query; owned by who calls. NULL: no memory. */
	char *(*path)(struct reflector *reflector);
	/* As a kube_request has them, with the reflector as data. */
	int (*on_body)(void *data, unsigned status, const char *bytes, size_t length);
	void (*on_end)(void *data, const struct kube_result *result);
};

extern const struct reflector_state reflector_listing;
extern const struct reflector_state reflector_watching;

/** reflector_set_text() - Replace a text by a copy. Return: 0, -ENOMEM. */
int reflector_set_text(char **place, const char *text);

/** reflector_ask() - List or watch, whichever is next. */
void reflector_ask(struct reflector *reflector);

/** reflector_go_well() - Something went well. */
void reflector_go_well(struct reflector *reflector);

/**
 * reflector_go_wrong() - Try again in a while.
 * @problem:     taken over; NULL: no memory to say it
 * @retry_after: seconds that the server asks for
 */
void reflector_go_wrong(struct reflector *reflector, char *problem, unsigned retry_after);

/** reflector_go_wrong_by() - The same, for how a call ended. */
void reflector_go_wrong_by(struct reflector *reflector, const struct kube_result *result);

/** reflector_take_status() - What the server says of its own refusal. */
void reflector_take_status(struct reflector *reflector, const json_t *status);

/** reflector_take_refusal() - The same, where it is the body of the answer. */
void reflector_take_refusal(struct reflector *reflector);

/** reflector_expire() - The version is gone from the server's memory: what is there now
 * has to be listed. */
void reflector_expire(struct reflector *reflector);

#endif
