// SPDX-License-Identifier: Apache-2.0
#include "enforce/lingering.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "util/cleanup.h"
#include "util/clock.h"

#define LOOK_NS 2000000L

void lingering_clear(struct lingering *lingering)
{
	free(lingering->ids);
	*lingering = (struct lingering){0};
}

static int add(struct lingering *lingering, uint32_t id)
{
	uint32_t *ids = reallocarray(lingering->ids, lingering->n + 1, sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	ids[lingering->n++] = id;
	lingering->ids = ids;
	return 0;
}

static int id_of(enum pin_kind kind, int fd, uint32_t *ret_id)
{
	struct bpf_prog_info program = {0};
	struct bpf_link_info link = {0};
	bool is_program = kind == PIN_PROGRAMS;
	uint32_t size = is_program ? sizeof(program) : sizeof(link);
	int r = bpf_obj_get_info_by_fd(fd, is_program ? (void *)&program : &link, &size);

	*ret_id = is_program ? program.id : link.prog_id;
	return r;
}

struct noting {
	const struct pins *pins;
	enum pin_kind kind;
	struct lingering *lingering;
};

static int note(const char *name, void *data)
{
	const struct noting *noting = data;
	_cleanup_(closep) int fd = -1;
	uint32_t id;

	if (pins_get(noting->pins, noting->kind, name, &fd) < 0 ||
	    id_of(noting->kind, fd, &id) < 0)
		return 0;
	return add(noting->lingering, id);
}

int lingering_note(const struct pins *pins, struct lingering *lingering)
{
	static const enum pin_kind kinds[] = {PIN_NEW, PIN_LINKS, PIN_PROGRAMS};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && r == 0; i++) {
		struct noting noting = {pins, kinds[i], lingering};

		r = pins_visit(pins, kinds[i], note, &noting);
	}
	return r;
}

static bool is_there(uint32_t id)
{
	_cleanup_(closep) int fd = bpf_prog_get_fd_by_id(id);

	return fd != -ENOENT;
}

/* Those that are there stay, in front. */
static void look(struct lingering *lingering)
{
	size_t kept = 0;

	for (size_t i = 0; i < lingering->n; i++)
		if (is_there(lingering->ids[i]))
			lingering->ids[kept++] = lingering->ids[i];
	lingering->n = kept;
}

size_t lingering_wait(struct lingering *lingering, unsigned patience_ms)
{
	const struct timespec nap = {.tv_nsec = LOOK_NS};
	uint64_t end = clock_boot() + patience_ms * (NS_PER_SECOND / 1000);

	for (look(lingering); lingering->n > 0 && clock_boot() < end; look(lingering))
		nanosleep(&nap, NULL);
	return lingering->n;
}
