/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_PAUSE_PAUSES_H
#define LSMD_PAUSE_PAUSES_H

/*
 * What turns every denial on this node into a report, and until when. There are three
 * sources, each its own switch: while any is on, all is paused. Shared by lsmd and by
 * `lsmctl pause --offline`, which does without it.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum pause_source {
	PAUSE_BY_HAND, /* lsmctl pause */
	PAUSE_BY_FILE, /* a file on the node is there */
	PAUSE_BY_NODE, /* the Node object has the annotation */
	PAUSE_SOURCES,
};

/* As /v1/status names them. */
extern const char *const pause_source_names[PAUSE_SOURCES];

/* Bytes of a reason; what is longer is cut. */
#define PAUSE_REASON_MAX 256

struct pause {
	bool on;
	uint64_t until; /* CLOCK_BOOTTIME in ns; 0: no end */
	char *reason;	/* printable; NULL: none was given */
};

struct pauses {
	struct pause sources[PAUSE_SOURCES];
};

void pauses_clear(struct pauses *pauses);

/**
 * pauses_set() - Switch a source on.
 * @reason: any bytes, copied and made printable; NULL or "": none
 * Return: 0, -ENOMEM: it is as it was.
 */
int pauses_set(struct pauses *pauses, enum pause_source source, uint64_t until,
	       const char *reason);

/** pauses_lift() - Switch a source off. */
void pauses_lift(struct pauses *pauses, enum pause_source source);

/** pauses_expire() - Switch off what has come to its end. Return: whether there was any.
 */
bool pauses_expire(struct pauses *pauses, uint64_t now);

/**
 * pauses_in_force() - What all sources come to, for the kernel.
 * @ret_until: CLOCK_BOOTTIME in ns at which the last of them ends; 0: none of them does,
 *             or nothing is paused
 * Return: a bit for each source that is on, 1 << enum pause_source; 0: not paused.
 */
uint32_t pauses_in_force(const struct pauses *pauses, uint64_t now, uint64_t *ret_until);

/**
 * pauses_json() - {"paused": bool, "remainingSeconds": n or null, "sources":
 * [{"source": "hand", "reason": "...", "remainingSeconds": n or null}]}; the sources that
 * are on. A new reference; NULL: no memory.
 */
json_t *pauses_json(const struct pauses *pauses, uint64_t now);

#endif
