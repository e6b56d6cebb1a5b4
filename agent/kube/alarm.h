/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_ALARM_H
#define LSMD_KUBE_ALARM_H

/* A timer of the loop that rings once, and that can be freed at any time. */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct alarm;

/**
 * alarm_new() - One that is not set.
 * @pace: divides every time, so that tests need not wait; 0: 1
 * Return: 0, -ENOMEM.
 */
int alarm_new(uv_loop_t *loop, unsigned pace, void (*ring)(void *data), void *data,
	      struct alarm **ret_alarm);

/** alarm_set() - Ring so many milliseconds from now, and not when it was to ring before.
 */
void alarm_set(struct alarm *alarm, uint64_t milliseconds);

/** alarm_set_by() - alarm_set(), unless it rings sooner already. */
void alarm_set_by(struct alarm *alarm, uint64_t milliseconds);

void alarm_stop(struct alarm *alarm);
bool alarm_is_set(const struct alarm *alarm);

/** alarm_free() - The loop must run once more; takes NULL. Return: NULL. */
struct alarm *alarm_free(struct alarm *alarm);

#endif
