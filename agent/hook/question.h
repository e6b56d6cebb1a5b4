/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_HOOK_QUESTION_H
#define LSMD_HOOK_QUESTION_H

/* Asking lsmd over its unix socket, with nothing but the C library: the hook is to run on
 * any node, whatever that has installed. */

#include <stdint.h>

/**
 * question_ask() - GET /v1/containers/ID.
 * @socket_path:  of lsmd
 * @container_id: letters, digits, "-", "_" and "."
 * @deadline:     CLOCK_BOOTTIME, ns: no answer is waited for beyond
 * Return: the answer's status, as 200; -EINVAL for such an id or path; -ETIMEDOUT;
 * -EBADMSG when it is no HTTP; negative errno of socket, connect, write and read.
 */
int question_ask(const char *socket_path, const char *container_id, uint64_t deadline);

#endif
