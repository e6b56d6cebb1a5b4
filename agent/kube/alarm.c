// SPDX-License-Identifier: Apache-2.0
#include "kube/alarm.h"

#include <errno.h>
#include <stdlib.h>

struct alarm {
	uv_timer_t timer; /* first: what is closed is freed by its address */
	unsigned pace;
	void (*ring)(void *data);
	void *data;
};

static void on_timer(uv_timer_t *timer)
{
	struct alarm *alarm = timer->data;

	alarm->ring(alarm->data);
}

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

int alarm_new(uv_loop_t *loop, unsigned pace, void (*ring)(void *data), void *data,
	      struct alarm **ret_alarm)
{
	struct alarm *alarm = calloc(1, sizeof(*alarm));

	if (!alarm)
		return -ENOMEM;
	uv_timer_init(loop, &alarm->timer);
	alarm->timer.data = alarm;
	alarm->pace = pace ? pace : 1;
	alarm->ring = ring;
	alarm->data = data;
	*ret_alarm = alarm;
	return 0;
}

void alarm_set(struct alarm *alarm, uint64_t milliseconds)
{
	uv_timer_start(&alarm->timer, on_timer, milliseconds / alarm->pace, 0);
}

void alarm_set_by(struct alarm *alarm, uint64_t milliseconds)
{
	if (!alarm_is_set(alarm) ||
	    uv_timer_get_due_in(&alarm->timer) > milliseconds / alarm->pace)
		alarm_set(alarm, milliseconds);
}

void alarm_stop(struct alarm *alarm)
{
	uv_timer_stop(&alarm->timer);
}

bool alarm_is_set(const struct alarm *alarm)
{
	return uv_is_active((const uv_handle_t *)&alarm->timer);
}

struct alarm *alarm_free(struct alarm *alarm)
{
	if (alarm)
		uv_close((uv_handle_t *)&alarm->timer, free_handle);
	return NULL;
}
