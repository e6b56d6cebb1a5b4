/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_ROOM_H
#define LSMD_POLICY_ROOM_H

/* Arrays that grow by half again, with their capacity kept beside them. */

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static inline int room_make(void **array, size_t *room, size_t wanted, size_t size)
{
	size_t grown = *room + *room / 2 + 16;
	void *memory;

	if (wanted <= *room)
		return 0;
	if (grown < wanted)
		grown = wanted;
	memory = reallocarray(*array, grown, size);
	if (!memory)
		return -ENOMEM;
	*array = memory;
	*room = grown;
	return 0;
}

/**
 * room_for() - Make room for @wanted elements in all.
 * @array: address of the array's pointer
 * @room:  address of its capacity, in elements
 * Return: 0, -ENOMEM.
 */
#define room_for(array, room, wanted)                                                    \
	({                                                                               \
		void *room_array_ = *(array);                                            \
		int room_r_ = room_make(&room_array_, room, wanted, sizeof(**(array)));  \
		*(array) = room_array_;                                                  \
		room_r_;                                                                 \
	})

#endif
