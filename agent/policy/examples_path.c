// SPDX-License-Identifier: Apache-2.0
/*
 * The product of two automata, breadth first. A third part keeps the path one that a file
 * can have, since the automata say something to every string of bytes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/examples.h"
#include "policy/image_words.h"
#include "policy/room.h"
#include "policy/sets.h"
#include "util/cleanup.h"

#include "lsm/automaton.h"
#include "lsm/limits.h"

/* What of a path has been written. */
enum form {
	FORM_NOTHING,
	FORM_ROOT,   /* "/" alone */
	FORM_SLASH,  /* ends with a slash: a name has to follow */
	FORM_DOT,    /* the last name is "." so far */
	FORM_DOTDOT, /* or ".." */
	FORM_NAME,   /* ends with a name */
	FORM_SOCKET, /* the name of a socket without a file */
	FORM_BROKEN,
};

struct step {
	uint32_t parent; /* number of the node before */
	uint16_t length; /* of the path so far */
	uint8_t byte;	 /* that leads here from it */
};

struct walk {
	const struct image *const *images;
	struct sets
		nodes; /* {state of the one, of the other, form}; ids count up as found */
	struct step *steps;
	size_t room;
	struct sets accepts; /* {accept of the one, of the other, is it a file's name} of
				which there is an example */
	uint8_t order[255];  /* bytes, those that people like best first */
	example_fn on_example;
	void *data;
};

static const char liked[] =
	"abcdefghijklmnopqrstuvwxyz0123456789/-_.ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static void walk_clear(struct walk *walk)
{
	sets_clear(&walk->nodes);
	sets_clear(&walk->accepts);
	free(walk->steps);
}

static void set_order(struct walk *walk)
{
	bool taken[256] = {[0] = true};
	size_t n = 0;

	for (const char *c = liked; *c; c++) {
		walk->order[n++] = (uint8_t)*c;
		taken[(uint8_t)*c] = true;
	}
	/* Printable ones before the others. */
	for (unsigned low = ' ' + 1, round = 0; round < 2; round++, low = 1)
		for (unsigned byte = low; byte < (round ? 256 : 0x7f); byte++)
			if (!taken[byte]) {
				walk->order[n++] = (uint8_t)byte;
				taken[byte] = true;
			}
}

static enum form form_after(enum form form, uint8_t byte)
{
	switch (form) {
	case FORM_NOTHING:
		return byte == '/' ? FORM_ROOT : byte == '@' ? FORM_SOCKET : FORM_BROKEN;
	case FORM_ROOT:
	case FORM_SLASH:
		return byte == '/' ? FORM_BROKEN : byte == '.' ? FORM_DOT : FORM_NAME;
	case FORM_DOT:
		return byte == '/' ? FORM_BROKEN : byte == '.' ? FORM_DOTDOT : FORM_NAME;
	case FORM_DOTDOT:
		return byte == '/' ? FORM_BROKEN : FORM_NAME;
	case FORM_NAME:
		return byte == '/' ? FORM_SLASH : FORM_NAME;
	case FORM_SOCKET:
		return FORM_SOCKET;
	case FORM_BROKEN:
		break;
	}
	return FORM_BROKEN;
}

static uint32_t start_of(const struct image *image)
{
	return image ? automaton_start(image) : STATE_DEAD;
}

static uint32_t state_after(const struct image *image, uint32_t state, uint8_t byte)
{
	return !image || automaton_stops(state) ? state
						: automaton_step(image, state, byte);
}

static uint32_t accept_of(const struct image *image, uint32_t state)
{
	return image ? automaton_accept(image, state) : 0;
}

static int add_node(struct walk *walk, const uint32_t node[3], const struct step *step)
{
	size_t known = walk->nodes.n;
	uint32_t id;
	int r = sets_intern(&walk->nodes, node, 3, &id);

	if (r < 0 || id < known)
		return r;
	if (room_for(&walk->steps, &walk->room, known + 1) < 0)
		return -ENOMEM;
	walk->steps[id] = *step;
	return 0;
}

/* What can be done to what has the name, under one that counts and one that does not. */
static int tell_of(const struct walk *walk, const char *path, bool is_file)
{
	static const struct {
		enum eval_kind kind;
		uint32_t access;
	} ways[] = {{EVAL_EXEC, 0},
		    {EVAL_OPEN, ACCESS_READ},
		    {EVAL_OPEN, ACCESS_WRITE},
		    {EVAL_UNIX, 0}};
	int r = 0;

	for (size_t i = 0; r == 0 && i < 2 * ARRAY_SIZE(ways); i++)
		if (is_file || (ways[i / 2].kind == EVAL_UNIX && i % 2 == 0))
			r = walk->on_example(
				&(struct eval_event){.kind = ways[i / 2].kind,
						     .path = path,
						     .access = ways[i / 2].access,
						     .untrusted_name = i % 2},
				walk->data);
	return r;
}

static int tell(struct walk *walk, uint32_t id, bool is_file)
{
	char path[LIMIT_PATH + 1];
	size_t length = walk->steps[id].length;

	path[length] = '\0';
	for (; length; id = walk->steps[id].parent)
		path[--length] = (char)walk->steps[id].byte;
	return tell_of(walk, path, is_file);
}

/* Tell of the node's path, if it is the first to be accepted in this way. */
static int accept(struct walk *walk, uint32_t id, const uint32_t node[3])
{
	bool is_file = node[2] != FORM_SOCKET;
	const uint32_t accepts[] = {accept_of(walk->images[0], node[0]),
				    accept_of(walk->images[1], node[1]), is_file};
	size_t known = walk->accepts.n;
	uint32_t seen;
	int r;

	r = sets_intern(&walk->accepts, accepts, ARRAY_SIZE(accepts), &seen);
	return r < 0 || seen < known ? r : tell(walk, id, is_file);
}

static int follow(struct walk *walk, uint32_t id, const uint32_t node[3])
{
	struct step step = {.parent = id,
			    .length = (uint16_t)(walk->steps[id].length + 1)};
	uint32_t last[3] = {0, 0, FORM_BROKEN};
	int r = 0;

	if (step.length >= LIMIT_PATH)
		return 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(walk->order); i++) {
		uint32_t next[3];

		step.byte = walk->order[i];
		next[2] = form_after((enum form)node[2], step.byte);
		if (next[2] == FORM_BROKEN)
			continue;
		for (size_t k = 0; k < 2; k++)
			next[k] = state_after(walk->images[k], node[k], step.byte);
		/* As most bytes lead where the one before did. */
		if (next[0] == last[0] && next[1] == last[1] && next[2] == last[2])
			continue;
		r = add_node(walk, next, &step);
		for (size_t k = 0; k < 3; k++)
			last[k] = next[k];
	}
	return r;
}

/* Where nothing that follows makes a difference, the node's own path has told all. */
static bool is_settled(const uint32_t node[3])
{
	return (node[2] == FORM_NAME || node[2] == FORM_SOCKET) &&
	       automaton_stops(node[0]) && automaton_stops(node[1]);
}

static void get_node(const struct walk *walk, uint32_t id, uint32_t ret_node[3])
{
	size_t n;
	const uint32_t *items = sets_get(&walk->nodes, id, &n);

	memcpy(ret_node, items, 3 * sizeof(*items)); /* they move when more are added */
}

/* All paths but the root directory, which would not be told of where another path will
 * do. */
static int walk_names(struct walk *walk)
{
	int r = 0;

	for (uint32_t id = 0; r == 0 && id < walk->nodes.n; id++) {
		uint32_t node[3];

		get_node(walk, id, node);
		if (node[2] == FORM_NAME || node[2] == FORM_SOCKET)
			r = accept(walk, id, node);
		if (r == 0 && !is_settled(node))
			r = follow(walk, id, node);
	}
	return r;
}

static int walk_root(struct walk *walk)
{
	const uint32_t id = 1; /* "/" is what is tried first behind the start */
	uint32_t node[3];

	get_node(walk, id, node);
	return accept(walk, id, node);
}

int examples_paths(const struct image *const images[2], example_fn on_example, void *data)
{
	_cleanup_(walk_clear) struct walk walk = {
		.images = images,
		.nodes = {.limit = 3UL * EXAMPLES_PAIRS},
		.accepts = {.limit = 3UL * EXAMPLES_PAIRS},
		.on_example = on_example,
		.data = data,
	};
	const uint32_t start[3] = {start_of(images[0]), start_of(images[1]),
				   FORM_NOTHING};
	int r = add_node(&walk, start, &(struct step){0});

	set_order(&walk);
	if (r == 0)
		r = walk_names(&walk);
	return r ? r : walk_root(&walk);
}
