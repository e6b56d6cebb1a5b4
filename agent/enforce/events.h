/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_EVENTS_H
#define LSMD_ENFORCE_EVENTS_H

/* The ring buffer: records are checked before anything in them is believed. */

#include <stdint.h>

#include "enforce/enforcer.h"
#include "enforce/images.h"

struct events;

/** events_new() - @fd: of the map "events"; @images: to name rules by. Both borrowed. */
int events_new(int fd, const struct images *images, struct events **ret_events);
struct events *events_free(struct events *events);

/** events_fd() - Readable when records wait. */
int events_fd(const struct events *events);

/**
 * events_ignore() - Hand nothing over from this cgroup on.
 * @cgroup_id: 0 for none
 */
void events_ignore(struct events *events, uint64_t cgroup_id);

/**
 * events_consume() - Hand over every waiting record.
 * Return: how many; -EBADMSG for a record that is not one of ours (it is passed over, and
 * calling again goes on behind it); another negative errno.
 */
int events_consume(struct events *events, const struct enforcer_events *handlers);

/** events_written(), events_read() - How far the ring was written, and read; bytes, ever.
 */
uint64_t events_written(const struct events *events);
uint64_t events_read(const struct events *events);

/**
 * denial_event_is_valid() - Does a record of @size bytes hold what it says?
 * Lengths are within, paths end with NUL, enumerations are in range.
 */
bool denial_event_is_valid(const struct denial_event *event, size_t size);

#endif
