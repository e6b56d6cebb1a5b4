/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_PRIVILEGES_H
#define LSMD_PRIVILEGES_H

/* What of root's power the agent keeps. */

#include <stdbool.h>

/**
 * privileges_drop() - Give up every capability but those that lsmd needs, and those that
 * an execution could bring.
 * @low_port: it is to listen on TCP, perhaps on a port below 1024
 *
 * For the process as long as it has one thread. What it does not have is not missed here
 * but where it is needed. The bounding set takes CAP_SETPCAP, without which it stays.
 *
 * Return: 0, negative errno.
 */
int privileges_drop(bool low_port);

#endif
