/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_POLICY_COMPARED_H
#define LSMD_TESTS_POLICY_COMPARED_H

/* Two policy texts, compiled and compared. */

#include "parsed.h"
#include "policy/diff.h"
#include "util/cleanup.h"

struct compared {
	struct parsed parsed[2];
	struct image *images[2];
	struct diff diff;
};

static inline void compared_clear(struct compared *compared)
{
	diff_clear(&compared->diff);
	for (size_t i = 0; i < 2; i++) {
		image_unref(compared->images[i]);
		parsed_clear(&compared->parsed[i]);
	}
}

static inline struct compared compare_texts(const char *old, const char *new, bool all)
{
	struct compared compared = {.parsed = {parse(old), parse(new)}};
	const struct image *images[2];

	for (size_t i = 0; i < 2; i++) {
		cr_assert_eq(compared.parsed[i].result, 0, "%s", compared.parsed[i].said);
		cr_assert_eq(image_compile(&compared.parsed[i].policies,
					   &compared.parsed[i].diagnostics,
					   &compared.images[i]),
			     0);
		images[i] = compared.images[i];
	}
	cr_assert_eq(diff_images(images, all, &compared.diff), 0);
	return compared;
}

#endif
