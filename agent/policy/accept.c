/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/accept.h"

#include "lsm/limits.h"
#include "policy/image_words.h"

#define VOID_FOR_IDENTITY (ENTRY_TRUSTED | ENTRY_EXCEPTED | ENTRY_DEFAULT | ENTRY_CALLED)

static bool list_widens(const struct image *image, uint32_t list)
{
	for (uint32_t i = 0; list && i < LIMIT_LIST; i++) {
		uint64_t entry = image_word(image, list + i);

		if (entry == WORD_OUTSIDE)
			return false;
		if (!(ENTRY_FLAGS(entry) & VOID_FOR_IDENTITY))
			return true;
		if (ENTRY_FLAGS(entry) & ENTRY_LAST)
			return false;
	}
	return false;
}

bool accept_widens(const struct image *image, uint32_t accept)
{
	for (uint32_t word = 0; accept && word <= ACCEPT_READ_WRITE / 2; word++) {
		uint64_t lists = image_word(image, accept + word);

		if (list_widens(image, WORD_LO(lists)) ||
		    list_widens(image, WORD_HI(lists)))
			return true;
	}
	return false;
}
