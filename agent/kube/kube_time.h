/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_KUBE_TIME_H
#define LSMD_KUBE_KUBE_TIME_H

/*
 * Times as the API writes them, RFC 3339 in UTC. A Time has whole seconds, a MicroTime
 * exactly six digits after them: with any other number the server refuses the object.
 */

#include <stdint.h>

#define KUBE_TIME_TEXT 32

/** kube_time() - @wall: ns since the epoch. "2026-01-31T09:10:11Z" */
void kube_time(uint64_t wall, char text[KUBE_TIME_TEXT]);

/** kube_time_micro() - "2026-01-31T09:10:11.123456Z" */
void kube_time_micro(uint64_t wall, char text[KUBE_TIME_TEXT]);

/**
 * kube_time_read() - Either of them, in UTC.
 * @text: NULL is no time
 * Return: 0, -EINVAL.
 */
int kube_time_read(const char *text, uint64_t *ret_wall);

#endif
