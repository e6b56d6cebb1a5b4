/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_PARSE_H
#define LSMD_POLICY_PARSE_H

/*
 * Reading a YAML tree: what the parse_*.c files share. Each map of the language is a
 * table of fields; each field has a reader that checks the value's type and stores it.
 *
 * All functions here return 0; PARSE_E_WRONG when the text is wrong, a diagnostic given,
 * and reading goes on, since all errors of a file are told at once; -ENOMEM.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/model.h"
#include "policy/names.h"
#include "policy/yaml.h"

enum {
	PARSE_E_WRONG = 1,
};

struct parse {
	const char *source;
	struct diagnostics *diagnostics;

	/* Of the policy that is being read: */
	struct policy *policy;
	enum image_section section; /* that is being read */
	char *message; /* spec.message: every rule's that has none of its own */
	char **tags;   /* spec.tags: every rule's besides its own */
	size_t n_tags;
};

#define FIELD_REQUIRED 1U
#define FIELD_IGNORED  2U /* known, of any type, and of no meaning here */

struct field {
	const char *key;
	int (*read)(struct parse *parse, const struct yaml_pair *pair, void *object);
	unsigned flags;
};

/**
 * parse_error() - Say what is wrong with @node; NULL: with the text. Return:
 * PARSE_E_WRONG, -ENOMEM.
 */
int parse_error(struct parse *parse, const struct yaml_node *node, const char *format,
		...) __attribute__((format(printf, 3, 4)));
/** parse_warning() - The same, for what is no error. Return: 0, -ENOMEM. */
int parse_warning(struct parse *parse, const struct yaml_node *node, const char *format,
		  ...) __attribute__((format(printf, 3, 4)));

/** parse_is_full() - diagnostics_are_full() for the text. */
bool parse_is_full(const struct parse *parse);

/**
 * parse_map() - Read a map by its fields.
 * @what:   the map in words, with its article: "a rule of exec"
 * @object: handed to the fields' readers
 */
int parse_map(struct parse *parse, const struct yaml_node *node, const char *what,
	      const struct field *fields, size_t n_fields, void *object);

/**
 * parse_open_map() - The same of an object of Kubernetes, of which only the fields matter
 * here.
 *
 * Other keys, and fields that are null, are as if they were not there.
 */
int parse_open_map(struct parse *parse, const struct yaml_node *node, const char *what,
		   const struct field *fields, size_t n_fields, void *object);

/**
 * parse_list() - Read a list that must not be empty, item by item.
 * @read: called with a pair of the list's key and the item
 */
int parse_list(struct parse *parse, const struct yaml_pair *pair,
	       int (*read)(struct parse *parse, const struct yaml_pair *pair,
			   void *object),
	       void *object);

/** parse_labels() - A map of labels, added to @labels; at most PARSE_LABELS_MAX. */
int parse_labels(struct parse *parse, const struct yaml_pair *pair,
		 struct labels *labels);
/* Each is put in its place among the others: more would take too long, and nobody has
 * them. */
#define PARSE_LABELS_MAX 4096

/* Values. @pair's key is what messages call them. Results are written only with 0. */

/** parse_string() - A string that is not empty. @ret_text: borrowed from the tree. */
int parse_string(struct parse *parse, const struct yaml_pair *pair,
		 const char **ret_text);
/** parse_text() - The same, copied over @text, which is freed. */
int parse_text(struct parse *parse, const struct yaml_pair *pair, char **text);
int parse_bool(struct parse *parse, const struct yaml_pair *pair, bool *ret_value);
int parse_number(struct parse *parse, const struct yaml_pair *pair, int64_t first,
		 int64_t last, int64_t *ret_number);
/** parse_word() - One of @words. @ret_word: its position. */
int parse_word(struct parse *parse, const struct yaml_pair *pair,
	       const char *const *words, size_t n_words, size_t *ret_word);
/** parse_tags() - A list of tags, appended to at most 16. */
int parse_tags(struct parse *parse, const struct yaml_pair *pair, char ***tags,
	       size_t *n_tags);
/** parse_message() - What a denial tells besides, of at most 512 bytes. */
int parse_message(struct parse *parse, const struct yaml_pair *pair, char **message);
int parse_severity(struct parse *parse, const struct yaml_pair *pair,
		   uint8_t *ret_severity);

/* Larger parts, each in a file of its own. */

/** parse_set() - Numbers by their names in @table: a list, or {not: [...]}. */
int parse_set(struct parse *parse, const struct yaml_pair *pair,
	      const struct name_table *table, struct number_set *set);
/** parse_ports() - Ports and ranges of ports: a list, or {not: [...]}. */
int parse_ports(struct parse *parse, const struct yaml_pair *pair,
		struct number_set *set);
/** parse_prefix() - An address or a prefix. */
int parse_prefix(struct parse *parse, const struct yaml_pair *pair,
		 struct prefix *ret_prefix);
/** parse_path() - A path pattern. @ret_path: borrowed from the tree. */
int parse_path(struct parse *parse, const struct yaml_pair *pair, const char **ret_path);
/** parse_executable() - The same of what is executed, thus never a directory. */
int parse_executable(struct parse *parse, const struct yaml_pair *pair,
		     const char **ret_path);
/** parse_socket_name() - A pattern of a unix socket's path, or of "@" and its name. */
int parse_socket_name(struct parse *parse, const struct yaml_pair *pair,
		      const char **ret_name);
/** parse_selector() - A Kubernetes label selector. */
int parse_selector(struct parse *parse, const struct yaml_pair *pair,
		   struct label_selector *selector);
/** parse_unit_selector() - Units of the host, into parse->policy. A field's reader. */
int parse_unit_selector(struct parse *parse, const struct yaml_pair *pair, void *object);
/** parse_cgroups() - Cgroups of the host, into parse->policy. A field's reader. */
int parse_cgroups(struct parse *parse, const struct yaml_pair *pair, void *object);
/** parse_section() - One section of a policy, as parse->section says. */
int parse_section(struct parse *parse, const struct yaml_pair *pair);
/**
 * parse_rule() - One rule of parse->section. @rule: {0}; cleared by the caller in any
 * case.
 */
int parse_rule(struct parse *parse, const struct yaml_node *node, unsigned number,
	       struct policy_rule *rule);
/**
 * parse_metadata() - A policy's name and namespace, into parse->policy. A field's
 * reader.
 */
int parse_metadata(struct parse *parse, const struct yaml_pair *pair, void *object);
/**
 * parse_policy() - One document of kind LsmPolicy or ClusterLsmPolicy, into
 * parse->policy.
 */
int parse_policy(struct parse *parse, const struct yaml_node *node);

/**
 * policies_check_names() - Are there no two policies of one kind, namespace and name?
 * @policies: in reason order
 * Return: 0, with an error in @diagnostics for each that is there again; -ENOMEM.
 */
int policies_check_names(const struct policy_list *policies,
			 struct diagnostics *diagnostics);

#endif
