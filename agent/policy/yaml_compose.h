/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_YAML_COMPOSE_H
#define LSMD_POLICY_YAML_COMPOSE_H

/* libyaml's events into a tree. Used by yaml.c and the yaml_*.c files that do it. */

#include <stdbool.h>
#include <stdint.h>
#include <yaml.h>

#include "policy/yaml.h"

struct composer {
	yaml_parser_t parser;
	const char *source;
	struct diagnostics *diagnostics;
	struct yaml_tree *tree;
	void *anchors; /* tsearch(3) tree of struct anchor, of the document */
	unsigned depth;
	uint64_t weight; /* nodes so far, aliases counted as copies */
	bool is_broken;	 /* a diagnostic was given */
};

enum {
	COMPOSE_E_STOP =
		1,	  /* a limit is passed and a diagnostic given: read no further */
	COMPOSE_E_SYNTAX, /* libyaml has stopped, composer.parser says why */
};

/**
 * compose_stream() - Read all documents into composer.tree.
 * Return: 0, COMPOSE_E_*, -ENOMEM. What was read whole is in the tree in any case.
 */
int compose_stream(struct composer *composer);

/**
 * compose_map() - Close a map: merge keys resolved, no key twice.
 * @node:   its type, line and column are set; the rest is written
 * @pairs:  as read, without the merge keys
 * @merges: values of the merge keys, in order
 * Return: as compose_stream().
 */
int compose_map(struct composer *composer, struct yaml_node *node,
		const struct yaml_pair *pairs, size_t n_pairs,
		const struct yaml_node *const *merges, size_t n_merges);

/**
 * compose_new() - A node at the event's place, that its anchor names from there on.
 * @anchor:   NULL: none
 * @ret_node: YAML_BROKEN until it is made into what it is; its weight is 0 until it is
 * whole Return: as compose_stream().
 */
int compose_new(struct composer *composer, const yaml_event_t *event,
		const yaml_char_t *anchor, struct yaml_node **ret_node);

/** compose_scalar() - Make a new node the event's scalar. Return: 0, -ENOMEM. */
int compose_scalar(struct composer *composer, const yaml_event_t *event,
		   struct yaml_node *node);

/** compose_alias() - Find what an alias names. Return: as compose_stream(). */
int compose_alias(struct composer *composer, const yaml_event_t *event,
		  const struct yaml_node **ret_node);

/**
 * compose_check_tag() - A node whose type is not its tag's is broken. Return: 0,
 * -ENOMEM.
 */
int compose_check_tag(struct composer *composer, struct yaml_node *node,
		      const yaml_char_t *tag);

/** compose_forget_anchors() - A document ends, and its anchors with it. */
void compose_forget_anchors(struct composer *composer);

/**
 * compose_count() - Count nodes towards YAML_NODES_MAX. Return: 0, COMPOSE_E_STOP,
 * -ENOMEM.
 */
int compose_count(struct composer *composer, unsigned line, unsigned column,
		  uint32_t weight);

/** compose_error() - Give a diagnostic. Return: 0, -ENOMEM. */
int compose_error(struct composer *composer, unsigned line, unsigned column,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
