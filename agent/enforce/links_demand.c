// SPDX-License-Identifier: Apache-2.0

/* The part of links.h that attaches on demand. */

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "enforce/links.h"
#include "util/cleanup.h"

/* Pinned before anyone relies on it, so that it outlives the agent. */
static int attach(struct attachment *attachment, const struct pins *pins)
{
	_cleanup_(closep) int fd =
		bpf_link_create(attachment->program_fd, 0, BPF_LSM_MAC, NULL);
	int r;

	if (fd < 0)
		return fd;
	r = pins_put(pins, PIN_LINKS, attachment->name, fd);
	if (r < 0)
		return r;
	attachment->fd = TAKE_FD(fd);
	return 0;
}

int links_need(struct links *links, const struct pins *pins, uint32_t sections,
	       const struct attachment **ret_failed)
{
	for (size_t i = 0; i < links->n; i++) {
		struct attachment *attachment = &links->items[i];

		if (!(attachment->demand & sections) || attachment->fd >= 0)
			continue;
		attachment->error = attach(attachment, pins);
		if (attachment->error < 0) {
			*ret_failed = attachment;
			return attachment->error;
		}
	}
	return 0;
}

static bool is_other(const char *name, void *data)
{
	return strcmp(name, data) != 0;
}

int links_release(struct links *links, const struct pins *pins, uint32_t sections)
{
	for (size_t i = 0; i < links->n; i++) {
		struct attachment *attachment = &links->items[i];
		int r;

		if (!attachment->demand || attachment->demand & sections ||
		    attachment->fd < 0)
			continue;
		r = pins_keep(pins, PIN_LINKS, is_other, attachment->name);
		if (r < 0)
			return r;
		close(attachment->fd);
		attachment->fd = -1;
	}
	return 0;
}
