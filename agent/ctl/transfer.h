/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_TRANSFER_H
#define LSMD_CTL_TRANSFER_H

/* One transfer of libcurl to lsmd, and what its failure means. */

#include <curl/curl.h>
#include <jansson.h>
#include <stddef.h>

#include "ctl/options.h"

/* Bytes of a reply, and of a line of a stream; lsmd never sends as much. */
#define REPLY_MAX (64U << 20)
/* Seconds within which a reply is complete. */
#define REPLY_TIMEOUT 60L

struct buffer {
	char *bytes; /* ended by a NUL that @length does not count */
	size_t length;
};

/** buffer_add() - Append; more than REPLY_MAX is refused. Return: 0, -ENOMEM, -EMSGSIZE.
 */
int buffer_add(struct buffer *buffer, const char *bytes, size_t length);
void buffer_clear(struct buffer *buffer);

/** transfer_new() - A handle set up for lsmd's socket; NULL: no memory, and that is said.
 */
CURL *transfer_new(const struct options *options, const char *path);
void transfer_freep(CURL **transfer);

/** transfer_explain() - Say why a transfer failed. Return: an enum exit_code. */
int transfer_explain(const struct options *options, CURL *transfer, CURLcode code);

/** reply_explain() - Say what lsmd said to a request. Return: an enum exit_code. */
int reply_explain(CURL *transfer, const json_t *reply);

#endif
