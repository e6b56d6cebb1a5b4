/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Foreign words become an image when everything that the decision core could reach in
 * them is within them and of the right kind. It is followed from the header on, each
 * thing once.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lsm/abi.h"
#include "lsm/limits.h"
#include "policy/image_words.h"
#include "policy/room.h"
#include "util/cleanup.h"

#include "lsm/ranges.h"

#define RULE_TEXTS 7
#define SECTIONS   (IMAGE_HAS(SECTION_COUNT) - 1)
#define ENTRY_ALL  (ENTRY_CALLED * 2 - 1)

/* Facts that conditions can ask for, and that an image can want to be gathered. */
#define FACTS_OF_CONDITIONS                                                              \
	(FACT_FILELESS | FACT_DRIFTED | FACT_STDIO_SOCKET | FACT_OWNER_OTHER |           \
	 FACT_INTERPRETER)
#define FACTS_WANTED (FACTS_OF_CONDITIONS | FACT_CALLED)

/* What a word has been found to begin; one word can begin several. */
enum kind {
	KIND_LIST = 1,
	KIND_ACCEPT = 2,
	KIND_STATE = 4,
	KIND_RANGES = 8, /* and the next two bits, by how many ranges are behind it */
};

struct loader {
	const uint64_t *words;
	size_t n;
	uint32_t n_rules;
	uint8_t *seen;
	uint64_t n_ranges; /* looked at, in all tables; tables of an image do not overlap
			    */
	uint32_t *states;  /* to be looked at */
	size_t n_states, states_room;
};

static bool within(const struct loader *loader, uint64_t offset, uint64_t n)
{
	return offset >= IMAGE_HEADER_WORDS && offset <= loader->n &&
	       n <= loader->n - offset;
}

/* Return: whether it is new. */
static bool see(struct loader *loader, uint32_t offset, unsigned kind)
{
	bool seen = loader->seen[offset] & kind;

	loader->seen[offset] |= (uint8_t)kind;
	return !seen;
}

static bool entry_is_good(const struct loader *loader, uint64_t entry, uint32_t group)
{
	return ENTRY_RULE(entry) < loader->n_rules && ENTRY_GROUP(entry) < LIMIT_GROUPS &&
	       ENTRY_GROUP(entry) >= group && ENTRY_VERDICT(entry) <= VERDICT_KILL &&
	       ENTRY_FLAGS(entry) <= ENTRY_ALL;
}

static bool check_list(struct loader *loader, uint32_t list)
{
	uint32_t group = 0;

	if (!list)
		return true;
	if (!within(loader, list, 1))
		return false;
	if (!see(loader, list, KIND_LIST))
		return true;
	for (size_t i = 0; i < LIMIT_LIST && within(loader, list + i, 1); i++) {
		uint64_t entry = loader->words[list + i];

		if (!entry_is_good(loader, entry, group))
			return false;
		if (ENTRY_FLAGS(entry) & ENTRY_LAST)
			return true;
		group = ENTRY_GROUP(entry);
	}
	return false;
}

static bool check_accept(struct loader *loader, uint32_t accept)
{
	const uint64_t *words;

	if (!accept)
		return true;
	if (!within(loader, accept, ACCEPT_WORDS))
		return false;
	if (!see(loader, accept, KIND_ACCEPT))
		return true;
	words = loader->words + accept;
	return check_list(loader, WORD_LO(words[0])) &&
	       check_list(loader, WORD_HI(words[0])) &&
	       check_list(loader, WORD_LO(words[1])) &&
	       check_list(loader, WORD_HI(words[1])) &&
	       check_list(loader, WORD_LO(words[2]));
}

/* @behind: how many ranges come before the lists. */
static bool check_ranges(struct loader *loader, uint32_t offset, unsigned behind)
{
	uint64_t n;

	if (!offset)
		return true;
	if (!within(loader, offset, 1))
		return false;
	if (!see(loader, offset, (unsigned)KIND_RANGES << behind))
		return true;
	n = loader->words[offset];
	if (!n || n > loader->n || !within(loader, offset, n + 1) ||
	    WORD_LO(loader->words[offset + 1]))
		return false;
	loader->n_ranges += n;
	if (loader->n_ranges > 4 * loader->n)
		return false;
	for (uint64_t i = 1; i <= n; i++) {
		uint64_t word = loader->words[offset + i];

		if (i > 1 && WORD_LO(word) <= WORD_LO(loader->words[offset + i - 1]))
			return false;
		if (behind ? !check_ranges(loader, WORD_HI(word), behind - 1)
			   : !check_list(loader, WORD_HI(word)))
			return false;
	}
	return true;
}

static bool ascends6(const uint64_t *before, const uint64_t *row)
{
	return before[0] < row[0] || (before[0] == row[0] && before[1] < row[1]);
}

static bool check_ranges6(struct loader *loader, uint32_t offset, unsigned behind)
{
	uint64_t n;

	if (!offset)
		return true;
	if (!within(loader, offset, 1))
		return false;
	n = loader->words[offset];
	if (!n || n > loader->n || !within(loader, offset, n * RANGES6_WORDS + 1) ||
	    loader->words[offset + 1] || loader->words[offset + 2])
		return false;
	for (uint64_t i = 0; i < n; i++) {
		const uint64_t *row = loader->words + offset + 1 + i * RANGES6_WORDS;

		if (i && !ascends6(row - RANGES6_WORDS, row))
			return false;
		if (WORD_HI(row[2]) || !check_ranges(loader, WORD_LO(row[2]), behind))
			return false;
	}
	return true;
}

/* A state that another leads to; what it has is looked at later, for a path may be long.
 */
static int reach_state(struct loader *loader, uint32_t state)
{
	if (state == STATE_DEAD)
		return 0;
	if (state & ACCEPT_FINAL)
		return check_accept(loader, state & ~ACCEPT_FINAL) ? 0 : -EBADMSG;
	if (!within(loader, state, 1))
		return -EBADMSG;
	if (!see(loader, state, KIND_STATE))
		return 0;
	if (room_for(&loader->states, &loader->states_room, loader->n_states + 1) < 0)
		return -ENOMEM;
	loader->states[loader->n_states++] = state;
	return 0;
}

/* As automaton_step() would go on from it, on any byte. */
static int check_state(struct loader *loader, uint32_t state)
{
	uint64_t header = loader->words[state];
	size_t first = state + (size_t)1, end = first + 256;
	int r = check_accept(loader, WORD_LO(header)) ? 0 : -EBADMSG;

	if (r == 0)
		r = reach_state(loader, WORD_HI(header));
	for (size_t i = first; r == 0 && i < end && i < loader->n; i++)
		if (WORD_LO(loader->words[i]) == state)
			r = reach_state(loader, WORD_HI(loader->words[i]));
	return r;
}

static int check_automaton(struct loader *loader)
{
	uint64_t word = loader->words[IMAGE_H_AUTOMATON];
	int r = check_accept(loader, WORD_HI(word)) ? 0 : -EBADMSG;

	if (r == 0)
		r = reach_state(loader, WORD_LO(word));
	while (r == 0 && loader->n_states)
		r = check_state(loader, loader->states[--loader->n_states]);
	return r;
}

/* Each rule's texts end within the strings. */
static bool check_texts(const struct loader *loader, uint64_t text)
{
	uint64_t word = loader->words[IMAGE_H_STRINGS];
	const char *strings = (const char *)(loader->words + WORD_LO(word));
	size_t length = WORD_HI(word);

	for (size_t i = 0; i < RULE_TEXTS; i++) {
		const char *end =
			text < length ? memchr(strings + text, 0, length - text) : NULL;

		if (!end)
			return false;
		text = (size_t)(end - strings) + 1;
	}
	return true;
}

static bool condition_is_good(uint64_t condition)
{
	const uint64_t both = CONDITION_FROM | CONDITION_FROM_NOT;
	const uint64_t all = both | CONDITION(FACTS_OF_CONDITIONS, FACTS_OF_CONDITIONS,
					      LIMIT_PROGRAM_SETS - 1);

	return !(condition & ~all) && (condition & both) != both &&
	       (condition & both || !CONDITION_SET(condition));
}

static bool check_rules(const struct loader *loader)
{
	uint64_t rules = WORD_LO(loader->words[IMAGE_H_RULES]);
	uint64_t strings = loader->words[IMAGE_H_STRINGS];

	if (!within(loader, rules, (uint64_t)loader->n_rules * RULE_WORDS) ||
	    !within(loader, WORD_LO(strings), (WORD_HI(strings) + 7ULL) / 8))
		return false;
	for (size_t i = 0; i < loader->n_rules; i++) {
		const uint64_t *row = loader->words + rules + i * RULE_WORDS;

		if ((row[RULE_W_WHAT] & 0xff) > VERDICT_KILL ||
		    (row[RULE_W_WHAT] >> 8 & 0xff) >= SECTION_COUNT ||
		    !condition_is_good(row[RULE_W_CONDITION]) ||
		    !check_texts(loader, row[RULE_W_TEXT]))
			return false;
	}
	return true;
}

static bool check_header(const struct loader *loader)
{
	return loader->n >= IMAGE_HEADER_WORDS && loader->n <= LIMIT_IMAGE_WORDS &&
	       loader->words[IMAGE_H_ID] == WORD(IMAGE_MAGIC, ABI_VERSION) &&
	       WORD_LO(loader->words[IMAGE_H_SIZE]) == loader->n &&
	       !(loader->words[IMAGE_H_FACTS] & ~WORD(FACTS_WANTED, FACTS_WANTED)) &&
	       !(loader->words[IMAGE_H_PROGRAMS] & ~(uint64_t)SECTIONS);
}

static int check(struct loader *loader)
{
	const uint64_t *words = loader->words;

	if (!check_header(loader))
		return -EBADMSG;
	loader->n_rules = WORD_HI(words[IMAGE_H_SIZE]);
	loader->seen = calloc(loader->n, 1);
	if (!loader->seen)
		return -ENOMEM;
	if (!check_rules(loader) ||
	    !check_ranges(loader, WORD_LO(words[IMAGE_H_SOCKETS]), 2) ||
	    !check_ranges(loader, WORD_LO(words[IMAGE_H_CONNECT]), 2) ||
	    !check_ranges6(loader, WORD_HI(words[IMAGE_H_CONNECT]), 1))
		return -EBADMSG;
	return check_automaton(loader);
}

static void loader_clear(struct loader *loader)
{
	free(loader->seen);
	free(loader->states);
}

int image_load(const uint64_t *words, size_t n_words, struct image **ret_image)
{
	_cleanup_(loader_clear) struct loader loader = {.words = words, .n = n_words};
	_cleanup_(freep) uint64_t *copy = NULL;
	size_t size;
	int r;

	/* The map that they come from may be larger than the image. */
	size = n_words >= IMAGE_HEADER_WORDS ? WORD_LO(words[IMAGE_H_SIZE]) : 0;
	if (size && size <= n_words)
		loader.n = size;
	r = check(&loader);
	if (r < 0)
		return r;
	copy = calloc(loader.n, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, words, loader.n * sizeof(*copy));
	r = image_adopt(copy, loader.n, ret_image);
	if (r == 0)
		copy = NULL;
	return r;
}
