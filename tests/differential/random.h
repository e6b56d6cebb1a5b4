/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_DIFFERENTIAL_RANDOM_H
#define LSMD_TESTS_DIFFERENTIAL_RANDOM_H

/*
 * Numbers that only the seed decides, on every machine: SplitMix64 (Steele, Lea and
 * Flood, "Fast splittable pseudorandom number generators", 2014).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/** random_at() - A series of its own for each pair of numbers. */
static inline struct random random_at(uint64_t seed, uint64_t number)
{
	struct random random = {.state = seed};

	random.state = random_next(&random) ^ number;
	random.state = random_next(&random);
	return random;
}

/** below() - A number from 0 to @n - 1. */
static inline unsigned below(struct random *random, size_t n)
{
	return (unsigned)(random_next(random) % n);
}

/** chance() - True in @percent of all cases. */
static inline bool chance(struct random *random, unsigned percent)
{
	return below(random, 100) < percent;
}

/* One of the given texts. */
#define ONE_OF(random, ...)                                                              \
	((const char *const[]){__VA_ARGS__}[below(                                       \
		random, ARRAY_SIZE(((const char *const[]){__VA_ARGS__})))])

#endif
