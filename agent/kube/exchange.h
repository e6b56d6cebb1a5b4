/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_EXCHANGE_H
#define LSMD_KUBE_EXCHANGE_H

/* One request with a JSON body, or none, and its answer as a whole. */

#include <jansson.h>
#include <stdbool.h>

#include "kube/api.h"
#include "kube/lines.h"

#define CONTENT_JSON  "application/json"
#define CONTENT_MERGE "application/merge-patch+json" /* RFC 7386 */
#define CONTENT_APPLY "application/apply-patch+yaml" /* server-side apply */

/* How it ended. */
struct exchange_answer {
	unsigned status;      /* of HTTP; 0: none came whole */
	unsigned retry_after; /* seconds; 0: not said */
	const json_t *body;   /* NULL: it is not JSON */
	char problem[400];    /* one line for people; "": status is 2xx */
};

/* Starts as {0}; one at a time. */
struct exchange {
	struct kube_api *api;
	struct kube_call *call; /* NULL: none goes on */
	struct lines body;
	char what[200]; /* method and path, for messages */
	void (*on_answer)(void *data, const struct exchange_answer *answer);
	void *data;
};

/**
 * exchange_start() - Ask.
 * @body: borrowed for the call; NULL: none
 * @on_answer: once, not before this returns, unless it is cancelled; may start the next
 *
 * Return: 0, -ENOMEM, -EBUSY while one goes on.
 */
int exchange_start(struct exchange *exchange, const char *method, const char *path,
		   const char *content_type, const json_t *body);

/** exchange_cancel() - Ask no more; on_answer is not called. */
void exchange_cancel(struct exchange *exchange);

/** exchange_succeeded() - Did the server do what it was asked? */
static inline bool exchange_succeeded(const struct exchange_answer *answer)
{
	return answer->status >= 200 && answer->status < 300;
}

/** exchange_is_hopeless() - Is it what waiting does not mend: no right to, no such kind
 * or object, or one that is refused? */
static inline bool exchange_is_hopeless(const struct exchange_answer *answer)
{
	return answer->status >= 400 && answer->status < 500 && answer->status != 401 &&
	       answer->status != 409 && answer->status != 429;
}

/** metadata_text() - A text of an object's metadata. Return: borrowed; NULL: none. */
const char *metadata_text(const json_t *object, const char *key);

#endif
