/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_STATUS_WRITER_H
#define LSMD_KUBE_STATUS_WRITER_H

/* What the one that holds the lease does: follow every LsmNode, and write the status of
 * each policy where it changed. */

#include <uv.h>

#include "kube/api.h"
#include "kube/node_report.h"

struct status_writer;

struct status_writer_options {
	unsigned pace; /* divides every time; 0: 1 */
	/* Asked before each request: are we still the one? */
	bool (*may_write)(void *data);
	/* Of so many nodes it is known now. */
	void (*nodes)(void *data, size_t nodes);
	void *data;
};

struct status_writer_counts {
	uint64_t reads, writes, failures;
	char problem[400]; /* of the last request, when it went wrong; "" */
};

/** status_writer_new() - Begin to follow. Return: 0, -ENOMEM. */
int status_writer_new(uv_loop_t *loop, struct kube_api *api,
		      const struct status_writer_options *options,
		      struct status_writer **ret_writer);

/**
 * status_writer_policies() - Which policies there are: those that this report names.
 * Return: 0, -ENOMEM.
 */
int status_writer_policies(struct status_writer *writer, const struct node_report *own);

const struct status_writer_counts *
status_writer_counts(const struct status_writer *writer);

/** status_writer_free() - The loop must run once more. Return: NULL. */
struct status_writer *status_writer_free(struct status_writer *writer);

#endif
