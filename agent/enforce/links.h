/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_LINKS_H
#define LSMD_ENFORCE_LINKS_H

/* The programs' attachments. While the agent lives it holds them open besides their pins.
 */

#include <stddef.h>
#include <stdint.h>

#include "enforce/pins.h"
#include "enforce/skeleton.h"

struct attachment {
	char *name;	 /* of the program, and of the pin */
	char *attach_to; /* its section behind the type: "file_open" */
	int fd;
	uint32_t program_id;
	uint32_t verified_instructions;
};

struct links {
	struct attachment *items;
	size_t n;
};

/**
 * links_open() - Open the pinned links of all programs that are to be attached.
 * Return: 0, -ENOENT when one is missing, another negative errno.
 */
int links_open(const struct pins *pins, const struct skeleton *skeleton,
	       struct links *ret_links);
void links_close(struct links *links);

/**
 * links_attach() - Attach all programs and pin the links as PIN_NEW, beside what is
 * attached.
 * @ret_name: of the program that could not be, on failure; borrowed from @skeleton
 */
int links_attach(const struct pins *pins, const struct skeleton *skeleton,
		 const char **ret_name);

/**
 * links_attach_unpinned() - Attach all programs, for as long as the links are open.
 * @ret_name:  as of links_attach()
 * @ret_links: set on success only
 */
int links_attach_unpinned(const struct skeleton *skeleton, const char **ret_name,
			  struct links *ret_links);

/** links_drop_others() - Detach every program that the skeleton has not. */
int links_drop_others(const struct pins *pins, const struct skeleton *skeleton);

#endif
