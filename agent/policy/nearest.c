// SPDX-License-Identifier: Apache-2.0
#include "policy/nearest.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 40

static unsigned lesser(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Letters to insert, remove, replace or exchange with the next (optimal string
 * alignment), whatever their case. Row i, column j: the distance of the first i letters
 * of @a to the first j of @b; three rows are enough.
 */
static unsigned edit_distance(const char *a, size_t a_length, const char *b,
			      size_t b_length)
{
	unsigned rows[3][WORD_MAX + 1];

	for (unsigned j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3],
			 *second = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			int x = tolower((unsigned char)a[i - 1]),
			    y = tolower((unsigned char)b[j - 1]);

			row[j] = lesser(above[j], row[j - 1]) + 1;
			row[j] = lesser(row[j], above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]))
				row[j] = lesser(row[j], second[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t a = strlen(nearest->word), b = strlen(candidate);
	unsigned distance;

	if (a > WORD_MAX || b > WORD_MAX)
		return;
	distance = edit_distance(nearest->word, a, candidate, b);
	/* One mistake in a short word, a third of the letters in a long one. */
	if (distance > (b < 6 ? 1 : b / 3))
		return;
	if (nearest->best && distance >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}
