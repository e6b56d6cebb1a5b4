// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <sys/socket.h>

#include "policy/cuts.h"
#include "policy/examples.h"
#include "policy/image_words.h"
#include "policy/names.h"
#include "policy/sets.h"
#include "util/cleanup.h"

/* Numbers that reach the hook (__sock_create()), and families of kernels to come. */
#define FAMILY_LAST 255U
#define TYPE_LAST   10U

struct walk {
	struct sets seen; /* tables of protocols that were walked through */
	example_fn on_example;
	void *data;
};

static void walk_clear(struct walk *walk)
{
	sets_clear(&walk->seen);
}

/* The number of a stretch that has a name, if there is one. */
static uint32_t choose(const struct name_table *names, uint32_t first, uint32_t last)
{
	for (size_t i = 0; i < names->n; i++)
		if (names->rows[i].number && names->rows[i].number >= first &&
		    names->rows[i].number <= last)
			return names->rows[i].number;
	return first;
}

static struct cuts cuts_below(const struct cuts *cuts, uint32_t key)
{
	struct cuts below = {.images = cuts->images};

	for (size_t i = 0; i < CUTS_TABLES; i++)
		below.tables[i] = cuts_value(cuts, i, key);
	return below;
}

/* Has protocol 0 another meaning (decide_socket())? */
static bool has_own_protocol(const struct eval_event *event)
{
	return (event->family == AF_INET || event->family == AF_INET6) &&
	       (event->type == SOCK_STREAM || event->type == SOCK_DGRAM);
}

static int walk_protocols(struct walk *walk, const struct cuts *cuts,
			  struct eval_event *event)
{
	const uint32_t tables[] = {has_own_protocol(event), cuts->tables[0],
				   cuts->tables[2]};
	size_t known = walk->seen.n;
	uint32_t key = tables[0], last = 0, id;
	int r = sets_intern(&walk->seen, tables, ARRAY_SIZE(tables), &id);

	if (r < 0 || id < known)
		return r;
	for (; r == 0; key = last + 1) {
		last = cuts_last(cuts, key, UINT32_MAX);
		event->protocol = key ? choose(&names_protocols, key, last) : 0;
		r = walk->on_example(event, walk->data);
		if (last == UINT32_MAX)
			break;
	}
	return r;
}

/* Inet's streams and datagrams are stretches of their own, as has_own_protocol() wants
 * it. */
static uint32_t cut_type(uint32_t key, uint32_t last)
{
	return key <= SOCK_RAW - 1 ? key : last;
}

static uint32_t cut_family(uint32_t key, uint32_t last)
{
	static const uint32_t cuts[] = {AF_INET - 1, AF_INET, AF_INET6 - 1, AF_INET6};

	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++)
		if (key <= cuts[i] && last > cuts[i])
			return cuts[i];
	return last;
}

static int walk_types(struct walk *walk, const struct cuts *cuts,
		      struct eval_event *event)
{
	struct cuts below;
	uint32_t last;
	int r = 0;

	for (uint32_t key = 1; r == 0 && key <= TYPE_LAST; key = last + 1) {
		below = cuts_below(cuts, key);
		last = cut_type(key, cuts_last(cuts, key, TYPE_LAST));
		event->type = choose(&names_types, key, last);
		r = walk_protocols(walk, &below, event);
	}
	if (r)
		return r;
	/* Last, as there is no such type, though the hook is asked. */
	event->type = 0;
	below = cuts_below(cuts, 0);
	return walk_protocols(walk, &below, event);
}

static uint32_t table_of(const struct image *image)
{
	return image ? WORD_LO(image_word(image, IMAGE_H_SOCKETS)) : 0;
}

int examples_sockets(const struct image *const images[2], example_fn on_example,
		     void *data)
{
	_cleanup_(walk_clear) struct walk walk = {
		.seen = {.limit = 3UL * EXAMPLES_PAIRS},
		.on_example = on_example,
		.data = data,
	};
	const struct cuts cuts = {
		.images = images,
		.tables = {[0] = table_of(images[0]), [2] = table_of(images[1])},
	};
	struct eval_event event = {.kind = EVAL_SOCKET};
	uint32_t last;
	int r = 0;

	for (uint32_t key = 0; r == 0 && key <= FAMILY_LAST; key = last + 1) {
		struct cuts below = cuts_below(&cuts, key);

		last = cut_family(key, cuts_last(&cuts, key, FAMILY_LAST));
		event.family = choose(&names_families, key, last);
		r = walk_types(&walk, &below, &event);
	}
	return r;
}
