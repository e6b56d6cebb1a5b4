/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_SESSION_H
#define LSMD_DRYRUN_SESSION_H

/*
 * The kernel side of a dry run: programs and maps of its own, which go with the process,
 * one subject, and an image of which nothing is denied.
 */

#include <stdbool.h>
#include <stdint.h>

#include "dryrun/scratch.h"
#include "dryrun/tally.h"
#include "policy/image.h"
#include "policy/model.h"

struct session;

/* What the counters say, which are exact whatever became of the records. */
struct session_counts {
	uint64_t *rules; /* by number of the image */
	uint64_t unread; /* would have been denied since the object could not be read */
	uint64_t unrecorded;
};

/**
 * session_new() - Load, and put the cgroup under the image.
 * @image: of a dry run (image_options.dry); a reference is taken. NULL: no rules
 * @policies: that it is compiled from
 * @reterr_detail: on failure, one line; owned
 *
 * The programs are LSM programs where those are known to be called, else ones that trace
 * the calls of the hooks: what is to be judged is the same.
 *
 * Return: 0, ENFORCER_E_*, negative errno.
 */
int session_new(struct image *image, const struct policy_list *policies,
		const struct scratch *scratch, struct session **ret_session,
		char **reterr_detail);
struct session *session_free(struct session *session);

/** session_fd() - Readable when records wait. */
int session_fd(const struct session *session);

/** session_consume() - Count every record that waits. Return: 0, negative errno. */
int session_consume(struct session *session, struct tally *tally);

/** session_counts() - At the end. @ret_counts: its array is owned. Return: 0, -ENOMEM. */
int session_counts(struct session *session, struct session_counts *ret_counts);

/** session_has_seen() - Was an exec in the cgroup judged? If not, no hook was called. */
bool session_has_seen(const struct session *session);

/** session_is_tracing() - See session_new(). */
bool session_is_tracing(const struct session *session);

static inline void session_freep(struct session **session)
{
	session_free(*session);
}

#endif
