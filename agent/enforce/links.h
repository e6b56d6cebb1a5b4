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
	int fd;		 /* of the link; -1: not attached */
	uint32_t program_id;
	uint32_t verified_instructions;
	/* Of a program that is attached on demand; see demand_of(). */
	uint32_t demand;
	int program_fd; /* -1: of one that is always attached */
	int error;	/* negative errno of the last try to attach it */
};

struct links {
	struct attachment *items;
	size_t n;
};

/**
 * links_open() - Open the pinned links of all programs that are to be attached.
 *
 * Programs on demand must be pinned themselves, and are attached if their link is.
 *
 * Return: 0, -ENOENT when one is missing, another negative errno.
 */
int links_open(const struct pins *pins, const struct skeleton *skeleton,
	       struct links *ret_links);
void links_close(struct links *links);

/**
 * links_attach() - Attach all programs and pin the links as PIN_NEW, beside what is
 * attached. Of those on demand the ones whose link is pinned as PIN_LINKS already.
 * @ret_name: of the program that could not be, on failure; borrowed from @skeleton
 */
int links_attach(const struct pins *pins, const struct skeleton *skeleton,
		 const char **ret_name);

/**
 * links_attach_unpinned() - Attach all programs, those on demand too, for as long as the
 * links are open.
 * @ret_name:  as of links_attach()
 * @ret_links: set on success only
 */
int links_attach_unpinned(const struct skeleton *skeleton, const char **ret_name,
			  struct links *ret_links);

/** links_drop_others() - Detach every program that the skeleton has not. */
int links_drop_others(const struct pins *pins, const struct skeleton *skeleton);

/**
 * links_need() - Attach the programs that images with these sections demand.
 * @sections:   IMAGE_HAS_* bits
 * @ret_failed: on failure, the one that could not be; borrowed
 *
 * Costs nothing when all of them are attached. What was attached stays so on failure.
 *
 * Return: 0, negative errno.
 */
int links_need(struct links *links, const struct pins *pins, uint32_t sections,
	       const struct attachment **ret_failed);

/** links_release() - Detach the programs on demand that no image with these sections
 * demands. Return: 0, negative errno. */
int links_release(struct links *links, const struct pins *pins, uint32_t sections);

#endif
