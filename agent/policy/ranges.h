/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_RANGES_H
#define LSMD_POLICY_RANGES_H

/*
 * Flattening: from what each rule says about a number or an address (these ranges, but
 * not those) to ranges that follow one another, each with the set of rules that hold in
 * it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/sets.h"

/* A number, an IPv4 address or an IPv6 address, as a number. */
typedef unsigned __int128 range_key;

/* A rule holds, or with @minus does not hold whatever else says so, from @first to @last.
 */
struct span {
	range_key first;
	range_key last;
	uint32_t rule;
	bool minus;
};

/* Starts as {0}. */
struct spans {
	struct span *items;
	size_t n, room;
};

/* From @first to the next segment's. */
struct segment {
	range_key first;
	uint32_t value;
};

/** spans_add() - Add a span. Return: 0, -ENOMEM. */
int spans_add(struct spans *spans, range_key first, range_key last, uint32_t rule,
	      bool minus);
void spans_clear(struct spans *spans);

/**
 * ranges_flatten() - Flatten the spans of some rules.
 * @spans:        none of them ends before it begins
 * @last:         the greatest key that there is
 * @n_rules:      rules are numbered from 0
 * @sets:         where the sets of rules are interned; a segment's value is its set's id
 * @ret_segments: owned; ascending, the first from 0, no two neighbours alike
 * Return: 0; -E2BIG when @sets is full; -ENOMEM.
 */
int ranges_flatten(const struct spans *spans, range_key last, uint32_t n_rules,
		   struct sets *sets, struct segment **ret_segments, size_t *ret_n);

/** ranges_merge() - Merge neighbours of equal value. Return: how many are left. */
size_t ranges_merge(struct segment *segments, size_t n);

#endif
