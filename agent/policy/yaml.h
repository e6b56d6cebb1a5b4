/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_YAML_H
#define LSMD_POLICY_YAML_H

/*
 * YAML (and with it JSON) as an immutable tree, in which every node knows its line and
 * column. Aliases and merge keys are resolved: what they name is shared, never copied.
 *
 * Scalars get their types as kubectl gives them (YAML 1.1's words for booleans included),
 * so that one file means the same here and there. A number with leading zeros is kept as
 * a string: YAML 1.1 would read it as octal, a person would not.
 */

#include <stddef.h>
#include <stdint.h>

#include "policy/arena.h"
#include "policy/diagnostic.h"

/* Bytes of one text. A larger one is refused before any of it is read. */
#define YAML_MAX_BYTES (16U << 20)

/* Nodes of a text when every alias is counted as a copy of what it names. What is larger
 * is refused; it is memory's bound, and what a reader of the tree may have to walk. */
#define YAML_NODES_MAX 1000000

/* Levels of lists and maps. What is deeper is refused, so that recursion is bounded. */
#define YAML_DEPTH_MAX 64

enum yaml_type {
	YAML_BROKEN, /* a diagnostic has been given already: say nothing more about it */
	YAML_NULL,
	YAML_BOOL,
	YAML_INTEGER,
	YAML_FLOAT,
	YAML_STRING,
	YAML_LIST,
	YAML_MAP,
};

struct yaml_node {
	enum yaml_type type;
	unsigned line; /* from 1; 0 where not known */
	unsigned column;
	uint32_t weight; /* nodes in it, aliases counted as copies */
	size_t n;	 /* of a scalar bytes, of a list items, of a map pairs */
	union {
		const char *text; /* scalars: as written, NUL at the end, no NUL within */
		const struct yaml_node *const *items;
		const struct yaml_pair *pairs; /* no two keys are equal */
	};
	int64_t number; /* YAML_INTEGER, and 0 or 1 of YAML_BOOL */
};

struct yaml_pair {
	const struct yaml_node *key; /* a scalar; its text counts, whatever its type */
	const struct yaml_node *value;
};

struct yaml_tree {
	struct arena arena; /* of all nodes and texts */
	const struct yaml_node **documents;
	size_t n_documents;
};

enum {
	YAML_E_BROKEN =
		1, /* there are errors; the tree holds what could be read nevertheless */
};

/**
 * yaml_read() - Read all documents of a text.
 * @text, @length: at most YAML_MAX_BYTES bytes of UTF-8; need not end in NUL
 * @source:        what the text is called in diagnostics
 * @ret_tree:      set unless the result is negative; owned, refers to nothing outside
 *
 * An error of YAML's grammar ends the reading, what stands before it is in the tree.
 * Errors that do not (an unknown alias, a key twice) leave a YAML_BROKEN node.
 *
 * Return: 0; YAML_E_BROKEN, with at least one error in @diagnostics; -ENOMEM.
 */
int yaml_read(const char *text, size_t length, const char *source,
	      struct diagnostics *diagnostics, struct yaml_tree **ret_tree);

struct yaml_tree *yaml_tree_free(struct yaml_tree *tree);

static inline void yaml_tree_freep(struct yaml_tree **tree)
{
	yaml_tree_free(*tree);
}

/**
 * yaml_get() - The value of a key. Return: NULL when it is absent, or @node no map (or
 * NULL).
 */
const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key);

/** yaml_text() - A string's text. Return: NULL when @node is no string (or NULL). */
const char *yaml_text(const struct yaml_node *node);

/** yaml_type_name() - The type in words, with its article: "a list". */
const char *yaml_type_name(enum yaml_type type);

/**
 * yaml_resolve() - Give a plain (unquoted) scalar its type and number.
 *
 * @node's text and n are set; its type and number are written.
 */
void yaml_resolve(struct yaml_node *node);

/**
 * yaml_read_json() - Read a text as JSON into a tree, for the JSON that YAML 1.1 cannot
 * read (surrogate pairs, keys of more than 1024 bytes). Nodes have no line and column.
 *
 * Return: 0; -EINVAL when it is no JSON, or larger than YAML_NODES_MAX or YAML_DEPTH_MAX
 * allow: nothing is said about it; -ENOMEM.
 */
int yaml_read_json(const char *text, size_t length, struct yaml_tree **ret_tree);

#endif
