/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_PARSE_RULE_H
#define LSMD_POLICY_PARSE_RULE_H

/* What the readers of a rule's fields share. Used by parse_rule*.c alone. */

#include "policy/parse.h"

struct rule_reader {
	struct policy_rule *rule;
	const struct yaml_node *error; /* the value of "errno", NULL: not said */
	const struct yaml_node *from;  /* the same of "from" */
	bool has_condition;	       /* something says what the rule matches */
};

/* What a rule excepts is held, each against each, against what it names; not where that
 * would be more comparisons than this. Such a rule may match nothing without being told
 * so. */
#define RULE_COMPARISONS_MAX 1000000

/* Fields of each section's rules, besides those that all rules have. */
#define RULE_FIELDS_MAX 20
extern const struct field rule_fields_exec[], rule_fields_file[], rule_fields_sockets[],
	rule_fields_network[], rule_fields_capabilities[], rule_fields_process[];
extern const size_t rule_fields_exec_n, rule_fields_file_n, rule_fields_sockets_n,
	rule_fields_network_n, rule_fields_capabilities_n, rule_fields_process_n;

/**
 * rule_refuse() - The rule says something that this version cannot enforce. Return: 0,
 * -ENOMEM.
 */
int rule_refuse(struct parse *parse, struct rule_reader *reader, const char *key,
		const char *refused);

/** rule_read_from() - By which program: paths, or {not: paths}. */
int rule_read_from(struct parse *parse, const struct yaml_pair *pair, void *object);
/** rule_check_from() - Warn of what escapes a rule. */
int rule_check_from(struct parse *parse, const struct rule_reader *reader);

/** rule_check_paths() - What a rule of exec or file must hold as a whole. */
int rule_check_paths(struct parse *parse, const struct yaml_node *node,
		     const struct rule_reader *reader);
/** rule_check_network() - The same of a rule of network. */
int rule_check_network(struct parse *parse, const struct yaml_node *node,
		       const struct rule_reader *reader);

#endif
