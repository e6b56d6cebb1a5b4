/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_SARIF_H
#define LSMD_CTL_SARIF_H

/*
 * Findings as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), which code
 * hosts show beside the lines of a change. One log, one run, the tool is lsmctl.
 */

#include <stddef.h>

enum sarif_level {
	SARIF_ERROR,
	SARIF_WARNING,
	SARIF_NOTE,
};

/* A kind of finding. Its id stays the same from version to version: what a person has
 * dismissed is known by it. */
struct sarif_rule {
	const char *id;	  /* "invalid" */
	const char *text; /* a sentence about all findings of the kind */
};

struct sarif;

/**
 * sarif_new() - An empty log.
 * @rules:   the kinds of findings that there can be; copied
 * @ret_log: owned
 *
 * Return: 0, -ENOMEM.
 */
int sarif_new(const struct sarif_rule *rules, size_t n_rules, struct sarif **ret_log);
struct sarif *sarif_free(struct sarif *log);

/**
 * sarif_add() - Add a finding; copies. Text has to be UTF-8, as that of a diagnostic is.
 * @id:     of one of the rules
 * @path:   the file as the user named it: a relative path stays one, relative to what the
 *          reader takes for the root; NULL: the finding has no place
 * @line:   from 1; 0: the file as a whole
 * @column: from 1, counted in characters; 0: the line as a whole
 *
 * Return: 0, -EINVAL when no rule has this id, -ENOMEM.
 */
int sarif_add(struct sarif *log, const char *id, enum sarif_level level,
	      const char *message, const char *path, unsigned line, unsigned column);

/** sarif_print() - The whole log to stdout. Return: 0, -ENOMEM. */
int sarif_print(const struct sarif *log);

static inline void sarif_freep(struct sarif **log)
{
	sarif_free(*log);
}

#endif
