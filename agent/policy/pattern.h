/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_PATTERN_H
#define LSMD_POLICY_PATTERN_H

/*
 * Path patterns (POLICY.md, What a path means), as elements that a path's bytes are
 * matched against one after another.
 *
 * A pattern is about paths as lsm/image.h has them: names that are never empty, joined by
 * single slashes. Hence several slashes are one, a slash at the end is dropped, and a
 * star that is all of the last name stands for one byte at least. `**` that is all of
 * another name stands for any number of names, none as well. `?` and sets stand for one
 * byte.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum element_kind {
	ELEMENT_BYTE,
	ELEMENT_ANY,   /* one byte but "/" */
	ELEMENT_SET,   /* one byte of a set */
	ELEMENT_STAR,  /* bytes but "/", or none */
	ELEMENT_STARS, /* any bytes, or none */
	ELEMENT_NAMES, /* ELEMENT_STARS that ends with a slash which may be missing, too
			*/
	ELEMENT_END,
};

/* Of a SET, the bytes in it. */
struct byte_set {
	uint64_t bits[4];
};

struct element {
	uint8_t kind;
	uint8_t byte;
	uint32_t set; /* of a SET, its number in sets */
	uint32_t tag; /* the pattern's */
};

/* Starts as {0}; sets are shared by the patterns that are parsed into it. */
struct pattern {
	struct element *elements; /* the last one is ELEMENT_END */
	size_t n, room;
	struct byte_set *sets;
	size_t n_sets, sets_room;
};

/**
 * pattern_parse() - Append a pattern's elements, each with its tag.
 * Return: 0; -EINVAL when it is not absolute, has an open set, a set that no byte is in,
 * or ends within an escape; -ENOMEM.
 */
int pattern_parse(struct pattern *pattern, const char *text, uint32_t tag);

/**
 * pattern_matches_name() - Does what is behind a pattern's last slash match a name?
 * @pattern: a single one, without `**` there
 */
bool pattern_matches_name(const struct pattern *pattern, const char *name);

/** pattern_is_literal() - Does the pattern name one path? */
bool pattern_is_literal(const char *text);

static inline bool byte_set_has(const struct byte_set *set, unsigned byte)
{
	return set->bits[byte / 64] >> byte % 64 & 1;
}

void pattern_clear(struct pattern *pattern);

#endif
