/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_FALCO_H
#define LSMD_IMPORT_FALCO_H

/*
 * Rules of Falco, by their names. What they detect is not converted: conditions are over
 * fields that no hook has. Instead each is looked up among policies that say of
 * themselves what they prevent (the annotation lsmd.io/prevents).
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/diagnostic.h"
#include "policy/model.h"

/* Rules are looked up by their names one after another, so there must be an end. */
#define FALCO_RULES_MAX 4096

struct falco_rule {
	char *name;
	const char *priority; /* Falco's word for it; NULL: not said; not owned */
	char *events;	      /* where its events come from; NULL: system calls */
	char *file;	      /* that first says something of it */
	unsigned line;
	unsigned changed_line; /* of an item that changes what it detects; 0: none */
	char *changed_file;
	bool disabled;
};

/* In the order in which files name them. Starts as {0}. */
struct falco_rules {
	struct falco_rule *items;
	size_t n;
};

/**
 * falco_rules_read() - Read one rules file over those that were read before.
 * @text, @length: at most YAML_MAX_BYTES bytes; may be hostile
 * @diagnostics:   every error of the text
 * @rules:         new rules are appended; items that append, override, switch off or
 *                 define a rule again change it, as Falco does when it loads the files in
 * this order
 *
 * A rule that is only changed and never defined is kept as well: its definition may be in
 * a file that was not given.
 *
 * Return: 0; -EINVAL when there was an error; -ENOMEM.
 */
int falco_rules_read(const char *text, size_t length, const char *source,
		     struct diagnostics *diagnostics, struct falco_rules *rules);
void falco_rules_clear(struct falco_rules *rules);

/** falco_rules_find() - By its name. Return: the rule, borrowed; NULL. */
struct falco_rule *falco_rules_find(const struct falco_rules *rules, const char *name);

/**
 * falco_coverage() - Which rules are prevented, by which policy, and how.
 * @policies: of which those count that say what they prevent, and of which this version
 *            enforces something
 *
 * Return: an object: "rules", an array of rule, priority, enabled, file, line; policy
 * (null: none), how, state ("enforced", "partial", "refused" or "audit") and openWays of
 * it; changed, where another item changes what the rule detects; and the numbers
 * "prevented" and "open" of rules that are enabled. Owned; NULL: no memory.
 */
json_t *falco_coverage(const struct falco_rules *rules,
		       const struct policy_list *policies);

#endif
