/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_IMPORTER_H
#define LSMD_IMPORT_IMPORTER_H

/*
 * What the converters share. Each reads one document with the readers of policy/parse.h,
 * and puts the policy together in importer->draft.
 */

#include <stdint.h>

#include "import/draft.h"
#include "import/import.h"
#include "policy/parse.h"

/* Rules of one document. Some are held against each other, so there must be an end. */
#define IMPORT_RULES_MAX 2048

struct importer {
	struct parse parse; /* first, so that a reader finds the rest */
	bool partial;

	/* Of the document at hand: */
	uint64_t lacks;	  /* bits of enum import_reason */
	bool lost_allow;  /* an allow rule is missing: what it allowed would be denied */
	bool hopeless;	  /* nothing of it may be converted, not even in part */
	const char *kind; /* as the document says */
	size_t n_rules;	  /* that were read of it */
	struct draft draft;
};

static inline struct importer *importer_of(struct parse *parse)
{
	return (struct importer *)parse;
}

/**
 * import_lack() - Say that something has no equivalent, and why.
 * @node:   what it is, for its line
 * @reason: with IMPORT_SELECTION, IMPORT_INACTIVE and IMPORT_UNFIT nothing of the
 * document is converted, not even in part: less of a selector is more pods Return: 0:
 * reading goes on without it; -ENOMEM.
 */
int import_lack(struct importer *importer, const struct yaml_node *node,
		enum import_reason reason, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** import_count_rule() - Count one more. Return: 0; PARSE_E_WRONG when there are too
 * many; -ENOMEM. */
int import_count_rule(struct importer *importer, const struct yaml_node *node);

/**
 * import_metadata() - Read an object's name and namespace into the draft.
 * @pair: the whole field. What else is in it says nothing about what is allowed.
 */
int import_metadata(struct parse *parse, const struct yaml_pair *pair, void *object);

/** import_selector() - Read a label selector, and give it as JSON. @ret_selector: owned.
 */
int import_selector(struct parse *parse, const struct yaml_pair *pair,
		    json_t **ret_selector);

/** import_lower_case() - Copy @word in lower case; at most @size bytes with the NUL. */
void import_lower_case(const char *word, char *ret_text, size_t size);

/* The converters: one document each, of which apiVersion and kind are known. */
int kubearmor_convert(struct importer *importer, const struct yaml_node *node);
int network_policy_convert(struct importer *importer, const struct yaml_node *node);
int cilium_convert(struct importer *importer, const struct yaml_node *node);
int tetragon_convert(struct importer *importer, const struct yaml_node *node);

#endif
