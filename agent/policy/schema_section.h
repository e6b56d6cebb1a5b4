/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_SCHEMA_SECTION_H
#define LSMD_POLICY_SCHEMA_SECTION_H

/* What the parts of the form share. Used by schema*.c alone. */

#include "policy/schema.h"

#define SCHEMA_WORDS(array)                                                              \
	{                                                                                \
		.kind = SCHEMA_WORD, .words = (array), .n_words = ARRAY_SIZE(array)      \
	}
#define SCHEMA_LIST_OF(item)                                                             \
	{                                                                                \
		.kind = SCHEMA_LIST, .forms = {(item) }                                  \
	}
#define SCHEMA_KEYS(array)                                                               \
	{                                                                                \
		.kind = SCHEMA_MAP, .keys = (array), .n_keys = ARRAY_SIZE(array)         \
	}
/* The keys of @map, and these. */
#define SCHEMA_MORE_KEYS(map, array)                                                     \
	{                                                                                \
		.kind = SCHEMA_MAP, .forms = {(map)}, .keys = (array),                   \
		.n_keys = ARRAY_SIZE(array)                                              \
	}
/* The keys of @map, and these, with one of @any at least, and bonds between them. */
#define SCHEMA_RULE(map, array, any, ...)                                                \
	{                                                                                \
		.kind = SCHEMA_MAP, .forms = {(map)}, .keys = (array),                   \
		.n_keys = ARRAY_SIZE(array), .any_of = (any), __VA_ARGS__                \
	}
#define SCHEMA_BONDS(array) .bonds = (array), .n_bonds = ARRAY_SIZE(array)
#define SCHEMA_ONE_OF(one, other)                                                        \
	{                                                                                \
		.kind = SCHEMA_EITHER, .forms = {(one), (other) }                        \
	}

extern const struct schema schema_text, schema_severity, schema_tags, schema_message;
extern const struct schema schema_exec, schema_file, schema_sockets, schema_network,
	schema_capabilities, schema_process;

#endif
