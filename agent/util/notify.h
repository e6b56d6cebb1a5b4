/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_UTIL_NOTIFY_H
#define LSMD_UTIL_NOTIFY_H

/**
 * notify_ready() - Tell the service manager that what is ordered after us may start.
 *
 * sd_notify(3)'s READY=1 to the socket that $NOTIFY_SOCKET names; nobody who asked for it
 * is no failure.
 *
 * Return: 0, negative errno.
 */
int notify_ready(void);

#endif
