// SPDX-License-Identifier: Apache-2.0
#include "enforce/events.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "util/cleanup.h"

struct events {
	struct ring_buffer *ring;
	const struct images *images;
	const struct enforcer_events *handlers; /* while consuming */
	uint64_t ignored;
	/* The ring's first two pages each begin with a position (kernel/bpf/ringbuf.c).
	 */
	unsigned long *read;
	unsigned long *written;
};

static void events_freep(struct events **events)
{
	events_free(*events);
}

static bool ends_with_nul(const char *names, size_t length)
{
	return length == 0 || names[length - 1] == '\0';
}

bool denial_event_is_valid(const struct denial_event *event, size_t size)
{
	size_t names = (size_t)event->object_length + event->exe_length;

	return event->size <= size - sizeof(*event) && names <= event->size &&
	       ends_with_nul(event->names, event->object_length) &&
	       ends_with_nul(event->names + event->object_length, event->exe_length) &&
	       event->verdict <= VERDICT_KILL && event->would <= VERDICT_KILL &&
	       event->hook < HOOK_COUNT &&
	       memchr(event->comm, '\0', sizeof(event->comm)) != NULL;
}

static int denial(const struct events *events, const struct denial_event *event,
		  size_t size)
{
	const struct published *published;

	if (size < sizeof(*event) || !denial_event_is_valid(event, size))
		return -EBADMSG;
	if (event->cgroup == events->ignored && events->ignored)
		return 0;
	published = images_find(events->images, event->image);
	events->handlers->denial(event, published ? published->image : NULL,
				 events->handlers->data);
	return 0;
}

static int cgroup(const struct events *events, const struct cgroup_event *event,
		  size_t size)
{
	if (size < sizeof(*event))
		return -EBADMSG;
	if (event->id == events->ignored && events->ignored)
		return 0;
	events->handlers->cgroup(event, events->handlers->data);
	return 0;
}

static int record(void *data, void *record, size_t size)
{
	const struct events *events = data;
	uint32_t type;

	if (size < sizeof(type))
		return -EBADMSG;
	memcpy(&type, record, sizeof(type));
	switch (type) {
	case EVENT_DENIAL:
		return denial(events, record, size);
	case EVENT_CGROUP_MADE:
	case EVENT_CGROUP_REMOVED:
		return cgroup(events, record, size);
	default:
		return -EBADMSG;
	}
}

static int map_position(int fd, long page, unsigned long **ret_position)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, page * (long)size);

	if (memory == MAP_FAILED)
		return -errno;
	*ret_position = memory;
	return 0;
}

int events_new(int fd, const struct images *images, struct events **ret_events)
{
	_cleanup_(events_freep) struct events *events = calloc(1, sizeof(*events));
	int r;

	if (!events)
		return -ENOMEM;
	events->images = images;
	events->ring = ring_buffer__new(fd, record, events, NULL);
	if (!events->ring)
		return -errno;
	r = map_position(fd, 0, &events->read);
	if (r < 0)
		return r;
	r = map_position(fd, 1, &events->written);
	if (r < 0)
		return r;
	*ret_events = TAKE_PTR(events);
	return 0;
}

struct events *events_free(struct events *events)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!events)
		return NULL;
	ring_buffer__free(events->ring);
	if (events->read)
		munmap(events->read, page);
	if (events->written)
		munmap(events->written, page);
	free(events);
	return NULL;
}

int events_fd(const struct events *events)
{
	return ring_buffer__epoll_fd(events->ring);
}

void events_ignore(struct events *events, uint64_t cgroup_id)
{
	events->ignored = cgroup_id;
}

int events_consume(struct events *events, const struct enforcer_events *handlers)
{
	int n;

	events->handlers = handlers;
	n = ring_buffer__consume(events->ring);
	events->handlers = NULL;
	return n;
}

uint64_t events_written(const struct events *events)
{
	return __atomic_load_n(events->written, __ATOMIC_ACQUIRE);
}

uint64_t events_read(const struct events *events)
{
	return __atomic_load_n(events->read, __ATOMIC_ACQUIRE);
}
