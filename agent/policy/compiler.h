/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_COMPILER_H
#define LSMD_POLICY_COMPILER_H

/* The parts of the image compiler, behind image_compile(). */

#include "lsm/abi.h"
#include "lsm/image.h"
#include "lsm/limits.h"
#include "policy/aliases.h"
#include "policy/diagnostic.h"
#include "policy/model.h"
#include "policy/ranges.h"
#include "policy/sets.h"
#include "policy/words.h"

#define RULE_NONE UINT32_MAX

#define TIERS	  (GROUP_NAMESPACE + 1)

/* Sections that have hooks. */
#define SECTIONS_COMPILED (SECTION_NETWORK + 1)

/* A rule of the image, in reason order; its number is its place in compiler.rules. */
struct compiled_rule {
	const struct policy *policy;
	const struct policy_rule *rule; /* NULL: the section's default */
	enum image_section section;
	enum verdict verdict;
	uint32_t group;
	uint8_t error;
	/* The rule before it, once more: for `fileless` where that is so by name. */
	bool in_shm;
	uint64_t condition; /* RULE_W_CONDITION */
};

/* What one `from` lists, once each, in the order of their bytes. */
struct program_set {
	char **paths; /* the strings are the rule's */
	size_t n;
	uint32_t rule; /* the first that lists them */
};

struct group {
	/* The rule that denies by default, or RULE_NONE. */
	uint32_t defaults[SECTION_COUNT];
	/* Of section file the first that spares its base. */
	uint32_t base;
};

struct compiler {
	struct diagnostics *diagnostics;
	const struct aliases *aliases;	/* NULL: none */
	const struct policy **policies; /* in reason order */
	size_t n_policies;
	struct compiled_rule *rules;
	size_t n_rules, rules_room;
	struct group groups[LIMIT_GROUPS];
	uint32_t n_groups;
	uint32_t tiers; /* group of the first tier, the second is behind it */
	uint32_t tier_audits[TIERS]; /* groups of the tiers' audit rules, 0: none */
	bool sandbox;		     /* what a pod's sandbox is exempt from is left out */
	uint32_t sections;	     /* IMAGE_HAS_* bits */
	uint32_t denying;
	uint32_t facts[SECTION_COUNT]; /* FACT_* bits that conditions ask for */
	uint32_t program_sections;     /* IMAGE_HAS_* bits of those that say `from` */
	struct program_set programs[LIMIT_PROGRAM_SETS];
	uint32_t n_programs;
	bool refused; /* the diagnostics say what the limit is passed by */
	struct words words;
};

/* A rule that an event matches. */
struct candidate {
	uint32_t rule;
	uint32_t flags; /* ENTRY_* */
};

struct candidates {
	struct candidate *items;
	size_t n, room;
};

/**
 * compiler_rules() - Number the rules and groups, and write their rows.
 * Return: 0, -E2BIG, -ENOMEM.
 */
int compiler_rules(struct compiler *compiler);

/**
 * compiler_conditions() - Number the program sets, and write each rule's condition.
 * Return: 0, -E2BIG, -ENOMEM.
 */
int compiler_conditions(struct compiler *compiler);
void compiler_conditions_clear(struct compiler *compiler);

/** compiler_rows() - Write the rules' rows and strings. Return: 0, -E2BIG, -ENOMEM. */
int compiler_rows(struct compiler *compiler);

/* Whose defaults are added to a list: those of no section. */
#define SECTION_NO_DEFAULT SECTION_COUNT

/**
 * compiler_list() - The list of an event that matches some rules.
 * @section:    the section's defaults are added here
 * @candidates: in any order
 * Return: 0, -E2BIG, -ENOMEM.
 */
int compiler_list(struct compiler *compiler, enum image_section section,
		  const struct candidates *candidates, uint32_t *ret_list);

int candidates_add(struct candidates *candidates, uint32_t rule, uint32_t flags);
void candidates_clear(struct candidates *candidates);

/** compiler_matters() - Can the rule have an effect? An allow has none without a
 * default, and no default covers unix sockets. */
bool compiler_matters(const struct compiler *compiler, uint32_t rule);

/* The sections, each of which writes its tables and its words of the header. */
int compiler_paths(struct compiler *compiler);
int compiler_sockets(struct compiler *compiler);
int compiler_network(struct compiler *compiler);

/* Adds the numbers that a rule holds for, as the rule @index of the spans. */
typedef int (*level_spans)(const struct policy_rule *rule, uint32_t index,
			   struct spans *spans);

#define LEVELS_MAX 3

/* Tables of ranges, each behind the last; at the end are lists. */
struct levels {
	struct compiler *compiler;
	enum image_section section;
	size_t n;
	level_spans spans[LEVELS_MAX];
	struct sets sets[LEVELS_MAX +
			 1]; /* of rules, for which there is a table or a list ... */
	uint32_t *offsets[LEVELS_MAX + 1]; /* ... here */
	size_t offsets_room[LEVELS_MAX + 1];
};

/**
 * levels_table() - The table for some rules, or at the end their list.
 * @rules:      ascending; all of the section
 * @ret_offset: 0 when every list behind it is empty
 * Return: 0, -E2BIG, -ENOMEM.
 */
int levels_table(struct levels *levels, size_t level, const uint32_t *rules, size_t n,
		 uint32_t *ret_offset);
void levels_init(struct levels *levels, struct compiler *compiler,
		 enum image_section section);
void levels_clear(struct levels *levels);

/**
 * levels_values() - Replace the sets of rules in segments by the offsets of their tables.
 * @sets: sets of places in @rules
 */
int levels_values(struct levels *levels, size_t level, const uint32_t *rules,
		  const struct sets *sets, struct segment *segments, size_t *n);

/** number_set_spans() - The numbers of a set as spans. Return: 0, -ENOMEM. */
int number_set_spans(const struct number_set *set, uint32_t index, struct spans *spans);

/** compiler_section() - The rules of a section that can have an effect. Owned. */
int compiler_section(const struct compiler *compiler, enum image_section section,
		     uint32_t **ret_rules, size_t *ret_n);

/** compiler_refuse() - Say that a rule is what a limit is passed by. Return: -E2BIG,
 * -ENOMEM. */
int compiler_refuse(struct compiler *compiler, uint32_t rule, const char *what);

#endif
