/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_DENIAL_H
#define LSMD_REPORT_DENIAL_H

/* One reported verdict other than allow, with everything that is known of it. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lsm/abi.h"
#include "policy/image.h"

/* Who: the subject at the time of the denial. Strings are copied; NULL is as "". */
struct denial_subject {
	const char *node;
	const char *name_space; /* "" where the subject is no pod */
	const char *pod;
	const char *pod_uid;
	const char *container;	  /* "" not known */
	const char *container_id; /* "" not known */
	const char *cgroup;	  /* path */
};

/* Immutable once made; shared by reference count. */
struct denial;

/**
 * denial_new() - Make a denial of a kernel event.
 * @event:   checked against @size; lengths in it are not believed. Need not be aligned
 * @size:    bytes that may be read; more than the event has is no error (a perf buffer
 * pads)
 * @image:   NULL when it is not known any more: policy and rule stay empty. No reference
 * is kept: an image may be megabytes, and denials are remembered for long
 * @subject: copied
 * @sequence: number of the denial in this life of the agent, from 1
 *
 * Return: 0, -EBADMSG for a malformed event, -ENOMEM.
 */
int denial_new(const struct denial_event *event, size_t size, const struct image *image,
	       const struct denial_subject *subject, uint64_t sequence,
	       struct denial **ret_denial);
struct denial *denial_ref(struct denial *denial);
/** denial_unref() - Drop a reference, free with the last; takes NULL. Return: NULL. */
struct denial *denial_unref(struct denial *denial);
uint64_t denial_sequence(const struct denial *denial);

/* What a reader of denials asks for; NULL or 0: any. */
struct denial_filter {
	const char *name_space, *pod, *container, *policy, *verdict, *hook;
	uint64_t since_sequence; /* only later ones */
};
bool denial_matches(const struct denial *denial, const struct denial_filter *filter);

/**
 * denial_json() - The denial as the API gives it; a new reference, NULL: no memory.
 *
 * {"sequence", "time" (RFC 3339, ns), "node", "verdict", "would", "hook", "errno"
 * ("EPERM", "" for a report), "policy": {"kind","namespace","name"}, "section", "rule",
 * "severity", "message", "tags", "pod": {"namespace","name","uid"}, "container":
 * {"name","id"}, "cgroup", "process":
 * {"pid","tid","ppid","uid","gid","executable","command"}, "object":
 * {"type":"file","path","access":["read","write"|"exec"],"device","inode"} |
 *            {"type":"socket","family","socketType","protocol"} (names, numbers where
 * unnamed) |
 *            {"type":"address","family","address","port","protocol"} |
 *            {"type":"unix","path","device","inode"},
 *  "flags": ["entering","paused","closed","truncated","executable-truncated","no-name"]}
 *
 * Every key is always there; what is not known is "", 0 or []. "device" is "major:minor"
 * and "inode" a decimal number, both text: overlayfs uses all 64 bits, which no JSON
 * number holds.
 *
 * Bytes that are not UTF-8, control characters and those that turn the direction of text
 * come as "\xNN", a backslash as "\\" (before JSON's own escaping): nothing is lost,
 * nothing is ambiguous, and no reader is deceived. A path that lost names on the root
 * side begins with
 * ".../", one of a file without a name in any mount namespace with no slash; a slash
 * within a name (memfd_create() allows it) is "\x2f". The path of a unix socket is that
 * of its file as whoever bound it names it, or "@" and an abstract name.
 */
json_t *denial_json(const struct denial *denial);

#endif
