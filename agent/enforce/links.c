// SPDX-License-Identifier: Apache-2.0
#include "enforce/links.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/demand.h"
#include "util/cleanup.h"

static void attachment_clear(struct attachment *attachment)
{
	free(attachment->name);
	free(attachment->attach_to);
	closep(&attachment->fd);
	closep(&attachment->program_fd);
}

void links_close(struct links *links)
{
	for (size_t i = 0; i < links->n; i++)
		attachment_clear(&links->items[i]);
	free(links->items);
	*links = (struct links){0};
}

static const struct bpf_program *next_attached(const struct skeleton *skeleton,
					       const struct bpf_program *program)
{
	do {
		program = skeleton_next_program(skeleton, program);
	} while (program && skeleton_is_callable(program));
	return program;
}

/* The program that is attached, which only its id leads to. */
static int open_attached(const struct attachment *attachment, int *ret_fd)
{
	struct bpf_link_info link = {0};
	uint32_t length = sizeof(link);
	int fd;

	if (bpf_obj_get_info_by_fd(attachment->fd, &link, &length) < 0)
		return -errno;
	fd = bpf_prog_get_fd_by_id(link.prog_id);
	if (fd < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

static int read_program(struct attachment *attachment)
{
	struct bpf_prog_info program = {0};
	uint32_t length = sizeof(program);
	_cleanup_(closep) int fd = -1;
	int r = attachment->fd >= 0 ? open_attached(attachment, &fd) : 0;

	if (r < 0)
		return r;
	if (bpf_obj_get_info_by_fd(fd >= 0 ? fd : attachment->program_fd, &program,
				   &length) < 0)
		return -errno;
	attachment->program_id = program.id;
	attachment->verified_instructions = program.verified_insns;
	return 0;
}

/* Where the link of a program comes from. */
typedef int (*link_source)(const struct pins *pins, const struct bpf_program *program,
			   struct attachment *attachment);

/* On demand it is the program that is there, and perhaps its link. */
static int take_pinned(const struct pins *pins, const struct bpf_program *program,
		       struct attachment *attachment)
{
	const char *name = bpf_program__name(program);
	int r = 0;

	attachment->demand = demand_of(name);
	if (attachment->demand)
		r = pins_get(pins, PIN_PROGRAMS, name, &attachment->program_fd);
	if (r == 0)
		r = pins_get(pins, PIN_LINKS, name, &attachment->fd);
	return r == -ENOENT && attachment->program_fd >= 0 ? 0 : r;
}

/* libbpf closes its own descriptor. */
static int take_new(const struct pins *pins, const struct bpf_program *program,
		    struct attachment *attachment)
{
	struct bpf_link *link = bpf_program__attach(program);
	int fd;

	(void)pins;
	if (!link)
		return -errno;
	fd = fcntl(bpf_link__fd(link), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		fd = -errno;
	bpf_link__destroy(link);
	if (fd < 0)
		return fd;
	attachment->fd = fd;
	return 0;
}

static int open_one(const struct pins *pins, link_source take,
		    const struct bpf_program *program, struct attachment *attachment)
{
	const char *section = bpf_program__section_name(program);
	int r;

	attachment->name = strdup(bpf_program__name(program));
	attachment->attach_to = strdup(strchr(section, '/') + 1);
	if (!attachment->name || !attachment->attach_to)
		return -ENOMEM;
	r = take(pins, program, attachment);
	return r < 0 ? r : read_program(attachment);
}

static int open_all(const struct pins *pins, link_source take,
		    const struct skeleton *skeleton, const char **ret_name,
		    struct links *ret_links)
{
	_cleanup_(links_close) struct links links = {0};
	const struct bpf_program *program = NULL;

	while ((program = next_attached(skeleton, program))) {
		struct attachment *items =
			reallocarray(links.items, links.n + 1, sizeof(*items));
		int r;

		*ret_name = bpf_program__name(program);
		if (!items)
			return -ENOMEM;
		links.items = items;
		items[links.n] = (struct attachment){.fd = -1, .program_fd = -1};
		r = open_one(pins, take, program, &items[links.n++]);
		if (r < 0)
			return r;
	}
	*ret_links = links;
	links = (struct links){0};
	return 0;
}

int links_open(const struct pins *pins, const struct skeleton *skeleton,
	       struct links *ret_links)
{
	const char *name = NULL;

	return open_all(pins, take_pinned, skeleton, &name, ret_links);
}

int links_attach_unpinned(const struct skeleton *skeleton, const char **ret_name,
			  struct links *ret_links)
{
	return open_all(NULL, take_new, skeleton, ret_name, ret_links);
}

/* The pin keeps the link when libbpf closes its own descriptor. */
static int attach_one(const struct pins *pins, const struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach(program);
	int r;

	if (!link)
		return -errno;
	r = pins_put(pins, PIN_NEW, bpf_program__name(program), bpf_link__fd(link));
	bpf_link__destroy(link);
	return r;
}

int links_attach(const struct pins *pins, const struct skeleton *skeleton,
		 const char **ret_name)
{
	const struct bpf_program *program = NULL;

	while ((program = next_attached(skeleton, program))) {
		const char *name = bpf_program__name(program);
		int r;

		if (demand_of(name) && !pins_has(pins, PIN_LINKS, name))
			continue;
		r = attach_one(pins, program);
		if (r < 0) {
			*ret_name = name;
			return r;
		}
	}
	return 0;
}

static bool is_ours(const char *name, void *data)
{
	const struct skeleton *skeleton = data;
	const struct bpf_program *program = NULL;

	while ((program = next_attached(skeleton, program)))
		if (!strcmp(bpf_program__name(program), name))
			return true;
	return false;
}

int links_drop_others(const struct pins *pins, const struct skeleton *skeleton)
{
	return pins_keep(pins, PIN_LINKS, is_ours, (void *)skeleton);
}
