/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_ARRAY_H
#define LSMD_POLICY_ARRAY_H

/* Arrays that grow one element at a time, and arrays of owned strings. */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/**
 * array_grow() - Make room for one more element behind @n.
 * @array: the array's address as it is, NULL for an empty one
 *
 * Capacity is not kept: it is the power of two at or above @n, so that @n alone tells
 * when the array is full.
 *
 * Return: the array's address, perhaps a new one; NULL when there is no memory, and then
 * the old array is as it was.
 */
static inline void *array_grow(void *array, size_t n, size_t size)
{
	if (array && n && (n & (n - 1)))
		return array;
	return reallocarray(array, n ? 2 * n : 1, size);
}

/** strings_add() - Append a copy of @value. Return: 0, -ENOMEM. */
static inline int strings_add(char ***strings, size_t *n, const char *value)
{
	char **grown;
	char *copy;

	grown = array_grow(*strings, *n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*strings = grown;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	grown[(*n)++] = copy;
	return 0;
}

static inline bool strings_contain(char *const *strings, size_t n, const char *value)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(strings[i], value))
			return true;
	return false;
}

static inline void strings_clear(char ***strings, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		free((*strings)[i]);
	free(*strings);
	*strings = NULL;
	*n = 0;
}

#endif
