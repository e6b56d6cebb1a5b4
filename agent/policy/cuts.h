/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_CUTS_H
#define LSMD_POLICY_CUTS_H

/*
 * Several tables of ranges side by side: the cuts between their ranges, taken together,
 * leave stretches of keys in which none of them changes.
 */

#include <stddef.h>
#include <stdint.h>

#include "policy/image.h"
#include "policy/ranges.h"

/* Of two images, each with up to two tables for one event. */
#define CUTS_TABLES 4

/* A table in each column; column k is of image k / 2. Offset 0: no table, and value 0. */
struct cuts {
	const struct image *const *images;
	uint32_t tables[CUTS_TABLES];
};

/**
 * cuts_value() - What the table of a column says to a number.
 */
uint32_t cuts_value(const struct cuts *cuts, size_t column, uint32_t key);

/** cuts_value6() - The same of a table of IPv6 addresses. */
uint32_t cuts_value6(const struct cuts *cuts, size_t column, range_key key);

/** cuts_last() - The last key of the stretch that @key is in, at most @last. */
uint32_t cuts_last(const struct cuts *cuts, uint32_t key, uint32_t last);

/** cuts_last6() - The same of tables of IPv6 addresses. */
range_key cuts_last6(const struct cuts *cuts, range_key key, range_key last);

#endif
