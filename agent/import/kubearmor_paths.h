/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_KUBEARMOR_PATHS_H
#define LSMD_IMPORT_KUBEARMOR_PATHS_H

/*
 * KubeArmor's rules on paths. Of all rules that fit, the most specific decides there: one
 * with a source before one without, a path before a directory, a deeper directory before
 * a shallower one (KubeArmor/BPF/shared.h). Here any deny rule decides. So what a rule
 * stops is cut down by what more specific rules let pass: by `except`, and by `from:
 * {not: ...}` where they name a source.
 *
 * ownerOnly and readOnly stop others, and writers, whatever the action; the owner, and
 * readers, they let pass.
 *
 * Functions that return int: 0, PARSE_E_WRONG, -ENOMEM.
 */

#include "import/kubearmor.h"

/* What one rule and one of its sources is about. */
enum ka_extent {
	EXACT,	  /* the path */
	CHILDREN, /* what is in the directory itself */
	BELOW,	  /* all that is below the directory */
};

struct ka_element {
	const struct ka_rule *rule;
	enum ka_extent extent;
	bool is_directory; /* EXACT: it is the directory of a rule on directories */
	const char *path;  /* CHILDREN and BELOW: with "/" at the end */
	size_t length; /* of it; EXACT: without "/" at the end, so that the root is empty
			*/
	const char *source; /* NULL: any */
};

struct ka_paths {
	struct ka_policy *policy;
	enum ka_section section;
	bool denies_by_default;
	struct ka_element *elements;
	size_t n;
};

/** ka_elements_read() - What the section's rules on paths and directories are about. */
int ka_elements_read(struct ka_paths *paths);

/** ka_covers() - Is all that @inner is about in @outer? */
bool ka_covers(const struct ka_element *outer, const struct ka_element *inner);
bool ka_same_place(const struct ka_element *a, const struct ka_element *b);
bool ka_same_source(const struct ka_element *a, const struct ka_element *b);
/** ka_takes_from() - Does @a let pass some of what @b stops? */
bool ka_takes_from(const struct ka_element *a, const struct ka_element *b);
/** ka_add_pattern() - Add what an element is about as a pattern of ours. */
int ka_add_pattern(json_t *list, const struct ka_element *element);

/** ka_is_static() - Does the rule stop others, or writers, whatever its action? */
bool ka_is_static(const struct ka_rule *rule);
/** ka_lets_pass() - Does it let someone pass? Audit rules are not among what KubeArmor
 * decides by. */
bool ka_lets_pass(const struct ka_rule *rule);

enum image_section ka_section_of(const struct ka_paths *paths);

/**
 * ka_emit() - Write a rule of ours, with all of KubeArmor's that our language says
 *             beside it.
 * @ours: taken over; NULL: no memory
 * @conditions: are copied into it
 */
int ka_emit(struct ka_paths *paths, const struct ka_rule *rule, json_t *ours,
	    json_t *conditions);

/** ka_emit_stop() - The one or two rules that stop (or report) what @rule does. */
int ka_emit_stop(struct ka_paths *paths, const struct ka_rule *rule, const char *action,
		 json_t *conditions);

/** ka_with_access() - Return: @rule, with that access alone; NULL: no memory. */
json_t *ka_with_access(json_t *rule, const char *access);

/** ka_convert_element() - The rules of ours that an element is. */
int ka_convert_element(struct ka_paths *paths, const struct ka_element *element);

/** ka_convert_patterns() - The section's rules on patterns and names. */
int ka_convert_patterns(struct ka_paths *paths);

#endif
