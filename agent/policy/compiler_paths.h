/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_COMPILER_PATHS_H
#define LSMD_POLICY_COMPILER_PATHS_H

/*
 * What is found by a path: sections exec and file, unix sockets, and acting programs.
 * Used by compiler_paths.c and compiler_accepts.c alone.
 *
 * A tag is what a pattern says of its rule: twice the rule's number for the objects, and
 * one more for `except`. The tags after those of the last rule are the extra ones.
 */

#include "policy/automaton.h"
#include "policy/compiler.h"

/* Bits of enum accept_kind. */
#define KINDS (ACCEPT_UNIX + 1)

enum extra_tag {
	TAG_BASE_READ,	/* the base that a default of section file includes, to be read */
	TAG_BASE_WRITE, /* ... or written as well */
	TAG_SHM,	/* where a tmpfs for shared memory is mounted */
	TAG_PROGRAMS,	/* the first program set */
	TAG_EXTRAS = TAG_PROGRAMS + LIMIT_PROGRAM_SETS,
};

struct paths {
	struct compiler *compiler;
	struct automaton *automaton;
	struct automaton_tag *tags;
	uint32_t *pathless; /* rules about any object */
	size_t n_pathless;
	uint32_t nothing; /* offset of the accept of a path that nothing matches */
};

static inline uint32_t extra_tag(const struct compiler *compiler, uint32_t extra)
{
	return 2 * (uint32_t)compiler->n_rules + extra;
}

/* Is a rule's object found by its name? */
static inline bool goes_by_path(const struct compiled_rule *rule)
{
	return rule->rule && (rule->section <= SECTION_FILE || rule->rule->n_unix);
}

/** paths_kinds() - Bits of the kinds of access that a rule takes part in. */
uint32_t paths_kinds(const struct compiled_rule *rule);

/**
 * paths_accepts() - What each set of the automaton's tags means; writes paths->nothing.
 * @ret_accepts: owned; offsets, 0: as if no pattern matched
 * Return: 0, -E2BIG, -ENOMEM.
 */
int paths_accepts(struct paths *paths, uint32_t **ret_accepts);

#endif
