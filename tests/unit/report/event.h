/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_REPORT_EVENT_H
#define LSMD_TESTS_REPORT_EVENT_H

/* Records as the kernel side writes them. */

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/denial.h"

#define EVENT_ROOM 4096

struct event_buffer {
	union {
		struct denial_event event;
		char bytes[sizeof(struct denial_event) + EVENT_ROOM];
	};
};

static const struct denial_subject event_subject = {
	.node = "node-1",
	.name_space = "shop",
	.pod = "web-0",
	.pod_uid = "7a875b5c-4d3c-4345-ac0f-5c847d8d7129",
	.container = "web",
	.container_id = "0e768f8db752fcd6",
	.cgroup = "kubepods/pod7a875b5c/0e768f8db752fcd6",
};

static inline void event_init(struct event_buffer *buffer, enum hook hook)
{
	memset(buffer, 0, sizeof(*buffer));
	buffer->event.type = EVENT_DENIAL;
	buffer->event.verdict = VERDICT_DENY;
	buffer->event.would = VERDICT_DENY;
	buffer->event.hook = (uint8_t)hook;
	buffer->event.error = EACCES;
	strcpy(buffer->event.comm, "sh");
}

/* @names as the compiler ends them: with one NUL less than the record has. */
static inline void event_names(struct event_buffer *buffer, const char *object,
			       size_t object_size, const char *exe, size_t exe_size)
{
	buffer->event.object_length = (uint16_t)object_size;
	buffer->event.exe_length = (uint16_t)exe_size;
	buffer->event.size = (uint32_t)(object_size + exe_size);
	memcpy(buffer->event.names, object, object_size);
	memcpy(buffer->event.names + object_size, exe, exe_size);
}

#define EVENT_NAMES(buffer, object, exe)                                                 \
	event_names(buffer, object, sizeof(object) - 1, exe, sizeof(exe) - 1)

static inline int event_denial(const struct event_buffer *buffer,
			       const struct image *image, uint64_t sequence,
			       struct denial **ret_denial)
{
	/* In memory of its very size, so that a read too far is seen. */
	size_t size = sizeof(buffer->event) + buffer->event.size;
	struct denial_event *exact = malloc(size);
	int r;

	cr_assert(exact != NULL);
	memcpy(exact, buffer, size);
	r = denial_new(exact, size, image, &event_subject, sequence, ret_denial);
	free(exact);
	return r;
}

#endif
