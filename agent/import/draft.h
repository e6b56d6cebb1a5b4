/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_DRAFT_H
#define LSMD_IMPORT_DRAFT_H

/* A policy that is being put together, as the JSON that it will be written as. */

#include <jansson.h>
#include <stdbool.h>

#include "policy/model.h"

/* Starts as {0}; draft_init(). */
struct draft {
	enum policy_kind kind;
	json_t *metadata;
	json_t *spec;			 /* without the sections */
	json_t *sections[SECTION_COUNT]; /* NULL: not there */
	json_t *names[SECTION_COUNT];	 /* of its rules, as keys */
};

int draft_init(struct draft *draft);
void draft_clear(struct draft *draft);

/** draft_set() - Set a key of the spec, unless @value is NULL. Takes @value. Return: 0,
 * -ENOMEM. */
int draft_set(struct draft *draft, const char *key, json_t *value);

/** draft_default() - Deny in a section what no rule allows. Return: 0, -ENOMEM. */
int draft_default(struct draft *draft, enum image_section section);

/** draft_direction() - The same of one direction of the network. */
int draft_direction(struct draft *draft, const char *direction);

/**
 * draft_rule() - Add a rule.
 * @rule: taken. NULL: no memory
 * @line: where it comes from; names it
 *
 * A rule that says the same of other objects as the one before becomes one with it.
 *
 * Return: 0, -ENOMEM.
 */
int draft_rule(struct draft *draft, enum image_section section, json_t *rule,
	       unsigned line);

/** draft_is_empty() - Does the policy say nothing? */
bool draft_is_empty(const struct draft *draft);

/** draft_policy() - The whole policy, keys in the language's order. Return: NULL: no
 * memory. */
json_t *draft_policy(const struct draft *draft);

/** json_add_string() - Append a string to a list. Return: 0, -ENOMEM. */
int json_add_string(json_t *list, const char *text);

#endif
