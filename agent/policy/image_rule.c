/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "policy/image_words.h"
#include "util/cleanup.h"

int image_rule(const struct image *image, uint32_t rule, struct image_rule_info *ret_info)
{
	const uint64_t *row, *words = image->words;
	const char *text;
	struct image_rule_info info;
	const char **texts[] = {&info.kind,	    &info.name_space, &info.policy,
				&info.section_name, &info.rule,	      &info.message,
				&info.tags};

	if (rule >= image->n_rules)
		return -ENOENT;
	row = words + WORD_LO(words[IMAGE_H_RULES]) + (size_t)rule * RULE_WORDS;
	info.verdict = (enum verdict)(row[RULE_W_WHAT] & 0xff);
	info.section = (enum image_section)(row[RULE_W_WHAT] >> 8 & 0xff);
	info.severity = (uint8_t)(row[RULE_W_WHAT] >> 24);
	info.error = (uint8_t)(row[RULE_W_WHAT] >> 32);
	info.is_default = row[RULE_W_WHAT] >> 40 & 1;
	text = (const char *)(words + WORD_LO(words[IMAGE_H_STRINGS])) + row[RULE_W_TEXT];
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		*texts[i] = text;
		text += strlen(text) + 1;
	}
	*ret_info = info;
	return 0;
}
