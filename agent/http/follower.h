/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HTTP_FOLLOWER_H
#define LSMD_HTTP_FOLLOWER_H

/*
 * A connection that follows denials: one JSON object a line, for as long as the client
 * reads. A follower is a place in the agent's history. One that reads slower than denials
 * come loses the oldest with the history itself, and gets a line {"dropped": n} in their
 * place; n counts every denial that went by, whether its filter would have let it through
 * or not.
 */

#include <stdint.h>
#include <sys/queue.h>

#include "report/denial.h"

struct request;
struct follower;

/* Followers at a time; one more is 503. Some places are kept for the control socket. */
#define FOLLOWERS_MAX	  32U
#define FOLLOWERS_TCP_MAX 24U

/* All of an agent. Starts as {0}. */
struct followers {
	LIST_HEAD(, follower) list;
	unsigned n;
	unsigned n_tcp;
};

/**
 * follower_start() - Answer a request with a stream of denials.
 * @filter: copied
 * @after:  sequence of the denial after which the stream starts
 * Return: an enum MHD_Result.
 */
int follower_start(struct request *request, const struct denial_filter *filter,
		   uint64_t after);

/** followers_wake() - Go on with those that wait and for whom there is something new. */
void followers_wake(struct followers *followers);

/** followers_end() - End all streams. Their listeners must be freed next. */
void followers_end(struct followers *followers);

#endif
